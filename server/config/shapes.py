"""The types of the keys, walked: unknown and missing keys, and a type said in plain words."""

import difflib
from collections.abc import Mapping

from msgspec import inspect

from server.config.places import Origins, Path, named
from server.config.records import Config

ROOT = inspect.type_info(Config)


def type_at(path: Path) -> inspect.Type | None:
    """The type of the key at `path`; None when there is no such key."""
    found: inspect.Type = ROOT
    for name in path:
        fields = _fields(found)
        if name not in fields:
            return None
        found = fields[name].type
    return found


def in_words(kind: inspect.Type | None) -> str:
    """What may stand there: "must be a whole number from 1 to 64"."""
    match kind:
        case inspect.BoolType():
            return "must be true or false"
        case inspect.IntType(ge=least, le=most):
            return f"must be a whole number from {least} to {most}"
        case inspect.LiteralType(values=values):
            return "must be " + " or ".join(f'"{value}"' for value in values)
        case inspect.StrType(min_length=least, max_length=most):
            sizes = f" of {least or 0} to {most} characters" if most else ""
            return f"must be a text in quotes{sizes}"
        case inspect.VarTupleType():
            return 'must be a list of texts, like ["a", "b"]'
        case inspect.DictType():
            return 'must be a table of texts, like { "name" = "text" }'
        case _:
            return "must be a table of keys"


def refuse_strange_keys(data: Mapping[str, object], origins: Origins) -> None:
    """Raises ConfigRefused for the first key that has no meaning here or must be there."""
    _walk(data, ROOT, (), origins)


def no_such_key(path: Path) -> str:
    """The end of a refusal: that the last name is unknown, with a near or all known names."""
    fields = _fields(type_at(path[:-1]))
    near = difflib.get_close_matches(path[-1], fields, n=1)
    if near:
        return f"is not a known key; did you mean {named((*path[:-1], near[0]))}?"
    return f"is not a known key; known here: {', '.join(fields) or 'none'}"


def _walk(data: Mapping[str, object], kind: inspect.Type, path: Path, origins: Origins) -> None:
    fields = _fields(kind)
    for name, value in data.items():
        below = (*path, name)
        if name not in fields:
            raise origins.refusal(below, no_such_key(below))
        if isinstance(value, dict) and _fields(fields[name].type):
            _walk(value, fields[name].type, below, origins)
    for name, known in fields.items():
        if known.required and name not in data:
            raise origins.refusal((*path, name), f"is missing; it {in_words(known.type)}")


def _fields(kind: inspect.Type | None) -> dict[str, inspect.Field]:
    if not isinstance(kind, inspect.StructType):
        return {}
    return {field.encode_name: field for field in kind.fields}
