"""SHARED: words, names and files that several rooms need."""
