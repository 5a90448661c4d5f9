"""What strangers' HTML may do to us: nothing. Ordinary rules of the cleaner."""

import pytest

from notes.cleaning import clean_html, find_images
from tests.notes.judge import DROPPED, ELEMENTS, REL, faults


def test_an_ordinary_note_passes_unharmed() -> None:
    """C-1, C-3, C-4: what Mastodon writes comes through, in our spelling."""
    note = (
        '<p><span class="h-card" translate="no"><a href="https://a.example/@zoe" '
        'class="u-url mention">@<span>zoe</span></a></span> «&nbsp;Déjà&nbsp;»&nbsp;? '
        '<a href="https://b.example/x" target="_self" rel="noopener" translate="no">'
        '<span class="invisible">https://</span><span class="ellipsis">b.example</span></a></p>'
    )
    assert clean_html(note) == (
        '<p><span class="h-card" translate="no"><a href="https://a.example/@zoe" '
        f'{REL} class="u-url mention" target="_blank">@<span>zoe</span></a></span> '
        "«&nbsp;Déjà&nbsp;»&nbsp;? "
        f'<a href="https://b.example/x" {REL} translate="no" target="_blank">'
        '<span class="invisible">https://</span><span class="ellipsis">b.example</span></a></p>'
    )


@pytest.mark.parametrize("name", [n for n in ELEMENTS.split() if n not in ("a", "br", "hr")])
def test_listed_elements_stay(name: str) -> None:
    """C-2."""
    assert f"<{name}>x</{name}>" in clean_html(f"<{name.upper()} style=x>x</{name}>")


@pytest.mark.parametrize("name", ["div", "font", "form", "button", "marquee", "center", "x-y"])
def test_other_elements_go_and_their_text_stays(name: str) -> None:
    """C-2, C-7."""
    assert clean_html(f"<{name}>x <b>y</b></{name}>") == "x <b>y</b>"


def test_tables_in_articles_only() -> None:
    """C-2."""
    table = "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"
    assert clean_html(table, article=True) == table
    assert clean_html(table) == "ab"


def test_values_that_stay_and_values_that_go() -> None:
    """C-3."""
    kept = '<ol start="3" reversed=""><li value="-2">x</li></ol>'
    assert clean_html(kept) == kept
    assert clean_html('<ol start="x" type="a"><li value="1e9" id=x>x</ol>') == (
        "<ol><li>x</li></ol>"
    )
    code = '<pre><code class="language-python">x</code></pre>'
    assert clean_html(code) == code
    assert clean_html('<code class="h-card evil">x</code>') == "<code>x</code>"
    assert clean_html('<span translate="no">x</span>') == '<span translate="no">x</span>'
    assert clean_html('<span translate="maybe" lang=fr>x</span>') == "<span>x</span>"


def test_classes() -> None:
    """C-4: microformats and five words; `invisible` hides text in links only."""
    assert clean_html('<p class="h-entry modal quote-inline e-content">x</p>') == (
        '<p class="h-entry quote-inline e-content">x</p>'
    )
    assert clean_html('<span class="invisible">x</span>') == "<span>x</span>"
    assert '<span class="invisible">x' in clean_html(
        '<a href="https://a.example"><span class="invisible">x</span></a>'
    )
    assert clean_html('<b>x</b><a></a><span class="invisible">x</span>').endswith("<span>x</span>")


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("https://a.example/?a=1&amp;b=2", "https://a.example/?a=1&amp;b=2"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("//a.example/x", "https://a.example/x"),
        ("mailto:zoe@a.example", "mailto:zoe@a.example"),
        ("xmpp:room@a.example", "xmpp:room@a.example"),
        ("magnet:?xt=urn:x", "magnet:?xt=urn:x"),
        ("  https://a.example/a\n", "https://a.example/a"),
        ("javascript:alert(1)", None),
        ("JaVa&#x09;ScRiPt:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("java&Tab;script&colon;alert(1)", None),
        ("data:text/html,x", None),
        ("vbscript:x", None),
        ("blob:https://a.example/x", None),
        ("file:///etc/passwd", None),
        ("/oauth/authorize", None),
        ("https:oauth/authorize", None),
        ("https:/oauth/authorize", None),
        ("///a.example", None),
        ("\\\\a.example", None),
        ("/\\a.example", None),
        ("#top", None),
        ("x", None),
        ("", None),
        ("https://a.example/" + "x" * 2048, None),
    ],
)
def test_addresses(href: str, kept: str | None) -> None:
    """C-5, J-16: schemes after decoding; nothing that means a page of ours."""
    expected = f'<a href="{kept}" {REL}' if kept else f"<a {REL}"
    assert clean_html(f'<a href="{href}">x</a>') == f'{expected} target="_blank">x</a>'


def test_links_are_ours_to_qualify() -> None:
    """C-6: identity, tag and licence survive beside our words."""
    assert clean_html('<a href="https://a.example" rel="opener me" target="top">x</a>') == (
        '<a href="https://a.example" rel="me nofollow noopener noreferrer ugc" '
        'target="_blank">x</a>'
    )
    assert 'rel="tag license nofollow' in clean_html('<a rel="LICENSE tag prefetch">x</a>')
    assert 'rel="nofollow noopener noreferrer ugc" target="_blank"' in clean_html("<a>x</a>")


@pytest.mark.parametrize("name", DROPPED.split())
def test_dropped_with_content(name: str) -> None:
    """C-7; the same text in an unknown element stays."""
    assert clean_html(f"a<{name}>secret</{name}>b") == "ab"
    assert clean_html("a<section>secret</section>b") == "asecretb"


def test_media_become_links() -> None:
    """C-7, C-8: nothing is loaded from elsewhere, in notes and articles alike."""
    link = f'<a href="https://a.example/i.png" {REL} target="_blank">'
    for article in (False, True):
        image = '<img src="//a.example/i.png" alt="un &lt;b&gt; chat" onerror="x">'
        assert clean_html(image, article=article) == f"{link}un &lt;b&gt; chat</a>"
    assert clean_html('<img src="https://a.example/i.png">') == f"{link}https://a.example/i.png</a>"
    assert clean_html('<img src="x.png" alt="chat">') == "chat"
    assert clean_html('<img src="javascript:x">') == ""
    assert clean_html('<a href="https://a.example/i.png"><img src="//b.example" alt="c"></a>') == (
        f"{link}c</a>"
    )
    assert clean_html('<video><source src="https://a.example/i.png">no film</video>') == (
        f"{link}https://a.example/i.png</a>no film"
    )


def test_images_of_an_article_are_found() -> None:
    """C-8."""
    source = (
        '<p><IMG alt="a &amp; b" src="//a.example/1"><img src=/2><img src="https://a.example/3">'
    )
    assert find_images(source) == (("https://a.example/1", "a & b"), ("https://a.example/3", ""))
    assert find_images('<script><img src="https://a.example/1"></script>') == ()
    assert len(find_images("".join(f"<img src=//a.example/{n}>" for n in range(50)))) == 16


@pytest.mark.parametrize(
    "source",
    [
        "</div></body></html><p>x",
        "<p>a<b>b<i>c",
        "<b><p>x</b></p>",
        "<p><button><p>x</button>",
        "<a href=https://a.example><table><tr><td><a href=https://b.example>x",
        "<pre>\n\n\n\n\n\n\n\n\nx</pre>",
        "<table><b>x<tr><td>y</table>",
        "<!-- --!><img src=x onerror=y> -->",
        "<ul><li>a<li>b",
        "<h1><h2>x</h1>",
        "x\x00y\x0bz&#1;&#13;\r\ud800\x85",
    ],
)
def test_closed_at_the_end_and_at_rest(source: str) -> None:
    """C-9, C-12: whatever was open is closed; cleaning again changes nothing."""
    for article in (False, True):
        cleaned = clean_html(source, article=article)
        assert faults(cleaned, article=article) == []
        assert clean_html(cleaned, article=article) == cleaned
        assert not set(cleaned) & set("\x00\x01\x0b\r\ud800\x85")
