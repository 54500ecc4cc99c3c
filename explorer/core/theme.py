"""The colours of light and dark: for the style sheets of all pages, the map and the figures, each named by what it colours."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Theme = Literal["light", "dark"]

LIGHT: Mapping[str, str] = MappingProxyType({
    "ink": "#17262e", "muted": "#5a6a74", "line": "#ccd5da", "panel": "#ffffff", "ground": "#e9eef1", "button": "#f6f8f9",
    "accent": "#0b6e69", "on-accent": "#ffffff", "focus": "#d6006c", "bad": "#c0392b", "tint": "#dcebea",
    "axis": "#9aa7b0", "grid": "#dfe5e9", "absent": "#b9c3c9", "gap": "#e8a33d", "hatch-a": "#dfe5e9", "hatch-b": "#eef1f3",
    "chart-ink": "#17262e", "chart-muted": "#5a6a74", "chart-ground": "#ffffff",
    "well": "#10191f", "veil": "rgba(255, 255, 255, .84)",
    "map-sea": "#c9dae4", "map-land": "#dde1da", "map-border": "#7d8d95", "map-grid": "#5b7480", "map-text": "#4a5a64",
    "map-name": "#16252d", "map-water": "#23597c", "map-halo": "rgba(255, 255, 255, .88)",
    "date-there": "#0b6e69", "date-waiting": "#7c8b95", "date-missing": "#7c8b95", "date-broken": "#c0392b", "date-gap": "#b25e00",
    "date-change": "#8a2be2",
})  # fmt: skip
"""`axis` and `grid` are those of charts, which keep their `chart-` colours where the system sets its own (high contrast); `absent` and `gap` dates that are missing or gap-filled; `hatch-a` and `hatch-b` the
ground where there are no pixels; `well` what is around a picture; `map-name` and `map-water` names on the map, of land and of seas, and `map-halo` what lies around their letters; `date-` the marks of the timeline and the
calendar, each at 3:1 at least on `panel` (WCAG 2.2, 1.4.11)."""
DARK: Mapping[str, str] = MappingProxyType({
    **LIGHT,
    "ink": "#e3ebef", "muted": "#9db0ba", "line": "#3a4b55", "panel": "#1b272e", "ground": "#10191e", "button": "#24323a",
    "accent": "#2fa89f", "on-accent": "#06201e", "focus": "#ff6fb5", "bad": "#f07c6c", "tint": "#24433f",
    "axis": "#5b6d77", "grid": "#2d3c45", "absent": "#4d5d66", "hatch-a": "#22303a", "hatch-b": "#1b272e",
    "chart-ink": "#e3ebef", "chart-muted": "#9db0ba", "chart-ground": "#1b272e",
    "well": "#080e12", "veil": "rgba(16, 25, 30, .84)",
    "map-sea": "#14212a", "map-land": "#27343c", "map-border": "#6d808b", "map-grid": "#8fa5b1", "map-text": "#a9b8c0",
    "map-name": "#f1f6f8", "map-water": "#a6cde6", "map-halo": "rgba(8, 14, 18, .88)",
    "date-there": "#2fa89f", "date-waiting": "#8295a0", "date-missing": "#8295a0", "date-broken": "#f07c6c", "date-gap": "#f0b85a",
    "date-change": "#c9a2ff",
})  # fmt: skip
THEMES: Mapping[Theme, Mapping[str, str]] = MappingProxyType({"light": LIGHT, "dark": DARK})


def with_colours(css: str) -> str:
    """A style sheet with each `{{light}}` and `{{dark}}` in it as the custom properties of that theme.

    >>> with_colours(":root { {{dark}} }")[:23]
    ':root { --ink: #e3ebef;'
    """
    for name, colours in THEMES.items():
        if (place := f"{{{{{name}}}}}") in css:
            css = css.replace(place, " ".join(f"--{key}: {colour};" for key, colour in colours.items()))
    return css
