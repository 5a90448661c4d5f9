"""Differences between two texts: right, readable, and never slow."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.differences import MOST_TEXT, Run, compare, shortened

WORDS = st.lists(st.sampled_from(["le", "pré", " ", "  ", "\n", ",", "l’été", "é"]), max_size=40)
TEXTS = WORDS.map("".join)


def old_of(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs if run.kind != "added")


def new_of(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs if run.kind != "removed")


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_back(old: str, new: str) -> None:
    runs = compare(old, new)
    assert (old_of(runs), new_of(runs)) == (old, new)
    assert all(run.text for run in runs)
    assert all(a.kind != b.kind for a, b in pairwise(runs))


def test_a_changed_word_is_a_changed_word() -> None:
    runs = compare("Un été à la ferme.\nFin.\n", "Un hiver à la ferme.\nFin.\n")
    assert runs == (
        Run("same", "Un "),
        Run("removed", "été"),
        Run("added", "hiver"),
        Run("same", " à la ferme.\nFin.\n"),
    )


def test_a_rewritten_sentence_is_one_change() -> None:
    runs = compare("On voit deux choses.", "Nous distinguons trois points.")
    assert [run.kind for run in runs] == ["removed", "added", "same"]


def test_the_same_text_is_one_run() -> None:
    assert compare("a b", "a b") == (Run("same", "a b"),)
    assert compare("", "") == ()


def test_a_new_paragraph_leaves_its_neighbours_alone() -> None:
    runs = compare("Un.\n\nTrois.\n", "Un.\n\nDeux.\n\nTrois.\n")
    assert Run("added", "Deux.\n\n") in runs
    assert "removed" not in {run.kind for run in runs}


def test_long_unchanged_passages_can_be_left_out() -> None:
    runs = compare("x" * 900 + " un " + "y" * 900, "x" * 900 + " deux " + "y" * 900)
    short = shortened(runs, around=50)
    assert sum(len(run.text) for run in short) < 250
    assert [run for run in short if run.kind != "same"] == [
        Run("removed", "un"),
        Run("added", "deux"),
    ]
    assert shortened((Run("same", "z" * 900),), around=10) == (
        Run("same", "z" * 10),
        Run("same", "…"),
    )


def noise(seed: int) -> str:
    chance = random.Random(seed)
    return "\nsame\n".join(" ".join(chance.choices("ab", k=900)) for _ in range(300))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (noise(1), noise(2)),
        (" ".join("ab"[i % 2] for i in range(40_000)), " ".join(["a"] * 40_000)),
        (
            "\n".join(str(i % 7) for i in range(19_000)),
            "\n".join(str(i % 5) for i in range(19_000)),
        ),
        ("\n" * 30_000, "\n" * 1_000 + "x" + "\n" * 20_000),
        (" ".join(map(str, range(20_000))), " ".join(map(str, range(20_000, 0, -1)))),
        ("a" * (MOST_TEXT + 1), "b"),
    ],
)
def test_no_pair_of_texts_takes_long(old: str, new: str) -> None:
    started = time.process_time()
    runs = compare(old, new)
    assert time.process_time() - started < 1.5
    assert (old_of(runs), new_of(runs)) == (old, new)


def test_two_versions_of_20_000_words_are_compared_by_words() -> None:
    lines = [" ".join(f"mot{i}" for i in range(n, n + 100)) for n in range(200)]
    changed = [
        line.replace("mot150 ", "autre ") if n % 20 == 0 else line for n, line in enumerate(lines)
    ]
    started = time.process_time()
    runs = compare("\n".join(lines), "\n".join(changed))
    assert time.process_time() - started < 0.5
    assert {run.text.strip() for run in runs if run.kind == "removed"} == {"mot150"}
