"""A pack as a Zarr store, read for `checking`: its root as a table, its cubes a sample at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from explorer.core import corine
from explorer.core.errors import CorpusFormatError
from explorer.core.optional import needed
from explorer.core.products import PRODUCTS, REFLECTANCE_SCALE, Product
from explorer.corpus.imagery import stack
from explorer.training import check_rules
from explorer.training.check_rules import Held, Problem, Progress
from explorer.training.zarr_store import CUBE, STATUS

_MAX_CHUNK = 2_000_000_000
_FAILS = (
    ValueError,
    RuntimeError,
    OSError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    MemoryError,
)
"""What Zarr and its codecs raise of what is damaged."""


def read(folder: Path, imagery: bool, tell: Progress) -> tuple[Held, list[Problem]]:
    """What the root says, and what is wrong with root and cubes. Raises `CorpusFormatError`."""
    with needed("data", "checking a pack"):
        import zarr

    try:
        root = zarr.open_group(folder, mode="r", use_consolidated=False)
        about: dict[str, Any] = dict(root.attrs)
        ids = [str(one) for one in _array(root, "sample_id", None)]
    except _FAILS as error:
        raise CorpusFormatError(str(folder), f"it is no pack that can be read ({_short(error)})") from error
    problems: list[Problem] = []
    held = _root(root, about, ids, problems)
    products = check_rules.products_of(about)
    for number, name in enumerate(products):
        at = number * len(ids)
        problems += _cubes(
            folder,
            root,
            PRODUCTS[name],
            ids,
            imagery,
            lambda done, at=at: tell(at + done, len(products) * len(ids)),
        )
    return held, problems


def _root(root: Any, about: dict[str, Any], ids: list[str], problems: list[Problem]) -> Held:
    """The root's arrays as a table; one that cannot be read has no values."""
    count = len(corine.codes(3))
    columns: dict[str, Any] = {}

    def column(name: str, shape: tuple[int, ...], instead: Any) -> Any:
        try:
            return _array(root, name, shape)
        except _FAILS as error:
            problems.append(Problem(name, f"it cannot be read ({_short(error)})"))
            return instead

    for name in check_rules.TOLD:
        columns[name] = column(name, (len(ids),), np.full(len(ids), np.nan))
    nothing = np.zeros((len(ids), count), np.float32)
    codes = column("class", (count,), None)
    if codes is not None and list(codes) != list(corine.codes(3)):
        problems.append(Problem("class", "it is not the 44 classes of CORINE's level 3, in their order"))
    label, original = (column(name, nothing.shape, nothing) for name in ("label", "label_original"))
    return Held(about, pd.DataFrame(columns, index=pd.Index(ids, name="sample_id")), label, original)


def _array(group: Any, name: str, shape: tuple[int, ...] | None) -> np.ndarray:
    """An array of the shape that it should have, looked at before any of it is read. Raises `_FAILS`."""
    import zarr

    array = group.get(name)
    if not isinstance(array, zarr.Array):
        raise KeyError("it is not there")
    if shape is None and (array.ndim != 1 or array.shape[0] > check_rules.MAX_SAMPLES):
        raise ValueError(f"its shape is {array.shape}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"its shape is {array.shape}, not {shape}")
    _check_chunks(array)
    return np.asarray(array[:])


def _check_chunks(array: Any) -> None:
    size = int(np.prod(array.shards or array.chunks, dtype=np.float64)) * max(array.dtype.itemsize, 1)
    if size > _MAX_CHUNK:
        raise ValueError(f"its chunks of {size / 1e9:.1f} GB are too large to read")


def _cubes(
    folder: Path, root: Any, product: Product, ids: list[str], imagery: bool, tell: Any
) -> list[Problem]:
    """What is wrong with the cubes of one product."""
    where = f"{product.id}/{CUBE}"
    try:
        group = root[product.id]
        own = [str(one) for one in _array(group, "sample_id", (len(ids),))]
        bands = [str(one) for one in _array(group, "band", (len(product.bands),))]
        cube = group[CUBE]
        status = _array(group, STATUS, (len(ids), cube.shape[1]))
        times = _array(group, "time", (cube.shape[1],))
        days = _days(times, dict(group["time"].attrs))
        _check_chunks(cube)
        if status.dtype != np.uint8 or times.dtype.kind not in "iuf":
            raise TypeError(f"{STATUS} and time are {status.dtype} and {times.dtype}")
    except _FAILS as error:
        return [Problem(product.id, f"it cannot be read ({_short(error)})")]
    problems = list(_about(where, product, cube, ids))
    if own != ids:
        problems.append(
            Problem(f"{product.id}/sample_id", "its samples are not those of the root, in their order")
        )
    if bands != list(product.band_names):
        problems.append(Problem(f"{product.id}/band", f"bands are not {', '.join(product.band_names)}"))
    if len(times) > 1 and not (np.diff(times.astype(np.float64)) > 0).all():
        problems.append(Problem(f"{product.id}/time", "dates do not ascend"))
    elif strange := check_rules.not_of(product, days):
        problems.append(Problem(f"{product.id}/time", strange))
    if status.max(initial=0) > 4:
        problems.append(Problem(f"{product.id}/{STATUS}", "a status is 0 to 4"))
    if imagery and not problems:
        problems += _pixels(folder, where, product, cube, ids, status, tell)
    return problems


def _days(times: np.ndarray, about: dict[str, Any]) -> list[dt.date]:
    """Numbers as days, by their CF units. Raises `_FAILS`."""
    units = {name: about[name] for name in ("units", "calendar") if name in about}
    decoded = xr.decode_cf(xr.Dataset({"time": ("time", times, units)}))["time"].to_numpy()
    if decoded.dtype.kind != "M":
        raise ValueError(f"time is no time of a calendar ({str(about.get('units'))[:60]})")
    return [one.astype("datetime64[D]").astype(dt.date) for one in decoded]


def _about(where: str, product: Product, cube: Any, ids: list[str]) -> Iterator[Problem]:
    shape = (len(ids), *check_rules.expected_shape(product, cube.shape[1]))
    if cube.shape != shape or cube.dtype != stack.stored_dtype(product):
        yield Problem(where, f"it is {cube.dtype} {cube.shape}, not {stack.stored_dtype(product)} {shape}")
    fill = stack.nodata_of(product)
    if cube.attrs.get("_FillValue") != fill or cube.fill_value != fill:
        yield Problem(where, f"what was not measured is to be {fill} (_FillValue and fill_value)")
    if cube.attrs.get("scale_factor") != REFLECTANCE_SCALE:
        yield Problem(where, f"scale_factor is to be {REFLECTANCE_SCALE}")


def _pixels(
    folder: Path, where: str, product: Product, cube: Any, ids: list[str], status: np.ndarray, tell: Any
) -> Iterator[Problem]:
    """Every chunk, decoded with its checksum, beside the status of its dates; of a shard that fails, one problem."""
    size, fill = (cube.shards or cube.chunks)[0], stack.nodata_of(product)
    for first in range(0, len(ids), size):
        shard = f"{where}/{cube.metadata.encode_chunk_key((first // size, *[0] * (cube.ndim - 1)))}"
        last = min(first + size, len(ids))
        if not (folder / shard).is_file():
            if (status[first:last] == 1).any():
                yield Problem(shard, f"it is not there, and {last - first:,} samples should be in it")
            tell(last)
            continue
        for row in range(first, last):
            try:
                data = cube[row]
            except _FAILS as error:
                yield Problem(shard, f"it is damaged ({_short(error)})")
                break
            yield from check_rules.pixels(shard, ids[row], product, data, status[row], fill)
            tell(row + 1)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
