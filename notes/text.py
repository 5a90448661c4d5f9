"""Turns an author's Markdown into safe HTML, with its mentions, hashtags and links.

Handles and hashtags are found on the token stream of the Markdown parser, in the texts outside
code and links, never in the HTML. What is rendered goes through the cleaner like a stranger's.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from notes.cleaning import SafeHtml, clean_html
from notes.plain import CONTROLS, fold_tag

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MOST_SOURCE = 100_000
_MOST_BARE_LINKS = 300
_MOST_TERMS = 100  # mentions, hashtags and links each; what follows stays text

# Marks of scripts whose vowels are marks belong to a word; `\w` leaves them out.
_WORD = (
    "\\w\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0981-\u0d4d\u0e31-\u0e4e"
)
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_TERM = re.compile(
    rf"(?<![{_WORD}@#&/=])(?:"
    rf"@(?P<user>\w(?:[\w.-]{{0,98}}\w)?)(?:@(?P<host>{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?))?"
    rf"(?![\w@])"
    rf"|#(?P<tag>(?=[{_WORD}]*[^\W\d_])[\w](?:[{_WORD}\u00b7\u200c]{{0,98}}[{_WORD}])?)(?![{_WORD}#]))"
)

Mention = Callable[[str], tuple[str, str] | None]


class TextTooLong(ValueError):
    """The source has more than 100,000 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A rendered text and what it refers to, each once, in the order of the text.

    `mentions`: the handles that became links, `user` or `user@host` with a lower-case host.
    `hashtags`: as first typed, without `#`; match them by `fold_tag`. `links`: http and https.
    """

    html: SafeHtml
    mentions: tuple[str, ...]
    hashtags: tuple[str, ...]
    links: tuple[str, ...]


def render_markdown(
    source: str, *, mention: Mention, hashtag_url: Callable[[str], str], article: bool = False
) -> Rendered:
    """CommonMark with tables, ~~strike~~ and bare links to HTML; a newline is a line break.

    `mention` gets a handle (`user` or `user@host`) and answers its page and the name to show,
    or None: then it stays text. `hashtag_url` gets the folded name. HTML in the source shows as
    text. Tables come out as such with `article` only. Raises TextTooLong.
    """
    parser, tokens = _parsed(source)
    terms = _Terms(mention=mention, hashtag_url=hashtag_url)
    for token in tokens:
        if token.children:
            token.children = list(terms.replaced(token.children))
    rendered = parser.renderer.render(tokens, parser.options, {})
    return Rendered(
        html=clean_html(rendered, article=article),
        mentions=tuple(terms.mentions),
        hashtags=tuple(terms.hashtags.values()),
        links=tuple(terms.links),
    )


def find_mentions(source: str) -> tuple[str, ...]:
    """The first 100 handles typed in a Markdown text outside code and links, each once.

    What `render_markdown` will ask for: look them up before. Raises TextTooLong.
    """
    asked: dict[str, None] = {}

    def ask(handle: str) -> None:
        asked[handle] = None

    terms = _Terms(mention=ask, hashtag_url=lambda _: "")
    for token in _parsed(source)[1]:
        for _ in terms.replaced(token.children or []):
            pass
    return tuple(asked)


def _parsed(source: str) -> "tuple[MarkdownIt, list[Token]]":
    if len(source) > MOST_SOURCE:
        raise TextTooLong("the text has more than 100000 characters")
    # The bare-link step copies all it has at each link: thousands take it half a minute.
    parser = _parser(linkify=source.count("://") <= _MOST_BARE_LINKS)
    return parser, parser.parse(unicodedata.normalize("NFC", CONTROLS.sub("", _unix(source))))


def _unix(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\r", "\n")


@cache
def _parser(*, linkify: bool) -> "MarkdownIt":
    # Late: with its tables of entities and top-level domains it costs megabytes at start.
    from markdown_it import MarkdownIt  # noqa: PLC0415

    parser = MarkdownIt("commonmark", {"html": False, "linkify": linkify, "breaks": True})
    parser.enable(["linkify", "table", "strikethrough"])
    # Joined only after we looked: `\@name` is a text of its own, and not a mention.
    parser.disable("text_join")
    if linkify and parser.linkify is not None:
        # "C'est fini.Il dort" is no address in Israel, and a handle is no e-mail address.
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    return parser


class _Terms:
    """Replaces handles and hashtags in one document's texts by links, and keeps what it met."""

    def __init__(self, *, mention: Mention, hashtag_url: Callable[[str], str]) -> None:
        self._mention = mention
        self._hashtag_url = hashtag_url
        self._known: dict[str, tuple[str, str] | None] = {}
        self.mentions: dict[str, None] = {}
        self.hashtags: dict[str, str] = {}
        self.links: dict[str, None] = {}

    def replaced(self, tokens: "list[Token]") -> "Iterator[Token]":
        """The tokens of one inline run, texts outside links rewritten."""
        links = 0
        for token in tokens:
            if token.type == "link_open":
                links += 1
                self._link(str(token.attrGet("href") or ""))
            elif token.type == "link_close":
                links -= 1
            elif token.type == "text" and not links and re.search("[@#]", token.content):
                token.content = "".join(self._pieces(token.content))
                token.type = "html_inline"
            for special in (token, *(token.children or ())):  # an image has its words as children
                if special.type == "text_special":
                    special.type = "text"
            yield token

    def _pieces(self, text: str) -> Iterator[str]:
        position = 0
        for match in _TERM.finditer(text):
            term = self._tag(match["tag"]) if match["tag"] else self._handle(match)
            if term:
                yield html.escape(text[position : match.start()])
                yield term
                position = match.end()
        yield html.escape(text[position:])

    def _handle(self, match: re.Match[str]) -> str:
        host = match["host"]
        handle = f"{match['user']}@{host.lower()}" if host else match["user"]
        if handle not in self._known:
            if len(self._known) >= _MOST_TERMS:
                return ""
            self._known[handle] = self._mention(handle)
        found = self._known[handle]
        if found is None:
            return ""
        self.mentions[handle] = None
        url, name = html.escape(found[0]), html.escape(found[1])
        return (
            f'<span class="h-card" translate="no"><a href="{url}" class="u-url mention">'
            f"@<span>{name}</span></a></span>"
        )

    def _tag(self, spelling: str) -> str:
        folded = fold_tag(spelling)
        if folded not in self.hashtags:
            if len(self.hashtags) >= _MOST_TERMS:
                return ""
            self.hashtags[folded] = spelling
        url = html.escape(self._hashtag_url(folded))
        return f'<a href="{url}" class="mention hashtag" rel="tag">#<span>{spelling}</span></a>'

    def _link(self, href: str) -> None:
        if href.lower().startswith(("https://", "http://")) and len(self.links) < _MOST_TERMS:
            self.links[href] = None
