"""Citations: the sentence to copy, and what reference managers read."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notes.citation_formats import bibtex, csl, highwire, json_ld, key, ris
from notes.citations import Author, Cited, authors_from, html, text
from notes.records import Credit


def ms(*date: int) -> int:
    return int(datetime(*date, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc,arg-type]


READ = ms(2024, 7, 17, 23, 59)
NOTE = Cited(
    uri="https://praxis.example/n/OUMoSFI6ZX04V2YCdbzQ6dFGAlY",
    url="https://praxis.example/n/OUMoSFI6ZX04V2YCdbzQ6dFGAlY",
    instance="Praxis",
    authors=(Author(name="Joëlle Tremblay"), Author(name="Ana Løvås"), Author(name="Sam")),
    title="Rêver ensemble",
    published=ms(2023, 9, 17),
    updated=ms(2024, 7, 3, 16, 17),
    language="fr",
    license="https://creativecommons.org/licenses/by-sa/4.0/",
)
HARD = '100 % {libre} & \\gratuit_ #1 ~ ^ $5\nfin <b>"l\'été"'
HEBREW = "שלום, קהילה"


def in_french(cited: Cited) -> str:
    return text(cited, "fr", accessed=READ)


def test_the_sentence_in_french_and_in_english() -> None:
    assert in_french(NOTE) == (
        "Joëlle Tremblay, Ana Løvås et Sam. (2023). Rêver ensemble. Praxis (consulté le 17 juillet "
        "2024), https://praxis.example/n/OUMoSFI6ZX04V2YCdbzQ6dFGAlY"
    )
    assert text(NOTE, "en", accessed=READ) == (
        "Joëlle Tremblay, Ana Løvås and Sam. (2023). Rêver ensemble. Praxis (accessed 17 July 2024)"
        ", https://praxis.example/n/OUMoSFI6ZX04V2YCdbzQ6dFGAlY"
    )
    assert html(NOTE, "fr", accessed=READ) == (
        "Joëlle Tremblay, Ana Løvås et Sam. (2023). Rêver ensemble. <em>Praxis</em> (consulté le 17"
        " juillet 2024), "
        '<a href="https://praxis.example/n/OUMoSFI6ZX04V2YCdbzQ6dFGAlY">'
        "https://praxis.example/n/OUMoSFI6ZX04V2YCdbzQ6dFGAlY</a>"
    )


@pytest.mark.parametrize(
    ("changed", "start"),
    [
        (replace(NOTE, authors=(Author(name="Sam"),)), "Sam. (2023). Rêver ensemble. Praxis ("),
        (
            replace(NOTE, authors=(Author(name="Les Amis inc.", organisation=True),)),
            "Les Amis inc. (2023). ",
        ),
        (replace(NOTE, authors=()), "Rêver ensemble. (2023). Praxis ("),
        (replace(NOTE, authors=(), title="Et après ?"), "Et après ? (2023). Praxis ("),
        (replace(NOTE, authors=(), published=0), "Rêver ensemble. (s. d.). Praxis ("),
        (replace(NOTE, authors=(), published=10**18), "Rêver ensemble. (s. d.). Praxis ("),
        (replace(NOTE, authors=(), revision=3), "Rêver ensemble (révision 3). (2023). Praxis ("),
        (replace(NOTE, authors=(), title=" ", text="Un mot.\n\nDeux"), "Un mot. Deux. (2023). "),
        (
            replace(NOTE, authors=(), title="", text="1 2 3 4 5 6 7 8 neuf dix, onze"),
            "1 2 3 4 5 6 7 8 neuf dix… (2023). ",
        ),
        (replace(NOTE, authors=(), title="", text="x" * 5000), "x" * 80 + "… (2023). "),
        (replace(NOTE, authors=(), title="", text=""), "Sans titre. (2023). "),
        (replace(NOTE, authors=(), title="Deux\r\n\tlignes\u2028ici\x00"), "Deux lignes ici. ("),
        (
            replace(NOTE, authors=(), title=unicodedata.normalize("NFD", "Été à Çanakkale")),
            "Été à Çanakkale. (2023). ",
        ),
        (
            replace(NOTE, title=HEBREW, authors=(Author(name="سعيد"), Author(name="Sam"))),
            f"\u2068سعيد\u2069 et Sam. (2023). \u2068{HEBREW}\u2069. Praxis (",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_or_unusual(changed: Cited, start: str) -> None:
    assert in_french(changed).startswith(start)


def test_the_first_of_a_month_and_many_names() -> None:
    assert "(consulté le 1er août 2024)" in text(NOTE, "fr", accessed=ms(2024, 8, 1))
    assert "(accessed 1 August 2024)" in text(NOTE, "en", accessed=ms(2024, 8, 1))
    forty = tuple(Author(name=f"Nom {number}") for number in range(1, 41))
    sentence = in_french(replace(NOTE, authors=forty))
    assert sentence.startswith("Nom 1, Nom 2, ")
    assert ", Nom 19, … Nom 40. (2023)." in sentence
    assert ", Nom 19, … Nom 21. (2023)" in in_french(replace(NOTE, authors=forty[:21]))
    assert ", Nom 19 et Nom 20. (2023)" in in_french(replace(NOTE, authors=forty[:20]))
    for made in (bibtex, ris):
        assert made(replace(NOTE, authors=forty), "fr", accessed=READ).count("Nom ") == 40
    assert len(csl(replace(NOTE, authors=forty), "fr", accessed=READ)["author"]) == 40


def test_html_holds_no_tag_of_ours_or_theirs_but_two() -> None:
    """S-9: text is escaped, and an address that is no web address is no link."""
    nasty = replace(NOTE, title="<script>", instance="<i>", authors=(Author(name="<b>&"),))
    made = html(replace(nasty, url='https://x.example/"><script>'), "fr", accessed=READ)
    assert re.findall("<[^>]*>", made) == [
        "<em>", "</em>", '<a href="https://x.example/%22%3E%3Cscript%3E">', "</a>",
    ]  # fmt: skip
    assert "<a" not in html(replace(nasty, url="javascript:alert(1)"), "fr", accessed=READ)


def test_credits_become_authors() -> None:
    found = authors_from(
        [
            Credit(actor_id=1),
            Credit(actor_id=2, hat="organisation", organisation="Coop"),
            Credit(actor_id=3, hat="organisation", organisation="Coop"),
            Credit(name="Quelqu’un"),
            Credit(actor_id=9, name=" "),
        ],
        {1: "Léa", 2: "Sam"},
    )
    assert found == (
        Author(name="Léa"),
        Author(name="Coop", organisation=True),
        Author(name="Quelqu’un"),
    )


def test_bibtex() -> None:
    sam = Author(name="Sam X", family="X", given="Sam")
    shop = Author(name="Sel and Poivre, inc.", organisation=True)
    named = replace(NOTE, authors=(sam, shop))
    assert bibtex(named, "fr", accessed=READ) == (
        f"@online{{{key(NOTE)},\n"
        "  author = {{X}, {Sam} and {Sel and Poivre, inc.}},\n"
        "  title = {{Rêver ensemble}},\n"
        "  year = {2023},\n"
        "  month = sep,\n"
        "  organization = {{Praxis}},\n"
        "  language = {fr},\n"
        "  url = {https://praxis.example/n/OUMoSFI6ZX04V2YCdbzQ6dFGAlY},\n"
        "  urldate = {2024-07-17},\n"
        "}\n"
    )


@pytest.mark.parametrize("title", [HARD, "}", "{", "\\", "}\n@online{x,", HEBREW, "%", '"', "}}}"])
def test_no_title_breaks_bibtex(title: str) -> None:
    hard = replace(
        NOTE, title=title, summary=title, instance=title, authors=(Author(name=title),),
        url="https://x.example/a_b?c=1&d=%7B{}#e\\",
    )  # fmt: skip
    made = bibtex(hard, "fr", accessed=READ)
    depth = 0
    for position, char in enumerate(made):
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth > 0 or position < made.index("{") or made[position:] in ("}\n", "\n")
    assert depth == 0
    assert not re.search(r"(?<!\\)[%#&$](?![^\n]*\},\n  urldate)", made)
    assert made.count("\n@") == 0
    assert "url = {https://x.example/a_b?c=1&d=%7B%7B%7D#e%5C}" in made


def test_latex_is_escaped_and_undone_gives_the_title_back() -> None:
    made = bibtex(replace(NOTE, title=HARD), "fr", accessed=READ)
    title = re.search(r"  title = \{\{(.*)\}\},\n", made)
    assert title
    assert title[1] == (
        r"100 \% \textbraceleft{}libre\textbraceright{} \& \textbackslash{}gratuit\_ \#1 "
        r"""\textasciitilde{} \textasciicircum{} \$5 fin <b>"l'été\""""
    ).replace('\\"', '"')


def test_keys_are_ascii_and_stay() -> None:
    assert re.fullmatch("praxis2023x[0-9a-f]{8}", key(NOTE))
    assert key(replace(NOTE, title="Autre", authors=(), updated=1, instance="Ailleurs")) == key(
        NOTE
    )
    assert key(replace(NOTE, revision=3)) == key(NOTE) + "r3"
    other = replace(NOTE, uri=NOTE.uri + "x")
    assert key(other) != key(NOTE)
    for uri in ("https://été.example/n/é", "urn:x", "https://42.example/n/1", "", "https://[bad"):
        made = key(replace(NOTE, uri=uri, published=0))
        assert re.fullmatch("[a-z][a-z0-9]*", made)


def test_ris_has_one_line_for_each_value() -> None:
    hard = replace(NOTE, title="Un\r\nER  - \r\nTY  - JOUR", summary="a\nb", revision=2,
                   authors=(Author(name="Coop, Sel", organisation=True),
                            Author(name="S", family="X, Y", given="Sam")))  # fmt: skip
    made = ris(hard, "fr", accessed=READ)
    assert made.endswith("ER  - \r\n")
    lines = made.removesuffix("\r\n").split("\r\n")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n]*", line) for line in lines)
    assert [line[:2] for line in lines] == [
        "TY", "ID", "AU", "AU", "TI", "T2", "PY", "DA", "Y2", "ET", "LA", "AB", "UR", "ER",
    ]  # fmt: skip
    assert lines[2:5] == ["AU  - Coop Sel", "AU  - X Y, Sam", "TI  - Un ER - TY - JOUR"]
    assert lines[7:9] == ["DA  - 2023/09/17/", "Y2  - 2024/07/17/"]


def test_csl_json() -> None:
    named = replace(NOTE, title=HARD, revision=2,
                    authors=(Author(name="Sam X", family="X", given="Sam"),
                             Author(name="Coop", family="no", organisation=True)))  # fmt: skip
    item = csl(named, "fr", accessed=READ)
    assert json.loads(json.dumps(item)) == {
        "id": key(named),
        "type": "webpage",
        "title": HARD.replace("\n", " "),
        "author": [{"family": "X", "given": "Sam"}, {"literal": "Coop"}],
        "container-title": "Praxis",
        "issued": {"date-parts": [[2023, 9, 17]]},
        "accessed": {"date-parts": [[2024, 7, 17]]},
        "URL": NOTE.url,
        "language": "fr",
        "version": "2",
    }
    untitled = csl(replace(NOTE, title="", text="Bonjour", published=0), "fr", accessed=READ)
    assert (untitled["type"], untitled["title"]) == ("post", "Bonjour")
    assert "issued" not in untitled


def test_what_robots_read() -> None:
    assert highwire(NOTE, "fr") == [
        ("citation_title", "Rêver ensemble"),
        ("citation_author", "Joëlle Tremblay"),
        ("citation_author", "Ana Løvås"),
        ("citation_author", "Sam"),
        ("citation_publication_date", "2023/09/17"),
        ("citation_online_date", "2024/07/03"),
        ("citation_publisher", "Praxis"),
        ("citation_language", "fr"),
        ("citation_fulltext_html_url", NOTE.url),
    ]
    document = json_ld(replace(NOTE, authors=(Author(name="Coop", organisation=True),)), "fr")
    assert document == {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": NOTE.uri,
        "headline": "Rêver ensemble",
        "author": [{"@type": "Organization", "name": "Coop"}],
        "datePublished": "2023-09-17T00:00:00Z",
        "dateModified": "2024-07-03T16:17:00Z",
        "inLanguage": "fr",
        "license": NOTE.license,
        "url": NOTE.url,
        "isPartOf": {"@type": "WebSite", "name": "Praxis"},
    }
    assert json_ld(replace(NOTE, title=""), "en")["@type"] == "SocialMediaPosting"
