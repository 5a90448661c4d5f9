"""The tables of what may stay in strangers' HTML: elements, attributes, schemes, words of `rel`."""

_ELEMENTS_NAMES = (
    "p br span a del s u b strong i em code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 hr "
    "ruby rt rp sub sup"
)
ELEMENTS = frozenset(_ELEMENTS_NAMES.split())
TABLES = frozenset("table thead tbody tr th td".split())  # noqa: SIM905 - in articles only
MEDIA = frozenset({"img", "video", "audio", "source"})  # become links, never reach a page
ATTRIBUTES = {
    "a": {"href", "rel", "class"},
    "span": {"class"},
    "p": {"class"},
    "code": {"class"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "img": {"src", "alt"},
    "video": {"src"},
    "audio": {"src"},
    "source": {"src"},
}
TRANSLATED = ("a", "span")  # also carry translate="no"
SCHEMES = frozenset("https http mailto gemini xmpp magnet tel".split())  # noqa: SIM905
OUR_REL = "nofollow noopener noreferrer ugc"
KEPT_REL = ("me", "tag", "license")  # identity, hashtags and licences are read from these


class TooMuch(Exception):
    """The fragment is larger or deeper than a page should carry."""
