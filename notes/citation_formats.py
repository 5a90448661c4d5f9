"""A citation for programs: BibTeX, CSL-JSON, RIS, the meta tags of Highwire, schema.org. Pure.

Each takes a `notes.citations.Cited`, `language` is that of whoever reads (for "no title"), and
`accessed` a moment in milliseconds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from notes.citations import Author, Cited, Language, address, date_of, one_line, title_of

# BibTeX counts braces even behind a backslash, so they need words of their own.
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{char: f"\\{char}" for char in "$&#_%"},
    }
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_HOST = re.compile("https?://([a-z][a-z0-9-]{0,39})[a-z0-9-]*[.:/]")
_LONGEST_ABSTRACT = 2_000


def key(cited: Cited) -> str:
    """The same for a note for ever, whatever its title and authors become: ASCII letters, digits.

    The first part of its host, its year, eight digits of its URI's hash; "r3" for a revision.
    """
    found = _HOST.match(cited.uri.lower())
    host = found[1].replace("-", "") if found else "note"
    date = date_of(cited.published)
    digest = hashlib.sha256(cited.uri.encode(errors="replace")).hexdigest()[:8]
    revision = "" if cited.revision is None else f"r{cited.revision}"
    return (
        f"{host if host[0].isalpha() else 'n' + host}{date.year if date else ''}x{digest}{revision}"
    )


def bibtex(cited: Cited, language: Language, *, accessed: int) -> str:
    """One `@online` entry in UTF-8 (biblatex; BibTeX reads it as `@misc`)."""
    date = date_of(cited.published)
    fields: list[tuple[str, str]] = [
        ("author", " and ".join(_bibtex_name(one) for one in cited.authors)),
        ("title", f"{{{_latex(title_of(cited, language))}}}"),
        ("year", str(date.year) if date else ""),
        ("month", _MONTHS[date.month - 1] if date else ""),
        ("organization", f"{{{_latex(cited.instance)}}}"),
        ("version", "" if cited.revision is None else str(cited.revision)),
        ("language", _latex(cited.language or "")),
        ("url", address(cited.url)),
        ("urldate", _iso(date_of(accessed))),
        ("abstract", _latex(cited.summary[:_LONGEST_ABSTRACT])),
    ]
    lines = [
        f"  {name} = {value if name == 'month' else '{' + value + '}'},"
        for name, value in fields
        if value.strip("{}")
    ]
    return "\n".join((f"@online{{{key(cited)},", *lines, "}", ""))


def _bibtex_name(author: Author) -> str:
    """A name in braces is neither taken apart nor split at " and "."""
    if author.family and not author.organisation:
        parts = [f"{{{_latex(part)}}}" for part in (author.family, author.given) if part.strip()]
        return ", ".join(parts)
    return f"{{{_latex(author.name)}}}"


def _latex(value: str) -> str:
    return one_line(value).translate(_LATEX)


def csl(cited: Cited, language: Language, *, accessed: int) -> dict[str, Any]:
    """One item of CSL-JSON 1.0.2; a file is a list of them."""
    item: dict[str, Any] = {
        "id": key(cited),
        "type": "webpage" if cited.title.strip() else "post",
        "title": title_of(cited, language),
        "author": [_csl_name(one) for one in cited.authors],
        "container-title": one_line(cited.instance),
        "issued": _parts(date_of(cited.published)),
        "accessed": _parts(date_of(accessed)),
        "URL": address(cited.url),
        "language": one_line(cited.language or ""),
        "abstract": one_line(cited.summary),
        "version": "" if cited.revision is None else str(cited.revision),
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(author: Author) -> dict[str, str]:
    if author.family and not author.organisation:
        names = {"family": one_line(author.family), "given": one_line(author.given)}
        return {name: value for name, value in names.items() if value}
    return {"literal": one_line(author.name)}


def _parts(date: datetime | None) -> dict[str, Any]:
    return {"date-parts": [[date.year, date.month, date.day]]} if date else {}


def ris(cited: Cited, language: Language, *, accessed: int) -> str:
    """One record. Each line is a tag of two letters, two spaces, a hyphen, a space and a value
    without line ends; lines end with CR LF and the record with an empty ER."""
    date, read = date_of(cited.published), date_of(accessed)
    lines: list[tuple[str, str]] = [
        ("TY", "ELEC"),
        ("ID", key(cited)),
        *(("AU", _ris_name(one)) for one in cited.authors),
        ("TI", title_of(cited, language)),
        ("T2", one_line(cited.instance)),
        ("PY", str(date.year) if date else ""),
        ("DA", date.strftime("%Y/%m/%d/") if date else ""),
        ("Y2", read.strftime("%Y/%m/%d/") if read else ""),
        ("ET", "" if cited.revision is None else str(cited.revision)),
        ("LA", one_line(cited.language or "")),
        ("AB", one_line(cited.summary[:_LONGEST_ABSTRACT])),
        ("UR", address(cited.url)),
    ]
    kept = [f"{tag}  - {value}\r\n" for tag, value in lines if value]
    return "".join((*kept, "ER  - \r\n"))


def _ris_name(author: Author) -> str:
    """A comma would part a name into family and given name, so a whole name has none."""
    if author.family and not author.organisation:
        parts = [one_line(part.replace(",", " ")) for part in (author.family, author.given)]
        return ", ".join(part for part in parts if part)
    return one_line(author.name.replace(",", " "))


def highwire(cited: Cited, language: Language) -> list[tuple[str, str]]:
    """Names and contents of a page's meta tags, unescaped; `citation_author` once per author."""
    date, updated = date_of(cited.published), date_of(cited.updated)
    tags = [
        ("citation_title", title_of(cited, language)),
        *(("citation_author", one_line(one.name)) for one in cited.authors),
        ("citation_publication_date", date.strftime("%Y/%m/%d") if date else ""),
        ("citation_online_date", updated.strftime("%Y/%m/%d") if updated else ""),
        ("citation_publisher", one_line(cited.instance)),
        ("citation_language", one_line(cited.language or "")),
        ("citation_fulltext_html_url", address(cited.url)),
    ]
    return [(name, content) for name, content in tags if content]


def json_ld(cited: Cited, language: Language) -> dict[str, Any]:
    """The note in schema.org's words. Whoever puts it into a page has to escape every "<"."""
    date, updated = date_of(cited.published), date_of(cited.updated)
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article" if cited.title.strip() else "SocialMediaPosting",
        "@id": address(cited.uri),
        "headline": title_of(cited, language),
        "author": _people(cited.authors),
        "datePublished": _moment(date),
        "dateModified": _moment(updated),
        "inLanguage": one_line(cited.language or ""),
        "license": address(cited.license or ""),
        "abstract": one_line(cited.summary),
        "version": cited.revision,
        "url": address(cited.url),
        "isPartOf": {"@type": "WebSite", "name": one_line(cited.instance)},
    }
    return {name: value for name, value in document.items() if value}


def _people(authors: Sequence[Author]) -> list[dict[str, str]]:
    people = []
    for one in authors:
        kind = "Organization" if one.organisation else "Person"
        person = {"@type": kind, "name": one_line(one.name)}
        if one.family and not one.organisation:
            person |= {"familyName": one_line(one.family), "givenName": one_line(one.given)}
        people.append(person)
    return people


def _iso(date: datetime | None) -> str:
    return date.strftime("%Y-%m-%d") if date else ""


def _moment(date: datetime | None) -> str:
    return date.strftime("%Y-%m-%dT%H:%M:%SZ") if date else ""
