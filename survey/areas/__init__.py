"""WHERE: province, commune and village over time, and which of them a point lies in."""
