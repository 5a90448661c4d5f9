"""Text as the words it is found by, and what people type as conditions on words. Pure.

Both databases get words folded here (`storage.fulltext`), so both find the same: case and accents
don't count, œ equals oe, the elided article of « l’été » is no word, and each sign of scripts
written without spaces (Chinese, Japanese) is a word of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from actors.refusals import Invalid
from notes.plain import fold_tag

LONGEST_QUERY = 300
MOST_TERMS = 16
_LONGEST_WORD = 64  # characters; more is an address or a key, and its beginning is enough
_MOST_WORDS = 40_000
_MOST_BYTES = 600_000  # with their places they stay below the 1 MB of a PostgreSQL tsvector
_SHORTEST_PREFIX = 3

# A private-use character, which no word has, before what is not text but counts as a condition.
_MARK = "\ue000"
EVERY = _MARK + "n"  # every note has this one: a query of exclusions begins from it

# Signs inside words that the eye doesn't see: soft hyphen, zero-width marks, joiners.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# The elided words of French, as in Lucene's list.
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’ʼ](?=[^\W_])")
# Marks that are vowels or part of letters: Hebrew, Arabic, the scripts of India, Thai and Lao.
_MARKS = (
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0963\u0971-\u0df3\u0e31-\u0e4e"
    "\u0eb1-\u0ecd"
)
_WORD = re.compile(f"(?:[^\\W_]|[{_MARKS}])+")
_SIGN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
# An opening quotation mark makes a phrase even when nobody closes it.
_TERM = re.compile(
    r"""(?P<sign>-?)(?:["“”«»„](?P<phrase>[^"“”«»„]*)["“”«»„]?|(?P<word>[^\s"“”«»„]+))"""
)


def words_in(text: str) -> list[str]:
    """The folded words of a plain text, in order."""
    folded = _ELIDED.sub(" ", _UNSEEN.sub("", fold_tag(text)))
    if not folded.isascii():
        folded = _SIGN.sub(r" \g<0> ", folded)
    return [word[:_LONGEST_WORD] for word in _WORD.findall(folded)]


def joined(words: list[str], marks: list[str]) -> str:
    """What is stored for a note: its words up to what both databases hold, then its marks."""
    text = " ".join(words[:_MOST_WORDS])
    if len(text) * 4 > _MOST_BYTES:
        text = text.encode()[:_MOST_BYTES].decode(errors="ignore").rpartition(" ")[0]
    return " ".join((text, *marks)).strip()


def mark(code: str, value: str | int) -> str:
    """A condition that is no text ("written by 12") as a word: no text folds to it."""
    return f"{_MARK}{code}{str(value).encode().hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words that follow each other; with `open_end` the last one may go on."""

    words: tuple[str, ...]
    open_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All of `wanted`, none of `unwanted`."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)


def parse_terms(typed: str) -> Terms:
    """What somebody typed: words, "phrases" (« phrases » too), -exclusions; the last word is open.

    No operator of a database reaches it. Raises Invalid beyond 300 characters or 16 terms.
    """
    if len(typed) > LONGEST_QUERY:
        raise Invalid(f"A search has at most {LONGEST_QUERY} characters.", code="query_too_long")
    found = list(_terms_in(typed))
    if len(found) > MOST_TERMS:
        raise Invalid(f"A search has at most {MOST_TERMS} words.", code="query_too_long")
    if found and not found[-1][0]:
        last = found[-1][1]
        found[-1] = ("", replace(last, open_end=len(last.words[-1]) >= _SHORTEST_PREFIX))
    return Terms(
        wanted=tuple(term for kind, term in found if "-" not in kind),
        unwanted=tuple(term for kind, term in found if "-" in kind),
    )


def _terms_in(typed: str) -> Iterator[tuple[str, Term]]:
    """Each with "-" when it is excluded and a quotation mark when it is a phrase."""
    for match in _TERM.finditer(typed):
        words = words_in(match["phrase"] or match["word"] or "")
        if words:
            kind = match["sign"] + ('"' if match["phrase"] else "")
            yield kind, Term(words=tuple(words))


def as_fts5(terms: Terms, marks: list[str]) -> str:
    """In FTS5's language: every word stands in quotation marks, which no word has."""
    wanted = [_fts5(term) for term in _with(terms, marks)]
    query = " AND ".join(wanted)
    if terms.unwanted:
        query = f"({query}) NOT ({' OR '.join(map(_fts5, terms.unwanted))})"
    return query


def as_tsquery(terms: Terms, marks: list[str]) -> str:
    """In PostgreSQL's: every word is a quoted lexeme, no word has a quotation mark or backslash."""
    query = " & ".join(_tsquery(term) for term in _with(terms, marks))
    if terms.unwanted:
        query = f"({query}) & !({' | '.join(map(_tsquery, terms.unwanted))})"
    return query


def _with(terms: Terms, marks: list[str]) -> list[Term]:
    wanted = [*terms.wanted, *(Term(words=(one,)) for one in marks)]
    return wanted or [Term(words=(EVERY,))]


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + (" *" if term.open_end else "")


def _tsquery(term: Term) -> str:
    lexemes = [f"'{word}'" for word in term.words]
    return f"({' <-> '.join(lexemes)}{':*' if term.open_end else ''})"
