"""AREAS: the first page, an area's figures, the units below it."""
