"""French and English: which one somebody reads, the words of each, dates in words.

The words stand in locale/*/messages.po and are compiled when the node starts.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("fr", "en")
_FOLDER = Path(__file__).parent / "locale"
_LONGEST = 500
_MOST = 20


def load(language: str) -> gettext.GNUTranslations:
    """The catalogue of one of LANGUAGES. Raises OSError or ValueError for a broken file."""
    with (_FOLDER / language / "messages.po").open("rb") as file:
        catalog = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def choose(asked: str | None, accepted: str, default: str) -> str:
    """What was asked in the address, else what the browser prefers, else the node's own."""
    if asked in LANGUAGES:
        return asked
    weights = _weights(accepted[:_LONGEST])
    best = max(LANGUAGES, key=lambda one: (weights.get(one, 0.0), one == default))
    if weights.get(best, 0.0) > 0:
        return best
    return default if default in LANGUAGES else LANGUAGES[0]


def _weights(accepted: str) -> Mapping[str, float]:
    """The best weight of each of our languages in an Accept-Language (RFC 9110, 12.5.4)."""
    found: dict[str, float] = {}
    for part in accepted.split(",")[:_MOST]:
        tag, _, parameters = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            found[language] = max(found.get(language, 0.0), _quality(parameters))
    return found


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not parameters:
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0


def machine_time(moment: int) -> str:
    """For a `datetime` attribute: "2026-11-22T08:05:00Z"."""
    return _at(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(moment: int, language: str) -> str:
    """ "22 novembre 2026", "November 22, 2026"."""
    return format_date(_at(moment), "long", locale=language)


def hour(moment: int, language: str) -> str:
    """ "08:05", "8:05 AM"; in UTC, which the page says beside it."""
    return format_time(_at(moment), "short", locale=language)


def _at(moment: int) -> datetime:
    # Strangers may date a note as they like; a page shows something all the same.
    return datetime.fromtimestamp(min(max(moment // 1000, 0), 253_402_300_799), UTC)
