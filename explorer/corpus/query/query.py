"""There is no query language: conditions are arguments, or the text of `Filters.parse` (`"largest:211;country:France"`).

Queries by space, label, time and all other filters, alone or combined, and the chips that their result needs.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from explorer.core import corine, grid, products
from explorer.core.errors import InvalidQueryError, UnknownClassError, UnknownSampleError
from explorer.core.products import PRODUCTS, Product
from explorer.corpus.query import phrases
from explorer.corpus.query.filter_table import FilterTable
from explorer.corpus.query.filters import ROUNDING, Filters, many, product_ids

if TYPE_CHECKING:
    import geopandas as gpd

    from explorer.corpus.tables.index import SampleIndex

MAX_KEYS = 10_000_000
"""More keys than this make no useful list: one of them has some 90 characters."""

_HALF_DIAGONAL_M = products.CELL_SIZE_M * math.sqrt(0.5)
_DEGREE_M = 110_500.0
"""The shortest degree of latitude."""
_FILTERS = {field.name for field in fields(Filters)}
OWN = {"bbox", "geometry", "level", "start", "end", "ids", "find"}


def query(
    table: FilterTable,
    bbox: Sequence[float] | np.ndarray | None = None,
    geometry: Any = None,
    classes: int | str | Iterable[int | str] | None = None,
    level: int = 3,
    min_fraction: float = 0.0,
    start: Any = None,
    end: Any = None,
    ids: str | Iterable[str] | None = None,
    filters: Filters | str | None = None,
    find: str | None = None,
    **more: Any,
) -> pd.DataFrame:
    """Rows of `samples` that meet every condition given, in their order.

    `bbox` (west, south, east, north in degrees, EPSG:4326) and `geometry` (shapely or GeoJSON in EPSG:4326, or a
    GeoSeries or GeoDataFrame with its CRS): the footprint intersects it. `classes` (codes or names of `level`; 0
    is "no label"): their fractions add up to at least `min_fraction`, or are there at all. Without `classes`,
    `min_fraction` is asked of the largest class. `start` and `end` (dates, inclusive; `2018-07` is the month) do
    not choose samples: they are checked against the calendars and kept in `attrs` for `keys`. All other conditions
    are those of `Filters`: by name, or whole as `filters` (an object, or the text that a link has). `find` is a phrase, as
    the page's search takes it ("vineyards Italy >= 80 %", see `phrases`), every word of which has to be understood.
    None is no condition; a list without values is refused, but for `ids`, which then are of no sample.

    Raises `InvalidQueryError`, `UnknownClassError`, `UnknownSampleError`.
    """
    if isinstance(filters, str):
        filters, problems = Filters.parse(filters)
        if problems:
            raise InvalidQueryError(" ".join(problems))
    if not isinstance(cast(object, find), str | None):
        raise InvalidQueryError(
            f"find is {find!r}; it is a phrase as the page's search takes it, and other conditions have names"
        )
    phrase = phrases.read_whole(find) if find is not None else None
    if unknown := more.keys() - _FILTERS:
        known = ", ".join(sorted(OWN | _FILTERS))
        raise InvalidQueryError(f"no condition {min(unknown)!r}; there are {known}, filters")
    samples = table.index.samples
    first, last = period(start, end)
    if first or last:
        chosen_dates(tuple(PRODUCTS), first, last)
    mask = np.ones(len(samples), bool)
    if ids is not None:
        mask &= _with_ids(table.index, ids)
    if phrase is not None:
        mask &= _with_start(samples, phrase.id_start) if phrase.id_start else phrase.conditions.mask(table)
        if phrase.sample:
            mask &= _with_ids(table.index, phrase.sample)
    if bbox is not None:
        mask &= within(samples, shapely.box(*read_bbox(bbox)), mask)
    if geometry is not None:
        mask &= within(samples, read_geometry(geometry), mask)
    if level not in (1, 2, 3) or isinstance(level, bool):
        raise InvalidQueryError(f"level is {level!r}; CORINE has levels 1, 2 and 3")
    if isinstance(cast(object, min_fraction), str):  # only a link writes it as text
        raise InvalidQueryError(f"min_fraction is {min_fraction!r}; it runs from 0 to 1")
    codes = () if classes is None else _codes(classes, level)
    named = Filters(classes=codes, min_fraction=min_fraction, **more)
    for name, given in more.items():
        if given is not None and getattr(named, name) == ():
            # A list that happens to be empty would select everything.
            raise InvalidQueryError(f"{name} is empty; leave it out to ask nothing of it")
    if level != 3 and not codes and named.min_fraction:
        mask &= table.largest_fraction(level) >= named.min_fraction - ROUNDING
        named = named.without("min_fraction")
    for part in (filters, named):
        if part:
            mask &= part.mask(table)
    found = samples.loc[mask]
    found.attrs = {name: day.isoformat() for name, day in (("start", first), ("end", last)) if day}
    return found


def to_geopandas(index: SampleIndex, rows: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """Samples (all, or these rows) with their footprints as polygons, EPSG:4326; the citation in `attrs`."""
    import geopandas as gpd  # only this needs it, and it takes a while to import

    rows = index.samples if rows is None else rows
    frame = gpd.GeoDataFrame(rows.copy(), geometry=grid.footprints(rows.index), crs="EPSG:4326")
    frame.attrs = {**rows.attrs, "citation": products.CITATION}
    return frame


def keys(
    samples: pd.DataFrame | Iterable[str],
    products: Sequence[str] = ("PF-SR", "S2-SR"),
    start: Any = None,
    end: Any = None,
    labels: bool = False,
) -> list[str]:
    """Keys of the chips (and label files) that samples, as rows or ids, need between two dates.

    Raises `InvalidQueryError`, also where it would be more than `MAX_KEYS`: `iter_keys` gives those one by one.
    """
    ids = samples.index if isinstance(samples, pd.DataFrame) else list(samples)
    first, last = _period_of(samples, start, end)
    dates = chosen_dates(product_ids(products), first, last)
    count = len(ids) * (sum(len(days) for days in dates.values()) + bool(labels))
    if count > MAX_KEYS:
        raise InvalidQueryError(
            f"{len(ids):,} samples need {count:,} files, more than a list can usefully hold ({MAX_KEYS:,}); "
            "query fewer samples, products or dates"
        )
    return list(iter_keys(ids, products, first, last, labels))


def iter_keys(
    samples: pd.DataFrame | Iterable[str],
    products: Sequence[str] = ("PF-SR", "S2-SR"),
    start: Any = None,
    end: Any = None,
    labels: bool = False,
) -> Iterator[str]:
    """As `keys`, one by one and without a bound."""
    ids = samples.index if isinstance(samples, pd.DataFrame) else samples
    dates = product_dates(samples, products, start, end)
    stems = [
        (PRODUCTS[name], [f"{PRODUCTS[name].stem(day)}.tif" for day in days]) for name, days in dates.items()
    ]
    for sample_id in ids:
        cell = grid.parse(sample_id)
        if labels:
            yield cell.label_key
        for product, names in stems:
            folder = product.folder(cell.folder)
            for name in names:
                yield f"{folder}/{name}"


def product_dates(
    samples: pd.DataFrame | Iterable[str], products: Sequence[str], start: Any = None, end: Any = None
) -> dict[str, tuple[dt.date, ...]]:
    """Product -> the dates of each sample that `keys` names. Raises `InvalidQueryError`."""
    return chosen_dates(product_ids(products), *_period_of(samples, start, end))


def period(start: Any, end: Any) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of a range; a month or year stands for its first or last day.

    Raises `InvalidQueryError` for what is no date, or a range that ends before it starts.
    """
    first = _day(start, "start") if start is not None else None
    last = _day(end, "end") if end is not None else None
    if first and last and first > last:
        raise InvalidQueryError(f"the range starts on {first} and ends before, on {last}; swap start and end")
    return first, last


def chosen_dates(
    product_ids: Iterable[str], first: dt.date | None, last: dt.date | None
) -> dict[str, tuple[dt.date, ...]]:
    """Product -> its dates in a range (a month counts where a day of it does).

    Raises `InvalidQueryError` where not one product has a date there.
    """
    names = list(product_ids)
    chosen = {
        name: tuple(day for day in PRODUCTS[name].dates if _overlaps(PRODUCTS[name], day, first, last))
        for name in names
    }
    if names and not any(chosen.values()):
        calendars = "; ".join(f"{name}: {PRODUCTS[name].calendar}" for name in names)
        raise InvalidQueryError(
            f"no date from {first or 'the start'} to {last or 'the end'} in the corpus; {calendars}"
        )
    return chosen


def _overlaps(product: Product, day: dt.date, first: dt.date | None, last: dt.date | None) -> bool:
    ends = _month_end(day) if product.monthly else day
    return (first is None or ends >= first) and (last is None or day <= last)


def _month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?", re.ASCII)


def _day(value: Any, name: str) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    match = _DATE.fullmatch(str(value).strip())
    try:
        if not match:
            raise ValueError
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None
        if day:
            return dt.date(year, month or 1, day)
        if name == "start":
            return dt.date(year, month or 1, 1)
        return _month_end(dt.date(year, month or 12, 1))
    except ValueError:
        raise InvalidQueryError(f"{name} is {value!r}, not a date; write 2018-07-02, or 2018-07") from None


def _period_of(samples: Any, start: Any, end: Any) -> tuple[dt.date | None, dt.date | None]:
    """The range given, else that of the query whose result the rows are."""
    kept = samples.attrs if isinstance(samples, pd.DataFrame) and start is None and end is None else {}
    return period(kept.get("start", start), kept.get("end", end))


def _with_ids(index: SampleIndex, ids: str | Iterable[str]) -> np.ndarray:
    wanted = [ids] if isinstance(ids, str) else list(ids)
    rows = index.rows(wanted)
    if (rows < 0).any():
        missing = wanted[int(np.argmax(rows < 0))]
        raise UnknownSampleError(
            grid.parse(missing).sample_id, index.source, map(str, index.samples.index[:3])
        )
    mask = np.zeros(len(index), bool)
    mask[rows] = True
    return mask


def _with_start(samples: pd.DataFrame, start: str) -> np.ndarray:
    return np.asarray(samples.index.str.startswith(start), bool)


def read_bbox(bbox: Iterable[float]) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees (EPSG:4326). Raises `InvalidQueryError`."""
    said = f"bbox is {bbox!r}"
    try:
        west, south, east, north = (float(value) for value in bbox)
    except (TypeError, ValueError):
        raise InvalidQueryError(f"{said}; write west, south, east, north in degrees") from None
    if not all(math.isfinite(v) for v in (west, south, east, north)):
        raise InvalidQueryError(f"{said}; its values must be finite")
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise InvalidQueryError(f"{said}; longitudes run to 180 and latitudes to 90 degrees (EPSG:4326)")
    if west > east:
        raise InvalidQueryError(
            f"{said}; west is east of east. A box across the antimeridian is not understood; the corpus is in Europe"
        )
    if south > north:
        raise InvalidQueryError(f"{said}; south is north of north. Write west, south, east, north")
    return west, south, east, north


def read_box(bbox: Iterable[float]) -> BaseGeometry:
    """The area of a box as OGC and STAC APIs mean it, in degrees: whose west is east of its east lies across the antimeridian.

    Raises `InvalidQueryError`.
    """
    values = list(bbox)
    try:
        across = len(values) == 4 and values[0] > values[2]
    except TypeError:
        across = False  # told of below
    if not across:
        return shapely.box(*read_bbox(values))
    west, south, east, north = values
    parts = [read_bbox((west, south, 180.0, north)), read_bbox((-180.0, south, east, north))]
    return shapely.MultiPolygon([shapely.box(*part) for part in parts])


def read_geometry(given: Any) -> BaseGeometry:
    """A valid geometry in degrees of what `query` takes as one. Raises `InvalidQueryError`."""
    geometry = _to_shapely(given)
    if geometry.is_empty:
        raise InvalidQueryError("the geometry is empty")
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise InvalidQueryError("the geometry has coordinates that are no numbers")
    west, south, east, north = geometry.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise InvalidQueryError(
            f"the geometry reaches from {west:g}, {south:g} to {east:g}, {north:g}; it must be in degrees "
            "(EPSG:4326), or a GeoSeries or GeoDataFrame that states its CRS"
        )
    return geometry if geometry.is_valid else shapely.make_valid(geometry)


def _to_shapely(given: Any) -> BaseGeometry:
    if isinstance(given, BaseGeometry):
        return given
    if hasattr(given, "to_crs") and hasattr(given, "crs"):  # GeoSeries or GeoDataFrame
        if given.crs is None:
            raise InvalidQueryError("the GeoSeries or GeoDataFrame has no CRS; set it with set_crs")
        try:
            return shapely.union_all(np.asarray(given.to_crs(4326).geometry))
        except (ValueError, AttributeError, shapely.errors.ShapelyError) as error:
            raise InvalidQueryError(f"the geometries cannot be brought to EPSG:4326: {error}") from error
    document = getattr(given, "__geo_interface__", given)
    try:
        if document["type"] == "FeatureCollection":
            return shapely.union_all([shape(feature["geometry"]) for feature in document["features"]])
        return shape(document["geometry"] if document["type"] == "Feature" else document)
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        IndexError,
        shapely.errors.ShapelyError,
    ) as error:
        raise InvalidQueryError(
            f"the geometry is a {type(given).__name__} that is neither shapely, GeoJSON nor geopandas ({error})"
        ) from error


def within(samples: pd.DataFrame, geometry: BaseGeometry, among: np.ndarray) -> np.ndarray:
    """Whose footprint intersects a geometry in degrees; a footprint is made only where the centre cannot tell."""
    lon, lat = samples["lon"].to_numpy(), samples["lat"].to_numpy()
    west, south, east, north = geometry.bounds
    reach = _HALF_DIAGONAL_M / _DEGREE_M
    widest = reach / max(math.cos(math.radians(min(max(abs(south), abs(north)) + reach, 89))), 1e-2)
    near = among & (lon >= west - widest) & (lon <= east + widest)
    near &= (lat >= south - reach) & (lat <= north + reach)
    rows = np.flatnonzero(near)
    if geometry.equals(shapely.box(west, south, east, north)):
        x, y = lon[rows], lat[rows]
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    else:
        shapely.prepare(geometry)
        inside = np.asarray(shapely.contains_xy(geometry, lon[rows], lat[rows]))
        edge = rows[~inside]
        close = shapely.dwithin(geometry, shapely.points(lon[edge], lat[edge]), widest)
        keep = np.ones(len(rows), bool)
        keep[~inside] = close
        rows, inside = rows[keep], inside[keep]
    edge = rows[~inside]
    mask = np.zeros(len(samples), bool)
    mask[rows[inside]] = True
    if edge.size:
        shapely.prepare(geometry)
        mask[edge] = shapely.intersects(geometry, grid.footprints(samples.index[edge]))
    return mask


@cache
def _names(level: int) -> dict[str, int]:
    return {c.title.casefold(): c.code for c in corine.classes(level)}


def _codes(classes: int | str | Iterable[int | str], level: int) -> tuple[int, ...]:
    """Codes of classes of one level, given as codes, names or columns of the labels' table."""
    wanted = many("classes", classes)
    if not wanted:
        raise InvalidQueryError("classes is empty; leave it out to query all classes")
    known = {corine.NO_LABEL, *corine.codes(level)}
    codes: dict[int, None] = {}
    for one in wanted:
        text = str(one).strip().casefold().removeprefix("clc_")
        code = int(text) if text.isascii() and text.isdigit() else _names(level).get(text)
        if code is None or code not in known or isinstance(one, bool):
            raise UnknownClassError(one, level)
        codes[code] = None
    return tuple(codes)
