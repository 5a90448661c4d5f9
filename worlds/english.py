"""The sentences of the sample world's English notes, one group per move, as in `worlds.phrases`."""

# ruff: noqa: E501 (a sentence is easier to judge on one line)

OPENING = (
    "We wrote this after {#2-9} months around {thing}, before the details fade.",
    "People often ask how {who} keep {thing} going. Here is our honest answer.",
    "These are working notes on {thing}; corrections are welcome in the thread.",
    "What changed when {thing} met {thing}? Less than we hoped, more than it seemed.",
    "This note was first written in English because three of its authors share no other language.",
)
TELLING = (
    "It began with {thing}, and nobody had a plan.",
    "{prenom} kept the notes while the others looked after {thing}.",
    "A visit from {ville} made us look at {thing} with fresh eyes.",
    "Half of the work went into {worry}, which we had not expected.",
    "Out of {#12-60} people, {#3-11} came back every time.",
    "By the end of the season, {who} had made {thing} part of their week.",
    "We tried to write things down on the spot; memory is too kind.",
)
DOUBTING = (
    "We still have no good answer to {worry}.",
    "Some of us think {thing} takes too much room; others disagree.",
    "What works in one valley may well fail in the next.",
    "If two people leave, {thing} stops.",
    "The figures are small, so please read them as a hint.",
)
LEARNING = (
    "Start small, and say out loud when you are tired.",
    "A shared rule that fits in one sentence is worth ten pages.",
    "Telling our failures helped more than showing our results.",
    "{^ thing} is a starting point for talk, never a replacement for it.",
    "Give credit by name, with consent, every time.",
)
QUOTED = (
    "I came for {thing} and stayed for the people.",
    "Nobody here calls it innovation.",
    "It is all right not to know; that is why we meet.",
)
BULLETS = (
    "keep a seat for newcomers",
    "look after {thing} in pairs",
    "write down disagreements instead of settling them",
    "finish on time",
    "share the notes within {#2-5} days, even unfinished",
)
SECTIONS = (
    "What we did",
    "What resisted",
    "Voices",
    "Next season",
    "About {thing}",
    "Open questions",
)
TITLES = (
    "What we learnt from {thing}",
    "Field notes: {thing}",
    "{^ thing}, one year on",
    "Three questions about {thing}",
    "Working with {thing}",
)
ABSTRACTS = (
    "Field notes about {thing}: what helped, what did not, what we would do again.",
    "A short account of {thing} in {ville}, with open questions.",
)
REPLIES = (
    "Thank you, this matches what we see around {thing}.",
    "Could you say more about {thing}?",
    "We tried the same in {ville}; it took a whole winter.",
    "May I quote the second paragraph in our notebook?",
)
SPANISH = (
    "Compartimos estas notas sobre el trabajo de nuestro grupo en {ville}, escritas entre varias personas.",
    "Empezamos con poco: una mesa, un cuaderno y ganas de escuchar.",
    "Lo más difícil no fue organizarse, sino encontrar tiempo para contarlo.",
    "Si alguien quiere continuar la conversación, que escriba en el hilo.",
    "Aprendimos que una regla sencilla vale más que un reglamento largo.",
    "«No sabía que otras personas se hacían la misma pregunta», dijo {prenom}.",
)
SPANISH_TITLES = ("Notas de campo desde {ville}", "Lo que aprendimos juntas", "Preguntas abiertas")
