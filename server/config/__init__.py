"""One TOML file becomes one frozen value, or one clear sentence about what is wrong in it."""

from server.config.loading import load
from server.config.places import ConfigRefused
from server.config.records import (
    Config,
    Federation,
    Limits,
    Moderation,
    Server,
    Storage,
    Worker,
)

__all__ = [
    "Config",
    "ConfigRefused",
    "Federation",
    "Limits",
    "Moderation",
    "Server",
    "Storage",
    "Worker",
    "load",
]
