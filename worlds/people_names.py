"""Names of people and places, all made up: given names of many origins, invented family names."""

from __future__ import annotations

import unicodedata
from random import Random

GIVEN = (
    "Adèle", "Aïcha", "Aimé", "Aliou", "Alma", "Amadou", "Amélie", "Ana", "Anouk", "Aram",
    "Astrid", "Aurèle", "Awa", "Aya", "Baptiste", "Basile", "Björn", "Bérénice", "Calixte",
    "Camille", "Capucine", "Célestin", "Céleste", "Chloé", "Cléo", "Dalia", "Damien",
    "Delphine", "Dinah", "Djibril", "Édith", "Élias", "Élodie", "Éloi", "Émeline", "Esteban",
    "Étienne", "Fanta", "Farid", "Fatou", "Félicie", "Firmin", "Flora", "Gaël", "Garance",
    "Gaspard", "Guilhem", "Gwenn", "Habib", "Hakim", "Hanaé", "Héloïse", "Hippolyte",
    "Ibrahima", "Ilan", "Ilse", "Imène", "Inès", "Iris", "Isaure", "Ismaël", "Jade", "Jeanne",
    "Joachim", "Joséphine", "Jun", "Kadi", "Kamel", "Karim", "Katell", "Kenza", "Lamine",
    "Leïla", "Léonie", "Lila", "Linh", "Loïc", "Lou", "Lubna", "Lucie", "Maël", "Maïa", "Malik",
    "Maïwenn", "Marguerite", "Mariam", "Marius", "Mathurin", "Maya", "Mei", "Mélisande",
    "Milan", "Mina", "Moussa", "Nadège", "Naïm", "Nina", "Noé", "Noémie", "Nour", "Octave",
    "Odile", "Olympe", "Oumar", "Paloma", "Perrine", "Philomène", "Qiang", "Quentin", "Rachid",
    "Rania", "Rémi", "Romane", "Rosalie", "Sacha", "Salma", "Samba", "Selma", "Séverin",
    "Sidonie", "Simone", "Solène", "Soraya", "Tancrède", "Tariq", "Thaïs", "Théo", "Tidiane",
    "Timothée", "Uma", "Ursule", "Valentine", "Victoire", "Wassim", "Wilfried", "Xavière",
    "Yaël", "Yann", "Yasmine", "Yohan", "Youssef", "Zacharie", "Zélie",
)  # fmt: skip
_FAMILY_HEADS = (
    "Roche", "Valti", "Belka", "Mont", "Sara", "Tré", "Kerva", "Dia", "Oula", "Nguva", "Pelle",
    "Brana", "Costa", "Ferra", "Lindo", "Marva", "Haza", "Chante", "Vigno", "Aube", "Tama", "Zeri",
)  # fmt: skip
_FAMILY_TAILS = (
    "bois", "sson", "rrou", "mière", "gnac", "dec", "llou", "katé", "nique", "terre", "zian",
    "vitch", "randa", "lune", "maka", "ssart", "dine", "bert-Osta",
)  # fmt: skip
_PLACE_HEADS = (
    "Val", "Mont", "Pont", "Fonte", "Claire", "Haute", "Cham", "Vieu", "Sauve", "Tille", "Saint-Au",
    "Lande", "Roque", "Noir", "Brive",
)  # fmt: skip
_PLACE_TAILS = (
    "ombrelle", "ermeil", "brazac", "vaudou", "lorgne", "sablon", "rousset-le-Bas", "mirande",
    "tourbe", "quérac", "volane", "desserre",
)  # fmt: skip
PSEUDONYMS = (
    "Ortie", "Lichen", "Petit Bruit", "Rainette", "Sans Hâte", "Chouette grise", "Mousse", "Tisane",
    "Brin de menthe", "Ricochet", "Bruyère", "Passe-Muraille", "Colza", "Trèfle", "Gravier",
    "Nèfle",
)  # fmt: skip
TOWNS = tuple(head + tail for tail in _PLACE_TAILS for head in _PLACE_HEADS)


def family_name(rnd: Random) -> str:
    """One of about 400 family names that nobody we know of bears."""
    return rnd.choice(_FAMILY_HEADS) + rnd.choice(_FAMILY_TAILS)


def username(name: str, taken: set[str]) -> str:
    """A name as a handle of [a-z0-9_], at most 30 characters, and not in `taken`; adds it there."""
    plain = unicodedata.normalize("NFD", name.lower()).encode("ascii", "ignore").decode()
    stem = "".join(c if c.isalnum() else "_" for c in plain).strip("_")[:24]
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}_{number}", number + 1
    taken.add(found)
    return found
