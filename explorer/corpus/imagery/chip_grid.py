"""Whether a file's pixels lie on the cell that its id names, and which of them do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError

from explorer.core.errors import ChipError
from explorer.core.grid import Cell
from explorer.core.products import Product
from explorer.corpus.findings import AsWritten

_EXACT_M = 0.01
_RADIUS_M = 6_378_137.0
"""Semi-major axis of WGS 84 and of GRS 80, on which ETRS89 stands; their flattenings differ in the 8th digit."""
_INVERSE_FLATTENING = 298.257
_DATUMS = (
    "wgs",
    "world geodetic",
    "etrs",
    "european terrestrial",
    "unknown",
    "unnamed",
    "not specified",
    "undefined",
)
_UTM = {"latitude_of_projection_origin": 0.0, "scale_factor_at_central_meridian": 0.9996, "false_easting": 500_000.0,
        "false_northing": 0.0}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a file is the cell: the file's rows and columns from `row` and `col` on (negative: the file
    begins inside of the cell), and what was tolerated, in words.
    """

    row: int = 0
    col: int = 0
    notes: tuple[str, ...] = ()


def find_window(
    width: int, height: int, transform: Affine, wkt: str, epsg: int | None, product: Product, cell: Cell
) -> Window:
    """Where a cell's pixels are in a file of this size, transform and CRS.

    An origin off by less than half a pixel and one row or column more or less are tolerated, and said. Raises
    `ChipError` for what lies elsewhere, naming the numbers that differ.
    """
    size, step = product.size, product.pixel_size
    notes = list(_check_crs(wkt, epsg, cell))
    check_size(width, height, product)
    t = transform
    if t.a <= 0 or t.e >= 0 or abs(t.b) * size > _EXACT_M or abs(t.d) * size > _EXACT_M:
        raise ChipError("not north up")
    left, _, _, top = cell.bounds
    col, row = round((left - t.c) / step), round((t.f - top) / step)
    right = t.c + t.a * (col + size)
    bottom = t.f + t.e * (row + size)
    off_x, off_y = t.c + t.a * col - left, t.f + t.e * row - top
    off = max(abs(v) for v in (off_x, off_y, right - cell.bounds[2], bottom - cell.bounds[1]))
    fits = col in _starts(width, size) and row in _starts(height, size)
    if not fits or off >= step / 2:
        across, down = _digits(t.a), _digits(-t.e)
        raise ChipError(
            f"its upper-left corner is ({_digits(t.c)}, {_digits(t.f)}) at {across}{'' if across == down else f' x {down}'} m "
            f"a pixel, the id says ({_digits(left)}, {_digits(top)}) at {step:g} m"
        )
    if off > _EXACT_M:
        notes.append(
            AsWritten("its corner lies less than half a pixel from that of its id; the id's place is used")
        )
    if (width, height) != (size, size):
        short = min(width, height) < size
        what = (
            "what it lacks of the cell is missing" if short else f"the {size} x {size} of the cell are used"
        )
        notes.append(AsWritten(f"{width} x {height} px: {what}"))
    return Window(row, col, tuple(notes))


def check_size(width: int, height: int, product: Product) -> None:
    """Raise `ChipError` where a file has more than one row or column more or less than the product's chips."""
    size = product.size
    if abs(width - size) > 1 or abs(height - size) > 1:
        raise ChipError(f"{width} x {height} px, not {size} x {size}")


def _starts(length: int, size: int) -> tuple[int, ...]:
    """Where the cell's first row or column may be in a file of this many: a longer one has one to spare."""
    return {size - 1: (-1, 0), size: (0,), size + 1: (0, 1)}[length]


def _digits(value: float) -> str:
    """A number with all the digits that tell it from another."""
    return f"{value:.10g}" if abs(value) < 1e9 else f"{value:g}"


def _check_crs(wkt: str, epsg: int | None, cell: Cell) -> tuple[str, ...]:
    if not wkt:
        raise ChipError("no coordinate reference system")
    if epsg == cell.epsg:
        return ()
    name, zone, datum = _utm_of(wkt)
    if zone != cell.zone:
        shown = f"EPSG:{epsg}" if epsg else name
        raise ChipError(f"its CRS is {shown[:60]}, the id says EPSG:{cell.epsg}")
    return (
        f"its CRS is {f'EPSG:{epsg}' if epsg else name[:60]} ({datum}), taken as EPSG:{cell.epsg}: the same to under a metre",
    )


@lru_cache(256)
def _utm_of(wkt: str) -> tuple[str, int | None, str]:
    """Name, northern UTM zone and datum of a CRS on WGS 84 or ETRS89 (by name, or unnamed on their ellipsoid).

    The zone is None for any other CRS. EPSG codes alone do not tell: ESRI and others write UTM without one.
    """
    try:
        crs = CRS.from_wkt(wkt)
        if crs.is_compound:
            crs = crs.sub_crs_list[0]
        name = crs.name
        cf = crs.to_cf()
    except (CRSError, KeyError, ValueError):
        return "not readable", None, ""
    geodetic, ellipsoid = crs.geodetic_crs, crs.ellipsoid
    datum = str(geodetic.datum.name) if geodetic is not None and geodetic.datum is not None else "unknown"
    if not crs.is_projected or cf.get("grid_mapping_name") != "transverse_mercator" or ellipsoid is None:
        return name, None, datum
    if abs(ellipsoid.semi_major_metre - _RADIUS_M) > 0.01:
        return name, None, datum
    if abs(ellipsoid.inverse_flattening - _INVERSE_FLATTENING) > 0.001:
        return name, None, datum
    if not any(word in datum.lower().replace("_", " ") for word in _DATUMS):
        return name, None, datum
    metres = all(abs(axis.unit_conversion_factor - 1) < 1e-9 for axis in crs.axis_info)
    if not metres or any(abs(float(cf.get(k, 0.0)) - v) > 1e-6 for k, v in _UTM.items()):
        return name, None, datum
    zone = (float(cf["longitude_of_central_meridian"]) + 183) / 6
    return name, round(zone) if abs(zone - round(zone)) < 1e-9 else None, datum
