"""The few kinds of column all tables are made of."""

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, SmallInteger, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite makes a row key of INTEGER only, not of BIGINT; both hold 64 bits there.
_BIG = BigInteger().with_variant(Integer, "sqlite")


def key(name: str = "id") -> Column[int]:
    """A row key we choose ourselves."""
    return Column(name, _BIG, primary_key=True, autoincrement=False)


def serial(name: str = "id") -> Column[int]:
    """A row key the database counts up; never used as a cursor, ids may commit out of order."""
    return Column(name, _BIG, primary_key=True, autoincrement=True)


def ref(name: str, *, null: bool = False, **options: Any) -> Column[int]:
    """A row key of another table."""
    return Column(name, BigInteger, nullable=null, **options)


def time(name: str, *, null: bool = False) -> Column[int]:
    """Milliseconds since the epoch."""
    return Column(name, BigInteger, nullable=null)


def number(name: str, default: int = 0, **options: Any) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=str(default), **options)


def flag(name: str, *, default: bool = False) -> Column[int]:
    return Column(name, SmallInteger, nullable=False, server_default="1" if default else "0")


def text(name: str, *, null: bool = False, **options: Any) -> Column[str]:
    if not null and not options.get("primary_key"):
        options.setdefault("server_default", "")
    return Column(name, Text, nullable=null, **options)


def blob(name: str, *, null: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=null)
