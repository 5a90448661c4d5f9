"""Every activity of the vocabulary has a handler, a trip that passes and a trip that is refused."""

from __future__ import annotations

import importlib
import pkgutil
from typing import get_args

from federation.handlers.table import HANDLERS
from federation.parsing import ACTIVITIES
from federation.vocabulary import Activity, Unknown
from tests import trips
from tests.trips import verbs

UNION = frozenset(get_args(Activity))


def test_the_table_is_the_union() -> None:
    assert frozenset(HANDLERS) == UNION


def test_every_wire_name_has_its_class() -> None:
    """EmojiReact is read as a Like; every other name is its class's own."""
    assert {verb.__name__ for verb in UNION - {Unknown}} | {"EmojiReact"} == ACTIVITIES


def test_every_verb_travels_and_is_refused() -> None:
    for module in pkgutil.iter_modules(trips.__path__, "tests.trips."):
        importlib.import_module(module.name)
    without_trip = {verb.__name__ for verb in UNION - frozenset(verbs.PASSED)}
    never_refused = {verb.__name__ for verb in UNION - frozenset(verbs.REFUSED)}
    assert without_trip == set()
    assert never_refused == {"Unknown"}  # a verb we don't know is never a refusal (J-10)
