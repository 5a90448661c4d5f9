"""Makes strangers' HTML safe to put into our pages, by an allow-list on a real HTML5 parser.

A fragment goes through the parser (nh3) until it no longer changes, so what is returned is always
the parser's own output, letter for letter, and cleaning it again gives it back. Between two
passes notes.settling sets what depends on neighbours or on parts of a value (classes, `rel`,
images).
"""

import html
import re
from typing import NewType

import nh3

from notes.allowed import ATTRIBUTES, ELEMENTS, MEDIA, SCHEMES, TABLES, TRANSLATED, TooMuch
from notes.balancing import balance
from notes.markup import DROPPED, VOID, attributes, tokens
from notes.plain import CONTROLS, cut_text, plain_text
from notes.settling import settle

SafeHtml = NewType("SafeHtml", str)

_MOST_SOURCE = 512 * 1024
_MOST_TEXT = 100_000
_MOST_TAGS = 20_000
_MOST_ENTITIES = 20_000  # the parser takes 10 us for each
_MOST_DEPTH = 100
_MOST_HREF = 2048
_MOST_IMAGES = 16
_MOST_PASSES = 6
# Up to these sizes no input keeps the parser busy for more than some 50 ms.
_SHORT_SOURCE = 16 * 1024
_SHORT_TAGS = 256
_ANY_TAG = re.compile(r'<(/?)([a-z0-9]+)(?: [^\s"=>]+="[^"]*")*>')


def _absolute(url: str) -> str | None:
    """Only protocol-relative addresses mean the same thing on another server."""
    return "https:" + url if url.startswith("//") and not url.startswith("///") else None


def _cleaner(elements: frozenset[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=elements | MEDIA,
        clean_content_tags=DROPPED,
        attributes={**ATTRIBUTES, "*": set()},  # else every element may have `title` and `lang`
        link_rel=None,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        tag_attribute_values={tag: {"translate": {"no", "yes"}} for tag in TRANSLATED},
        url_schemes=set(SCHEMES),
        url_relative=_absolute,
    )


_FOR_NOTES = _cleaner(ELEMENTS)
_FOR_ARTICLES = _cleaner(ELEMENTS | TABLES)


def clean_html(html: str, *, article: bool = False) -> SafeHtml:
    """HTML from anyone in, HTML that may stand in a page out; cleaning twice changes nothing.

    Tables are kept in articles only; images, videos and sounds become links. More than 512 Ki
    characters, 20,000 tags or 100 levels, or a structure that does not come to rest, leave text
    only, cut at 100,000 characters. Never raises.
    """
    cleaner = _FOR_ARTICLES if article else _FOR_NOTES
    try:
        return SafeHtml(_until_still(cleaner, _prepared(html)))
    except TooMuch:
        return _text_only(html)


def find_images(html: str) -> tuple[tuple[str, str], ...]:
    """(address, alternative text) of up to 16 images an article shows, to fetch as attachments.

    `clean_html` turns each into a link: nothing in a page is loaded from another server.
    """
    found: dict[str, str] = {}
    for token in tokens(html[:_MOST_SOURCE]):
        if token.name == "img" and not token.end:
            values = attributes(token.rest)
            src = values.get("src", "").strip()
            src = _absolute(src) or src
            if re.match(r"https?://[^/\s]", src, re.IGNORECASE) and len(src) <= _MOST_HREF:
                found.setdefault(src, values.get("alt", ""))
        if len(found) == _MOST_IMAGES:
            break
    return tuple(found.items())


def _prepared(source: str) -> str:
    """What the parser may be given: short, or balanced first."""
    source = CONTROLS.sub("", source.replace("\r\n", "\n").replace("\f", " "))
    if len(source) <= _SHORT_SOURCE and source.count("<") <= _SHORT_TAGS:
        return source
    if len(source) > _MOST_SOURCE or source.count("&") > _MOST_ENTITIES:
        raise TooMuch
    return balance(source)


def _until_still(cleaner: nh3.Cleaner, source: str) -> str:
    """What parser and settling leave as it is; TooMuch if they never agree."""
    source = settle(cleaner.clean(_prepared(source)))
    for _ in range(_MOST_PASSES):
        parsed = cleaner.clean(_prepared(source))
        if parsed == source:
            _check_size(source)
            return source
        source = settle(parsed)
    raise TooMuch


def _text_only(source: str) -> SafeHtml:
    # One line: more would not show in HTML, and would not survive a second cleaning.
    text = " ".join(plain_text(source[:_MOST_SOURCE]).split())
    return SafeHtml(html.escape(cut_text(text, _MOST_TEXT).strip(), quote=False))


def _check_size(settled: str) -> None:
    """C-10, exactly: tags and levels of what would be returned."""
    if settled.count("<") <= _MOST_DEPTH:
        return
    depth = tags = 0
    for end, name in _ANY_TAG.findall(settled):
        if end:
            depth -= 1
            continue
        tags += 1
        depth += name not in VOID
        if depth > _MOST_DEPTH or tags > _MOST_TAGS:
            raise TooMuch
