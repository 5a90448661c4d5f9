"""Nothing but the guarded client opens connections to other servers. O-1."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPEAKERS = {
    "federation/fetching/asking.py",
    "federation/fetching/dialing.py",
    "federation/fetching/posting.py",
}
LISTENERS = {"server/serving.py"}  # the web server's own address
TOOLS = {"tests", "bench"}  # no part of a node
# Modules that can speak HTTP out, or open the sockets for it.
WAYS_OUT = {"aiohttp", "ftplib", "http.client", "httptools", "httpx", "niquests", "requests"}
WAYS_OUT |= {"socket", "urllib.request", "urllib3", "xmlrpc.client"}


def _imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names | {name.split(".")[0] for name in names}


def _speaking() -> set[str]:
    tops = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in TOOLS]
    files = [file for top in tops for file in top.rglob("*.py")]
    return {
        file.relative_to(ROOT).as_posix()
        for file in files
        if _imported(file.read_text(encoding="utf-8")) & WAYS_OUT
    }


def test_only_the_guarded_client_speaks_http_out() -> None:
    """O-1, and the look itself works: the three files that do are found."""
    assert _speaking() - LISTENERS == SPEAKERS


def test_what_counts_as_a_way_out() -> None:
    """The test above sees each spelling of an import."""
    for line in ("import aiohttp", "from aiohttp import web", "from urllib import request"):
        assert _imported(line) & WAYS_OUT
    assert not _imported("from urllib.parse import urlsplit") & WAYS_OUT
