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

from explorer.core.errors import InvalidQueryError
from explorer.core.version import __version__
from explorer.corpus.tables.tables import terms
from explorer.review import accuracy, agreement, draws, groupings, planning
from explorer.review.draws import SampleDraw
from explorer.review.estimators import Accuracy
from explorer.review.groupings import Grouping

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
    grouping: Grouping | str | None = None,
    blind_only: bool = False,
) -> str:
    """The report of a review: accuracies and areas with intervals, agreement, what to review yet, method and sources.

    `level` of the classes (1 to 3), or a `grouping`; `queue`, `drawn_only`, `blind_only` as for `accuracy.from_records`; `half_width`
    that the plan aims at. Where no accuracy can be estimated, the report says why. Raises `RecordsError`.
    """
    current = records.current()
    chosen = groupings.choose(level, grouping)
    found, drawn, why = None, None, ""
    try:
        found = accuracy.from_records(
            corpus, records, level, queue=queue, drawn_only=drawn_only, grouping=chosen, blind_only=blind_only
        )
        if drawn_only:
            text = (
                draws.draw_text(queue)
                if queue
                else draws.largest_continuation_of(records, accuracy.drawn_text(current))
            )
            drawn = draws.find(records, text)
    except InvalidQueryError as error:
        why = str(error)
    plans = _plans(found, half_width)
    final = records.final()
    return _template().render(
        title="Label quality review",
        where=corpus.where,
        synthetic=corpus.synthetic,
        made=dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=__version__,
        corpus_version=records.version,
        classes=chosen.name if chosen.level == 0 else f"CORINE level {chosen.level}",
        found=found,
        drawn=drawn,
        blind=_blind(current),
        why=why,
        matrix=_matrix(found),
        figures=_figures(found),
        table=_table(found),
        plans=plans,
        goes_on=_goes_on(plans, drawn),
        half_width=half_width,
        agreement=agreement.measure(agreement.ratings(current)),
        open_cases=int((final["state"] == "disputed").sum()),
        states=final["state"].value_counts().to_dict(),
        reviewers=current["reviewer"].value_counts().to_dict(),
        citations=(
            accuracy.CITATION,
            accuracy.STEHMAN,
            accuracy.COCHRAN,
            accuracy.KORN,
            accuracy.OVERLAP,
            *([chosen.source] if chosen.source.startswith(("Sumbul",)) else []),
        ),
        terms=terms(corpus),
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"share": _share, "number": _number, "between": _between, "hectares": _hectares}
    text = Path(__file__).with_name("report.html").read_text(encoding="utf-8")
    return environment.from_string(text)


def _share(value: Any, half: Any = None) -> str:
    """Percent, with the half width of its interval."""
    if value is None or not math.isfinite(value):
        return "not known"
    text = f"{100 * value:.1f}"
    return text if half is None else f"{text} ± {100 * half:.1f}" if math.isfinite(half) else f"{text} ± ?"


def _between(low: Any, high: Any) -> str:
    """The two ends of an interval in percent; one number where both are one, and nothing that only looks like certainty."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "not known"
    for digits in range(1, 7):
        first, last = f"{100 * low:.{digits}f}", f"{100 * high:.{digits}f}"
        if first != last:
            return f"{first} to {last}"
    return f"{100 * low:.1f}"


def _hectares(row: dict[str, Any]) -> str:
    if not math.isfinite(row["area_ha"]):
        return "not known"
    low, high = row["area_ha_low"], row["area_ha_high"]
    ends = f" ({low:,.0f} to {high:,.0f})" if math.isfinite(low) and math.isfinite(high) else ""
    return f"{row['area_ha']:,.0f}{ends}"


def _blind(current: pd.DataFrame) -> dict[str, int]:
    """How many verdicts were given while the label was hidden, how many in its sight, and of how many nothing is known."""
    return {
        "blind": int((current["blind"].fillna(False)).sum()),
        "seeing": int((~current["blind"].fillna(True)).sum()),
        "unknown": int(current["blind"].isna().sum()),
    }


def _goes_on(plans: list[planning.Plan], drawn: SampleDraw | None) -> str:
    """The text of the draw to go on with; empty where there is none."""
    further = planning.next_draw(plans[0], drawn.spec) if plans and drawn is not None else None
    return "" if further is None else further.format()


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
    percent = f"{100 * found.confidence:g} %"
    first = _bars(shown, ("users", "producers"), ("User's accuracy", "Producer's accuracy"), "Accuracy, %")
    figures = [(f"User's and producer's accuracy by class, with {percent} confidence intervals", first)]
    if np.isfinite(shown["area"]).any():
        second = _bars(
            shown, ("mapped", "area"), ("By the labels", "Estimated from the review"), "Share of the area, %"
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
            ends = [
                table.get(f"{column}_{end}", table[column]).fillna(table[column]) for end in ("low", "high")
            ]
            reach = np.clip([table[column] - ends[0], ends[1] - table[column]], 0, 1)
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
