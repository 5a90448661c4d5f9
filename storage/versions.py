"""Which versions of the schema this program knows: the numbers of its migrations, in order.

Read from file names, so that a start needs no Alembic (20 MB of memory that serving never uses).
"""

from __future__ import annotations

from pathlib import Path

MIGRATIONS = Path(__file__).with_name("migrations")


class WrongVersion(Exception):
    """The database and the program do not fit; `found` is None for an empty database."""

    def __init__(self, found: str | None, needed: str) -> None:
        super().__init__(f"the database is at version {found or 'none'}, not {needed}")
        self.found = found
        self.needed = needed


class NotMigrated(WrongVersion):
    """Empty, missing or older: migrating helps."""


class NewerDatabase(WrongVersion):
    """Written by a newer program: this one must not touch it."""


def known(folder: Path = MIGRATIONS) -> list[str]:
    """Oldest first, like ["0001", "0002"]."""
    return sorted(path.name[:4] for path in (folder / "versions").glob("[0-9]" * 4 + "_*.py"))


def check_known(found: str | None, folder: Path = MIGRATIONS) -> None:
    """Raises NewerDatabase when this program has no migration of that number."""
    versions = known(folder)
    if found is not None and found not in versions:
        raise NewerDatabase(found, versions[-1])


def check_latest(found: str | None, folder: Path = MIGRATIONS) -> None:
    """Raises NewerDatabase or NotMigrated unless `found` is the last version known here."""
    check_known(found, folder)
    latest = known(folder)[-1]
    if found != latest:
        raise NotMigrated(found, latest)
