"""People of a sample world, and the communities they belong to."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from worlds.casting import DAY, END, NEIGHBOURS
from worlds.grammar import typeset
from worlds.people_names import GIVEN, PSEUDONYMS, TOWNS, family_name, username
from worlds.prose import Prose
from worlds.sizes import Amounts
from worlds.wordings import JOIN_WORDS, POSITIONS, ROLES
from worlds.world_records import (
    Circle,
    Community,
    Membership,
    Organisation,
    Person,
    Role,
)

GUESTS = 24
_FIRST_ROLES: tuple[Role, ...] = ("responsable", "animation", "curation", "moderation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """`guests` have accounts at neighbours' and only take part in talks and co-write a note."""

    people: tuple[Person, ...]
    guests: tuple[Person, ...]
    memberships: tuple[Membership, ...]


def crowd(
    seed: int, amounts: Amounts, found: Sequence[Community], organisations: Sequence[Organisation]
) -> Crowd:
    """70 % are in one community, 22 % in two, 8 % in three to five; 5 % are discreet."""
    rnd = Random(f"{seed}/people")
    taken = {community.username for community in found}
    homes = [community for community in found if community.kind != "bridge"]
    people: list[Person] = []
    memberships: list[Membership] = []
    seats: dict[str, int] = {}
    for index in range(amounts.people):
        joined = _joined(rnd, index, homes)
        person = _person(rnd, index, joined[0], taken, organisations)
        people.append(person)
        discreet = index == 5 or rnd.random() < 0.05
        for community in joined:
            seat = seats[community.key] = seats.get(community.key, 0) + 1
            memberships.append(_membership(rnd, person, community, seat - 1, discreet=discreet))
    people[3] = replace(people[3], deleted=END - 9 * DAY)
    accents = "Élodie Trédec-Éloïse"
    people[4] = replace(
        people[4],
        name=unicodedata.normalize("NFD", accents),
        username=username(accents, taken),
    )
    memberships += _bridge_keepers(rnd, found, memberships)
    guests = tuple(_guest(rnd, index, taken) for index in range(GUESTS))
    return Crowd(people=tuple(people), guests=guests, memberships=tuple(memberships))


def _joined(rnd: Random, index: int, homes: Sequence[Community]) -> list[Community]:
    drawn = rnd.random()
    many = 1 if drawn < 0.70 else 2 if drawn < 0.92 else rnd.randint(3, 5)
    first = homes[index % len(homes)]
    others = [home for home in rnd.sample(homes, many) if home is not first]
    return [first, *others[: many - 1]]


def _person(
    rnd: Random,
    index: int,
    home: Community,
    taken: set[str],
    organisations: Sequence[Organisation],
) -> Person:
    prose = Prose(rnd, home.theme)
    pseudonym = rnd.random() < (0.5 if home.kind == "informal" else 0.04)
    name = rnd.choice(PSEUDONYMS) if pseudonym else f"{rnd.choice(GIVEN)} {family_name(rnd)}"
    hats = 0 if home.kind == "informal" else rnd.choices((0, 1, 2), (20, 70, 10))[0]
    return Person(
        key=f"p{index:05}",
        username=username(name, taken),
        name=name,
        instance=home.instance,
        organisations=tuple(organisation.key for organisation in rnd.sample(organisations, hats)),
        role=typeset(rnd.choice(ROLES)),
        territory=rnd.choice(TOWNS),
        positioning=prose.pick(POSITIONS),
        language="en" if rnd.random() < 0.06 else "fr",
        pseudonym=pseudonym,
        joined=home.founded + rnd.randrange(500 * DAY) // (1 + (index < 60)),
    )


def _guest(rnd: Random, index: int, taken: set[str]) -> Person:
    name = f"{rnd.choice(GIVEN)} {family_name(rnd)}"
    neighbour = NEIGHBOURS[index % len(NEIGHBOURS)]
    return Person(
        key=f"g{index:05}",
        username=username(name, taken),
        name=name,
        instance=neighbour.key,
        joined=END - 900 * DAY,
    )


def _membership(
    rnd: Random, person: Person, community: Community, seat: int, *, discreet: bool
) -> Membership:
    role: Role = "observer" if rnd.random() < 0.05 else "member"
    if seat < len(_FIRST_ROLES) and not (discreet and seat):
        role = _FIRST_ROLES[seat]
    joined = max(person.joined, community.founded) + rnd.randrange(30 * DAY)
    versions = [charter.version for charter in community.charter if charter.at <= joined]
    return Membership(
        person=person.key,
        community=community.key,
        role=role,
        joined=joined,
        discreet=discreet and role in ("member", "observer"),
        charter_version=max(versions, default=1),
        word=Prose(rnd, community.theme).pick(JOIN_WORDS),
    )


def _bridge_keepers(
    rnd: Random, found: Sequence[Community], memberships: Sequence[Membership]
) -> list[Membership]:
    """Each community a bridge joins sends its responsable."""
    heads = {m.community: m for m in memberships if m.role == "responsable"}
    keepers: dict[tuple[str, str], Membership] = {}
    for bridge in found:
        for index, community in enumerate(bridge.spans):
            head = heads[community]
            joined = max(bridge.founded, head.joined) + rnd.randrange(20 * DAY)
            keepers.setdefault(
                (head.person, bridge.key),
                Membership(
                    person=head.person,
                    community=bridge.key,
                    role=_FIRST_ROLES[index],
                    joined=joined,
                ),
            )
    return list(keepers.values())


def with_circles(
    seed: int, found: Sequence[Community], members: dict[str, tuple[str, ...]]
) -> tuple[Community, ...]:
    """Private communities get a circle where drafts are shown."""
    rnd = Random(f"{seed}/circles")
    drawn = []
    for community in found:
        if community.kind == "private" and len(members[community.key]) >= 2:
            some = rnd.sample(members[community.key], min(3, len(members[community.key])))
            circle = Circle(key=f"{community.key}-friches", name="Friches", members=tuple(some))
            community = replace(community, circles=(circle,))
        drawn.append(community)
    return tuple(drawn)
