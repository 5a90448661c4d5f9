"""The small values all our documents are made of: times, languages, public or not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]

# Lemmy wants the name of a language beside its code, in that language.
_LANGUAGES = {
    "fr": "Français",
    "en": "English",
    "es": "Español",
    "de": "Deutsch",
    "it": "Italiano",
    "pt": "Português",
    "nl": "Nederlands",
    "ca": "Català",
    "br": "Brezhoneg",
    "oc": "Occitan",
    "eu": "Euskara",
    "ar": "العربية",
}


def timestamp(moment: int) -> str:
    """Milliseconds since the epoch as xsd:dateTime in UTC; milliseconds only when there are any."""
    seconds, rest = divmod(moment, 1000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:03d}Z" if rest else f"{text}Z"


def language(code: str) -> Document:
    return {"identifier": code, "name": _LANGUAGES.get(code, code)}


def without_empty(document: Document) -> Document:
    """Without the properties that say nothing: None and empty text or lists; False and 0 stay."""
    return {name: value for name, value in document.items() if value not in (None, "", [], {})}
