"""How much a sample world holds, by size."""

from __future__ import annotations

from dataclasses import dataclass

from worlds.world_records import NoteKind, Size

STUDY_NOTES = 65
LAB_NOTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Counts of records. `communities`: private, open, bridge, informal, unlisted."""

    instances: int
    communities: tuple[int, int, int, int, int]
    people: int
    notes: int
    most_revisions: int
    carnets: int
    shared_notes: int  # in two carnets or more
    terms: int
    mappings: int
    organisations: int
    threads: int
    replies: int
    longest_thread: int
    shares: tuple[int, int, int, int, int]  # accepted, pending, refused, revoked, expired


AMOUNTS: dict[Size, Amounts] = {
    "small": Amounts(
        instances=3,
        communities=(4, 2, 1, 1, 1),
        people=18,
        notes=90,
        most_revisions=5,
        carnets=4,
        shared_notes=10,
        terms=12,
        mappings=4,
        organisations=8,
        threads=20,
        replies=120,
        longest_thread=30,
        shares=(6, 2, 1, 1, 1),
    ),
    "realistic": Amounts(
        instances=3,
        communities=(24, 8, 4, 8, 4),
        people=400,
        notes=2_000,
        most_revisions=12,
        carnets=60,
        shared_notes=300,
        terms=160,
        mappings=40,
        organisations=250,
        threads=900,
        replies=9_000,
        longest_thread=300,
        shares=(114, 38, 19, 19, 10),
    ),
    "praxis": Amounts(
        instances=5,
        communities=(220, 60, 12, 60, 20),
        people=5_000,
        notes=12_000,
        most_revisions=12,
        carnets=944,
        shared_notes=1_800,
        terms=900,
        mappings=150,
        organisations=4_855,
        threads=6_000,
        replies=60_000,
        longest_thread=300,
        shares=(686, 229, 114, 114, 57),
    ),
}
# Adaptations are taken from the general notes' 55 %.
KIND_SHARES: tuple[tuple[NoteKind, int], ...] = (
    ("general", 53),
    ("veille", 20),
    ("practice", 10),
    ("term", 8),
    ("organisation", 7),
    ("adaptation", 2),
)
