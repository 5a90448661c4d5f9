"""Sample worlds: the same for the same seed, sound in every record."""
