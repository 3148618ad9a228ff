"""MAP: maps as pages and files."""
