"""Figures of numbers: profiles over time, spectra, the label; drawn as vectors, both sensors on the same ground."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.axes import Axes

from explorer.analysis import colours, spectra
from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.export import credit, data, figure_base, frames, scene
from explorer.export.figure_base import INK, MARGIN, QUIET, ExportFigure, Page
from explorer.export.scene import Progress
from explorer.export.timeline_strip import Curve

MAX_CHARTS = 5
WIDTH = 8.4
"""Inches of a figure of charts."""
_CHART = 1.9
_BETWEEN = 0.54
_AROUND = 1.3  # head and foot
_STYLES = ("-", "--", ":", "-.")


def profile(
    corpus: Corpus,
    sample_id: str,
    pins: Iterable[Sequence[Any]],
    *,
    charts: Sequence[str] = (frames.BANDS, "NDVI"),
    date: Any = None,
    height: float | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> ExportFigure:
    """Profiles of pinned pixels over both years, a chart for `bands` (of the last pin) and for each index or formula.

    `date` draws a line there; `height` is what the figure, 8.4 inches wide, is to have in inches, about. Raises `InvalidQueryError`, `CancelledError`, and what `Corpus.cell` and the store raise.
    >>> named = profile(corpus, corpus.default_sample, [(150, 110)], charts=["EVI"]).save(folder / "profile.svg")
    """
    named = scene.check_pins(pins)
    if not named:
        raise InvalidQueryError("a profile needs a pixel: name one (--pin ROW,COL)")
    if not 1 <= len(charts) <= MAX_CHARTS:
        raise InvalidQueryError(f"{len(charts)} charts; a figure of profiles has 1 to {MAX_CHARTS}")
    when = None if date is None else PF_SR.parse_date(date)
    corpus.cell(sample_id)
    scene.read(corpus, sample_id, PF_SR, progress, cancel)
    found = [(chart, frames.curves(corpus, sample_id, chart, named, cancel)) for chart in charts]
    return _profile(corpus, sample_id, named, found, when, height)


def spectrum(
    corpus: Corpus,
    sample_id: str,
    pins: Iterable[Sequence[Any]],
    *,
    months: Iterable[Any] = spectra.SUMMER,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> ExportFigure:
    """Reflectance of pinned pixels against wavelength: Sentinel-2 as a line, Planet Fusion as rings; a line style a month.

    Raises as `profile`.
    """
    named = scene.check_pins(pins)
    wanted = spectra.parse_months(months)
    if not named or not 1 <= len(wanted) <= len(_STYLES):
        raise InvalidQueryError(f"a figure of spectra has a pixel at least, and 1 to {len(_STYLES)} months")
    corpus.cell(sample_id)
    if len(named) > 1:  # or each of them would read its dates for itself
        for product in (PF_SR, S2_SR):
            scene.read(corpus, sample_id, product, progress, cancel)
    tables = [
        data.spectrum_table(corpus, sample_id, [pin], months=wanted) for pin in named
    ]  # one a pin, so that equal names stay apart
    return _spectrum(corpus, sample_id, named, wanted, tables)


def label(corpus: Corpus, sample_id: str) -> ExportFigure:
    """The label's fractions as bars in CORINE's colours. Raises `InvalidQueryError` where there is no label."""
    found = corpus.labels(sample_id)
    if not len(found):
        raise InvalidQueryError(f"{sample_id} has no label")
    return _label(corpus, sample_id, found)


@figure_base.alone
def _profile(
    corpus: Corpus,
    sample_id: str,
    named: Sequence[tuple[int, int, str]],
    found: Sequence[tuple[str, list[Curve]]],
    when: dt.date | None,
    height: float | None,
) -> ExportFigure:
    given = credit.of(corpus, [PF_SR.id, S2_SR.id])
    title = f"{sample_id}, profile of {_pixels(named)}"
    shows = {
        "pixels": "; ".join(f"row {row}, col {col}" for row, col, _ in named) + " (3 m grid)",
        "charts": ", ".join(chart for chart, _ in found),
    }
    about = credit.about(
        given, title, sample_id=sample_id, dates=[PF_SR.date_keys[0], PF_SR.date_keys[-1]], shows=shows
    )
    told = how_drawn([curve for _, curves in found for curve in curves])
    high = _CHART
    if height is not None:
        high = min(max((height - _AROUND) / len(found) - _BETWEEN, 0.6 * _CHART), 3 * _CHART)
    page = Page(WIDTH, len(found) * (high + _BETWEEN), title, [told], given)
    for number, (chart, curves) in enumerate(found):
        top = number * (high + _BETWEEN) + 0.28
        axes = page.axes(MARGIN + 0.5, top, WIDTH - 2 * MARGIN - 0.75, high)
        draw_chart(axes, chart, curves, named, when)
    return ExportFigure(page.figure, about, given)


def draw_chart(
    axes: Axes,
    chart: str,
    curves: Sequence[Curve],
    named: Sequence[tuple[int, int, str]],
    when: dt.date | None,
) -> None:
    """One chart of a profile in axes: `frames.curves` of it, of the pins `named`, a line at the date `when`."""
    for curve in curves:
        axes.plot(_days(curve.times), curve.values, color=curve.colour, lw=1.3, label=curve.label)
        axes.plot(
            _days(curve.other_times), curve.other_values, "D", ms=5, mfc=curve.colour, mec="white", mew=0.7
        )  # fmt: skip
    for curve in curves:
        times, values = curve.filled_points
        axes.plot(_days(times), values, "o", ms=2.6, mfc="white", mec=curve.colour, mew=0.7, gid="gap-filled")
    last = _one(named[-1], len(named), len(named) - 1)
    name = f"Reflectance at {last}" if chart == frames.BANDS else frames.curve_name(chart)
    axes.set_title(name, loc="left", fontsize=9, fontweight="bold", pad=5)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.99), ncols=8, borderaxespad=0, handlelength=1.2)
    gone = curves[0].missing_times
    axes.plot(
        _days(gone), np.zeros(len(gone)), "|", ms=8, color=QUIET, mew=0.8, gid="missing", transform=axes.get_xaxis_transform()
    )  # fmt: skip
    _years(axes, when)


def how_drawn(curves: Sequence[Curve]) -> str:
    """What the signs of a profile's charts mean, in sentences."""
    told = "Lines: Planet Fusion, every five days. Diamonds: Sentinel-2, monthly mosaics of 2018 on the same ground, drawn in mid-month."
    if any(len(curve.filled_points[0]) for curve in curves):
        told += " Hollow dots: gap-filled, not measured."
    if any(len(curve.missing_times) for curve in curves):
        told += " Ticks at the lower edge: missing dates."
    return told


@figure_base.alone
def _spectrum(
    corpus: Corpus,
    sample_id: str,
    named: Sequence[tuple[int, int, str]],
    months: Sequence[dt.date],
    tables: Sequence[pd.DataFrame],
) -> ExportFigure:
    given = credit.of(corpus, [PF_SR.id, S2_SR.id])
    title = f"{sample_id}, spectrum of {_pixels(named)}"
    dates = [f"{month:%Y-%m}" for month in months]
    shows = {"pixels": "; ".join(f"row {row}, col {col}" for row, col, _ in named) + " (3 m grid)"}
    about = credit.about(given, title, sample_id=sample_id, dates=dates, shows=shows)
    told = (
        "Lines and dots: Sentinel-2's mosaic of the month. Rings: Planet Fusion's date nearest to the 15th."
    )
    page = Page(WIDTH, 3.9, title, [told], given)
    axes = page.axes(MARGIN + 0.5, 0.3, WIDTH - 2 * MARGIN - 0.5, 3.1)
    for number, (pin, table) in enumerate(zip(named, tables, strict=True)):
        for month, style in zip(months, _STYLES, strict=False):
            rows = table[table["month"] == pd.Timestamp(month)].sort_values("wavelength")
            s2, pf = (rows[rows["product"] == product.id] for product in (S2_SR, PF_SR))
            words = f"{_one(pin, len(named), number)}, {month:%b %Y}"
            colour = colours.PINS[number]
            axes.plot(
                s2["wavelength"], s2["value"], style, marker="o", ms=4, lw=1.3, color=colour, label=words
            )
            axes.plot(pf["wavelength"], pf["value"], "o", ms=8, mfc="none", mec=colour, mew=1.3)
    axes.set_xlabel("Wavelength (nm)")
    axes.set_ylabel("Reflectance")
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.99), ncols=3, borderaxespad=0)
    return ExportFigure(page.figure, about, given)


@figure_base.alone
def _label(corpus: Corpus, sample_id: str, found: pd.Series) -> ExportFigure:
    given = credit.of(corpus, ["labels"])
    title = f"{sample_id}, CORINE Land Cover 2018"
    about = credit.about(given, title, sample_id=sample_id, dates=["2018"])
    high = 0.3 * len(found) + 0.2
    page = Page(
        6.4,
        high + 0.45,
        title,
        ["Fractions of the 600 x 600 m cell. CORINE maps nothing below 25 ha."],
        given,
    )
    axes = page.axes(MARGIN + 2.6, 0.08, 6.4 - 2 * MARGIN - 3.1, high)
    covers = [corine.land_cover(int(code)) for code in found.index]
    places = np.arange(len(covers))[::-1]
    values = found.to_numpy() * 100
    axes.barh(places, values, height=0.66, color=[c.hex for c in covers], edgecolor="#5c6c75", linewidth=0.6)
    axes.set_yticks(places, [_short(f"{c.code} {c.title}") for c in covers], color=INK)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.set_xlim(0, 100)
    axes.set_xlabel("Per cent of the cell")
    for place, value in zip(places, values, strict=True):
        axes.annotate(f"{value:.1f}", (value, place), (4, 0), textcoords="offset points", va="center", size=8)
    return ExportFigure(page.figure, about, given)


def _years(axes: Axes, when: dt.date | None) -> None:
    """Two years of dates along x, a line at one of them."""
    axes.set_xlim(*_days(np.array(["2017-12-25", "2020-01-05"], "datetime64[s]")))
    axes.xaxis.set_major_locator(mdates.MonthLocator(bymonth=(1, 4, 7, 10)))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    axes.margins(y=0.08)
    if when is not None:
        day = _days(np.array([when], "datetime64[s]"))[0]
        axes.axvline(float(day), color=INK, lw=1.0)
        axes.annotate(
            when.isoformat(), (float(day), 1.0), (3, -2), xycoords=("data", "axes fraction"), va="top", size=7.5,
            textcoords="offset points",
        )  # fmt: skip


def _days(times: np.ndarray) -> np.ndarray:
    return np.asarray(mdates.date2num(times.astype("datetime64[s]")))


def _pixels(named: Sequence[tuple[int, int, str]]) -> str:
    return _one(named[0], 1) if len(named) == 1 else f"{len(named)} pixels"


def _one(pin: tuple[int, int, str], count: int, number: int | None = None) -> str:
    row, col, name = pin
    words = credit.plain(name, 24) or f"row {row}, col {col}"
    return f"{number + 1} {words}" if number is not None and count > 1 else words


def _short(words: str, longest: int = 38) -> str:
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"
