"""What the profile says in words: its legend, the menu's choices, the tables of seasons and breaks, and the CSV files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import pandas as pd

from explorer.analysis import breaks, indices, phenology
from explorer.analysis.curves import BANDS, MAX_INDICES, S2_ONLY, Curves
from explorer.analysis.profiles import about as about_table
from explorer.analysis.smoothing import METHODS
from explorer.analysis.tables import to_csv
from explorer.core.grid import Cell
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.views.profile.messages import (
    AboutPicture,
    BandOffered,
    CurvesChosen,
    FindingRow,
    FindingTable,
    Key,
    Menu,
)
from explorer.views.profile.profile_data import DASHES, MARKERS, colours_of_bands

_SIGNS = dict(zip(MARKERS, "◆■▲▼", strict=True))
_SHORT = {"blue": "Blue", "green": "Green", "red": "Red", "nir": "NIR"}
_FOUND = {
    "seasons": ("pin", "year", "start", "peak", "end", "amplitude", "integral"),
    "breaks": ("pin", "date", "step", "explained"),
}
"""Columns that the page shows; the CSV has all."""


def keys(curves: Curves, theme: str) -> list[Key]:
    """The legend of the charts: `text` with a `colour` (a line, `dash`ed, or `wide`) or a `sign`."""
    colours = colours_of_bands(theme)
    found: list[Key] = [{"text": _SHORT.get(b, b), "colour": colours[b]} for b in curves.bands]
    several = len(curves.indices) > 1
    for i, (label, index) in enumerate(curves.labels.items()):
        if several:
            alone = index not in curves.of(PF_SR.id)
            text = label[:28]
            found.append(
                {"text": text, "sign": _SIGNS[MARKERS[i]]} if alone else {"text": text, "dash": DASHES[i]}
            )
    found += [{"text": "Planet Fusion", "sign": "●"}, {"text": "Sentinel-2", "sign": "◇"}]
    found.append({"text": "gap-filled", "sign": "○"})
    found.append({"text": "missing", "sign": "❘"})
    if curves.whole:
        found.append({"text": "sample 10–90 %", "wide": True})
    if "class" in curves.behind:
        found.append({"text": "usual for the class", "dash": "dotted"})
    if curves.smooth:
        found.append({"text": "smoothed", "dash": "dashed"})
    if curves.years:
        found.append({"text": "2018 pale, 2019 full", "sign": "⇄"})
    if curves.seasons:
        found.append({"text": "start, peak, end", "sign": "▲★▼"})
    if curves.breaks:
        found.append({"text": "break", "dash": "dashed"})
    return found


def chosen(curves: Curves) -> CurvesChosen:
    """The curves as the menu shows them."""
    return {
        "bands": list(curves.bands),
        "indices": list(curves.indices),
        "smooth": curves.smooth,
        "pheno": curves.seasons,
        "breaks": curves.breaks,
        "years": curves.years,
        "behind": list(curves.behind),
    }


@cache
def menu() -> Menu:
    """All that the menu offers: `bands`, `indices` by domain, `smooth`, and how many indices at most."""
    groups: dict[str, dict[str, str]] = {}
    both = indices.available(PF_SR.id)
    for name, entry in indices.available(S2_SR.id).items():
        only = "" if name in both else " (Sentinel-2)"
        groups.setdefault(entry.domain, {})[f"{name}: {entry.title}{only}"] = name
    bands: list[BandOffered] = [
        {
            "name": b,
            "text": _SHORT.get(b, b),
            "title": b if b not in S2_ONLY else f"{S2_SR.band(b).title}, Sentinel-2 only",
            "colour": colours_of_bands("light")[b],
        }
        for b in BANDS
    ]
    smooth = {"": "off", **{name: name.title().replace("-", "–") for name in METHODS}}
    return {"bands": bands, "indices": groups, "smooth": smooth, "most": MAX_INDICES, "sources": METHODS}


def note(curves: Curves) -> str:
    """How what is drawn over the data was made."""
    parts = []
    if curves.smooth:
        parts.append(f"Smoothed: {curves.smooth}, {METHODS[curves.smooth]}.")
    if curves.seasons:
        parts.append(f"Seasons: {phenology.METHOD}; {phenology.SOURCE}.")
    if curves.breaks:
        parts.append(f"Breaks: {breaks.METHOD}; {breaks.SOURCE}; snow left out.")
    return " ".join(parts)


def about(corpus: Corpus, sample_id: str, curves: Curves, theme: str, named: Sequence[Key]) -> AboutPicture:
    """What a picture of the charts says beside them; `named` are pins and regions, as keys."""
    owners = dict.fromkeys(corpus.attribution(product.id) for product in (PF_SR, S2_SR))
    return {
        "title": f"Temporal profile of {sample_id}",
        "file": f"{sample_id}_profile",
        "notes": [text for text in (*owners, note(curves)) if text],
        "keys": [*keys(curves, theme), *named],
    }


def together(tables: Sequence[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Profiles of pins and regions below each other, with the name of each in the column `pin`."""
    parts = []
    for name, table in tables:
        table = table.copy()
        table.insert(0, "pin", name)
        parts.append(table)
    both = pd.concat(parts, ignore_index=True)
    both.attrs = dict(parts[0].attrs)
    both.attrs["units"] = {k: v for part in parts for k, v in part.attrs["units"].items()}
    return both


def for_people(name: str, table: pd.DataFrame) -> FindingTable:
    """A table of seasons or breaks as the page shows it: `columns`, `rows` of texts with the pin's colour and name, `notes`."""
    attrs = table.attrs
    columns = _FOUND[name]
    rows: list[FindingRow] = [
        {
            "colour": row["colour"],
            "pin": row["pin"],
            "cells": [_text(column, row[column]) for column in columns],
            "note": row.get("note", ""),
        }
        for _, row in table.iterrows()
    ]
    how = f"{attrs['method'][0].upper()}{attrs['method'][1:]}"
    if "threshold" in attrs:
        how += f" ({attrs['threshold']:g})"
    notes = [f"{how}. {attrs['source']}."]
    if "smoothing" in attrs:
        notes.append(f"Smoothed by {attrs['smoothing']}.")
    if attrs.get("note"):
        notes.insert(0, f"Nothing could be looked for: {attrs['note']}.")
    elif name == "breaks":
        notes.insert(0, "Snow is left out." if len(table) else "No break was found; snow is left out.")
    units = {"integral": "∫ days", "amplitude": "ampl.", "explained": "explained, %"}
    title = {"seasons": "Seasons", "breaks": "Breaks"}[name]
    return {
        "title": f"{title} of {attrs['index']}",
        "columns": [units.get(c, c) for c in columns],
        "rows": rows,
        "notes": notes,
    }


def findings_csv(corpus: Corpus, cell: Cell, table: pd.DataFrame) -> str:
    """Seasons or breaks as CSV, with method, source, attribution and citation."""
    out = table.drop(columns="colour")
    units = {
        "seasons": {"length": "days", "integral": "index x days"},
        "breaks": {"step": table.attrs["index"]},
    }
    kind = "breaks" if "step" in table else "seasons"
    out.attrs = about_table(corpus, cell, units[kind])
    out.attrs["units"].pop("wavelength", None)
    how = [f"{word}: {table.attrs[word]}" for word in ("index", "method", "source", "smoothing", "threshold") if word in table.attrs]  # fmt: skip
    out.attrs["attribution"] = [*how, *out.attrs["attribution"]]
    return to_csv(out)


def _text(column: str, value: Any) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return "–"
    if column == "pin":
        return re.sub(r"^row (\d+), col (\d+)$", r"\1, \2", value)
    if isinstance(value, pd.Timestamp):
        return f"{value.day} {value:%b %Y}" if column == "date" else f"{value.day} {value:%b}"
    if isinstance(value, float):
        if column == "explained":
            return f"{100 * value:.0f}"
        sign = "+" if column == "step" and value > 0 else ""
        return f"{sign}{value:.0f}" if column == "integral" else f"{sign}{value:.2f}".replace("-", "−")
    return str(value)
