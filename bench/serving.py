"""The node that is measured: a real process on SQLite, in a folder of its own."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from actors.addresses import Site
from storage.migrating import migrate

_TICK = os.sysconf("SC_CLK_TCK")
_CONFIG = """
[server]
domain = "127.0.0.1:{port}"
scheme = "http"
listen = "127.0.0.1:{port}"
[server.limits]
requests_per_5_minutes = 0
[storage]
url = "sqlite:///{folder}/node.db"
blobs = "{folder}/blobs"
[federation]
allow = ["127.0.0.0/8"]
http = true
inbox_per_minute = 1000000
inbox_burst = 1000000
[federation.hosts]
{hosts}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a node lives: its folder (with settings and a migrated database) and its port."""

    folder: Path
    port: int

    @property
    def site(self) -> Site:
        return Site(domain=f"127.0.0.1:{self.port}", scheme="http")

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def database(self) -> Path:
        return self.folder / "node.db"


def prepare(folder: Path, *, hosts: Mapping[str, str] | None = None) -> Place:
    """Settings and an empty database; `hosts` as in [federation.hosts]."""
    folder.mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = Place(folder=folder, port=probe.getsockname()[1])
    lines = (f"{json.dumps(name)} = {json.dumps(end)}" for name, end in (hosts or {}).items())
    text = _CONFIG.format(port=place.port, folder=folder, hosts="\n".join(lines))
    place.config.write_text(text, encoding="utf-8")
    migrate(f"sqlite:///{place.database}")
    return place


@dataclass(frozen=True, slots=True)
class Served:
    """A running node; everything is read from /proc, so that looking costs it nothing."""

    pid: int

    def cpu(self) -> float:
        """Seconds of user and system time so far, all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def memory(self) -> float:
        """Megabytes in memory now."""
        return self._status("VmRSS")

    def most_memory(self) -> float:
        """Megabytes in memory at the worst moment so far."""
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found is not None
        return int(found[1]) / 1024


@contextmanager
def serving(place: Place, *, web_only: bool = False) -> Iterator[Served]:
    """`passerelle serve` until the end of the block."""
    program = str(Path(sys.executable).with_name("passerelle"))
    command = [program, "--config", str(place.config), "serve"]
    log = (place.folder / "log").open("ab")
    process = subprocess.Popen(
        [*command, *(["--web-only"] if web_only else [])], stdout=log, stderr=log
    )
    try:
        _await_answer(place, process)
        yield Served(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)
        log.close()


def _await_answer(place: Place, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", place.port, timeout=5)
        try:
            connection.request("GET", "/.well-known/nodeinfo")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"the node did not start, see {place.folder}/log")
