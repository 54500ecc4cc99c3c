"""The map of samples in the colours of their land cover, and their table; both link by `holoviews.link_selections`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from functools import cache
from typing import Any

import datashader as ds
import geoviews as gv
import holoviews as hv
import numpy as np
import pandas as pd
import shapely
from cartopy import crs as ccrs
from holoviews.operation.datashader import dynspread, rasterize
from holoviews.plotting.bokeh.path import PolygonPlot

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.core.theme import LIGHT
from explorer.corpus.corpus import Corpus
from explorer.corpus.tables import places
from explorer.export import credit
from explorer.plots import style

MERCATOR = ccrs.GOOGLE_MERCATOR
FEW = 5_000
"""Up to so many samples are drawn as dots by the browser; more are an image that datashader makes for each view."""
_CLOSEST = 40_000.0
"""Metres of web mercator that a view shows at least."""
_NARROWEST = 0.7
"""A view's shorter side, of its longer one."""
_OUTLINES = "Outlines: Natural Earth"
_SEA, _LAND, _COAST = "#e9f0f3", LIGHT["map-land"], LIGHT["map-border"]
_X, _Y = hv.Dimension("x", label="Easting", unit="m"), hv.Dimension("y", label="Northing", unit="m")
_COLUMNS = {"sample_id": "Sample", "land_cover": "Land cover", "fraction": "Fraction", "lon": "Longitude", "lat": "Latitude"}  # fmt: skip
_TIPS = [("Sample", "@sample_id"), ("Land cover", "@land_cover"), ("Fraction", "@fraction{0 %}")]


def sample_map(
    corpus: Corpus,
    samples: pd.DataFrame | Iterable[str] | None = None,
    *,
    level: int = 3,
    tiles: str | None = None,
    size: int = 560,
) -> hv.Overlay | hv.DynamicMap:
    """Samples (all, or the rows or ids given) in CORINE's colours on land, coasts and borders; web mercator (EPSG:3857).

    `level` is CORINE's (1 to 3) of the class of the largest fraction, `size` the height of the frame in px. Up to `FEW`
    samples are dots; more are an image that follows the view, whose hover names one sample a pixel while Python runs.
    `tiles` is a basemap of `geoviews.tile_sources` (`CartoLight`), which is fetched from a network; else nothing is.
    Links with `sample_table` and with what is made of its data. Raises `InvalidQueryError` for a basemap that is
    unknown or where there is no sample, `UnknownClassError` for a level, and what `Corpus.cell` raises.
    >>> figure = sample_map(corpus, corpus.query(countries=["Belgium"])) + sample_table(corpus, corpus.query(countries=["Belgium"]))
    """
    table = _table(corpus, samples, level)
    if not len(table):
        raise InvalidQueryError(f"no sample to show on the map, of {len(corpus.samples):,} in the corpus")
    given = credit.of(corpus, ["labels"])
    number = f"{len(table):,} sample" + ("s" if len(table) != 1 else "")
    (left, right), (low, high) = _view(table)
    # On the samples, not on the overlay, whose options `link_selections` drops.
    figure = {
        "title": f"{number}, land cover of the largest fraction", "frame_height": size,
        "frame_width": round(size * (right - left) / (high - low)), "xlim": (left, right), "ylim": (low, high), "data_aspect": 1,
        "xlabel": "Longitude (°)", "ylabel": "Latitude (°)", "show_grid": True, "bgcolor": _SEA, "fontsize": style.TYPE,
        "active_tools": ["pan", "wheel_zoom"],
        "hooks": [
            style.quiet, style.in_degrees, style.all_classes_named, style.credited(f"{given.line} · {_OUTLINES}", size),
        ],
    }  # fmt: skip
    return hv.Overlay([*_basemap(tiles), _samples(table, level, size, figure)]).collate()


def sample_table(
    corpus: Corpus, samples: pd.DataFrame | Iterable[str] | None = None, *, level: int = 3
) -> hv.Table:
    """The table of what `sample_map` draws: sample, class, fraction (0 to 1), lon, lat (degrees, EPSG:4326).

    And x, y (metres, EPSG:3857, rounded), by which a box or lasso on the map chooses. Raises as `sample_map`.
    >>> sample_table(corpus, [corpus.default_sample]).data["sample_id"].tolist() == [corpus.default_sample]
    True
    """
    return hv.Table(_table(corpus, samples, level), [], [*_COLUMNS.items(), _X, _Y]).opts(
        width=760, height=320
    )


def _table(corpus: Corpus, samples: pd.DataFrame | Iterable[str] | None, level: int) -> pd.DataFrame:
    """A row a sample, in random order, so that the first one in a pixel is a fair draw of those under it."""
    if samples is None:
        rows = corpus.samples
    elif isinstance(samples, pd.DataFrame):
        rows = samples
    else:
        ids = [samples] if isinstance(samples, str) else list(samples)
        for sample_id in ids:
            corpus.cell(sample_id)
        rows = corpus.samples.loc[ids]
    codes = corine.codes(level)
    rows = rows.sample(frac=1, random_state=0)
    position = corine.positions(rows["clc"].to_numpy() // 10 ** (3 - level), level)
    titles = np.array([corine.land_cover(code).title for code in (corine.NO_LABEL, *codes)], dtype=object)
    return pd.DataFrame(
        {
            "x": rows["x"].to_numpy().round(), "y": rows["y"].to_numpy().round(), "sample_id": rows.index.to_numpy(),
            "land_cover": titles[position], "fraction": rows["fraction"].to_numpy(), "lon": rows["lon"].to_numpy().round(5),
            "lat": rows["lat"].to_numpy().round(5), "clc": np.array([corine.NO_LABEL, *codes])[position],
        }
    )  # fmt: skip


def _samples(table: pd.DataFrame, level: int, size: int, figure: dict[str, Any]) -> Any:
    """Dots, or the image that datashader makes of them, with a bar of the classes that are there as their legend."""
    there = np.unique(table["clc"].to_numpy())[::-1]  # the first class at the top of the bar
    covers = [corine.land_cover(int(code)) for code in there]
    # What is coloured is a class's place in the bar, so that the bar has no gaps.
    table = table.assign(bar=np.searchsorted(-there, -table["clc"].to_numpy()).astype(np.uint8))
    columns = ["bar", *_COLUMNS.items()]
    bar = {**style.BAR, "height": min(size - 30, 24 * len(there)), "major_tick_line_color": None}
    options = figure | {
        "cmap": [cover.hex for cover in covers], "clim": (-0.5, len(there) - 0.5), "colorbar": True,
        "cticks": [(i, _short(f"{c.code} {c.title}" if c.code else c.title)) for i, c in enumerate(covers)],
        "clabel": f"CORINE Land Cover 2018, level {level}", "colorbar_opts": bar, "hover_tooltips": _TIPS,
    }  # fmt: skip
    if len(table) <= FEW:
        dots = gv.Points(table, [_X, _Y], columns, crs=MERCATOR)
        tools = ["hover", "box_select", "lasso_select"]
        return dots.opts(color="bar", size=6, line_color=style.INK, line_width=0.4, tools=tools, **options)
    # GeoViews's own points, which the map's projection would not change, fail on this hover (GeoViews 1.15).
    points = hv.Points(table, [_X, _Y], columns)
    image = rasterize(points, aggregator=ds.first("bar"), selector=ds.first("bar"))
    image = dynspread(image, how="source", max_px=4, threshold=0.5, shape="square")
    return image.opts(hv.opts.Image(tools=["hover"], **options))


def _short(title: str) -> str:
    return textwrap.shorten(title, 50, placeholder=" …")


def _view(table: pd.DataFrame) -> tuple[tuple[float, float], tuple[float, float]]:
    """Ranges of x and y that hold the samples with a margin, EPSG:3857 metres.

    They end where the outlines do: what lies beyond would look like sea.
    """
    low, high = (getattr(table[["x", "y"]], name)().to_numpy() for name in ("min", "max"))
    half = np.maximum((high - low) * 0.53, _CLOSEST / 2)
    half = np.maximum(half, half.max() * _NARROWEST)
    middle = (low + high) / 2
    left, bottom, right, top = shapely.total_bounds(places.polygons(3857))
    start, end = np.maximum(middle - half, (left, bottom)), np.minimum(middle + half, (right, top))
    return (float(start[0]), float(end[0])), (float(start[1]), float(end[1]))


class Land(hv.Polygons):
    """Land with coasts and borders, web mercator (EPSG:3857): a ground that `link_selections` neither asks nor dims.

    Not a GeoViews feature: that one is projected anew for each figure (2.6 s for coordinates that are projected
    already, measured), and `link_selections` fails on it (HoloViews 1.23).
    """


class _LandPlot(PolygonPlot):
    selection_display = None


hv.Store.register({Land: _LandPlot}, "bokeh")


def _basemap(tiles: str | None) -> list[hv.Element]:
    """What lies under the samples; of a basemap with tiles the borders alone."""
    land = Land(_rings(), ["x", "y"]).opts(
        fill_color=_LAND,
        line_color=_COAST,
        line_width=0.7,
        fill_alpha=0.0 if tiles else 1.0,
        apply_ranges=False,
    )
    if tiles is None:
        return [land]
    if tiles not in gv.tile_sources.tile_sources:
        known = ", ".join(sorted(gv.tile_sources.tile_sources))
        raise InvalidQueryError(f"there is no basemap {tiles[:30]!r}; there are {known}")
    return [gv.tile_sources.tile_sources[tiles], land]


@cache
def _rings() -> list[dict[str, np.ndarray]]:
    """Outer rings of the countries as HoloViews takes polygons; what lies in a hole is a country of its own."""
    rings = [shapely.get_coordinates(shapely.get_exterior_ring(polygon)) for polygon in places.polygons(3857)]
    return [{"x": ring[:, 0], "y": ring[:, 1]} for ring in rings]
