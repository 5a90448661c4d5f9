"""Says sentences from templates, with French articles, elision and agreement.

A template is text with slots in braces:

- `{le lieu}` draws a noun from the bank `lieu` and gives it that article: le, un, ce, du, au, de,
  notre, chaque (or none: `{lieu}`). `{Le lieu}` and `{^ lieu}` begin a sentence.
- `{~é|ée}` agrees with the noun drawn last: masculine, feminine.
- `{alors|ensuite}` takes one of the words. `{#3-12}` draws a number, both ends included.
- a bank may hold templates as well: they are said in turn.

Nouns keep their own number: one that is plural takes les, des, ces, aux, nos.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

Draw = Callable[[], float]

_SLOT = re.compile(r"\{([^{}]+)\}")
_NUMBER = re.compile(r"#(\d+)-(\d+)")
_VOWELS = frozenset("aeiouyh")
_BEFORE_HIGH = re.compile(r" (?=[:;?!»%€])|(?<=«) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A noun with each of its articles said in advance; `forms[""]` is the bare one."""

    feminine: bool
    forms: Mapping[str, str]


Bank = Sequence[Noun | str]
Banks = Mapping[str, Bank]


def typeset(text: str) -> str:
    """Typewriter French as printed: curled apostrophes, no line break before « : » and others."""
    return _BEFORE_HIGH.sub("\u00a0", text.replace("'", "’"))


def noun(spec: str) -> Noun:
    """`m jardin`, `f école`, `mp habitant·es` (plural); `*` before an h that is not silent."""
    gender, _, word = spec.partition(" ")
    feminine, plural = gender[0] == "f", gender.endswith("p")
    word = typeset(word)
    first = unicodedata.normalize("NFD", word.lower().replace("œ", "o"))[0]
    elides = first in _VOWELS
    word = word.removeprefix("*")
    forms = _plural_forms(word) if plural else _singular_forms(word, feminine, elides)
    forms["de"] = f"d’{word}" if elides else f"de {word}"
    for article, form in tuple(forms.items()):
        forms[article.capitalize() if article else "^"] = form[:1].upper() + form[1:]
    return Noun(feminine=feminine, forms=forms)


def _plural_forms(word: str) -> dict[str, str]:
    articles = {"": "", "le": "les ", "un": "des ", "ce": "ces ", "du": "des ", "au": "aux "}
    articles |= {"notre": "nos ", "chaque": "toutes les "}
    return {article: said + word for article, said in articles.items()}


def _singular_forms(word: str, feminine: bool, elides: bool) -> dict[str, str]:
    if elides:
        articles = {"le": "l’", "du": "de l’", "au": "à l’"}
    elif feminine:
        articles = {"le": "la ", "du": "de la ", "au": "à la "}
    else:
        articles = {"le": "le ", "du": "du ", "au": "au "}
    articles["un"] = "une " if feminine else "un "
    articles["ce"] = "cette " if feminine else ("cet " if elides else "ce ")
    articles |= {"": "", "notre": "notre ", "chaque": "chaque "}
    return {article: said + word for article, said in articles.items()}


Part = tuple[str, str, tuple[str, ...]]  # (what, bank or text, article or words)


@cache
def _parts(template: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    for index, piece in enumerate(_SLOT.split(template)):
        if index % 2:
            parts.append(_slot(piece))
        elif piece:
            parts.append(("text", typeset(piece), ()))
    return tuple(parts)


def _slot(piece: str) -> Part:
    if number := _NUMBER.fullmatch(piece):
        return ("number", "", number.groups())
    if piece[0] == "~":
        return ("agree", "", tuple(piece[1:].split("|")))
    if "|" in piece:
        return ("words", "", tuple(typeset(word) for word in piece.split("|")))
    article, _, bank = piece.rpartition(" ")
    return ("noun", bank, (article,))


def say(rnd: Random, template: str, banks: Banks) -> str:
    """The template with every slot drawn. Raises KeyError for a bank or an article unknown."""
    return _say(rnd.random, template, banks)


def _say(draw: Draw, template: str, banks: Banks) -> str:
    said: list[str] = []
    feminine = False
    for what, text, words in _parts(template):
        if what == "text":
            said.append(text)
        elif what == "noun":
            bank = banks[text]
            drawn = bank[int(draw() * len(bank))]
            if isinstance(drawn, Noun):
                feminine = drawn.feminine
                said.append(drawn.forms[words[0]])
            else:
                text = _say(draw, drawn, banks)
                said.append(text[:1].upper() + text[1:] if words[0] == "^" else text)
        elif what == "agree":
            said.append(words[feminine])
        elif what == "words":
            said.append(words[int(draw() * len(words))])
        else:
            low, high = int(words[0]), int(words[1])
            said.append(str(low + int(draw() * (high - low + 1))))
    return "".join(said)


def pick(rnd: Random, templates: Sequence[str], banks: Banks) -> str:
    """One of the templates, said."""
    return _say(rnd.random, templates[int(rnd.random() * len(templates))], banks)
