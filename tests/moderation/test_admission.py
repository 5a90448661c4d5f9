"""The gate (S-18, T-1, T-2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from actors import directory
from moderation import domain_blocks
from moderation.admission import Admission
from moderation.domain_blocks import DomainBlock, Severity
from storage.engine import Store
from tests.actors.people import person, settle


async def rule(store: Store, host: str, severity: Severity, *, media: bool = False) -> None:
    block = DomainBlock(host=host, severity=severity, reject_media=media)
    await store.transaction(lambda tx: domain_blocks.save(tx, block))


async def gate(store: Store, *, allow_list_mode: bool = False) -> Admission:
    admission = Admission(own="here.test", allow_list_mode=allow_list_mode)
    await store.reading(admission.load)
    return admission


def code(admission: Admission, asked: str) -> str | None:
    reason = admission.refuses(asked)
    return reason.code if reason else None


async def soon(condition: Callable[[], bool]) -> bool:
    """Whether it came true within 3 seconds: sooner than the gate looks by itself."""
    for _ in range(300):
        if condition():
            return True
        await asyncio.sleep(0.01)
    return False


async def test_without_rules_everybody_may_in(store: Store) -> None:
    admission = await gate(store)
    assert admission.refuses("https://far.test/u/ada#main-key") is None
    assert admission.rule_for("far.test") is None


@pytest.mark.parametrize(
    "asked",
    ["bad.test", "BAD.test.", "https://bad.test:443/u/x#main-key", "https://deep.sub.bad.test/a",
     "bad.test:8443"],
)  # fmt: skip
async def test_a_blocked_host_is_refused_with_its_subdomains(store: Store, asked: str) -> None:
    await rule(store, "bad.test", "suspend")
    admission = await gate(store)
    reason = admission.refuses(asked)
    assert reason is not None
    assert (reason.code, reason.detail) == ("domain_blocked", "bad.test")


@pytest.mark.parametrize("asked", ["notbad.test", "https://bad.test.good.test/", "test", "bad"])
async def test_names_that_only_look_alike_pass(store: Store, asked: str) -> None:
    await rule(store, "bad.test", "suspend")
    assert (await gate(store)).refuses(asked) is None


async def test_a_rule_for_one_port_leaves_the_others(store: Store) -> None:
    await rule(store, "localhost:8001", "suspend")
    admission = await gate(store)
    assert code(admission, "http://localhost:8001/actor") == "domain_blocked"
    assert admission.refuses("http://localhost:8002/actor") is None


async def test_the_most_particular_rule_wins(store: Store) -> None:
    await rule(store, "bad.test", "suspend")
    await rule(store, "good.bad.test", "noop")
    await rule(store, "loud.test", "silence", media=True)
    admission = await gate(store)
    assert admission.refuses("good.bad.test") is None
    assert code(admission, "other.bad.test") == "domain_blocked"
    assert admission.silences("a.loud.test")
    assert admission.rejects_media("loud.test")
    assert not admission.rejects_reports("loud.test")
    assert admission.rejects_reports("bad.test")
    assert not admission.silences("good.bad.test")
    assert admission.refuses("loud.test") is None


@pytest.mark.parametrize("asked", ["", "urn:uuid:1", "https://user@far.test/", "\ud800"])
async def test_what_names_no_host_is_refused(store: Store, asked: str) -> None:
    assert code(await gate(store), asked) == "domain_blocked"


async def test_in_allow_list_mode_only_listed_names_pass(store: Store) -> None:
    """T-2. A silenced or merely listed host is not a friend; nor is a friend's subdomain."""
    await rule(store, "friend.test", "allow")
    await rule(store, "loud.test", "silence")
    await rule(store, "seen.test", "noop")
    closed, opened = await gate(store, allow_list_mode=True), await gate(store)
    for asked in ("friend.test", "https://friend.test/u/a", "friend.test:8443", "here.test"):
        assert closed.refuses(asked) is None
    for asked in ("far.test", "loud.test", "seen.test", "sub.friend.test"):
        assert code(closed, asked) == "domain_blocked"
        assert opened.refuses(asked) is None


async def test_a_suspended_actor_is_refused_by_address_and_key(store: Store) -> None:
    """S-18."""
    ada = person(5, "ada", local=False, host="far.test")
    await settle(store, ada)
    await store.transaction(lambda tx: directory.set_state(tx, ada.id, "suspended"))
    admission = await gate(store)
    assert code(admission, ada.uri) == "actor_suspended"
    assert code(admission, f"{ada.uri}#main-key") == "actor_suspended"
    assert admission.refuses(f"{ada.uri}2") is None
    await store.transaction(lambda tx: directory.set_state(tx, ada.id, "ok"))
    assert (await gate(store)).refuses(ada.uri) is None


async def test_a_block_works_at_once_and_so_does_its_end(store: Store) -> None:
    """T-3."""
    admission = await gate(store)
    watching = asyncio.create_task(admission.keep_fresh(store))
    try:
        await asyncio.sleep(0.05)
        await rule(store, "bad.test", "suspend")
        assert await soon(lambda: admission.refuses("bad.test") is not None)
        assert await store.transaction(lambda tx: domain_blocks.remove(tx, "bad.test"))
        assert await soon(lambda: admission.refuses("bad.test") is None)
    finally:
        watching.cancel()
