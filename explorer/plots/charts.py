"""Charts of numbers: profile over time, spectrum, label; both sensors on the same ground."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd

from explorer.analysis import colours, profiles, spectra
from explorer.analysis.curves import TWINS
from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.export import credit, frames, scene
from explorer.plots import style

_WIDTH, _HEIGHT = 560, 240
_DATE = hv.Dimension("date", label="Date (UTC)")
_WAVELENGTH = hv.Dimension("wavelength", label="Wavelength", unit="nm")
_REFLECTANCE = hv.Dimension("reflectance", label="Surface reflectance", unit="0 to 1")
_BOTH = (PF_SR.id, S2_SR.id)


def profile(
    corpus: Corpus,
    sample_id: str,
    *,
    row: int | None = None,
    col: int | None = None,
    polygon: Sequence[tuple[float, float]] | None = None,
    box: Sequence[float] | None = None,
    show: str = frames.BANDS,
) -> hv.Overlay:
    """Both sensors over two years: Planet Fusion as lines, Sentinel-2's monthly mosaics as diamonds in mid-month.

    Of one pixel (`row`, `col` of the 3 m grid) or the mean of a region (`polygon` or `box`, as `profiles.region`), with
    the 10th to 90th percentile of Planet Fusion behind it. `show` is `bands` (reflectance), or an index or formula
    (`NDVI`, `expr:nir/red`). A line breaks where a date is missing; the cross below it says why when pointed at.
    Raises `InvalidQueryError`, and as `profiles.pixel`.
    >>> figure = profile(corpus, corpus.default_sample, row=150, col=110, show="NDVI")
    """
    one = _is_pixel(row, col, polygon, box)
    wanted = [] if show == frames.BANDS else [show]
    if one:
        table = profiles.pixel(corpus, sample_id, row=int(row or 0), col=int(col or 0), indices=wanted)
    else:
        table = profiles.region(corpus, sample_id, polygon=polygon, box=box, indices=wanted)
        table = table.rename(columns={"mean": "value"})
    table.loc[table["product"] == S2_SR.id, "date"] += scene.MID_MONTH
    value, lines = _REFLECTANCE, [(PF_SR.band(name).title, colours.BANDS[name], name, twin) for name, twin in TWINS.items()]  # fmt: skip
    if wanted:
        name = next(n for n in table["band"].unique() if n not in (*PF_SR.band_names, *S2_SR.band_names))
        value, lines = hv.Dimension(name, unit="dimensionless"), [(name, colours.PINS[0], name, name)]
    table = table.rename(columns={"value": value.name})
    parts: list[hv.Element] = []
    for title, colour, *names in lines:
        line, diamonds = (
            table[(table["product"] == product) & (table["band"] == name)]
            for product, name in zip(_BOTH, names, strict=True)
        )
        parts += _line(line, value, title, colour)
        parts += _diamonds(diamonds, value, title, colour)
    note = ""
    gone = table[table["flag"].str.startswith("missing")].drop_duplicates(["product", "date"])
    if len(gone):
        parts.append(_crosses(gone, value, table[value.name].min()))
        counts = gone["product"].value_counts()
        note = "Missing dates: " + ", ".join(
            f"{profiles.SENSORS[p.id]} {counts[p.id]} of {len(p.dates)}" for p in (PF_SR, S2_SR) if p.id in counts
        ) + ". "  # fmt: skip
    return _chart(parts, corpus, f"{sample_id}, {_place(row, col)}", note)


def spectrum(
    corpus: Corpus,
    sample_id: str,
    *,
    row: int | None = None,
    col: int | None = None,
    polygon: Sequence[tuple[float, float]] | None = None,
    box: Sequence[float] | None = None,
    months: Iterable[Any] = spectra.SUMMER,
) -> hv.Overlay:
    """Reflectance against wavelength: Sentinel-2's mosaics as lines with dots, Planet Fusion's nearest dates as rings.

    Of one pixel or the mean of a region, as `profile`; a colour a month (1 to 12 of 2018, dates or text), at most
    eight. A month that is missing is named below. Raises `InvalidQueryError`, and as `spectra.spectrum`.
    >>> figure = spectrum(corpus, corpus.default_sample, row=150, col=110, months=[4, 7])
    """
    wanted = spectra.parse_months(months)
    if not 1 <= len(wanted) <= len(colours.PINS):
        raise InvalidQueryError(f"{len(wanted)} months; a spectrum has 1 to {len(colours.PINS)}")
    table = spectra.spectrum(
        corpus, sample_id, row=row, col=col, polygon=polygon, box=box, months=wanted
    ).rename(columns={"value": "reflectance"})
    parts: list[hv.Element] = []
    gone = []
    for month, colour in zip(wanted, colours.PINS, strict=False):
        of_month = table[table["month"] == pd.Timestamp(month)].sort_values("wavelength")
        planet, sentinel = (of_month[of_month["product"] == product] for product in _BOTH)
        gone += [f"{profiles.SENSORS[p]} {month:%Y-%m}" for p, rows in zip(_BOTH, (planet, sentinel), strict=True) if not len(rows)]  # fmt: skip
        if len(sentinel):
            if sentinel["p10"].notna().any():
                parts.append(_spread(sentinel, _WAVELENGTH, _REFLECTANCE, colour))
            parts.append(
                hv.Curve(sentinel, _WAVELENGTH, _REFLECTANCE, label=f"Sentinel-2, {month:%Y-%m}").opts(
                    color=colour, line_width=1.5
                )
            )
            parts.append(_marks(sentinel, _WAVELENGTH, _REFLECTANCE).opts(color=colour, size=6))
        if len(planet):
            date = f"{planet['date'].iloc[0]:%Y-%m-%d}"
            rings = _marks(planet, _WAVELENGTH, _REFLECTANCE, label=f"Planet Fusion, {date}")
            parts.append(rings.opts(color="white", fill_alpha=0, line_color=colour, line_width=1.8, size=10))
    if not parts:
        raise InvalidQueryError(f"{sample_id} has no image of {', '.join(gone)}")
    note = f"Missing: {', '.join(gone)}. " if gone else ""
    return _chart(parts, corpus, f"{sample_id}, {_place(row, col)}", note)


def labels(corpus: Corpus, sample_id: str) -> hv.Bars:
    """The CORINE fractions of a sample as bars in the official colours, per cent of the 600 x 600 m cell, largest first.

    Raises `InvalidQueryError` where there is no label, and as `Corpus.cell`.
    >>> labels(corpus, corpus.default_sample)
    :Bars   [land_cover]   (Share of the cell,code,colour)
    """
    fractions = corpus.labels(sample_id)
    if not len(fractions):
        raise InvalidQueryError(f"{sample_id} has no label")
    covers = [corine.land_cover(int(code)) for code in fractions.index]
    table = pd.DataFrame(
        {
            "land_cover": [f"{cover.code} {cover.title}" for cover in covers], "share": fractions.to_numpy() * 100,
            "code": [cover.code for cover in covers], "colour": [cover.hex for cover in covers],
        }
    )[::-1]  # the first bar is the lowest  # fmt: skip
    share = hv.Dimension("share", label="Share of the cell", unit="%")
    given = credit.of(corpus, ["labels"])
    return hv.Bars(table, hv.Dimension("land_cover", label="Land cover"), [share, "code", "colour"]).opts(
        invert_axes=True, color="colour", line_color=style.QUIET, line_width=0.6, frame_width=300, xlabel="",
        frame_height=30 * len(table) + 20, ylim=(0, 100), show_grid=True, fontsize=style.TYPE, show_legend=False,
        title=f"{sample_id}, CORINE 2018", tools=["hover"],
        hover_tooltips=[("Land cover", "@land_cover"), ("Share", "@share{0.0} %")],
        hooks=[style.quiet, style.credited(given.line, 300)],
    )  # fmt: skip


def _is_pixel(row: int | None, col: int | None, polygon: Any, box: Any) -> bool:
    one = row is not None and col is not None
    if one == (polygon is not None or box is not None):
        raise InvalidQueryError("name one place: row= and col=, or polygon=, or box=")
    return one


def _place(row: int | None, col: int | None) -> str:
    return "mean of a region" if row is None else f"row {row}, col {col}"


def _line(rows: pd.DataFrame, value: hv.Dimension, title: str, colour: str) -> list[hv.Element]:
    """One curve of Planet Fusion, broken where a date is missing; of a region with its spread."""
    curve = hv.Curve(rows, _DATE, [value, "flag"], label=title).opts(
        color=colour, line_width=1.6, tools=["hover"],
        hover_tooltips=[("Date", "@date{%F}"), (title, f"@{{{value.name}}}{{0.000}}"), ("", "@flag")],
    )  # fmt: skip
    return [_spread(rows, _DATE, value, colour), curve] if "p10" in rows else [curve]


def _diamonds(rows: pd.DataFrame, value: hv.Dimension, title: str, colour: str) -> list[hv.Element]:
    """Sentinel-2's months beside a curve; nothing where it has none."""
    if not rows[value.name].notna().any():
        return []
    marks = _marks(rows, _DATE, value, label=f"{title}, Sentinel-2")
    return [marks.opts(marker="diamond", size=9, color=colour, line_color="white", line_width=0.8)]


def _marks(rows: pd.DataFrame, along: hv.Dimension, value: hv.Dimension, label: str = "") -> hv.Scatter:
    """Dots that say sensor, band and date when pointed at."""
    date = rows["date"].dt.strftime("%Y-%m" if set(rows["product"]) == {S2_SR.id} else "%Y-%m-%d")
    rows = rows.assign(when=date)[[along.name, value.name, "sensor", "band", "when"]]
    tips = [("", "@sensor, @band, @when"), (value.label, f"@{{{value.name}}}{{0.000}}")]
    return hv.Scatter(rows, along, [value, "sensor", "band", "when"], label=label).opts(
        tools=["hover"], hover_tooltips=tips
    )


def _crosses(gone: pd.DataFrame, value: hv.Dimension, lowest: float) -> hv.Scatter:
    """A cross a missing date, below the curves."""
    rows = gone.assign(**{value.name: lowest if np.isfinite(lowest) else 0.0})
    rows = rows[["date", value.name, "sensor", "flag"]]
    return hv.Scatter(rows, _DATE, [value, "sensor", "flag"], label="Missing date").opts(
        marker="x", size=7, color=style.QUIET, tools=["hover"],
        hover_tooltips=[("", "@sensor, @date{%F}"), ("", "@flag")],
    )  # fmt: skip


def _spread(rows: pd.DataFrame, along: hv.Dimension, value: hv.Dimension, colour: str) -> hv.Spread:
    """From the 10th to the 90th percentile, given as distances from the mean."""
    rows = rows[[along.name, value.name, "p10", "p90"]].dropna()
    mean = rows[value.name]
    rows = rows.assign(below=mean - rows["p10"], above=rows["p90"] - mean)
    return hv.Spread(rows, along, [value, "below", "above"]).opts(color=colour, alpha=0.14, line_alpha=0)


def _chart(parts: Sequence[hv.Element], corpus: Corpus, title: str, note: str) -> hv.Overlay:
    """Both sensors' numbers in one figure; `note` stands below, before whom to name.

    The title stays in one line: beside a figure with another height of title, Bokeh cuts off what is below.
    """
    given = credit.of(corpus, _BOTH)
    return hv.Overlay(parts).opts(
        hv.opts.Overlay(
            frame_width=_WIDTH, frame_height=_HEIGHT, title=title, legend_position="right", show_grid=True,
            padding=(0.03, 0.08), fontsize=style.TYPE, hooks=[style.quiet, style.credited(note + given.line, _WIDTH)],
        )
    )  # fmt: skip
