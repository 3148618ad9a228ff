"""DEMO: the demonstration: Bắc Kạn with made-up households."""
