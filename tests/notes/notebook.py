"""People, notes and carnets to write tests with. Row keys of people are chosen by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from actors.records import Viewer
from notes import audiences, carnet_entries, carnet_writing, writing
from notes.carnet_records import Carnet, EntryRow, Placing
from notes.records import Credit, Draft, Note
from storage.engine import Transaction
from storage.ids import opaque

NOW = 1_795_262_400_000
LEA, SAM, INES, NOEMIE, ALI, OUTSIDER = 11, 12, 13, 14, 15, 99
COOP = 50  # a community
BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"
BY_NC = "https://creativecommons.org/licenses/by-nc/4.0/"


def seen_by(actor_id: int) -> Viewer:
    return Viewer(actor_id=actor_id)


async def write(
    tx: Transaction,
    title: str,
    *,
    author: int = LEA,
    to: tuple[tuple[str, int], ...] = (("public", 0),),
    local: bool = True,
    authors: tuple[Credit, ...] | None = None,
    license: str | None = BY_SA,
    **values: Any,
) -> Note:
    """A note of Léa's that everybody may read, unless said otherwise."""
    host = "here.example" if local else "there.example"
    note = Note(
        id=0,
        uri=f"https://{host}/n/{opaque()}",
        kind="Article",
        author_id=author,
        title=title,
        visibility="public" if to == (("public", 0),) else "direct",
        local=local,
        license=license,
        published=NOW,
        **{"content": f"<p>{title}</p>", "source": title if local else "", **values},
    )
    draft = Draft(note=note, audiences=to, authors=authors, document=b"{}")
    added = await writing.add(tx, draft, now=NOW)
    assert added
    return added


def redrafted(note: Note, text: str, *, at: int | None = None, **values: Any) -> Draft:
    """The note with another text, a second later."""
    later = at or (note.updated or note.published) + 1_000
    source = text if note.local else ""
    changed = replace(note, content=f"<p>{text}</p>", source=source, updated=later, **values)
    return Draft(note=changed, document=b"{}")


async def closed(tx: Transaction, title: str, **options: Any) -> Note:
    """For the members of the coop only; Léa and Sam are some."""
    for one in (LEA, SAM):
        await audiences.admit(tx, "community", COOP, one, now=NOW)
    return await write(tx, title, to=(("community", COOP), ("person", LEA)), **options)


async def carnet(tx: Transaction, title: str = "Mobilités", **values: Any) -> Carnet:
    """A public carnet of Noémie's; Ali contributes to it."""
    to = values.pop("to", (("public", 0),))
    made = await carnet_writing.add(
        tx,
        Carnet(
            uri=f"https://here.example/carnets/{opaque()}",
            title=title,
            created_by=NOEMIE,
            published=NOW,
            **{"license": BY_SA, **values},
        ),
        to,
        now=NOW,
    )
    assert made
    await carnet_writing.put_person(tx, made.id, ALI, "contributor", by=NOEMIE, now=NOW)
    return made


async def put(
    tx: Transaction, into: Carnet, note: Note, *, by: int = NOEMIE, **options: Any
) -> EntryRow:
    """`after` and `waiting` as for `integrate`; all else is the placing."""
    kept = {name: options.pop(name) for name in ("after", "waiting") if name in options}
    return await carnet_entries.integrate(
        tx,
        into.id,
        note.id,
        uri=f"{into.uri}/e/{opaque()}",
        by=by,
        now=NOW,
        placing=Placing(**options),
        **kept,
    )


async def head(
    tx: Transaction, into: Carnet, title: str, *, by: int = NOEMIE, **options: Any
) -> EntryRow:
    return await carnet_entries.add_heading(
        tx, into.id, title, uri=f"{into.uri}/e/{opaque()}", by=by, now=NOW, **options
    )
