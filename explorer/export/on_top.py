"""What lies over a sample's pictures in files, as on the page: a map of land cover, and what was seen on the ground; each with its key and whom to name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import ImageDraw

from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.export import tiles
from explorer.export.text import Colour
from explorer.opinions import ground_marks, overlay_look
from explorer.opinions.ground_marks import GroundMark

_MOST_CLASSES = 6
"""Classes that a key names, of the land cover and of the ground each."""
_DARK: Colour = (20, 20, 20)


@dataclass(frozen=True)
class OnTop:
    """Over each picture of a sample: `cover` uint8 `(y, x, 4)` on the picture's own pixels, and `marks`.

    `key` has colours and words, `lines` say what it is and whom to name, a sentence each; `credits` whom to name alone.
    """

    cover: np.ndarray | None
    marks: tuple[GroundMark, ...]
    key: tuple[tuple[Colour, str], ...]
    lines: tuple[str, ...]
    credits: tuple[str, ...]

    def marks_tile(self, size: int, window: tuple[float, float, float], type_size: int) -> np.ndarray | None:
        """The marks as they lie on a picture `size` pixels wide: RGBA uint8 `(size, size, 4)`; None where there are none. `window` as in `frames.Style`."""
        if not self.marks:
            return None
        zoom, row, col = window
        unit = size / PF_SR.size * zoom
        half, line = max(3.0, type_size * 0.4), max(1.2, type_size * 0.14)
        return np.asarray(tiles.smooth(size, size, _painted(self.marks, unit, (row, col), half, line)))


def _painted(
    marks: tuple[GroundMark, ...], unit: float, start: tuple[float, float], half: float, line: float
) -> Callable[[ImageDraw.ImageDraw, int], None]:
    """Outlines of polygons, then the diamonds of points, in rims that show on any ground; `unit` pixels for one of the chip's."""

    def paint(draw: ImageDraw.ImageDraw, factor: int) -> None:
        def place(corner: list[float]) -> tuple[float, float]:
            return (corner[1] - start[1]) * unit * factor, (corner[0] - start[0]) * unit * factor

        for mark in marks:
            for ring in mark.rings:
                corners = [place(corner) for corner in ring]
                draw.line(corners, fill=(*_DARK, 160), width=round((line + 2) * factor), joint="curve")
        for mark in marks:
            for ring in mark.rings:
                corners = [place(corner) for corner in ring]
                draw.line(corners, fill=tiles.rgb(mark.colour), width=round(line * factor), joint="curve")
        for mark in marks:
            if mark.rings:
                continue
            x, y = place([mark.row, mark.col])
            for reach, fill in (
                (half + 2, _DARK),
                (half + 1, (255, 255, 255)),
                (half, tiles.rgb(mark.colour)),
            ):
                r = reach * factor
                draw.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill=fill)

    return paint


def read(
    corpus: Corpus, sample_id: str, overlay: str = "", ground: bool = False, size: int = PF_SR.size
) -> OnTop | None:
    """What lies over a sample's pictures of `size` pixels along an edge; None where nothing does.

    `overlay` as a link says it (`worldcover,40`). Raises `InvalidQueryError`, `UnknownOverlayError`, and what `Corpus.cell` and
    the map's raster raise; sets of the ground that cannot be read are named in `lines`.
    """
    look = overlay_look.parse(overlay)
    key: list[tuple[Colour, str]] = []
    lines, credits_, cover = [], [], None
    if look.name:
        chosen = corpus.overlays[look.name]
        found = chosen.cover(corpus.cell(sample_id), (size, size))
        cover = found.rgba
        cover[..., 3] = np.round(cover[..., 3] * (look.opacity / 100))
        rows = [
            (tiles.rgb(one.colour), f"{look.name}: {one.title} {tiles.percent(one.share)}")
            for one in found.classes
        ]
        key += _shortened(rows, tiles.GONE)
        lines.append(f"Over it: the land cover {look.name}, {look.opacity} % opaque ({chosen.credit}).")
        credits_.append(f"{look.name}: {chosen.credit}")
    marks: tuple[GroundMark, ...] = ()
    if ground:
        seen = ground_marks.of_sample(corpus, sample_id)
        marks = seen.marks
        classes = dict.fromkeys((tiles.rgb(one.colour), f"On the ground: {one.title}") for one in marks)
        key += _shortened(list(classes), tiles.GONE)
        credits_ += seen.credits
        lines += [f"Seen on the ground: {line}." for line in (*seen.credits, *seen.problems)]
        if seen.more:
            lines.append(f"{seen.more} more that were seen on the ground are not drawn.")
    if cover is None and not lines:
        return None
    return OnTop(cover, marks, tuple(key), tuple(lines), tuple(credits_))


def _shortened(rows: list[tuple[Colour, str]], colour: Colour) -> list[tuple[Colour, str]]:
    """The first rows of a key, and how many others there are."""
    rest = len(rows) - _MOST_CLASSES
    return (
        rows
        if rest <= 0
        else [*rows[:_MOST_CLASSES], (colour, f"{rest} more class{'es' if rest > 1 else ''}")]
    )
