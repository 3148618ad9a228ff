"""CASES: acts of households' cases: their forms, lists of what waits, recording."""
