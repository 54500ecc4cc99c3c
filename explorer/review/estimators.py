"""Accuracy and area from a sample of places whose true class is known, with confidence intervals.

`from_counts`: strata are the classes of the map; Olofsson, P., et al. (2014) Good practices for estimating area and
assessing accuracy of land change. Remote Sensing of Environment 148, 42-57; equations 1 to 11.
`from_units`: any strata; Stehman, S. V. (2014) Estimating area and map accuracy when the strata are different from the
map classes. International Journal of Remote Sensing 35, 4923-4939; equations 25 and 28, with the finite population correction.
Where strata are the map's classes both are equal. `Sampled.after`: a simple draw stratified after it was drawn; Cochran, W. G. (1977)
Sampling Techniques, 3rd ed., equation 5A.42. Intervals: `explorer.review.intervals`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from explorer.review import intervals

Label = int | str
_ROUNDING = 1e-20
"""Less than any spread of shares: what is left of none by rounding would be taken for certainty."""


@dataclass(frozen=True)
class Accuracy:
    """Estimates by class, in the order of `classes`; shares run from 0 to 1, and are NaN where `notes` says why.

    `..._se` are standard errors. `..._low` and `..._high` are the interval to report: it stays inside 0 to 1, and its coverage is near
    its name. `..._ci` is half the width of the interval that papers print, `estimate ± ci` with ci = z x standard error; where that
    would have no width although not everything was judged, it is how far the interval reaches.
    """

    classes: tuple[Label, ...]
    confusion: np.ndarray
    """Counts, `(classes, classes)`; rows: class of the map, columns: class of the reference."""
    weights: np.ndarray
    """Share of the samples that the map gives each class (its largest class)."""
    proportions: np.ndarray
    """Estimated share of the samples in each cell of the matrix, `(classes, classes)`; adds up to 1."""
    overall: float
    overall_se: float
    overall_ci: float
    users: np.ndarray
    users_se: np.ndarray
    users_ci: np.ndarray
    producers: np.ndarray
    producers_se: np.ndarray
    producers_ci: np.ndarray
    areas: np.ndarray
    """Estimated true share of the area of each class."""
    areas_se: np.ndarray
    areas_ci: np.ndarray
    confidence: float = 0.95
    total_area: float | None = None
    """Of everything, in hectares; None where only shares are known."""
    notes: tuple[str, ...] = ()
    """Sentences on what could not be estimated and why, and on what to be careful with."""
    design: str = "Stratified by the classes of the map (Olofsson et al. 2014)"
    titles: Mapping[Label, str] = field(default_factory=dict)
    overall_low: float = math.nan
    overall_high: float = math.nan
    users_low: np.ndarray = field(default_factory=lambda: np.zeros(0))
    users_high: np.ndarray = field(default_factory=lambda: np.zeros(0))
    producers_low: np.ndarray = field(default_factory=lambda: np.zeros(0))
    producers_high: np.ndarray = field(default_factory=lambda: np.zeros(0))
    areas_low: np.ndarray = field(default_factory=lambda: np.zeros(0))
    areas_high: np.ndarray = field(default_factory=lambda: np.zeros(0))
    mapped: np.ndarray | None = None
    """Share of the area that the map gives each class, by its fractions; None: by `weights`."""
    area_basis: str = "classes"
    """What `areas` count: `classes` (each sample is of one class), or `fractions` (each has its part of a sample)."""
    overlap: float = math.nan
    """Agreement of the fractions: the mean part of a sample that label and reference give the same class, 0 to 1 (see `fractions`)."""
    overlap_se: float = math.nan
    overlap_low: float = math.nan
    overlap_high: float = math.nan
    worst: float = math.nan
    """Overall accuracy if every unsure and disputed sample were wrong; with `best`, the bounds that they leave."""
    best: float = math.nan
    undecided: Mapping[str, int] = field(default_factory=dict)
    """How many samples of the draw's judged part are `unsure`, `disputed`, or, of blind verdicts alone, `judged in sight of the label`."""
    strata: pd.DataFrame | None = None
    """Of a draw, by stratum: `title`, `size`, `drawn`, `judged`, `agreeing`; None where nothing is known of them."""
    allocation: str = ""
    """How the draw's samples were given to its strata; empty where it is not known."""

    @property
    def n(self) -> int:
        """How many samples the estimates rest on."""
        return int(self.confusion.sum())

    @property
    def exact(self) -> bool:
        """Whether everything was judged, so that there is nothing to estimate."""
        return self.overall_se == 0 and self.overall_low == self.overall_high

    def title(self, label: Label) -> str:
        """The name of a class."""
        return self.titles.get(label, str(label))

    def table(self) -> pd.DataFrame:
        """A row a class (index `class`): counts, weights, and the estimates with `_ci`, `_low`, `_high`; areas in ha where known."""
        columns: dict[str, object] = {
            "title": [self.title(label) for label in self.classes],
            "samples": self.confusion.sum(axis=1),
            "weight": self.weights,
        }
        for name, one in (("users", "users"), ("producers", "producers"), ("area", "areas")):
            columns[name] = getattr(self, one)
            for part in ("ci", "low", "high"):
                columns[f"{name}_{part}"] = _as_long(getattr(self, f"{one}_{part}"), len(self.classes))
        found = pd.DataFrame(columns, index=pd.Index(self.classes, name="class"))
        found["mapped"] = self.weights if self.mapped is None else self.mapped
        if self.total_area is not None:
            found["mapped_ha"] = found["mapped"] * self.total_area
            for part in ("", "_ci", "_low", "_high"):
                found[f"area_ha{part}"] = found[f"area{part}"] * self.total_area
        return found

    def matrix(self) -> pd.DataFrame:
        """The counts as a table: rows `map`, columns `reference`."""
        return pd.DataFrame(
            self.confusion,
            index=pd.Index(self.classes, name="map"),
            columns=pd.Index(self.classes, name="reference"),
        )


def _as_long(values: np.ndarray, length: int) -> np.ndarray:
    return values if len(values) == length else np.full(length, np.nan)


@dataclass(frozen=True)
class Estimate:
    """One estimate: its value, standard error, and the interval `low` to `high`; NaN where it cannot be told."""

    value: float
    se: float
    low: float
    high: float

    def half(self, confidence: float) -> float:
        """Half the width as papers print it, z x standard error; where that is nothing without a census, the interval's reach."""
        if self.se == 0 and self.high > self.low:
            return max(self.value - self.low, self.high - self.value)
        return intervals.normal_quantile(confidence) * self.se


@dataclass(frozen=True)
class Sampled:
    """Judged samples and the strata that they stand for. Rows may be cells of counts: `times` says how often each was found.

    `group` int `(rows,)`: position of the stratum; `times` `(rows,)`; `part` `(rows,)`: what a row counts in its stratum's mean,
    adding up to 1. By stratum `(strata,)`: `share` of the population, `number` judged, and `factor`: what its variance counts.
    """

    group: np.ndarray
    times: np.ndarray
    part: np.ndarray
    share: np.ndarray
    number: np.ndarray
    factor: np.ndarray
    sampled: float = 0.0
    """Part of the population that was judged; 0 where it is not known."""
    confidence: float = 0.95

    @classmethod
    def stratified(
        cls,
        group: np.ndarray,
        share: np.ndarray,
        sizes: np.ndarray | None = None,
        *,
        times: np.ndarray | None = None,
        weight: np.ndarray | None = None,
        confidence: float = 0.95,
    ) -> Sampled:
        """Drawn from each stratum on its own. `sizes` `(strata,)`: how many each has in all, for the finite population correction.

        `weight` `(rows,)`: how many samples of its stratum a row stands for, where strata of different rates were put together.
        """
        times = np.ones(len(group)) if times is None else np.asarray(times, np.float64)
        weight = times if weight is None else times * weight
        total = np.bincount(group, weight, len(share))
        part = weight / np.where(total > 0, total, 1)[group]
        each = np.divide(part, times, out=np.zeros_like(part), where=times > 0)
        squares = np.bincount(group, times * each**2, len(share))
        number = np.divide(
            1, squares, out=np.zeros(len(share)), where=squares > 0
        )  # Kish's; the count, where weights are equal
        judged = np.bincount(group, times, len(share))
        left = np.ones(len(share)) if sizes is None else 1 - np.minimum(judged / np.maximum(sizes, 1), 1)
        factor = np.divide(share**2 * left, number, out=np.zeros(len(share)), where=number > 0)
        known = 0.0 if sizes is None else float(judged.sum() / max(float(np.sum(sizes)), 1.0))
        return cls(group, times, part, share, number, factor, min(known, 1.0), confidence)

    @classmethod
    def after(cls, group: np.ndarray, sizes: np.ndarray, *, confidence: float = 0.95) -> Sampled:
        """Drawn from all at once, and sorted into strata of known `sizes` afterwards."""
        n, total = len(group), float(np.sum(sizes))
        share = np.asarray(sizes, np.float64) / total
        number = np.bincount(group, minlength=len(share)).astype(np.float64)
        part = 1 / number[group]
        left = 1 - min(n / total, 1.0)
        factor = left * (share / n + (1 - share) / n**2)
        return cls(group, np.ones(n), part, share, number, factor, 1 - left, confidence)

    @property
    def bare(self) -> np.ndarray:
        """Strata that something is in and nothing was judged of, bool `(strata,)`."""
        return np.asarray((self.share > 0) & (self.number == 0))

    def mean(self, y: np.ndarray, *, gains: bool = False) -> Estimate:
        """The mean of something known of each row, 0 to 1; `gains` as of `ratio`."""
        return self.ratio(y, np.ones(len(self.group)), gains=gains)

    def ratio(
        self,
        y: np.ndarray,
        x: np.ndarray,
        *,
        elsewhere: bool = True,
        gains: bool = False,
        known: bool = False,
    ) -> Estimate:
        """The ratio of two means, y of x, with 0 <= y <= x <= 1: with x 1 a mean, with x a class's own samples the share of those.

        `elsewhere` False: x is 0 in every stratum that nothing was judged of. `gains`: the interval may be narrower than a simple
        draw's, which holds for areas, of which strata differ much; of accuracies a few strata without an error would feign it.
        `known`: x is 0 for certain in strata where none was found. Else more of x may be there, and what was judged of x is not all.
        """
        y, x = np.asarray(y, np.float64), np.asarray(x, np.float64)
        top, bottom = (float((self.share * self.means(one)).sum()) for one in (y, x))
        if (elsewhere and self.bare.any()) or bottom <= 0:
            return Estimate(math.nan, math.nan, math.nan, math.nan)
        value = min(max(top / bottom, 0.0), 1.0)
        variance = self.variance(y - value * x, inside=x) / bottom**2
        if not math.isfinite(variance):
            return Estimate(value, math.nan, math.nan, math.nan)
        return Estimate(value, math.sqrt(variance), *self._interval(value, variance, x, bottom, gains, known))

    def means(self, values: np.ndarray) -> np.ndarray:
        """The mean of each stratum `(strata,)`; 0 where nothing was judged."""
        return np.bincount(self.group, self.part * values, len(self.share))

    def variance(self, values: np.ndarray, inside: np.ndarray | None = None) -> float:
        """Of the estimated mean of `values` `(rows,)`; NaN where a stratum that counts has one sample only.

        `inside`: only strata in which this is not 0 count.
        """
        centre = self.means(values)[self.group]
        square = np.bincount(self.group, self.part * (values - centre) ** 2, len(self.share))
        square[square < _ROUNDING] = 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            square = np.where(self.number > 1, square * self.number / (self.number - 1), np.nan)
        counts = self.factor > 0
        if inside is not None:
            counts &= self.means(inside) > 0
        return float((self.factor[counts] * square[counts]).sum())

    def _interval(
        self, value: float, variance: float, x: np.ndarray, bottom: float, gains: bool, known: bool
    ) -> tuple[float, float]:
        domain = self.means(x)
        count = float((self.times * (x > 0)).sum())
        spread = float((self.factor * domain).sum()) / bottom**2
        inside = domain > 0
        all_met = known or not ((self.factor > 0) & ~inside).any()
        if spread <= 0 and all_met:
            return value, value  # everything was judged
        # What a simple draw would need for the same error; where nothing differs, by the weights alone (Kish).
        size = value * (1 - value) / variance if variance > 0 else 1 / spread if spread > 0 else math.inf
        if (variance > 0 and not gains) or not all_met:
            size = min(size, count / max(1 - self.sampled, 1e-12))
        # The weights are known; only a spread that was measured has degrees of freedom.
        freedom = max(float(self.number[inside].sum() - inside.sum()), 1.0) if variance > 0 else math.inf
        return intervals.of_share(value, size, self.confidence, freedom=freedom, judged=max(count, 2.0))


def from_counts(
    counts: np.ndarray,
    weights: np.ndarray,
    classes: tuple[Label, ...],
    confidence: float,
    titles: Mapping[Label, str],
    sizes: np.ndarray | None = None,
) -> Accuracy:
    """Olofsson et al. (2014). `counts` `(k, k)`, rows map; `weights` `(k,)` add up to 1.

    `sizes` `(k,)`: samples that each class has in all, for the finite population correction.
    """
    row, column = np.nonzero(counts)
    sampled = Sampled.stratified(
        row, weights, sizes, times=counts[row, column].astype(np.float64), confidence=confidence
    )
    n = counts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = counts / n[:, None]  # n_ij / n_i, NaN where a class of the map has no sample
    p = np.where((weights > 0)[:, None], weights[:, None] * shares, 0.0)
    whole = np.zeros(len(n), bool) if sizes is None else n >= sizes
    found = _by_class(sampled, row, column, len(classes), elsewhere=False, known=True)
    return _accuracy(
        found, classes, counts, weights, p, confidence, titles,
        notes=_notes(counts, weights, found, classes, titles, whole, confidence, exact=sizes is None),
    )  # fmt: skip


def from_units(
    strata: np.ndarray,
    mapped: np.ndarray,
    reference: np.ndarray,
    sizes: Mapping[int, int],
    weights: np.ndarray,
    classes: Sequence[int],
    confidence: float,
    titles: Mapping[Label, str],
) -> Accuracy:
    """Stehman (2014). A row a sample: its stratum, class of the map, class of the reference, int `(n,)`.

    `sizes`: stratum -> samples that it has in all. `weights` `(k,)`: share of each class in the map.
    """
    names = np.array(list(sizes))
    totals = np.array([sizes[int(one)] for one in names], np.float64)
    place = {int(one): i for i, one in enumerate(names)}
    group = np.array([place[int(one)] for one in strata], np.int64)
    sampled = Sampled.stratified(group, totals / totals.sum(), totals, confidence=confidence)
    return from_sampled(
        sampled, mapped, reference, weights, classes, confidence, titles,
        design="Strata of the draw, other than the classes of the map (Stehman 2014)",
    )  # fmt: skip


def from_sampled(
    sampled: Sampled,
    mapped: np.ndarray,
    reference: np.ndarray,
    weights: np.ndarray,
    classes: Sequence[int],
    confidence: float,
    titles: Mapping[Label, str],
    design: str,
    *,
    strata_are_classes: bool = False,
) -> Accuracy:
    """Estimates from judged samples of any design: class of the map and of the reference of each, int `(n,)`.

    `strata_are_classes`: each stratum holds one class of the map, and all of it.
    """
    where = {code: i for i, code in enumerate(classes)}
    row = np.array([where[int(c)] for c in mapped], np.int64)
    column = np.array([where[int(c)] for c in reference], np.int64)
    counts = np.zeros((len(classes), len(classes)), np.int64)
    np.add.at(counts, (row, column), 1)
    p = np.zeros(counts.shape)
    np.add.at(p, (row, column), sampled.share[sampled.group] * sampled.part)
    if sampled.bare.any():
        p[:] = np.nan
    found = _by_class(sampled, row, column, len(classes), known=strata_are_classes)
    whole = np.full(len(classes), bool((sampled.factor <= 0).all()))
    notes = _notes(counts, weights, found, tuple(classes), titles, whole, confidence, strata=True)
    if sampled.bare.any():
        missing = float(sampled.share[sampled.bare].sum())
        notes.append(
            f"{int(sampled.bare.sum())} of {len(sampled.share)} strata of the draw ({100 * missing:.3g} % of the samples) have no "
            "verdict yet: nothing can be said of the whole. Review the rest of the queue."
        )
    elif ((sampled.number < 2) & (sampled.factor > 0)).any():
        notes.append("Strata of the draw have one verdict: no interval can be given. Review more.")
    return _accuracy(
        found, tuple(classes), counts, weights, p, confidence, titles, notes=notes, design=design
    )


@dataclass(frozen=True)
class _ByClass:
    overall: Estimate
    users: list[Estimate]
    producers: list[Estimate]
    areas: list[Estimate]


def _by_class(
    sampled: Sampled,
    row: np.ndarray,
    column: np.ndarray,
    k: int,
    *,
    elsewhere: bool = True,
    known: bool = False,
) -> _ByClass:
    """`elsewhere` and `known` of the classes of the map, as of `Sampled.ratio`; those of the reference are never known where not judged."""
    same = row == column
    return _ByClass(
        sampled.mean(same),
        [sampled.ratio(same & (row == i), row == i, elsewhere=elsewhere, known=known) for i in range(k)],
        [sampled.ratio(same & (column == i), column == i) for i in range(k)],
        [sampled.mean(column == i, gains=True) for i in range(k)],
    )


def columns(estimates: Sequence[Estimate], name: str, confidence: float) -> dict[str, Any]:
    """Estimates as the fields of `Accuracy`: `name`, `name_se`, `name_ci`, `name_low`, `name_high`."""
    return {
        name: np.array([one.value for one in estimates], np.float64),
        f"{name}_se": np.array([one.se for one in estimates], np.float64),
        f"{name}_ci": np.array([one.half(confidence) for one in estimates], np.float64),
        f"{name}_low": np.array([one.low for one in estimates], np.float64),
        f"{name}_high": np.array([one.high for one in estimates], np.float64),
    }


def _accuracy(
    found: _ByClass,
    classes: tuple[Label, ...],
    counts: np.ndarray,
    weights: np.ndarray,
    p: np.ndarray,
    confidence: float,
    titles: Mapping[Label, str],
    *,
    notes: list[str],
    design: str = Accuracy.design,
) -> Accuracy:
    whole = found.overall
    return Accuracy(
        classes=classes, confusion=counts, weights=weights, proportions=p, confidence=confidence, titles=titles,
        overall=whole.value, overall_se=whole.se, overall_ci=whole.half(confidence),
        overall_low=whole.low, overall_high=whole.high, notes=tuple(notes), design=design,
        **columns(found.users, "users", confidence),
        **columns(found.producers, "producers", confidence),
        **columns(found.areas, "areas", confidence),
    )  # fmt: skip


def _notes(
    counts: np.ndarray,
    weights: np.ndarray,
    found: _ByClass,
    classes: tuple[Label, ...],
    titles: Mapping[Label, str],
    whole: np.ndarray,
    confidence: float,
    strata: bool = False,
    exact: bool = False,
) -> list[str]:
    n = counts.sum(axis=1)
    notes = []
    for i, label in enumerate(classes):
        name = titles.get(label, str(label))
        if weights[i] > 0 and n[i] == 0:
            also = "" if strata else "; so neither the overall accuracy nor areas can be told"
            notes.append(
                f"{name}: no sample of this class was judged ({100 * weights[i]:.3g} % of the map){also}."
            )
        elif weights[i] > 0 and n[i] == 1 and not strata and not whole[i]:
            notes.append(f"{name}: one sample was judged; no interval can be given with fewer than two.")
        elif n[i] > 1 and counts[i, i] in (0, n[i]) and not whole[i]:
            one = found.users[i]
            # Clopper and Pearson's is exact for a simple draw from a large stratum; with weights or a correction it is not.
            kind = "an exact" if exact else "a careful"
            notes.append(
                f"{name}: {'all' if counts[i, i] else 'none'} of {n[i]} agree, so the formula's interval has no width; "
                f"{kind} {100 * confidence:g} % interval of the user's accuracy runs from {one.low:.2f} to {one.high:.2f}."
            )
        if n[i] + counts[:, i].sum() > 0 and counts[:, i].sum() == 0:
            notes.append(
                f"{name}: no judged sample is of this class in truth; its producer's accuracy is not known."
            )
    return notes
