"""Sets, on HTML that the parser has written, what depends on neighbours or on parts of a value.

Classes, `rel` and `target` of links, images. Its result goes through the parser again.
"""

import re
from functools import lru_cache

from notes.allowed import KEPT_REL, MEDIA, OUR_REL
from notes.plain import CONTROLS

_MOST_HREF = 2048
_MOST_CLASSES = 12

# The parser's output has one spelling (lower case, double quotes, `<`, `>`, `"` and `&`
# escaped in values), so one expression reads a tag
# without guessing.

_VALUE = re.compile(r' ([^\s"=>]+)="([^"]*)"')
_TAG = re.compile(
    r"<(?P<end>/)?(?P<name>a|img|video|audio|source|[a-z0-9]+(?= ))"
    r'(?P<rest>(?: [^\s"=>]+="[^"]*")*)>'
)
_AFTER_PRE = re.compile(r"(<pre>)\n+")  # the parser drops one newline there in each pass
_SPACES = re.compile(r"[\x00-\x20\x7f-\x9f]+")
# `https:path` is absolute to the URL library and relative to a browser on an https page.
_LINK = re.compile(r"(?:https?://[^/\s\\]|(?:mailto|gemini|xmpp|magnet|tel):)", re.IGNORECASE)
_CLASS = re.compile(r"(?:(?:h|p|u|dt|e)-[a-z0-9-]+|mention|hashtag|ellipsis|quote-inline)\Z")
_LANGUAGE = re.compile(r"language-[A-Za-z0-9_+#.-]{1,40}\Z")
_NUMBER = re.compile(r"-?[0-9]{1,6}\Z")


def settle(parsed: str) -> str:
    """One pass over the parser's output; a second changes nothing."""
    settled = CONTROLS.sub("", _TAG.sub(_Settling().tag, parsed))
    return _AFTER_PRE.sub(r"\1", settled) if "<pre>\n" in settled else settled


class _Settling:
    """Walks one parsed fragment from left to right and rewrites each tag that has values."""

    def __init__(self) -> None:
        self._links = 0  # how many <a> are open
        self._media_linked = False

    def tag(self, match: re.Match[str]) -> str:
        name = match["name"]
        if name in MEDIA:
            return self._media(name, match)
        if match["end"]:
            self._links -= name == "a"
            return match[0]
        values = dict(_VALUE.findall(match["rest"]))
        if name == "a":
            self._links += 1
            return _anchor(values)
        kept = self._kept(name, values)
        return f"<{name}{_written(kept)}>"

    def _kept(self, name: str, values: dict[str, str]) -> dict[str, str]:
        if name == "code":
            languages = [word for word in values.get("class", "").split() if _LANGUAGE.match(word)]
            return {"class": languages[0]} if languages else {}
        if name in ("ol", "li"):
            return {
                key: "" if key == "reversed" else value
                for key, value in values.items()
                if key == "reversed" or _NUMBER.match(value)
            }
        if "class" in values:
            values["class"] = _classes(values["class"], self._links > 0)
        return values

    def _media(self, name: str, match: re.Match[str]) -> str:
        """C-8: a picture becomes a link with its alternative text, a film one with its address."""
        if match["end"]:
            return ""
        values = dict(_VALUE.findall(match["rest"]))
        source = _href(values.get("src", ""))
        text = values.get("alt", "").strip() or source
        if name != "img":
            source = "" if name == "source" and self._media_linked else source
            self._media_linked = bool(source) or (name == "source" and self._media_linked)
            text = source
        if not source or self._links:
            return text if name == "img" or source else ""
        return f"{_anchor({'href': source})}{text}</a>"


def _anchor(values: dict[str, str]) -> str:
    """C-6: `rel` and `target` are ours on every link; `me`, `tag` and `license` survive."""
    href, classes = _href(values.get("href", "")), _classes(values.get("class", ""), False)
    written = f'<a href="{href}" rel="' if href else '<a rel="'
    written += _rel(values.get("rel", "")) + '"'
    if classes:
        written += f' class="{classes}"'
    if "translate" in values:
        written += f' translate="{values["translate"]}"'
    return written + ' target="_blank">'


def _written(values: dict[str, str]) -> str:
    return "".join(
        f' {key}="{value}"' for key, value in values.items() if value or key == "reversed"
    )


def _href(value: str) -> str:
    value = _SPACES.sub("", value)
    return value if len(value) <= _MOST_HREF and _LINK.match(value) else ""


@lru_cache(256)  # a few values make up nearly all of what is seen, here and below
def _rel(value: str) -> str:
    words = value.lower().split()
    return " ".join([*(word for word in KEPT_REL if word in words), OUR_REL])


@lru_cache(256)
def _classes(value: str, in_link: bool) -> str:
    kept = {
        word: None
        for word in value.split()[:_MOST_CLASSES]
        if _CLASS.match(word) or (word == "invisible" and in_link)
    }
    return " ".join(kept)
