"""What people make, and who may read it."""
