"""Files people hand over: read, said aloud what was found, every row accounted for."""
