"""Which licence allows what, against the table of the Creative Commons charts."""

from __future__ import annotations

import pytest

from notes.licences import fits, terms

CODES = ("by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd")
# Rows: the note's licence; columns: the licence of the adaptation, in the order of CODES.
ADAPTED = {
    "by": "111111",
    "by-sa": "010000",
    "by-nc": "001011",
    "by-nd": "000000",
    "by-nc-sa": "000010",
    "by-nc-nd": "000000",
}


def cc(code: str, version: str = "4.0") -> str:
    return f"https://creativecommons.org/licenses/{code}/{version}/"


@pytest.mark.parametrize("mine", CODES)
def test_adaptations_follow_the_chart(mine: str) -> None:
    found = "".join(str(int(fits(cc(mine), cc(to), use="adapted").fits)) for to in CODES)
    assert found == ADAPTED[mine]


@pytest.mark.parametrize("mine", CODES)
@pytest.mark.parametrize("theirs", CODES)
def test_a_whole_note_keeps_its_licence_unless_its_readers_are_misled(
    mine: str, theirs: str
) -> None:
    verdict = fits(cc(mine), cc(theirs))
    assert verdict.fits is ("nc" not in mine or "nc" in theirs)
    assert verdict.key == (
        "licence_same"
        if mine == theirs
        else "licence_kept"
        if verdict.fits
        else "licence_noncommercial"
    )


@pytest.mark.parametrize(
    ("note", "other", "use", "key", "good"),
    [
        (None, None, "whole", "licence_both_none", True),
        (None, cc("by-sa"), "whole", "licence_missing", False),
        (None, None, "adapted", "licence_missing", False),
        ("", cc("by"), "whole", "licence_missing", False),
        ("CC0-1.0", cc("by-nc-nd"), "adapted", "licence_free", True),
        (cc("by"), "CC0-1.0", "adapted", "licence_attribution", False),
        (cc("by-sa"), None, "adapted", "licence_share_alike", False),
        (cc("by-nc"), None, "whole", "licence_kept", True),
        (cc("by-nd"), cc("by"), "adapted", "licence_no_derivatives", False),
        (cc("by-sa", "3.0"), cc("by-sa", "4.0"), "adapted", "licence_compatible", True),
        (cc("by-sa", "4.0"), cc("by-sa", "3.0"), "adapted", "licence_share_alike", False),
        (cc("by-sa", "1.0"), cc("by-sa", "2.0"), "adapted", "licence_share_alike", False),
        (cc("by-sa"), "LAL-1.3", "adapted", "licence_compatible", True),
        ("LAL-1.3", cc("by-sa", "3.0"), "adapted", "licence_share_alike", False),
        ("etalab-2.0", cc("by-sa"), "adapted", "licence_compatible", True),
        ("https://example.org/mine", cc("by"), "whole", "licence_unknown", False),
        ("https://example.org/mine", "https://example.org/mine", "whole", "licence_same", True),
        (cc("by"), "https://example.org/mine", "adapted", "licence_target_unknown", False),
    ],
)
def test_cases(note: str | None, other: str | None, use: str, key: str, good: bool) -> None:
    verdict = fits(note, other, use=use)  # type: ignore[arg-type]
    assert (verdict.key, verdict.fits) == (key, good)
    assert verdict.sentence


@pytest.mark.parametrize(
    "spelling",
    [
        "https://creativecommons.org/licenses/by-sa/4.0/",
        "http://creativecommons.org/licenses/by-sa/4.0/deed.fr",
        "CC-BY-SA-4.0",
        "cc by-sa 4.0",
        "CC BY-SA",
    ],
)
def test_spellings_of_one_licence(spelling: str) -> None:
    found = terms(spelling)
    assert found is not None
    assert found.uri == cc("by-sa")


@pytest.mark.parametrize(
    "strange", ["cc by-xx", cc("by-sa", "9.9"), "x" * 10_000, "🤷", "sampling+"]
)
def test_strange_licences_are_unknown_never_an_error(strange: str) -> None:
    found = terms(strange)
    assert found is not None
    assert found.uri is None
    assert len(found.name) <= 500
