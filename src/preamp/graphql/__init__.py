"""What AppSync does for an annotated schema."""
