"""A story as a handout, PDF: a page a view with its pictures, chart, note and link; text is text, lines are lines."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from explorer.export import (
    base_address,
    charts,
    credit,
    figure_base,
    figures,
    files,
    frames,
    notes,
    place_map,
    seen,
    text,
    tiles,
)
from explorer.export.credit import Credit
from explorer.export.figure_base import INK, QUIET
from explorer.export.seen import Pictures, SeenView
from explorer.export.stories import State, Story
from explorer.export.timeline_strip import Curve

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

WIDE, HIGH = 11.69, 8.27
"""A4, landscape, in inches."""
MAX_QR_BYTES = 1200
"""Longer links have squares so small that no phone reads them on paper."""
_MARGIN, _GAP = 0.45, 0.35
_TOP = 1.05  # below the title
_BOTTOM = 6.55  # where the strip with link and credit begins
_LEFT = 5.3  # the column of the pictures
_QR = 1.25
_CHART = 2.3
_TITLE, _NOTE, _SMALL, _TINY = 15.0, 10.0, 7.5, 6.5
_KEY_DPI = 200
_LINE = 1.38  # of the type's size
_POINT = 1 / 72
_LONG = int((HIGH - _TOP - _MARGIN) / (_NOTE * _LINE * _POINT))
"""Lines of a page that has nothing but a note."""
_UNDER = 0.95  # below the pictures, what they show in words

_RECTANGLE = [int(Path.MOVETO), *[int(Path.LINETO)] * 3, int(Path.CLOSEPOLY)]

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Handout:
    """A handout that was made: its pages, and why links have no QR codes (empty if they have)."""

    pages: int
    why: str = ""


@dataclass(frozen=True)
class _Plan:
    """What one view's pages will have: known before anything is read, so that pages can be counted."""

    state: State
    shown: SeenView
    words: tuple[str, ...]
    """Lines of the note."""
    url: str

    @property
    def fits(self) -> int:
        """Lines of the note that the first page has room for."""
        room = _BOTTOM - _TOP - (_CHART + 0.2 if self.shown.pins else 0.0)
        return int(room / (_NOTE * _LINE * _POINT))

    @property
    def pages(self) -> int:
        """Pages that the view takes."""
        return 1 + -(-max(len(self.words) - self.fits, 0) // _LONG)


def write(
    corpus: Corpus,
    story: Story,
    path: str | os.PathLike[str],
    *,
    base_url: str = "",
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Handout:
    """Write a story as PDF, A4, a page a view; a note that is longer goes on on further pages.

    `base_url` is the address under which readers reach the explorer: with it every view has its link, as text and as QR
    code (which needs the extra `slides`); without it, its query alone. `progress` counts views.

    Raises `InvalidQueryError` for an address that is none, `StoryError` where the first view names no sample, `OutputError`,
    `CancelledError`, and what `Corpus.cell` and the store raise.
    """
    files.suffix(path, (".pdf",), "a handout")
    base = base_address.check(base_url)
    ids = seen.samples(story)
    for sample_id in ids:
        corpus.cell(sample_id)  # what is wrong is said before anything is read
    why = "no address was given under which the links are reached (--base-url)" if not base else _no_codes()
    named = credit.of(corpus, ("PF-SR", "S2-SR", "labels"))
    plans = [_plan(*one, base) for one in zip(story.states, ids, strict=True)]
    count = sum(plan.pages for plan in plans)
    with files.replacing(path) as part:
        document = _begin(os.fspath(part), _about(story, named))
        try:
            page = 1
            for number, plan in enumerate(plans):
                files.check(cancel)
                pictures = seen.pictures(corpus, plan.shown, cancel=cancel)
                curves = _curves(corpus, plan, cancel)
                sheet = _first_page(corpus, story, plan, pictures, curves, (page, count))
                _finish(sheet, named, plan.url, with_code=not why)
                _save(document, [sheet, *_further_pages(story, plan, (page, count))])
                page += plan.pages
                if progress is not None:
                    progress(number + 1, len(plans))
        finally:
            _end(document)
    return Handout(count, why)


def _no_codes() -> str:
    try:
        import segno  # noqa: F401  whether it is there
    except ImportError:
        return "QR codes need segno: pip install 'rapidai4eo-explorer[slides]'"
    return ""


def _about(story: Story, named: Credit) -> dict[str, Any]:
    return {
        "Title": credit.plain(story.title, 250), "Author": credit.plain(story.author or named.line, 250),
        "Subject": credit.plain(f"{named.notice()} {named.licence} {named.citation}", 900), "Creator": credit.SOFTWARE,
    }  # fmt: skip


def _plan(state: State, sample_id: str, base: str) -> _Plan:
    words = _wrapped(notes.to_text(state.note), _NOTE, WIDE - 2 * _MARGIN - _LEFT - _GAP)
    link = state.link if state.link.startswith("?") else f"?{state.link}"
    return _Plan(state, seen.read(state, sample_id), tuple(words), base + link)


def _curves(corpus: Corpus, plan: _Plan, cancel: threading.Event | None) -> list[tuple[str, list[Curve]]]:
    """The first index of the pins, and the bands where there is room for both."""
    shown = plan.shown
    if not shown.pins:
        return []
    wanted = (*(() if plan.words else (frames.BANDS,)), shown.indices[0])
    return [(chart, frames.curves(corpus, shown.sample_id, chart, shown.pins, cancel)) for chart in wanted]


# Settings of the fonts are read when a document begins, when a page is kept and when it ends.
_begin = figure_base.alone(lambda path, about: PdfPages(path, metadata=about))
_end = figure_base.alone(lambda document: document.close())


@figure_base.alone
def _save(document: PdfPages, sheets: Sequence[_Sheet]) -> None:
    for sheet in sheets:
        document.savefig(sheet.figure)


@figure_base.alone
def _first_page(
    corpus: Corpus,
    story: Story,
    plan: _Plan,
    pictures: Pictures,
    curves: list[tuple[str, list[Curve]]],
    place: tuple[int, int],
) -> _Sheet:
    """Pictures at the left, the note and the charts at the right; alone, a row of pictures has both columns."""
    sheet = _Sheet(story, plan.state.title, place)
    left = _MARGIN + _LEFT + _GAP
    right = (left, _TOP, WIDE - _MARGIN - left, _BOTTOM - _TOP)
    alone = not plan.words and not curves
    wide = WIDE - 2 * _MARGIN if alone and len(pictures.pictures) > 1 else _LEFT
    told = [f"{pictures.dates}.", *pictures.lines, figures.label_line(corpus, plan.shown.sample_id)]
    rows = [row for one in told for row in _wrapped(one, _SMALL, wide)]
    under = max(_UNDER, 0.2 + len(rows) * _SMALL * _LINE * _POINT)
    below = sheet.pictures(pictures, (_MARGIN, _TOP, wide, _BOTTOM - under - _TOP))
    sheet.lines(_MARGIN, below + 0.08, rows, _SMALL, QUIET)
    at = sheet.lines(left, _TOP, plan.words[: plan.fits], _NOTE, INK)
    if curves:
        top = at + 0.2 if plan.words else _TOP
        sheet.curves(curves, plan.shown, (left, top, right[2], _BOTTOM - top))
    elif alone and wide == _LEFT:
        sheet.place(corpus.cell(plan.shown.sample_id).centre, right)
    return sheet


@figure_base.alone
def _finish(sheet: _Sheet, named: Credit, url: str, *, with_code: bool) -> None:
    sheet.foot(named, url, with_code=with_code)


@figure_base.alone
def _further_pages(story: Story, plan: _Plan, place: tuple[int, int]) -> list[_Sheet]:
    """What of a note the first page has no room for."""
    rest = plan.words[plan.fits :]
    sheets: list[_Sheet] = []
    while rest:
        number = place[0] + 1 + len(sheets)
        sheets.append(_Sheet(story, f"{plan.state.title} (continued)", (number, place[1])))
        sheets[-1].lines(_MARGIN, _TOP, rest[:_LONG], _NOTE, INK)
        rest = rest[_LONG:]
    return sheets


def _wrapped(words: str, points: float, inches: float) -> list[str]:
    """Text in lines that fit a column; an empty line between paragraphs, none between a list's entries."""
    room = round(inches / _POINT * 10 * 0.97)  # measured ten times as large
    lines: list[str] = []
    for paragraph in words.split("\n"):
        if lines and not paragraph.startswith("– "):
            lines.append("")
        lines += text.wrap(paragraph, round(points * 10), room)
    return lines


class _Sheet:
    """One page; places are in inches from its upper left corner."""

    def __init__(self, story: Story, title: str, place: tuple[int, int]) -> None:
        self.figure = Figure(figsize=(WIDE, HIGH), dpi=figure_base.DPI)
        FigureCanvasAgg(self.figure)
        about = " · ".join(filter(None, (credit.plain(story.title, 120), credit.plain(story.author, 80))))
        self._line(_MARGIN, 0.4, about, 8.0, QUIET)
        self._line(WIDE - _MARGIN, 0.4, f"Page {place[0]} of {place[1]}", 8.0, QUIET, align="right")
        room = WIDE - 2 * _MARGIN
        size = _TITLE if len(_wrapped(title, _TITLE, room)) < 2 else _TITLE * 0.75
        for number, row in enumerate(_wrapped(credit.plain(title), size, room)[:2]):
            self._line(_MARGIN, 0.74 + number * 0.22, row, size, INK, bold=True)

    def pictures(self, shown: Pictures, box: tuple[float, float, float, float]) -> float:
        """Draw a view's pictures into a box (left, top, width, height), each under its date; where they end."""
        left, top, wide, high = box
        columns = shown.columns
        rows = -(-len(shown.pictures) // columns)
        head, gap = 0.2, 0.08
        ramp = 0.5 if shown.legend is not None else 0.0
        key = self._key(shown, wide)
        extra = 0.0 if key is None else key.shape[0] / _KEY_DPI + 0.1
        size = min(
            (wide - gap * (columns - 1)) / columns, (high - ramp - extra - gap * (rows - 1)) / rows - head
        )
        for number, one in enumerate(shown.pictures):
            row, col = divmod(number, columns)
            x, y = left + col * (size + gap), top + row * (size + head + gap)
            self._line(x, y + 0.13, one.date, 9.0 if size > 1.5 else 5.0, INK, bold=True)
            axes = self._axes(x, y + head, size, size)
            axes.imshow(one.pixels, interpolation="none")
            axes.set_axis_off()
        below = top + rows * (size + head + gap) - gap
        if shown.legend is not None:
            figure_base.ramp(self._axes(left, below + 0.12, min(wide, 4.0), 0.12), shown.legend)
        if key is not None:
            axes = self._axes(left, below + ramp + 0.1, key.shape[1] / _KEY_DPI, key.shape[0] / _KEY_DPI)
            axes.imshow(key, aspect="auto")
            axes.set_axis_off()
        return below + ramp + extra + 0.06

    @staticmethod
    def _key(shown: Pictures, wide: float) -> np.ndarray | None:
        """What colours over the pictures mean; None where nothing lies over them."""
        if not shown.key:
            return None
        half = (len(shown.key) + 1) // 2  # in two columns: the picture keeps its room
        columns = [
            np.asarray(tiles.key(part, round(wide / 2 * _KEY_DPI), round(_SMALL / 72 * _KEY_DPI)))
            for part in (shown.key[:half], shown.key[half:])
            if part
        ]
        high = max(one.shape[0] for one in columns)
        return np.hstack(
            [np.pad(one, ((0, high - one.shape[0]), (0, 0), (0, 0)), constant_values=255) for one in columns]
        )

    def curves(
        self,
        found: Sequence[tuple[str, list[Curve]]],
        shown: SeenView,
        box: tuple[float, float, float, float],
    ) -> None:
        """Draw a profile's charts under each other into a box."""
        left, top, wide, high = box
        told = charts.how_drawn([curve for _, curves in found for curve in curves])
        legend = _wrapped(told, _TINY, wide)
        high -= len(legend) * _TINY * _LINE * _POINT + 0.05
        each = high / len(found)
        for number, (chart, curves) in enumerate(found):
            axes = self._axes(left + 0.45, top + number * each + 0.3, wide - 0.55, each - 0.6)
            charts.draw_chart(axes, chart, curves, shown.pins, shown.date)
            if chart == frames.BANDS and len(shown.pins) > 1:  # its name stands at the other chart
                axes.set_title(
                    f"Reflectance at {len(shown.pins)}", loc="left", fontsize=9, fontweight="bold", pad=5
                )
            axes.xaxis.set_major_locator(mdates.MonthLocator(bymonth=(1, 7)))
            axes.tick_params(labelsize=7)
        self.lines(left, top + high, legend, _TINY, QUIET)

    def place(self, centre: tuple[float, float], box: tuple[float, float, float, float]) -> None:
        """A map of Europe with a place (degrees) marked, in a box."""
        left, top, wide, high = box
        image = np.asarray(place_map.image(*centre))
        scale = min(wide / image.shape[1], high / image.shape[0])
        axes = self._axes(left, top + 0.2, image.shape[1] * scale, image.shape[0] * scale)
        axes.imshow(image)
        axes.set_axis_off()

    def foot(self, named: Credit, url: str, *, with_code: bool) -> None:
        """The link, its QR code, whom to name and on which terms."""
        top, left = _BOTTOM + 0.15, _MARGIN
        code = _code(url) if with_code and len(url.encode()) <= MAX_QR_BYTES else None
        if code is not None:
            axes = self._axes(_MARGIN, top, _QR, _QR)
            _draw_code(axes, code)
            left += _QR + 0.2
        room = WIDE - _MARGIN - left
        heading = (
            "This view, in the browser"
            if urlsplit(url).scheme
            else "This view: add to the explorer's address"
        )
        if with_code and code is None:
            heading += " (too long for a QR code)"
        self._line(left, top + 0.1, heading, _SMALL, INK, bold=True)
        at = top + 0.16
        for row in _wrapped(url, _SMALL, room)[:5]:
            at += _SMALL * _LINE * _POINT
            self._line(left, at, row, _SMALL, INK, url=url if urlsplit(url).scheme else None)
        terms = " ".join(
            filter(None, (named.notice(), f"Licence: {named.licence}.", f"Cite: {named.citation}"))
        )
        rows = _wrapped(terms, _TINY, room)
        at = min(max(at + 0.1, HIGH - _MARGIN - len(rows) * _TINY * _LINE * _POINT), HIGH - 0.6)
        self.lines(left, at, rows, _TINY, QUIET)

    def lines(self, left: float, top: float, rows: Sequence[str], points: float, colour: str) -> float:
        """Lines of text from a place downwards; where they end."""
        at = top
        for row in rows:
            at += points * _LINE * _POINT
            self._line(left, at, row, points, colour)
        return at

    def _line(
        self, left: float, base: float, row: str, points: float, colour: str, *, bold: bool = False, align: str = "left",
        url: str | None = None,
    ) -> None:  # fmt: skip
        if row:
            self.figure.text(
                left / WIDE, 1 - base / HIGH, row, size=points, color=colour, va="baseline", ha=align,
                weight="bold" if bold else "normal", url=url,
            )  # fmt: skip

    def _axes(self, left: float, top: float, width: float, height: float) -> Axes:
        return self.figure.add_axes((left / WIDE, 1 - (top + height) / HIGH, width / WIDE, height / HIGH))


def _code(url: str) -> np.ndarray | None:
    """A QR code (ISO/IEC 18004) as bool `(n, n)`, True where it is dark, its quiet zone included."""
    import segno

    try:
        found = segno.make_qr(url, error="l")
    except segno.DataOverflowError:
        return None
    return np.array([list(row) for row in found.matrix_iter(border=4)], bool)


def _draw_code(axes: Axes, code: np.ndarray) -> None:
    """Dark runs as one path, which stays sharp in any size; a picture would be smoothed by some readers."""
    corners: list[tuple[float, float]] = []
    kinds: list[int] = []
    for y, row in enumerate(code.tolist()):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                corners += [(x, y), (x + length, y), (x + length, y + 1), (x, y + 1), (x, y)]
                kinds += _RECTANGLE
            x += length
    axes.add_patch(PathPatch(Path(np.array(corners, float), kinds), facecolor="black", linewidth=0))
    axes.set_xlim(0, len(code))
    axes.set_ylim(len(code), 0)
    axes.set_axis_off()
