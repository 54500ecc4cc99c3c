"""What has to hold in every pack, of whichever format: ids, places, labels, splits that do not leak, whom to name, pixels beside the status of their dates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from explorer.core import corine, grid
from explorer.core.errors import InvalidSampleIdError
from explorer.core.products import Product
from explorer.training import splits
from explorer.training.labels import OPEN
from explorer.training.plan import PACKED

Progress = Callable[[int, int], None]
NAMED = ("license", "attribution", "references")
"""Attributes without which nobody may pass a pack on."""
TOLD = ("split", "lon", "lat", "epsg", "left", "bottom", "tile", "main_class", OPEN)
"""Columns that are held against the ids, the labels and each other."""
MAX_SAMPLES = 10_000_000
_SUM = 0.05
"""Labels are written with two digits: so far may the sum of many be from 1."""
_DEGREES, _METRES, _KM = 1e-5, 0.5, 0.01


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the file, array or sample it is in, and what it is."""

    where: str
    problem: str

    def __str__(self) -> str:
        """`label: 33N_...: fractions add up to 0.7`."""
        return f"{self.where}: {self.problem}"


@dataclass
class Held:
    """What a pack says of its samples: rows of `TOLD` by `sample_id`, labels `(n, 44)` float32, and what it says of itself."""

    about: Mapping[str, Any]
    table: pd.DataFrame
    label: np.ndarray
    original: np.ndarray | None = None


def products_of(about: Mapping[str, Any]) -> tuple[str, ...]:
    """The products that a pack says it holds, of those that a pack can hold."""
    named = about.get("products")
    return tuple(name for name in PACKED if isinstance(named, list) and name in named)


def some(names: list[str]) -> str:
    """A first name, and how many more there are."""
    return names[0] + (f" and {len(names) - 1:,} more" if len(names) > 1 else "")


def pixels(
    name: str, sample_id: str, product: Product, data: np.ndarray, status: np.ndarray, fill: int
) -> Iterator[Problem]:
    """What is wrong with one sample's cube `(time, band, y, x)` beside the status `(time,)` of its dates."""
    there = status == 1
    seen = (data != fill).reshape(len(data), -1).any(axis=1)
    if there.any() and not seen[there].any():
        yield Problem(name, f"{sample_id} has no pixels, and {int(there.sum())} dates that are there")
    if (late := seen & ~there).any():
        yield Problem(
            name, f"{sample_id} has pixels on {int(late.sum())} dates that are not there by their status"
        )


def not_of(product: Product, days: Sequence[object]) -> str:
    """What is wrong with days that are to be of a product's calendar; empty where nothing is."""
    strange = [str(day) for day in days if day not in product.dates]
    return f"not dates of {product.id}: {some(strange)[:80]}" if strange else ""


def expected_shape(product: Product, dates: int) -> tuple[int, int, int, int]:
    """Of one sample's cube."""
    return dates, len(product.bands), product.size, product.size


def said(about: Mapping[str, Any]) -> Iterator[Problem]:
    """What lacks in what a pack says of itself."""
    if about.get("complete") is not True:
        yield Problem("attributes", "it is not complete; give the same `explorer pack` again")
    lacks = [name for name in NAMED if not isinstance(about.get(name), str) or not about[name].strip()]
    if lacks:
        yield Problem("attributes", f"no {', '.join(lacks)}: whom to name, and on which terms, is not said")
    if not products_of(about) or len(products_of(about)) != len(about["products"]):
        yield Problem(
            "attributes", f"products are not {' or '.join(PACKED)}: {str(about.get('products'))[:60]}"
        )


def ids_of(ids: pd.Index) -> Iterator[Problem]:
    """Which ids are none, or there twice."""
    if not len(ids):
        yield Problem("sample_id", "there are no samples")
        return
    try:
        grid.parse_many(ids)
    except InvalidSampleIdError as error:
        yield Problem("sample_id", str(error)[:200])
    if ids.has_duplicates:
        yield Problem("sample_id", f"{some(ids[ids.duplicated()].unique().tolist())} is there twice")


def _places(table: pd.DataFrame) -> Iterator[Problem]:
    """Whether places are those of the ids."""
    at = splits.places(table.index)
    zone = at["zone"].to_numpy()
    for name, expected, most in (
        ("lon", at["lon"], _DEGREES), ("lat", at["lat"], _DEGREES), ("left", at["left"], _METRES), ("bottom", at["bottom"], _METRES),
        ("epsg", 32600 + zone, 0),
    ):  # fmt: skip
        given = pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64)
        far = ~(np.abs(given - np.asarray(expected, np.float64)) <= most)
        if far.any():
            yield Problem(name, f"not the place that the id names: {some(table.index[far].tolist())}")
    tile = pd.Series(table.index, index=table.index).str.rsplit("_", n=2).str[0]
    wrong = (tile != table["tile"].astype(str)).to_numpy(bool)
    if wrong.any():
        yield Problem("tile", f"not the tile that the id names: {some(table.index[wrong].tolist())}")


def _labels(held: Held) -> Iterator[Problem]:
    label, ids = held.label, held.table.index
    open_part = pd.to_numeric(held.table[OPEN], errors="coerce").to_numpy(np.float64)
    parts = [("label", label, open_part)]
    if held.original is not None:
        parts.append(("label_original", held.original, np.zeros(len(ids))))
    for name, values, rest in parts:
        bad = np.asarray(~((values >= 0) & (values <= 1 + 1e-6)).all(axis=1))
        if bad.any():
            yield Problem(name, f"fractions are not 0 to 1: {some(ids[bad].tolist())}")
            continue
        total = values.sum(axis=1, dtype=np.float64) + rest
        off = np.asarray(~((np.abs(total - 1) <= _SUM) | (total == 0)))
        if off.any():
            first = total[off][0]
            yield Problem(
                name, f"fractions do not add up to 1 (but to {first:.3g}): {some(ids[off].tolist())}"
            )
    largest = np.take_along_axis(label, _column(held.table["main_class"])[:, None], axis=1)[:, 0]
    labelled = label.max(axis=1) > 0
    known = held.table["main_class"].isin(corine.codes(3)).to_numpy()
    wrong = np.asarray(np.where(known, largest < label.max(axis=1) - 1e-5, labelled), bool)
    if wrong.any():
        yield Problem("main_class", f"not the class of the largest fraction: {some(ids[wrong].tolist())}")


def _column(codes: pd.Series) -> np.ndarray:
    place = {code: number for number, code in enumerate(corine.codes(3))}
    return codes.map(place).fillna(0).to_numpy(np.int64)


def of_samples(held: Held) -> Iterator[Problem]:
    """What is wrong with places, labels and splits, where all ids are such."""
    yield from _places(held.table)
    yield from _labels(held)
    yield from _splits(held)


def measured(held: Held) -> splits.Check:
    """What the split is measured to be."""
    return splits.check(splits.places(held.table.index), held.table["split"].to_numpy(str), sparse.csr_matrix(np.nan_to_num(held.label)))  # fmt: skip


def _splits(held: Held) -> Iterator[Problem]:
    about = held.about
    strange = ~np.isin(held.table["split"].to_numpy(str), (*splits.SPLITS, splits.GAP))
    if strange.any():
        yield Problem("split", f"not train, val, test or gap: {some(held.table.index[strange].tolist())}")
    found = measured(held)
    given = about.get("split")
    gap = given.get("gap_km") if isinstance(given, Mapping) else None
    if not isinstance(gap, int | float) or not math.isfinite(gap):
        yield Problem("attributes", "split: how far splits are to be apart is not said (gap_km)")
        gap = 0.0
    if found.distance_km < gap - _KM:
        yield Problem("split", f"a leak: samples of different splits are {found.distance_km:.2f} km apart, and are to be {gap:g} km")  # fmt: skip
    if found.shared_tiles:
        yield Problem("split", f"a leak: {found.shared_tiles:,} tiles have samples of more than one split")
    for name, value in found.attributes().items():
        if name != "split_class_deviation" and not _same(about.get(name), value):
            yield Problem(
                "attributes", f"{name} is {str(about.get(name))[:60]}, and is measured to be {value}"
            )


def _same(said: Any, measured: Any) -> bool:
    if isinstance(said, int | float) and isinstance(measured, float):
        return abs(said - measured) <= _KM
    return bool(said == measured)
