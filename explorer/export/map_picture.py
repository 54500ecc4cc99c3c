"""The map of a view as a picture: where the link says it is, with the samples that its filters leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from explorer.analysis.map_place import Place
from explorer.core import corine
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.core.theme import LIGHT
from explorer.corpus.query.filters import Filters
from explorer.export import map_ground, text, tiles
from explorer.export.zoom_path import View

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

SIZE = (1200, 900)
"""Width and height of the map in pixels; the legend is under it."""
EUROPE: View = (1.6e6, 7.3e6, 1.0e7)
"""What is seen where no link says so, in metres of EPSG:3857."""
_PAGE_WIDTH = 1380
"""Pixels of the map alone in a window of 1440, in which a link's metres a pixel are seen."""
_MOST_CLASSES, _MOST_NAMES = 8, 14
_COLUMNS = 3
_FEW = 20_000  # samples that can be drawn larger
_TOWNS_BELOW = 1_500.0  # metres a pixel
_TYPE = 19


@dataclass(frozen=True)
class MapPicture:
    """`pixels` uint8 `(height, 1200, 3)`, the legend under the map; of `count` samples; `words` say what is shown."""

    pixels: np.ndarray
    count: int
    words: str


def draw(corpus: Corpus, query: Mapping[str, str], sample_id: str) -> MapPicture:
    """The map as a link's query says it; what cannot be understood is as on a fresh page."""
    view = _view(query.get("map", ""))
    level = int(query["level"]) if query.get("level") in ("1", "2", "3") else 3
    rows, filtered = _rows(corpus, query.get("filter", ""))
    points, colours, codes = map_ground.samples(corpus, rows, level)
    canvas = np.array(map_ground.ground(view, SIZE))
    map_ground.scatter(canvas, view, points, colours, 0.95, least=3 if len(points) < _FEW else 1)
    image = Image.fromarray(canvas)
    drawn = ImageDraw.Draw(image)
    _write_names(drawn, view)
    _mark(drawn, view, corpus.cell(sample_id).centre)
    at = map_ground.pixels(view, SIZE, points)
    inside = ((at >= 0) & (at < SIZE)).all(axis=1)
    strip = _legend(Counter(codes[inside].tolist()).most_common())
    whole = Image.new("RGB", (SIZE[0], SIZE[1] + strip.height), tiles.PAPER)
    whole.paste(image)
    whole.paste(strip, (0, SIZE[1]))
    where = "" if view == EUROPE else f", {int(inside.sum()):,} of them in this part of the map"
    words = f"{len(points):,} samples by land cover{' that the filters leave' if filtered else ''}{where}"
    return MapPicture(np.asarray(whole), len(points), words)


def _view(place: str) -> View:
    try:
        found = Place.parse(place)
    except InvalidQueryError:
        return EUROPE
    x, y = map_ground.mercator(np.array([found.lon]), np.array([found.lat]))[0]
    return float(x), float(y), found.resolution * _PAGE_WIDTH


def _rows(corpus: Corpus, words: str) -> tuple[np.ndarray | None, bool]:
    """Positions of the samples that filters leave, None for all; whether there are filters."""
    filters, _ = Filters.parse(words)
    if not filters:
        return None, False
    try:
        return np.flatnonzero(filters.mask(corpus.filter_table)), True
    except ExplorerError:  # of scores or reviews that are not at hand here
        return None, False


def _mark(draw: ImageDraw.ImageDraw, view: View, centre: tuple[float, float]) -> None:
    """A ring around the view's sample."""
    metres = map_ground.mercator(np.array([centre[0]]), np.array([centre[1]]))
    x, y = (float(value) for value in map_ground.pixels(view, SIZE, metres)[0])
    for radius, width, colour in ((15, 7, (255, 255, 255)), (14, 4, (214, 0, 108))):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour, width=width)


def _write_names(draw: ImageDraw.ImageDraw, view: View) -> None:
    taken: list[tuple[float, float, float, float]] = []
    towns_too = view[2] / SIZE[0] < _TOWNS_BELOW
    ink = tiles.rgb(LIGHT["map-name"])
    for words, x, y, is_town in map_ground.names(countries_first=True):
        if (is_town and not towns_too) or len(taken) >= _MOST_NAMES:
            break
        size = _TYPE if is_town else round(_TYPE * 1.25)
        px, py = (float(v) for v in map_ground.pixels(view, SIZE, np.array([[x, y]]))[0])
        half = text.width(words, size, bold=not is_town) / 2 + 8
        box = (px - half, py - size, px + half, py + size)
        outside = box[0] < 0 or box[1] < 0 or box[2] > SIZE[0] or box[3] > SIZE[1]
        if outside or any(a[0] < box[2] and box[0] < a[2] and a[1] < box[3] and box[1] < a[3] for a in taken):
            continue
        taken.append(box)
        font = text.font(size, bold=not is_town)
        draw.text(
            (px, py), words, font=font, fill=ink, anchor="mm", stroke_width=3, stroke_fill=(255, 255, 255)
        )


def _legend(counts: list[tuple[int, int]]) -> Image.Image:
    """The most frequent classes of what is in sight, in a strip as wide as the map."""
    shown = counts[:_MOST_CLASSES]
    rows = [(corine.land_cover(code).hex, corine.land_cover(code).title) for code, _ in shown]
    if len(counts) > len(shown):
        rows.append(("", f"and {len(counts) - len(shown)} more classes"))
    pad, line, column = 8, text.line_height(_TYPE) + 6, SIZE[0] // _COLUMNS
    strip = Image.new("RGB", (SIZE[0], -(-len(rows) // _COLUMNS) * line + 2 * pad), tiles.PAPER)
    drawn = ImageDraw.Draw(strip)
    for number, (colour, title) in enumerate(rows):
        down, across = divmod(number, _COLUMNS)
        left, top = across * column + pad, pad + down * line
        if colour:
            drawn.rectangle((left, top + 3, left + _TYPE, top + 3 + _TYPE), fill=colour, outline=(90, 90, 90))
        said = text.shortened(title, _TYPE, column - 3 * pad - _TYPE)
        text.draw(strip, (left + pad + _TYPE, top + line / 2), said, _TYPE, tiles.INK, anchor="lm")
    return strip
