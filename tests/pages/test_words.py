"""Every word a person reads goes through the catalogues, and both are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import pages
from pages import words

ROOM = Path(pages.__file__).parent
METHODS = [("**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
FIELD = re.compile(r"%\(\w+\)s")
# Names of languages stand in their own language, whoever reads.
NAMES = {"Français", "English"}


def used() -> set[str]:
    """The msgids in templates and code; of a plural, its singular."""
    found = extract_from_dir(ROOM, method_map=METHODS)
    return {m if isinstance(m, str) else m[0] for _, _, m, _, _ in found}


def catalogue(language: str) -> Catalog:
    with (ROOM / "locale" / language / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def strings(message: Message) -> list[str]:
    """What a message is in this language; several for a plural."""
    found = message.string
    return [found] if isinstance(found, str) else list(found or ())


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_each_word_is_there_and_none_is_left_over(language: str) -> None:
    messages = [message for message in catalogue(language) if message.id]
    ids = {message.id if isinstance(message.id, str) else message.id[0] for message in messages}
    assert len(used()) > 50
    assert ids == used()
    for message in messages:
        said = strings(message)
        assert all(said), message.id
        assert not message.fuzzy, message.id
        whole = message.id if isinstance(message.id, str) else message.id[1]
        for one in said:
            assert sorted(FIELD.findall(one)) == sorted(FIELD.findall(whole)), message.id
            assert "<" not in one


def test_french_is_typeset() -> None:
    """Spaces that no line breaks at, and the right apostrophe."""
    for message in catalogue("fr"):
        if message.id:
            for said in strings(message):
                assert not re.search(r" [:;!?»]|« |'", said), said


@pytest.mark.parametrize("template", sorted((ROOM / "templates").iterdir()), ids=lambda p: p.name)
def test_no_raw_words_in_templates(template: Path) -> None:
    """What remains without tags of Jinja and HTML holds no letter; attributes neither."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template.read_text(encoding="utf-8"))
    for name in ("aria-label", "alt", "placeholder", "title"):
        assert not re.search(rf' {name}="[^"]*[^\W\d_]', text), name
    left = re.sub(r"<[^<>]*>", " ", text)
    raw = set(re.findall(r"[^\W\d_]{2,}", left)) - NAMES
    assert raw == set()


def test_dates_in_words() -> None:
    moment = 1_793_000_000_000
    assert words.day(moment, "fr") == "26 octobre 2026"
    assert words.day(moment, "en") == "October 26, 2026"
    assert words.machine_time(moment) == "2026-10-26T07:33:20Z"
