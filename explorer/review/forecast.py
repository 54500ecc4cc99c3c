"""What a random draw will be able to tell, before anybody reviews it; and which draws can tell enough.

Half widths are those of the estimators, at an accuracy that is expected: the mean of 1 - suspicion where scores are known, else
`EXPECTED`. They are expectations: the review's own may be wider or narrower.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explorer.core.errors import InvalidQueryError
from explorer.review import groupings, intervals, sampling
from explorer.review.queue import DEFAULT_DRAW, QueueSpec

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

EXPECTED = 0.85
"""The accuracy expected where nothing is known."""
FEW = 10
"""Samples of a class with which its own accuracy is hardly known: ± 22 % at an accuracy of 0.85."""
SIZES = (50, 100, 200, 300, 500, 1000, 2000)
"""Sizes of draws that are offered."""


@dataclass(frozen=True)
class Forecast:
    """What one draw can tell. Shares from 0 to 1."""

    text: str
    """Of the queue."""
    population: int
    n: int
    half_width: float
    """To expect of the overall accuracy, at 95 %."""
    strata: pd.DataFrame
    """By stratum: `title`, `size`, `drawn`, `expected` accuracy, `half_width` of the stratum's own accuracy, `few` (bool)."""
    notes: tuple[str, ...] = ()

    @property
    def few(self) -> tuple[str, ...]:
        """Titles of the strata of which too few are drawn to say something of them alone."""
        return tuple(self.strata.loc[self.strata["few"], "title"])

    @property
    def works(self) -> bool:
        """Whether every stratum gets enough to say something of it alone."""
        return not self.few

    @property
    def sentence(self) -> str:
        """What the draw can tell, in words."""
        least = int(self.strata["drawn"].min())
        found = (
            f"{self.n:,} of {self.population:,} samples in {len(self.strata)} strata, {least:,} or more of each: expect the overall "
            f"accuracy to about ± {100 * self.half_width:.1f} %."
        )
        if self.few:
            found += f" Too few to say something of each alone: {len(self.few)} of {len(self.strata)} strata."
        return found


@dataclass(frozen=True)
class Option:
    """One way to make the strata of a draw: a level (0: none) or a grouping."""

    by: int
    grouping: str
    title: str
    forecast: Forecast
    enough: int | None
    """The least size (of `SIZES`) with which every stratum gets enough; None where none is."""

    @property
    def works(self) -> bool:
        """Whether the size asked for is enough."""
        return self.forecast.works


def forecast(corpus: Corpus, spec: QueueSpec, confidence: float = 0.95) -> Forecast:
    """What a random queue's draw can tell. It draws, and keeps nothing. Raises `InvalidQueryError` as `QueueSpec.build`."""
    if spec.kind != "random":
        raise InvalidQueryError(
            f"{spec.format()[:60]} is no random draw: of what was chosen nothing can be said beyond itself"
        )
    intervals.check(confidence)
    of = sampling.strata(corpus, spec.strata_of, corpus.samples.index[spec.mask(corpus)])
    return _of_strata(corpus, spec, of, confidence)


def options(
    corpus: Corpus, spec: QueueSpec, *, names: Sequence[str] | None = None, confidence: float = 0.95
) -> list[Option]:
    """The same draw with strata of no level, of levels 1 to 3, and of the groupings named (all known): what each can tell.

    >>> [(one.title, one.works, one.enough) for one in options(corpus, QueueSpec("random", 200))][0]
    ('No strata', True, 50)
    """
    found = []
    wanted = [(level, "") for level in range(4)]
    wanted += [(1, name) for name in (groupings.known() if names is None else names)]
    rows = corpus.samples.index[spec.mask(corpus)]
    for level, name in wanted:
        this = replace(spec, by=level, grouping=name)
        of = sampling.strata(corpus, this.strata_of, rows)
        if not len(of):
            continue
        title = groupings.find(name).name if name else f"Level {level}" if level else "No strata"
        tries = (
            (size, _of_strata(corpus, replace(this, n=size), of, confidence))
            for size in SIZES
            if size <= len(of)
        )
        enough = next((size for size, one in tries if one.works), None)
        found.append(Option(level, name, title, _of_strata(corpus, this, of, confidence), enough))
    return found


def advised(corpus: Corpus, spec: QueueSpec) -> QueueSpec:
    """The draw that a form offers first: the finest strata of which every one gets enough with the size asked for; else level 1."""
    fitting = [one for one in options(corpus, spec) if one.works and (one.by or one.grouping)]
    if not fitting:
        return replace(spec, by=1, grouping="")
    best = max(fitting, key=lambda one: len(one.forecast.strata))
    return replace(spec, by=best.by, grouping=best.grouping)


def _of_strata(corpus: Corpus, spec: QueueSpec, of: pd.Series, confidence: float) -> Forecast:
    if not len(of):
        raise InvalidQueryError("there is nothing to draw from: no sample with a label is left")
    n = spec.n or DEFAULT_DRAW
    counted = {int(str(code)): int(size) for code, size in of.value_counts().sort_index().items()}
    rates = sampling.error_rates(corpus, of)
    merged = sampling.collapse(counted, n, by=spec.strata_of)
    titles = sampling.titles_of(spec.strata_of)
    into: dict[int, int] = {}
    errors: dict[int, float] = {}
    for code, size in counted.items():
        target = merged.get(code, code)
        into[target] = into.get(target, 0) + size
        errors[target] = errors.get(target, 0.0) + size * rates.get(code, 1 - EXPECTED)
    rate = {code: errors[code] / into[code] for code in into}
    given = sampling.allocate(
        into,
        n,
        spec.alloc,
        minimum=max(spec.minimum, min(sampling.LEAST, n)),
        error_rates=rate if rates else None,
    )
    sizes = np.array([into[code] for code in into], np.float64)
    drawn = np.array([given[code] for code in into], np.float64)
    # An accuracy at the very ends would promise an interval of no width.
    accuracy = np.clip(1 - np.array([rate[code] for code in into]), 0.5, 0.99)
    spread = accuracy * (1 - accuracy) * (1 - drawn / sizes)
    share = sizes / sizes.sum()
    error = math.sqrt(float((share**2 * spread / np.maximum(drawn - 1, 1)).sum()))
    z = intervals.normal_quantile(confidence)
    table = pd.DataFrame(
        {
            "title": [titles.get(code, str(code)) for code in into],
            "size": sizes.astype(np.int64),
            "drawn": drawn.astype(np.int64),
            "expected": accuracy,
            "half_width": [
                _half(float(accuracy[i]), float(drawn[i]), float(sizes[i]), confidence)
                for i in range(len(sizes))
            ],
            "few": (drawn < FEW) & (drawn < sizes),
        },
        index=pd.Index(list(into), name="stratum"),
    )
    notes = [sampling.collapsed_text(merged, titles, "for the draw")] if merged else []
    if not rates:
        notes.append(f"No scores are known: an accuracy of {EXPECTED:.0%} was taken.")
    return Forecast(spec.format(), len(of), int(drawn.sum()), z * error, table, tuple(notes))


def _half(accuracy: float, drawn: float, size: float, confidence: float) -> float:
    """Half the interval that so many samples of a stratum give its accuracy."""
    if drawn >= size:
        return 0.0
    low, high = intervals.wilson(accuracy, max(drawn - 1, 1) / (1 - drawn / size), confidence)
    return (high - low) / 2
