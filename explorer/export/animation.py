"""Animations as files: GIF, MP4, WebM, animated WebP; with progress, and cancelled without a trace."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.export import files, frames, tiles, video_encoders
from explorer.export.frames import FramePainter, Style
from explorer.export.scene import Missing, Progress

FORMATS = files.ANIMATIONS
FPS = files.FPS
MAX_FPS = 60.0
_AHEAD = 8
"""Frames painted ahead of the encoder: it never waits, and memory stays bounded."""
_THREADS = 2
_SAMPLE = 24
"""Frames on which a GIF's palette is measured."""
_KEPT = 40
"""Colours of bars, lines and letters that a GIF keeps as they are."""

T = TypeVar("T")


def write(
    corpus: Corpus,
    sample_id: str,
    path: str | os.PathLike[str],
    *,
    product: str = "PF-SR",
    composite: str = "true",
    stretch: str = "natural",
    dates: Iterable[Any] | None = None,
    start: Any = None,
    end: Any = None,
    step: int = 1,
    missing: Missing = "mark",
    fps: float = FPS,
    scale: int = 3,
    pins: Iterable[Sequence[Any]] = (),
    chart: bool | str = True,
    style: Style | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> FramePainter:
    """Write a sample's animation to `path`; its ending (`FORMATS`) says how. Returns the painter of its frames.

    What is shown as `scene.scene` has it; `pins` (row, col, or row, col, name, of the 3 m grid) are drawn, and their curve
    moves beneath: `chart` is an index (True: NDVI), `bands`, `expr:FORMULA`, or False. `style` says more. Blocks; `progress`
    is called with (done, total), first of chips, then of frames; `cancel` gives up. The file is whole or not there.

    Raises `InvalidQueryError`, `OutputError`, `CancelledError`, and as `scene.scene`.
    >>> made = write(corpus, corpus.default_sample, folder / "field.gif", end="2018-01-31", pins=[(150, 110, "field")])
    >>> (folder / "field.gif").read_bytes()[:6]
    b'GIF89a'
    """
    ending = check(path, fps)
    wanted = style or Style(scale=scale)
    wanted = replace(
        wanted, chart=None if chart is False else chart if isinstance(chart, str) else wanted.chart
    )
    painter = frames.painter(
        corpus, sample_id, product=product, composite=composite, stretch=stretch, dates=dates, start=start, end=end,
        step=step, missing=missing, pins=pins, style=wanted, progress=progress, cancel=cancel,
    )  # fmt: skip
    with files.replacing(path) as part:
        encode(painter, part, ending, fps, progress, cancel)
        files.check(cancel)
    return painter


def check(path: str | os.PathLike[str], fps: float = FPS) -> str:
    """The ending of a file, if an animation can be written to it at that speed. Raises `OutputError`, `InvalidQueryError`."""
    ending = files.suffix(path, tuple(FORMATS), "an animation")
    if isinstance(fps, bool) or not 0.1 <= fps <= MAX_FPS:
        raise InvalidQueryError(f"{fps!r} frames a second; an animation has 0.1 to {MAX_FPS:g}")
    if ending in video_encoders.VIDEO:
        video_encoders.av_library()  # said before anything is read
    return ending


def encode(
    painter: FramePainter,
    path: Path,
    ending: str,
    fps: float = FPS,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> None:
    """Paint and encode all frames to a file, painting in threads ahead of the encoder."""
    count = len(painter.steps)

    def told(found: Iterator[T]) -> Iterator[T]:
        for done, frame in enumerate(found, start=1):
            files.check(cancel)
            yield frame
            if progress is not None:
                progress(done, count)

    with ThreadPoolExecutor(_THREADS) as pool:
        if ending == ".webp":

            def compressed(number: int) -> bytes:
                return video_encoders.webp_still(painter.frame(number))

            video_encoders.webp(path, told(ahead(pool, compressed, count)), painter.size, fps, painter.about)
        elif ending == ".gif":
            palette = _palette(painter)

            def reduced(number: int) -> np.ndarray:
                return palette.places(painter.frame(number))

            video_encoders.gif(path, told(ahead(pool, reduced, count)), fps, painter.about, palette)
        else:
            video_encoders.VIDEO[ending](path, told(ahead(pool, painter.frame, count)), fps, painter.about)


def _palette(painter: FramePainter) -> video_encoders.Palette:
    """A GIF's colours: those around the picture as they are, the others by pictures of all seasons."""
    left, top, right, bottom = painter.picture_box
    chosen = np.unique(np.linspace(0, len(painter.steps) - 1, _SAMPLE).round().astype(int))
    frames_seen = [painter.frame(int(i)) for i in chosen]
    pictures = [frame[top : bottom : painter.factor, left : right : painter.factor] for frame in frames_seen]
    around = np.concatenate([frames_seen[0][:top].reshape(-1, 3), frames_seen[0][bottom:].reshape(-1, 3)])
    found, counts = np.unique(around, axis=0, return_counts=True)
    marks = np.array([tiles.GAP, tiles.HATCH], np.uint8)  # of dates, also where the first has none
    kept = np.concatenate([found[np.argsort(-counts)[:_KEPT]], marks])
    return video_encoders.Palette(pictures, kept)


def ahead(pool: ThreadPoolExecutor, make: Callable[[int], T], count: int) -> Iterator[T]:
    """`make(0)`, `make(1)` ... in order, some of them made ahead by the pool; what nobody takes is given up."""
    waiting: deque[Future[T]] = deque()
    try:
        for number in range(count):
            waiting.append(pool.submit(make, number))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
