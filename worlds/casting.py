"""Who is there in a sample world: instances, organisations, communities and their charters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from worlds.people_names import TOWNS, username
from worlds.prose import Prose
from worlds.sizes import Amounts
from worlds.themes import themes
from worlds.wordings import (
    BRIDGE_NAMES,
    CHARTER_RULES,
    COMMUNITY_NAMES,
    INFORMAL_NAMES,
    ORGANISATIONS,
    PRESENTATIONS,
)
from worlds.world_records import (
    CharterVersion,
    Community,
    CommunityKind,
    Instance,
    Organisation,
)

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_662_357_600_000  # Monday 5 September 2022, 06:00 UTC
END = 1_782_021_600_000  # Sunday 21 June 2026, 06:00 UTC

_KINDS: tuple[CommunityKind, ...] = ("private", "open", "bridge", "informal", "unlisted")
_LICENCES = ("CC-BY-SA-4.0",) * 6 + ("CC-BY-4.0", "CC-BY-NC-SA-4.0", "CC0-1.0", None)
_INSTANCES = (
    ("alpha", "Lisière"),
    ("beta", "Grand Large"),
    ("gamma", "Le Moulin"),
    ("delta", "Hautes Terres"),
    ("epsilon", "La Criée"),
)
NEIGHBOURS = (
    Instance(key="masto", host="masto.test", name="Place publique", software="mastodon"),
    Instance(key="lemmy", host="lemmy.test", name="Potager", software="lemmy"),
)


def instances(amounts: Amounts) -> tuple[Instance, ...]:
    """Ours; `NEIGHBOURS` run other software and hold guests."""
    return tuple(
        Instance(key=key, host=f"{key}.test", name=name)
        for key, name in _INSTANCES[: amounts.instances]
    )


def organisations(seed: int, amounts: Amounts) -> tuple[Organisation, ...]:
    """Somewhere in an ocean, where no town stands."""
    rnd = Random(f"{seed}/organisations")
    names = tuple(themes())
    found = []
    for index in range(amounts.organisations):
        prose, town = Prose(rnd, rnd.choice(names)), rnd.choice(TOWNS)
        found.append(
            Organisation(
                key=f"o{index:05}",
                name=prose.say(rnd.choice(ORGANISATIONS).replace("{ville}", town)),
                town=town,
                latitude=round(46.0 + rnd.random() * 1.5, 5),
                longitude=round(-12.0 + rnd.random() * 3, 5),
            )
        )
    return tuple(found)


def communities(seed: int, amounts: Amounts) -> tuple[Community, ...]:
    """Private, open, bridge, informal, unlisted, in this order; circles are drawn later."""
    rnd = Random(f"{seed}/communities")
    taken: set[str] = set()
    plain: list[str] = []
    found = []
    kinds = [
        kind for kind, many in zip(_KINDS, amounts.communities, strict=True) for _ in range(many)
    ]
    for index, kind in enumerate(kinds):
        community = _community(rnd, index, kind, amounts, taken, plain)
        if kind in ("private", "open"):
            plain.append(community.key)
        found.append(community)
    return _twins(found)


def _community(
    rnd: Random,
    index: int,
    kind: CommunityKind,
    amounts: Amounts,
    taken: set[str],
    plain: list[str],
) -> Community:
    theme = tuple(themes())[index % 13]
    prose = Prose(rnd, theme)
    names = {"bridge": BRIDGE_NAMES, "informal": INFORMAL_NAMES}.get(kind, COMMUNITY_NAMES)
    name = prose.pick(names)
    founded = START + rnd.randrange(300 * DAY)
    if kind == "bridge":  # each opens in a spring, among groups that have found their feet
        founded = START + (195 + 365 * rnd.randint(1, 3)) * DAY + rnd.randrange(60 * DAY)
    return Community(
        key=f"c{index:04}",
        kind=kind,
        username=username(name, taken),
        name=name,
        instance=_INSTANCES[index % amounts.instances][0],
        theme=theme,
        description=f"{prose.pick(PRESENTATIONS)} {prose.one('learning')}",
        languages=("fr", "en") if rnd.random() < 0.2 else ("fr",),
        licence=rnd.choice(_LICENCES),
        charter=tuple(_charter(rnd, prose, founded)),
        founded=founded,
        spans=tuple(rnd.sample(plain, 3)) if kind == "bridge" else (),
        use_conditions=rnd.choice(
            ((), (), ("no-ai",), ("no-research", "no-ai"), ("no-indexing", "no-research", "no-ai"))
        ),
        second_reading=rnd.random() < 0.15,
    )


def _charter(rnd: Random, prose: Prose, founded: int) -> Iterator[CharterVersion]:
    rules = rnd.sample(CHARTER_RULES, 5)
    for version in range(1, rnd.randint(1, 3) + 1):
        lines = "\n".join(
            f"{n}. {prose.say(rule)}" for n, rule in enumerate(rules[: 2 + version], 1)
        )
        yield CharterVersion(
            version=version,
            at=founded + (version - 1) * 120 * DAY,
            text=f"# Charte\n\nPour apprendre ensemble, nous convenons de ceci\u00a0:\n\n{lines}",
            reason="première version" if version == 1 else prose.one("reasons"),
        )


def _twins(found: list[Community]) -> tuple[Community, ...]:
    """The first two private ones, on two instances, have the same name, as happens."""
    found[1] = replace(found[1], name=found[0].name)
    return tuple(found)
