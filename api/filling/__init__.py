"""Papers filled from the database; `choose` is the way in."""
