"""Lists of hosts, one by one and by Mastodon's CSV."""

from __future__ import annotations

import pytest

from actions import blocks
from actors.addresses import Site
from actors.refusals import Invalid, NotFound
from moderation.domain_blocks import DomainBlock
from storage.engine import Store
from tests.actors.people import NOW

SITE = Site(domain="here.test")
LIST = """\
#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
Bad.Test,suspend,True,true,"spam, mostly",false
loud.test,silence,false,False,,true
sub.bad.test,noop,false,false,,false
"""


async def hosts(store: Store) -> dict[str, DomainBlock]:
    return {block.host: block for block in await blocks.blocked_hosts(store)}


async def test_a_host_is_blocked_in_whatever_spelling_and_unblocked(store: Store) -> None:
    block = DomainBlock(host="https://BAD.test./x", public_comment="spam", at=NOW)
    done = await blocks.block_host(store, SITE, block)
    assert await hosts(store) == {"bad.test": done}
    assert (done.severity, done.public_comment, done.at) == ("suspend", "spam", NOW)
    await blocks.unblock_host(store, "Bad.test")
    assert await hosts(store) == {}
    with pytest.raises(NotFound):
        await blocks.unblock_host(store, "bad.test")


@pytest.mark.parametrize("host", ["here.test", "HERE.test:443", "*.bad.test", ""])
async def test_not_ourselves_and_no_nonsense(store: Store, host: str) -> None:
    with pytest.raises(Invalid):
        await blocks.block_host(store, SITE, DomainBlock(host=host))
    assert await hosts(store) == {}


async def test_a_list_of_mastodons_comes_in_and_goes_out_the_same(store: Store) -> None:
    done = await blocks.import_csv(store, SITE, LIST, now=NOW)
    assert (done.added, done.kept, done.refused) == (3, 0, ())
    found = await hosts(store)
    assert found["bad.test"].reject_media
    assert found["bad.test"].public_comment == "spam, mostly"
    assert found["loud.test"].severity == "silence"
    exported = await blocks.export_csv(store)
    assert exported.splitlines()[0] == LIST.splitlines()[0]
    assert sorted(exported.lower().splitlines()) == sorted(LIST.lower().splitlines())


async def test_rules_we_have_are_kept_unless_asked_otherwise(store: Store) -> None:
    """T-1."""
    ours = DomainBlock(host="bad.test", severity="silence", private_comment="known", at=NOW)
    await blocks.block_host(store, SITE, ours)
    await blocks.block_host(store, SITE, DomainBlock(host="mine.test", at=NOW))
    done = await blocks.import_csv(store, SITE, LIST, now=NOW)
    assert (done.added, done.kept) == (2, 1)
    assert (await hosts(store))["bad.test"].severity == "silence"
    done = await blocks.import_csv(store, SITE, LIST, now=NOW, override=True)
    assert (done.added, done.kept) == (3, 0)
    assert (await hosts(store))["bad.test"].severity == "suspend"
    assert "mine.test" in await hosts(store)


async def test_lines_that_cant_be_used_are_left_out_and_named(store: Store) -> None:
    text = "#domain,#severity\nb*d.test,suspend\n\nhere.test,suspend\nbad.test\nx.test,allow\n"
    done = await blocks.import_csv(store, SITE, text, now=NOW)
    assert (done.added, [line for line, _ in done.refused]) == (1, [2, 4, 6])
    assert set(await hosts(store)) == {"bad.test"}


@pytest.mark.parametrize(
    "text", ["", "bad.test\n", "#host\nbad.test", '#domain\n"' + "x" * 200_000]
)
async def test_what_is_no_such_list_is_refused_whole(store: Store, text: str) -> None:
    with pytest.raises(Invalid):
        await blocks.import_csv(store, SITE, text, now=NOW)
    assert await hosts(store) == {}


async def test_the_allow_list_and_private_comments_stay_here(store: Store) -> None:
    await blocks.block_host(store, SITE, DomainBlock(host="friend.test", severity="allow"))
    await blocks.block_host(store, SITE, DomainBlock(host="bad.test", private_comment="secret"))
    exported = await blocks.export_csv(store)
    assert "bad.test" in exported
    assert "friend.test" not in exported
    assert "secret" not in exported
