"""Real instances as processes, each with its folder, settings, database, keys and port.

    async with cluster(folder, ["a.test", "b.test"], linked=True) as world:
        a = world["a.test"]
        await a.found("lea")
        await a.start()
        note = await a.run("note", "post", "lea", "Bonjour", "--json")
        status, body = await a.get(note["uri"])
        world.link("a.test", "b.test").cut()

Whatever happens, no process outlives the cluster. `linked`: each instance sees each other one
through a link of its own, which a test may cut, slow down or make repeat itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from worlds.links import Link, free_port
from worlds.reading import Answer, read

# As the installed script does it, without depending on where it was installed.
_PROGRAM = (sys.executable, "-c", "from server.cli import main; main()")
_START_SECONDS = 30
_COMMAND_SECONDS = 60
STOP_SECONDS = 30  # a node promises 25 (server.serving)


class CommandFailed(Exception):
    """A command of `passerelle` ended with another code than 0."""


@dataclass(slots=True, kw_only=True)
class Instance:
    """One node. `domain` is its name, perhaps with a port; it listens on loopback at `port`.

    `settings` are more keys for its config.toml, by section.
    """

    domain: str
    port: int
    folder: Path
    database: str
    settings: Mapping[str, Mapping[str, object]]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _desk: _Desk | None = None

    @property
    def base(self) -> str:
        return f"http://{self.domain}"

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def log(self) -> Path:
        """What its processes say, all together."""
        return self.folder / "log.txt"

    async def found(self, admin: str) -> None:
        """Settings, database, keys, and its first person."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(_toml(self.settings), encoding="utf-8")
        await self.run("init", "--yes", "--admin", admin)

    async def run(self, *words: str) -> Any:
        """One command of `passerelle`; what it prints, read when it is JSON. Raises CommandFailed.

        One process does them all, one after another.
        """
        if self._desk is None:
            self._desk = _Desk(self)
        return await self._desk.run(words)

    async def start(self, *words: str, kill_at: str = "", ready: bool = True) -> None:
        """`passerelle serve`, or what `words` say, until it answers. RuntimeError when it ends
        first. `kill_at`: a name of `storage.faults.POINTS`, where it is to die."""
        process = self._launched(words or ("serve",), kill_at)
        self.processes.append(process)
        if ready:
            await self._until_ready(process)

    def _launched(self, words: Sequence[str], kill_at: str) -> subprocess.Popen[bytes]:
        environ = {**os.environ, "PASSERELLE_FAULTS": "1", "PASSERELLE_KILL_AT": kill_at}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*_PROGRAM, "--config", str(self.config), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environ,
            )

    async def _until_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                raise RuntimeError(f"{self.domain} ended with {process.returncode}: {self._said()}")
            with suppress(OSError):
                if (await self.get(f"{self.base}/nodeinfo/2.1", accept="*/*")).status == 200:
                    return
            await asyncio.sleep(0.05)
        raise RuntimeError(f"{self.domain} does not answer: {self._said()}")

    async def stop(self) -> list[int]:
        """SIGTERM to all its processes; their exit codes."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        return await self._ended()

    async def kill(self) -> None:
        """SIGKILL, as by a crash."""
        for process in self.processes:
            process.kill()
        await self._ended()

    async def died(self, *, seconds: float) -> bool:
        """Whether a process ends by itself in that time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if any(process.poll() is not None for process in self.processes):
                return True
            await asyncio.sleep(0.02)
        return False

    async def _ended(self) -> list[int]:
        codes = [await asyncio.to_thread(_reaped, process) for process in self.processes]
        self.processes.clear()
        return codes

    async def get(self, uri: str, *, token: str = "", accept: str = "") -> Answer:
        """Read one of its addresses over HTTP, as a stranger or with a token."""
        return await read(self.port, uri, token=token, accept=accept)

    async def collection(self, uri: str, *, token: str = "") -> list[Any]:
        """All items of a collection, page after page; as whoever has the token."""
        found: list[Any] = []
        url = f"{uri}?page=1"
        while url:
            answer = await self.get(url, token=token)
            if answer.status != 200:
                raise RuntimeError(f"{url}: {answer.status}")
            page = answer.json()
            found += page.get("orderedItems", [])
            url = page.get("next", "")
        return found

    def discard(self) -> None:
        """End every process, at once."""
        if self._desk is not None:
            self._desk.close()
            self._desk = None
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes.clear()

    def _said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]


def _reaped(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


class _Desk:
    """`passerelle batch`: commands one after another without a start for each."""

    def __init__(self, instance: Instance) -> None:
        self._log = instance.log.open("ab")
        self._process = subprocess.Popen(
            [*_PROGRAM, "--config", str(instance.config), "batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        self._turn = asyncio.Lock()

    async def run(self, words: Sequence[str]) -> Any:
        async with self._turn, asyncio.timeout(_COMMAND_SECONDS):
            answer = await asyncio.to_thread(self._ask, shlex.join(words))
        said = json.loads(answer or '{"exit": -1, "out": "", "err": "it ended"}')
        if said["exit"]:
            raise CommandFailed(f"passerelle {shlex.join(words)}: {said['err']}")
        return _read_out(said["out"])

    def _ask(self, line: str) -> bytes:
        stdin, stdout = _pipes(self._process)
        stdin.write(line.replace("\n", " ").encode() + b"\n")
        stdin.flush()
        return stdout.readline()

    def close(self) -> None:
        self._process.kill()
        for pipe in _pipes(self._process):
            with suppress(OSError):
                pipe.close()
        self._process.wait()
        self._log.close()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _read_out(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


# --- several -------------------------------------------------------------------------------------


class Cluster(Mapping[str, Instance]):
    """Instances by the first word of their domain, and the links between them."""

    def __init__(self, instances: Sequence[Instance], links: Mapping[tuple[str, str], Link]):
        self._instances = {one.domain.partition(".")[0]: one for one in instances}
        self._links = links

    def __getitem__(self, name: str) -> Instance:
        return self._instances[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._instances)

    def __len__(self) -> int:
        return len(self._instances)

    def link(self, source: str, target: str) -> Link:
        """How `source` reaches `target`."""
        return self._links[self[source].domain, self[target].domain]


@asynccontextmanager
async def cluster(
    folder: Path,
    names: Sequence[str],
    *,
    linked: bool = False,
    databases: Mapping[str, str] | None = None,
    settings: Mapping[str, Mapping[str, Mapping[str, object]]] | None = None,
) -> AsyncIterator[Cluster]:
    """Instances that know each other by name; not founded, not started.

    A name that ends with ":" is given its own port as part of the domain: for browsers, which
    should reach "a.localhost:8001" as the other instances do. `databases` and `settings` by name.
    """
    ports = {name: await free_port() for name in names}
    links: dict[tuple[str, str], Link] = {}
    instances: list[Instance] = []
    try:
        for source in names if linked else ():
            for target in names:
                if source != target:
                    links[source, target] = await Link.open(ports[target])
        for name in names:
            ends = {
                other: links[name, other].port if linked else ports[other]
                for other in names
                if other != name
            }
            instances.append(
                _instance(
                    folder,
                    name,
                    ports[name],
                    ends,
                    (databases or {}).get(name, ""),
                    (settings or {}).get(name, {}),
                )
            )
        with _terminated_as_interrupted():
            yield Cluster(instances, links)
    finally:
        for instance in instances:
            instance.discard()
        for link in links.values():
            await link.close()


def _instance(
    folder: Path,
    name: str,
    port: int,
    ends: Mapping[str, int],
    database: str,
    settings: Mapping[str, Mapping[str, object]],
) -> Instance:
    domain = f"{name}{port}" if name.endswith(":") else name
    place = folder / name.partition(".")[0]
    url = database or f"sqlite:///{place.absolute() / 'node.db'}"
    sections: dict[str, dict[str, object]] = {
        "server": {"domain": domain, "scheme": "http", "listen": f"127.0.0.1:{port}"},
        "server.limits": {"requests_per_5_minutes": 0},
        "storage": {"url": url, "blobs": "blobs"},
        "federation": {"http": True, "inbox_per_minute": 1_000_000, "inbox_burst": 1_000_000},
        "federation.hosts": {
            other.removesuffix(":"): f"127.0.0.1:{end}" for other, end in ends.items()
        },
    }
    for section, keys in settings.items():
        sections.setdefault(section, {}).update(keys)
    return Instance(domain=domain, port=port, folder=place, database=url, settings=sections)


def _toml(sections: Mapping[str, Mapping[str, object]]) -> str:
    """JSON's strings, numbers, lists and truths are TOML's, too."""
    lines = []
    for section, keys in sections.items():
        lines.append(f"[{section}]")
        lines += [
            f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}"
            for key, value in keys.items()
        ]
    return "\n".join(lines) + "\n"


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM and a closed terminal cancel the task, so that everything is cleaned up."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    for sign in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(sign, task.cancel)
    try:
        yield
    finally:
        for sign in (signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(sign)
