"""The command line speaks French where the terminal does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cli import COMMANDS
from server.french import FRENCH, REFUSALS
from server.words import Words, language_of

ROOT = Path(__file__).parents[2]
SPEAKING = [*ROOT.glob("server/*.py"), *ROOT.glob("server/commands/*.py")]
REFUSING = [
    *SPEAKING,
    *ROOT.glob("actions/*.py"),
    *ROOT.glob("moderation/*.py"),
    *ROOT.glob("actors/*.py"),
]
# What a command can meet from end to end; the other floors' sentences may stay English.
MUST_SPEAK = {"people.py", "blocks.py", "domain_blocks.py", "grants.py", "identity.py"}
FAMILIES = {"NotFound", "Conflict", "Invalid", "NotAllowed"}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def template(node: ast.expr) -> str | None:
    """A literal with every filled-in part as {}."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return "".join(map(str, parts))


def refusals(path: Path) -> set[str]:
    found = (template(call.args[0]) for name, call in calls(path) if name in FAMILIES and call.args)
    return {text for text in found if text}


def said() -> set[str]:
    found = set()
    for path in SPEAKING:
        for name, call in calls(path):
            texts = [
                template(word.value) for word in call.keywords if word.arg in ("help", "about")
            ]
            if name in ("say", "words", "Misused", "ask", "_answer"):
                texts += [template(argument) for argument in call.args]
            found |= {text for text in texts if text and (" " in text or "@" in text)}
    return found


def bare(sentence: str) -> str:
    return re.sub(r"\{\w*\}", "{}", sentence)


def test_every_sentence_of_the_commands_has_its_french() -> None:
    assert said() - FRENCH.keys() == set()


def test_no_french_is_left_over() -> None:
    used = said() | {command.about for command in COMMANDS} | {"example.org"}
    assert FRENCH.keys() - used == set()


def test_refusals_a_command_can_meet_have_their_french() -> None:
    spoken = {bare(sentence) for sentence in REFUSALS}
    met = {text for path in REFUSING if path.name in MUST_SPEAK for text in refusals(path)}
    assert {bare(text) for text in met} - spoken == set()


def test_no_refusal_is_translated_that_nobody_says() -> None:
    uttered = {bare(text) for path in REFUSING for text in refusals(path)}
    assert {bare(sentence) for sentence in REFUSALS} - uttered == set()


@pytest.mark.parametrize("table", [FRENCH, REFUSALS])
def test_both_languages_fill_in_the_same(table: dict[str, str]) -> None:
    for english, french in table.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", french))


def test_refusals_come_filled_in() -> None:
    french = Words("fr")
    assert french.retold("The name @{odd} is taken here.") == "Le nom @{odd} est déjà pris ici."
    assert french.retold("Never heard.") == "Never heard."
    assert Words("en").retold("The name @a is taken here.") == "The name @a is taken here."


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB", "LC_MESSAGES": "fr_CA"}, "fr"),
        ({"LANG": "", "LC_ALL": ""}, "en"),
    ],
)
def test_the_terminal_says_its_language(environ: dict[str, str], language: str) -> None:
    assert language_of(environ) == language
