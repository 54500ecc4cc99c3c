"""CORINE Land Cover: 44 classes on three levels, with the official names and colours.

Read from `assets/clc_legend.csv` (facts of the European Environment Agency).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np

from explorer.core.assets import asset
from explorer.core.errors import UnknownClassError

NO_LABEL = 0
"""The class code of a sample that has no label."""
NO_LABEL_TITLE = "No label"
NO_LABEL_RGB = (130, 140, 150)


@dataclass(frozen=True, slots=True)
class LandCover:
    """One class: `code` has as many digits as its level; `rgb` is the official colour, 0 to 255."""

    code: int
    title: str
    rgb: tuple[int, int, int]
    level: int

    @property
    def hex(self) -> str:
        """The colour as `#rrggbb`."""
        return "#{:02x}{:02x}{:02x}".format(*self.rgb)


@cache
def classes(level: int = 3) -> tuple[LandCover, ...]:
    """The classes of one level (1: 5, 2: 15, 3: 44), in the order of their codes.

    The nomenclature gives colours to level 3 only; a level above takes that of its best-known class.
    """
    if level not in (1, 2, 3):
        raise UnknownClassError(f"level {level}")
    with asset("clc_legend.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if level == 3:
        return tuple(
            LandCover(int(r["code"]), r["label"], (int(r["r"]), int(r["g"]), int(r["b"])), 3) for r in rows
        )
    colours = {c.code: c.rgb for c in classes(3)}
    found: dict[int, LandCover] = {}
    for row in rows:
        code = int(row[f"level{level}"])
        if code not in found:
            rgb = colours[_REPRESENTATIVE.get(code, int(row["code"]))]
            found[code] = LandCover(code, row[f"level{level}_label"], rgb, level)
    return tuple(found.values())


# Which level-3 class lends its colour to a level above, where the first one would mislead.
_REPRESENTATIVE = {
    1: 112, 2: 211, 3: 312, 4: 411, 5: 512,
    11: 112, 12: 121, 13: 131, 14: 141, 21: 211, 22: 221, 23: 231, 24: 243,
    31: 312, 32: 322, 33: 332, 41: 411, 42: 421, 51: 512, 52: 521,
}  # fmt: skip


@cache
def codes(level: int = 3) -> tuple[int, ...]:
    """The codes of one level, ascending."""
    return tuple(c.code for c in classes(level))


@cache
def _by_code() -> dict[int, LandCover]:
    return {c.code: c for level in (1, 2, 3) for c in classes(level)}


def land_cover(code: int) -> LandCover:
    """The class of a code of any level, or "No label" for 0; raises `UnknownClassError`.

    >>> land_cover(211).title
    'Non-irrigated arable land'
    """
    if code == NO_LABEL:
        return LandCover(NO_LABEL, NO_LABEL_TITLE, NO_LABEL_RGB, 3)
    try:
        return _by_code()[int(code)]
    except (KeyError, ValueError, TypeError):
        raise UnknownClassError(code) from None


def parent(code: int, level: int) -> int:
    """The code above `code` on `level` (1 to 3); 0 stays 0.

    >>> parent(211, level=1)
    2
    """
    return code // 10 ** (3 - level) if code else NO_LABEL


def column(code: int) -> str:
    """The name of a class's column in the corpus's label files: `clc_211`."""
    return f"clc_{code}"


COLUMNS = tuple(column(code) for code in codes(3))


@cache
def colour_table(level: int = 3) -> np.ndarray:
    """Colours by position: row 0 is "no label", row i the i-th code. uint8 `(classes + 1, 3)`."""
    table = np.array([NO_LABEL_RGB, *(c.rgb for c in classes(level))], dtype=np.uint8)
    table.setflags(write=False)
    return table


def positions(clc: np.ndarray, level: int = 3) -> np.ndarray:
    """Rows of `colour_table(level)` for codes of that level `(n,)`; unknown codes count as no label. uint8."""
    lookup = np.zeros(1000, dtype=np.uint8)
    lookup[list(codes(level))] = np.arange(1, len(codes(level)) + 1)
    return lookup[np.clip(np.asarray(clc, dtype=np.int64), 0, 999)]
