"""The style sheet: small, and legible in both colour schemes (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pages

STYLE = (Path(pages.__file__).parent / "static" / "passerelle.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#\w+);", block))
    for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
)
TEXTS = [(ink, ground) for ground in ("ground", "card") for ink in ("ink", "quiet", "link")]
TEXTS += [("on-accent", "accent"), ("on-notice", "notice")]


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(two)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast(scheme: dict[str, str]) -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    for ink, ground in TEXTS:
        assert contrast(scheme[ink], scheme[ground]) >= 4.5, (ink, ground)
    assert contrast(scheme["accent"], scheme["ground"]) >= 3  # focus


def test_letters_on_coloured_pictures() -> None:
    tints = re.findall(r"\.tint-\d \{ background: (#\w+); \}", STYLE)
    assert len(tints) == 8
    assert min(contrast("#fff", tint) for tint in tints) >= 4.5


def test_size() -> None:
    assert len(STYLE.encode()) <= 10_240
    assert "url(" not in STYLE
    assert "@import" not in STYLE
