"""The documents: links lead somewhere, every word of the Makefile and every verb is told."""

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from federation import vocabulary

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors that headings of a page get from the usual renderers."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_there_are_pages() -> None:
    names = {page.name for page in PAGES}
    assert {"README.md", "FEDERATION.md", "architecture.md", "operating.md"} <= names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name} links to {link}"
        if anchor:
            assert anchor in anchors(target), f"{page.name} links to {link}"


def test_every_make_word_is_told() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for word in phony[1].split():
        assert f"`make {word}`" in told, word
        assert re.search(rf"^{word}:.* ## \S", makefile, re.MULTILINE), f"{word} has no help"


def test_the_readmes_two_commands_come_first() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```sh\n(.*?)```", readme, re.DOTALL)
    assert block
    assert re.findall(r"^make \w+", block[1], re.MULTILINE) == ["make demo", "make test"]


def test_every_activity_is_told() -> None:
    told = (ROOT / "FEDERATION.md").read_text(encoding="utf-8")
    verbs = {verb.__name__ for verb in get_args(vocabulary.Activity)} - {"Unknown"}
    assert len(verbs) > 15
    assert {verb for verb in verbs if f"`{verb}`" not in told} == set()


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(page.name for page in folder.glob("0*.md"))
    assert [page for page in pages if f"({page})" not in listed] == []
    assert [int(page[:4]) for page in pages] == list(range(1, len(pages) + 1))


def test_the_makefile_and_the_contracts_know_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    built = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    apart = {"tests", "bench"}
    there = {init.parent.name for init in ROOT.glob("*/__init__.py")} - apart
    assert built == there
    assert set(project["tool"]["importlinter"]["root_packages"]) == there
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    packages = re.search(r"^PACKAGES := (.+)$", makefile, re.MULTILINE)
    assert packages
    assert set(packages[1].split()) == there


def test_parsing_and_rendering_stand_under_a_purity_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pure = {
        module
        for contract in project["tool"]["importlinter"]["contracts"]
        if {"asyncio", "aiohttp", "sqlalchemy"} <= set(contract.get("forbidden_modules", ()))
        for module in contract["source_modules"]
    }
    bound = {"federation.parsing", "federation.rendering"}  # a package binds all its modules
    assert all((ROOT / name.replace(".", "/")).is_dir() for name in bound)
    assert bound - pure == set()


def test_the_floor_plan_of_federation_is_the_contracts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one.get("containers") == ["federation"])
    rooms = [name.strip() for layer in layers for name in re.split(r"[|:]", layer)]
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    plan = plan.partition("## Inside federation")[2].partition("## ")[0]
    places = [re.search(rf"^    .*\b{name}\b", plan, re.MULTILINE) for name in rooms]
    assert all(places), [name for name, place in zip(rooms, places, strict=True) if not place]
