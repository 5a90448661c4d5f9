"""Typed text: plain, Markdown, handles, hashtags, titles."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.cleaning import clean_html
from notes.plain import clean_text, cut_text, fold_tag, plain_text
from notes.text import Rendered, TextTooLong, find_mentions, render_markdown
from notes.titles import split_title

REL = "nofollow noopener noreferrer ugc"
FAMILY = "👩🏽‍👩‍👧‍👦"
HEART = "❤️"


def render(source: str, *, article: bool = False) -> Rendered:
    return render_markdown(
        source,
        mention=lambda h: None if h.startswith("no") else (f"https://s.example/@{h}", h[:20]),
        hashtag_url=lambda tag: f"https://s.example/tags/{tag}",
        article=article,
    )


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  L’été «\u00a0déjà\u00a0»…\u202f! ", "L’été «\u00a0déjà\u00a0»…\u202f!"),
        ("e\u0301te\u0301", "été"),
        ("a\x00b\x07c\x9bd\ud800e", "abcde"),
        ("a\tb\r\nc\u2028d", "a\tb\nc\nd"),
        ("<b>gras</b> <script>x", "gras x"),
        ("1 < 2 > 0, List<String> <3", "1 < 2 > 0, List<String> <3"),
        ("abc\u202edef\u2066", "abcdef"),
        ("a\u200bb\ufeffc\u00ad", "abc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        (f"{FAMILY} {HEART}", f"{FAMILY} {HEART}"),
        ("שלום\u200f world", "שלום\u200f world"),
        ("\u200b\u2060 ", ""),
    ],
)
def test_plain_fields(text: str, cleaned: str) -> None:
    """C-11, C-12: unseen characters go; joiners, direction marks and lone angles stay."""
    assert clean_text(text, limit=100) == cleaned


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 3, "abc"),
        ("ab" + "q\u0307\u0323" + "z", 3, "ab"),
        ("ab" + "q\u0307\u0323" + "z", 5, "abq\u0307\u0323"),
        (f"a{FAMILY}b", 4, "a"),
        (f"a{FAMILY}b", 1 + len(FAMILY), f"a{FAMILY}"),
        (f"a{HEART}b", 2, "a"),
        ("👍🏽👍🏽", 3, "👍🏽"),
        ("🇫🇷🇧🇪🇨🇭", 3, "🇫🇷"),
        ("🇫🇷🇧🇪🇨🇭", 4, "🇫🇷🇧🇪"),
        ("🏴\U000e0067\U000e0062\U000e007f!", 2, ""),
        ("שָׁלוֹם", 2, ""),
        ("שָׁלוֹם", 3, "שָׁ"),
        ("e" + "\u0301" * 500, 100, "e" + "\u0301" * 99),
    ],
)
def test_cut_between_characters(text: str, limit: int, kept: str) -> None:
    """J-16: marks, joiners, variation selectors, tones and flags keep together, within reason."""
    assert cut_text(text, limit) == kept


@given(st.text(), st.integers(0, 30))
def test_plain_fields_keep_to_their_limit(text: str, limit: int) -> None:
    """J-16, C-12."""
    cleaned = clean_text(text, limit=limit)
    assert len(cleaned) <= limit
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in cleaned)
    cleaned.encode()


def test_text_from_html() -> None:
    """C-11, C-14."""
    assert (
        plain_text(
            "<p>Un &amp; deux<br>trois</p><!-- x --><p><b>qua</b>tre<script>x</script></p>"
            '<ul><li>a</li><li>b</li></ul><img alt="chat" src=x><svg><p>y</p></svg> fin &lt;b&gt;'
        )
        == "Un & deux\ntrois\n\nquatre\n\na\n\nb\n\nchat fin <b>"
    )
    assert plain_text("1 < 2") == "1 < 2"
    assert plain_text("<p>a<script>b") == "a"


def test_markdown() -> None:
    """C-14: CommonMark, line breaks as typed, HTML shown and not obeyed."""
    assert render("**a** *b* ~~c~~\nd `e<f>`").html == (
        "<p><strong>a</strong> <em>b</em> <s>c</s><br>\nd <code>e&lt;f&gt;</code></p>\n"
    )
    assert render("```python\nx\n```").html == (
        '<pre><code class="language-python">x\n</code></pre>\n'
    )
    assert render("<script>x</script>").html == "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"
    assert "<a href" not in render("[x](javascript:alert(1)) [y](/settings)").html
    assert "<table>" in render("|a|\n|-|\n|b|", article=True).html
    assert "<table>" not in render("|a|\n|-|\n|b|").html
    assert render("![un \\* chat](https://a.example/i)").html == (
        f'<p><a href="https://a.example/i" rel="{REL}" target="_blank">un * chat</a></p>\n'
    )


def test_links() -> None:
    rendered = render("https://a.example/@x#y [b](https://b.example) <http://c.example> /d a.fr")
    assert rendered.links == ("https://a.example/@x#y", "https://b.example", "http://c.example")
    assert rendered.mentions == rendered.hashtags == ()
    assert "d a.fr</p>" in rendered.html
    assert render("C'est fini.Il dort, écrire à zoe@a.example").links == ()


def test_a_mention_and_a_hashtag_as_others_write_them() -> None:
    assert render("@zoe #Éco").html == (
        '<p><span class="h-card" translate="no"><a href="https://s.example/@zoe" '
        f'rel="{REL}" class="u-url mention" target="_blank">@<span>zoe</span></a></span> '
        f'<a href="https://s.example/tags/eco" rel="tag {REL}" class="mention hashtag" '
        'target="_blank">#<span>Éco</span></a></p>\n'
    )


@pytest.mark.parametrize(
    ("source", "handles"),
    [
        ("@zoe, @zoe et @Bob.", ("zoe", "Bob")),
        ("@bob@Hote.Example.", ("bob@hote.example",)),
        ("@bob@127.0.0.1:8001: oui", ("bob@127.0.0.1:8001",)),
        ("(@bob@localhost:8001)", ("bob@localhost:8001",)),
        ("l’@été@hôte.example", ("été@hôte.example",)),
        ("@a_b_c **@d** [x](https://a.example)@e", ("a_b_c", "d", "e")),
        ("> @cité\n\n- @liste", ("cité", "liste")),
        ("zoe@a.example", ()),
        ("https://a.example/@zoe", ()),
        ("`@code` et\n\n    @code\n\n```\n@code\n```", ()),
        ("[@zoe](https://a.example)", ()),
        ("\\@zoe &#64;zoe", ()),
        ("@ zoe @@zoe @zoe@", ()),
    ],
)
def test_handles_outside_code_and_links(source: str, handles: tuple[str, ...]) -> None:
    assert find_mentions(source) == handles
    assert render(source).mentions == handles


def test_unknown_handles_stay_text() -> None:
    rendered = render("@nobody @zoe")
    assert rendered.mentions == ("zoe",)
    assert rendered.html.startswith("<p>@nobody <span")
    assert find_mentions("@nobody @zoe") == ("nobody", "zoe")


@pytest.mark.parametrize(
    ("source", "tags"),
    [
        ("#Communs #communs #COMMUNS", ("Communs",)),
        ("#économie_sociale, #2026bilan.", ("économie_sociale", "2026bilan")),
        ("#e\u0301te\u0301 #हिन्दी #日本", ("été", "हिन्दी", "日本")),
        ("*#a* (#b)", ("a", "b")),
        ("#123 # a#b &#39; \\#c `#d` https://a.example/#e", ()),
    ],
)
def test_hashtags(source: str, tags: tuple[str, ...]) -> None:
    assert render(source).hashtags == tags


def test_a_resolver_cannot_write_html() -> None:
    """C-1: names come from strangers too."""
    rendered = render_markdown(
        "@zoe",
        mention=lambda _: ('https://a.example/"><script>x</script>', "<img src=x onerror=y>"),
        hashtag_url=lambda _: "",
    )
    assert "<script" not in rendered.html
    assert "<img" not in rendered.html
    assert "&lt;img src=x onerror=y&gt;" in rendered.html


def test_bounds() -> None:
    """J-17, C-10: a hundred handles and tags, a hundred thousand characters."""
    rendered = render(" ".join(f"@a{n} #b{n}" for n in range(150)))
    assert len(rendered.mentions) == len(rendered.hashtags) == 100
    assert len(find_mentions(" ".join(f"@a{n}" for n in range(150)))) == 100
    assert "href" in render("http://a.example " * 300).html
    assert "href" not in render("http://a.example " * 5000).html
    assert render("x" * 100_000).html
    for call in (render, find_mentions):
        with pytest.raises(TextTooLong):
            call("x" * 100_001)


@given(st.text(alphabet="ab@#.:_*`[]()<>\\&!/ \n-|~é\u0301", max_size=60))
def test_rendering_is_at_rest(source: str) -> None:
    """C-9, C-14."""
    rendered = render(source)
    assert clean_html(rendered.html) == rendered.html
    assert set(rendered.mentions) <= set(find_mentions(source))


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("Un titre\n\nLe texte", "Un titre", "Le texte"),
        ("Un titre\r\n \r\nLe texte\n", "Un titre", "Le texte"),
        ("é" * 120 + "\n\ny", "é" * 120, "y"),
        ("# Un titre #\nLe texte", "Un titre", "Le texte"),
        ("# " + "é" * 200 + "\n\ny", "é" * 200, "y"),
        ("**2026** en bref\n\nx", "**2026** en bref", "x"),
        ("#communs et #biens\n\nx", "#communs et #biens", "x"),
        ("é" * 121 + "\n\ny", None, None),
        ("Une ligne\nLe texte", None, None),
        ("Un titre\n\n \n", None, None),
        ("# Un titre", None, None),
        ("# " + "é" * 501 + "\n\ny", None, None),
        ("- liste\n\nx", None, None),
        ("1. liste\n\nx", None, None),
        ("> cité\n\nx", None, None),
        ("```\n\nx\n```", None, None),
        ("    code\n\nx", None, None),
        ("## plus bas\n\nx", None, None),
        ("@zoe @bob@a.example\n\nx", None, None),
        ("", None, None),
    ],
)
def test_titles(text: str, title: str | None, body: str | None) -> None:
    """A first line of at most 120 characters, an empty line, more text; or `# title`."""
    assert split_title(text) == (title, text if body is None else body)


@given(st.text(min_size=1, max_size=80), st.text(min_size=1))
def test_an_edit_never_loses_the_title(line: str, rest: str) -> None:
    """`# title` given back by the source is read as the same title."""
    title, body = split_title(f"{line}\n\n{rest}")
    if title is not None:
        assert split_title(f"# {title}\n\n{body}") == (title, body)


def test_folding() -> None:
    assert fold_tag("Économie") == fold_tag("E\u0301CONOMIE") == "economie"
    assert fold_tag("CŒUR") == fold_tag("coeur")
    assert fold_tag("STRASSE") == fold_tag("straße")
    assert fold_tag("a") != fold_tag("b")
    assert fold_tag("हिन्दी") != fold_tag("हनद")


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold_tag(fold_tag(name)) == fold_tag(name)
