"""Colours of curves: told apart by people with and without red-green colour blindness, and from the ground."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis import colours

# Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113, severity 1.0, on linear RGB.
VISION = {
    "usual": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
WHITE = (0.95047, 1.0, 1.08883)


def lab(names: list[str], vision: str) -> np.ndarray:
    """CIELAB (D65) of colours `#rrggbb` as somebody sees them, float64 `(n, 3)`."""
    share = np.array([[int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)] for name in names])
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ VISION[vision].T, 0, 1) @ XYZ.T / WHITE
    f = np.where(seen > 216 / 24389, np.cbrt(seen), (24389 / 27 * seen + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=-1)


def apart(names: list[str], vision: str) -> float:
    """The least CIELAB distance of two of the colours."""
    places = lab(names, vision)
    far = np.linalg.norm(places[:, None] - places[None], axis=-1)
    return float(far[~np.eye(len(names), dtype=bool)].min())


def test_the_simulation_is_the_published_one() -> None:
    assert lab(["#ffffff", "#ff0000"], "usual")[1] == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    red, green = lab(["#ff0000", "#00ff00"], "deuteranopia")
    assert (
        np.linalg.norm(red - green) < 60 < np.linalg.norm(np.subtract(*lab(["#ff0000", "#00ff00"], "usual")))
    )


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bands_are_told_apart_by_everybody(vision: str, theme: str) -> None:
    """A difference of 2.3 is just seen side by side; thin lines apart from each other need ten times that."""
    inks = list((colours.BANDS if theme == "light" else colours.DARK_BANDS).values())
    assert apart(inks[:4], vision) >= 30  # Planet Fusion's, which a fresh page shows
    assert apart(inks, vision) >= 20
    assert min(colours.contrast(ink, colours.GROUNDS[theme]) for ink in inks) >= 3


@pytest.mark.parametrize("vision", VISION)
def test_pins_are_told_apart_by_everybody(vision: str) -> None:
    assert apart(list(colours.PINS), vision) >= 30
    for ground in colours.GROUNDS.values():
        assert (
            min(colours.contrast(ink, ground) for ink in colours.PINS) >= 1.9
        )  # a number stands beside each


def test_bands_look_like_what_they_are_called() -> None:
    for inks in (colours.BANDS, colours.DARK_BANDS):
        for name, channel in (("red", 0), ("green", 1), ("blue", 2)):
            rgb = [int(inks[name][i : i + 2], 16) for i in (1, 3, 5)]
            assert rgb.index(max(rgb)) == channel
