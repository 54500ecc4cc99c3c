"""Corpora and samples in words and tables, for the command `info`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from explorer.core import corine
from explorer.core.products import CITATION, PRODUCTS, REFLECTANCE_SCALE, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube, Status
from explorer.corpus.imagery.to_xarray import read_notes

MAX_REASONS = 12
"""Reasons for missing dates shown of one product; `corpus.planet_fusion(...).attrs` has them all."""
MAX_SPANS = 3


def plain(text: object) -> str:
    """A text from a file, without what could move the cursor of a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def corpus_report(corpus: Corpus) -> RenderableType:
    """Where a corpus is, what its table was made from, how far it reaches, its classes and what is wrong with it."""
    samples, index = corpus.samples, corpus.index
    facts = _facts()
    facts.add_row("Corpus", plain(corpus.where))
    facts.add_row("Samples", f"{len(samples):,}")
    facts.add_row("Table from", plain(index.source))
    if index.labels_found is not None:
        facts.add_row("Labels", plain(index.labels_found))
    for i, line in enumerate(corpus.profile.lines()):
        facts.add_row("" if i else "rapidai4eo.toml", plain(line))
    if len(samples):
        lon, lat = samples["lon"], samples["lat"]
        facts.add_row(
            "Extent",
            f"{lon.min():.3f} to {lon.max():.3f} °E, {lat.min():.3f} to {lat.max():.3f} °N (centres)",
        )
        facts.add_row("Opens with", str(corpus.default_sample))
    parts: list[RenderableType] = [facts]
    if len(samples):
        parts += ["", _class_table(samples["clc"].to_numpy())]
    if index.warnings:
        parts += ["", Text("Warnings", style="bold")]
        parts += [Text(f"- {plain(warning)}", style="yellow") for warning in index.warnings]
    parts += [
        "",
        Text("What is assumed of its chips, and what they say: explorer doctor CORPUS", style="dim"),
    ]
    return Group(*parts)


def sample_report(corpus: Corpus, sample_id: str) -> RenderableType:
    """Where a sample is, its label, and for each product the dates there and missing and the mean of each band.

    Reads every chip of the sample. Raises as `Corpus.cell`, and `StoreError`.
    """
    cell = corpus.cell(sample_id)
    left, bottom, right, top = cell.bounds
    lon, lat = cell.centre
    facts = _facts()
    facts.add_row("Sample", sample_id)
    facts.add_row("Corpus", plain(corpus.where))
    facts.add_row("CRS", f"EPSG:{cell.epsg} (WGS 84 / UTM zone {cell.zone}N)")
    facts.add_row("Footprint", f"{left:,} to {right:,} m E, {bottom:,} to {top:,} m N")
    facts.add_row("Centre", f"{lon:.6f} °E, {lat:.6f} °N")
    parts: list[RenderableType] = [facts, "", _label_table(corpus, sample_id)]
    there = []
    for product in PRODUCTS.values():
        cube = corpus.cubes.get(cell, product)
        parts += ["", *_product_report(cube)]
        if len(cube.there):
            there.append(product.id)
    found = corpus.findings.all()
    if found:
        parts += ["", Text("Found while reading", style="bold")]
        parts += [
            Text(f"- {plain(one.about)}: {plain(one.text)} (first: {plain(one.example)})", style="yellow")
            for one in found
        ]
    named = dict.fromkeys([*map(corpus.attribution, [*there, "labels"]), CITATION])
    parts += ["", *(Text(text, style="dim") for text in named)]
    return Group(*parts)


def corpus_facts(corpus: Corpus) -> dict[str, Any]:
    """What `corpus_report` says, for programs: JSON's types alone."""
    samples, index = corpus.samples, corpus.index
    codes, counts = np.unique(samples["clc"].to_numpy(), return_counts=True)
    return {
        "corpus": corpus.where,
        "samples": len(samples),
        "table_from": index.source,
        "labels": None if index.labels_found is None else str(index.labels_found),
        "profile": list(corpus.profile.lines()),
        "extent": [
            round(float(v), 6) for v in (*samples[["lon", "lat"]].min(), *samples[["lon", "lat"]].max())
        ] if len(samples) else None,
        "opens_with": corpus.default_sample,
        "samples_by_largest_class": {
            str(code): {"title": corine.land_cover(code).title, "samples": count}
            for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
        },
        "warnings": [str(warning) for warning in index.warnings],
        "citation": CITATION,
    }  # fmt: skip


def sample_facts(corpus: Corpus, sample_id: str) -> dict[str, Any]:
    """What `sample_report` says, for programs: JSON's types alone. Reads every chip; raises as it does."""
    cell = corpus.cell(sample_id)
    labels = corpus.labels(sample_id)
    products = {}
    for product in PRODUCTS.values():
        cube = corpus.cubes.get(cell, product)
        scale = REFLECTANCE_SCALE if product.bands else 1.0
        bands = {}
        for name, (mean, deviation, share) in _band_means(cube).items():
            numbers = {"mean": mean * scale, "standard_deviation": deviation * scale, "measured": share}
            bands[name] = {key: None if np.isnan(number) else number for key, number in numbers.items()}
        products[product.id] = {
            "dates": [product.date_keys[i] for i in cube.there.tolist()],
            "missing": {product.stem(date): why for date, why in cube.missing.items()},
            "units": "reflectance" if product.bands else "as stored",
            "bands": bands,
            "read_notes": read_notes(cube, cube.there.tolist()),
            "attribution": corpus.attribution(product.id),
            "license": corpus.license(product.id),
        }
    return {
        "sample": sample_id,
        "corpus": corpus.where,
        "epsg": cell.epsg,
        "bounds": list(cell.bounds),
        "centre": list(cell.centre),
        "label": {str(code): fraction for code, fraction in labels.items()},
        "unclassified": labels.attrs.get("unclassified", 0.0),
        "products": products,
        "citation": CITATION,
    }


def samples_table(samples: pd.DataFrame) -> Table:
    """Rows of `Corpus.samples` with names of classes."""
    table = Table()
    for name in ("Sample", "Lon °E", "Lat °N", "Class", "Fraction"):
        justify: Literal["left", "right"] = "left" if name in ("Sample", "Class") else "right"
        table.add_column(name, justify=justify, no_wrap=name != "Class", overflow="fold")
    for sample_id, lon, lat, clc, fraction in samples[["lon", "lat", "clc", "fraction"]].itertuples():
        title = corine.land_cover(clc).title
        label = f"{clc} {title}" if clc else title
        table.add_row(sample_id, f"{lon:.4f}", f"{lat:.4f}", label, f"{fraction:.0%}")
    return table


def print_to(console: Console, report: RenderableType) -> None:
    """Print without reading markup: names in brackets stay as they are."""
    console.print(report, markup=False, highlight=False)


def _facts() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _class_table(clc: np.ndarray) -> Table:
    table = Table(title="Samples by largest class", title_justify="left", title_style="bold")
    table.add_column("", width=2)
    table.add_column("Code", justify="right", no_wrap=True)
    table.add_column("Class", overflow="fold")
    table.add_column("Samples", justify="right", no_wrap=True)
    table.add_column("Share", justify="right", no_wrap=True)
    codes, counts = np.unique(clc, return_counts=True)
    for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
        land_cover = corine.land_cover(code)
        table.add_row(
            Text("██", style=land_cover.hex),
            str(code) if code else "-",
            land_cover.title,
            f"{count:,}",
            f"{count / clc.size:.1%}",
        )
    return table


def _label_table(corpus: Corpus, sample_id: str) -> RenderableType:
    fractions = corpus.labels(sample_id)
    unclassified = fractions.attrs.get("unclassified", 0.0)
    if fractions.empty and not unclassified:
        return Text("No label")
    table = Table(title="Label (CORINE 2018)", title_justify="left", title_style="bold")
    table.add_column("", width=2)
    table.add_column("Code", justify="right", no_wrap=True)
    table.add_column("Class", overflow="fold")
    table.add_column("Fraction", justify="right", no_wrap=True)
    for code, fraction in zip(fractions.index.tolist(), fractions.tolist(), strict=True):
        land_cover = corine.land_cover(code)
        table.add_row(Text("██", style=land_cover.hex), str(code), land_cover.title, f"{fraction:.1%}")
    if unclassified:
        table.add_row("", "-", "Unclassified", f"{unclassified:.1%}")
    found = corpus.index.labels_found
    if found is not None and found.presence:
        table.caption = "Presence only: parts are equal, not measured"
    return table


def _product_report(cube: Cube) -> list[RenderableType]:
    product = cube.product
    total, there = len(product.dates), len(cube.there)
    unit = "months" if product.monthly else "dates"
    heading = f"{product.id}  {product.title}: {there} of {total} {unit}"
    parts: list[RenderableType] = [Text(heading, style="bold")]
    parts += [Text(f"  {plain(note)}", style="cyan") for note in read_notes(cube, cube.there.tolist())]
    if there < total:
        parts.append(_missing_table(cube))
    if there:
        parts.append(_band_table(cube))
    return parts


def _missing_table(cube: Cube) -> Table:
    product = cube.product
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    for _ in range(2):
        table.add_column(overflow="fold")
    reasons: dict[tuple[int, str], list[int]] = {}
    for i in np.flatnonzero(cube.status != Status.THERE).tolist():
        reasons.setdefault((int(cube.status[i]), cube.reasons.get(i, "")), []).append(i)
    rows = sorted(reasons.items())  # absent before broken
    for (status, why), dates in rows[:MAX_REASONS]:
        name = "  broken" if status == Status.BROKEN else "  absent"
        table.add_row(name, str(len(dates)), plain(why), _spans(product, dates))
    rest = sum(len(dates) for _, dates in rows[MAX_REASONS:])
    if rest:
        table.add_row("  broken", str(rest), f"{len(rows) - MAX_REASONS} other reasons", "")
    return table


def _spans(product: Product, positions: Sequence[int]) -> str:
    """Dates as stretches of the calendar: `2018-01-03 to 2018-02-07, 2018-03-04`."""
    runs = np.split(np.array(positions), np.flatnonzero(np.diff(positions) > 1) + 1)
    shown = ", ".join(_span(product, run) for run in runs[:MAX_SPANS])
    return shown if len(runs) <= MAX_SPANS else f"{shown} and {len(runs) - MAX_SPANS} more stretches"


def _span(product: Product, run: np.ndarray) -> str:
    first, last = product.date_keys[run[0]], product.date_keys[run[-1]]
    return first if first == last else f"{first} to {last}"


def _band_table(cube: Cube) -> Table:
    table = Table()
    table.add_column("Band", no_wrap=True)
    known = {band.name: band for band in cube.product.bands}
    if known:
        table.add_column("nm", justify="right", no_wrap=True)
    table.add_column("Mean (DN)" if known else "Mean (as stored)", justify="right", no_wrap=True)
    table.add_column("Std. dev.", justify="right", no_wrap=True)
    if known:
        table.add_column("Mean reflectance", justify="right", no_wrap=True)
    table.add_column("Measured", justify="right", no_wrap=True)
    for name, (mean, deviation, share) in _band_means(cube).items():
        row = [
            plain(name),
            _number(mean, ",.0f" if known else ",.3g"),
            _number(deviation, ",.0f" if known else ",.3g"),
        ]
        if known:
            row.insert(1, f"{known[name].wavelength:g}")
            row.append(_number(mean * REFLECTANCE_SCALE, ".4f"))
        table.add_row(*row, f"{share:.1%}")
    return table


def _band_means(cube: Cube) -> dict[str, tuple[float, float, float]]:
    """Of each band over all dates: mean and standard deviation as stored (NaN where nothing is measured), share that is measured."""
    found = {}
    for position, name in enumerate(cube.bands):
        values = cube.data[cube.there, position]
        measured = values if cube.nodata is None else values[values != cube.nodata]
        mean, deviation = (
            (float(measured.mean()), float(measured.std())) if measured.size else (np.nan, np.nan)
        )
        found[name] = (mean, deviation, measured.size / values.size if values.size else 0.0)
    return found


def _number(value: float, form: str) -> str:
    return "-" if np.isnan(value) else format(value, form)
