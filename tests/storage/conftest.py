from tests.databases import store

__all__ = ["store"]
