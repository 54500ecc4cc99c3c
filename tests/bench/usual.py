"""Ratios that each run of the benches must keep, the short form too: a step back of half is a fault, whatever the machine.

Times drift with the machine by two or more; ratios to a plain way in the same run do not. Their history is in assets/docs/measurements.md.
"""

from __future__ import annotations

STEP_BACK = 2.0
"""How far from the usual a ratio may be."""
LOW = {
    "another composite or stretch -> this frame: median / baseline": 0.55,
    "scrub: pointer -> picture, median / baseline": 0.0625,
    "play: to the browser / baseline": 0.0005,
    "redraw, Europe of 50,000 / by(count) + shade, Europe": 0.06,
    "redraw, Europe of 500,000 / by(count) + shade, Europe": 0.06,
    "cube from disk / xarray.concat": 0.22,
    "cube over HTTP / one by one": 0.6,
}
"""Ours is that much less than the plain way's."""
HIGH = {"play at 25 a second: different frames / baseline": 4.5}
"""Ours is that much more."""


def stepped_back(what: str, ratio: float) -> str:
    """What is wrong with a ratio, empty where nothing is."""
    if what in LOW and ratio > STEP_BACK * LOW[what]:
        return f"{what}: {ratio:.3g}, usually {LOW[what]:g}"
    if what in HIGH and ratio < HIGH[what] / STEP_BACK:
        return f"{what}: {ratio:.3g}, usually {HIGH[what]:g}"
    return ""
