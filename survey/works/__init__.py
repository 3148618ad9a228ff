"""BUILD: checks on progress, obstacles, before and after."""
