"""Forty words of a lexicon about working together, each with a definition of our own."""

# ruff: noqa: E501 (a definition is easier to judge on one line)

TERMS: tuple[tuple[str, str, str], ...] = (  # label, other labels (comma), definition
    (
        "communauté de pratique",
        "CdP, cercle de pratique",
        "Groupe de personnes qui partagent un métier ou une préoccupation et apprennent en se racontant ce qu'elles font.",
    ),
    (
        "animation",
        "facilitation",
        "Travail discret qui donne un rythme au groupe, distribue la parole et fait en sorte que quelque chose reste.",
    ),
    (
        "veille partagée",
        "veille collective",
        "Lecture organisée à plusieurs : chacun·e lit un peu, résume pour les autres et relie.",
    ),
    (
        "carnet",
        "recueil",
        "Suite ordonnée de notes, rangées par catégories, que l'on peut lire du début à la fin.",
    ),
    (
        "passerelle",
        "pont",
        "Espace commun à plusieurs communautés, animé, où l'on ne fait entrer que ce qui a été consenti.",
    ),
    (
        "objet-frontière",
        "",
        "Chose que plusieurs mondes utilisent sans lui donner le même sens, et qui leur permet pourtant de travailler ensemble.",
    ),
    (
        "maturité d'une note",
        "état d'avancement",
        "Indication donnée par les auteur·trices : friche, en cours ou mûre.",
    ),
    (
        "friche",
        "brouillon partagé",
        "Note volontairement inachevée, montrée à un petit cercle pour être discutée.",
    ),
    (
        "chapeau",
        "casquette",
        "Qualité au nom de laquelle on parle : soi-même, une organisation, une communauté.",
    ),
    (
        "adhésion discrète",
        "appartenance discrète",
        "Manière d'appartenir à un groupe sans figurer dans ses listes.",
    ),
    (
        "tour de météo",
        "tour d'humeur",
        "Ouverture de séance où chacun·e dit en un mot dans quel état elle ou il arrive.",
    ),
    (
        "récolte",
        "moisson",
        "Passage d'une discussion à une note, avec l'accord de celles et ceux qui ont parlé.",
    ),
    (
        "seconde lecture",
        "relecture croisée",
        "Regard d'une autre personne avant publication, demandé et non imposé.",
    ),
    ("pas de côté", "détour", "Moment où le groupe quitte son sujet pour mieux le voir."),
    (
        "savoir d'expérience",
        "savoir pratique",
        "Ce que l'on sait pour l'avoir fait, souvent avant de pouvoir l'expliquer.",
    ),
    (
        "jardin partagé",
        "jardin collectif",
        "Terrain cultivé en commun, avec ses règles, ses brouilles et ses récoltes.",
    ),
    (
        "grainothèque",
        "bibliothèque de graines",
        "Boîte ou meuble où l'on dépose et prend des semences.",
    ),
    (
        "sol vivant",
        "",
        "Sol considéré comme un milieu habité, que l'on nourrit plutôt qu'on ne le retourne.",
    ),
    (
        "covoiturage solidaire",
        "transport solidaire",
        "Trajet offert à une personne sans voiture, contre une participation modeste.",
    ),
    ("autopartage", "voiture partagée", "Usage successif d'un même véhicule par plusieurs foyers."),
    (
        "dernier kilomètre",
        "",
        "Bout de trajet qu'aucun service ne couvre et qui décide souvent de tout le reste.",
    ),
    (
        "démarche accompagnée",
        "aide à la démarche",
        "Formalité faite avec la personne, qui garde la main.",
    ),
    (
        "fracture numérique",
        "éloignement du numérique",
        "Écart entre ce qu'un service en ligne suppose et ce que chacun·e peut faire.",
    ),
    (
        "mandat",
        "procuration encadrée",
        "Écrit par lequel une personne autorise un·e professionnel·le à agir pour elle.",
    ),
    (
        "transmission",
        "relève",
        "Moment où une équipe confie à la suivante ce qu'elle sait des personnes soignées.",
    ),
    (
        "raisonnement clinique",
        "",
        "Chemin par lequel on passe d'un signe observé à une décision de soin.",
    ),
    (
        "répit",
        "relais",
        "Temps rendu à un·e proche aidant·e, sans condition d'en faire quelque chose.",
    ),
    ("aller-vers", "", "Manière de se déplacer jusqu'aux personnes qui ne demandent rien."),
    (
        "habitat participatif",
        "habitat groupé",
        "Logement conçu et géré par celles et ceux qui y vivent.",
    ),
    ("précarité énergétique", "", "Difficulté à se chauffer sans renoncer à autre chose."),
    (
        "bail glissant",
        "",
        "Location d'abord portée par une structure, puis transférée à la personne logée.",
    ),
    (
        "tiers-lieu",
        "lieu partagé",
        "Lieu où l'on vient travailler, réparer ou ne rien faire, et dont les usages sont décidés ensemble.",
    ),
    (
        "commun",
        "bien commun",
        "Ressource tenue par un groupe qui en fixe les règles et les fait respecter.",
    ),
    ("budget ouvert", "", "Comptes tenus sous les yeux de tous, commentés une fois par mois."),
    ("étiage", "basses eaux", "Niveau le plus bas d'un cours d'eau, et période où il se produit."),
    ("ripisylve", "forêt de rive", "Bande d'arbres et d'arbustes qui borde un cours d'eau."),
    (
        "glanage",
        "",
        "Ramassage de ce qui reste au champ après la récolte, avec l'accord de qui cultive.",
    ),
    (
        "prix juste",
        "prix rémunérateur",
        "Prix discuté entre celles et ceux qui produisent et celles et ceux qui mangent.",
    ),
    (
        "conseil d'élèves",
        "conseil coopératif",
        "Réunion régulière où la classe décide de ce qui la regarde.",
    ),
    (
        "sobriété",
        "",
        "Choix de moins consommer, d'autant plus discutable qu'il pèse sur les mêmes.",
    ),
)

# What a community says of a word of its own trade: after the noun, a sentence that defines it.
HOME_DEFINITIONS = (
    "Chez nous, ce mot désigne ce que font {le gens} quand il s'agit {de verbe}.",
    "Façon {de verbe} sans y mettre {le souci} ; le mot vient {du gens} de {ville}.",
    "Terme du groupe de {ville} : une manière {de verbe}, avec {un outil}.",
    "Ce que {le gens} appellent ainsi n'est pas toujours ce que disent les textes.",
)
