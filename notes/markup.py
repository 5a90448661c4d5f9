"""Reads HTML as one flat run of tags and texts, in linear time.

It decides nothing about safety: notes.cleaning does, with a real HTML5 parser. This reader is
for what such a parser must not be given unprepared (its work grows with the square of some
inputs: thousands of attributes on one tag, formatting elements left open) and for plain text.
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

# C-7 of our cleaning rules: what lies inside these is no text for people.
_DROPPED_NAMES = (
    "script style template noscript iframe object embed applet svg math head title "
    "textarea select option xmp plaintext noembed noframes canvas"
)
DROPPED = frozenset(_DROPPED_NAMES.split())
# HTML gives these no content: a missing end tag does not swallow the rest.
_VOID_NAMES = "br hr img source embed input meta link wbr col area base param track"
VOID = frozenset(_VOID_NAMES.split())
# The parser reads no tags in these, so neither do we (HTML, 13.2.5.2 to 13.2.5.5).
_RAW = "script|style|xmp|iframe|noembed|noframes|textarea|title"

# Every branch takes all it has looked at, up to the end of the input if need be: no byte is
# looked at twice however the input was broken.
_ATTRIBUTES = r"""(?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?+)*+"""
_TOKEN = re.compile(
    rf"""<!--(?:>|->|.*?(?:--!?>|\Z))
    |<(?:[!?]|/(?=[^a-z>]))[^>]*+(?:>|\Z)
    |<(?P<raw>{_RAW})(?=[\s/>]){_ATTRIBUTES}(?:>|\Z)(?:.*?</(?P=raw)(?=[\s/>])[^>]*+(?:>|\Z)|.*)
    |<(?P<end>/?)(?P<name>[a-z][^\s/>]*+)(?P<rest>{_ATTRIBUTES})(?:>|\Z)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""([^\s/=>"'<]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""", re.DOTALL
)
_MOST_ATTRIBUTES = 40


class Token(NamedTuple):
    """One piece: `name` is empty for text; `rest` is the text, or the tag's raw attributes."""

    name: str
    end: bool
    rest: str


def tokens(source: str) -> Iterator[Token]:
    """Cut HTML into texts (entities not decoded) and tags; comments and raw texts are left out."""
    position = 0
    for match in _TOKEN.finditer(source):
        if match.start() > position:
            yield Token("", False, source[position : match.start()])
        position = match.end()
        if match["name"]:
            yield Token(match["name"].lower(), bool(match["end"]), match["rest"])
    if position < len(source):
        yield Token("", False, source[position:])


def attributes(rest: str) -> dict[str, str]:
    """Name to decoded value for a tag's raw attributes: the first of a name wins, at most 40."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(rest):
        value = match[2] or match[3] or match[4] or ""
        found.setdefault(match[1].lower(), html.unescape(value))
        if len(found) >= _MOST_ATTRIBUTES:
            break
    return found


def visible(source: str) -> Iterator[Token]:
    """The tokens of a document without those inside elements that are dropped with content."""
    skipping, depth = "", 0
    for token in tokens(source):
        if skipping:
            if token.name == skipping:
                depth += -1 if token.end else 1
                skipping = skipping if depth else ""
        elif token.name not in DROPPED:
            yield token
        elif token.name not in VOID and not token.end:
            skipping, depth = token.name, 1
