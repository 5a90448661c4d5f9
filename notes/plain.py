"""Plain text: cleaned of what cannot be seen, cut between characters, folded, drawn from HTML."""

import html
import re
import unicodedata

from notes.markup import attributes, visible

# C0 and C1 except newline and tab, and halves of surrogate pairs, which no UTF-8 can carry.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

# Embeddings, overrides and isolates can reach beyond the field they stand in, and clients put
# names into sentences without isolating them; the marks U+200E, U+200F, U+061C cannot.
_BIDI = "\u202a-\u202e\u2066-\u2069"
# Joiners (U+200C, U+200D) stay: Persian, Indic scripts and emoji families are spelt with them.
_ZERO_WIDTH = "\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb"
_UNSEEN = re.compile(f"[{_BIDI}{_ZERO_WIDTH}]")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|body|br|center|code|del|details|div|em|embed|font|form|h[1-6]"
    r"|head|hr|html|i|iframe|img|input|ins|li|link|mark|math|meta|object|ol|p|pre|q|s|script|small"
    r"|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|th|tr|tt|u|ul|video|audio)"
    r"(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
_BLOCKS_NAMES = (
    "p div blockquote pre ul ol h1 h2 h3 h4 h5 h6 table hr section article header footer "
    "figure dl details"
)
_BLOCKS = frozenset(_BLOCKS_NAMES.split())
_LINES = frozenset("br li tr dt dd figcaption summary caption option".split())  # noqa: SIM905
_BLANKS = re.compile(r"[ \t\n\f\r]+")
_BREAKS = re.compile(r"[ \t]*\n[ \t]*")
_LOOK_BACK = 64


def clean_text(text: str, *, limit: int) -> str:
    """One plain-text field: NFC, no tags, no unseen characters, at most `limit` characters.

    Controls other than newline and tab, bidirectional embeddings and zero-width characters are
    removed (joiners and direction marks stay); every line end becomes a newline; the ends are
    stripped. The result is text: it still has to be escaped where it is put into HTML.
    """
    # Four times the limit is enough to work on: nothing below grows, much may be removed.
    text = _LINE_ENDS.sub("\n", text[: limit * 4 + 1024])
    text = _UNSEEN.sub("", CONTROLS.sub("", text))
    if "<" in text:
        text = _TAG.sub("", text)
    return cut_text(unicodedata.normalize("NFC", text).strip(), limit).rstrip()


def cut_text(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` characters that splits no visible character.

    A small part of Unicode's rules (UAX 29): combining marks, joiners, variation selectors, skin
    tones, flags. A character of more than 64 code points is split: nobody can read it.
    """
    if len(text) <= limit:
        return text
    for position in range(limit, max(limit - _LOOK_BACK, 0), -1):
        if _is_boundary(text, position):
            return text[:position]
    return text[:limit] if limit > _LOOK_BACK else ""


def _is_boundary(text: str, position: int) -> bool:
    before, after = text[position - 1], text[position]
    if before == "\u200d" or _extends(after):
        return False
    if not _is_regional(after):
        return True
    start = position
    while start > max(position - _LOOK_BACK, 0) and _is_regional(text[start - 1]):
        start -= 1
    return (position - start) % 2 == 0


def _extends(char: str) -> bool:
    """Whether a character belongs to the one before it."""
    if char < "\u0300":
        return False
    return (
        unicodedata.category(char).startswith("M")
        or char in "\u200c\u200d"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def plain_text(source: str) -> str:
    """The text of an HTML fragment, for titles, previews and search.

    Paragraphs are parted by an empty line, items and `br` by a newline; an image gives its
    alternative text. The result is text, not HTML: `&lt;b&gt;` comes out as `<b>`.
    """
    parts: list[str] = []
    for token in visible(source):
        if not token.name:
            parts.append(_BLANKS.sub(" ", html.unescape(token.rest)))
        elif token.name in _BLOCKS:
            parts.append("\n\n")
        elif token.name in _LINES and not (token.end and token.name != "li"):
            parts.append("\n")
        elif token.name == "td" or token.name == "th":
            parts.append(" ")
        elif token.name == "img":
            parts.append(attributes(token.rest).get("alt", ""))
    text = _BREAKS.sub("\n", CONTROLS.sub("", "".join(parts)))
    text = re.sub(r"\n{3,}", "\n\n", text)
    return re.sub(" {2,}", " ", text).strip()


def fold_tag(name: str) -> str:
    """A hashtag as it is matched: case and accents do not count, œ equals oe.

    Only the accents of Latin, Greek and Cyrillic are removed (as the search index does): in
    other scripts a mark may be a vowel.
    """
    folded = name.casefold()
    if folded.isascii():
        return folded
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))
    folded = folded.casefold().replace("œ", "oe").replace("æ", "ae")
    return unicodedata.normalize("NFC", folded)
