"""Figures as sheets of paper: a title, what is shown, whom to name; saved as PNG, SVG or PDF with metadata.

Drawn by matplotlib without pyplot. Its settings and fonts are shared by all threads, so that one figure is drawn at a time.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from explorer.analysis import colours
from explorer.analysis.composite import Legend
from explorer.core.errors import InvalidQueryError
from explorer.core.products import CELL_SIZE_M, PF_SR
from explorer.core.theme import LIGHT
from explorer.export import credit, files, text, tiles
from explorer.export.credit import Credit
from explorer.opinions.ground_marks import GroundMark

ENDINGS = {".png": "image/png", ".svg": "image/svg+xml", ".pdf": "application/pdf"}
"""Ending -> media type."""
DPI = 100
"""Of a picture at its plain size; PNG is twice that."""
MARGIN = 0.2
INK, QUIET = LIGHT["ink"], LIGHT["muted"]
_STYLE = {
    "font.family": "DejaVu Sans", "font.size": 8.5, "axes.edgecolor": LIGHT["axis"], "axes.labelcolor": INK,
    "text.color": INK, "xtick.color": QUIET, "ytick.color": QUIET, "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "grid.color": LIGHT["grid"], "grid.linewidth": 0.7,
    "axes.axisbelow": True, "legend.frameon": False, "legend.fontsize": 8, "text.parse_math": False,
    "svg.fonttype": "path", "svg.hashsalt": "explorer", "pdf.fonttype": 42, "hatch.linewidth": 0.6,
    "axes.unicode_minus": True, "text.usetex": False, "figure.facecolor": "white",
}  # fmt: skip
_LOCK = threading.RLock()

P = ParamSpec("P")
T = TypeVar("T")


def alone(draw: Callable[P, T]) -> Callable[P, T]:
    """One figure at a time, in our own style whatever a notebook has set."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        with _LOCK, mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(_STYLE)  # type: ignore[arg-type]  # every key is one of matplotlib's
            return draw(*args, **kwargs)

    return drawn


@dataclass(frozen=True)
class ExportFigure:
    """A finished figure with what its file says of itself; `save` writes it."""

    figure: Figure
    about: Mapping[str, str]
    credit: Credit

    def save(self, path: str | os.PathLike[str], scale: float = 2.0) -> Credit:
        """Write it; the ending says how. `scale` is of PNG: pixels for one of the plain size. Raises `OutputError`."""
        ending = files.suffix(path, tuple(ENDINGS), "a figure")
        if not 0.5 <= scale <= 6:
            raise InvalidQueryError(f"scale is {scale!r}; a figure can be 0.5 to 6 times as large")
        with files.replacing(path) as part:
            _write(self.figure, part, ending, scale, self.about)
        return self.credit


@alone
def _write(
    figure: Figure, path: os.PathLike[str], ending: str, scale: float, about: Mapping[str, str]
) -> None:
    figure.savefig(path, format=ending[1:], dpi=DPI * scale, metadata=_metadata(ending, about))


def _metadata(ending: str, about: Mapping[str, str]) -> dict[str, str]:
    rights = " ".join(about[name] for name in ("attribution", "licence", "terms") if name in about)
    told = credit.comment(about)
    if ending == ".pdf":
        return {
            "Title": about["title"],
            "Author": about["attribution"],
            "Subject": told,
            "Creator": about["software"],
        }
    if ending == ".svg":
        return {
            "Title": about["title"], "Description": told, "Rights": rights, "Source": about["citation"],
            "Creator": about["software"], "Date": about["made"],
        }  # fmt: skip
    return {
        "Title": about["title"], "Description": told, "Copyright": rights, "Source": about["citation"],
        "Software": about["software"],
    }  # fmt: skip


class Page:
    """A figure that is laid out from its top in inches: head, content, whom to name."""

    def __init__(self, width: float, content: float, title: str, lines: Sequence[str], given: Credit) -> None:
        self.width = width
        room = round((width - 2 * MARGIN) * DPI)
        told = [row for line in lines for row in text.wrap(line, 11, round(room * 0.97))]
        named = [row for line in given.lines for row in text.wrap(line, 9, round(room * 0.97))]
        heading = text.wrap(title, 17, round(room * 0.97), bold=True)
        head = round(MARGIN + 0.26 * len(heading) + 0.17 * len(told) + 0.08, 2)
        self.height = round(head + content + 0.14 + 0.14 * len(named) + MARGIN * 0.7, 2)
        self.top = head
        """Where the content begins, inches from the top."""
        self.figure = Figure(figsize=(width, self.height), dpi=DPI)
        FigureCanvasAgg(self.figure)
        at = MARGIN + 0.16
        for row in heading:
            self._line(at, row, 12, INK, bold=True)
            at += 0.26
        at -= 0.03
        for row in told:
            self._line(at, row, 8, INK)
            at += 0.17
        at = head + content + 0.14 + 0.1
        for row in named:
            self._line(at, row, 6.5, QUIET)
            at += 0.14

    def _line(self, at: float, row: str, points: float, colour: str, bold: bool = False) -> None:
        self.figure.text(
            MARGIN / self.width, 1 - at / self.height, row, size=points, color=colour, va="baseline",
            weight="bold" if bold else "normal",
        )  # fmt: skip

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes at a place in inches from the left, and from the top of the content."""
        bottom = self.height - self.top - top - height
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box)


def badge(axes: Axes, words: str, *, is_gap: bool) -> None:
    """Words on a plate above the right corner of a `picture`: that a date is missing, or gap-filled (`is_gap`)."""
    ground = LIGHT["gap"] if is_gap else LIGHT["absent"]
    axes.annotate(
        words, (1, 1), (-2, 4), xycoords="axes fraction", textcoords="offset points", ha="right", va="bottom", size=6.5,
        weight="bold", annotation_clip=False, bbox={"facecolor": ground, "edgecolor": "none", "boxstyle": "round,pad=0.2"},
    )  # fmt: skip


def picture(axes: Axes, rgba: np.ndarray | None, lack: str = "") -> None:
    """Show a picture crisp, uint8 `(y, x, 4)`; what is transparent, or not there at all (None), is hatched."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    size = CELL_SIZE_M
    gone = rgba is None or bool((rgba[..., 3] == 0).any())
    if gone:
        box = Rectangle(
            (0, 0), size, size, facecolor="#e2e7ea", edgecolor="#c3ccd1", hatch="////", linewidth=0
        )
        axes.add_patch(box)
    if rgba is not None:
        shown = rgba if gone else rgba[..., :3]
        axes.imshow(shown, extent=(0, size, 0, size), interpolation="none", zorder=2)
    else:
        heading, _, why = (lack or "missing").partition(": ")
        told = heading.capitalize() + (f":\n{credit.plain(why, 60)}" if why else "")
        axes.text(
            size / 2, size / 2, told, ha="center", va="center", size=7.5, wrap=True,
            bbox={"facecolor": "#e2e7ea", "edgecolor": "none", "pad": 2},
        )  # fmt: skip
    axes.set_xlim(0, size)
    axes.set_ylim(0, size)


def on_top(axes: Axes, cover: np.ndarray | None, marks: Sequence[GroundMark]) -> None:
    """What lies over a `picture`: a map of land cover, uint8 `(y, x, 4)`, and points and polygons of the ground."""
    if cover is not None:
        axes.imshow(cover, extent=(0, CELL_SIZE_M, 0, CELL_SIZE_M), interpolation="none", zorder=2.4)
    for mark in marks:
        for ring in mark.rings:
            row, col = np.asarray(ring).T
            x, y = col * PF_SR.pixel_size, CELL_SIZE_M - row * PF_SR.pixel_size
            axes.plot(x, y, color="#141414", alpha=0.6, linewidth=2.4, zorder=2.6)
            axes.plot(x, y, color=mark.colour, linewidth=1.2, zorder=2.7)
    for mark in marks:
        if not mark.rings:
            x, y = mark.col * PF_SR.pixel_size, CELL_SIZE_M - mark.row * PF_SR.pixel_size
            axes.plot(x, y, "D", ms=6, mfc=mark.colour, mec="#141414", mew=0.8, zorder=2.8)
    axes.set_xlim(0, CELL_SIZE_M)
    axes.set_ylim(0, CELL_SIZE_M)


def key(axes: Axes, entries: Sequence[tuple[text.Colour, str]], columns: int) -> None:
    """Colours and what they mean, in columns."""
    axes.set_axis_off()
    patches = [
        Rectangle(
            (0, 0),
            1,
            1,
            facecolor=tuple(part / 255 for part in colour),
            edgecolor=INK,
            linewidth=0.4,
            label=words,
        )
        for colour, words in entries
    ]
    axes.legend(
        handles=patches, loc="upper left", ncols=columns, fontsize=7.5, borderpad=0, borderaxespad=0, handlelength=1.2,
        labelspacing=0.35, columnspacing=1.2,
    )  # fmt: skip


def scale_bar(axes: Axes, inches: float, metres: int = 200) -> None:
    """A scale bar of that many metres on a `picture` of that many inches, whose axes are in metres."""
    point = CELL_SIZE_M / (inches * 72)
    size = min(8.0, max(5.0, inches * 2.7))
    pad = size * 0.5 * point
    plate = Rectangle((pad, pad), metres + 2 * pad, 2 * pad + size * 1.6 * point, linewidth=0)
    plate.set(facecolor="#0a161c", alpha=0.6, zorder=3)
    bar = Rectangle((2 * pad, 2 * pad), metres, size * 0.25 * point, linewidth=0)
    bar.set(facecolor="white", zorder=4, gid="scale-bar")
    axes.add_patch(plate)
    axes.add_patch(bar)
    at = (2 * pad + metres / 2, 2 * pad + size * 0.5 * point)
    axes.text(*at, f"{metres} m", color="white", ha="center", va="bottom", zorder=4, size=size)


def pins(axes: Axes, named: Sequence[tuple[int, int, str]]) -> None:
    """Rings around pinned pixels of the 3 m grid on a `picture`, numbered where there are several."""
    for number, (row, col, name) in enumerate(named):
        x = (col + 0.5) * PF_SR.pixel_size
        y = CELL_SIZE_M - (row + 0.5) * PF_SR.pixel_size
        axes.plot(x, y, "o", ms=7, mfc="none", mec="white", mew=2.6, zorder=5)
        axes.plot(x, y, "o", ms=7, mfc="none", mec=colours.PINS[number], mew=1.5, zorder=6)
        label = credit.pin_text(number, name, len(named))
        if label:
            axes.annotate(
                label, (x, y), (7, 0), textcoords="offset points", va="center", size=7.5, color="white",
                weight="bold", zorder=6, bbox={"facecolor": INK, "edgecolor": "none", "alpha": 0.65, "pad": 1.2},
            )  # fmt: skip


def ramp(axes: Axes, legend: Legend) -> None:
    """The colours of a picture of values, with their numbers."""
    rows = np.array([tiles.rgb(colour) for colour in legend.colours], np.uint8)[None]
    low, high = (legend.low, legend.high) if legend.low is not None else (0.0, 1.0)
    assert high is not None
    axes.imshow(rows, extent=(low, high, 0, 1), aspect="auto", interpolation="bilinear")
    axes.set_yticks([])
    axes.grid(False)
    axes.set_xlim(low, high)
    unit = "" if legend.unit in ("", "1") else f" ({legend.unit})"
    name = legend.title.partition(":")[0]
    if legend.low is None:
        axes.set_xticks([low, high], ["low", "high, each date by itself"])
    axes.set_xlabel(f"{name}{unit}", labelpad=2)
