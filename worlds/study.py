"""The plan of two carnets every sample world has: a study of 65 notes and a lab of 10.

The study argues about communities of practice and the passages between them, chapter by chapter;
the lab notes were written by three people and follow one pattern. Both are made up.
"""

from __future__ import annotations

from dataclasses import dataclass

from worlds.world_records import NoteKind

STUDY_TITLE = "Étude sur les passages entre groupes qui apprennent"
STUDY_SUMMARY = (
    "Cinq groupes suivis pendant dix-huit mois, soixante-cinq notes : comment des savoirs de "
    "métier passent d’un groupe à l’autre, ce qu’ils y perdent et ce qu’ils y gagnent."
)
LAB_TITLE = "Labo d’automne : faire place aux désaccords"
LAB_SUMMARY = "Dix notes écrites à trois après une journée de travail entre groupes voisins."


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """`number` counts the parts from 0; `category` is the part's name, "" outside any part."""

    number: str
    title: str
    category: str
    kind: NoteKind


# Kinds besides general: v veille, p practice, t term, o organisation.
_PLAN = """
0 |
0.1 Résumé
0.2 Table des matières
0.3 Remerciements et conditions d'usage
1 | problématique
1.1 D'où vient la question
1.2 Ce que les groupes demandent vraiment
1.3 Pourquoi un outil ne suffit pas
1.4 Trois malentendus sur le partage
1.5 Question de recherche et hypothèses
1.6 Une enquête antérieure sur les réseaux de métier (v)
1.7 Un rapport sur le travail invisible d'animation (v)
2 | cadre théorique
2.1 Apprendre en faisant, apprendre en racontant
2.2 Les communautés et leurs bords
2.2.1 Ce que l'on nomme communauté de pratique (t)
2.2.2 Ce que l'on nomme passerelle (t)
2.2.3 Ce que l'on nomme objet-frontière (t)
2.2.4 Ce que l'on nomme récolte (t)
2.2.5 Obstacles connus au partage
2.2.5.1 Le temps qui manque
2.2.5.2 La crainte d'être observé
2.2.5.3 La légitimité à défendre
2.2.5.4 Des vocabulaires qui s'ignorent
2.2.5.5 Le soutien des organisations
2.3 Ce que l'on nomme animation (t)
2.4 Lecture : des hôpitaux qui comparent leurs gestes (v)
2.5 Lecture : une coopérative de semences (v)
2.6 Lecture : vingt ans de cafés de quartier (v)
2.7 Lecture : le secret utile (v)
2.8 Lecture : apprendre de loin (v)
3 | méthode
3.1 Une recherche menée avec les groupes
3.2 Choisir cinq groupes
3.3 Premier groupe : les jardins de la Haute-Lande (o)
3.4 Deuxième groupe : le cabinet de la vallée (o)
3.5 Troisième groupe : la filature (o)
3.6 Quatrième groupe : le bus aux mille clics (o)
3.7 Cinquième groupe : un collectif sans nom (o)
3.8 Conduire un entretien à deux (p)
3.9 Tenir un journal d'enquête (p)
3.10 Rendre les notes aux personnes (p)
4 | résultats
4.1 Le premier souci est le groupe lui-même
4.2 Le besoin de passage vient tard
4.3 Celles et ceux qui appartiennent à plusieurs groupes
4.4 Le rôle de l'animatrice
4.5 Ce que l'on garde pour soi
4.6 Les mots qui voyagent
4.7 Les mots qui ne voyagent pas
4.8 Appartenir en cachette
4.9 Rythmes et saisons
4.10 Une rencontre entre deux groupes (p)
4.11 Croiser les veilles (p)
4.12 Un fil de discussion relu un an après (v)
4.13 Des groupes informels sans étiquette
4.14 Ce que l'évaluation ne voit pas
4.15 Retour sur une passerelle fermée
4.16 Trois articles parus pendant l'enquête (v)
4.17 Un podcast de praticiennes (v)
5 | discussion
5.1 Relier sans fondre
5.2 Conditions d'un passage
5.2.1 Consentir à chaque étape
5.2.2 Lire avec ses propres mots
5.2.3 Pouvoir se retirer
5.3 Animer les bords
5.4 Limites de l'étude
5.5 Lectures qui nous contredisent (v)
6 | conclusion
6.1 Ce que nous proposons
6.2 Références (v)
"""
LAB_PLAN = (
    "Ouvrir sans tout dire", "S’entourer de personnes qui ne pensent pas comme nous",
    "Une journée, deux rythmes", "Le désaccord écrit au tableau", "Parler sans son organisation",
    "Le repas comme méthode", "Montrer une friche", "Le droit de passer son tour",
    "Qui manque dans la salle ?", "Suites : trois rendez-vous avant l’été",
)  # fmt: skip
_KINDS: dict[str, NoteKind] = {
    "(v)": "veille",
    "(p)": "practice",
    "(t)": "term",
    "(o)": "organisation",
}


def study() -> tuple[Chapter, ...]:
    """The 65 notes in reading order."""
    chapters: list[Chapter] = []
    category = ""
    for line in _PLAN.strip().split("\n"):
        number, _, title = line.replace("'", "’").partition(" ")
        if title.startswith("|"):
            category = title[1:].strip()
            continue
        kind = _KINDS.get(title[-3:], "general")
        title = title[:-4] if title[-3:] in _KINDS else title
        title = title.replace(" :", "\u00a0:")
        chapters.append(Chapter(number=number, title=title, category=category, kind=kind))
    return tuple(chapters)
