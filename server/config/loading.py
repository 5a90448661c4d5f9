"""From a file and the environment to a Config: read, override, check, make paths absolute."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path as File
from typing import Any
from urllib.parse import urlsplit

import msgspec

from server.config.overriding import override, overriding
from server.config.places import ConfigRefused, Origins
from server.config.records import Config
from server.config.rules import problems
from server.config.shapes import in_words, refuse_strange_keys, type_at

_READABLE_BY_OTHERS = 0o004


def load(path: File, environ: Mapping[str, str]) -> Config:
    """The settings in `path`, with PASSERELLE_SECTION__KEY of `environ` over them.

    Relative paths (database file, blobs, extra CA file) are taken from the file's own folder, so a
    service finds the same data whatever folder it is started in.
    Raises ConfigRefused with one sentence: the line or variable, the key, what it must be (D-4).
    """
    text = _text(path)
    data = _parsed(text, path.name)
    variables = overriding(environ)
    origins = Origins(name=path.name, text=text, variables=variables)
    override(data, environ, variables)
    data.setdefault("server", {})
    refuse_strange_keys(data, origins)
    config = _absolute(_typed(data, origins), path.absolute().parent)
    for key, expected, value in problems(config):
        raise origins.refusal(key, expected, value)
    _refuse_open_secret(path, config, origins)
    return config


def _text(path: File) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigRefused(
            f"{path} is not there: `passerelle init` writes one, or copy config.example.toml"
        ) from None
    except OSError as error:
        raise ConfigRefused(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigRefused(f"{path} must be text in UTF-8") from None


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = re.fullmatch(r"(.*) \(at (?:line (\d+),.*|end of document)\)", str(error), re.DOTALL)
        line = (said and said[2]) or len(text.splitlines())
        reason = said[1] if said else "it is nested too deep"
        raise ConfigRefused(f"{name}, line {line}: must be TOML: {reason}") from None


def _typed(data: dict[str, Any], origins: Origins) -> Config:
    try:
        return msgspec.convert(data, Config)
    except msgspec.ValidationError as error:
        # The library names the key ("… - at `$.worker.deliveries`"); our words say the rest.
        where = re.search(r"`\$\.([\w.]+)[^`]*`$", str(error))
        key = tuple(where[1].split(".")) if where else ()
        value: Any = data
        for name in key:
            value = value[name]
        raise origins.refusal(key, in_words(type_at(key)), value) from None


def _absolute(config: Config, folder: File) -> Config:
    storage, federation = config.storage, config.federation
    url = storage.url
    if file := url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else "":
        url = f"sqlite:///{folder / file}"
    replace = msgspec.structs.replace
    return replace(
        config,
        storage=replace(storage, url=url, blobs=str(folder / storage.blobs)),
        federation=replace(
            federation, ca_file=federation.ca_file and str(folder / federation.ca_file)
        ),
    )


def _refuse_open_secret(path: File, config: Config, origins: Origins) -> None:
    """A database password in a file that every account of the machine can read (D-4)."""
    key = ("storage", "url")
    password = urlsplit(config.storage.url).password
    if password and key not in origins.variables and path.stat().st_mode & _READABLE_BY_OTHERS:
        raise origins.refusal(
            key, f"holds a password, and everyone may read the file: chmod o-r {path.name}"
        )
