"""The sentences practitioners write in French: templates of `worlds.grammar`, by what they do.

Each group is one move in a note: opening, telling, counting, doubting, quoting, learning, deciding.
They stand beside the banks of a theme (`worlds.themes`); everything is made up for this world.
"""

# ruff: noqa: E501 (a sentence is easier to judge on one line)

SMALL_BANKS: dict[str, tuple[str, ...]] = {
    "quand": (
        "cet automne",
        "au début de l'année",
        "pendant l'hiver",
        "un {jour} soir",
        "la semaine dernière",
        "en {mois}",
        "lors de la deuxième rencontre",
        "après trois séances",
        "au bout de {#2-9} mois",
        "dès la première permanence",
    ),
    "mois": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "jour": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"),
    "peutetre": ("peut-être", "sans doute", "à notre avis", "pour l'instant", "dans notre cas"),
    "cdp": (
        "la communauté",
        "notre groupe",
        "le cercle",
        "la communauté de pratique",
        "le collectif",
    ),
    "combien": (
        "{#3-9}",
        "{#12-28}",
        "une dizaine de",
        "une quinzaine de",
        "une poignée de",
        "plus de {#20-60}",
    ),
    "adj": ("utile", "fragile", "surprenant", "décisif", "discret", "salutaire", "inconfortable"),
}

OPENING = (
    "Cette note rassemble ce que {cdp} a appris {quand} en travaillant sur {le objet}.",
    "Nous sommes partis d'une question simple : à quoi sert {le objet} quand {le souci} prend toute la place ?",
    "{^ quand}, {combien} personnes se sont retrouvées autour {du objet}. Voici ce que nous en gardons.",
    "Je pose ici des notes prises à chaud, avant que {le souci} ne nous fasse oublier l'essentiel.",
    "Personne n'avait prévu que {le objet} deviendrait un sujet pour {le gens}. C'est pourtant là que tout s'est joué.",
    "On nous demande souvent comment {verbe}. Il n'y a pas de recette, mais il y a des appuis.",
    "Ce texte s'adresse {au gens} qui débutent et qui se demandent par où commencer.",
    "À {ville}, {le objet} existe depuis {#2-14} ans. Nous avons voulu comprendre pourquoi {~il|elle} tient encore.",
    "Nous écrivons à plusieurs, avec des avis qui ne se rejoignent pas toujours au sujet {du objet}.",
    "Après un premier essai manqué, nous avons repris {le objet} autrement. Cette note raconte le deuxième essai.",
    "Il a fallu du temps pour que {le gens} parlent {du souci} sans baisser la voix.",
    "La question est revenue trois fois dans le fil : faut-il {verbe} avant {de verbe}, ou l'inverse ?",
)

TELLING = (
    "{^ quand}, {le gens} ont proposé {de verbe} ; nous avons dit oui sans savoir où cela mènerait.",
    "{Le objet} s'est {~installé|installée} peu à peu, d'abord près {du lieu}, puis dans les habitudes.",
    "{Le lieu} est {~devenu|devenue} l'endroit où l'on vient {verbe}, parfois sans y avoir pensé.",
    "Une participante a apporté {un outil}, et la discussion a changé de ton.",
    "{Le gens} connaissaient déjà {le outil}, mais chacun·e l'employait à sa façon.",
    "Nous avons commencé par {verbe}, puis il a fallu {verbe}.",
    "Le premier mois, {le objet} n'a attiré que {#4-28} personnes, presque toutes déjà convaincues.",
    "C'est en préparant {le objet} que nous avons mesuré le poids {du souci}.",
    "Dans la salle, {le gens} se taisaient ; c'est près {du lieu}, en partant, que les langues se sont déliées.",
    "{prenom} tient {le outil} à jour ; en cas d'absence, {prenom} prend le relais.",
    "Le groupe de {ville} est venu voir {le objet}, et nous leur avons rendu visite {quand}.",
    "On a d'abord cru que {le souci} venait {du gens} ; cela tenait plutôt à notre façon {de verbe}.",
    "{Chaque objet} finit de la même manière : on range, on note une phrase dans {le outil}, on fixe la date suivante.",
    "Deux stagiaires ont passé une journée entière près {du lieu} à regarder sans rien noter.",
    "{Le gens} nous ont appris à {verbe} ; nous leur avons montré comment lire {le outil}.",
    "{Ce objet} a failli s'arrêter {quand}, puis une voisine a demandé si elle pouvait aider.",
)

COUNTING = (
    "Sur {#18-90} personnes interrogées, {#4-17} citent spontanément {le souci}.",
    "En {#2-11} mois, {le objet} a réuni {#25-240} personnes, dont un tiers n'était jamais venu.",
    "{Le objet} coûte environ {#120-980} euros par saison, temps bénévole non compté.",
    "Le temps consacré à {verbe} est passé de {#6-9} à {#2-5} heures par semaine.",
    "Sur les {#5-16} groupes suivis, {#2-4} ont abandonné {le outil} avant l'été.",
    "Nous comptons {#30-99} % de retours favorables, mais l'échantillon reste trop petit pour conclure.",
    "{#3-9} réunions sur dix commencent encore par {le souci}.",
)

DOUBTING = (
    "Reste {le souci}, que nous n'avons pas su traiter.",
    "Nous n'avons pas de réponse nette : {le souci} dépend beaucoup {du lieu} et de la saison.",
    "Croire que {le outil} suffit serait une erreur : sans volontaires, {~il|elle} reste lettre morte.",
    "{Le gens} ne disent pas tous la même chose, et il serait malhonnête de lisser les écarts.",
    "{Le souci} pèse davantage sur celles et ceux qui ont le moins de temps.",
    "À force {de verbe}, on finit {peutetre} par oublier pourquoi on le faisait.",
    "Une partie du groupe trouve que {le objet} prend trop de place ; l'autre, pas assez.",
    "Tout cela tient à {combien} personnes : si deux partent, {le objet} s'arrête.",
    "Nous avons sous-estimé {le souci}, et nous l'écrivons pour que d'autres ne refassent pas le même chemin.",
    "Ce qui vaut près {du lieu} ne vaut {peutetre} pas ailleurs.",
)

QUOTED = (
    "Au début je venais pour {verbe}. Maintenant je viens parce qu'on m'attend.",
    "On ne m'avait jamais demandé mon avis sur {le objet}.",
    "Le plus dur, ce n'est pas {de verbe}, c'est de le faire sans se justifier.",
    "J'ai gardé {le outil} dans mon sac pendant six mois avant d'oser l'ouvrir.",
    "Si on parle {du souci} dès l'entrée, les gens repartent.",
    "Chez nous, {le objet}, personne n'appelle ça une innovation.",
    "Il faut du temps pour {verbe}, et ce temps-là n'entre dans aucune case.",
    "Je ne savais pas que {le gens} se posaient la même question que moi.",
    "On a le droit de ne pas savoir, c'est même pour ça qu'on se réunit.",
    "Quand {prenom} a raconté son échec, tout le monde a respiré.",
)

QUOTING = (
    "{prenom} le résume en riant : « {parole} »",
    "Une membre l'a dit autrement : « {parole} »",
    "« {parole} » La phrase est restée affichée près {du lieu}.",
    "{prenom}, qui anime {le objet} à {ville}, le formule ainsi : « {parole} »",
    "Nous avons noté cette remarque sans la corriger : « {parole} »",
)

LEARNING = (
    "Ce que nous retenons : {verbe}, puis {verbe}, et ne jamais faire les deux le même jour.",
    "{Le outil} ne remplace pas la conversation ; {~il|elle} lui donne un point de départ.",
    "Prendre soin {du lieu}, c'est aussi prendre soin {du gens}.",
    "Documenter {le objet} nous a rendus plus attentifs à ce que nous faisions sans y penser.",
    "Le détour par {le outil} a été plus {adj} que prévu.",
    "Quand {le gens} écrivent elles et eux-mêmes, les mots changent, et les solutions avec.",
    "On progresse plus vite en racontant ses ratés qu'en montrant ses réussites.",
    "{Le objet} fonctionne quand la règle tient en une phrase et que chacun·e peut la modifier.",
    "Mieux vaut s'y prendre à trois pour {verbe} que tout porter seul·e.",
    "La confiance vient des petites promesses tenues : une date, un café, {un outil} à jour.",
    "Ce n'est pas {le souci} qui décourage, c'est d'y faire face sans le dire.",
    "Notre vocabulaire s'est précisé : nous ne confondons plus {le objet} et {le outil}.",
    "{Le gens} de passage apportent souvent la question que nous n'osions plus poser.",
)

DECIDING = (
    "Nous avons décidé {de verbe} jusqu'à {mois}, puis de faire le point.",
    "D'ici la prochaine rencontre, {prenom} et {prenom} vont {verbe}.",
    "La suite : relire {le outil}, inviter {le gens}, et recommencer à plus petite échelle.",
    "On garde {le objet} tel {~quel|quelle} une saison de plus.",
    "Chacun·e repart avec une chose à essayer ; on se la raconte en {mois}.",
    "Il faudra {verbe}, et accepter que cela prenne du temps.",
    "Nous cherchons {combien} personnes pour relire cette note avant de la dire mûre.",
    "Si vous avez déjà essayé {de verbe}, écrivez-nous dans le fil de discussion.",
)

BULLETS = (
    "{verbe}, même quand {le souci} décourage",
    "prévoir {un outil} que tout le monde peut remplir",
    "prévenir {le gens} au moins {#3-15} jours avant",
    "garder une place pour {le gens} qui viennent la première fois",
    "ne pas commencer par {le souci}",
    "se mettre à deux pour {verbe}",
    "laisser {le outil} en libre accès près {du lieu}",
    "noter les désaccords au lieu de les trancher",
    "finir à l'heure, surtout quand {le objet} marche bien",
    "relire {le outil} une fois par saison",
    "remercier {le gens} par leur nom, si elles et ils le veulent bien",
    "accepter qu'{un objet} ne serve qu'une fois",
)

STEPS = (
    "Choisir une date avec {le gens}, pas pour elles et eux.",
    "Préparer {le lieu} : des chaises en rond, de l'eau, {un outil}.",
    "Ouvrir par un tour de nouvelles, {#5-20} minutes, montre en main.",
    "Présenter {le objet} en une phrase, puis se taire.",
    "{^ verbe} avec celles et ceux qui le souhaitent.",
    "Noter sur {le outil} les mots exacts, sans reformuler.",
    "Demander ce qui a manqué, en particulier au sujet {du souci}.",
    "Se répartir la suite à voix haute.",
    "Envoyer le compte rendu dans les {#2-5} jours, même inachevé.",
    "Revenir sur {le objet} un mois plus tard.",
)

SECTIONS = (
    "Ce que nous avons fait",
    "{^ objet} : d'où l'on part",
    "Ce qui a résisté",
    "{^ souci}, vu de près",
    "Paroles {de gens}",
    "Autour {du outil}",
    "Ce que nous changerions",
    "Et maintenant ?",
    "{^ verbe} : le geste et ses limites",
    "Des effets inattendus",
    "Qui fait quoi",
    "Points d'appui",
    "{^ lieu}, un lieu qui compte",
    "Ce qu'en disent {le gens}",
    "Une question de rythme",
    "🌱 Pistes",
    "Ce que le groupe n'a pas tranché",
    "Notes de terrain",
    "💬 Ce qui s'est dit",
    "Pour aller plus loin",
)
