"""One server per SQLite database, and how it ends. Real processes, real sockets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from server.serving import AlreadyServed, sole_server
from tests.empty_database import database

__all__ = ["database"]

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("passerelle")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port(tmp_path: Path) -> int:
    """A configuration for a server on a free port; the port."""
    number = free_port()
    (tmp_path / "data").mkdir()
    (tmp_path / "config.toml").write_text(
        f'[server]\ndomain = "localhost:{number}"\nscheme = "http"\n'
        f'listen = "127.0.0.1:{number}"\ntrusted_proxies = ["127.0.0.1"]\n'
    )
    return number


def small(folder: Path) -> list[str]:
    return [sys.executable, "-m", "tests.server.small", str(folder / "config.toml")]


@contextmanager
def running(
    command: list[str], port: int, environ: Mapping[str, str] = os.environ
) -> Iterator[subprocess.Popen[str]]:
    """A server process that answers; killed at the end if need be."""
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        until(lambda: answers(port) or process.poll() is not None)
        assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it took more than 20 seconds")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get(port: int, path: str = "/", **headers: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def test_a_second_server_on_the_same_database_refuses(tmp_path: Path, port: int) -> None:
    """F-20."""
    with running(small(tmp_path), port):
        second = subprocess.run(small(tmp_path), cwd=ROOT, timeout=30, check=False)
        assert second.returncode == 7
        assert get(port) == "127.0.0.1"


def test_the_lock_ends_with_a_killed_server(tmp_path: Path, port: int) -> None:
    """F-1, F-20."""
    with running(small(tmp_path), port) as first:
        first.kill()
        first.wait()
    with running(small(tmp_path), port):
        assert get(port) == "127.0.0.1"


def test_sigterm_lets_requests_finish_and_exits_0(tmp_path: Path, port: int) -> None:
    """Q-16."""
    with running(small(tmp_path), port) as process:
        got: list[str] = []
        asking = Thread(target=lambda: got.append(get(port, "/slow")))
        asking.start()
        assert process.stdout is not None
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGTERM)
        until(lambda: not answers(port))
        asking.join(timeout=10)
        assert got == ["127.0.0.1"]
        assert process.wait(timeout=10) == 0
        assert process.stdout.readline() == "closed\n"


@pytest.mark.parametrize("moment", ["startup", "shutdown"])
def test_a_failed_start_or_end_is_no_success(tmp_path: Path, port: int, moment: str) -> None:
    environ = {**os.environ, "FAILS_AT": moment}
    process = subprocess.Popen(small(tmp_path), cwd=ROOT, env=environ, stderr=subprocess.PIPE)
    if moment == "shutdown":
        until(lambda: answers(port))
        process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode > 0
    assert b"as asked" in said


def test_an_address_in_use_is_no_success(tmp_path: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = subprocess.run(
            small(tmp_path), cwd=ROOT, capture_output=True, timeout=30, check=False
        )
    assert done.returncode > 0
    assert b"in use" in done.stderr
    assert b"CannotListen" in done.stderr


def test_proxies_are_believed_when_named(tmp_path: Path, port: int) -> None:
    """H-13."""
    with running(small(tmp_path), port):
        assert get(port, **{"X-Forwarded-For": "192.0.2.7"}) == "192.0.2.7"
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace('["127.0.0.1"]', "[]"))
    with running(small(tmp_path), port):
        assert get(port, **{"X-Forwarded-For": "192.0.2.7"}) == "127.0.0.1"


def test_the_lock_within_one_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'node.db'}"
    with sole_server(url):
        with pytest.raises(AlreadyServed), sole_server(url):
            pass
        with sole_server(f"sqlite:///{tmp_path / 'other.db'}"):
            pass
        with sole_server("postgresql://a/b"), sole_server("postgresql://a/b"):
            pass
    with sole_server(url):
        pass


def test_passerelle_serve_answers_as_its_own_actor_and_ends_well(tmp_path: Path, port: int) -> None:
    """From settings and a migrated database alone, as `make run` does; then SIGTERM (Q-16)."""
    config = ["--config", str(tmp_path / "config.toml")]
    environ = {**os.environ, "LANG": "C"}
    subprocess.run([PROGRAM, *config, "migrate"], check=True, env=environ, timeout=60)
    with running([str(PROGRAM), *config, "serve"], port) as process:
        served = get(port, "/actor", Host=f"localhost:{port}", Accept="application/activity+json")
        assert '"preferredUsername":"localhost"' in served
        second = subprocess.run(
            [PROGRAM, *config, "serve"], env=environ, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert second.returncode == 1
        assert "already" in second.stderr
        beside = [str(PROGRAM), *config, "person", "create", "ada"]
        assert subprocess.run(beside, env=environ, timeout=60, check=False).returncode == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


@pytest.mark.postgres
def test_a_worker_of_its_own_on_postgresql(tmp_path: Path, port: int, database: str) -> None:
    """Web and worker as two processes; both end with 0 (Q-16)."""
    config = ["--config", str(tmp_path / "config.toml")]
    environ = {**os.environ, "PASSERELLE_STORAGE__URL": database, "LANG": "C"}
    subprocess.run([PROGRAM, *config, "migrate"], check=True, env=environ, timeout=60)
    worker = subprocess.Popen([PROGRAM, *config, "work"], env=environ)
    try:
        with running([str(PROGRAM), *config, "serve", "--web-only"], port, environ) as web:
            host = f"localhost:{port}"
            served = get(port, "/actor", Host=host, Accept="application/activity+json")
            assert "preferredUsername" in served
            time.sleep(1)
            assert worker.poll() is None
            for process in (web, worker):
                process.send_signal(signal.SIGTERM)
                assert process.wait(timeout=30) == 0
    finally:
        worker.kill()
        worker.wait()
