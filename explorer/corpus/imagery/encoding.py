"""How a chip's numbers are written: which are missing, and what reflectance a stored number means.

Whatever a file holds becomes the product's own encoding here, once, so that everything above knows one: DN =
reflectance x 10000, as int16 (Planet Fusion) or uint16 (Sentinel-2; int16 where it has negative values), with one
number that means "not measured". What had to be changed is told in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.core.errors import ChipError
from explorer.core.products import REFLECTANCE_SCALE, Product
from explorer.corpus.findings import AsWritten

PF_MISSING = -32768
"""What stands for "not measured" in a Planet Fusion cube, whose files have no number for it."""
UNTAGGED = (-9999, -32768)
"""Numbers that nobody measures and that many writers fill holes with, without a tag that says so."""
_UNTAGGED_UNSIGNED = 65535
_FLOAT_FILL = -1e30
"""Below this no float is a measurement: the lowest float32, which GDAL and ESRI fill with."""
_MOST_REFLECTANCE = 4.0
"""Above it (99th percentile) no surface reflects: the scale cannot be right."""
_LEAST_DN = 150
"""A chip whose bright pixels (99th percentile, all bands) reflect less than 1.5 % is none: its numbers are something else,
as percent."""
_REFLECTANCE_OR_DN = 3.0
"""A float chip whose 90th percentile is below this holds reflectance, else DN: DN of 3 would be black as nothing is."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How the numbers of a file's bands (in its own order) are to be read; tuples with one entry a band.

    `nodata` are numbers that mean "not measured" (None: the file has none), `scales` and `offsets` lead to
    reflectance (1 and 0: nothing is said), `source` says whose word that is, `masked` is the file's own mask, bool
    `(y, x)`, True where nothing was measured.
    """

    nodata: tuple[tuple[float, ...] | None, ...]
    scales: tuple[float, ...]
    offsets: tuple[float, ...]
    source: str = "the file"
    masked: np.ndarray | None = None


def missing_number(product: Product) -> int:
    """What stands for "not measured" in a product's cubes."""
    return PF_MISSING if product.nodata is None else product.nodata


def for_each_band(values: Sequence[float], count: int, what: str) -> tuple[float, ...]:
    """One value a band: as given, or the one given for all. Raises `ChipError` for another number of them."""
    if len(values) not in (1, count):
        raise ChipError(f"{what} for {len(values)} bands, the file has {count}")
    return tuple(float(v) for v in values) * (count if len(values) == 1 else 1)


def to_product(
    stored: np.ndarray, numbers: Numbers, product: Product
) -> tuple[np.ndarray, int | None, tuple[str, ...]]:
    """A reflectance chip `(band, y, x)` of any number type in the product's own encoding.

    Returns the DN `(band, y, x)`, the number among them that means "not measured" (None where none does), and what
    was done, in words. Raises `ChipError` where the numbers cannot be reflectance as it is said that they are.
    """
    kind = stored.dtype.kind
    if kind not in "iuf" or (kind in "iu" and stored.dtype.itemsize < 2 and not _is_scaled(numbers)):
        raise ChipError(
            f"dtype {stored.dtype}, not {' or '.join(product.dtypes)} or another 16 or 32 bit number"
        )
    if _is_own(stored, numbers, product):
        return stored, product.nodata, ()
    notes: list[str] = []
    gone = _missing(stored, numbers, product, notes)
    if stored.dtype.name in product.dtypes and not _is_scaled(numbers):
        dn: np.ndarray = stored
        measured = stored if gone is None else stored[~gone]
        if 1 < measured.max(initial=0) <= _LEAST_DN:
            raise _no_reflectance(float(np.percentile(measured, 99)))
    else:
        dn = _scaled(stored, numbers, gone, notes)
    if stored.dtype.name not in product.dtypes:
        notes.append(AsWritten(f"stored as {stored.dtype}, read as DN (reflectance x 10000)"))
    return _packed(dn, gone, product, notes)


def _is_own(stored: np.ndarray, numbers: Numbers, product: Product) -> bool:
    """Whether a chip is written as the product's own are, so that nothing has to be done: nearly all of them."""
    if stored.dtype != product.dtypes[0] or numbers.masked is not None or _is_scaled(numbers):
        return False
    own = None if product.nodata is None else (float(product.nodata),)
    if any(nodata not in (None, own) for nodata in numbers.nodata):
        return False
    highest = stored.max(initial=0)
    if highest <= _LEAST_DN:
        return False
    if stored.dtype.kind == "u":
        return bool(highest < _UNTAGGED_UNSIGNED)
    lowest = stored.min(initial=1)
    # No surface reflects exactly nothing in every band: such pixels are looked at again.
    return bool(lowest > 0 or (lowest > max(UNTAGGED) and not (stored == 0).all(axis=0).any()))


def _is_scaled(numbers: Numbers) -> bool:
    own = all(abs(s - REFLECTANCE_SCALE) < 1e-9 or s == 1 for s in numbers.scales)
    return not own or any(numbers.offsets)


def _missing(stored: np.ndarray, numbers: Numbers, product: Product, notes: list[str]) -> np.ndarray | None:
    """Where nothing was measured, bool `(band, y, x)`; None where that is nowhere."""
    gone = np.zeros(stored.shape, bool)
    whole = stored.dtype.kind in "iu"
    untagged: dict[float, None] = {}
    empty_bands = False
    lowest = stored.min(initial=0)
    for band, values in enumerate(stored):
        tagged = numbers.nodata[band]
        numbers_here = (product.nodata,) if tagged is None else tagged
        if product.nodata == 0 and 0 not in numbers_here:
            # Whatever else a file calls nodata: Sentinel-2's products have 0 for that, and cannot measure it.
            if stored.dtype.kind == "u":
                gone[band] |= values == 0
            elif not values.any():
                gone[band] = empty_bands = True
        for number in numbers_here:
            if number is not None and (not whole or float(number).is_integer()):
                gone[band] |= values == (int(number) if whole else number)  # NaN is found below
        for number in _fills(stored.dtype):
            if (lowest <= number or number > 0) and number not in (tagged or ()):
                found = (values == number) & ~gone[band]
                if found.any():
                    gone[band] |= found
                    untagged[number] = None
        if not whole:
            gone[band] |= ~(values > _FLOAT_FILL) | (values > -_FLOAT_FILL)  # NaN and infinities too
    notes += ["bands of nothing but 0 are taken as empty"] if empty_bands else []
    notes += map(said_of_untagged, untagged)
    if lowest <= 0:
        empty = (stored == 0).all(axis=0) & ~gone.any(axis=0)
        if empty.any() and stored.dtype == product.dtypes[0]:
            # What these are nobody has published: told, not guessed.
            notes.append(
                "pixels of 0 in every band, without a tag: if they mean nodata, say so in rapidai4eo.toml"
            )
        elif empty.any():
            gone |= empty
            notes.append("pixels of 0 in every band are taken as missing")
    if numbers.masked is not None and numbers.masked.any():
        gone |= numbers.masked
    return gone if gone.any() else None


def said_of_untagged(number: float) -> str:
    """What is noted where a number is missing pixels by habit alone."""
    return f"pixels of {number:g}, which no tag calls nodata, are taken as missing"


def _fills(dtype: np.dtype) -> tuple[float, ...]:
    if dtype.kind == "u":
        return (_UNTAGGED_UNSIGNED,) if dtype.itemsize == 2 else ()
    more = (float(np.iinfo(dtype).min),) if dtype.kind == "i" and dtype.itemsize > 2 else ()
    return (*UNTAGGED, *more)


def _scaled(stored: np.ndarray, numbers: Numbers, gone: np.ndarray | None, notes: list[str]) -> np.ndarray:
    """DN as float64 `(band, y, x)`, before rounding."""
    values = stored.astype(np.float64)
    if gone is not None:
        values[gone] = np.nan
    scales, offsets = np.array(numbers.scales), np.array(numbers.offsets)
    said = _in_words(numbers)
    if (scales == 1).all():
        in_dn = stored.dtype.kind in "iu" or _percentile(values, 90) > _REFLECTANCE_OR_DN
        # An offset beside no scale counts in DN (-1000) or in reflectance (-0.1).
        if in_dn and np.abs(offsets).max(initial=0) < 1:
            offsets = offsets / REFLECTANCE_SCALE
        values += offsets[:, None, None]
        if stored.dtype.kind == "f":
            notes.append("floats that are " + ("DN" if in_dn else "reflectance, 0 to 1") + " by their values")
    else:
        scales = np.where(scales == 1, REFLECTANCE_SCALE, scales)
        values = values * scales[:, None, None] + offsets[:, None, None]
        in_dn = False
    dn = values if in_dn else values / REFLECTANCE_SCALE
    high = _percentile(dn, 99)
    if np.isfinite(high) and not _LEAST_DN <= high <= _MOST_REFLECTANCE / REFLECTANCE_SCALE:
        raise _no_reflectance(high, said)
    if said:
        notes.append(AsWritten(f"{said} applied"))
    return np.asarray(dn)


def _no_reflectance(high: float, said: str = "") -> ChipError:
    """What is said of a chip that cannot be reflectance; `high` is its 99th percentile as DN."""
    percent = "; if it is percent: scale = 0.01" if 1 < high < _LEAST_DN else ""
    return ChipError(
        f"its reflectance would run to {high * REFLECTANCE_SCALE:.3g}{f' with {said}' if said else ''}; "
        f"name the right scale and offset in rapidai4eo.toml{percent}"
    )


def _in_words(numbers: Numbers) -> str:
    if not _is_scaled(numbers):
        return ""
    scales, offsets = set(numbers.scales), set(numbers.offsets)
    scale = f"scale {numbers.scales[0]:g}" if len(scales) == 1 else "a scale for each band"
    offset = f"offset {numbers.offsets[0]:g}" if len(offsets) == 1 else "an offset for each band"
    return f"{scale} and {offset} of {numbers.source}"


def _percentile(values: np.ndarray, percent: float) -> float:
    known = values[np.isfinite(values)]
    return float(np.percentile(known, percent)) if known.size else float("nan")


def _packed(
    dn: np.ndarray, gone: np.ndarray | None, product: Product, notes: list[str]
) -> tuple[np.ndarray, int | None, tuple[str, ...]]:
    """DN of any type as the product's 16 bit integers, with its number for what is missing."""
    if dn.dtype.kind == "f":
        dn = np.rint(np.nan_to_num(dn, nan=0.0, posinf=0.0, neginf=0.0))
    missing = missing_number(product)
    kept = dn if gone is None else np.where(gone, 1, dn)
    low, high = kept.min(initial=1), kept.max(initial=1)
    dtype = np.dtype(product.dtypes[0])
    if low < np.iinfo(dtype).min:  # measured below zero, in a product that has no room for that
        dtype = np.dtype(np.int16)
    info = np.iinfo(dtype)
    least = info.min + (missing == info.min != 0)
    if low < least or high > info.max:
        notes.append(said_of_bright(dtype))
        kept = np.clip(kept, least, info.max)
    found = kept.astype(dtype)
    if missing == 0:
        found[found == 0] = 1  # a measured 0 is one step from "not measured", and stays a measurement
    if gone is not None:
        found[gone] = missing
    return found, None if gone is None and product.nodata is None else missing, tuple(notes)


def said_of_bright(dtype: np.dtype) -> str:
    """What is noted where a number is too high for a type, and becomes its highest."""
    return f"reflectance beyond {np.iinfo(dtype).max * REFLECTANCE_SCALE:.2f} is shown as that"


def unused_number(data: np.ndarray, gone: np.ndarray, preferred: Sequence[float] | set[float] = ()) -> float:
    """A number of an array's type that no measured pixel of it has, to stand for "not measured".

    Raises `ChipError` where there is none: every number of a byte is in use.
    """
    info = np.finfo(data.dtype) if data.dtype.kind == "f" else np.iinfo(data.dtype)
    measured = data[~gone]
    candidates = [*preferred, info.min, info.max, *UNTAGGED]
    if data.dtype.kind in "iu" and data.dtype.itemsize == 1:
        candidates += range(int(info.min), int(info.max) + 1)
    for number in candidates:
        if np.isfinite(number) and info.min <= number <= info.max and not (measured == number).any():
            return float(number)
    raise ChipError(f"no number of {data.dtype} is left to mark its missing pixels")
