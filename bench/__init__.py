"""Measures a real node: CPU per unit of its work, beside the primitive it can't do without."""
