"""Many sample ids at once: which are valid, and whether files agree with the geometry that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from explorer.core import grid

# As `grid.parse`, canonical spelling included; UTM ends before X = 42 (1,000 km) and Y = 392 (84 degrees north).
_TILE = r"(\d|[1-3]\d|4[01])E-(\d|[1-9]\d|[12]\d\d|3[0-8]\d|39[01])N"
_CELL = r"(0[1-9]|[1-3]\d|40)"
VALID = rf"^(0[1-9]|[1-5]\d|60)N_{_TILE}_{_CELL}_{_CELL}$"
"""What an id in the layout of the corpus looks like, for RE2 and `re`."""


def valid_ids(ids: Sequence[Any] | pd.Index | pa.Array) -> np.ndarray:
    """Which texts are ids of real places in the northern hemisphere; bool `(n,)`."""
    array = ids if isinstance(ids, (pa.Array, pa.ChunkedArray)) else pa.array(ids, pa.string())
    matches = pc.match_substring_regex(array, VALID)
    return np.asarray(pc.fill_null(matches, False).to_numpy(zero_copy_only=False), dtype=bool)


_ONE = re.compile(VALID, re.ASCII)


def is_valid(sample_id: str) -> bool:
    """Whether a text is the id of a real place; as `valid_ids`, for one."""
    return _ONE.fullmatch(sample_id) is not None


_WITHIN = re.compile(VALID[1:-1], re.ASCII)


def find_id(text: str) -> str | None:
    """The first id that a longer text, such as the name of a STAC item, contains."""
    match = _WITHIN.search(text[:500])
    return match[0] if match else None


_ID_NAMES = ("sampleid", "id", "sample", "cellid", "locationid", "location", "name")


def id_column(columns: Mapping[str, pa.Array]) -> str | None:
    """The name of the column that holds sample ids, of columns as far as they were read; None where none can.

    `sample_id`, however it is spelt, wins where it holds an id; else the column with the most ids, for other programs
    write a column `id` of their own; else the one that is called as if it did.
    """
    names = sorted(columns, key=_rank)
    counts = {
        name: int(valid_ids(pc.utf8_trim_whitespace(columns[name].cast(pa.string()))).sum())
        for name in names
        if pa.types.is_string(columns[name].type) or pa.types.is_large_string(columns[name].type)
    }
    if names and _rank(names[0]) == 0 and counts.get(names[0]):
        return names[0]
    best = max(counts, key=lambda name: counts[name], default=None)
    if best is not None and counts[best]:
        return best
    return next((name for name in names if _rank(name) < 3), None)


def _rank(name: str) -> int:
    bare = "".join(c for c in name.lower() if c.isalnum())
    return _ID_NAMES.index(bare) if bare in _ID_NAMES else len(_ID_NAMES)


GEOMETRY_TOLERANCE_M = 30.0
"""How far a stated footprint may lie from the id's before it is reported: one 30 m pixel."""

_DEGREE_M = 111_320.0
_CHUNK = 50_000


def geometry_errors(ids: pd.Index, bounds: np.ndarray) -> np.ndarray:
    """How far bounds `(n, 4)` (degrees, EPSG:4326) lie from the footprints of valid ids, in metres `(n,)`.

    NaN where there are no bounds.
    """
    errors = np.full(len(ids), np.nan)
    for start in range(0, len(ids), _CHUNK):
        part = slice(start, start + _CHUNK)
        expected = shapely.bounds(grid.footprints(ids[part]))
        off = np.abs(bounds[part] - expected) * _DEGREE_M
        off[:, [0, 2]] *= np.cos(np.radians(expected[:, 1:2]))
        errors[part] = off.max(axis=1)
    return errors


def geometry_warning(what: str, ids: pd.Index, bounds: np.ndarray) -> str | None:
    """One sentence that names the samples whose stated footprint is not that of their id; None if none."""
    errors = geometry_errors(ids, bounds)
    far = np.flatnonzero(errors > GEOMETRY_TOLERANCE_M)
    if not far.size:
        return None
    worst = far[np.argsort(-errors[far])[:3]]
    named = ", ".join(f"{ids[i]} by {errors[i]:,.0f} m" for i in worst)
    return (
        f"{what}: {far.size:,} of {len(ids):,} footprints lie elsewhere than their id says ({named}); "
        "the place that the id names is used"
    )


def skipped(what: str, ids: Sequence[Any] | pd.Index) -> str:
    """One sentence on what was left out: how many and the first names."""
    first = ", ".join(repr(str(i)[:40]) for i in ids[:3])
    return f"{what}: {len(ids):,} are no valid sample ids and are left out (first: {first})"
