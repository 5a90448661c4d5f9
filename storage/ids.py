"""Sortable numeric ids of constant length: 18 digits for every moment from 1970 to 2211.

Posts and boosts share one space, so that a timeline is ordered by id alone. An id is the time of
publication (capped at now, so that nobody posts from the future) in milliseconds above 16 bits.
A caller that meets a taken id asks again: see `notes.writing`.
"""

from __future__ import annotations

import itertools
import secrets
import threading

# Lifts the smallest id to 18 digits, so that comparing ids as text and as numbers agrees
# (Mastodon clients sort them as text).
_OFFSET = 5 * 10**17
_LOW_BITS = 16
_LOW = (1 << _LOW_BITS) - 1

_counter = itertools.count(secrets.randbelow(_LOW))
_lock = threading.Lock()


def new_id(published: int, *, now: int) -> int:
    """An id for something published at `published`, both times in milliseconds."""
    moment = max(0, min(published, now))
    with _lock:
        low = next(_counter) & _LOW
    return _OFFSET + (moment << _LOW_BITS) + low


def first_id(moment: int) -> int:
    """The smallest id of that millisecond: for "everything since"."""
    return _OFFSET + (max(0, moment) << _LOW_BITS)


def moment_of(number: int) -> int:
    """The millisecond an id was made for."""
    return (number - _OFFSET) >> _LOW_BITS


def opaque() -> str:
    """27 characters of random base64url: the last part of our public URIs (160 bits)."""
    return secrets.token_urlsafe(20)
