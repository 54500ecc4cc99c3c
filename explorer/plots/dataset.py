"""What is in a corpus, or in some of its samples: a line a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd

from explorer.core import corine
from explorer.corpus.corpus import Corpus
from explorer.dataset import facts, figures, imagery
from explorer.export import credit
from explorer.plots import style

Samples = pd.DataFrame | Iterable[str] | None
_WIDTH = 420
_SHARE = hv.Dimension("share", label="Share", unit="%")
_COUNT = hv.Dimension("samples", label="Samples")


def class_shares(corpus: Corpus, samples: Samples = None, *, level: int = 3) -> hv.Bars:
    """Share of the area (per cent) by class of a level in CORINE's colours, of what has a label; largest first.

    `samples`: ids, or rows of a query; all without, as in all figures here. Raises as `Corpus.cell`.
    >>> class_shares(corpus, level=1)
    :Bars   [land_cover]   (Share,largest,present,colour)
    """
    table = facts.class_shares(corpus, facts.rows_of(corpus, samples), level)
    table = table.assign(
        land_cover=[f"{code} {title}" for code, title in table["title"].items()],
        colour=[corine.land_cover(int(code)).hex for code in table.index],
        share=100 * table["share"],
    )[::-1]  # the first bar is the lowest
    tips = [
        ("", "@land_cover"),
        ("Share", "@share{0.00} %"),
        ("Largest class of", "@largest{0,0}"),
        ("Present in", "@present{0,0}"),
    ]
    bars = hv.Bars(
        table, hv.Dimension("land_cover", label="Land cover"), [_SHARE, "largest", "present", "colour"]
    )
    return bars.opts(
        invert_axes=True, color="colour", line_color=style.QUIET, line_width=0.6, frame_height=20 * len(table) + 20, xlabel="",
        tools=["hover"], hover_tooltips=tips, show_legend=False, **_options(corpus, f"Land cover, level {level}"),
    )  # fmt: skip


def co_occurrence(corpus: Corpus, samples: Samples = None, *, level: int = 3) -> hv.HeatMap:
    """Of the samples that have the class of a row, the share (per cent) that have that of a column too."""
    table = facts.co_occurrence(corpus, facts.rows_of(corpus, samples), level)
    codes = [int(code) for code in table.index]
    rows = [
        (str(column), str(row), 100 * float(share), corine.land_cover(row).title, corine.land_cover(column).title)
        for row, shares in zip(codes[::-1], table.to_numpy()[::-1], strict=True) for column, share in zip(codes, shares, strict=True)
    ]  # fmt: skip
    return _heat(
        rows, "Class too", "Of samples with class", corpus, f"Classes that lie together, level {level}", 14 * len(table) + 40,
        [("Of samples with", "@row_title"), ("also have", "@column_title"), ("", "@share{0.0} %")],
    )  # fmt: skip


def purity(corpus: Corpus, samples: Samples = None) -> hv.Histogram:
    """Samples by the fraction (per cent) of their largest level-3 class."""
    table = facts.purity(corpus, facts.rows_of(corpus, samples))
    return _histogram(
        table, hv.Dimension("purity", label="Purity", unit="%"), 100, corpus, "Purity of labels"
    )


def entropy(corpus: Corpus, samples: Samples = None) -> hv.Histogram:
    """Samples by the entropy of their level-3 fractions in bits: 0 is one class alone, 1 as two halves."""
    table = facts.entropy(corpus, facts.rows_of(corpus, samples))
    return _histogram(
        table, hv.Dimension("entropy", label="Entropy", unit="bits"), 1, corpus, "Entropy of labels"
    )


def countries(corpus: Corpus, samples: Samples = None, *, level: int = 1) -> hv.Bars:
    """Shares of the classes of a level (per cent of the area) by country, the one with most samples at the top."""
    table = facts.countries(corpus, facts.rows_of(corpus, samples), level)
    return _stacked(table, "country", "Country", level, corpus, "Land cover by country")


def latitudes(corpus: Corpus, samples: Samples = None, *, level: int = 1) -> hv.Bars:
    """Shares of the classes of a level (per cent of the area) in belts of two degrees, named by their southern edge."""
    table = facts.latitudes(corpus, facts.rows_of(corpus, samples), level)
    return _stacked(table, "latitude", "Latitude (°N)", level, corpus, "Land cover by latitude")


def reviews(corpus: Corpus, samples: Samples = None) -> hv.Bars:
    """Samples by the state of their review."""
    table = facts.reviews(corpus, facts.rows_of(corpus, samples))
    rows = [
        (figures.STATES.get(str(state), str(state)), number) for state, number in table["samples"].items()
    ]
    return hv.Bars(rows, hv.Dimension("state", label="Review"), _COUNT).opts(
        color=style.QUIET, frame_height=220, tools=["hover"], **_options(corpus, "Reviews")
    )


def dates_missing(
    corpus: Corpus,
    samples: Samples = None,
    *,
    product: str = "PF-SR",
    listed: int = imagery.LISTED,
    seed: int = 0,
) -> hv.HeatMap:
    """Share of a product's dates (per cent) that are missing by UTM zone and month, of `listed` samples drawn at random."""
    found = imagery.measure(corpus, facts.rows_of(corpus, samples), listed=listed, read=0, seed=seed)
    table = found.dates[found.dates["product"] == product]
    rows = [
        (month, zone, 100 * missing / (there + missing), f"{there} there", f"{missing} missing")
        for zone, month, there, missing in table[["zone", "month", "there", "missing"]].itertuples(
            index=False
        )
    ]
    title = f"{product}: dates missing, of {found.listed} samples"
    return _heat(
        rows,
        "Month",
        "UTM zone",
        corpus,
        title,
        220,
        [("", "@row, @column"), ("", "@row_title, @column_title")],
    )


def gap_filled(
    corpus: Corpus, samples: Samples = None, *, read: int = imagery.READ, seed: int = 0
) -> hv.Bars:
    """Share of Planet Fusion's pixels (per cent) that are gap-filled by month, of a date a month of `read` samples drawn at random."""
    found = imagery.measure(corpus, facts.rows_of(corpus, samples), listed=read, read=read, seed=seed)
    table = found.gaps.assign(share=100 * found.gaps["share"])
    return hv.Bars(table, hv.Dimension("month", label="Month"), [_SHARE, "dates"]).opts(
        color=style.QUIET, frame_height=220, xrotation=60, ylim=(0, 100), tools=["hover"],
        **_options(corpus, f"Gap-filled pixels, of {found.read} samples"),
    )  # fmt: skip


def _options(corpus: Corpus, title: str, width: int = _WIDTH) -> dict[str, Any]:
    given = credit.of(corpus, ["labels"])
    hooks: list[Callable[[Any, Any], None]] = [style.quiet, style.credited(given.line, width)]
    return {"title": title, "frame_width": width, "show_grid": True, "fontsize": style.TYPE, "hooks": hooks}


def _histogram(
    table: pd.DataFrame, along: hv.Dimension, scale: float, corpus: Corpus, title: str
) -> hv.Histogram:
    edges = np.append(table["low"], table["high"].iloc[-1:]) * scale
    return hv.Histogram((edges, table["samples"].to_numpy()), kdims=[along], vdims=[_COUNT]).opts(
        color=style.QUIET, line_color="white", frame_height=220, tools=["hover"], **_options(corpus, title)
    )  # fmt: skip


def _stacked(table: pd.DataFrame, name: str, label: str, level: int, corpus: Corpus, title: str) -> hv.Bars:
    covers = [corine.land_cover(code) for code in corine.codes(level)]
    rows = [
        (str(group), f"{cover.code} {cover.title}", 100 * float(row[cover.code]), int(row["samples"]))
        for group, row in table[::-1].iterrows() for cover in covers
    ]  # fmt: skip
    bars = hv.Bars(
        rows,
        [hv.Dimension(name, label=label), hv.Dimension("land_cover", label="Land cover")],
        [_SHARE, _COUNT],
    )
    return bars.opts(
        stacked=True, invert_axes=True, cmap={f"{cover.code} {cover.title}": cover.hex for cover in covers}, line_color=None,
        frame_height=max(120, 18 * len(table)), legend_position="right", ylim=(0, 100), tools=["hover"],
        **_options(corpus, f"{title}, level {level}"),
    )  # fmt: skip


def _heat(
    rows: list[tuple[str, str, float, str, str]], along: str, down: str, corpus: Corpus, title: str, height: int,
    tips: list[tuple[str, str]],
) -> hv.HeatMap:  # fmt: skip
    kdims = [hv.Dimension("column", label=along), hv.Dimension("row", label=down)]
    # Objects: HoloViews (1.23) makes a grid of the columns, which Arrow's texts cannot be.
    table = pd.DataFrame(rows, columns=["column", "row", "share", "row_title", "column_title"]).astype(object)
    return hv.HeatMap(table.astype({"share": float}), kdims, [_SHARE, "row_title", "column_title"]).opts(
        cmap="Blues", clim=(0, 100), colorbar=True, colorbar_opts=style.BAR, xrotation=60, frame_height=height, tools=["hover"],
        hover_tooltips=tips, **_options(corpus, title),
    )  # fmt: skip
