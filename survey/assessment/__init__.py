"""ASSESS: the engine's results kept, with the facts and the law release they came from."""
