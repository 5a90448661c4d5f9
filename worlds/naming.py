"""The lexicons of the communities, and the bridges people draw between their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as ReadMapping
from collections.abc import Sequence
from random import Random

from worlds.casting import DAY, END
from worlds.grammar import Noun, typeset
from worlds.lexicon import HOME_DEFINITIONS, TERMS
from worlds.prose import Prose
from worlds.sizes import Amounts
from worlds.themes import themes
from worlds.world_records import Community, Mapping, Term


def terms(seed: int, amounts: Amounts, homes: Sequence[Community]) -> tuple[Term, ...]:
    """The common words first, then words of the trade; a community says each word once."""
    rnd = Random(f"{seed}/terms")
    found: list[Term] = []
    said: set[tuple[str, str]] = set()
    while len(found) < amounts.terms:
        index = len(found)
        community = homes[index % len(homes)] if index < 2 * len(homes) else rnd.choice(homes)
        common = index < len(TERMS) or rnd.random() < 0.35
        term = _common(rnd, index, community) if common else _own(rnd, index, community)
        if (community.key, term.label) not in said:
            said.add((community.key, term.label))
            found.append(term)
    return tuple(found)


def _common(rnd: Random, index: int, community: Community) -> Term:
    label, others, definition = TERMS[index] if index < len(TERMS) else rnd.choice(TERMS)
    return Term(
        key=f"t{index:04}",
        community=community.key,
        label=typeset(label),
        others=tuple(typeset(other) for other in others.split(", ") if other),
        definition=typeset(definition),
    )


def _own(rnd: Random, index: int, community: Community) -> Term:
    trade = themes()[community.theme]
    word = rnd.choice((*trade["objet"], *trade["outil"], *trade["souci"]))
    assert isinstance(word, Noun)
    return Term(
        key=f"t{index:04}",
        community=community.key,
        label=word.forms[""],
        others=(),
        definition=Prose(rnd, community.theme).pick(HOME_DEFINITIONS),
    )


def mappings(
    seed: int,
    amounts: Amounts,
    found: Sequence[Term],
    members: ReadMapping[str, Sequence[str]],
) -> tuple[Mapping, ...]:
    """Between terms of two communities: the same label is exact or close, others are mixed."""
    rnd = Random(f"{seed}/mappings")
    by_label: dict[str, list[Term]] = defaultdict(list)
    for term in found:
        by_label[term.label].append(term)
    pairs: dict[tuple[str, str], Mapping] = {}
    while len(pairs) < amounts.mappings:
        source = rnd.choice(found)
        same = [term for term in by_label[source.label] if term.community != source.community]
        twin = bool(same) and rnd.random() < 0.6
        target = rnd.choice(same if twin else found)
        if target.community == source.community:
            continue
        pairs[source.key, target.key] = Mapping(
            source=source.key,
            target=target.key,
            relation=rnd.choice(("exact", "close") if twin else ("close", "differs", "differs")),
            author=rnd.choice(members[source.community]),
            at=END - rnd.randrange(1, 300) * DAY,
        )
    return tuple(pairs.values())
