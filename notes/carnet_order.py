"""The order of a carnet's entries: whole numbers with gaps, so that a move writes one row.

A place between two entries is the middle of their gap; after some forty moves into the same gap,
or a million to one end, the carnet is numbered anew. Call these with the carnet's row locked.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, bindparam, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from storage.engine import Reader, Transaction
from storage.statements import prepared
from storage.tables import carnet_entries, carnets

GAP = 2**40
_FAR = 2**60  # positions stay within this on both sides
_ASIDE = 2**61  # where they wait while they change, so that no two are ever the same

_CARNET: ColumnElement[bool] = carnet_entries.c.carnet_id == bindparam("carnet")
_LOCK = prepared(select(carnets.c.id).where(carnets.c.id == bindparam("carnet")).with_for_update())
_FIRST = prepared(select(func.min(carnet_entries.c.position)).where(_CARNET))
_LAST = prepared(select(func.max(carnet_entries.c.position)).where(_CARNET))
_NEXT = prepared(
    select(func.min(carnet_entries.c.position)).where(
        _CARNET, carnet_entries.c.position > bindparam("position")
    )
)
_POSITION = prepared(
    select(carnet_entries.c.position).where(_CARNET, carnet_entries.c.id == bindparam("entry"))
)
_ranks = (
    select(
        carnet_entries.c.id.label("entry_id"),
        func.row_number().over(order_by=carnet_entries.c.position).label("rank"),
    )
    .where(_CARNET)
    .subquery("ranks")
)
_SET_ASIDE = prepared(
    update(carnet_entries)
    .where(carnet_entries.c.id == _ranks.c.entry_id)
    .values(position=_ranks.c.rank + bindparam("aside", type_=BigInteger()))
)
_SPREAD = prepared(
    update(carnet_entries)
    .where(_CARNET)
    .values(
        position=(carnet_entries.c.position - bindparam("aside", type_=BigInteger()))
        * bindparam("gap", type_=BigInteger())
    )
)


async def lock(tx: Transaction, carnet_id: int) -> bool:
    """Nobody else changes this carnet's entries until the transaction ends. False: no such one."""
    return await tx.value(_LOCK, carnet=carnet_id) is not None


async def room(tx: Transaction, carnet_id: int, after: int | None, count: int = 1) -> list[int]:
    """`count` free positions, rising, right after the entry `after`; None is the very front."""
    found = _between(*await _gap(tx, carnet_id, after), count)
    if found is None:
        await spread(tx, carnet_id)
        found = _between(*await _gap(tx, carnet_id, after), count)
    assert found is not None, "an even spread has room"
    return found


async def spread(tx: Transaction, carnet_id: int) -> None:
    """Number all entries anew, in their order, with even gaps."""
    await tx.run(_SET_ASIDE, carnet=carnet_id, aside=_ASIDE)
    await tx.run(_SPREAD, carnet=carnet_id, aside=_ASIDE, gap=GAP)


async def last(reader: Reader, carnet_id: int) -> int | None:
    """The last position in use."""
    found = await reader.value(_LAST, carnet=carnet_id)
    return None if found is None else int(found)


async def _gap(reader: Reader, carnet_id: int, after: int | None) -> tuple[int | None, int | None]:
    """The positions in use on both sides."""
    if after is None:
        return None, await reader.value(_FIRST, carnet=carnet_id)
    before = await reader.value(_POSITION, carnet=carnet_id, entry=after)
    return before, await reader.value(_NEXT, carnet=carnet_id, position=before)


def _between(low: int | None, high: int | None, count: int) -> list[int] | None:
    """None when there is no room."""
    if low is None:
        start = GAP * (count + 1) if high is None else high
        found = [start - GAP * (count - place) for place in range(count)]
    elif high is None:
        found = [low + GAP * (place + 1) for place in range(count)]
    else:
        step = (high - low) // (count + 1)
        found = [low + step * (place + 1) for place in range(count)] if step else []
    return found if found and found[0] > -_FAR and found[-1] < _FAR else None
