"""Writes migrations, for whoever changes the tables: `python -m storage.revising`.

Without words it writes 0001_initial.py anew from the tables (only while nothing is released). With
words (`python -m storage.revising add a table of terms`) it writes the next script: what differs
between the last version and the tables. Read what it wrote before keeping it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from storage.migrating import migrate, sqlite_engine
from storage.schema import DIALECTS, making, special
from storage.tables import metadata
from storage.versions import MIGRATIONS, known

_BIG = "sa.BigInteger().with_variant(sa.Integer(), 'sqlite')"
_SCRIPT = '''"""{title}.

Written by `python -m storage.revising`; SQL only, see `storage.migrating`.
"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {former!r}
branch_labels = None
depends_on = None

BIG = {big}


def upgrade() -> None:
    {body}
'''

_TEXT = '"""{}""",'
_EXECUTE = """for order in orders[op.get_context().dialect.name]:
        op.execute(order)"""


def changes(path: Path) -> Any:
    """What would turn the SQLite database at `path` into the tables: Alembic's script.

    Tables that are not made alike on both databases are left out, with what SQLite keeps under
    their names (`name_data`, `name_idx`, ...): see `made_apart`.
    """
    apart = tuple(table.name for table in special())

    def alike(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or not str(name).startswith(apart)

    def listed(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return alike(name, kind, None)

    options = {"compare_type": True, "include_name": alike, "include_object": listed}
    with sqlite_engine(path).connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        return produce_migrations(context, metadata)


def made_apart(path: Path) -> str:
    """The lines of a script that make the tables `changes` leaves out, where they are missing."""
    with sqlite_engine(path).connect() as connection:
        there = set(inspect(connection).get_table_names())
    orders = {
        name: [order for table in special() if table.name not in there
               for order in making(table, name)]
        for name in DIALECTS
    }  # fmt: skip
    if not any(orders.values()):
        return ""
    lists = "".join(
        f"{name!r}: [{''.join(_TEXT.format(order) for order in made)}],"
        for name, made in orders.items()
    )
    return f"    orders = {{{lists}}}\n    {_EXECUTE}"


def script(title: str, *, revision: str, former: str | None, database: Path) -> str:
    """The text of a migration from what `database` is to what the tables say."""
    body = render_python_code(changes(database).upgrade_ops, render_as_batch=former is not None)
    body = "\n".join(line for line in body.splitlines() if not line.strip().startswith("#"))
    body = f"{body.rstrip()}\n{made_apart(database)}"
    body = body.replace(_BIG, "BIG").strip()
    return _SCRIPT.format(title=title, revision=revision, former=former, big=_BIG, body=body)


def main(words: list[str]) -> Path:
    versions = known()
    title = " ".join(words).capitalize() or "The first schema"
    revision = f"{int(versions[-1]) + 1:04}" if words else "0001"
    if not words and len(versions) > 1:
        raise SystemExit("There are later migrations: say in a few words what the next one does.")
    with TemporaryDirectory() as folder:
        database = Path(folder, "revising.db")
        if words:
            migrate(f"sqlite:///{database}")
        text = script(title, revision=revision, former=versions[-1] if words else None,
                      database=database)  # fmt: skip
    name = re.sub(r"[^a-z0-9]+", "_", title.lower()) if words else "initial"
    path = MIGRATIONS / "versions" / f"{revision}_{name}.py"
    path.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)
    return path


if __name__ == "__main__":
    print(main(sys.argv[1:]))
