"""Alembic's scripts, numbered: `storage.migrating` runs them, `storage.revising` writes them."""
