"""A second opinion on cleaned HTML, from another parser than the cleaner's."""

from html.parser import HTMLParser

REL = 'rel="nofollow noopener noreferrer ugc"'
ELEMENTS = (
    "p br span a del s u b strong i em code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 hr "
    "ruby rt rp sub sup"
)
TABLES = "table thead tbody tr th td"
DROPPED = (
    "script style template noscript iframe object applet svg math title textarea select "
    "xmp noembed noframes canvas"
)
ATTRIBUTES = {
    "a": {"href", "rel", "class", "translate", "target"},
    "span": {"class", "translate"},
    "p": {"class"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "code": {"class"},
}


class Judge(HTMLParser):
    """Reads cleaned HTML with another parser than the cleaner's and notes what is amiss."""

    def __init__(self, allowed: str) -> None:
        super().__init__(convert_charrefs=True)
        self.allowed = set(allowed.split())
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.allowed:
            self.faults.append(f"element {tag}")
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, set()):
                self.faults.append(f"attribute {tag}[{name}]")
            if name == "href" and not (value or "").lower().startswith(
                ("https://", "http://", "mailto:", "gemini:", "xmpp:", "magnet:", "tel:")
            ):
                self.faults.append(f"href {value}")
        if tag == "a" and dict(attrs).get("target") != "_blank":
            self.faults.append("a without target")
        if tag == "a" and "noopener" not in (dict(attrs).get("rel") or ""):
            self.faults.append("a without rel")
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"unbalanced {tag}")

    def handle_comment(self, data: str) -> None:
        self.faults.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.faults.append("instruction")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("unknown declaration")


def faults(cleaned: str, *, article: bool = False) -> list[str]:
    judge = Judge(f"{ELEMENTS} {TABLES}" if article else ELEMENTS)
    judge.feed(cleaned)
    judge.close()
    return judge.faults + [f"open {tag}" for tag in judge.open]
