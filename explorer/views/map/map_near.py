"""Samples seen from close by: true footprints with what is known of them, and the chips themselves on the ground."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from threading import Lock
from typing import Any

import numpy as np

from explorer.analysis.stretch import natural
from explorer.core import corine, grid
from explorer.core.errors import StoreError
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube import Status
from explorer.corpus.query.filter_table import UNREVIEWED
from explorer.views.map.raster import Layer, View

FROM_PIXELS = 5.0
"""A sample this many pixels wide is drawn as its footprint."""
MOST_FOOTPRINTS = 3_000
CHIPS_FROM_PIXELS = 44.0
"""A sample this many pixels wide has room for its picture."""
MOST_CHIPS = 16
_KEPT = 64
_NO_ROWS = np.zeros(0, np.int32)


def rows_near(layer: Layer, view: View) -> np.ndarray | None:
    """Positions of the samples that a view shows as footprints; None where it is too far, or there are too many."""
    if view.cell_pixels < FROM_PIXELS:
        return None
    half = view.cell_pixels * view.resolution  # a cell that is turned reaches further than half its edge
    (x0, x1), (y0, y1) = view.x_range, view.y_range
    rows = layer.within((x0 - half, x1 + half), (y0 - half, y1 + half))
    return rows if len(rows) <= MOST_FOOTPRINTS else None


def footprints(
    corpus: Corpus, rows: np.ndarray, level: int, *, steps: np.ndarray | None = None, opinion: str = ""
) -> dict[str, Any]:
    """Columns for the map's patches: corners (EPSG:3857 metres), colour (by `steps`, where given), and what the hover says, of an `opinion` too."""
    ids = corpus.samples.index[rows]
    table = corpus.filter_table
    corners = outlines(ids) if len(ids) else np.zeros((0, 4, 2))
    codes, shares = table.largest(level)[rows], table.purity[rows]
    reviews = table.review[rows] if "review" in table.offers else [UNREVIEWED] * len(rows)
    drawn = (table.position(level) if steps is None else steps)[rows]
    if "change" in table.offers:
        told = zip(reviews, table.change[rows], table.lost[rows], strict=True)
        reviews = [
            f"{'not reviewed' if state == UNREVIEWED else state}{_change_text(*found)}"
            for state, *found in told
        ]
    if opinion:
        said = zip(
            table.opinions.titles(opinion, rows), table.opinions.disagreement(opinion)[rows], strict=True
        )
        more = [_opinion_text(opinion, *one) for one in said]
        reviews = [
            f"{'not reviewed' if s == UNREVIEWED else s}{text}" for s, text in zip(reviews, more, strict=True)
        ]
    return {
        "xs": list(corners[..., 0]),
        "ys": list(corners[..., 1]),
        "c": (drawn + 1).astype(np.int32),
        "alpha": np.full(len(rows), 0.85),
        "id": [str(i) for i in ids],
        "title": [corine.land_cover(int(code)).title for code in codes],
        "share": [f"{100 * share:.0f} % largest class" if code else "no fraction" for code, share in zip(codes, shares, strict=True)],
        "review": ["not reviewed" if state == UNREVIEWED else str(state) for state in reviews],
    }  # fmt: skip


def _change_text(probability: float, seen: str) -> str:
    if np.isnan(probability):
        return ""
    when = f", seen on {seen}" if seen else ""
    return f" · cover lost: {100 * probability:.0f} %{when}"


def _opinion_text(opinion: str, title: str, apart: float) -> str:
    if not title:
        return f" · {opinion} says nothing"
    return f" · {opinion}: {title}" + ("" if np.isnan(apart) else f", differs by {100 * apart:.0f} %")


def outlines(ids: Any) -> np.ndarray:
    """Corners of samples, `(n, 4, 2)` in EPSG:3857 metres: lower left, lower right, upper right, upper left."""
    import shapely

    coordinates = shapely.get_coordinates(grid.footprints(ids, 3857))
    return np.asarray(coordinates.reshape(-1, 5, 2)[:, :4])


class ChipOverlay:
    """Pictures of chips over the map, turned to lie on the ground; the last ones are kept. It may be used from many threads."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._kept: OrderedDict[tuple[str, date], dict[str, Any] | None] = OrderedDict()
        self._lock = Lock()
        self.failed = False
        """Whether a picture is lacking because the corpus did not answer."""

    @property
    def possible(self) -> bool:
        """Whether chips are at hand: those of a server would be fetched for a glance."""
        return "://" not in self._corpus.where

    def wanted(self, rows: np.ndarray, view: View) -> np.ndarray:
        """The few samples whose pictures a view has room for, those in its middle first."""
        if not self.possible or view.cell_pixels < CHIPS_FROM_PIXELS or not len(rows):
            return _NO_ROWS
        places = self._corpus.samples[["x", "y"]].to_numpy()[rows]
        away = np.hypot(places[:, 0] - sum(view.x_range) / 2, places[:, 1] - sum(view.y_range) / 2)
        return rows[np.argsort(away)[:MOST_CHIPS]]

    def picture(self, sample_id: str, day: date) -> dict[str, Any] | None:
        """One sample on a date as a column's row for the map's images; None where there is no chip of it."""
        key = (sample_id, day)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found, sure = self._paint(sample_id, day)
        if not sure:
            self.failed = True
            return found
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def _paint(self, sample_id: str, day: date) -> tuple[dict[str, Any] | None, bool]:
        """The picture, and whether it would be the same the next time."""
        cell, sure = self._corpus.cell(sample_id), True
        wanted: tuple[tuple[Product, tuple[str, ...]], ...] = (
            (PF_SR, ("red", "green", "blue")),
            (S2_SR, ("B04", "B03", "B02")),
        )
        for product, bands in wanted:
            index = product.dates.index(product.nearest(day))
            reading = self._corpus.cubes.open_date(cell, product, index)
            try:
                cube = reading.wait_for(index)
            except StoreError as error:
                self._corpus.watch.failed(error)
                return None, False
            finally:
                reading.release()
            if index in reading.unread:
                sure = False
                continue
            if cube.status[index] != Status.THERE:  # absent or broken: the other sensor may have seen it
                continue
            planes = np.stack([cube.data[index, cube.bands.index(band)] for band in bands], axis=-1)
            gone = ~cube.valid(index, bands)
            if gone.all():  # nothing was measured: the other sensor may have seen it
                continue
            return _on_the_map(_painted(planes, gone), outlines([sample_id])[0]), sure
        return None, sure


def _painted(planes: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """DN `(y, x, 3)` as RGBA uint8, in natural colour as in the panels; clear where `gone` `(y, x)`."""
    table = natural().lookup(0, planes.dtype)
    return np.dstack([np.take(table, planes.view(np.uint16)), np.where(gone, 0, 255).astype(np.uint8)])


def _on_the_map(picture: np.ndarray, corners: np.ndarray, size: int = 160) -> dict[str, Any]:
    """A chip (RGBA) turned north up in web mercator: RGBA as uint32 `(size, size)`, row 0 the south, and its box.

    Over 600 m the way from UTM to web mercator is affine to a few centimetres.
    """
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    ll, lr, _, ul = corners
    inverse = np.linalg.inv(np.column_stack([lr - ll, ul - ll]))
    xs = x0 + (np.arange(size) + 0.5) * (x1 - x0) / size
    ys = y0 + (np.arange(size) + 0.5) * (y1 - y0) / size
    places = np.stack(np.meshgrid(xs, ys), axis=-1) - ll
    u, v = np.moveaxis(places @ inverse.T, -1, 0)
    n = picture.shape[0]
    inside = (u >= 0) & (u < 1) & (v >= 0) & (v < 1)
    col, row = np.clip((u * n).astype(int), 0, n - 1), np.clip(((1 - v) * n).astype(int), 0, n - 1)
    rgba = np.ascontiguousarray(picture[row, col])
    rgba[~inside, 3] = 0
    return {"image": rgba.view(np.uint32)[..., 0], "x": x0, "y": y0, "dw": x1 - x0, "dh": y1 - y0}
