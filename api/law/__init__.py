"""LAW: the law in force on a day."""
