"""What each paper looks like, as blocks."""
