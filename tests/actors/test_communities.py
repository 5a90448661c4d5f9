"""Communities, who belongs to them, accounts, and the node's own name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actors import accounts, communities, identity, memberships
from actors.accounts import Account
from actors.addresses import Site
from actors.records import Community
from actors.refusals import Conflict, Invalid, NotFound
from storage.engine import Reader, Store
from tests.actors.people import HOUR, NOW, person, settle

ADA, BEN, EVE = person(1, "ada"), person(2, "ben"), person(3, "eve")
WOOD = 9
POLICY = Community(actor_id=WOOD, joining="open", posting="members", private=False)


async def test_a_policy_is_kept_and_changed(store: Store) -> None:
    await store.transaction(lambda tx: communities.save(tx, POLICY, created_by=1, now=NOW))
    changed = replace(POLICY, joining="approval", private=True)
    await store.transaction(lambda tx: communities.save(tx, changed, created_by=2, now=NOW))
    assert await store.reading(lambda reader: communities.get(reader, WOOD)) == changed
    many = await store.reading(lambda reader: communities.get_many(reader, [WOOD, 5]))
    assert many == {WOOD: changed}


async def test_unknown_policies_and_communities_are_refused(store: Store) -> None:
    for odd in (replace(POLICY, joining="maybe"), replace(POLICY, posting="anyone")):
        with pytest.raises(Invalid):
            await store.transaction(
                lambda tx, odd=odd: communities.save(tx, odd, created_by=1, now=NOW)  # type: ignore[misc]
            )
    with pytest.raises(NotFound):
        await store.reading(lambda reader: communities.get(reader, WOOD))


@pytest.fixture
async def members(store: Store) -> None:
    await settle(store, ADA, BEN, EVE)
    for number, role in ((ADA.id, "responsable"), (BEN.id, "moderator"), (EVE.id, "member")):
        await store.transaction(
            lambda tx, n=number, r=role: memberships.add(tx, WOOD, n, r, now=NOW)  # type: ignore[misc]
        )


@pytest.mark.usefixtures("members")
async def test_roles(store: Store) -> None:
    async def look(reader: Reader) -> None:
        assert await memberships.role_of(reader, WOOD, ADA.id) == "responsable"
        assert await memberships.role_of(reader, WOOD, 77) is None
        assert [a.id for a in await memberships.moderators_of(reader, WOOD)] == [ADA.id, BEN.id]
        assert await memberships.is_member(reader, WOOD, EVE.id)
        assert not await memberships.is_moderator(reader, WOOD, EVE.id)
        assert await memberships.count_members(reader, WOOD) == 3
        page = await memberships.members_of(reader, WOOD, after=ADA.id, count=1)
        assert [(actor.id, role) for actor, role in page] == [(BEN.id, "moderator")]
        assert await memberships.communities_of(reader, BEN.id) == {WOOD: "moderator"}

    await store.reading(look)


@pytest.mark.usefixtures("members")
async def test_another_role_replaces_the_first_and_leaving_ends_it(store: Store) -> None:
    await store.transaction(lambda tx: memberships.add(tx, WOOD, EVE.id, "moderator", now=NOW))
    assert await store.reading(lambda r: memberships.is_moderator(r, WOOD, EVE.id))
    with pytest.raises(Invalid):
        await store.transaction(lambda tx: memberships.add(tx, WOOD, EVE.id, "king", now=NOW))  # type: ignore[arg-type]
    assert await store.transaction(lambda tx: memberships.remove(tx, WOOD, EVE.id))
    assert not await store.transaction(lambda tx: memberships.remove(tx, WOOD, EVE.id))
    assert not await store.reading(lambda r: memberships.is_member(r, WOOD, EVE.id))


@pytest.mark.usefixtures("members")
async def test_bans_end_membership_and_expire(store: Store) -> None:
    end = NOW + HOUR
    await store.transaction(
        lambda tx: memberships.ban(tx, WOOD, EVE.id, by_id=ADA.id, now=NOW, ends=end)
    )

    async def banned(moment: int) -> bool:
        return await store.reading(lambda r: memberships.is_banned(r, WOOD, EVE.id, now=moment))

    assert not await store.reading(lambda r: memberships.is_member(r, WOOD, EVE.id))
    assert await banned(end - 1)
    assert not await banned(end)
    await store.transaction(lambda tx: memberships.ban(tx, WOOD, EVE.id, by_id=None, now=NOW))
    assert await banned(end + 1000 * HOUR)
    assert await store.transaction(lambda tx: memberships.unban(tx, WOOD, EVE.id))
    assert not await banned(NOW)
    assert not await store.transaction(lambda tx: memberships.unban(tx, WOOD, EVE.id))


async def test_accounts_and_the_last_admin(store: Store) -> None:
    """D-2."""
    ada = Account(actor_id=1, email="ada@here.test", role="admin", confirmed=True, created=NOW)
    await store.transaction(lambda tx: accounts.add(tx, ada))
    assert await store.reading(lambda reader: accounts.get(reader, 1)) == ada
    with pytest.raises(Conflict):
        await store.transaction(lambda tx: accounts.add(tx, ada))
    with pytest.raises(Conflict):
        await store.transaction(lambda tx: accounts.set_role(tx, 1, "user"))
    await store.transaction(lambda tx: accounts.add(tx, replace(ada, actor_id=2)))
    await store.transaction(lambda tx: accounts.set_role(tx, 1, "user"))
    both = await store.reading(lambda reader: accounts.get_many(reader, [1, 2, 3]))
    assert {number: one.role for number, one in both.items()} == {1: "user", 2: "admin"}
    with pytest.raises(NotFound):
        await store.reading(lambda reader: accounts.get(reader, 3))


@pytest.mark.parametrize("email", ["", "ada", "@here.test", "a da@here.test", "a@b\n", "a" * 300])
def test_what_is_no_mail_address(email: str) -> None:
    with pytest.raises(Invalid):
        accounts.check_email(email)
    accounts.check_email("ada+list@here.test")


async def test_the_name_of_a_node_is_for_ever(store: Store) -> None:
    """D-3."""
    here = Site(domain="here.test")
    with pytest.raises(Conflict, match="init"):
        await store.reading(lambda reader: identity.check(reader, here))
    await store.transaction(lambda tx: identity.settle(tx, here))
    await store.transaction(lambda tx: identity.settle(tx, here))
    await store.reading(lambda reader: identity.check(reader, here))
    for other in (Site(domain="there.test"), Site(domain="here.test", scheme="http")):
        with pytest.raises(Conflict, match=r"https://here\.test for ever"):
            await store.transaction(lambda tx, other=other: identity.settle(tx, other))  # type: ignore[misc]
    assert await store.reading(identity.origin) == "https://here.test"
