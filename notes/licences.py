"""Which licence allows what: a table, no judgement of law beyond what the licences say.

`whole`: a note stands unchanged in a carnet and keeps its own licence (what Creative Commons calls
a collection). `adapted`: its text is reworked into something under the other licence. Sources:
the Creative Commons FAQ and its compatibility charts, the texts of Licence Ouverte and Art Libre.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Use = Literal["whole", "adapted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a licence asks. `family` and `version` tell share-alike licences apart.

    `name` is short, for people; `uri` canonical, None when we don't know the licence.
    """

    name: str
    uri: str | None
    family: str
    version: float = 0
    attribution: bool = True
    share_alike: bool = False
    commercial: bool = True
    adaptations: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`key` names the explanation, for translation; `sentence` says it in English."""

    fits: bool
    key: str
    sentence: str


_SENTENCES: Mapping[str, str] = {
    "licence_free": "Its licence asks nothing that gets in the way.",
    "licence_kept": "The note stands there unchanged, under its own licence.",
    "licence_same": "Both are under the same licence.",
    "licence_compatible": "Its licence allows adaptations under this one.",
    "licence_both_none": "Neither grants anything: the note stays its authors'.",
    "licence_missing": "This note has no licence, so it can't be given on under this one.",
    "licence_unknown": "We don't know this note's licence, so we can't tell what it allows.",
    "licence_target_unknown": "We don't know the licence it would come under.",
    "licence_noncommercial": "This note is not for commercial use, which the other licence allows.",
    "licence_no_derivatives": "This note's licence allows no adaptations.",
    "licence_share_alike": "Adaptations of this note keep its licence, which is not this one.",
    "licence_attribution": "This note's authors must be named, which the other licence drops.",
}
_CC = "https://creativecommons.org/"
_CC_PATH = re.compile(
    r"creativecommons\.org/(?P<kind>licenses|publicdomain)/(?P<code>[a-z-]+)/(?P<version>[0-9.]+)"
)
_CC_WORD = re.compile(
    r"cc[ -](?P<code>by(?:-(?:sa|nc|nd|nc-sa|nc-nd))?)(?:[ -](?P<version>[0-9.]+))?"
)
_CODES = frozenset({"by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd"})
_FREE = Terms(name="CC0", uri=_CC + "publicdomain/zero/1.0/", family="cc0", attribution=False)
_MARK = Terms(name="PDM", uri=_CC + "publicdomain/mark/1.0/", family="pdm", attribution=False)
_ETALAB = Terms(
    name="Licence Ouverte 2.0",
    uri="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    family="etalab",
    version=2,
)
_ART_LIBRE = Terms(
    name="Art Libre 1.3",
    uri="https://artlibre.org/licence/lal/",
    family="lal",
    version=1.3,
    share_alike=True,
)
_WORDS: Mapping[str, Terms] = {
    "cc0": _FREE,
    "cc0-1.0": _FREE,
    "cc0 1.0": _FREE,
    "etalab-2.0": _ETALAB,
    "etalab 2.0": _ETALAB,
    "lal-1.3": _ART_LIBRE,
    "lal 1.3": _ART_LIBRE,
}
# Share-alike licences that name each other as compatible, both ways.
_SISTERS = frozenset({("lal", "by-sa"), ("by-sa", "lal")})
_LONGEST = 500


@lru_cache(512)
def terms(licence: str | None) -> Terms | None:
    """From an IRI, an SPDX identifier or a common short name; None when there is none.

    An unknown licence has no `uri` and the family "unknown".
    """
    text = (licence or "").strip()[:_LONGEST]
    if not text:
        return None
    folded = text.lower()
    found = _CC_PATH.search(folded)
    if found:
        return _creative_commons(found["kind"], found["code"], found["version"]) or _unknown(text)
    if folded in _WORDS:
        return _WORDS[folded]
    word = _CC_WORD.fullmatch(folded)
    if word:
        return _by(word["code"], word["version"] or "4.0") or _unknown(text)
    if "etalab.gouv.fr/licence-ouverte" in folded:
        return _ETALAB
    return _ART_LIBRE if "artlibre.org/licence/lal" in folded else _unknown(text)


def fits(note: str | None, other: str | None, *, use: Use = "whole") -> Verdict:
    """Whether a note under `note` may be in a carnet (or an adaptation) under `other`.

    A carnet without a licence grants nothing, so it can hold whatever may be shown at all.
    """
    mine, theirs = terms(note), terms(other)
    if mine is not None and mine.family in ("cc0", "pdm"):
        return _verdict(True, "licence_free")
    if mine is None:
        granted = theirs is None and use == "whole"
        return _verdict(granted, "licence_both_none" if granted else "licence_missing")
    if use == "whole":
        return _whole(mine, theirs)
    return _adapted(mine, theirs)


def _whole(mine: Terms, theirs: Terms | None) -> Verdict:
    if theirs is not None and mine.name == theirs.name:
        return _verdict(True, "licence_same")
    if mine.family == "unknown" and theirs is not None:
        return _verdict(False, "licence_unknown")
    if not mine.commercial and theirs is not None and theirs.commercial:
        return _verdict(False, "licence_noncommercial")
    return _verdict(True, "licence_kept")


def _adapted(mine: Terms, theirs: Terms | None) -> Verdict:
    if mine.family == "unknown":
        return _verdict(False, "licence_unknown")
    if not mine.adaptations:
        return _verdict(False, "licence_no_derivatives")
    if mine.share_alike:
        if _keeps(mine, theirs):
            return _verdict(True, "licence_compatible")
        return _verdict(False, "licence_share_alike")
    if theirs is None:
        return _verdict(True, "licence_compatible")
    if theirs.family == "unknown":
        return _verdict(False, "licence_target_unknown")
    if not mine.commercial and theirs.commercial:
        return _verdict(False, "licence_noncommercial")
    if not theirs.attribution:
        return _verdict(False, "licence_attribution")
    return _verdict(True, "licence_compatible")


def _keeps(mine: Terms, theirs: Terms | None) -> bool:
    """The same licence, in this version or a later one (1.0 has no later one), or a sister."""
    if theirs is None:
        return False
    if (mine.family, theirs.family) in _SISTERS:
        return all(one.version >= 4 for one in (mine, theirs) if one.family == "by-sa")
    if mine.family != theirs.family:
        return False
    return theirs.version == mine.version or theirs.version > mine.version > 1


def _verdict(fits: bool, key: str) -> Verdict:
    return Verdict(fits=fits, key=key, sentence=_SENTENCES[key])


def _creative_commons(kind: str, code: str, version: str) -> Terms | None:
    if kind == "publicdomain":
        return {"zero": _FREE, "mark": _MARK}.get(code)
    return _by(code, version)


def _by(code: str, version: str) -> Terms | None:
    if code not in _CODES or not re.fullmatch(r"[1-4]\.[05]", version):
        return None
    return Terms(
        name=f"CC {code.upper()} {version}",
        uri=f"{_CC}licenses/{code}/{version}/",
        family=code,
        version=float(version),
        share_alike="sa" in code,
        commercial="nc" not in code,
        adaptations="nd" not in code,
    )


def _unknown(text: str) -> Terms:
    return Terms(name=text, uri=None, family="unknown", commercial=False, adaptations=False)
