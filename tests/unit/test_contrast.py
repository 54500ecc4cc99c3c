"""The timeline on either ground: every mark at 3:1, its text at 4.5:1, by WCAG's own formula and of the colours that are used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explorer.core.theme import THEMES, Theme
from explorer.views.common.components import source

SCRIPTS = Path(__file__).parents[2] / "explorer"
TEXT = {"muted"}
"""Colours that the timelines write with."""


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def used(script: str) -> set[str]:
    """The custom properties that a timeline's script draws with."""
    text = (SCRIPTS / script).read_text(encoding="utf-8")
    return set(re.findall(r'"--([a-z-]+)"', text)) | set(re.findall(r"var\(--([a-z-]+)\)", text))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("script", ["views/animation/timeline.js", "export/page_timeline.js"])
def test_every_mark_of_a_timeline_can_be_seen_on_its_ground(script: str, theme: Theme) -> None:
    colours, names = THEMES[theme], used(script)
    assert {"date-there", "date-missing", "date-gap"} <= names
    for name in sorted(names):
        least = 4.5 if name in TEXT else 3.0
        assert contrast(colours[name], colours["panel"]) >= least, f"{name} on {theme}"


@pytest.mark.parametrize("theme", THEMES)
def test_the_marks_of_the_calendar_and_its_words_can_be_seen(theme: Theme) -> None:
    colours = THEMES[theme]
    rules = re.findall(
        r"^\.(?:calendar|tip|date-said)[^{]*\{([^}]*)\}", source("animation.css"), re.MULTILINE
    )
    marks = {name for rule in rules for name in re.findall(r"var\(--(date-[a-z]+)\)", rule)}
    assert marks == {"date-there", "date-gap", "date-missing", "date-waiting"}
    for name in marks:
        assert contrast(colours[name], colours["panel"]) >= 3, f"{name} on {theme}"
    for name in ("ink", "muted"):
        assert contrast(colours[name], colours["panel"]) >= 4.5, f"{name} on {theme}"


def test_no_mark_of_the_timeline_is_paler_than_its_colour() -> None:
    assert "globalAlpha" not in (SCRIPTS / "views/animation/timeline.js").read_text(encoding="utf-8")
