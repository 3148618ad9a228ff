"""FIELD: the field app's shell and interface, and the files that phones save."""
