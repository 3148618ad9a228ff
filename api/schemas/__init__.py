"""What the interface takes and gives: strict, separate schemas for both directions."""
