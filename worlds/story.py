"""A small world in French: three places that learn a craft together, and what they tell each other.

Made up from end to end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PLACES = ("terrain", "veille", "animation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody with an account at `place`."""

    place: str
    username: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A community at `place`, run by `by`."""

    place: str
    username: str
    by: str
    name: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """One note. `to` is a community, `answers` the key of another note.

    `at` says where it must be readable: place -> "member", "stranger" or both, else nowhere.
    """

    key: str
    by: str
    text: str
    at: Mapping[str, str]
    title: str = ""
    to: str = ""
    answers: str = ""
    visibility: str = "public"
    label: tuple[str, str]  # in French, in English


TITLES = {
    "terrain": ("Terrain", "Ce que les mains apprennent, écrit le soir même."),
    "veille": ("Veille", "On lit pour les autres, on résume, on relie."),
    "animation": ("Animation", "Faire vivre un groupe : questions, rythmes, silences."),
}

# The first member of each place is the one who reads there.
MEMBERS = (
    Member(place="terrain", username="lea", name="Léa Marchand"),
    Member(place="veille", username="samir", name="Samir Benali"),
    Member(place="animation", username="ines", name="Inès Rocher"),
    Member(place="terrain", username="paul", name="Paul Le Goff"),
)

CIRCLES = (
    Circle(
        place="terrain",
        username="carnets",
        by="lea",
        name="Carnets de terrain",
        summary="Une observation par carnet : ce qu’on a fait, ce qu’on a vu, ce qu’on changerait.",
    ),
    Circle(
        place="veille",
        username="lectures",
        by="samir",
        name="Lectures partagées",
        summary="Un texte lu, trois idées, une question pour les autres.",
    ),
    Circle(
        place="animation",
        username="animer",
        by="ines",
        name="L’art d’animer",
        summary="Ce qui fait qu’une rencontre donne envie de la suivante.",
    ),
)

# Who follows whom; the second is a person or a community, mostly elsewhere.
FOLLOWS = (
    ("samir", "lea"),
    ("ines", "lea"),
    ("samir", "carnets"),
    ("ines", "carnets"),
    ("lea", "lectures"),
    ("ines", "lectures"),
    ("lea", "animer"),
    ("samir", "animer"),
    ("paul", "samir"),
)

TALES = (
    Tale(
        key="morning",
        by="lea",
        text=(
            "Sept heures, douze paires de bottes et un seul thermos. On a refait la planche de "
            "semis avec les nouveaux : ils ont posé les questions qu’on ne se pose plus. #terrain"
        ),
        at={"terrain": "both", "veille": "member", "animation": "member"},
        label=("note publique de Léa", "Léa’s public note"),
    ),
    Tale(
        key="reading",
        by="samir",
        to="lectures",
        title="Ce que douze jardins partagés disent de la transmission",
        text=(
            "Trois idées tirées de l’enquête :\n\n"
            "1. on apprend surtout *à côté* de quelqu’un, rarement en face ;\n"
            "2. ce qui n’est pas écrit part avec la personne qui part ;\n"
            "3. un carnet court, tenu à plusieurs, vaut mieux qu’un guide complet.\n\n"
            "Et chez vous, qui tient le carnet ?"
        ),
        at={"terrain": "member", "veille": "both", "animation": "member"},
        label=("article de Samir dans @lectures", "Samir’s article in @lectures"),
    ),
    Tale(
        key="answer",
        by="ines",
        answers="reading",
        text=(
            "Chez nous le carnet tourne : chaque semaine une autre main, et deux minutes au début "
            "de la rencontre pour lire la page à voix haute. Les absents lisent aussi."
        ),
        at={"veille": "both", "animation": "both"},
        label=("réponse d’Inès, d’une instance à l’autre", "Inès’ reply, across instances"),
    ),
    Tale(
        key="rounds",
        by="ines",
        to="animer",
        title="Ouvrir une rencontre sans tour de table",
        text=(
            "Le tour de table endort au cinquième prénom. À la place : une photo du terrain posée "
            "au milieu, et « qu’est-ce que vous voyez que je ne vois pas ? »."
        ),
        at={"terrain": "member", "veille": "member", "animation": "both"},
        label=("article d’Inès dans @animer", "Inès’ article in @animer"),
    ),
    Tale(
        key="notebook",
        by="samir",
        to="carnets",
        title="Visite du jeudi : la serre sans chauffage",
        text=(
            "Posté depuis Veille dans les carnets de Terrain. Vu : quatre degrés dehors, onze "
            "dedans, et des bidons d’eau peints en noir. À refaire : noter l’heure du relevé."
        ),
        at={"terrain": "both", "veille": "both", "animation": "member"},
        label=("carnet de Samir chez @carnets", "Samir’s entry in @carnets"),
    ),
    Tale(
        key="close",
        by="lea",
        visibility="followers",
        text=(
            "Pour celles et ceux qui me suivent : je passe la main sur les semis au printemps, et "
            "j’aimerais en parler de vive voix avant de l’écrire ailleurs."
        ),
        at={"terrain": "member", "veille": "member", "animation": "member"},
        label=("note de Léa, abonnés seulement", "Léa’s note, followers only"),
    ),
)


def readers(tale: Tale, place: str) -> set[str]:
    """Who must be able to read it at a place, and nobody else: "stranger", "member"."""
    named = tale.at.get(place, "")
    return {"stranger", "member"} if named == "both" else {named} - {""}
