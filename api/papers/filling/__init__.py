"""Papers filled from the database."""
