"""Local people's sign-up: mail address, language of mails and pages, role.

The public face is the actor; this is what nobody else sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, func, select, update

from actors.refusals import Conflict, Invalid, NotFound
from storage.engine import Reader, Row, Transaction
from storage.statements import adding, one_of, prepared
from storage.tables import accounts

AccountRole = Literal["user", "moderator", "admin"]
ROLES: tuple[AccountRole, ...] = ("user", "moderator", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`locale` is "fr" or "en"; `confirmed` means the mail address was (or the operator says so).

    `password_hash` is never a password, and None for somebody who can't sign in by one.
    """

    actor_id: int
    email: str | None = None
    password_hash: str | None = None
    locale: str = "fr"
    role: AccountRole = "user"
    confirmed: bool = False
    created: int = 0


_COLUMNS = tuple(Account.__dataclass_fields__)
_FIELDS = [accounts.c[name] for name in _COLUMNS]
_ADD = adding(accounts, *_COLUMNS, ignore=True)
_GET = prepared(select(*_FIELDS).where(accounts.c.actor_id == bindparam("actor")))
_MANY = prepared(select(*_FIELDS).where(one_of(accounts.c.actor_id, "actors")))
_SET_ROLE = prepared(
    update(accounts).where(accounts.c.actor_id == bindparam("actor")).values(role=bindparam("new"))
)
_COUNT_ADMINS = prepared(select(func.count()).where(accounts.c.role == "admin"))


async def add(tx: Transaction, account: Account) -> None:
    """Raises Invalid for an unknown role or an odd mail address, Conflict when there is one."""
    check_email(account.email)
    _check_role(account.role)
    values = {name: getattr(account, name) for name in _COLUMNS}
    values["confirmed"] = int(account.confirmed)
    if await tx.run(_ADD, **values) == 0:
        raise Conflict("This person has an account already.")


async def get(reader: Reader, actor_id: int) -> Account:
    """Raises NotFound for communities, programs and people elsewhere."""
    row = await reader.one(_GET, actor=actor_id)
    if row is None:
        raise NotFound("There is no account by that name here.", detail=f"actor {actor_id}")
    return _record(row)


async def get_many(reader: Reader, actor_ids: Iterable[int]) -> dict[int, Account]:
    rows = await reader.all(_MANY, actors=list(actor_ids))
    return {row["actor_id"]: _record(row) for row in rows}


async def set_role(tx: Transaction, actor_id: int, role: AccountRole) -> None:
    """Raises Conflict for the last admin, who can't be made anything else (D-2)."""
    _check_role(role)
    former = await get(tx, actor_id)
    last = int(await tx.value(_COUNT_ADMINS)) == 1
    if former.role == "admin" and role != "admin" and last:
        raise Conflict("The last admin stays one.")
    await tx.run(_SET_ROLE, actor=actor_id, new=role)


def check_email(email: str | None) -> None:
    """Raises Invalid for what no mail server would take; whether it exists, a mail must show."""
    if email is None:
        return
    name, sign, host = email.rpartition("@")
    odd = any(c.isspace() or not c.isprintable() for c in email)
    if not (name and sign and host) or odd or len(email) > 254:
        raise Invalid(f"“{email[:100]}” is not a mail address.")


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Invalid(f"“{role[:100]}” is not a role: user, moderator or admin.")


def _record(row: Row) -> Account:
    values = {name: row[name] for name in _COLUMNS}
    values["confirmed"] = bool(values["confirmed"])
    return Account(**values)
