"""French articles, elision and agreement in the sample world's sentences."""

from random import Random

import pytest

from worlds.grammar import noun, say, typeset

ARTICLES = {
    "m jardin": ("le jardin", "un jardin", "ce jardin", "du jardin", "au jardin", "de jardin"),
    "f école": (
        "l’école",
        "une école",
        "cette école",
        "de l’école",
        "à l’école",
        "d’école",
    ),
    "m étiage": ("l’étiage", "un étiage", "cet étiage", "de l’étiage", "à l’étiage", "d’étiage"),
    "f *halle": ("la halle", "une halle", "cette halle", "de la halle", "à la halle", "de halle"),
    "m hôpital": (
        "l’hôpital",
        "un hôpital",
        "cet hôpital",
        "de l’hôpital",
        "à l’hôpital",
        "d’hôpital",
    ),
    "mp aidants": (
        "les aidants",
        "des aidants",
        "ces aidants",
        "des aidants",
        "aux aidants",
        "d’aidants",
    ),
}


@pytest.mark.parametrize("spec", ARTICLES)
def test_a_noun_takes_its_articles(spec: str) -> None:
    forms = noun(spec).forms
    assert tuple(forms[a] for a in ("le", "un", "ce", "du", "au", "de")) == ARTICLES[spec]


def test_words_agree_with_the_noun_before_them() -> None:
    said = "{Le chose} est {~venu|venue} ; {^ chose} {~vert|verte}"
    assert say(Random(1), said, {"chose": [noun("f eau")]}) == "L’eau est venue\u00a0; Eau verte"
    assert say(Random(1), said, {"chose": [noun("m sol")]}) == "Le sol est venu\u00a0; Sol vert"


def test_templates_nest_and_draw_numbers() -> None:
    said = say(Random(2), "{quand}, {#3-5} {oui|oui}", {"quand": ["en {mois}"], "mois": ["mai"]})
    assert said in {f"en mai, {n} oui" for n in (3, 4, 5)}


def test_an_unknown_bank_is_refused() -> None:
    with pytest.raises(KeyError):
        say(Random(1), "{le rien}", {})


def test_typesetting_keeps_signs_with_their_word() -> None:
    assert typeset("« C'est dit » : oui !") == "«\u00a0C’est dit\u00a0»\u00a0: oui\u00a0!"
