"""The sample world: the same each time, of the right size, whole, plausible and difficult."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from notes.text import render_markdown
from worlds.casting import END, START
from worlds.content import World, fingerprint, generate, placed
from worlds.hard_cases import CLOCK_AHEAD, WATCHED_BY_FOUR
from worlds.sizes import AMOUNTS
from worlds.talks import MOST_DEPTH
from worlds.world_records import Note, Reply, Size

# People and places of the research field and of the software around us: none may appear.
FORBIDDEN = re.compile(
    r"praxis|encommun|(?-i:En commun)|entr['’]?acte|nadeau|loutfi|mastodon|lemmy(?!\.test)|nodebb"
    r"|wenger|wikip|google|facebook|québec|montréal|paris\b|lorem|ipsum",
    re.IGNORECASE,
)


generated = cache(generate)


@pytest.fixture(scope="module")
def world() -> World:
    return generate("small", 7)


@pytest.fixture(scope="module")
def notes(world: World) -> dict[str, Note]:
    return {note.key: note for note in world.notes()}


def test_the_same_seed_gives_the_same_bytes_in_another_process(world: World) -> None:
    code = "from worlds.content import *; print(fingerprint(generate('small', 7)))"
    there = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "77"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == fingerprint(world)
    assert fingerprint(generate("small", 8)) != fingerprint(world)


def test_a_note_is_the_same_whenever_it_is_asked_for(world: World, notes: dict[str, Note]) -> None:
    assert world.note("n00080") == notes["n00080"]
    for wrong in ("n00090", "n-0001", "", "k0001"):
        with pytest.raises(KeyError):
            world.note(wrong)


@pytest.mark.parametrize("size", ["small", "realistic", "praxis"])
def test_tables_have_their_size(size: Size) -> None:
    world, amounts = generated(size, 3), AMOUNTS[size]
    assert len(world.instances) == amounts.instances
    assert len(world.people) == amounts.people
    assert len(world.organisations) == amounts.organisations
    assert len(world.terms) == amounts.terms
    assert len(world.mappings) == amounts.mappings
    assert len(world.carnets) == amounts.carnets
    kinds = Counter(c.kind for c in world.communities)
    order = ("private", "open", "bridge", "informal", "unlisted")
    assert tuple(kinds[kind] for kind in order) == amounts.communities  # type: ignore[index]
    states = Counter(share.state for share in world.shares)
    order = ("accepted", "pending", "refused", "revoked", "expired")
    assert tuple(states[state] for state in order) == amounts.shares  # type: ignore[index]
    sizes = [carnet.size for carnet in world.carnets]
    assert sizes[:2] == [65, 10]
    assert all(3 <= size <= 40 for size in sizes[2:])


def test_what_is_made_on_demand_has_its_size(world: World, notes: dict[str, Note]) -> None:
    assert len(notes) == world.note_count == 90
    threads = list(world.threads())
    assert len(threads) == 20
    assert sum(len(thread.replies) for thread in threads) == 120
    assert max(len(thread.replies) for thread in threads) == 30
    kinds = Counter(note.kind for note in notes.values())
    shares = {"general": 53, "veille": 20, "practice": 10, "term": 8, "organisation": 7}
    assert all(abs(kinds[kind] - share * 0.9) <= 2 for kind, share in shares.items())  # type: ignore[index]
    placed_in = Counter(e.note for carnet in world.carnets for e in world.entries(carnet))
    assert sum(many >= 2 for many in placed_in.values()) == 10


def test_memberships_are_spread_as_in_life() -> None:
    world = generated("realistic", 3)
    bridges = {c.key for c in world.communities if c.kind == "bridge"}
    joined = Counter(m.person for m in world.memberships if m.community not in bridges)
    spread = Counter(min(many, 3) for many in joined.values())
    assert len(joined) == 400
    assert [round(spread[n] / 400, 1) for n in (1, 2, 3)] == [0.7, 0.2, 0.1]
    assert any(m.discreet for m in world.memberships)
    hats = Counter(len(person.organisations) for person in world.people)
    assert hats[2] > 15


def test_nobody_shares_a_handle() -> None:
    world = generated("praxis", 3)
    handles = [p.username for p in (*world.people, *world.guests)]
    handles += [c.username for c in world.communities] + [k.username for k in world.carnets]
    assert len(set(handles)) == len(handles)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_]{1,29}", handle) for handle in handles)


def test_everything_named_exists(world: World, notes: dict[str, Note]) -> None:
    people = {p.key for p in (*world.people, *world.guests)}
    communities = {c.key: c for c in world.communities}
    terms, organisations = {t.key for t in world.terms}, {o.key for o in world.organisations}
    for note in notes.values():
        assert {author.person for author in note.authors} <= people
        assert {author.hat for author in note.authors} <= organisations | {None}
        assert note.community in communities
        assert set(note.links) <= set(notes)
        assert note.adapted_from is None or note.adapted_from in notes
        assert set(note.terms) <= terms
        circles = {circle.key for circle in communities[note.community].circles}
        assert note.circle is None or note.circle in circles
    for membership in world.memberships:
        assert membership.person in people
        assert membership.community in communities
    for carnet in world.carnets:
        assert {*carnet.managers, *carnet.contributors} <= people
        assert {carnet.slots.contents, carnet.slots.abstract} <= {*notes, None}
    for mapping in world.mappings:
        assert {mapping.source, mapping.target} <= terms
    for community in world.communities:
        assert set(community.spans) <= set(communities)
        heads = [m for m in world.memberships if m.community == community.key]
        assert any(m.role == "responsable" for m in heads)


def test_entries_hang_together(world: World, notes: dict[str, Note]) -> None:
    for carnet in world.carnets:
        entries = world.entries(carnet)
        assert len(entries) == carnet.size
        assert [entry.position for entry in entries] == list(range(carnet.size))
        assert len({entry.note for entry in entries}) == carnet.size
        categories = {word for _, words in carnet.categories for word in words}
        for entry in entries:
            assert set(entry.categories) <= categories
            assert entry.integrated_by in {*carnet.managers, *carnet.contributors}
            assert notes[entry.note].published <= entry.integrated_at <= END
            assert entry.revision is None or entry.revision <= notes[entry.note].revisions


def test_the_study_was_put_in_within_a_morning(world: World) -> None:
    entries = world.entries(world.carnets[0])
    assert max(e.integrated_at for e in entries) < min(e.changed_at or 0 for e in entries)
    assert {e.number.count(".") for e in entries} == {1, 2, 3}
    assert len({category for e in entries for category in e.categories}) == 6


def test_threads_hang_together(world: World, notes: dict[str, Note]) -> None:
    people = {p.key for p in (*world.people, *world.guests)}
    for thread in world.threads():
        seen: dict[str, Reply] = {}
        for reply in thread.replies:
            parent = seen[reply.parent] if reply.parent else None
            assert reply.depth == (parent.depth + 1 if parent else 1) <= MOST_DEPTH
            assert (parent.at if parent else notes[thread.note].published) < reply.at <= END
            assert reply.author in people
            seen[reply.key] = reply
    assert {r.shape for t in world.threads() for r in t.replies} > {"passerelle"}


def test_dates_are_plausible(world: World, notes: dict[str, Note]) -> None:
    joined = {(m.person, m.community): m.joined for m in world.memberships}
    for community in world.communities:
        assert START <= community.founded < END
        assert community.charter[0].at == community.founded
    for note in notes.values():
        assert START < note.published < END
        assert note.updated is None or note.published < note.updated <= END
        first = joined.get((note.authors[0].person, note.community), 0)
        assert first <= note.published
    years = {(note.published - START) // (365 * 86_400_000) for note in notes.values()}
    assert len(years) >= 3


def test_the_last_revision_is_the_note(world: World, notes: dict[str, Note]) -> None:
    for note in notes.values():
        states = world.revisions(note)
        assert [state.number for state in states] == list(range(1, note.revisions + 1))
        assert (states[-1].body, states[-1].title) == (note.body, note.title)
        assert [state.at for state in states] == sorted(state.at for state in states)
        assert states[-1].at == (note.updated or note.published)
        assert states[0].at == note.published


def test_hard_cases_are_there(world: World, notes: dict[str, Note]) -> None:
    """Long, crowded, circular, empty, decomposed, from right to left, without licence."""
    cases = {
        name: [notes[key] for key in keys if key in notes]
        for name, keys in world.hard_cases.items()
    }
    assert len(cases["long-title"][0].title) == 240
    assert len(cases["long-text"][0].body.split()) >= 20_000
    assert len({author.person for author in cases["forty-authors"][0].authors}) == 40
    first, second, third = cases["circular-links"]
    assert second.key in first.links
    assert third.key in second.links
    assert first.key in third.links
    assert "" in [state.body for state in world.revisions(cases["empty-revision"][0])]
    assert first.body != ""
    assert second.published - second.received == CLOCK_AHEAD
    assert cases["untitled"][0].title == ""
    watched = cases["watched-by-four"]
    assert {note.watched for note in watched} == {WATCHED_BY_FOUR}
    assert len({note.community for note in watched}) == 4
    assert cases["deleted-entry"][0].deleted
    odd = cases["decomposed-accents"][0]
    assert odd.title != unicodedata.normalize("NFC", odd.title)
    turned = cases["right-to-left"][0].body
    assert {"R", "AL"} <= set(map(unicodedata.bidirectional, turned))
    assert "```python" in cases["code"][0].body
    assert "👩" in cases["emoji"][0].body
    assert cases["licence-absent"][0].licence is None
    assert cases["licence-conflict"][0].licence == "CC-BY-NC-ND-4.0"
    assert cases["missing-media"][0].attachments[0].missing


def test_hard_cases_beside_the_notes(world: World) -> None:
    people = {p.key: p for p in world.people}
    assert people[world.hard_cases["deleted-member"][0]].deleted
    twins = [c for c in world.communities if c.key in world.hard_cases["same-name"]]
    assert twins[0].name == twins[1].name
    assert twins[0].instance != twins[1].instance
    assert any(p.name != unicodedata.normalize("NFC", p.name) for p in world.people)


def test_a_deleted_note_is_in_a_carnet() -> None:
    """Whatever the seed."""
    for seed in range(5):
        world = generate("small", seed)
        entries = {e.note for carnet in world.carnets for e in world.entries(carnet)}
        assert set(world.hard_cases["deleted-entry"]) <= entries
        assert set(world.hard_cases["licence-conflict"]) <= entries


def test_no_real_name_is_used(world: World, notes: dict[str, Note]) -> None:
    texts = [note.title + note.abstract + note.body for note in notes.values()]
    texts += [reply.body for thread in world.threads() for reply in thread.replies]
    texts += [p.name + p.positioning for p in (*world.people, *world.guests)]
    texts += [c.name + c.description + c.charter[-1].text for c in world.communities]
    texts += [o.name for o in world.organisations] + [k.title + k.summary for k in world.carnets]
    texts += [term.label + term.definition for term in world.terms]
    assert [found[0] for text in texts if (found := FORBIDDEN.search(text))] == []
    assert FORBIDDEN.search("selon Praxis")


def test_no_slot_is_left_unsaid(world: World, notes: dict[str, Note]) -> None:
    code = set(world.hard_cases["code"])
    texts = [n.title + n.abstract + n.body for n in notes.values() if n.key not in code]
    texts += [reply.body for thread in world.threads() for reply in thread.replies]
    assert not [text for text in texts if re.search(r"[{}]|  |\bde [aeiouéè]\w+r\b", text)]


def test_notes_are_written_in_several_languages() -> None:
    world = generated("realistic", 3)
    spoken = Counter(world.note(f"n{row:05}").language for row in range(90, 390))
    assert spoken["fr"] > 200
    assert spoken["en"] > 10
    assert spoken["es"] > 0


def test_bodies_render_well(world: World, notes: dict[str, Note]) -> None:
    """Headings, lists, quotations, tables, code, hashtags and links come out as such."""
    seen: Counter[str] = Counter()
    for note in notes.values():
        if note.key in world.hard_cases["long-text"]:
            continue
        body = placed(note.body, note_url="https://alpha.test/n/{}".format, host=str)
        html = render_markdown(
            body,
            mention=lambda handle: None,
            hashtag_url="https://alpha.test/tags/{}".format,
            article=True,
        ).html
        tags = set(re.findall(r"<(\w+)", str(html)))
        seen.update(tags)
        assert "note:n" not in html
        assert not re.search(r"(?m)^(?:<p>)?(?:#{1,3} |- |\|)", str(html))
    assert {"h2", "ul", "ol", "blockquote", "table", "pre", "code", "a", "strong"} <= set(seen)


def test_placed_puts_real_addresses() -> None:
    text = "[a](note:n00001) @lea@beta.test et beta.test"
    real = placed(text, note_url=lambda key: f"https://x/{key}", host=lambda name: "h.example")
    assert real == "[a](https://x/n00001) @lea@h.example et beta.test"


def test_a_long_note_renders_part_by_part(world: World) -> None:
    """20,000 words are some 126,000 characters."""
    body = world.note(world.hard_cases["long-text"][0]).body
    parts = body.split("\n\n## ")
    assert len(parts) > 50
    for part in parts[1:]:
        html = render_markdown(f"## {part}", mention=lambda handle: None, hashtag_url=str).html
        assert html.startswith("<h")


@pytest.mark.long
def test_the_largest_world_streams() -> None:
    """Everything in it is made within 60 seconds of CPU, and little of it is held at a time."""
    world = generate("praxis", 1)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    assert sum(1 for note in world.notes() if world.revisions(note)) == 12_000
    lengths = [len(thread.replies) for thread in world.threads()]
    assert (len(lengths), sum(lengths), max(lengths)) == (6_000, 60_000, 300)
    placed_in = Counter(e.note for carnet in world.carnets for e in world.entries(carnet))
    assert sum(many >= 2 for many in placed_in.values()) == 1_800
    assert time.process_time() - begun < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes
