"""Writes the threads of a sample world: who answers whom, and what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from worlds.casting import END, NEIGHBOURS
from worlds.grammar import typeset
from worlds.outlines import HARD_FROM, note_key
from worlds.prose import Prose
from worlds.sizes import Amounts
from worlds.world_records import Instance, Note, Person, Reply, Thread

MOST_DEPTH = 6
_HOUR = 3_600_000
_FOREIGN_SHARE = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One row per thread: the note's number, the community ("" for the note's own), replies."""

    notes: Sequence[int]
    communities: Sequence[str]
    sizes: Sequence[int]


def plan(seed: int, amounts: Amounts, homes: Sequence[str]) -> Plan:
    """The first thread is the longest; one in eight discusses a note in a second community."""
    rnd = Random(f"{seed}/talks")
    rows = rnd.sample(
        range(HARD_FROM, amounts.notes), min(amounts.threads, amounts.notes - HARD_FROM)
    )
    notes: list[int] = []
    communities: list[str] = []
    for index in range(amounts.threads):
        again = bool(notes) and (index % 8 == 7 or index >= len(rows))
        notes.append(
            notes[index - 1 - index % 7] if again and index > 7 else rows[index % len(rows)]
        )
        communities.append(rnd.choice(homes) if again else "")
    sizes = [1] * amounts.threads
    sizes[0] = amounts.longest_thread
    weights = [rnd.lognormvariate(0, 1) for _ in range(amounts.threads - 1)]
    for row in rnd.choices(range(1, amounts.threads), weights, k=amounts.replies - sum(sizes)):
        room = row if sizes[row] < amounts.longest_thread // 2 else sizes.index(min(sizes))
        sizes[room] += 1
    return Plan(notes=notes, communities=communities, sizes=sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who may speak: members by community, guests from elsewhere, the hosts of all."""

    people: Mapping[str, Person]
    members: Mapping[str, Sequence[str]]
    guests: Sequence[Person]
    hosts: Mapping[str, Instance]


def thread(seed: int, index: int, talks: Plan, note: Note, company: Company) -> Thread:
    """Thread `index`, about `note`."""
    rnd = Random(f"{seed}/thread/{index}")
    community = talks.communities[index] or note.community
    prose = Prose(rnd, note.theme, "en" if note.language == "en" else "fr")
    at = note.published
    pace = max(1, min(30 * _HOUR, (END - at - _HOUR) // (talks.sizes[index] + 1)))
    replies: list[Reply] = []
    for number in range(talks.sizes[index]):
        at += rnd.randint(max(1, pace // 20), pace)
        parent = _parent(rnd, replies)
        key = f"r{index:05}-{number:03}"
        replies.append(_reply(rnd, prose, key, parent, at, community, note, company))
    return Thread(
        key=f"d{index:05}",
        note=note_key(talks.notes[index]),
        community=community,
        replies=tuple(replies),
    )


def _parent(rnd: Random, replies: Sequence[Reply]) -> Reply | None:
    """Half answer the last ones, a third the note itself, others somebody in between."""
    drawn = rnd.random()
    if not replies or drawn < 0.33:
        return None
    parent = rnd.choice(replies[-4:] if drawn < 0.85 else replies)
    return parent if parent.depth < MOST_DEPTH else None


def _reply(
    rnd: Random,
    prose: Prose,
    key: str,
    parent: Reply | None,
    at: int,
    community: str,
    note: Note,
    company: Company,
) -> Reply:
    shape: Literal["passerelle", "mastodon", "lemmy"] = "passerelle"
    author = company.people[rnd.choice(company.members[community])]
    # Only what everybody may read is answered from elsewhere.
    open_to_all = note.visibility in ("public", "unlisted")
    if open_to_all and rnd.random() < _FOREIGN_SHARE:
        author = rnd.choice(company.guests)
        shape = "mastodon" if author.instance == NEIGHBOURS[0].key else "lemmy"
    body = prose.one("replies")
    if rnd.random() < 0.45:
        body += f" {prose.one('more')}"
    if rnd.random() < 0.12:
        body += f"\n\n{prose.paragraph()}"
    answered = company.people[parent.author if parent else note.authors[0].person]
    return Reply(
        key=key,
        parent=parent.key if parent else None,
        author=author.key,
        at=at,
        body=_shaped(shape, body, answered, company, parent),
        depth=parent.depth + 1 if parent else 1,
        shape=shape,
    )


def _shaped(shape: str, body: str, answered: Person, company: Company, parent: Reply | None) -> str:
    """Mastodon writes the handle of whom it answers; Lemmy's people quote."""
    if shape == "mastodon":
        return f"@{answered.username}@{company.hosts[answered.instance].host} {body}"[:500]
    if shape == "lemmy" and parent:
        said = parent.body.rpartition("\n")[2][:120].rstrip()
        return f"> {typeset(said)}\n\n{body}"
    return body
