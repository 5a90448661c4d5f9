"""`passerelle` as people type it: real files, real processes where it matters."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server import cli
from server.terminal import Terminal
from server.words import Words

NOW = 1_800_000_000_000
PROGRAM = Path(sys.executable).with_name("passerelle")
INIT = ("init", "--yes", "--domain", "here.test:8001", "--admin", "ada", "--language", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A folder with config.toml; `run` here, `spawn` as a process of its own."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *words: str, environ: dict[str, str] | None = None) -> Said:
        self.capture.readouterr()
        arguments = ["--config", str(self.folder / "config.toml"), *words]
        try:
            code = cli.run(arguments, environ or {}, now=NOW)
        except SystemExit as end:
            code = int(end.code or 0)
        shown = self.capture.readouterr()
        return Said(code=code, out=shown.out, err=shown.err)

    def json(self, *words: str) -> Any:
        said = self.run(*words, "--json")
        assert said.code == 0, said.err
        return json.loads(said.out)


def spawn(folder: Path, words: Sequence[str], *, language: str = "C", stdin: str = "") -> Said:
    environ = {"PATH": os.environ["PATH"], "LANG": language}
    done = subprocess.run(
        [PROGRAM, *words], cwd=folder, env=environ, input=stdin, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node just founded, by the program itself."""
    folder = tmp_path_factory.mktemp("founded")
    said = spawn(folder, INIT)
    assert said.code == 0, said.err
    return folder


@pytest.fixture
def node(founded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Node:
    folder = tmp_path / "node"
    shutil.copytree(founded, folder)
    return Node(folder=folder, capture=capsys)


# --- init ----------------------------------------------------------------------------------------


def test_init_writes_settings_and_database_for_their_owner_alone(founded: Path) -> None:
    """D-4."""
    config, database = founded / "config.toml", founded / "data" / "passerelle.db"
    for path in (config, database):
        assert path.stat().st_mode & 0o777 == 0o600
    text = config.read_text()
    assert 'domain = "here.test:8001"' in text
    assert 'scheme = "http"' in text
    assert 'listen = "127.0.0.1:8001"' in text


def test_init_makes_an_admin(node: Node) -> None:
    [ada] = node.json("person", "list")
    assert (ada["handle"], ada["role"]) == ("@ada@here.test:8001", "admin")


def test_init_again_changes_nothing_and_takes_no_other_domain(node: Node) -> None:
    before = (node.folder / "config.toml").read_text()
    assert node.run("init", "--yes", "--admin", "ada").code == 0
    assert len(node.json("person", "list")) == 1
    refused = node.run("init", "--yes", "--domain", "there.test", "--admin", "ada")
    assert refused.code == 2
    assert "written already" in refused.err
    assert (node.folder / "config.toml").read_text() == before


def test_another_host_name_in_the_settings_is_refused(node: Node) -> None:
    """D-3."""
    config = node.folder / "config.toml"
    config.write_text(config.read_text().replace("here.test:8001", "there.test:8001"))
    refused = node.run("person", "create", "ben")
    assert refused.code == 1
    assert "for ever" in refused.err
    assert node.run("serve").code == 1


def test_init_asks(tmp_path: Path) -> None:
    said = spawn(tmp_path, ["init"], language="fr_FR.UTF-8", stdin="asked.test:8002\n@eve\n\n")
    assert said.code == 0, said.err
    assert "pour toujours" in said.err
    text = (tmp_path / "config.toml").read_text()
    assert 'domain = "asked.test:8002"' in text
    assert 'language = "fr"' in text
    assert 'admin_contact = "@eve@asked.test:8002"' in text


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("init", "--yes"), 2),
        (("init", "--yes", "--domain", "UPPER case"), 3),
        (("init", "--yes", "--domain", "a.test", "--database", "mysql://x"), 3),
        (("init", "--yes", "--domain", "a.test", "--language", "de"), 2),
    ],
)
def test_init_with_nonsense_leaves_no_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    said = Node(folder=tmp_path, capture=capsys).run(*words)
    assert said.code == code
    assert said.err.strip()
    assert not (tmp_path / "config.toml").exists()


# --- people, communities, tokens, keys -----------------------------------------------------------


def test_people_and_communities(node: Node) -> None:
    ben = node.json("person", "create", "ben", "--name", "Ben B.", "--email", "ben@here.test")
    assert (ben["handle"], ben["role"]) == ("@ben@here.test:8001", "user")
    wood = node.json("community", "create", "wood", "--by", "@ben", "--joining", "approval")
    assert (wood["joining"], wood["posting"], wood["members"]) == ("approval", "members", 1)
    assert [one["handle"] for one in node.json("community", "list")] == ["@wood@here.test:8001"]
    shown = node.json("community", "show", "@wood@here.test:8001")
    assert shown["moderators"] == ["@ben@here.test:8001"]
    assert node.json("person", "show", "BEN")["communities"] == ["@wood@here.test:8001"]
    table = node.run("person", "list").out.splitlines()
    assert table[0].split()[0] == "handle"
    assert len(table) == 3


@pytest.mark.parametrize(
    "words",
    [
        ("person", "create", "ada"),
        ("person", "create", "a b"),
        ("person", "create", "ben", "--email", "nonsense"),
        ("person", "show", "nobody"),
        ("person", "show", "@ada@elsewhere.test"),
        ("community", "create", "wood", "--by", "nobody"),
        ("community", "create", "ada", "--by", "ada"),
        ("community", "show", "ada"),
        ("token", "create", "nobody"),
        ("token", "create", "ada", "--scopes", "everything"),
        ("token", "revoke", "nonsense"),
        ("block", "add", "here.test:8001"),
        ("block", "remove", "never.test"),
        ("block", "import", "/nowhere.csv"),
        ("keys", "rotate", "nobody"),
        ("note", "post", "nobody", "Hello"),
        ("work",),
    ],
)
def test_refusals_are_one_sentence_and_code_1(node: Node, words: tuple[str, ...]) -> None:
    for language in ("C", "fr_FR.UTF-8"):
        said = node.run(*words, environ={"LANG": language})
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith("passerelle: ")
        assert len(said.err.splitlines()) == 1


def test_the_same_refusal_in_two_languages(founded: Path) -> None:
    words = ("person", "create", "ada")
    assert spawn(founded, words).err == "passerelle: The name @ada is taken here.\n"
    french = spawn(founded, words, language="fr_FR.UTF-8")
    assert french.err == "passerelle: Le nom @ada est déjà pris ici.\n"
    assert french.code == 1


@pytest.mark.parametrize(
    "words",
    [(), ("nonsense",), ("person", "create"), ("person", "create", "a", "--role", "king"),
     ("keys", "rotate"), ("keys", "rotate", "ada", "--all"), ("token", "create", "ada", "--nope")],
)  # fmt: skip
def test_misuse_is_code_2(node: Node, words: tuple[str, ...]) -> None:
    said = node.run(*words)
    assert said.code == 2
    assert said.err


def test_tokens_are_shown_once(node: Node) -> None:
    """U-4."""
    token = node.run("token", "create", "ada", "--scopes", "read write", "--label", "test").out
    assert len(token.strip()) == 43
    [listed] = node.json("token", "list", "ada")
    assert (listed["scopes"], listed["label"]) == (["read", "write"], "test")
    assert token.strip() not in json.dumps(listed)
    assert node.run("token", "revoke", listed["token"]).code == 0
    assert node.json("token", "list", "ada") == []
    again = node.run("token", "create", "ada").out.strip()
    assert node.run("token", "revoke", again).code == 0


def test_keys_rotate(node: Node) -> None:
    """S-21."""
    rows = node.json("keys", "rotate", "ada")
    assert [row["key"].rpartition("#")[2] for row in rows] == ["main-key-2", "ed25519-key-2"]
    everybody = node.json("keys", "rotate", "--all", "--compromised")
    assert {row["handle"] for row in everybody} == {
        "@ada@here.test:8001",
        "@here.test@here.test:8001",
    }
    [first, _] = node.json("keys", "rotate", "--instance")
    assert first["key"] == "http://here.test:8001/actor#main-key-3"


# --- blocks --------------------------------------------------------------------------------------


def test_blocks_one_by_one(node: Node) -> None:
    assert node.run("block", "add", "Bad.Test", "--comment", "spam").code == 0
    assert node.run("block", "add", "loud.test", "--severity", "silence").code == 0
    shown = {row["host"]: row["severity"] for row in node.json("block", "list")}
    assert shown == {"bad.test": "suspend", "loud.test": "silence"}
    assert node.run("block", "remove", "bad.test").code == 0
    assert [row["host"] for row in node.json("block", "list")] == ["loud.test"]


def test_blocks_by_list(node: Node) -> None:
    node.run("block", "add", "bad.test")
    exported = node.run("block", "export").out
    source = node.folder / "list.csv"
    source.write_text(exported + "worse.test,silence,false,false,,false\nb*d.test,suspend\n")
    said = node.run("block", "import", str(source))
    assert said.code == 0
    assert "1 added, 1 known already, 1 left out." in said.err
    assert "Line 4" in said.err
    target = node.folder / "out.csv"
    assert node.run("block", "export", str(target)).code == 0
    assert "worse.test,silence" in target.read_text()


def test_a_list_comes_through_a_pipe(node: Node) -> None:
    words = ("block", "import", "-")
    assert spawn(node.folder, words, stdin="#domain\nbad.test\n").code == 0
    assert [row["host"] for row in node.json("block", "list")] == ["bad.test"]
    assert spawn(node.folder, words, stdin="bad.test\n").code == 1


# --- notes, follows, lanes: what needs the whole node --------------------------------------------


def test_a_note_is_written_read_and_followed_here(node: Node) -> None:
    node.json("person", "create", "ben")
    node.json("community", "create", "wood", "--by", "ada")
    note = node.json("note", "post", "ada", "Hello **you**", "--to", "@wood", "--title", "Oak")
    assert (note["kind"], note["title"]) == ("Article", "Oak")
    assert node.json("fetch", note["uri"])["content"] == note["content"]
    assert node.json("fetch", "@wood")["kind"] == "Group"
    assert node.json("follow", "ben", "@ada")["state"] == "accepted"
    assert node.json("person", "show", "ada")["followers"] == 1
    assert node.run("follow", "ben", "@ben").code == 1
    assert node.run("fetch", "http://here.test:8001/n/nothing").code == 1
    assert node.json("lanes") == []
    assert node.json("lanes", "--waiting") == []
    assert node.json("lanes", "--dead") == []


# --- settings and database -----------------------------------------------------------------------


def test_config_check_names_the_line(node: Node) -> None:
    """D-4."""
    assert node.run("config", "check").code == 0
    config = node.folder / "config.toml"
    config.write_text(config.read_text() + "\n[nonsense]\nkey = 1\n")
    said = node.run("config", "check")
    assert said.code == 3
    assert "line" in said.err
    assert node.run("person", "list").code == 3


def test_without_settings_or_database(
    tmp_path: Path, node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Node(folder=tmp_path / "none", capture=capsys).run("person", "list").code == 3
    for name in (node.folder / "data").iterdir():
        name.unlink()
    said = node.run("person", "list")
    assert said.code == 4
    assert "migrate" in said.err
    assert node.run("serve").code == 4
    assert node.run("migrate").code == 0
    assert node.json("person", "list") == []


def test_a_database_that_is_away(node: Node) -> None:
    away = {"PASSERELLE_STORAGE__URL": "postgresql://nobody@127.0.0.1:1/none"}
    for words in (("person", "list"), ("migrate",), ("serve",)):
        said = node.run(*words, environ=away)
        assert said.code == 4
        assert len(said.err.splitlines()) == 1


def test_migrate_says_where_the_database_is(node: Node) -> None:
    said = node.run("migrate")
    assert said.code == 0
    assert "already" in said.err


def test_version_and_help(node: Node) -> None:
    assert node.run("version").out.startswith("passerelle ")
    shown = node.run("--help").out
    assert all(command.name.split()[0] in shown for command in cli.COMMANDS)


def test_an_odd_name_never_steers_the_terminal() -> None:
    out = io.StringIO()
    terminal = Terminal(words=Words("en"), out=out, err=io.StringIO(), answers=io.StringIO())
    terminal.rows([{"name": "a\x1b[31mb\nc", "at": None}], as_json=False)
    assert out.getvalue() == "name       at\na?[31mb?c\n"
    terminal.rows([], as_json=True)
    assert out.getvalue().endswith("[]\n")


def test_an_empty_list_says_so_beside_the_results(node: Node) -> None:
    said = node.run("lanes")
    assert (said.out, said.err) == ("", "Nothing to show.\n")


def test_what_a_command_does_not_know_is_refused_beside_its_usage(node: Node) -> None:
    said = node.run("block", "add", "bad.test", "--reason", "spam", environ={"LANG": "fr"})
    assert said.code == 2
    assert said.err.startswith("usage : passerelle block add ")
    assert said.err.endswith("passerelle block add: arguments inconnus : --reason spam\n")
    assert node.json("block", "list") == []
    assert node.run("lanes", "--waiting", "--dead").code == 2


def test_help_is_french_throughout(node: Node) -> None:
    shown = node.run("lanes", "--help", environ={"LANG": "fr"}).out
    assert shown.startswith("usage : passerelle lanes")
    assert "montrer cette aide" in shown
    assert "show this" not in shown


def test_fetch_says_why_nothing_came(node: Node) -> None:
    said = node.run("fetch", "http://nowhere.test/note/1")
    assert said.code == 1
    assert said.err.startswith("passerelle: Nothing can be read at that address (")
