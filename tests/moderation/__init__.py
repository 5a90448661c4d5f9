"""Rules of this floor."""
