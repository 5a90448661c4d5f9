"""Client tokens: who may do what in whose name.

A token has 256 random bits, is shown once and stored as its SHA-256 (U-4): with so much randomness
a slow hash adds nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from actors.refusals import Invalid
from storage.engine import Reader, Transaction
from storage.statements import adding, prepared
from storage.tables import actors, tokens

_BYTES = 32
_LONGEST_LABEL = 200
_LONGEST_TOKEN = 200
# The words of Mastodon's client API: whole ("read") or by subject ("read:statuses").
_SCOPE = re.compile(r"(read|write)(:[a-z_]{1,30})?|follow|push|profile")
_MOST_SCOPES = 50

_ADD = adding(tokens, "token_hash", "actor_id", "scopes", "label", "created")
_VIEWER = prepared(
    select(tokens.c.actor_id, tokens.c.scopes)
    .join(actors, actors.c.id == tokens.c.actor_id)
    .where(
        tokens.c.token_hash == bindparam("hash"),
        tokens.c.revoked.is_(None),
        actors.c.state == "ok",
    )
)
_REVOKE = prepared(
    update(tokens)
    .where(tokens.c.token_hash == bindparam("hash"), tokens.c.revoked.is_(None))
    .values(revoked=bindparam("now"))
)
_REVOKE_ALL = prepared(
    update(tokens)
    .where(tokens.c.actor_id == bindparam("actor"), tokens.c.revoked.is_(None))
    .values(revoked=bindparam("now"))
)
_LIST = prepared(
    select(tokens.c.token_hash, tokens.c.scopes, tokens.c.label, tokens.c.created)
    .where(tokens.c.actor_id == bindparam("actor"), tokens.c.revoked.is_(None))
    .order_by(tokens.c.created, tokens.c.token_hash)
)
# A person holds a handful of tokens, so the few that share the first characters are found by range.
_STARTING = prepared(
    select(tokens.c.token_hash).where(
        tokens.c.token_hash >= bindparam("start"),
        tokens.c.token_hash < bindparam("end"),
        tokens.c.revoked.is_(None),
    )
)
_MARK = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A living token as its owner sees it; `mark` names it without giving it away."""

    mark: str
    scopes: frozenset[str]
    label: str
    created: int


async def create_token(
    tx: Transaction,
    actor_id: int,
    scopes: Iterable[str],
    label: str,
    now: int,
    value: str | None = None,
) -> str:
    """Returns the token, which nobody can read again. Raises Invalid for an unknown scope.

    `value` is for tests; otherwise 43 random characters of base64url.
    """
    granted = " ".join(sorted(check_scopes(scopes)))
    token = value or secrets.token_urlsafe(_BYTES)
    await tx.run(
        _ADD,
        token_hash=hash_of(token),
        actor_id=actor_id,
        scopes=granted,
        label=label[:_LONGEST_LABEL],
        created=now,
    )
    return token


async def viewer_of(reader: Reader, token: str) -> tuple[int, frozenset[str]] | None:
    """Whose token it is and its scopes; None when unknown, revoked, or its owner is suspended."""
    if len(token) > _LONGEST_TOKEN:
        return None
    row = await reader.one(_VIEWER, hash=hash_of(token))
    return (int(row["actor_id"]), frozenset(row["scopes"].split())) if row else None


async def revoke(tx: Transaction, token: str, *, now: int) -> bool:
    """False when there was nothing to revoke (RFC 7009: the client is told no difference)."""
    return await tx.run(_REVOKE, hash=hash_of(token), now=now) > 0


async def revoke_marked(tx: Transaction, mark: str, *, now: int) -> bool:
    """By the mark of `tokens_of`."""
    if not re.fullmatch(rf"[0-9a-f]{{{_MARK}}}", mark):
        return False
    found = await tx.all(_STARTING, start=mark, end=mark + "g")
    if len(found) != 1:
        return False
    return await tx.run(_REVOKE, hash=found[0]["token_hash"], now=now) > 0


async def revoke_all(tx: Transaction, actor_id: int, *, now: int) -> int:
    """After a new password or a suspension. Says how many."""
    return await tx.run(_REVOKE_ALL, actor=actor_id, now=now)


async def tokens_of(reader: Reader, actor_id: int) -> list[Grant]:
    """The living ones, oldest first."""
    return [
        Grant(
            mark=row["token_hash"][:_MARK],
            scopes=frozenset(row["scopes"].split()),
            label=row["label"],
            created=row["created"],
        )
        for row in await reader.all(_LIST, actor=actor_id)
    ]


def check_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """The same scopes; raises Invalid for an unknown one, none or too many."""
    wanted = frozenset(scopes)
    if not 0 < len(wanted) <= _MOST_SCOPES:
        raise Invalid("A token needs at least one scope, like read or write:statuses.")
    for scope in sorted(wanted):
        if not _SCOPE.fullmatch(scope):
            raise Invalid(f"“{scope[:100]}” is not a scope.", code="invalid_scope")
    return wanted


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
