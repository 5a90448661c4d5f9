"""Which trips show a verb passing, and which show it refused: kept by the tests themselves.

    @passes(Follow)
    async def test_a_stranger_elsewhere_follows(...): ...

`test_verbs` asks that every activity of the union stands in both lists.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from federation.vocabulary import Deed

_Test = TypeVar("_Test", bound=Callable[..., Any])
PASSED: dict[type[Deed], list[str]] = {}
REFUSED: dict[type[Deed], list[str]] = {}


def passes(*verbs: type[Deed]) -> Callable[[_Test], _Test]:
    """The test shows something visible that these verbs changed."""
    return _noting(PASSED, verbs)


def refuses(*verbs: type[Deed]) -> Callable[[_Test], _Test]:
    """The test shows these verbs refused, and nothing changed."""
    return _noting(REFUSED, verbs)


def _noting(
    where: dict[type[Deed], list[str]], verbs: tuple[type[Deed], ...]
) -> Callable[[_Test], _Test]:
    def note(test: _Test) -> _Test:
        for verb in verbs:
            where.setdefault(verb, []).append(test.__qualname__)
        return test

    return note
