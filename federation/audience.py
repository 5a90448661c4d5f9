"""Who gets an activity: a few rows whatever the number of followers (see storage.outgoing).

Open things go to shared inboxes; a direct note goes to the inbox of each person it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from actors.records import Actor
from notes.records import Note
from storage.outgoing import Audience


def followers_of(actor: Actor) -> Audience:
    """The hosts of those who follow the actor when it is sent."""
    return Audience(kind="followers", reference=str(actor.id))


def holders_of(note_id: int) -> Audience:
    """Every host that may have a copy of the note."""
    return Audience(kind="holders", reference=str(note_id))


def inbox_of(actor: Actor, *, shared: bool = False) -> Audience:
    return Audience(kind="inbox", reference=actor.delivery_inbox if shared else actor.inbox)


def inboxes_of(actors: Iterable[Actor], *, shared: bool = False) -> list[Audience]:
    """Of those on other hosts."""
    return [inbox_of(one, shared=shared) for one in actors if not one.local]


def of_note(
    note: Note, author: Actor, community: Actor | None, people: Sequence[Actor]
) -> tuple[Audience, ...]:
    """Who gets a note of ours; `people` are those it mentions and the author it answers.

    In a community here the community itself passes it on; a community elsewhere gets it and does
    the same. A note for a closed community goes to nobody else.
    """
    audiences: list[Audience] = []
    if note.visibility in ("public", "unlisted", "followers"):
        audiences.append(followers_of(author))
    if community is not None and not community.local:
        audiences.append(inbox_of(community, shared=note.is_open))
    if note.visibility != "community":
        audiences += inboxes_of(people, shared=note.is_open)
    return tuple(dict.fromkeys(audiences))


def of_community(community: Actor) -> tuple[Audience, ...]:
    return (followers_of(community),)
