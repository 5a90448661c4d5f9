"""The house keeps its shape: every room says what it is for, has a fair name and a fair size."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_NAMES = {
    "utils", "util", "helpers", "helper", "common", "misc", "core", "lib", "base", "manager",
    "service", "types",
}  # fmt: skip
# Migrations are history, written table after table by a tool and never worked on again.
HISTORY = ROOT / "storage" / "migrations" / "versions"
MOST_FILE_LINES = 400
MOST_FUNCTION_LINES = 60


def sources() -> list[Path]:
    """Every Python file of the project, tests and bench included, past migrations not."""
    folders = sorted({init.parent for init in ROOT.glob("*/__init__.py")})
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    return [file for file in files if not file.is_relative_to(HISTORY)]


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Each function's name and length in lines."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_the_house_is_found() -> None:
    names = {file.relative_to(ROOT).parts[0] for file in sources()}
    assert {"storage", "actors", "federation", "server", "tests"} <= names


def test_every_module_says_what_it_is_for() -> None:
    """A docstring that begins with a whole sentence; folders of tests need none."""
    silent = []
    for file in sources():
        if file.name == "__init__.py" and "tests" in file.parts:
            continue
        said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        first = said.partition("\n\n")[0].strip()
        if not first.endswith((".", "?", "!")):
            silent.append(str(file.relative_to(ROOT)))
    assert silent == []


def test_no_room_is_an_attic() -> None:
    attics = [
        str(file.relative_to(ROOT))
        for file in sources()
        if NOT_NAMES & {file.stem, *file.relative_to(ROOT).parts[:-1]}
    ]
    assert attics == []


def test_files_stop_at_400_lines() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in sources()
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_FILE_LINES} == {}


def test_functions_stop_at_60_lines() -> None:
    long = {
        f"{file.relative_to(ROOT)}: {name}": lines
        for file in sources()
        for name, lines in functions(file)
        if lines > MOST_FUNCTION_LINES
    }
    assert long == {}
