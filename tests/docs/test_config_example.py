"""config.example.toml: every key there is, no other, each explained, with its default."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from msgspec import inspect, structs

from server.config import Config, Federation, Limits, Moderation, Server, Storage, Worker, load

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
# What a node on one's own machine needs; the defaults are for the public internet.
HOME = {"server.domain": "localhost:8000", "server.scheme": "http"}
SECTIONS = {
    "server": Server(domain=HOME["server.domain"], scheme="http"),
    "server.limits": Limits(),
    "storage": Storage(),
    "federation": Federation(),
    "moderation": Moderation(),
    "worker": Worker(),
}


def keys_of(kind: inspect.Type, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Dotted names of all keys below a section, tables of the operator's own names included."""
    if not isinstance(kind, inspect.StructType):
        yield ".".join(above)
        return
    for field in kind.fields:
        yield from keys_of(field.type, (*above, field.encode_name))


def written(table: dict[str, object], above: tuple[str, ...] = ()) -> Iterator[tuple[str, object]]:
    """Dotted names and values of what the example says; an empty table counts as a key."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from written(value, (*above, name))
        else:
            yield ".".join((*above, name)), value


def test_the_example_has_every_key_and_no_other() -> None:
    in_code = set(keys_of(inspect.type_info(Config)))
    in_file = {name for name, _ in written(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))}
    assert in_file == in_code


def test_the_example_shows_the_defaults() -> None:
    for name, value in written(tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))):
        section, _, key = name.rpartition(".")
        default = structs.asdict(SECTIONS[section])[key]
        assert value == (list(default) if isinstance(default, tuple) else default), name


def test_the_example_loads() -> None:
    assert load(EXAMPLE, {}).server.origin == "http://localhost:8000"


def test_every_key_is_explained_above_it() -> None:
    """A comment directly above, or above a neighbour that shares it."""
    explained = False
    for number, line in enumerate(EXAMPLE.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            explained = True
        elif not line or line.startswith("["):
            explained = False
        else:
            assert explained, f"line {number} has no explanation above it"
