"""What the documents say is what is there."""
