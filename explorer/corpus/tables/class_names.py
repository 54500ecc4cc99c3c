"""What a column, a property or a cell names: a class of CORINE, what CORINE leaves unclassified, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from explorer.core import corine

UNCLASSIFIED = 999
"""Stands among the codes of classes for what has none: 990 (land), 995 (water), 999 (no data)."""

_UNCLASSIFIED_CODES = {990, 995, 999}
_GRID_UNCLASSIFIED = {48, 49, 50, 128, 255}
"""Values of the official rasters that are no class: 48 no data, 49 and 50 unclassified land and water, 128 and 255 no data."""
_LEVELS = {1: frozenset(corine.codes(1)), 2: frozenset(corine.codes(2))}
_MOST = 23
"""Of 44 columns with bare numbers, this many are grid codes and nothing else."""

_CODE = re.compile(r"^(?:clc(?:_?20)?(?:_?18)?[ _.-]*)?([1-5]\d\d)(?:\.0)?$", re.IGNORECASE)
_CLC = re.compile(r"^clc(?:[ _.-]*(?:20)?18(?=[ _.-]))?[ _.-]*(\d{1,3})(?:\.0)?$", re.IGNORECASE)
_NUMBER = re.compile(
    r"^(?:(?:clc[ _.-]*)?(?:grid[ _.-]*code|grid|class|code|value)[ _.-]*)?(\d{1,3})(?:\.0)?$", re.I
)
_LIKE_A_CLASS = re.compile(r"^(?:clc[ _.-]*(?:(?:20)?18[ _.-]+)?\d{1,3}|\d{3})(?:\D{1,3}\d)?$", re.IGNORECASE)
_NONE = re.compile(
    r"^(?:clc[ _.-]*)?(?:unclassified(?: land surface| water bodies)?|no[ _-]?data|not[ _-]classified|no[ _-]class)$",
    re.IGNORECASE,
)


@cache
def positions() -> dict[int, int]:
    """Level-3 code -> column of `Fractions.matrix`."""
    return {code: i for i, code in enumerate(corine.codes(3))}


def class_code(name: object) -> int | None:
    """The level-3 code in `clc_211`, `CLC 211`, `211` or 211; None where there is none."""
    match = _CODE.match(str(name).strip())
    code = int(match[1]) if match else 0
    return code if code in positions() else None


def is_unclassified(name: str) -> bool:
    """Whether a name is that of what has no class: `clc_999`, `995`, `unclassified`, `nodata`."""
    text = name.strip()
    match = _CLC.match(text) or _NUMBER.match(text)
    return _NONE.match(text) is not None or (match is not None and int(match[1]) in _UNCLASSIFIED_CODES)


@cache
def _titles() -> dict[str, int]:
    return {c.title.lower(): c.code for c in corine.classes(3)}


@dataclass(slots=True)
class ClassNames:
    """Names that were understood, as given -> level-3 code or `UNCLASSIFIED`, and those that were not.

    `grid`: they are codes of CORINE's raster, 1 to 44. `strange` look like classes and are none. `why` says what kept
    them from being understood, where none was.
    """

    codes: dict[str, int] = field(default_factory=dict)
    grid: bool = False
    strange: list[str] = field(default_factory=list)
    why: str = ""

    @property
    def found(self) -> bool:
        """Whether there is a class among them."""
        return any(code != UNCLASSIFIED for code in self.codes.values())


def find_classes(
    names: Iterable[str],
    mappings: Mapping[str, int] | None = None,
    *,
    all_classes: bool = False,
    grid_codes: bool = False,
) -> ClassNames:
    """Which of these names are classes.

    Three-digit codes win, then names of `mappings` (lower case) and the official titles; where there is none of these,
    codes of CORINE's raster, 1 to 44, are taken, if all names are such codes and cannot be those of levels 1 or 2.
    `all_classes`: every name should be one (a column of classes), else they are names of columns of which some are.
    `grid_codes`: the column of classes says itself that it holds the raster's codes.
    """
    found = ClassNames()
    rest: list[str] = []
    for name in names:
        text = name.strip().lower()
        code = class_code(text) or (mappings or {}).get(text) or _titles().get(text)
        if code is None and is_unclassified(name):
            code = UNCLASSIFIED
        if code:
            found.codes[name] = code
        else:
            rest.append(name)
    if not found.found:
        _add_grid(found, rest, all_classes, grid_codes)
    found.strange += [
        n
        for n in rest
        if n not in found.codes and n.strip() and (all_classes or _LIKE_A_CLASS.match(n.strip()))
    ]
    return found


def _add_grid(found: ClassNames, names: list[str], all_classes: bool, certain: bool) -> None:
    """Take codes 1 to 44 of the raster for classes, where they can be nothing else."""
    by_prefix = {n: int(m[1]) for n in names if (m := _CLC.match(n.strip()))}
    numbers = {n: int(m[1]) for n in names if (m := _NUMBER.match(n.strip()))} | by_prefix
    if all_classes:
        if len(numbers) < sum(bool(n.strip()) for n in names):
            return
    elif by_prefix:
        numbers = by_prefix
    elif len({v for v in numbers.values() if 1 <= v <= 44}) >= _MOST:
        numbers = {n: v for n, v in numbers.items() if v <= 44 or v in _GRID_UNCLASSIFIED}
    else:
        return
    classes = {v for v in numbers.values() if 1 <= v <= 44}
    none = {v for v in numbers.values() if v in _GRID_UNCLASSIFIED or v == 0}
    if not classes or classes | none != set(numbers.values()):
        return
    shown = f"{', '.join(map(repr, list(numbers)[:4]))}{' ...' if len(numbers) > 4 else ''}"
    if 0 in none and 44 not in classes:
        found.why = f"{shown} could count the 44 classes from 0, or be grid codes with 0 for no data"
    elif not certain and (classes <= _LEVELS[1] or classes <= _LEVELS[2]):
        found.why = f"{shown} could be CORINE's grid codes (1 to 44) or codes of level {1 if classes <= _LEVELS[1] else 2}"
    elif not certain and not all_classes and len(classes) < 2:
        found.why = f"{shown} is not enough to tell CORINE's grid codes (1 to 44)"
    else:
        fine = corine.codes(3)
        found.grid = True
        found.codes |= {n: fine[v - 1] if v in classes else UNCLASSIFIED for n, v in numbers.items()}
        return
    found.why += (
        "; none is taken. Name them clc_111 ... clc_523, or say in resources/rapidai4eo_label_mappings.csv "
        "which code each one is"
    )
