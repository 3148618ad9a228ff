"""STAND: how each household stands and stood: one line, closed when something changes, never overwritten."""
