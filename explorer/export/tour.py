"""A camera tour as a video: from Europe over the country and the sample's place to its picture and one pixel's profile.

A frame is drawn from the map's vectors, the samples and the picture, in web mercator, as the page's map is.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from PIL import Image, ImageDraw

from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR
from explorer.core.theme import LIGHT
from explorer.corpus.tables import places, towns
from explorer.export import (
    animation,
    credit,
    files,
    frames,
    map_ground,
    scene,
    text,
    tiles,
    timeline_strip,
    video_encoders,
)
from explorer.export.credit import Credit
from explorer.export.frames import FramePainter, Style
from explorer.export.text import Colour
from explorer.export.zoom_path import View, eased, zoom_path

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

FORMATS = (".mp4", ".webm")
SIZES = {1: (640, 360), 2: (960, 540), 3: (1280, 720), 4: (1920, 1080)}
"""Scale -> width and height in pixels."""
FPS = 25
SECONDS = 8.0
LEAST_SECONDS, MOST_SECONDS = 4.0, 20.0
EUROPE: View = (1.6e6, 7.3e6, 1.15e7)
"""What the tour begins with, in metres of EPSG:3857."""
_PLACE_M, _PICTURE_SHARE, _PIXEL_ZOOM = 110_000.0, 0.86, 6.0
# Shares of the time: when the camera is on its way to each stage, and when it is there.
_WAYS = ((0.06, 0.24), (0.30, 0.48), (0.52, 0.68), (0.74, 0.84))
_PROFILE = (0.82, 0.97)
_FADE = 0.03
_MARK: Colour = (214, 0, 108)
_NAMES_OF = {0: 0, 1: 9, 2: 8}
"""Names at most of each stage that has some."""

Progress = Callable[[int, int], None]


def write(
    corpus: Corpus,
    sample_id: str,
    path: str | os.PathLike[str],
    *,
    pin: tuple[int, int] | None = None,
    date: Any = None,
    composite: str = "true",
    stretch: str = "natural",
    chart: str = "NDVI",
    seconds: float = SECONDS,
    scale: int = 3,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Credit:
    """Write a tour to `path` (`.mp4`, `.webm`), `seconds` (4 to 20) long, as large as `scale` (1 to 4, `SIZES`) says.

    `pin` is (row, col) of the 3 m grid, the middle without it; of the dates that are there, the nearest to `date` is shown; `chart` is the index of its profile. Needs the extra `video`. Blocks;
    `progress` is called with (done, total) of frames; `cancel` gives up. The file is whole or not there.

    Raises `InvalidQueryError`, `OutputError`, `CancelledError`, and as `scene.scene`.
    """
    ending = files.suffix(path, FORMATS, "a tour")
    tour = Tour(
        corpus, sample_id, pin=pin, date=date, composite=composite, stretch=stretch, chart=chart, seconds=seconds,
        scale=scale, cancel=cancel, check=lambda: video_encoders.av_library(),
    )  # fmt: skip
    with files.replacing(path) as part, ThreadPoolExecutor(2) as pool:

        def painted() -> Iterator[np.ndarray]:
            for done, frame in enumerate(animation.ahead(pool, tour.frame, tour.count), start=1):
                files.check(cancel)
                yield frame
                if progress is not None:
                    progress(done, tour.count)

        video_encoders.VIDEO[ending](part, painted(), FPS, tour.about)
        files.check(cancel)
    return tour.credit


@dataclass(frozen=True)
class _Name:
    """A name on the map at metres of EPSG:3857; `stage` is that which it belongs to."""

    words: str
    x: float
    y: float
    stage: int
    is_town: bool


class Tour:
    """Paints the frames of a tour, in any order and from many threads."""

    def __init__(
        self,
        corpus: Corpus,
        sample_id: str,
        *,
        pin: tuple[int, int] | None,
        date: Any,
        composite: str,
        stretch: str,
        chart: str,
        seconds: float,
        scale: int,
        cancel: threading.Event | None = None,
        check: Callable[[], object] = lambda: None,
    ) -> None:
        if isinstance(seconds, bool) or not LEAST_SECONDS <= seconds <= MOST_SECONDS:
            raise InvalidQueryError(
                f"a tour of {seconds!r} seconds; it can have {LEAST_SECONDS:g} to {MOST_SECONDS:g}"
            )
        if isinstance(scale, bool) or scale not in SIZES:
            raise InvalidQueryError(f"scale is {scale!r}; a tour comes in {', '.join(map(str, SIZES))}")
        check()  # said before anything is read
        self.size = SIZES[scale]
        self.count = round(seconds * FPS)
        self._type = max(11, round(self.size[1] / 42))
        middle = PF_SR.size // 2
        self.pin = pin or (middle, middle)
        wanted = PF_SR.parse_date(date) if date is not None else dt.date(2018, 7, 2)
        there = scene.read(
            corpus, sample_id, PF_SR, cancel=cancel
        ).there  # all dates, which the profile needs too
        day = min((PF_SR.dates[int(i)] for i in there), key=lambda one: abs(one - wanted), default=wanted)
        style = Style(scale=1, header=False, scale_bar=False, class_bar=False, chart=None, attribution=False)
        self._painter: FramePainter = frames.painter(
            corpus, sample_id, composite=composite, stretch=stretch, dates=[day], pins=[self.pin], style=style, cancel=cancel
        )  # fmt: skip
        self._curves = frames.curves(corpus, sample_id, chart, self._painter.pins, cancel)
        self._chart = frames.curve_name(chart)
        self.credit = credit.of(corpus, ("PF-SR", "S2-SR", "labels"))
        cell = corpus.cell(sample_id)
        self._corners = _corners(cell.footprint(3857))
        lon, lat = cell.centre
        self._at = map_ground.mercator(np.array([lon]), np.array([lat]))[0]
        self._views = self._stages(lon, lat)
        self._points, self._colours, _ = map_ground.samples(corpus)
        self._names = _names(self._views, self.size)
        self._captions = self._words(corpus, sample_id, lon, lat)
        self._panel = self._profile()
        self._foot = self._credit_strip()
        step = self._painter.steps[0]
        self._picture = Image.fromarray(self._painter.picture(step)).convert("RGBA")
        title = f"{sample_id}, a tour from Europe to one pixel"
        self.about = credit.about(
            self.credit, title, sample_id=sample_id, dates=[step.text], shows=self._painter.scene.shows()
        )  # fmt: skip

    def view(self, share: float) -> View:
        """What the camera sees after a share of the time: middle and width, metres of EPSG:3857."""
        for number, (start, end) in reversed(list(enumerate(_WAYS))):
            if share >= start:
                way = zoom_path(self._views[number], self._views[number + 1])
                return way(eased((share - start) / (end - start)))
        return self._views[0]

    def frame(self, number: int) -> np.ndarray:
        """One frame, uint8 `(height, width, 3)`."""
        share = number / max(self.count - 1, 1)
        view = self.view(share)
        image = map_ground.ground(view, self.size)
        canvas = np.array(image)
        self._scatter(canvas, view)
        image = Image.fromarray(canvas)
        draw = ImageDraw.Draw(image, "RGBA")
        for name in self._names:
            self._write_name(draw, view, name)
        self._lay_picture(image, view)
        self._mark(draw, view, share)
        self._caption(image, share)
        shown = (share - _PROFILE[0]) / (_PROFILE[1] - _PROFILE[0])
        if shown > 0:
            self._lay_profile(image, min(shown, 1.0))
        image.paste(self._foot, (0, self.size[1] - self._foot.height))
        return np.asarray(image)

    # -- what is known before the first frame -----------------------------------------------------------------------

    def _stages(self, lon: float, lat: float) -> list[View]:
        """Europe, the country, the place, the picture, the pixel."""
        width, height = self.size
        x, y = (float(v) for v in self._at)
        at = int(places.countries_of(np.array([lon]), np.array([lat]))[0])
        country = (x, y, 1.2e6)
        if at >= 0:
            west, south, east, north = places.countries()[at].bounds
            (x0, y0), (x1, y1) = map_ground.mercator(np.array([west, east]), np.array([south, north]))
            wide = max(x1 - x0, (y1 - y0) * width / height) * 1.15
            # Of a country that is larger than a view of it can show, what lies around the place.
            country = ((x0 + x1) / 2, (y0 + y1) / 2, wide) if wide < 4e6 else (x, y, 3e6)
        side = math.sqrt(
            abs(_cross(self._corners[1] - self._corners[0], self._corners[3] - self._corners[0]))
        )
        picture = side / _PICTURE_SHARE * width / (height - 2 * self._bar)
        row, col = (value + 0.5 for value in self.pin)
        px, py = self._ground(row, col)
        zoomed = picture / _PIXEL_ZOOM
        # The profile stands at the right: the pixel in the middle of what is left.
        return [EUROPE, country, (x, y, _PLACE_M), (x, y, picture), (px + zoomed * 0.21, py, zoomed)]

    @property
    def _bar(self) -> int:
        return round(self._type * 2.2)

    def _ground(self, row: float, col: float) -> tuple[float, float]:
        """Metres of a place in the picture, counted in 3 m pixels from its upper left corner."""
        origin, across, down = (
            self._corners[0],
            self._corners[1] - self._corners[0],
            self._corners[3] - self._corners[0],
        )
        x, y = origin + across * col / PF_SR.size + down * row / PF_SR.size
        return float(x), float(y)

    def _words(self, corpus: Corpus, sample_id: str, lon: float, lat: float) -> list[str]:
        at = int(places.countries_of(np.array([lon]), np.array([lat]))[0])
        country = places.countries()[at].name if at >= 0 else "Where the sample lies"
        step = self._painter.steps[0]
        row, col = self.pin
        return [
            f"Europe: {len(self._points):,} samples", country, towns.in_words(lat, lon) or sample_id,
            f"{self._painter.scene.sensor}: {PF_SR.dates[step.index].day} {PF_SR.dates[step.index]:%B %Y}"
            + (f", {step.mark}" if step.mark else ""),
            f"One pixel, row {row}, col {col}: its {self._chart} over two years",
        ]  # fmt: skip

    def _profile(self) -> timeline_strip.Strip:
        width, height = self.size
        times = self._curves[0].times
        span = times[0] - np.timedelta64(10, "D"), times[-1] + np.timedelta64(10, "D")
        return timeline_strip.Strip(
            round(width * 0.44), round(height * 0.4), self._type, self._curves, self._chart, span
        )  # fmt: skip

    def _credit_strip(self) -> Image.Image:
        size = max(9, round(self._type * 0.72))
        words = f"{self.credit.line} · Map: Natural Earth, GeoNames (CC BY 4.0)"
        rows = text.wrap(words, size, self.size[0] - 2 * size)
        strip = Image.new("RGB", (self.size[0], len(rows) * text.line_height(size) + size // 2), tiles.PAPER)
        for number, row in enumerate(rows):
            at = (size, size // 4 + number * text.line_height(size) + size)
            text.draw(strip, at, row, size, tiles.QUIET)
        return strip

    # -- parts of a frame -------------------------------------------------------------------------------------------

    def _pixels(self, view: View, xy: np.ndarray) -> np.ndarray:
        """Metres `(n, 2)` as places on the screen."""
        return map_ground.pixels(view, self.size, xy)

    def _scatter(self, canvas: np.ndarray, view: View) -> None:
        """The samples, until the picture is near."""
        strength = min(max((view[2] / self.size[0] - 25) / 60, 0.0), 0.9)
        map_ground.scatter(canvas, view, self._points, self._colours, strength)

    def _write_name(self, draw: ImageDraw.ImageDraw, view: View, name: _Name) -> None:
        away = abs(math.log2(view[2] / self._views[name.stage][2]))
        strength = min(max(2 * (1 - away), 0.0), 1.0)
        if strength == 0:
            return
        x, y = self._pixels(view, np.array([[name.x, name.y]]))[0]
        ink = (*tiles.rgb(LIGHT["map-name"]), round(255 * strength))
        halo = (255, 255, 255, round(210 * strength))
        size = self._type if name.is_town else round(self._type * 1.35)
        font = text.font(size, bold=not name.is_town)
        if name.is_town:
            draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=ink)
            draw.text(
                (x + 7, y), name.words, font=font, fill=ink, anchor="lm", stroke_width=2, stroke_fill=halo
            )
        else:
            draw.text((x, y), name.words, font=font, fill=ink, anchor="mm", stroke_width=2, stroke_fill=halo)

    def _lay_picture(self, image: Image.Image, view: View) -> None:
        corners = self._pixels(view, self._corners)
        side = float(np.hypot(*(corners[1] - corners[0])))
        if side < 2:
            return
        size = self._picture.width
        across, down = (corners[1] - corners[0]) / size, (corners[3] - corners[0]) / size
        # From the screen back to the picture, as Pillow wants it.
        inverse = np.linalg.inv(np.array([across, down]).T)
        offset = -inverse @ corners[0]
        coefficients = (*inverse[0], offset[0], *inverse[1], offset[1])
        way = Image.Resampling.NEAREST if side > 1.5 * size else Image.Resampling.BILINEAR
        laid = self._picture.transform(image.size, Image.Transform.AFFINE, coefficients, way)
        image.paste(laid, (0, 0), laid.getchannel("A"))

    def _mark(self, draw: ImageDraw.ImageDraw, view: View, share: float) -> None:
        """A ring around the sample from afar, its outline from near, the pixel's at last."""
        corners = self._pixels(view, self._corners)
        side = float(np.hypot(*(corners[1] - corners[0])))
        thick = max(2, round(self._type / 6))
        if side < 3 * self._type:
            x, y = corners.mean(axis=0)
            r = max(self._type * 0.8, side * 0.75)
            for grow, colour in ((thick, (255, 255, 255)), (0, _MARK)):
                draw.ellipse((x - r, y - r, x + r, y + r), outline=colour, width=thick + grow)
            return
        draw.line([tuple(p) for p in (*corners, corners[0])], fill=(255, 255, 255), width=thick)
        if share > _WAYS[3][0]:
            row, col = self.pin
            box = np.array([self._ground(row + dr, col + dc) for dr, dc in ((0, 0), (0, 1), (1, 1), (1, 0))])
            drawn = [tuple(p) for p in self._pixels(view, np.vstack([box, box[:1]]))]
            draw.line(drawn, fill=(255, 255, 255), width=thick + 3, joint="curve")
            draw.line(drawn, fill=_MARK, width=thick, joint="curve")
            middle = np.mean(drawn[:4], axis=0)
            r = 1.3 * self._type
            for grow, colour in ((2, (255, 255, 255)), (0, _MARK)):
                draw.ellipse((*(middle - r), *(middle + r)), outline=colour, width=thick + grow)

    def _caption(self, image: Image.Image, share: float) -> None:
        """The words of the stage that the camera is at, or on its way to."""
        arrivals = [0.0, *((start + end) / 2 for start, end in _WAYS)]
        stage = max(i for i, at in enumerate(arrivals) if share >= at)
        fade = min((share - arrivals[stage]) / _FADE, 1.0) if stage else 1.0
        size = round(self._type * 1.5)
        pad = self._type // 2
        words = text.shortened(self._captions[stage], size, image.width - 6 * pad, bold=True)
        box = Image.new(
            "RGBA",
            (text.width(words, size, bold=True) + 4 * pad, text.line_height(size) + pad),
            (10, 18, 24, 190),
        )
        text.draw(box, (2 * pad, box.height / 2), words, size, (255, 255, 255), bold=True, anchor="lm")
        faded = box.getchannel("A").point(lambda value: round(value * fade))
        image.paste(box.convert("RGB"), (2 * pad, 2 * pad), faded)

    def _lay_profile(self, image: Image.Image, shown: float) -> None:
        """The profile in a box at the right, drawn from its beginning on."""
        strip = self._panel
        pixels = strip.image.copy()
        until = round(strip.left + (strip.right - strip.left) * shown)
        pixels[strip.top : strip.bottom, until + 1 : strip.right + 2] = tiles.PAPER
        pad = self._type
        box = Image.new("RGB", (strip.width + 2 * pad, pixels.shape[0] + 2 * pad), tiles.PAPER)
        box.paste(Image.fromarray(pixels), (pad, pad))
        at = (image.width - box.width - pad, (image.height - box.height) // 2)
        strength = round(255 * min(shown / 0.12, 1.0) * 0.96)
        image.paste(box, at, Image.new("L", box.size, strength))


def _names(views: Sequence[View], size: tuple[int, int]) -> list[_Name]:
    """Countries of the second stage, towns of the third: the most important that have room there."""
    width, height = size
    found: list[_Name] = []
    for stage in (1, 2):
        x, y, wide = views[stage]
        high = wide * height / width
        taken: list[tuple[float, float, float, float]] = []
        for words, at_x, at_y, is_town in map_ground.names(countries_first=stage == 1):
            px, py = (at_x - x) * width / wide + width / 2, height / 2 - (at_y - y) * width / wide
            half = len(words) * size[1] / 140
            box = (px - half - 12, py - size[1] / 40, px + 2 * half + 12, py + size[1] / 40)
            if abs(at_x - x) > wide * 0.45 or abs(at_y - y) > high * 0.4:
                continue
            if any(a[0] < box[2] and box[0] < a[2] and a[1] < box[3] and box[1] < a[3] for a in taken):
                continue
            taken.append(box)
            found.append(_Name(words, at_x, at_y, stage, is_town))
            if len(taken) >= _NAMES_OF[stage]:
                break
    return found


def _corners(footprint: shapely.Polygon) -> np.ndarray:
    """The corners of a cell from the upper left on, clockwise, metres `(4, 2)`."""
    corners = shapely.get_coordinates(footprint)[:4]
    centre = corners.mean(axis=0)
    angles = np.arctan2(*(corners - centre).T[::-1])
    clockwise = corners[np.argsort(-angles)]
    first = int(np.argmin((clockwise - centre) @ np.array([1.0, -1.0])))
    return np.roll(clockwise, -first, axis=0)


def _cross(a: np.ndarray, b: np.ndarray) -> float:
    return float(a[0] * b[1] - a[1] * b[0])
