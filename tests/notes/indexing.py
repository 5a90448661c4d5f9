"""What the worker does every two seconds, done now."""

from notes import search_index
from storage.engine import Store


async def caught_up(store: Store) -> None:
    """Every note's words are written."""
    while await store.transaction(search_index.catch_up):
        pass
