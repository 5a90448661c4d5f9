"""`passerelle fetch`, as an operator types it: at once, with what surrounds it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server import cli
from server.clocks import wall as now
from tests.neighbour import PUBLIC, Json, Neighbour

_INIT = ("init", "--yes", "--domain", "here.test:8001", "--admin", "ada", "--language", "en")
_OPEN = {"PASSERELLE_FEDERATION__HTTP": "true", "PASSERELLE_FEDERATION__ALLOW": "127.0.0.0/8"}


async def test_an_actor_with_its_latest_and_a_note_with_its_thread(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside what is not there: one sentence, and no traceback."""
    operator = Operator(folder=tmp_path, capture=capsys)
    assert (await operator.says(*_INIT))[0] == 0
    async with Neighbour() as far:
        handle, first, second = _club(far)
        club = await operator.json("fetch", handle)
        assert (club["kind"], club["handle"]) == ("Group", handle)
        assert [note["uri"] for note in club["notes"]] == [first["id"]]
        note = await operator.json("fetch", second["id"])
        assert note["content"] == second["content"]
        assert [one["uri"] for one in note["thread"]] == [first["id"], second["id"]]
        code, out, _ = await operator.says("fetch", handle)
        assert (code, "Premier" in out, first["id"] in out) == (0, True, True)
        code, out, error = await operator.says("fetch", f"{far.origin}/notes/none", "--json")
        assert (code, out) == (1, "")
        assert len(error.splitlines()) == 1


def _club(far: Neighbour) -> tuple[str, Json, Json]:
    """A Group whose outbox announces one note; another note answers that."""
    ana, group = far.person("ana"), far.group("club")
    shared = {"to": [group.uri, PUBLIC], "audience": group.uri, "type": "Page", "name": "Premier"}
    first = far.note(ana, "<p>un</p>", published="2026-01-01T00:00:00Z", **shared)
    second = far.note(ana, "<p>deux</p>", inReplyTo=first["id"])
    item = {"type": "Announce", "id": f"{first['id']}/announce", "actor": group.uri}
    outbox: Json = {"id": f"{group.uri}/outbox", "type": "OrderedCollection"}
    outbox["orderedItems"] = [item | {"object": first["id"]}]
    far.serve("/groups/club/outbox", {"@context": first["@context"], **outbox})
    return f"@club@{far.origin.removeprefix('http://')}", first, second


@dataclass(frozen=True)
class Operator:
    """Types commands; the program runs beside the neighbour, on a thread of its own."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    async def says(self, *words: str) -> tuple[int, str, str]:
        self.capture.readouterr()
        code = await asyncio.to_thread(self._run, words)
        shown = self.capture.readouterr()
        assert "Traceback" not in shown.err
        return code, shown.out, shown.err

    async def json(self, *words: str) -> Any:
        code, out, error = await self.says(*words, "--json")
        assert code == 0, error
        return json.loads(out)

    def _run(self, words: tuple[str, ...]) -> int:
        config = str(self.folder / "config.toml")
        return cli.run(["--config", config, *words], _OPEN, now=now())
