"""Searching: the same words find the same notes on both databases, and only for who may read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from actors.records import STRANGER, Viewer
from actors.refusals import Invalid
from notes import audiences, search, search_index, writing
from notes.plain import fold_tag
from notes.reading import NEWEST
from notes.records import Attachment, Draft, Note, Tag, Visibility
from notes.search import Found, Query
from storage.engine import Reader, Store, Transaction
from storage.statements import adding
from storage.tables import actors
from tests.counting import Counting
from tests.notes.indexing import caught_up

NOW = 1_795_262_400_000
LEA, SAM, ZOE = 11, 12, 13
GARDEN, ORCHARD = 21, 22
_ADD_ACTOR = adding(actors, "id", "uri", "kind", "local", "host", "username", "indexable",
                    "published", "updated", "fetched")  # fmt: skip

AUDIENCES: dict[Visibility, tuple[tuple[str, int], ...]] = {
    "public": (("public", 0),),
    "unlisted": (("public", 0),),
    "community": (("community", GARDEN),),
    "direct": (("person", SAM),),
}


async def write(
    tx: Transaction,
    number: int,
    *,
    title: str = "",
    content: str = "",
    author: int = LEA,
    community: int | None = GARDEN,
    language: str | None = "fr",
    visibility: Visibility = "public",
    tags: Sequence[str] = (),
    **more: Any,
) -> Note:
    note = Note(
        id=0,
        uri=f"https://here.example/n/{number}",
        kind="Article" if title else "Note",
        author_id=author,
        community_id=community,
        title=title,
        content=content,
        language=language,
        visibility=visibility,
        published=NOW + number * 1000,
    )
    named = tuple(Tag(key=fold_tag(tag), name=tag) for tag in tags)
    meant = (("person", author), *AUDIENCES[visibility])
    draft = Draft(note=note, audiences=meant, tags=named, **more)
    added = await writing.add(tx, draft, now=NOW + 10**9)
    assert added
    return added


async def people(tx: Transaction) -> None:
    for number, host, agrees in ((LEA, "here.example", 0), (SAM, "far.example:8443", 0),
                                 (ZOE, "far.example:8443", 1)):  # fmt: skip
        await tx.run(
            _ADD_ACTOR, id=number, uri=f"https://{host}/u/{number}", kind="Person", local=0,
            host=host, username=str(number), indexable=agrees, published=0, updated=0, fetched=0,
        )  # fmt: skip


async def found(store: Store, text: str, viewer: Viewer = STRANGER, **facets: Any) -> Found:
    await caught_up(store)
    return await store.reading(
        lambda reader: search.find(reader, Query(text=text, **facets), viewer)
    )


async def numbers(store: Store, text: str, viewer: Viewer = STRANGER, **facets: Any) -> list[int]:
    page = (await found(store, text, viewer, **facets)).notes
    return [int(note.uri.rpartition("/")[2]) for note in page]


TEXTS = {
    1: ("Rêver l’été", "<p>L’œuvre d’Éloïse à Çanakkale&nbsp;: la <b>mo</b>bilité rurale.</p>"),
    2: ("", "<p>Un été indien, sans pluie.</p><p>Auteur·trices et co-voiturage</p>"),
    3: (unicodedata.normalize("NFD", "Été pluvieux"), "<p>L'ETE EST INDIEN ?</p>"),
    4: ("العربية في المدرسة", "<p>שָׁלוֹם חברים 漢字を学ぶ</p>"),
    5: ("", "<p>C&amp;A &lt;script&gt; 100% l'a dit : a_b \\ ' \" * NEAR</p>"),
}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("été", [3, 2, 1]),
        ("ete", [3, 2, 1]),
        ("L'ÉTÉ", [3, 2, 1]),
        (unicodedata.normalize("NFD", "l’été"), [3, 2, 1]),
        ("oeuvre", [1]),
        ("œuvre", [1]),
        ("eloise canakkale", [1]),
        ("mobilité", [1]),
        ("mobil", [1]),  # the last word may go on
        ("mobil rurale", []),  # the others may not
        ("mo", []),  # nor one of two letters
        ('"été indien"', [2]),
        ("« été indien »", [2]),
        ('"été indi"', []),  # a phrase is closed
        ('"été indi', []),
        ("été -pluie", [3, 1]),
        ("été -pluie -« est indien »", [1]),
        ("-été", [5, 4]),
        ("covoiturage", []),
        ("co-voit", [2]),
        ("auteur", [2]),
        ("trices", [2]),
        ("العربية", [4]),
        ("שָׁלוֹם", [4]),
        ("漢字", [4]),
        ("字", [4]),
        ("字漢", []),
        ("script", [5]),
        ("c&a", [5]),
        ("near", [5]),
        ("é", []),
    ],
)
async def test_words_are_found_as_people_write_them(
    store: Store, typed: str, expected: list[int]
) -> None:  # fmt: skip
    async def deed(tx: Transaction) -> None:
        for number, (title, content) in TEXTS.items():
            await write(tx, number, title=title, content=content)

    await store.transaction(deed)
    assert await numbers(store, typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "a AND", "NOT", "été OR", "NEAR(été pluie, 2)", "words:été", "{words}: été", "^été",
        "été*", "'", "''", "'été", "\\", "été\\", "& | ! <-> :*", "été:*A", "!!été", "(", "\x00été",
        "\ud800", "-", "--", '-"', '""', "%", "é'); DROP TABLE notes; --", "\ue000n", "🌱", "::",
        "\ufdfa" * 300, "'été' & !'x'",
    ],
)  # fmt: skip
async def test_no_text_speaks_to_the_database(store: Store, typed: str) -> None:
    """S-1: whatever is typed is words or nothing; never an error, never an operator."""

    async def deed(tx: Transaction) -> None:
        await write(tx, 1, content="<p>un été</p>")
        await write(tx, 2, content=f"<p>{typed.replace(chr(0xD800), '').replace(chr(0), '')}</p>")

    await store.transaction(deed)
    assert (await found(store, typed)).total <= 2
    assert await numbers(store, "un") == [1]


async def test_what_is_too_long_is_refused_and_what_is_long_is_not(store: Store) -> None:
    await found(store, "a " * 16)
    with pytest.raises(Invalid):
        await found(store, "a " * 17)
    await found(store, "a" * 300)
    with pytest.raises(Invalid):
        await found(store, "a" * 301)


async def test_nothing_asked_finds_nothing(store: Store) -> None:
    await store.transaction(lambda tx: write(tx, 1, content="<p>mot</p>", tags=["Eau"]))
    assert await found(store, "  ") == Found()
    assert await found(store, "?!", term="eau") == Found()
    assert await numbers(store, "", term="#EAU") == [1]


async def test_only_what_the_viewer_may_read_is_found_and_counted(store: Store) -> None:
    """P-2: neither notes, nor totals, nor facets; a revocation counts at once."""

    async def deed(tx: Transaction) -> None:
        await people(tx)
        await write(tx, 1, content="secret")
        await write(tx, 2, content="secret", visibility="community", tags=["Complot"])
        await write(tx, 3, content="secret", visibility="direct", author=ZOE, language="oc")
        await write(tx, 4, content="secret", visibility="unlisted")
        await audiences.admit(tx, "community", GARDEN, ZOE, now=NOW)

    await store.transaction(deed)
    lea, sam, zoe = (Viewer(actor_id=number) for number in (LEA, SAM, ZOE))
    assert await numbers(store, "secret") == [1]
    assert await numbers(store, "secret", lea) == [4, 2, 1]
    assert await numbers(store, "secret", sam) == [3, 1]
    assert await numbers(store, "secret", zoe) == [3, 2, 1]
    assert await numbers(store, "-rien", sam) == [3, 1]
    assert await numbers(store, "", term="complot") == []
    assert await numbers(store, "", zoe, term="complot") == [2]
    outside = await found(store, "secret")
    assert outside.total == 1
    assert outside.facets["term"] == ()
    assert [facet.value for facet in outside.facets["language"]] == ["fr"]
    assert [facet.value for facet in outside.facets["author"]] == [LEA]

    async def revoke(tx: Transaction) -> None:
        await audiences.dismiss(tx, "community", GARDEN, ZOE)
        await audiences.part(tx, SAM, ZOE)
        await writing.hide(tx, outside.notes[0].id, by_community="https://here.example/c/1")

    await store.transaction(revoke)
    assert await numbers(store, "secret", zoe) == [3]
    assert await numbers(store, "secret", sam) == []
    assert (await found(store, "secret", sam)).total == 0


async def test_who_writes_elsewhere_has_to_agree_outside_communities(store: Store) -> None:
    async def deed(tx: Transaction) -> None:
        await people(tx)
        await write(tx, 1, content="jardin", author=SAM, community=None)
        await write(tx, 2, content="jardin", author=SAM)
        await write(tx, 3, content="jardin", author=ZOE, community=None)
        await write(tx, 4, content="jardin", author=SAM, community=None, mentions=(LEA,))
        await write(tx, 5, content="jardin", author=SAM, community=None, visibility="unlisted",
                    mentions=(LEA,))  # fmt: skip

    await store.transaction(deed)
    assert await numbers(store, "jardin") == [3, 2]
    assert await numbers(store, "jardin", Viewer(actor_id=LEA)) == [5, 4, 3, 2]
    assert await numbers(store, "jardin", Viewer(actor_id=SAM)) == [5, 4, 3, 2, 1]


async def test_facets_count_and_narrow(store: Store) -> None:
    async def deed(tx: Transaction) -> None:
        await people(tx)
        await write(tx, 1, title="Eau", content="pluie", language="fr-CA", tags=["Été", "Eau"])
        await write(tx, 2, content="pluie", language="fr", tags=["été"])
        await write(tx, 3, content="pluie", author=ZOE, community=ORCHARD, language="en")
        await write(tx, 4, content="soleil", author=ZOE, community=None, language=None)

    await store.transaction(deed)
    facets = (await found(store, "pluie")).facets
    shown = {name: [(one.value, one.label, one.count) for one in facets[name]] for name in facets}
    assert shown["community"] == [(GARDEN, "21", 2), (ORCHARD, "22", 1)]
    assert shown["author"] == [(LEA, "11", 2), (ZOE, "13", 1)]
    assert shown["host"] == [("here.example", "here.example", 2),
                             ("far.example:8443", "far.example:8443", 1)]  # fmt: skip
    assert shown["language"] == [("fr", "fr", 2), ("en", "en", 1)]
    assert shown["kind"] == [("Note", "Note", 2), ("Article", "Article", 1)]
    assert {(value, count) for value, _, count in shown["term"]} == {("ete", 2), ("eau", 1)}
    assert await numbers(store, "pluie", community_id=ORCHARD) == [3]
    assert await numbers(store, "", author_id=ZOE) == [4, 3]
    assert await numbers(store, "", host="FAR.example:8443", language="en") == [3]
    assert await numbers(store, "", host="far.example") == []
    assert await numbers(store, "pluie", kind="Article") == [1]
    assert await numbers(store, "pluie", language="fr-FR") == [2, 1]
    assert await numbers(store, "-pluie", author_id=ZOE) == [4]


async def test_pages_follow_each_other_with_three_queries_each(store: Store) -> None:
    async def deed(tx: Transaction) -> None:
        for number in range(1, 1006):
            await write(tx, number, content="<p>goutte</p>")

    await store.transaction(deed)
    await caught_up(store)

    async def page(reader: Reader, before: int, count: int = 20) -> tuple[Found, int]:
        counting = Counting(reader)
        asked = Query(text="goutte")
        return await search.find(
            counting, asked, STRANGER, before=before, count=count
        ), counting.count

    first, queries = await store.reading(lambda reader: page(reader, NEWEST))
    assert [note.published for note in first.notes] == [
        NOW + number * 1000 for number in range(1005, 985, -1)
    ]
    assert (first.total, first.more, first.before, queries) == (1000, True, first.notes[-1].id, 3)
    assert first.facets["community"][0].count == 1000
    last = first.notes[-1].id
    deep, queries = await store.reading(lambda reader: page(reader, last, 984))
    assert len({*first.notes, *deep.notes}) == 1004
    assert (deep.total, deep.more, queries) == (1000, True, 3)
    assert deep.before is not None
    end, _ = await store.reading(lambda reader: page(reader, deep.before or 0))
    assert (len(end.notes), end.before) == (1, None)


async def test_the_index_follows_the_note(store: Store) -> None:
    async def deed(tx: Transaction) -> Note:
        return await write(
            tx, 1, title="Avant", content="vieux", tags=["Alors"],
            attachments=(Attachment(url="https://here.example/m/1", alt="Une grenouille"),),
        )  # fmt: skip

    note = await store.transaction(deed)
    assert await numbers(store, "grenouille") == await numbers(store, "alors") == [1]
    newer = Draft(note=replace(note, title="Après", content="neuf", updated=NOW + 5000))
    await store.transaction(lambda tx: writing.revise(tx, note, newer, now=NOW + 5000))
    for gone in ("avant", "vieux", "alors", "grenouille"):
        assert await numbers(store, gone) == []
    assert await numbers(store, "apres neuf", community_id=GARDEN) == [1]
    await store.transaction(lambda tx: writing.move_thread(tx, note.id, ORCHARD))
    assert await numbers(store, "apres neuf", community_id=GARDEN) == []
    assert await numbers(store, "apres neuf", community_id=ORCHARD) == [1]
    await store.transaction(
        lambda tx: writing.remove(tx, note, author_uri="https://here.example/u/1", now=NOW)
    )
    assert await numbers(store, "neuf") == await numbers(store, "-rien") == []


async def test_a_deed_that_fails_leaves_the_index_alone(store: Store) -> None:
    async def deed(tx: Transaction) -> None:
        await write(tx, 1, content="mot")
        raise LookupError

    with pytest.raises(LookupError):
        await store.transaction(deed)
    assert await numbers(store, "mot") == []


async def test_everything_can_be_indexed_anew_in_chunks(store: Store) -> None:
    async def deed(tx: Transaction) -> list[Note]:
        await people(tx)
        made = [await write(tx, n, content="graine", tags=["Blé"]) for n in range(1, 6)]
        for note in made[:3]:
            await search_index.remove(tx, note.id)
        return made

    notes = await store.transaction(deed)
    assert await numbers(store, "graine") == [5, 4]
    chunks = []
    after: int | None = 0
    while after is not None:
        after = await store.transaction(partial(search_index.rebuild, after=after, chunk=2))
        chunks.append(after)
    assert chunks == [notes[1].id, notes[3].id, None]
    assert await numbers(store, "graine", term="blé", host="here.example") == [5, 4, 3, 2, 1]


async def test_a_note_of_twenty_thousand_words_is_found_by_its_last(store: Store) -> None:
    text = " ".join(f"m{number}" for number in range(20_000))
    huge = " ".join(f"é{number}" * 30 for number in range(60_000))

    async def deed(tx: Transaction) -> None:
        await write(tx, 1, content=f"<p>{text} fin</p>")
        await write(tx, 2, content=f"<p>{huge} fin</p>")

    await store.transaction(deed)
    assert await numbers(store, "m19999 fin") == [1]
    assert await numbers(store, '"m12000 m12001"') == [1]
    assert await numbers(store, "é1" * 30) == [2]
    assert await numbers(store, "", kind="Note") == [2, 1]
