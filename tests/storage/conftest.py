"""Every test of this folder may ask for `store`, and then runs on both databases."""

from tests.databases import store

__all__ = ["store"]
