"""Makes sample worlds: what practitioners of three to five instances might have written in years.

Everything follows from a size and a seed, and is made up: people, towns, organisations, texts. The
small tables of a world are held; notes, revisions, threads and entries are made as they are asked
for, each on its own, so that the largest world needs little memory.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from worlds import (
    articles,
    casting,
    hard_cases,
    joining,
    naming,
    notebooks,
    outlines,
    seasons,
    talks,
)
from worlds import world_records as records
from worlds.prose import Prose
from worlds.sizes import AMOUNTS

_PLACEHOLDER = re.compile(r"\(note:(?P<note>n\d+)\)|(?<=@)(?P<host>[a-z]+\.test)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A sample world. `neighbours` run other software, `guests` live there.

    `hard_cases`: name -> keys of the notes (for `deleted-member`, the person; for `same-name`, the
    communities) that show it.
    """

    size: records.Size
    seed: int
    instances: tuple[records.Instance, ...]
    neighbours: tuple[records.Instance, ...]
    organisations: tuple[records.Organisation, ...]
    communities: tuple[records.Community, ...]
    people: tuple[records.Person, ...]
    guests: tuple[records.Person, ...]
    memberships: tuple[records.Membership, ...]
    terms: tuple[records.Term, ...]
    mappings: tuple[records.Mapping, ...]
    carnets: tuple[records.Carnet, ...]
    shares: tuple[records.Share, ...]
    happenings: tuple[records.Happening, ...]
    hard_cases: Mapping[str, tuple[str, ...]]
    _sources: articles.Sources
    _binding: notebooks.Binding
    _talks: talks.Plan
    _company: talks.Company

    @property
    def note_count(self) -> int:
        return AMOUNTS[self.size].notes

    def note(self, key: str) -> records.Note:
        """One note by its key, the same each time. Raises KeyError for a key of no note."""
        index = int(key[1:]) if re.fullmatch(r"n\d{5}", key) else self.note_count
        if index >= self.note_count:
            raise KeyError(key)
        return self._note(index)

    def notes(self) -> Iterator[records.Note]:
        """Every note, made one at a time."""
        return map(self._note, range(self.note_count))

    def revisions(self, note: records.Note) -> tuple[records.Revision, ...]:
        """The states of a note, oldest first; the last one is the note."""
        return hard_cases.emptied(articles.revisions(self._sources, note), int(note.key[1:]))

    def threads(self) -> Iterator[records.Thread]:
        """Every thread with its replies, made one at a time."""
        for index, row in enumerate(self._talks.notes):
            note = self._note(row, whole=False)
            yield talks.thread(self.seed, index, self._talks, note, self._company)

    def entries(self, carnet: records.Carnet) -> tuple[records.Entry, ...]:
        """The carnet's notes in reading order."""
        return notebooks.entries(self._binding, carnet, int(carnet.key[1:]))

    def _note(self, index: int, *, whole: bool = True) -> records.Note:
        note = articles.plain_note(self._sources, index, whole=whole)
        prose = Prose(self._sources.drawing("trouble", index), note.theme)
        everybody = tuple(person.key for person in (*self.people[:60], *self.guests))
        setting = hard_cases.Setting(prose=prose, people=everybody)
        return hard_cases.made_difficult(note, index, setting)


def generate(size: records.Size, seed: int) -> World:
    """The world of this size and seed: the same records, text for text, wherever it is made.

    Raises KeyError for an unknown size.
    """
    amounts = AMOUNTS[size]
    organisations = casting.organisations(seed, amounts)
    found = casting.communities(seed, amounts)
    crowd = joining.crowd(seed, amounts, found, organisations)
    members = _by_community(found, crowd.memberships)
    keys = {key: tuple(m.person for m in group) for key, group in members.items()}
    found = joining.with_circles(seed, found, keys)
    homes = tuple(c for c in found if c.kind != "bridge")
    bridges = tuple(c for c in found if c.kind == "bridge")
    terms = naming.terms(seed, amounts, homes)
    sources = articles.Sources(
        seed=seed,
        amounts=amounts,
        outline=outlines.outline(seed, amounts, homes, terms, len(organisations)),
        people={person.key: person for person in crowd.people},
        members=members,
        terms=terms,
        terms_of=_terms_of(terms),
        organisations=organisations,
    )
    binding = _binding(sources, keys)
    places = casting.instances(amounts)
    taken = {person.username for person in (*crowd.people, *crowd.guests)}
    taken |= {community.username for community in found}
    return World(
        size=size,
        seed=seed,
        instances=places,
        neighbours=casting.NEIGHBOURS,
        organisations=_presented(organisations, sources.outline),
        communities=found,
        people=crowd.people,
        guests=crowd.guests,
        memberships=crowd.memberships,
        terms=_explained(terms, sources.outline),
        mappings=naming.mappings(seed, amounts, terms, keys),
        carnets=tuple(notebooks.carnets(binding, taken)),
        shares=seasons.shares(
            seed,
            amounts,
            sources.outline,
            bridges,
            members,
            lambda row: binding.stamps(row).published,
        ),
        happenings=seasons.happenings(found, bridges, places),
        hard_cases=_hard_cases(crowd, found),
        _sources=sources,
        _binding=binding,
        _talks=talks.plan(seed, amounts, tuple(home.key for home in homes)),
        _company=_company(crowd, keys, places),
    )


def fingerprint(world: World) -> str:
    """SHA-256 over every record of the world, in hexadecimal."""
    digest = hashlib.sha256()
    for record in every_record(world):
        digest.update(repr(record).encode())
    return digest.hexdigest()


def every_record(world: World) -> Iterator[object]:
    """All records, the ones made on demand included."""
    yield from (*world.instances, *world.neighbours, *world.organisations, *world.communities)
    yield from (*world.people, *world.guests, *world.memberships, *world.terms, *world.mappings)
    for carnet in world.carnets:
        yield carnet
        yield from world.entries(carnet)
    for note in world.notes():
        yield note
        yield from world.revisions(note)
    yield from world.threads()
    yield from (*world.shares, *world.happenings)


def placed(text: str, *, note_url: Callable[[str], str], host: Callable[[str], str]) -> str:
    """The text with real addresses: `note_url` gets a note's key, `host` a name as alpha.test."""

    def real(match: re.Match[str]) -> str:
        if match["note"]:
            return f"({note_url(match['note'])})"
        return host(match["host"])

    return _PLACEHOLDER.sub(real, text)


def _hard_cases(
    crowd: joining.Crowd, found: tuple[records.Community, ...]
) -> dict[str, tuple[str, ...]]:
    gone = next(person.key for person in crowd.people if person.deleted)
    named = {"deleted-member": (gone,), "same-name": (found[0].key, found[1].key)}
    return {**hard_cases.named_cases(), **named}


def _by_community(
    found: tuple[records.Community, ...], memberships: tuple[records.Membership, ...]
) -> dict[str, tuple[records.Membership, ...]]:
    members: dict[str, list[records.Membership]] = {community.key: [] for community in found}
    for membership in memberships:
        members[membership.community].append(membership)
    return {key: tuple(group) for key, group in members.items()}


def _terms_of(terms: tuple[records.Term, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        found[term.community].append(term.key)
    return {key: tuple(group) for key, group in found.items()}


def _binding(
    sources: articles.Sources, members: Mapping[str, tuple[str, ...]]
) -> notebooks.Binding:
    return notebooks.Binding(
        seed=sources.seed,
        outline=sources.outline,
        shelf=notebooks.shelf(sources.seed, sources.amounts, sources.outline),
        members=members,
        stamps=lambda row: articles.stamps(sources, row),
    )


def _first_notes(outline: outlines.Outline, kind: str) -> dict[int, str]:
    """Row of a term or an organisation -> the first note about it."""
    first: dict[int, str] = {}
    for index, (written, subject) in enumerate(zip(outline.kinds, outline.subjects, strict=True)):
        if written == kind:
            first.setdefault(subject, outlines.note_key(index))
    return first


def _explained(
    terms: tuple[records.Term, ...], outline: outlines.Outline
) -> tuple[records.Term, ...]:
    notes = _first_notes(outline, "term")
    return tuple(replace(term, note=notes.get(row)) for row, term in enumerate(terms))


def _presented(
    organisations: tuple[records.Organisation, ...], outline: outlines.Outline
) -> tuple[records.Organisation, ...]:
    notes = _first_notes(outline, "organisation")
    return tuple(replace(o, note=notes.get(row)) for row, o in enumerate(organisations))


def _company(
    crowd: joining.Crowd,
    members: Mapping[str, tuple[str, ...]],
    places: tuple[records.Instance, ...],
) -> talks.Company:
    return talks.Company(
        people={person.key: person for person in (*crowd.people, *crowd.guests)},
        members=members,
        guests=crowd.guests,
        hosts={place.key: place for place in (*places, *casting.NEIGHBOURS)},
    )
