"""The rules of who."""
