"""The shares and the year of a sample world: what is proposed to bridges, and what happens when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from worlds.casting import DAY, END
from worlds.outlines import HARD_FROM, Outline, note_key
from worlds.sizes import Amounts
from worlds.world_records import Community, Happening, Instance, Membership, Share

_STATES = ("accepted", "pending", "refused", "revoked", "expired")


def shares(
    seed: int,
    amounts: Amounts,
    outline: Outline,
    bridges: Sequence[Community],
    keepers: dict[str, tuple[Membership, ...]],
    published: Callable[[int], int],
) -> tuple[Share, ...]:
    """Notes proposed to bridges, once the bridge is open and the note is out."""
    rnd = Random(f"{seed}/shares")
    states = [s for s, many in zip(_STATES, amounts.shares, strict=True) for _ in range(many)]
    spanned = {key for bridge in bridges for key in bridge.spans}
    rows = [
        row
        for row in range(HARD_FROM, amounts.notes)
        if outline.communities[row].key in spanned or amounts.notes < 200
    ]
    found: list[Share] = []
    for state in states:
        bridge, row = rnd.choice(bridges), rnd.choice(rows)
        first = max(bridge.founded, published(row))
        found.append(
            Share(
                note=note_key(row),
                bridge=bridge.key,
                proposed_by=rnd.choice(keepers[bridge.key]).person,
                at=first + rnd.randrange(1, max(2, END - first - DAY)),
                scope=rnd.choice(("summary", "summary", "extract", "full")),
                mode=rnd.choice(("living", "fixed")),
                state=state,  # type: ignore[arg-type]
            )
        )
    return tuple(found)


def happenings(
    found: Sequence[Community], bridges: Sequence[Community], places: Sequence[Instance]
) -> tuple[Happening, ...]:
    """Foundings in autumn, reading in winter, a bridge in spring, a leave-taking, a broken node."""
    told = [
        Happening(at=c.founded, kind="founding", subject=c.key, words=f"{c.name} commence.")
        for c in found[:3]
    ]
    bridge = max(bridges, key=lambda b: b.founded)
    opened = bridge.founded
    steps = (
        (-100, "watching", found[0].key, "L’hiver se passe à lire et à résumer."),
        (0, "bridge-opened", bridge.key, f"{bridge.name} ouvre\u00a0: trois groupes, une charte."),
        (9, "animated", bridge.key, "Premier rendez-vous commun, à l’heure du goûter."),
        (
            21,
            "evaluated",
            bridge.key,
            "On fait le point\u00a0: des liens, peu de temps, une envie.",
        ),
        (25, "left", bridge.spans[-1], "Un groupe s’en va et reprend une de ses notes."),
        (28, "node-lost", places[-1].key, "Une machine tombe en panne un dimanche."),
        (29, "node-restored", places[-1].key, "Elle revient avec la sauvegarde de la veille."),
    )
    told += [
        Happening(at=opened + day * DAY, kind=kind, subject=subject, words=words)
        for day, kind, subject, words in steps
    ]
    return tuple(sorted(told, key=lambda step: step.at))
