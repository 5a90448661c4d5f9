"""Every test of this folder that asks for a `store` runs on both databases."""

from tests.databases import store

__all__ = ["store"]
