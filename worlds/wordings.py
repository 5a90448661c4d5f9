"""Short texts of the sample world: titles, abstracts, replies, charters, presentations.

Templates of `worlds.grammar`, as in `worlds.phrases`; everything is made up for this world.
"""

# ruff: noqa: E501 (a sentence is easier to judge on one line)

TITLES: dict[str, tuple[str, ...]] = {
    "general": (
        "{^ verbe} : ce que nous avons appris",
        "{^ objet}, deux ans après",
        "Pourquoi {le objet} tient encore",
        "{Le souci} n'est pas une fatalité",
        "Ce que {le gens} nous disent {du objet}",
        "Récit : {un objet} à {ville}",
        "{^ verbe}, oui, mais avec qui ?",
        "Trois questions sur {le objet}",
        "{^ objet} | journal de bord",
        "Faire avec {le souci}",
        "Quand {le gens} prennent la parole",
        "{^ objet} / {souci} : notes croisées",
        "{^ lieu} : un lieu, des usages",
        "Retour sur {le objet} de {ville}",
        "À propos {du souci}",
        "Note n° {#2-60} : {verbe}",
        "Une saison avec {le gens}",
    ),
    "veille": (
        "À lire : {objet} et {souci}",
        "Lu pour vous : {verbe}",
        "Un guide sur {le objet}",
        "Vidéo : {objet}, mode d'emploi",
        "Rapport sur {le souci}",
        "Enquête auprès {du gens}",
        "Veille, {theme} : {objet}",
        "Podcast : {le gens} racontent",
    ),
    "practice": (
        "Fiche pratique : {verbe}",
        "{^ verbe} pas à pas",
        "Animer {un objet}",
        "Mettre en place {un objet}",
        "Se servir {du outil}",
        "Préparer {un objet} en une heure",
        "Gabarit : {outil}",
    ),
    "organisation": ("@", "Portrait : @", "@, en bref"),
    "adaptation": (
        "{^ objet}, version pour les élu·es",
        "{^ verbe} : adaptation pour {le gens}",
        "{^ objet} en milieu hospitalier",
        "{^ objet} raconté aux enfants",
    ),
}

ABSTRACTS = (
    "{^ objet} : ce qui aide, ce qui freine, et comment {verbe} malgré {le souci}.",
    "Récit d'une expérience menée avec {le gens} autour {du objet}, et ce que nous ferions autrement.",
    "Où l'on voit que {le souci} se travaille mieux à plusieurs.",
    "Quelques repères pour {verbe}, tirés de {#3-20} mois de pratique à {ville}.",
    "Notes de terrain sur {le objet} : des faits, des paroles, deux hypothèses.",
    "{Le outil} au service {du objet} : bilan d'étape.",
)

WATCHED = (
    "Un document clair sur {le objet}. La partie sur {le souci} mérite le détour.",
    "Je l'ai lu en pensant {au gens} : beaucoup d'exemples, peu de recettes.",
    "Trois idées à garder : {verbe}, soigner {le outil}, ne pas cacher {le souci}.",
    "L'étude porte sur {#4-40} sites ; la méthode est décrite honnêtement, limites comprises.",
    "À croiser avec ce que nous savons {du objet} : les mots diffèrent, le constat est proche.",
    "Le ton est un peu militant, mais le tableau de la page {#7-88} vaut de l'or.",
    "Rien de neuf pour qui connaît {le objet}, mais très bien pour débuter.",
    "Pas d'accord avec la conclusion, et c'est pour cela que je partage.",
)

REPLIES = (
    "Merci pour ce retour. Chez nous, {le souci} se pose autrement : {le gens} n'ont pas les mêmes horaires.",
    "Je me reconnais dans la deuxième partie. Avez-vous essayé {de verbe} ?",
    "Question : qui tient {le outil} quand la personne habituelle est absente ?",
    "Je ne suis pas tout à fait d'accord. {Le objet} marche aussi sans {outil}, nous l'avons vu à {ville}.",
    "On a testé {quand}. Résultat mitigé, mais {le gens} veulent continuer.",
    "Est-ce que je peux reprendre le passage sur {le souci} dans notre carnet ? Je citerai bien sûr.",
    "Il manque {peutetre} un mot sur {le souci}.",
    "Très utile, merci {prenom} !",
    "De notre côté, c'est {le lieu} qui a tout changé.",
    "Je note l'idée {du outil}. On en reparle {jour} ?",
    "Nuance : {verbe} demande du temps, et ce temps n'est presque jamais payé.",
    "J'ajoute une source demain, j'ai lu quelque chose sur {le objet} récemment.",
    "Oui. Et ne pas oublier {le gens}, qui n'écrivent pas ici mais qui font vivre {le objet}.",
    "Quelqu'un aurait un exemple {de outil} à partager ?",
    "Nous avons eu la même difficulté, puis nous avons choisi {de verbe} seulement une fois par mois.",
    "Bonne idée 👍 On essaie en {mois} et je vous raconte.",
    "Pour {le gens} de {ville}, la vraie question reste {le souci}.",
    "Je relis cette note un an après : {le objet} a bien vieilli.",
    "« {parole} » : c'est exactement ce qu'on entend ici aussi.",
    "Attention à ne pas confondre {le objet} et {le outil} ; la différence a compté chez nous.",
)

REPLY_MORE = (
    "Concrètement, nous avons commencé par {verbe}, et cela a pris {#2-8} semaines.",
    "Si cela peut servir, je dépose notre modèle {de outil} dans le carnet.",
    "Je précise que je parle en mon nom, pas au nom de ma structure.",
    "D'autres avis ?",
    "On peut en discuter de vive voix {jour} si vous préférez.",
    "Le plus utile serait {peutetre} une visite croisée.",
)

COMMUNITY_NAMES = (
    "{^ objet} en partage",
    "Cercle {du theme}",
    "Les mots {du objet}",
    "Ensemble pour {verbe}",
    "Réseau {du theme} de {ville}",
    "Pratiques {de gens}",
    "{^ lieu} et compagnie",
    "Veille : {theme}",
    "Autour {du outil}",
    "Atelier {du theme}",
)
BRIDGE_NAMES = (
    "Passerelle {du theme}",
    "Entre {le gens}",
    "Traversées : {theme}",
    "Confluence {du theme}",
)
INFORMAL_NAMES = (
    "Les ami·es {du lieu}",
    "Bande {de gens}",
    "{^ objet} sauvage",
    "Thé chez {prenom}",
)

PRESENTATIONS = (
    "Un groupe {de gens} qui se retrouve pour {verbe} et en garder trace.",
    "Nous travaillons sur {le objet}, avec une attention particulière pour {le souci}.",
    "Ici on raconte ses essais, ratés compris, autour {du objet}.",
    "Espace de travail {du gens} de {ville} et des environs.",
)

CHARTER_RULES = (
    "On parle en je, et l'on dit sous quelle casquette on parle.",
    "Ce qui se dit ici reste ici, sauf accord de celles et ceux qui l'ont dit.",
    "Un désaccord se note ; personne ne réécrit la note d'autrui.",
    "Chaque note reprise ailleurs cite ses auteur·trices.",
    "Pas d'étude sur le groupe sans l'accord du groupe.",
    "On peut venir sous pseudonyme et partir avec ses notes.",
    "La parole tourne : celles et ceux qui écrivent peu passent d'abord.",
    "L'animation est un travail : elle se prépare, se partage et se transmet.",
    "Les situations racontées sont rendues méconnaissables : nom, lieu, date.",
    "On répond dans la semaine, même pour dire qu'on répondra plus tard.",
)

PREFACES = (
    "Intégrée pour le passage sur {le souci} ; chez nous on lirait plutôt « {objet} ».",
    "À lire depuis la ville : {le gens} n'y ont pas le même rôle.",
    "Point de départ du chapitre. La discussion qui a suivi vaut autant que la note.",
    "Nous ne partageons pas tout, mais la question est bien posée.",
    "Version courte conseillée avant la rencontre de {mois}.",
)

GUIDE = "Une note par idée, un titre qui annonce ce que l'on a appris, un résumé de deux phrases. Dire d'où l'on parle. Citer {le gens} avec leur accord. Éviter les sigles. Signaler ce qui reste à relire."

REASONS = (
    "coquilles",
    "ajout d'un exemple à {ville}",
    "précision sur {le souci}",
    "relecture avec {prenom}",
    "mise à jour des chiffres",
    "reformulation après discussion",
    "retrait d'un passage trop reconnaissable",
    "ajout d'une source",
    "plan revu",
    "résumé réécrit",
)

ROLES = (
    "chargé·e de projet",
    "animateur·rice",
    "coordinateur·rice",
    "bénévole",
    "agent·e d'accueil",
    "infirmier·ère",
    "documentaliste",
    "enseignant·e",
    "technicien·ne de rivière",
    "responsable associatif·ve",
    "élu·e",
    "étudiant·e",
    "maraîcher·ère",
    "médiateur·rice",
    "retraité·e actif·ve",
    "formateur·rice",
)
POSITIONS = (
    "Je viens du terrain et j'écris pour ne pas oublier.",
    "Curieuse de {le objet} et des détours.",
    "Je relie des gens qui gagneraient à se connaître.",
    "J'observe plus que je ne parle.",
    "Ancien·ne {role}, je transmets.",
    "Je cherche des allié·es sur {le objet}.",
    "En apprentissage permanent, surtout {le souci}.",
    "J'anime, je note, je range.",
)
ORGANISATIONS = (
    "Association {du lieu} de {ville}",
    "Coopérative {du theme} de {ville}",
    "Collectif {de gens} de {ville}",
    "Atelier {du theme}, {ville}",
    "Maison {du theme} de {ville}",
    "Fabrique {du objet}, {ville}",
    "Syndicat mixte {du theme} de {ville}",
    "Centre de ressources {du theme} de {ville}",
    "La Remise de {ville}",
    "Union {du gens} de {ville}",
)
ORGANISATION_LINES = (
    "Fondée en {#1978-2021}, la structure accompagne {le gens} et gère {un objet}.",
    "L'équipe compte {#2-40} personnes, réparties entre {ville} et {ville}.",
    "Elle met à disposition {un lieu} et {un outil} pour les groupes voisins.",
    "Son point fort : {verbe}. Son point faible, dit-elle elle-même : {le souci}.",
    "Elle participe depuis {#2-6} ans aux échanges sur {le objet}.",
)
JOIN_WORDS = (
    "",
    "",
    "Bonjour, je travaille sur {le objet} à {ville}.",
    "{prenom} m'a parlé du groupe.",
    "Je voudrais d'abord lire, puis {peutetre} écrire.",
)
ADDRESSES = (
    "cahiers-du-seuil.example",
    "revue-lisiere.example",
    "radio-bocage.example",
    "observatoire-valombre.example",
    "documents.example",
)
