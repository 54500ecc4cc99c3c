"""What metadata beside a chip says of its numbers, and how an index keeps that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.core.products import PRODUCTS

MAX_BANDS = 64


@dataclass(frozen=True, slots=True)
class Stated:
    """What metadata beside a chip (a STAC asset, item or collection) says of its numbers.

    Each is a tuple with one entry a band, one entry for all bands, or empty where nothing is said. Reflectance is
    stored number x scale + offset; `bands` are the names in the order of the file.
    """

    scales: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    nodata: tuple[float, ...] = ()
    bands: tuple[str, ...] = ()


def number(value: Any) -> float | None:
    """A number of JSON, also where it is text, as `nan` and `inf` must be; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return math.nan if math.isnan(found) else found  # the one NaN, which is equal to itself in tuples


def to_json(all_stated: Mapping[str, Stated]) -> dict[str, Any]:
    """What is stated for whole products, as JSON; `from_json` reads it."""
    return {
        key: {
            "scales": list(one.scales),
            "offsets": list(one.offsets),
            "nodata": [v if math.isfinite(v) else str(v) for v in one.nodata],
            "bands": list(one.bands),
        }
        for key, one in all_stated.items()
        if key in PRODUCTS
    }


def from_json(value: Any) -> dict[str, Stated]:
    """What `to_json` wrote; what has not its form is left out."""
    found: dict[str, Stated] = {}
    for key in PRODUCTS:
        one = value.get(key) if isinstance(value, dict) else None
        if not isinstance(one, dict):
            continue
        lists = [one.get(name) for name in ("scales", "offsets", "nodata", "bands")]
        if not all(isinstance(part, list) and len(part) <= MAX_BANDS for part in lists):
            continue
        scales, offsets, nodata = (
            tuple(v for x in part or () if (v := number(x)) is not None) for part in lists[:3]
        )
        bands = tuple(str(name)[:200] for name in lists[3] or ())
        if all(map(math.isfinite, (*scales, *offsets))) and 0 not in scales:
            found[key] = Stated(scales, offsets, nodata, bands)
    return found
