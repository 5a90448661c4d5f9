"""What each trade of the sample world talks about: its places, objects, tools, worries and people.

One text per theme, one line per bank (an indented line goes on with it); entries are separated
by commas and read by `worlds.grammar.noun`. `verbe` holds infinitives, `gens` plurals; `en`
three things, then people, then a worry. All is made up.
"""

from __future__ import annotations

from functools import cache

from worlds.grammar import Bank, Noun, noun

_TEXTS = """
f mobilité rurale
tags: mobilité, covoiturage, ruralité, navette, vélo
lieu: f gare désaffectée, f *halte routière, f place du marché, m arrêt de la coopérative, m
  *hameau du haut
objet: f navette à la demande, m covoiturage solidaire, f ligne du mardi, m autopartage entre
  voisins, m prêt de vélos, m taxi social
outil: m planning des chauffeurs, f carte des trajets, m cahier de bord, f ligne téléphonique, m
  questionnaire de trajet
souci: m dernier kilomètre, f assurance des bénévoles, m coût du carburant, f dispersion des
  hameaux, f solitude des non-conducteurs
verbe: regrouper les trajets, relayer les annonces de départ, recruter des conducteurs, négocier
  un horaire, accompagner les premiers voyages
gens: mp conducteur·rices bénévoles, fp personnes sans permis, mp lycéen·nes, mp aîné·es du canton
en: the on-demand shuttle, the ride-sharing board, the village stop, the volunteer drivers, the
  last kilometre
---
f alimentation
tags: alimentation, circuits_courts, cantine, glanage, précarité_alimentaire
lieu: f cuisine collective, f cantine du collège, f épicerie associative, f *halle, m fournil, f
  plateforme de dons
objet: m panier à prix libre, m groupement d'achat, m marché du jeudi, f conserverie mobile, m
  atelier de cuisine, m frigo partagé
outil: m tableau des invendus, f fiche recette, m calendrier des récoltes, m carnet de commandes,
  f grille de prix
souci: f rupture de la chaîne du froid, f gêne de demander, m gaspillage du vendredi, f fatigue
  des bénévoles, f *hausse des prix
verbe: glaner après la récolte, cuisiner les surplus, fixer un prix juste, accueillir sans
  justificatif, livrer les quartiers éloignés
gens: mp maraîcher·ères, mp cuisinier·ères, fp familles du quartier, mp étudiant·es, mp
  glaneur·euses
en: the shared kitchen, the pay-what-you-can basket, the Thursday market, the growers, the cold
  chain
---
mp tiers-lieux
tags: tiers_lieu, commun, gouvernance, atelier, hospitalité
lieu: f ancienne filature, f grande salle, m atelier bois, f cuisine du rez-de-chaussée, f cour
  intérieure
objet: m café de permanence, m chantier participatif, f programmation, m accueil du midi, f
  coopérative d'usage, f charte d'accueil
outil: m tableau des clés, m budget ouvert, m journal de bord, f feuille de présence, m agenda
  mural
souci: m loyer d'hiver, f dépendance aux subventions, f usure du noyau dur, m ménage, f réputation
  d'entre-soi
verbe: tenir la permanence, partager les clés, chauffer la grande salle, ouvrir aux écoles,
  répartir les charges
gens: mp résident·es, mp bricoleur·euses, mp voisin·es, fp associations accueillies
en: the old spinning mill, the open budget, the wood workshop, the residents, the winter rent
---
f eau
tags: eau, rivière, zone_humide, sobriété, bassin_versant
lieu: m lavoir, f station de relevage, f prairie humide, f berge, f tête de bassin
objet: m comptage des sources, m relevé de niveau, f mare pédagogique, m tour d'eau, f
  restauration de la haie, m récupérateur de pluie
outil: f échelle limnimétrique, m carnet de relevés, f carte des puits, m protocole d'observation,
  f trousse d'analyse
souci: m étiage précoce, f pollution diffuse, m conflit d'usage, m arrêté de restriction, f
  méfiance entre riverains
verbe: mesurer chaque semaine, cartographier les sources, réunir l'amont et l'aval, expliquer une
  restriction, replanter la ripisylve
gens: mp riverain·es, mp éleveur·euses, mp pêcheur·euses, mp élu·es du syndicat
en: the wash-house, the spring survey, the level gauge, the riverside dwellers, the early low
  water
---
f entraide
tags: entraide, voisinage, bénévolat, isolement, répit
lieu: f maison de quartier, f salle paroissiale, m local du rez-de-jardin, m banc de la place, f
  permanence du samedi
objet: m réseau de voisinage, f tournée des visites, m prêt d'outils, m accueil de répit, f bourse
  aux services, f veillée d'hiver
outil: m cahier de liaison, m arbre d'appels, m tableau des coups de main, f boîte aux demandes, f
  fiche de première visite
souci: m isolement des proches aidants, f frontière entre aide et métier, m départ d'un pilier, f
  discrétion, f *honte de déranger
verbe: rendre visite sans s'imposer, passer le relais, écouter avant de proposer, demander de
  l'aide à son tour, remercier autrement
gens: mp proches aidant·es, mp bénévoles, fp personnes isolées, mp nouveaux arrivants
en: the neighbourhood house, the visiting round, the telephone tree, the carers, the fear of being
  a bother
---
m logement
tags: logement, habitat_participatif, rénovation, précarité_énergétique, hébergement
lieu: f résidence des Tilleuls, m immeuble témoin, f cage d'escalier, f pension de famille, f
  friche de la gare
objet: f visite de chantier, m bail glissant, m diagnostic en marchant, m habitat partagé, f
  autoréhabilitation accompagnée, m atelier charges
outil: m carnet de l'immeuble, f maquette, m relevé de température, m guide du locataire, f caméra
  thermique
souci: f humidité du pignon nord, m reste à charge, f peur du relogement, f lenteur des dossiers,
  m turn-over des gardiens
verbe: rencontrer les locataires un par un, lire une facture ensemble, visiter avant de décider,
  tenir la commission d'attribution, suivre une malfaçon
gens: mp locataires, mp copropriétaires, mp chargé·es de projet, mp gardien·nes
en: the show flat, the walking survey, the tenants' guide, the tenants, the damp north wall
---
f animation de communauté
tags: animation, communauté_de_pratique, facilitation, rituels, coanimation
lieu: f salle du conseil, f visioconférence du mardi, f liste de discussion, m espace commun, m
  fil de nouvelles
objet: m tour de table, m rendez-vous mensuel, f coanimation, m rituel d'accueil, m bilan de
  saison, f rencontre annuelle
outil: m plan d'animation, m ordre du jour partagé, m compte rendu à plusieurs mains, m minuteur,
  f météo d'ouverture
souci: m silence des nouveaux, m manque de temps reconnu, f réunion de trop, m départ de
  l'animatrice, f parole monopolisée
verbe: relancer sans harceler, distribuer la parole, préparer à deux, tenir le rythme, clore une
  discussion
gens: mp animateur·rices, mp membres discret·es, mp responsables, mp observateur·rices
en: the monthly call, the opening round, the shared agenda, the facilitators, the silence of
  newcomers
---
f veille partagée
tags: veille, documentation, lecture, curation, sources
lieu: m centre de documentation, m carnet de veille, m club de lecture, f étagère commune, m fil
  des liens
objet: f revue de liens, m croisement des veilles, f fiche de lecture, f synthèse du mois, m
  résumé en trois phrases, m glossaire
outil: m agrégateur, f grille de lecture, m plan de classement, m calendrier de relecture, f note
  de synthèse
souci: f surabondance, f source douteuse, m lien mort, f lecture solitaire, m classement trop fin
verbe: résumer pour les autres, vérifier la source, relier deux lectures, trier sans jeter, citer
  proprement
gens: mp veilleur·euses, mp documentalistes, mp lecteur·rices, mp chercheur·euses de terrain
en: the reading club, the monthly digest, the reading grid, the documentalists, the dead links
---
mp jardins partagés
tags: jardin_partagé, semences, compost, sol_vivant, voisinage
lieu: f parcelle commune, f serre, f cabane à outils, m verger, f grainothèque
objet: m compost de quartier, f bourse aux graines, m chantier de printemps, m tour d'arrosage, m
  troc de plants, f butte paillée
outil: m cahier de culture, m plan de rotation, m calendrier des semis, m thermomètre à compost, f
  charte du jardin
souci: m vol de courges, f sécheresse de juillet, m bail précaire, f limace, f brouille entre deux
  parcelles
verbe: pailler avant l'été, récolter ses graines, arroser le soir, accueillir une classe,
  retourner le compost
gens: mp jardinier·ères, mp enfants de l'école, mp habitant·es de la tour, mp retraité·es
en: the common plot, the seed swap, the watering rota, the gardeners, the July drought
---
mp soins infirmiers
tags: soins_infirmiers, relation_de_soin, domicile, tutorat, transmissions
lieu: m cabinet de la vallée, m service de nuit, f maison de santé, m domicile, f salle de pause
objet: f tournée du matin, f transmission orale, m tutorat des stagiaires, m pansement complexe, f
  analyse de situation, f consultation de suivi
outil: m cahier de transmissions, f échelle d'évaluation, m chariot, m protocole partagé, m
  journal de stage
souci: m temps de trajet, f douleur mal entendue, f charge du soir, m vocabulaire de l'hôpital, m
  refus de soin
verbe: expliquer le geste, passer la main, écouter la famille, revoir une dilution, débriefer une
  nuit difficile
gens: mp infirmier·ères, mp aides-soignant·es, mp stagiaires, mp patient·es au long cours
en: the morning round, the oral handover, the shared protocol, the nurses, the travelling time
---
f pédagogie
tags: pédagogie, évaluation, coopération, école, formation
lieu: f classe de cycle trois, m atelier du mercredi, f salle des maîtres, f cour, m centre de
  formation
objet: m conseil d'élèves, m journal des apprentissages, f classe dehors, f évaluation sans note,
  m binôme de lecture, m projet de jardin
outil: f grille d'observation, m portfolio, f ceinture de compétences, m carton de question, m
  plan de travail
souci: f consigne mal comprise, m temps de préparation, f inquiétude des familles, m bruit, f peur
  de se tromper
verbe: reformuler une consigne, observer sans intervenir, laisser du temps, documenter une séance,
  faire place aux erreurs
gens: mp élèves, mp enseignant·es, mp stagiaires, mp parents
en: the pupils' council, the learning journal, the observation grid, the pupils, the fear of
  mistakes
---
f médiation numérique
tags: médiation_numérique, inclusion, démarches, logiciel_libre, atelier
lieu: f bibliothèque, f permanence du jeudi, m bus numérique, m guichet commun, f salle
  informatique
objet: m atelier premiers clics, f démarche en ligne, m café réparation, m prêt de tablettes, f
  formation des agents, m accompagnement à deux
outil: m mandat écrit, f fiche pas à pas, m registre des demandes, m poste libre, m mot de passe
  noté au crayon
souci: m formulaire qui expire, f confidentialité, m compte bloqué, f *honte de ne pas savoir, m
  guichet fermé
verbe: laisser la main sur la souris, noter la demande réelle, orienter vers un pair, refuser une
  procuration, installer un logiciel libre
gens: mp médiateur·rices, mp usager·ères, mp agents d'accueil, fp personnes âgées
en: the mobile library, the first-clicks workshop, the step-by-step sheet, the mediators, the form
  that times out
---
f transition
tags: transition, énergie, sobriété, résilience, commun
lieu: f chaufferie bois, m toit de l'école, f recyclerie, m conseil de bassin, f salle des fêtes
objet: f centrale villageoise, f fresque du territoire, f réserve de matériaux, m défi familles, f
  régie citoyenne, f plantation de haies
outil: m budget carbone, f carte des acteurs, m récit de territoire, m tableau de suivi, m
  scénario à dix ans
souci: f lassitude, m jargon, f inégalité devant l'effort, m projet hors-sol, f urgence permanente
verbe: partir des usages, chiffrer un scénario, raconter ce qui marche, associer les sceptiques,
  faire durer l'élan
gens: mp élu·es, mp artisan·es, mp militant·es, mp habitant·es des hameaux
en: the wood-fired boiler house, the village solar co-op, the ten-year scenario, the craftspeople,
  the weariness
"""


def _bank(line: str) -> tuple[str, tuple[Noun | str, ...]]:
    key, _, entries = line.partition(": ")
    words = entries.split(", ")
    if key in ("tags", "en"):
        return key, tuple(words)
    if key == "verbe":
        return key, tuple(noun(f"m {word}") for word in words)
    return key, tuple(noun(word) for word in words)


@cache
def themes() -> dict[str, dict[str, Bank]]:
    """Theme -> bank -> entries."""
    found: dict[str, dict[str, Bank]] = {}
    for text in _TEXTS.strip().replace("\n  ", " ").split("\n---\n"):
        name, *lines = text.split("\n")
        plain = name.partition(" ")[2]
        found[plain] = dict(_bank(line) for line in lines)
        found[plain]["theme"] = (noun(name),)
    return found
