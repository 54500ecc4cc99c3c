"""The profile chart under an animation: drawn once; on each frame only the cursor and its dots move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.ticker import MaxNLocator
from PIL import Image, ImageDraw

from explorer.export import text, tiles

GRID = (223, 229, 233)


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of the chart: `times` datetime64 `(n,)`, ascending, `values` float `(n,)`, NaN where there is none.

    `other_times`, `other_values` are the other sensor's, shown as diamonds. `filled` and `missing`, bool `(n,)` or empty,
    are dates that were gap-filled, shown as hollow dots, and that are not there, shown as ticks at the lower edge.
    """

    label: str
    colour: str
    times: np.ndarray
    values: np.ndarray
    other_times: np.ndarray = field(default_factory=lambda: np.zeros(0, "datetime64[ns]"))
    other_values: np.ndarray = field(default_factory=lambda: np.zeros(0))
    filled: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    missing: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))

    @property
    def filled_points(self) -> tuple[np.ndarray, np.ndarray]:
        """Times and values that were gap-filled."""
        at = np.flatnonzero(self.filled & np.isfinite(self.values)) if len(self.filled) else np.zeros(0, int)
        return self.times[at], self.values[at]

    @property
    def missing_times(self) -> np.ndarray:
        """Times of the dates that are not there."""
        return self.times[self.missing] if len(self.missing) else self.times[:0]


class Strip:
    """A chart of some curves over time, `image` uint8 `(height, width, 3)`, and where things are in it."""

    def __init__(
        self,
        width: int,
        height: int,
        size: int,
        curves: Sequence[Curve],
        title: str,
        span: tuple[np.datetime64, np.datetime64],
    ) -> None:
        self.width, self.curves, self._size = width, tuple(curves), size
        self._span = _seconds(span[0]), _seconds(span[1])
        self._low, self._high, self._ticks = self._range()
        labels = [f"{tick:.4g}" for tick in self._ticks]
        line = text.line_height(size)
        legend = self._legend(title)
        self.left = max(text.width(label, size) for label in labels) + max(4, size // 2)
        self.right = width - max(3, size // 2)
        self.top = legend.height + max(3, size // 3)
        self.bottom = self.top + height
        self.height = self.bottom + line + max(2, size // 5)
        canvas = Image.new("RGB", (width, self.height), tiles.PAPER)
        canvas.paste(legend, (0, 0))
        self._axes(canvas, labels)
        self._lines(canvas)
        self.image = np.asarray(canvas)
        self._discs = [tiles.disc(max(2.2, size * 0.26), tiles.rgb(curve.colour)) for curve in self.curves]

    def x(self, time: np.datetime64) -> float:
        """Where a time is, pixels from the left."""
        start, end = self._span
        return self.left + (_seconds(time) - start) / max(end - start, 1) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Where a value is, pixels from the top."""
        return self.bottom - (value - self._low) / (self._high - self._low) * (self.bottom - self.top)

    def mark(self, canvas: np.ndarray, time: np.datetime64) -> None:
        """Draw the cursor at a time, and a dot on each curve that has a value then, in place."""
        thick = max(1, self._size // 8)
        left = round(self.x(time)) - thick // 2
        if not self.left <= left <= self.right:
            return
        canvas[self.top : self.bottom, left : left + thick] = tiles.INK
        for curve, disc in zip(self.curves, self._discs, strict=True):
            found = np.flatnonzero(curve.times == time)
            if len(found) and np.isfinite(curve.values[found[0]]):
                half = disc.shape[0] // 2
                y = round(self.y(float(np.clip(curve.values[found[0]], self._low, self._high))))
                tiles.blend(canvas, y - half, left + thick // 2 - half, disc)

    def _range(self) -> tuple[float, float, np.ndarray]:
        start, end = (np.datetime64(int(t), "s") for t in self._span)
        inside = [c.values[(c.times >= start) & (c.times <= end)] for c in self.curves]
        inside += [c.other_values[(c.other_times >= start) & (c.other_times <= end)] for c in self.curves]
        found = np.concatenate([np.asarray(v, np.float64) for v in inside]) if inside else np.zeros(0)
        found = found[np.isfinite(found)]
        low, high = (float(found.min()), float(found.max())) if found.size else (0.0, 1.0)
        if high - low < 1e-6:
            low, high = low - 0.05, high + 0.05
        low, high = low - 0.04 * (high - low), high + 0.04 * (high - low)
        ticks = np.asarray(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
        return low, high, ticks[(ticks >= low) & (ticks <= high)]

    def _inside(self, times: np.ndarray) -> np.ndarray:
        start, end = (np.datetime64(int(t), "s") for t in self._span)
        return np.asarray((times >= start) & (times <= end))

    def _legend(self, title: str) -> Image.Image:
        """The chart's title, then each curve's name in its colour, then what line and diamond are; wrapped."""
        size, line = self._size, text.line_height(self._size)
        parts: list[tuple[str, str | None, bool]] = [(title, None, True)]
        parts += [(curve.label, curve.colour, False) for curve in self.curves if curve.label]
        parts += [("Planet Fusion", "line", False)]
        if any(np.isfinite(c.other_values).any() for c in self.curves):
            parts.append(("Sentinel-2, 2018", "diamond", False))
        if any(self._inside(curve.filled_points[0]).any() for curve in self.curves):
            parts.append(("gap-filled", "ring", False))
        if any(self._inside(curve.missing_times).any() for curve in self.curves):
            parts.append(("missing", "tick", False))
        gap, sign = size, round(size * 0.9)
        x = 0
        rows: list[list[tuple[int, str, str | None, bool]]] = [[]]
        for label, kind, bold in parts:
            label = text.shortened(label, size, self.width - sign - gap // 2, bold)
            wide = text.width(label, size, bold) + (0 if kind is None else sign + gap // 3)
            if x and x + wide > self.width:
                rows.append([])
                x = 0
            rows[-1].append((x, label, kind, bold))
            x += wide + gap
        image = Image.new("RGB", (self.width, line * len(rows)), tiles.PAPER)
        draw = ImageDraw.Draw(image)
        for number, row in enumerate(rows):
            base = number * line + round(size * 0.98)
            middle = base - size * 0.36
            for left, label, kind, bold in row:
                start = left
                if kind is not None:
                    _sign(draw, kind, left, middle, sign)
                    start += sign + gap // 3
                text.draw(image, (start, base), label, size, tiles.INK, bold=bold)
        return image

    def _axes(self, canvas: Image.Image, labels: Sequence[str]) -> None:
        draw, size = ImageDraw.Draw(canvas), self._size
        for tick, label in zip(self._ticks, labels, strict=True):
            y = round(self.y(float(tick)))
            draw.line((self.left, y, self.right, y), fill=GRID)
            text.draw(canvas, (self.left - max(3, size // 3), y), label, size, tiles.QUIET, anchor="rm")
        last = -1e9
        for time, label in _months(*self._span):
            x = round(self.x(time))
            draw.line((x, self.top, x, self.bottom), fill=GRID)
            wide = text.width(label, size)
            centre = min(max(x, self.left + wide / 2), self.right - wide / 2)
            if centre - wide / 2 > last + size * 0.6:
                text.draw(canvas, (centre, self.bottom + size * 1.1), label, size, tiles.QUIET, anchor="ms")
                last = centre + wide / 2
        draw.line((self.left, self.bottom, self.right, self.bottom), fill=(154, 167, 176))

    def _lines(self, canvas: Image.Image) -> None:
        box = (self.left, self.top, self.right + 1, self.bottom + 1)
        thick = max(1.3, self._size * 0.15)
        under = canvas.crop(box)

        def paint(draw: ImageDraw.ImageDraw, k: int) -> None:
            def place(time: np.datetime64, value: float) -> tuple[float, float]:
                return (self.x(time) - self.left + 0.5) * k, (self.y(value) - self.top + 0.5) * k

            for curve in self.curves:
                colour = tiles.rgb(curve.colour)
                for run in _runs(curve.values):
                    points = [place(curve.times[i], float(curve.values[i])) for i in run]
                    if len(points) > 1:
                        draw.line(points, fill=colour, width=round(thick * k), joint="curve")
                    else:  # alone between gaps
                        (x, y), r = points[0], thick * k
                        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
            for curve in self.curves:
                for time, value in zip(*curve.filled_points, strict=True):
                    _ring(draw, *place(time, float(value)), self._size * 0.24 * k, curve.colour, k)
                for time in curve.missing_times:
                    x, y = place(time, self._low)
                    draw.line((x, y, x, y - self._size * 0.5 * k), fill=tiles.QUIET, width=round(thick * k))
            for curve in self.curves:
                for time, value in zip(curve.other_times, curve.other_values, strict=True):
                    if np.isfinite(value):
                        _diamond(draw, *place(time, float(value)), self._size * 0.38 * k, curve.colour, k)

        drawn = tiles.smooth(under.width, under.height, paint)
        under.paste(drawn, (0, 0), drawn)
        canvas.paste(under, box[:2])


def _seconds(time: np.datetime64) -> int:
    return int(time.astype("datetime64[s]").astype(np.int64))


def _runs(values: np.ndarray) -> list[np.ndarray]:
    """Positions of values that stand together, without those that are missing."""
    there = np.flatnonzero(np.isfinite(values))
    return np.split(there, np.flatnonzero(np.diff(there) > 1) + 1) if len(there) else []


def _sign(draw: ImageDraw.ImageDraw, kind: str, left: int, middle: float, wide: int) -> None:
    if kind == "diamond":
        _diamond(draw, left + wide / 2, middle, wide * 0.45, "#5c6c75", 1)
    elif kind == "ring":
        _ring(draw, left + wide / 2, middle, wide * 0.3, "#5c6c75", 1)
    elif kind == "tick":
        draw.line(
            (left + wide / 2, middle - wide * 0.35, left + wide / 2, middle + wide * 0.35), fill=tiles.QUIET
        )
    else:
        colour = tiles.QUIET if kind == "line" else tiles.rgb(kind)
        high = max(1, wide // 6) if kind == "line" else max(2, wide // 3)
        draw.rectangle((left, middle - high / 2, left + wide, middle + high / 2), fill=colour)


def _ring(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: str, k: int) -> None:
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(box, fill=tiles.PAPER, outline=tiles.rgb(colour), width=k)


def _diamond(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: str, edge: int) -> None:
    for r, fill in ((radius + edge, tiles.PAPER), (radius, tiles.rgb(colour))):
        draw.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill=fill)


def _months(start: int, end: int) -> list[tuple[np.datetime64, str]]:
    """First days of months to label: all, or every third, or every sixth, as the span allows."""
    first, last = np.datetime64(int(start), "s"), np.datetime64(int(end), "s")
    months = np.arange(first.astype("datetime64[M]"), last.astype("datetime64[M]") + 1)
    step = 1 if len(months) <= 5 else 3 if len(months) <= 13 else 6
    found: list[tuple[np.datetime64, str]] = []
    for month in months:
        number = int(month.astype(np.int64) % 12)
        if number % step == 0 and first <= month.astype("datetime64[s]") <= last:
            with_year = number == 0 or step == 6 or not found
            name = month.astype(object).strftime("%b %Y" if with_year else "%b")
            found.append((month.astype("datetime64[s]"), name))
    return found
