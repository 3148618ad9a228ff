"""The database's history: Alembic migrations, installed with the program."""
