"""Client tokens (U-4)."""

from __future__ import annotations

import pytest

from actors import directory, grants
from actors.refusals import Invalid
from storage.engine import Store
from tests.actors.people import NOW, person, settle

ADA, BEN = person(1, "ada"), person(2, "ben")


@pytest.fixture
async def token(store: Store) -> str:
    await settle(store, ADA, BEN)
    return await store.transaction(
        lambda tx: grants.create_token(tx, ADA.id, ["write", "read"], "telephone", NOW)
    )


async def viewer(store: Store, token: str) -> tuple[int, frozenset[str]] | None:
    return await store.reading(lambda reader: grants.viewer_of(reader, token))


async def test_a_token_says_who_and_what_for(store: Store, token: str) -> None:
    assert len(token) >= 43
    assert await viewer(store, token) == (ADA.id, frozenset({"read", "write"}))


@pytest.mark.parametrize("odd", ["", "x", "\udcff", "x" * 10_000])
async def test_other_text_says_nothing(store: Store, token: str, odd: str) -> None:
    assert await viewer(store, odd) is None
    assert await viewer(store, token[:-1]) is None
    assert await viewer(store, grants.hash_of(token)) is None


async def test_the_token_itself_is_nowhere_in_the_database(store: Store, token: str) -> None:
    [grant] = await store.reading(lambda reader: grants.tokens_of(reader, ADA.id))
    assert grant.mark == grants.hash_of(token)[:12]
    assert token not in repr(grant)
    assert (grant.label, grant.created) == ("telephone", NOW)


async def test_a_revoked_token_ends_at_once_and_only_once(store: Store, token: str) -> None:
    assert await store.transaction(lambda tx: grants.revoke(tx, token, now=NOW))
    assert await viewer(store, token) is None
    assert not await store.transaction(lambda tx: grants.revoke(tx, token, now=NOW))
    assert await store.reading(lambda reader: grants.tokens_of(reader, ADA.id)) == []


async def test_revoking_by_mark_or_all_of_one_person(store: Store, token: str) -> None:
    for mark in ("", "0" * 12, "%", grants.hash_of(token)[:11]):
        assert not await store.transaction(
            lambda tx, mark=mark: grants.revoke_marked(tx, mark, now=NOW)  # type: ignore[misc]
        )
    other = await store.transaction(
        lambda tx: grants.create_token(tx, BEN.id, ["read"], "", NOW, value="b" * 43)
    )
    mark = grants.hash_of(token)[:12]
    assert await store.transaction(lambda tx: grants.revoke_marked(tx, mark, now=NOW))
    assert await viewer(store, token) is None
    assert await viewer(store, other) == (BEN.id, frozenset({"read"}))
    assert await store.transaction(lambda tx: grants.revoke_all(tx, BEN.id, now=NOW)) == 1
    assert await viewer(store, other) is None


async def test_suspension_ends_tokens(store: Store, token: str) -> None:
    await store.transaction(lambda tx: directory.set_state(tx, ADA.id, "suspended"))
    assert await viewer(store, token) is None


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read write"], ["read:"], ["READ"]])
async def test_unknown_scopes_are_refused(store: Store, token: str, scopes: list[str]) -> None:
    with pytest.raises(Invalid):
        await store.transaction(lambda tx: grants.create_token(tx, ADA.id, scopes, "", NOW))
    assert await viewer(store, token) is not None


def test_scopes_by_subject_are_known() -> None:
    assert grants.check_scopes(["read:statuses", "push"]) == {"read:statuses", "push"}
