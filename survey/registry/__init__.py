"""KEEP: households (hộ gia đình), persons, surveys with their versions, photos, status records."""
