"""Rules on each floor, and whole trips through the doors."""
