"""The answer of a review as one HTML file: nothing is fetched when it is opened, everything in it is inline."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import numpy as np
import pandas as pd
from markupsafe import Markup

from explorer import __version__
from explorer.corpus.tables import terms
from explorer.errors import InvalidQueryError
from explorer.review import accuracy, agreement, planning
from explorer.review.estimators import Accuracy

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.review.records import Records

_INK, _BLUE, _ORANGE = "#333333", "#0b6e99", "#c2571a"


def html(
    corpus: Corpus,
    records: Records,
    level: int = 1,
    *,
    queue: str | None = None,
    drawn_only: bool = True,
    half_width: float = 0.02,
) -> str:
    """The report of a review: accuracies and areas with intervals, agreement, what to review yet, method and sources.

    `level` of the classes (1 to 3); `queue`, `drawn_only` as for `accuracy.from_records`; `half_width` that the plan aims
    at. Where no accuracy can be estimated, the report says why. Raises `RecordsError`.
    """
    current = records.current()
    found, why = None, ""
    try:
        found = accuracy.from_records(corpus, records, level, queue=queue, drawn_only=drawn_only)
    except InvalidQueryError as error:
        why = str(error)
    return _template().render(
        title="Label quality review",
        where=corpus.where,
        synthetic=corpus.synthetic,
        made=dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=__version__,
        corpus_version=records.version,
        level=level,
        found=found,
        why=why,
        matrix=_matrix(found),
        figures=_figures(found),
        table=_table(found),
        plans=_plans(found, half_width),
        half_width=half_width,
        agreement=agreement.measure(agreement.ratings(current)),
        open_cases=len(agreement.disagreements(current)),
        states=records.final()["state"].value_counts().to_dict(),
        reviewers=current["reviewer"].value_counts().to_dict(),
        citations=(accuracy.CITATION, accuracy.STEHMAN),
        terms=terms(corpus),
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"share": _share, "number": _number}
    text = Path(__file__).with_name("report.html").read_text(encoding="utf-8")
    return environment.from_string(text)


def _share(value: Any, half: Any = None) -> str:
    """Percent, with the half width of its interval."""
    if value is None or not math.isfinite(value):
        return "not known"
    text = f"{100 * value:.1f}"
    return text if half is None else f"{text} ± {100 * half:.1f}" if math.isfinite(half) else f"{text} ± ?"


def _number(value: Any, digits: int = 0) -> str:
    return f"{value:,.{digits}f}" if value is not None and math.isfinite(value) else "not known"


def _matrix(found: Accuracy | None) -> dict[str, Any] | None:
    """Only classes with a sample, in map or reference: 44 empty rows tell nothing."""
    if found is None:
        return None
    rows = np.flatnonzero(found.confusion.sum(axis=1))
    columns = np.flatnonzero(found.confusion.sum(axis=0) + found.confusion.sum(axis=1))
    return {
        "columns": [(found.classes[j], found.title(found.classes[j])) for j in columns],
        "rows": [
            {
                "code": found.classes[i],
                "title": found.title(found.classes[i]),
                "cells": [(int(found.confusion[i, j]), i == j) for j in columns],
                "total": int(found.confusion[i].sum()),
            }
            for i in rows
        ],
    }


def _table(found: Accuracy | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    rows: list[dict[Any, Any]] = found.table().rename_axis("code").reset_index().to_dict("records")
    return rows


def _plans(found: Accuracy | None, half_width: float) -> list[planning.Plan]:
    return [] if found is None else [planning.plan(found, half_width, target) for target in planning.TARGETS]


def _figures(found: Accuracy | None) -> list[tuple[str, Markup]]:
    if found is None:
        return []
    table = found.table()
    shown = table[(table["samples"] > 0) | (table["area"] > 0)]
    first = _bars(shown, ("users", "producers"), ("User's accuracy", "Producer's accuracy"), "Accuracy, %")
    figures = [("User's and producer's accuracy by class, with 95 % confidence intervals", first)]
    if np.isfinite(shown["area"]).any():
        second = _bars(
            shown, ("weight", "area"), ("By the labels", "Estimated from the review"), "Share of the area, %"
        )
        figures.append(("Area by class: what the labels say, and what the review estimates", second))
    return figures


def _bars(table: pd.DataFrame, columns: tuple[str, str], names: tuple[str, str], axis: str) -> Markup:
    """Two dots a class with their intervals, as SVG text. The figure's own object: pyplot is not for threads."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    places = np.arange(len(table))
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "explorer", "font.family": "sans-serif"}):
        figure = Figure(figsize=(8.2, 1.1 + 0.42 * len(table)), layout="constrained")
        axes = figure.add_subplot()
        for column, name, colour, shift in zip(columns, names, (_BLUE, _ORANGE), (-0.15, 0.15), strict=True):
            half = table.get(f"{column}_ci", pd.Series(0.0, index=table.index)).fillna(0)
            # A share lies between 0 and 100 %, whatever the formula's interval does.
            reach = np.clip([np.minimum(half, table[column]), np.minimum(half, 1 - table[column])], 0, 1)
            axes.errorbar(
                100 * table[column], places + shift, xerr=100 * reach, fmt="o", color=colour, capsize=3, label=name,
                markersize=5,
            )  # fmt: skip
        axes.set_yticks(places, [_short(title) for title in table["title"]])
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.set_xlabel(axis)
        axes.set_xlim(left=0)
        axes.grid(axis="x", color="#dddddd", linewidth=0.7)
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left"]].set_visible(False)
        figure.legend(loc="outside upper left", ncols=2, frameon=False)
        out = io.StringIO()
        # No metadata: it names a place on the web for each word, and the time.
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = out.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    return Markup(text)  # noqa: S704 - matplotlib's own output; it escapes the titles


def _short(title: str) -> str:
    return title if len(title) <= 38 else title[:36] + "…"
