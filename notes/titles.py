"""Tells the title of a typed text from its body."""

import re

_MOST_LINE = 120
_MOST_HEADING = 500
_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")
_HEADING = re.compile(r"#[ \t]+(?P<title>\S.*?)(?:[ \t]+#+)?[ \t]*\Z")
# A first line that begins a list, a quotation, code, a table or a smaller heading is body.
_BLOCK = re.compile(r"[-*+][ \t]|[>|]|#{1,6}(?:[ \t]|\Z)|\d{1,9}[.)][ \t]|```|~~~|[-*_=]{3,}\Z")
_ADDRESSEES = re.compile(r"(?:@[\w.-]+(?:@[\w.:-]+)?[ \t,;:]*)+\Z")


def split_title(text: str) -> tuple[str | None, str]:
    """(title, body) of what was typed in one field; (None, text) when there is no title.

    A title is a first line `# title` (at most 500 characters), or a first line of at most 120
    characters followed by an empty line; both need more text after it. A line of handles only
    is an address. The title is taken as typed, Markdown included; the body without blank lines
    at its ends.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.lstrip("\n").partition("\n")
    body = _BLANK_LINES.sub("", rest).rstrip()
    if not body:
        return None, text
    heading = _HEADING.match(first)
    if heading:
        title = heading["title"]
        return (title, body) if len(title) <= _MOST_HEADING else (None, text)
    line = first.strip()
    indented = first.startswith(("    ", "\t"))
    if not line or len(line) > _MOST_LINE or indented or rest.partition("\n")[0].strip():
        return None, text
    if _BLOCK.match(line) or _ADDRESSEES.match(line):
        return None, text
    return line, body
