"""Environment variables over the file: PASSERELLE_STORAGE__URL stands for [storage] url."""

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from msgspec import inspect

from server.config.places import ConfigRefused, Path
from server.config.shapes import no_such_key, type_at

PREFIX = "PASSERELLE_"
SEPARATOR = "__"
_WORDS = {"true": True, "yes": True, "on": True, "1": True}
_WORDS |= {"false": False, "no": False, "off": False, "0": False}


def overriding(environ: Mapping[str, str]) -> dict[Path, str]:
    """The variables that stand for a key, by the key's path.

    A variable of ours without a double underscore (PASSERELLE_HOME) is not a setting and is left.
    Raises ConfigRefused for one that names no key.
    """
    found: dict[Path, str] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or SEPARATOR not in name.removeprefix(PREFIX):
            continue
        path = tuple(name.removeprefix(PREFIX).lower().split(SEPARATOR))
        kind = type_at(path)
        if kind is None:
            raise ConfigRefused(f"environment variable {name}: {no_such_key(path)}")
        if isinstance(kind, inspect.StructType):
            raise ConfigRefused(f"environment variable {name}: names a section, not a key")
        found[path] = name
    return found


def override(
    data: dict[str, Any], environ: Mapping[str, str], variables: Mapping[Path, str]
) -> None:
    """Puts the variables' values into `data`, in place."""
    for path, name in variables.items():
        table = data
        for part in path[:-1]:
            below = table.setdefault(part, {})
            if not isinstance(below, dict):
                return  # the file is wrong there, which is refused next
            table = below
        table[path[-1]] = value_of(environ[name], type_at(path))


def value_of(text: str, kind: inspect.Type | None) -> object:
    """A variable's text as the key's type; text that doesn't fit stays text, to be refused."""
    match kind:
        case inspect.BoolType():
            return _WORDS.get(text.strip().lower(), text)
        case inspect.IntType():
            return int(text) if text.strip().isdecimal() else text
        case inspect.VarTupleType() if not text.lstrip().startswith("["):
            return [part.strip() for part in text.split(",") if part.strip()]
        case inspect.VarTupleType() | inspect.DictType():
            return _structured(text)
        case _:
            return text


def _structured(text: str) -> object:
    """A list or a table as JSON or TOML writes it."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text
