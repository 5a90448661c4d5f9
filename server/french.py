"""The command line in French: what `server.words` looks up. Tests keep it complete."""

from __future__ import annotations

# Sentences of the commands themselves.
FRENCH = {
    "config.toml if not given": "config.toml par défaut",
    "print JSON": "écrire du JSON",
    "Nothing to show.": "Rien à montrer.",
    "@name": "@nom",
    # the node
    "set up a new node: settings, database, admin": (
        "installer un nouveau nœud : réglages, base, responsable"
    ),
    "ask nothing": "ne rien demander",
    "the node's name, for ever: example.org": "le nom du nœud, pour toujours : example.org",
    "who runs it": "qui s'en occupe",
    "of its pages": "celle de ses pages",
    "https on the public internet": "https sur l'internet public",
    "where the web server listens": "où le serveur web écoute",
    "sqlite:///path or postgresql://...": "sqlite:///chemin ou postgresql://...",
    "Domain of this node, for ever:": "Nom de domaine de ce nœud, pour toujours :",
    "Name of the admin:": "Nom de la personne responsable :",
    "Language of its pages (fr, en):": "Langue de ses pages (fr, en) :",
    "init needs a domain: answer the question, or give --domain.": (
        "init a besoin d'un domaine : répondez à la question, ou donnez --domain."
    ),
    "The settings are written already; change them in {file}.": (
        "Les réglages sont déjà écrits ; changez-les dans {file}."
    ),
    "This is {site}, run by {admin}. Start it with: passerelle --config {file} serve": (
        "Voici {site}, tenu par {admin}. Pour le lancer : passerelle --config {file} serve"
    ),
    "create or upgrade the database": "créer la base ou la mettre à niveau",
    "The database is at version {version}.": "La base est à la version {version}.",
    "The database is at version {version} already.": "La base est déjà à la version {version}.",
    "answer browsers and other servers": "répondre aux navigateurs et aux autres serveurs",
    "leave all work to passerelle work": "laisser tout le travail à passerelle work",
    "deliver and take in, beside serve --web-only": (
        "envoyer et recevoir, à côté de serve --web-only"
    ),
    "Listening on {listen}.": "À l'écoute sur {listen}.",
    "check the settings": "vérifier les réglages",
    "{file} is fine.": "{file} est en ordre.",
    "print the version": "écrire la version",
    "commands from standard input, one per line; JSON lines out": (
        "commandes de l'entrée standard, une par ligne ; réponses en lignes JSON"
    ),
    # people and communities
    "open an account": "ouvrir un compte",
    "who has an account here": "qui a un compte ici",
    "all about one person": "tout sur une personne",
    "letters a-z, digits, _ . -": "lettres a-z, chiffres, _ . -",
    "the name to show": "le nom à montrer",
    "mail address, shown to nobody": "adresse de courriel, montrée à personne",
    "user if not given": "user par défaut",
    "the node's if not given": "celle du nœud par défaut",
    "found a community": "fonder une communauté",
    "the communities here": "les communautés d'ici",
    "all about one community": "tout sur une communauté",
    "who will run it: @name": "qui s'en occupera : @nom",
    "what it is about, in Markdown": "de quoi il s'agit, en Markdown",
    "the language spoken there": "la langue qu'on y parle",
    "open if not given": "open par défaut",
    "who posts: members": "qui publie : members par défaut",
    "only members may read": "lecture réservée aux membres",
    # tokens
    "print a new client token": "écrire un nouveau jeton de client",
    "a person's tokens": "les jetons d'une personne",
    "end a token": "mettre fin à un jeton",
    'separated by spaces: "read write:statuses"': (
        'séparées par des espaces : "read write:statuses"'
    ),
    "what it is for": "à quoi il sert",
    "as token list shows it, or the token itself": "comme token list le montre, ou le jeton même",
    "The token is revoked.": "Le jeton est révoqué.",
    # blocks
    "refuse a host": "refuser un serveur",
    "end the rule about a host": "mettre fin à la règle sur un serveur",
    "all rules": "toutes les règles",
    "take over a list of hosts": "reprendre une liste de serveurs",
    "write the rules as CSV": "écrire les règles en CSV",
    "example.org": "example.org",
    "example.org; its subdomains are meant too": "example.org ; ses sous-domaines avec lui",
    "suspend if not given": "suspend par défaut",
    "take no files from there": "n'en accepter aucun fichier",
    "take no reports from there": "n'en accepter aucun signalement",
    "why, for everybody": "pourquoi, pour tout le monde",
    "why, for moderators": "pourquoi, pour la modération",
    "don't spell the name in public": "ne pas écrire le nom en public",
    "a list as Mastodon exports it (CSV); - for standard input": (
        "une liste comme Mastodon l'exporte (CSV) ; - pour l'entrée standard"
    ),
    "replace the rules we have": "remplacer les règles déjà là",
    "standard output if not given": "la sortie standard par défaut",
    "{host}: {severity}.": "{host} : {severity}.",
    "There is no rule about {host} any more.": "Il n'y a plus de règle sur {host}.",
    "{added} added, {kept} known already, {refused} left out.": (
        "Règles ajoutées : {added}, déjà connues : {kept}, laissées : {refused}."
    ),
    "Line {line}: {why}": "Ligne {line} : {why}",
    # keys
    "new keys; the old ones stay good for 48 hours": (
        "de nouvelles clés ; les anciennes restent bonnes 48 heures"
    ),
    "@name of a person or a community": "@nom d'une personne ou d'une communauté",
    "the node's own keys": "celles du nœud lui-même",
    "everybody's keys": "celles de tout le monde",
    "somebody else may have the old keys": "quelqu'un d'autre a peut-être les anciennes",
    "Say whose keys: a handle, --instance or --all.": (
        "Dites les clés de qui : un nom, --instance ou --all."
    ),
    # among other nodes
    "write a note": "écrire un billet",
    "who writes: @name": "qui écrit : @nom",
    "Markdown; - for standard input": "en Markdown ; - pour l'entrée standard",
    "makes it an article": "en fait un article",
    "what it is about, or a warning": "de quoi il s'agit, ou un avertissement",
    "post it there: @name or @name@host": "le publier là : @nom ou @nom@serveur",
    "the note it answers": "le billet auquel il répond",
    "public if not given": "public par défaut",
    "follow a person or a community": "suivre une personne ou une communauté",
    "who follows: @name": "qui suit : @nom",
    "@name or @name@host": "@nom ou @nom@serveur",
    "bring something from elsewhere": "aller chercher quelque chose ailleurs",
    "a note, a person, a community": "un billet, une personne, une communauté",
    "who looks; else a stranger": "qui regarde ; sinon n'importe qui",
    "what waits for which host, and why": "ce qui attend pour quel serveur, et pourquoi",
    "activities that wait for later": "les activités gardées pour plus tard",
    "what could not be delivered": "ce qui n'a pas pu être livré",
    # what stops a command
    "Can't listen on {listen}: {why}.": "Impossible d'écouter sur {listen} : {why}.",
    "Another passerelle serves {database} already.": "Un autre passerelle sert déjà {database}.",
    "The database isn't ready: run passerelle migrate.": (
        "La base n'est pas prête : lancez passerelle migrate."
    ),
    "The database was written by a newer passerelle (version {found}).": (
        "La base a été écrite par un passerelle plus récent (version {found})."
    ),
    "The database can't be used: {why}.": "La base est inutilisable : {why}.",
}

# Sentences of the floors below, which arrive filled in.
REFUSALS = {
    "The name @{name} is taken here.": "Le nom @{name} est déjà pris ici.",
    "There is nobody here called {name}.": "Il n'y a personne ici du nom de {name}.",
    "{handle} is not a community.": "{handle} n'est pas une communauté.",
    "{handle} can't be found.": "{handle} est introuvable.",
    "Nobody follows herself.": "Personne ne se suit soi-même.",
    "You can't follow this account.": "Vous ne pouvez pas suivre ce compte.",
    "A note needs some text.": "Un billet a besoin d'un texte.",
    "What you want to answer is not there, or not for you.": (
        "Ce à quoi vous voulez répondre n'est pas là, ou pas pour vous."
    ),
    "Standard input must be text in UTF-8.": "L'entrée standard doit être du texte en UTF-8.",
    "A worker of its own needs PostgreSQL; on SQLite serve does it all.": (
        "Un work à part demande PostgreSQL ; sur SQLite, serve fait tout."
    ),
    "There is no community here called {name}.": "Il n'y a pas de communauté ici du nom de {name}.",
    "Nothing can be read at that address.": "Rien n'est lisible à cette adresse.",
    "This text is too long: 100,000 characters at most.": (
        "Ce texte est trop long : 100 000 caractères au plus."
    ),
    "A note for a community's members needs a community.": (
        "Un billet pour les membres d'une communauté a besoin d'une communauté."
    ),
    "Only members write to a community's members.": (
        "Seuls les membres écrivent aux membres d'une communauté."
    ),
    "There is no such token.": "Il n'y a pas de tel jeton.",
    "There is no rule about {host}.": "Il n'y a pas de règle sur {host}.",
    "“{text}” can't be a name here: letters a-z, digits, _ . - (64 at most).": (
        "« {text} » ne peut pas être un nom ici : lettres a-z, chiffres, _ . - (64 au plus)."
    ),
    "“{text}” is not a handle: expected @name or @name@host.": (
        "« {text} » n'est pas une adresse : il faut @nom ou @nom@serveur."
    ),
    "“{text}” is not a mail address.": "« {text} » n'est pas une adresse de courriel.",
    "“{text}” is not the name of a host.": "« {text} » n'est pas le nom d'un serveur.",
    "“{text}” is not a scope.": "« {text} » n'est pas une portée.",
    "“{text}” is not a severity: {known}.": "« {text} » n'est pas une sévérité : {known}.",
    "A token needs at least one scope, like read or write:statuses.": (
        "Un jeton a besoin d'au moins une portée, comme read ou write:statuses."
    ),
    "A node can't block itself.": "Un nœud ne peut pas se bloquer lui-même.",
    "A comment has at most {count} characters.": "Un commentaire a {count} caractères au plus.",
    "A description has at most {count} characters.": (
        "Une description a {count} caractères au plus."
    ),
    "A name has at most {count} characters.": "Un nom a {count} caractères au plus.",
    "The first line must name the columns, #domain among them.": (
        "La première ligne doit nommer les colonnes, dont #domain."
    ),
    "The list has more than {count} characters.": "La liste a plus de {count} caractères.",
    "The list has more than {count} lines.": "La liste a plus de {count} lignes.",
    "Line {line} is not CSV.": "La ligne {line} n'est pas du CSV.",
    "{file} can't be used: {why}.": "{file} est inutilisable : {why}.",
    "A community is created by a person of this node.": (
        "Une communauté est fondée par une personne de ce nœud."
    ),
    "Only keys of this node's own actors can be rotated here.": (
        "Seules les clés d'ici peuvent être renouvelées ici."
    ),
    "{file} must be text in UTF-8.": "{file} doit être du texte en UTF-8.",
    "This node has no name yet: run passerelle init.": (
        "Ce nœud n'a pas encore de nom : lancez passerelle init."
    ),
    "This node is {known} for ever and can't become {other}: every address it gave out would be"
    " lost.": (
        "Ce nœud est {known} pour toujours et ne peut pas devenir {other} :"
        " toutes les adresses données seraient perdues."
    ),
}

# argparse's complaints.
ARGPARSE = {
    "usage: ": "usage : ",
    "positional arguments": "arguments",
    "show this help message and exit": "montrer cette aide",
    "argument {name}: not allowed with argument {other}": "{name} ne va pas avec {other}",
    "No closing quotation": "un guillemet reste ouvert",
    "the following arguments are required: {names}": "il manque : {names}",
    "unrecognized arguments: {names}": "arguments inconnus : {names}",
    "argument {name}: expected one argument": "{name} : il faut une valeur",
    "argument {name}: invalid choice: {value} (choose from {known})": (
        "{name} : {value} n'est pas un choix ; il y a {known}"
    ),
}
