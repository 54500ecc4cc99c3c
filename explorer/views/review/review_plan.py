"""What a review can tell before it begins, what it has found at its end, and what classes look like close by. All of it blocks."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import Any

import numpy as np

from explorer.core import corine
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.review import accuracy, consensus, draws, groupings, planning
from explorer.review import forecast as forecasts
from explorer.review.estimators import Accuracy
from explorer.review.forecast import Option
from explorer.review.queue import Queue, QueueSpec
from explorer.review.records import Records
from explorer.views.animation import first_frame
from explorer.views.common.map_state import MapState
from explorer.views.common.selection import Link
from explorer.views.map import map_near
from explorer.views.review import review_words
from explorer.views.review.messages import (
    Around,
    Chip,
    Choice,
    ClassShown,
    Closing,
    Forecast,
    Neighbour,
    SeasonShown,
    StrataOption,
    Stratum,
)

CHIPS = 3
"""Samples that show what a class looks like."""
_PURE = 0.75
"""Fraction of its class that such a sample has at least, where there are any."""
GOALS = (0.05, 0.03, 0.02, 0.01)
"""Half widths of the overall accuracy's interval that a next draw may aim at."""
MAX_ROWS = 50
SEASONS = tuple(dt.date(year, month, 15) for year in (2018, 2019) for month in (1, 4, 7, 10))
"""Of the strip of pictures: the same seasons of both years, so that a change shows."""
REACH_KM = 10.0
"""How far the map of what is around a sample reaches to each side."""
MAX_AROUND = 400


def strata_choices() -> list[Choice]:
    """What a random draw's strata can be made of, for the form."""
    levels = [("0", "None: a simple random draw"), ("1", "5 classes (level 1)"), ("2", "15 classes (level 2)"), ("3", "44 classes (level 3)")]  # fmt: skip
    own = [(f"g:{name}", f"Grouping: {name}") for name in groupings.known()]
    return [{"value": value, "text": text} for value, text in (*levels, *own)]


def forecast(corpus: Corpus, data: dict[str, Any], shown: MapState) -> Forecast:
    """What the draw that the form asks for can tell, by strata, and which others can tell enough; `problem` where it cannot be made."""
    try:
        spec = review_words.read_queue({**data, "kind": "random", "resume": ""}, shown)
        if spec is None:
            raise InvalidQueryError("that is no draw")
        told = forecasts.forecast(corpus, spec)
        offers = forecasts.options(corpus, spec)
        best = forecasts.advised(corpus, spec)
    except (ExplorerError, ValueError) as error:
        return {"problem": str(error)}
    rows: list[Stratum] = [
        {
            "title": str(row["title"]), "size": int(row["size"]), "drawn": int(row["drawn"]), "few": bool(row["few"]),
            "half": _number(row["half_width"]),
        }
        for row in told.strata.head(MAX_ROWS).to_dict("records")
    ]  # fmt: skip
    return {
        "problem": "", "sentence": told.sentence, "notes": list(told.notes), "strata": rows, "n": told.n, "works": told.works,
        "options": [_option(one) for one in offers], "advised": _value(best.by, best.grouping), "chosen": _value(spec.by, spec.grouping),
    }  # fmt: skip


def _option(one: Option) -> StrataOption:
    few = len(one.forecast.few)
    text = (
        f"± {100 * one.forecast.half_width:.1f} %"
        if one.works
        else f"± {100 * one.forecast.half_width:.1f} %, too few for {few} of {len(one.forecast.strata)} strata"
    )
    return {"value": _value(one.by, one.grouping), "works": one.works, "enough": one.enough, "text": text}


def _value(by: int, grouping: str) -> str:
    return f"g:{grouping}" if grouping else str(by)


def closing(records: Records, spec: QueueSpec, queue: Queue, reviewer: str) -> Closing:
    """What the review of a queue has found, what is left of it, and what could be next. Raises `RecordsError`."""
    text = draws.draw_text(spec.format())
    # Of a random draw only what was judged in it counts, here as in the estimate.
    current = draws.verdicts(records, text) if text else records.current()
    here = current[current["sample_id"].isin(queue.ids)]
    final = consensus.final(here)
    states = Counter(final["state"].tolist())
    mine = set(here.loc[here["reviewer"] == reviewer, "sample_id"])
    found = [f"{len(final):,} of {len(queue):,} samples are judged: {_counted(states)}."]
    swaps = _confused(here[here["judgement"] == "wrong"].to_dict("records"))
    if swaps:
        found.append("Wrong most often: " + "; ".join(swaps) + ".")
    left = []
    if open_mine := len(queue) - len(mine):
        left.append(f"{open_mine:,} samples have no verdict of yours.")
    if states["unsure"]:
        left.append(
            f"{states['unsure']:,} {'is' if states['unsure'] == 1 else 'are'} unsure: nobody could tell."
        )
    if states["disputed"]:
        left.append(
            f"{states['disputed']:,} are disputed: reviewers say different things, and somebody has to decide."
        )
    told: Closing = {
        "found": found, "left": left, "estimate": "", "notes": [], "next": [], "disputed": states["disputed"],
        "unsure": [str(one) for one in final.index[final["state"] == "unsure"]][:120],
    }  # fmt: skip
    if spec.kind == "random":
        _estimate(records, spec, told)
    else:
        told["notes"].append(
            "These samples were chosen, not drawn: they say nothing of the rest. A random draw does."
        )
        told["next"].append(
            {"text": "A random draw", "resume": "", "why": "for an accuracy of the whole corpus"}
        )
    return told


def _estimate(records: Records, spec: QueueSpec, told: Closing) -> None:
    text = draws.draw_text(spec.format())
    own = QueueSpec.parse(text)
    try:
        result = accuracy.from_records(
            records.corpus, records, own.by or 1, queue=text, grouping=own.grouping or None
        )
    except InvalidQueryError as error:
        told["notes"].append(f"No accuracy yet: {error}.")
        return
    if not math.isfinite(result.overall):
        told["notes"].append("No accuracy yet: too little of the draw is judged.")
        return
    told["estimate"] = (
        f"Overall accuracy {100 * result.overall:.1f} % (95 %: {100 * result.overall_low:.1f} to {100 * result.overall_high:.1f} %), "
        f"by {result.n:,} samples, {_classes_of(own)}."
    )
    if math.isfinite(result.overlap):
        told["found"].append(
            f"Label and reference give {100 * result.overlap:.1f} % of the area the same class."
        )
    if math.isfinite(result.worst) and result.best - result.worst > 5e-4:
        told["found"].append(
            f"With what is unsure or disputed it lies between {100 * result.worst:.1f} and {100 * result.best:.1f} %."
        )
    told["notes"] += [note for note in result.notes if note not in told["found"]][:6]
    told["next"] += _next(result, own)


def _next(result: Accuracy, spec: QueueSpec) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    half = (result.overall_high - result.overall_low) / 2
    for goal in GOALS:
        if goal >= half or len(found) == 2:
            continue
        planned = planning.plan(result, goal)
        larger = planning.next_draw(planned, spec)
        if larger is not None and planned.more:
            found.append(
                {
                    "resume": larger.format(),
                    "text": f"Go on to {larger.n or 0:,} samples",
                    "why": f"{planned.more:,} more, for ± {100 * goal:.0f} %",
                }
            )
    return found


def _classes_of(spec: QueueSpec) -> str:
    return f"classes of {spec.grouping}" if spec.grouping else f"classes of level {spec.by or 1}"


def _counted(states: Counter[str]) -> str:
    return (
        ", ".join(
            f"{states[name]:,} {name}" for name in ("correct", "wrong", "unsure", "disputed") if states[name]
        )
        or "none"
    )


def _confused(rows: list[dict[Any, Any]]) -> list[str]:
    """The commonest pairs of label and class seen, in words."""
    pairs: Counter[tuple[int, int]] = Counter()
    for row in rows:
        was = review_words.largest_of(str(row["label"]))
        if was is not None and isinstance(row["suggested"], int):
            pairs[was, int(row["suggested"])] += 1
    return [
        f"{was} {corine.land_cover(was).title} is {seen} {corine.land_cover(seen).title} ({count:,})"
        for (was, seen), count in pairs.most_common(3)
    ]


def chips(
    corpus: Corpus, sample_id: str, codes: list[int], date_index: int, composite: str, stretch: str
) -> list[ClassShown]:
    """Of each class the nearest pure samples, at the date."""
    samples = corpus.samples
    here = corpus.index.row(sample_id)
    if here is None:
        return []
    x, y = samples["x"].to_numpy(), samples["y"].to_numpy()
    # Web mercator stretches lengths by one over the cosine of the latitude.
    scale = math.cos(math.radians(float(samples["lat"].iloc[here]))) / 1000
    away = np.hypot(x - x[here], y - y[here]) * scale
    found: list[ClassShown] = []
    for code in dict.fromkeys(codes):
        if corine.land_cover(code).level != 3:
            continue
        kept: list[Chip] = []
        for row in _near(corpus, code, away, int(here)):
            other = str(samples.index[row])
            link = Link(sample=other, date=PF_SR.dates[date_index], composite=composite, stretch=stretch)
            picture = first_frame.first_picture(corpus, link)
            if picture is not None:
                kept.append({"id": other, "km": round(float(away[row]), 1), "jpeg": picture})
            if len(kept) == CHIPS:
                break
        found.append({"code": code, "title": corine.land_cover(code).title, "chips": kept})
    return found


def strip(corpus: Corpus, sample_id: str, composite: str, stretch: str) -> list[SeasonShown]:
    """The sample in each season of both years; what is not there is left out."""
    found: list[SeasonShown] = []
    for wanted in SEASONS:
        nearest = int(np.argmin([abs((day - wanted).days) for day in PF_SR.dates]))
        for index in (nearest, nearest + 1, nearest - 1):
            day = PF_SR.dates[index]
            link = Link(sample=sample_id, date=day, composite=composite, stretch=stretch)
            picture = first_frame.first_picture(corpus, link)
            if picture is not None:
                found.append({"index": index, "date": day.isoformat(), "jpeg": picture})
                break
    return found


def around(corpus: Corpus, sample_id: str, hidden: bool) -> Around:
    """The samples around one with colour and title of the label.

    `hidden`: without what the labels say. At most `MAX_AROUND`, the nearest, within `REACH_KM`.
    """
    samples = corpus.samples
    here = corpus.index.row(sample_id)
    if here is None:
        return {"cells": [], "reach": REACH_KM}
    x, y = samples["x"].to_numpy(), samples["y"].to_numpy()
    scale = math.cos(math.radians(float(samples["lat"].iloc[here]))) / 1000
    away = np.hypot(x - x[here], y - y[here]) * scale
    rows = np.flatnonzero(away < REACH_KM * 1.5)
    rows = rows[np.argsort(away[rows])][:MAX_AROUND]
    ids = samples.index[rows]
    rings = map_near.outlines(ids)
    codes = corpus.filter_table.largest(3)[rows]
    cells: list[Neighbour] = []
    for name, ring, code in zip(ids, rings, codes, strict=True):
        cover = corine.land_cover(int(code))
        places = (ring - [x[here], y[here]]) * [scale, -scale]
        cells.append(
            {
                "id": str(name), "ring": np.round(places, 3).tolist(), "colour": "" if hidden else cover.hex,
                "title": "" if hidden else cover.title,
            }
        )  # fmt: skip
    return {"cells": cells, "reach": REACH_KM}


def _near(corpus: Corpus, code: int, away: np.ndarray, here: int) -> list[int]:
    """Rows of samples of a class, pure ones first where there are any, the nearest first; a few more than are needed."""
    table = corpus.filter_table
    mask = table.largest(3) == code
    if "imagery" in table.offers:
        mask = mask & table.at_hand(PF_SR.id)
    mask[here] = False
    rows = np.flatnonzero(mask)
    pure = rows[table.purity[rows] >= _PURE]
    rows = pure if len(pure) >= CHIPS else rows
    count = min(2 * CHIPS, len(rows))
    nearest = np.argpartition(away[rows], count - 1)[:count] if count else np.zeros(0, np.intp)
    return [int(row) for row in rows[nearest[np.argsort(away[rows[nearest]])]]]


def _number(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
