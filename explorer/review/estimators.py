"""Accuracy and area from a sample of places whose true class is known, with confidence intervals.

`from_counts`: strata are the classes of the map; Olofsson, P., et al. (2014) Good practices for estimating area and
assessing accuracy of land change. Remote Sensing of Environment 148, 42-57; equations 1 to 11.
`from_units`: any strata; Stehman, S. V. (2014) Estimating area and map accuracy when the strata are different from the
map classes. International Journal of Remote Sensing 35, 4923-4939. Where strata are the map's classes both are equal.
Both leave the finite population correction out, as the first does: intervals are a little too wide where much of a
stratum was drawn. A stratum of which all was judged has no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

Label = int | str


@dataclass(frozen=True)
class Accuracy:
    """Estimates by class, in the order of `classes`; shares run from 0 to 1, and are NaN where `notes` says why.

    `..._se` are standard errors, `..._ci` half the width of the confidence interval (`estimate ± ci`).
    """

    classes: tuple[Label, ...]
    confusion: np.ndarray
    """Counts, `(classes, classes)`; rows: class of the map, columns: class of the reference."""
    weights: np.ndarray
    """Share of the area that the map gives each class."""
    proportions: np.ndarray
    """Estimated share of the area in each cell of the matrix, `(classes, classes)`; adds up to 1."""
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

    @property
    def n(self) -> int:
        """How many samples the estimates rest on."""
        return int(self.confusion.sum())

    def title(self, label: Label) -> str:
        """The name of a class."""
        return self.titles.get(label, str(label))

    def table(self) -> pd.DataFrame:
        """A row a class (index `class`): counts, weights, and the estimates with their `_ci`; areas in ha where known."""
        found = pd.DataFrame(
            {
                "title": [self.title(label) for label in self.classes],
                "samples": self.confusion.sum(axis=1),
                "weight": self.weights,
                "users": self.users,
                "users_ci": self.users_ci,
                "producers": self.producers,
                "producers_ci": self.producers_ci,
                "area": self.areas,
                "area_ci": self.areas_ci,
            },
            index=pd.Index(self.classes, name="class"),
        )
        if self.total_area is not None:
            found["mapped_ha"] = self.weights * self.total_area
            found["area_ha"] = self.areas * self.total_area
            found["area_ha_ci"] = self.areas_ci * self.total_area
        return found

    def matrix(self) -> pd.DataFrame:
        """The counts as a table: rows `map`, columns `reference`."""
        return pd.DataFrame(
            self.confusion,
            index=pd.Index(self.classes, name="map"),
            columns=pd.Index(self.classes, name="reference"),
        )


def from_counts(
    counts: np.ndarray,
    weights: np.ndarray,
    classes: tuple[Label, ...],
    confidence: float,
    titles: Mapping[Label, str],
    sizes: np.ndarray | None = None,
) -> Accuracy:
    """Olofsson et al. (2014). `counts` `(k, k)`, rows map; `weights` `(k,)` add up to 1.

    `sizes` `(k,)`: samples that each class has in all; one of which all were judged adds nothing to the error.
    """
    n = counts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = counts / n[:, None]  # n_ij / n_i, NaN where a class of the map has no sample
        spread = shares * (1 - shares) / (n - 1)[:, None]  # NaN or infinite for 0 and 1 sample
    spread[n < 2] = np.nan
    if sizes is not None:
        spread[(n > 0) & (n >= sizes)] = 0.0
    mapped = weights > 0
    # What the map does not have adds nothing, sampled or not.
    w = weights[:, None]
    p = np.where(mapped[:, None], w * shares, 0.0)
    variance = np.where(mapped[:, None], w**2 * spread, 0.0)
    users = np.diag(shares).copy()
    areas = p.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        producers = np.diag(p) / areas
        own = (1 - producers) ** 2 * np.diag(variance)
        others = producers**2 * (variance.sum(axis=0) - np.diag(variance))
        producers_se = np.sqrt((own + others) / areas**2)
    return _accuracy(
        classes, counts, weights, p, confidence, titles,
        overall=(float(np.trace(p)), float(np.sqrt(np.diag(variance).sum()))),
        users=(users, np.sqrt(np.diag(spread))),
        producers=(producers, producers_se),
        areas=(areas, np.sqrt(variance.sum(axis=0))),
        notes=_notes(counts, weights, classes, titles, sizes),
    )  # fmt: skip


def from_units(
    strata: np.ndarray,
    mapped: np.ndarray,
    reference: np.ndarray,
    sizes: Mapping[int, int],
    weights: np.ndarray,
    classes: tuple[int, ...],
    confidence: float,
    titles: Mapping[Label, str],
) -> Accuracy:
    """Stehman (2014). A row a sample: its stratum, class of the map, class of the reference, int `(n,)`.

    `sizes`: stratum -> samples that it has in all. `weights` `(k,)`: share of each class in the map.
    """
    total = sum(sizes.values())
    k = len(classes)
    where = {code: i for i, code in enumerate(classes)}
    row = np.array([where[int(c)] for c in mapped], np.int64)
    column = np.array([where[int(c)] for c in reference], np.int64)
    counts = np.zeros((k, k), np.int64)
    np.add.at(counts, (row, column), 1)
    of = {stratum: np.flatnonzero(strata == stratum) for stratum in sizes}
    bare = [stratum for stratum, rows in of.items() if sizes[stratum] and len(rows) < 1]

    def ratio(y: np.ndarray, x: np.ndarray) -> tuple[float, float]:
        top = bottom = 0.0
        for stratum, rows in of.items():
            if len(rows):
                top += sizes[stratum] * y[rows].mean()
                bottom += sizes[stratum] * x[rows].mean()
        if bare or bottom == 0:
            return np.nan, np.nan
        r, variance = float(top / bottom), 0.0
        for stratum, rows in of.items():
            if len(rows):
                if len(rows) >= sizes[stratum]:
                    spread = 0.0  # all of it was judged
                else:  # one sample tells nothing of its stratum's spread
                    spread = float(np.var(y[rows] - r * x[rows], ddof=1)) if len(rows) > 1 else np.nan
                variance += sizes[stratum] ** 2 * spread / len(rows)
        return r, float(np.sqrt(variance) / bottom)

    one = np.ones(len(row))
    users = np.array([ratio((row == i) & (column == i), row == i) for i in range(k)], float).reshape(k, 2)
    producers = np.array([ratio((row == i) & (column == i), column == i) for i in range(k)], float).reshape(
        k, 2
    )
    areas = np.array([ratio(column == i, one) for i in range(k)], float).reshape(k, 2)
    p = np.full((k, k), np.nan)
    if not bare:
        p[:] = 0
        for stratum, rows in of.items():
            np.add.at(p, (row[rows], column[rows]), sizes[stratum] / total / max(len(rows), 1))
    notes = _notes(counts, weights, classes, titles, strata=True)
    thin = [stratum for stratum, rows in of.items() if len(rows) == 1 and sizes[stratum] > 1]
    if bare:
        share = sum(sizes[stratum] for stratum in bare) / total
        notes.append(
            f"{len(bare)} of {len(sizes)} strata of the draw ({100 * share:.3g} % of the samples) have no verdict yet: "
            "nothing can be said of the whole. Review the rest of the queue."
        )
    elif thin:
        notes.append(
            f"{len(thin)} of {len(sizes)} strata of the draw have one verdict: no interval can be given. Review more."
        )
    return _accuracy(
        classes, counts, weights, p, confidence, titles,
        overall=ratio(row == column, one),
        users=(users[:, 0], users[:, 1]),
        producers=(producers[:, 0], producers[:, 1]),
        areas=(areas[:, 0], areas[:, 1]),
        notes=notes,
        design="Strata of the draw, other than the classes of the map (Stehman 2014)",
    )  # fmt: skip


def _accuracy(
    classes: tuple[Label, ...],
    counts: np.ndarray,
    weights: np.ndarray,
    p: np.ndarray,
    confidence: float,
    titles: Mapping[Label, str],
    *,
    overall: tuple[float, float],
    users: tuple[np.ndarray, np.ndarray],
    producers: tuple[np.ndarray, np.ndarray],
    areas: tuple[np.ndarray, np.ndarray],
    notes: list[str],
    design: str = Accuracy.design,
) -> Accuracy:
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    return Accuracy(
        classes=classes, confusion=counts, weights=weights, proportions=p, confidence=confidence, titles=titles,
        overall=overall[0], overall_se=overall[1], overall_ci=z * overall[1],
        users=users[0], users_se=users[1], users_ci=z * users[1],
        producers=producers[0], producers_se=producers[1], producers_ci=z * producers[1],
        areas=areas[0], areas_se=areas[1], areas_ci=z * areas[1], notes=tuple(notes), design=design,
    )  # fmt: skip


def _notes(
    counts: np.ndarray,
    weights: np.ndarray,
    classes: tuple[Label, ...],
    titles: Mapping[Label, str],
    sizes: np.ndarray | None = None,
    strata: bool = False,
) -> list[str]:
    n = counts.sum(axis=1)
    whole = np.zeros(len(n), bool) if sizes is None else n >= sizes
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
            # The formula gives an interval of no width; the exact one (Clopper and Pearson 1934) does not.
            bound = 1 - 0.025 ** (1 / n[i])
            low, high = (0.0, bound) if counts[i, i] == 0 else (1 - bound, 1.0)
            notes.append(
                f"{name}: {'all' if counts[i, i] else 'none'} of {n[i]} agree, so the formula's interval has no width; "
                f"an exact 95 % interval of the user's accuracy runs from {low:.2f} to {high:.2f}."
            )
        if n[i] + counts[:, i].sum() > 0 and counts[:, i].sum() == 0:
            notes.append(
                f"{name}: no judged sample is of this class in truth; its producer's accuracy is not known."
            )
    return notes
