"""Whole flows over real sockets."""
