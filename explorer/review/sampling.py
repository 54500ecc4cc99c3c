"""Stratified random draws: how many from each stratum, and which. The same seed draws the same samples.

Allocation: Cochran (1977) Sampling Techniques, 3rd ed., chapter 5; Olofsson et al. (2014), section 5.1.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explorer.core.errors import InvalidQueryError
from explorer.review import groupings
from explorer.review.groupings import Grouping

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

ALLOCATIONS = ("proportional", "equal", "neyman")
Stratum = int
"""The code of a class on the level that strata are made of; 0 where there is one stratum."""
LEAST = 2
"""Samples that a draw takes of each stratum (of a smaller one all): with fewer nothing can be said of its spread."""
UNKNOWN_ERROR_RATE = 0.5
"""Of a stratum nobody knows anything of: the spread that needs most samples."""
LEAST_SPREAD = 0.05
"""Neyman allocation would give nothing to a stratum that is expected to be without errors."""


@dataclass(frozen=True)
class Draw:
    """A stratified random draw, in random order: any first part of it is a random draw too.

    `ids`, `strata` and `probabilities` (of being drawn, above 0 to 1) go together, `(n,)`; `sizes` and `counts` say how
    many samples each stratum has, and how many of them were drawn.
    """

    ids: tuple[str, ...]
    strata: tuple[Stratum, ...]
    probabilities: tuple[float, ...]
    sizes: dict[Stratum, int]
    counts: dict[Stratum, int]
    collapsed: dict[Stratum, Stratum] = field(default_factory=dict)
    """Strata too thin for the draw -> the one that each was put into, of which alone `sizes` and the others speak."""

    def __len__(self) -> int:
        return len(self.ids)


def strata(
    corpus: Corpus,
    level: int | Grouping = 3,
    ids: Sequence[str] | pd.Index | None = None,
) -> pd.Series:
    """The stratum of each sample, by `sample_id`: its largest class on a level (1 to 3), or group; 0 for all at level 0.

    Samples without a label (or of no group) are left out: there is nothing to judge. `ids`: of these alone.
    """
    if isinstance(level, Grouping):
        largest = level.of_corpus(corpus)
    elif level in (0, 1, 2, 3):
        largest = np.asarray(corpus.filter_table.largest(level or 3), np.int64)
    else:
        raise InvalidQueryError(f"strata are made of level 0 (none), 1, 2 or 3, not {level}")
    found = pd.Series(largest, index=corpus.samples.index, name="stratum")
    if ids is not None and len(ids) < len(found):
        # Not `isin`: for half a million texts pandas takes seconds to make lists of them.
        rows = found.index.get_indexer(pd.Index(ids))
        inside = np.zeros(len(found), bool)
        inside[rows[rows >= 0]] = True
        found = found.loc[inside]
    found = found[found > 0]
    return found if level else found * 0


def collapse(
    sizes: Mapping[Stratum, int],
    n: int,
    *,
    least: int = LEAST,
    have: Mapping[Stratum, int] | None = None,
    by: int | Grouping = 3,
) -> dict[Stratum, Stratum]:
    """Thin strata -> the one that each is put into, so that at least `least` samples of each can be drawn, or were judged.

    Before a draw of `n`: as many as it takes for the `least` of all strata to be no more than half of the draw. With `have` (samples
    judged of each): every stratum that has fewer. The two that are nearest in CORINE are put together first (311 and 312 before 311
    and 324), of those equally near the smallest, whole groups at a time; the larger one gives its name.
    """
    groups = {name: [name] for name, size in sizes.items() if size > 0}
    total = {name: sizes[name] for name in groups}
    got = {name: 0 if have is None else have.get(name, 0) for name in groups}

    def thin() -> set[Stratum]:
        if have is not None:
            return {name for name in groups if got[name] < min(least, total[name])}
        floor = sum(min(least, size) for size in total.values())
        return set(groups) if floor > max(n // 2, least) else set()

    like = {name: _place(name, by) for name in groups}
    while len(groups) > 1 and (small := thin()):
        pairs = ((a, b) for a, b in combinations(sorted(groups), 2) if a in small or b in small)
        name, into = min(
            pairs,
            key=lambda pair: (-_shared(like[pair[0]], like[pair[1]]), total[pair[0]] + total[pair[1]], pair),
        )
        if total[name] > total[into]:
            name, into = into, name
        groups[into] += groups.pop(name)
        total[into] += total.pop(name)
        got[into] += got.pop(name)
    return {name: into for into, names in groups.items() for name in names if name != into}


def _place(stratum: Stratum, by: int | Grouping) -> str:
    """Where a stratum is in CORINE: its code, or that of the first class of its group."""
    if isinstance(by, Grouping) and stratum in by.codes:
        return str(by.members[by.codes.index(stratum)][0])
    return str(stratum)


def _shared(one: str, other: str) -> int:
    """How many first digits two codes of CORINE have in common."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def collapsed_text(collapsed: Mapping[Stratum, Stratum], titles: Mapping[Stratum, str], why: str) -> str:
    """One sentence on which strata were put into which; empty where none was."""
    if not collapsed:
        return ""
    into: dict[Stratum, list[Stratum]] = {}
    for name, target in collapsed.items():
        into.setdefault(target, []).append(name)
    parts = [
        f"{', '.join(_named(one, titles) for one in sorted(names))} into {_named(target, titles)}"
        for target, names in sorted(into.items())
    ]
    return f"Strata with too few samples {why} were put together: {'; '.join(parts)}."


def _named(code: Stratum, titles: Mapping[Stratum, str]) -> str:
    return titles.get(code, str(code))


def allocate(
    sizes: Mapping[Stratum, int],
    n: int,
    how: str = "proportional",
    *,
    minimum: int = 0,
    error_rates: Mapping[Stratum, float] | None = None,
) -> dict[Stratum, int]:
    """How many of `n` samples to draw from each stratum of `sizes`; never more than it has.

    `proportional` to size, `equal`, or `neyman`: to size x sqrt(p (1 - p)) with p the error rate expected (0 to 1;
    `error_rates`, else 0.5), which gives the overall accuracy its narrowest interval. `minimum` goes to each first, as
    far as it has so many. Rounded by largest remainders; of equal ones the stratum that comes first.
    Raises `InvalidQueryError`.
    """
    names = [name for name, size in sizes.items() if size > 0]
    if how not in ALLOCATIONS:
        raise InvalidQueryError(f"no allocation {how[:20]!r}; there are {', '.join(ALLOCATIONS)}")
    if not names:
        raise InvalidQueryError("there is nothing to draw from: no sample with a label is left")
    if n < 1 or minimum < 0:
        raise InvalidQueryError(
            f"cannot draw {n} samples, at least {minimum} of each stratum; give 1 and more"
        )
    room = np.array([sizes[name] for name in names], np.int64)
    floor = np.minimum(minimum, room)
    if floor.sum() > n:
        raise InvalidQueryError(
            f"{n} samples are too few for {minimum} from each of {len(names)} strata ({floor.sum()} in all)"
        )
    weights = np.array([_weight(how, sizes[name], (error_rates or {}).get(name)) for name in names])
    wanted = min(n, int(room.sum()))
    # A stratum that is full, or has more by the minimum than its share, leaves the rest to the others.
    share = _shares(weights, wanted, floor, room)
    given = np.clip(np.floor(share + 1e-9).astype(np.int64), floor, room)
    # As many as rounding down left over: fewer than there are strata with a remainder, and each of those has room for one.
    given[np.argsort(-(share - given), kind="stable")[: max(wanted - int(given.sum()), 0)]] += 1
    return {name: int(count) for name, count in zip(names, given, strict=True)}


def _weight(how: str, size: int, rate: float | None) -> float:
    if how == "equal":
        return 1.0
    if how == "proportional":
        return float(size)
    p = UNKNOWN_ERROR_RATE if rate is None or not math.isfinite(rate) else min(max(rate, 0.0), 1.0)
    return size * max(math.sqrt(p * (1 - p)), LEAST_SPREAD)


def _shares(weights: np.ndarray, n: int, floor: np.ndarray, room: np.ndarray) -> np.ndarray:
    """`c x weights` clipped to floor and room, with c such that they add up to n."""
    low, high = 0.0, float((room / weights).max())
    for _ in range(200):
        middle = (low + high) / 2
        if np.clip(middle * weights, floor, room).sum() < n:
            low = middle
        else:
            high = middle
    return np.clip(high * weights, floor, room)


def draw(
    of: pd.Series,
    n: int,
    how: str = "proportional",
    *,
    seed: int = 0,
    minimum: int = 0,
    error_rates: Mapping[Stratum, float] | None = None,
    least: int = 0,
    by: int | Grouping = 3,
) -> Draw:
    """Draw `n` samples from the strata `of` (`strata()`), at random within each.

    A stratum's draw depends on its samples and the seed alone, not on their order or on other strata; more of the same
    seed holds what fewer held, also where a larger draw has strata of its own that were put together in a smaller one. With `least`, every stratum gets so many (as far as it has them), and strata that are too thin for
    that are put together (`collapse`; `by` says what strata are made of). Raises `InvalidQueryError`.
    """
    if seed < 0:
        raise InvalidQueryError(f"a seed is 0 or more, not {seed}")
    collapsed: dict[Stratum, Stratum] = {}
    finest = of.to_numpy()
    if least and n > 0:
        counted = of.value_counts()
        collapsed = collapse({int(str(k)): int(v) for k, v in counted.items()}, n, least=least, by=by)
        if collapsed:
            of = of.replace(collapsed)
            error_rates = _merged_rates(error_rates or {}, counted, collapsed)
        minimum = max(minimum, min(least, n))
    sizes = {int(str(name)): int(size) for name, size in of.value_counts().sort_index().items()}
    counts = allocate(sizes, n, how, minimum=minimum, error_rates=error_rates)
    codes = of.to_numpy()
    names = of.index.to_numpy()
    chosen: list[tuple[float, str, int]] = []
    for stratum, count in counts.items():
        rng = np.random.default_rng([seed, stratum])
        parts = [stratum, *(part for part, into in collapsed.items() if into == stratum)]
        ordered = _in_order({part: names[(codes == stratum) & (finest == part)] for part in parts}, seed, rng)
        # Spread evenly over the whole, so that the first part of the draw is in proportion.
        places = (np.arange(count) + rng.random()) / max(count, 1)
        chosen += zip(places.tolist(), ordered[:count].tolist(), [stratum] * count, strict=True)
    chosen.sort()
    return Draw(
        ids=tuple(name for _, name, _ in chosen),
        strata=tuple(stratum for _, _, stratum in chosen),
        probabilities=tuple(counts[stratum] / sizes[stratum] for _, _, stratum in chosen),
        sizes=sizes,
        counts=counts,
        collapsed=collapsed,
    )


def _in_order(parts: Mapping[Stratum, np.ndarray], seed: int, first: np.random.Generator) -> np.ndarray:
    """Ids of strata that were put together, in random order; each part's among them are in the order that it has alone.

    Permanent random numbers (Ohlsson 1995): of each part the sorted ones, as many as it has ids. `first`: of the first part.
    """
    ids, numbers = [], []
    for place, (part, names) in enumerate(parts.items()):
        rng = np.random.default_rng([seed, part]) if place else first
        ids.append(np.sort(names.astype(str))[rng.permutation(len(names))])
        numbers.append(np.sort(np.random.default_rng([seed, part, 1]).random(len(names))))
    return np.concatenate(ids)[np.argsort(np.concatenate(numbers), kind="stable")]


def _merged_rates(
    rates: Mapping[Stratum, float], counted: pd.Series, collapsed: Mapping[Stratum, Stratum]
) -> dict[Stratum, float]:
    """Error rates of strata put together: their means by size."""
    table = pd.DataFrame({"rate": pd.Series(dict(rates), dtype=float), "size": counted}).dropna()
    into = [collapsed.get(int(str(name)), int(str(name))) for name in table.index]
    sums = (table["rate"] * table["size"]).groupby(into).sum() / table["size"].groupby(into).sum()
    return {int(str(name)): float(rate) for name, rate in sums.items()}


def titles_of(by: int | Grouping) -> Mapping[Stratum, str]:
    """The names of strata made of a level or a grouping."""
    if isinstance(by, Grouping):
        return by.names
    return groupings.of_level(by).names if by else {0: "All samples"}


def leading(draw_ids: Sequence[str], strata: Sequence[Stratum], judged: Collection[str]) -> tuple[str, ...]:
    """The leading part of a draw that is judged in full: of each stratum the samples before the first that nobody judged.

    A first part of a random draw is a random draw; what was judged here and there is not.
    """
    open_: set[Stratum] = set()
    found = []
    for sample_id, stratum in zip(draw_ids, strata, strict=True):
        if sample_id not in judged:
            open_.add(stratum)
        elif stratum not in open_:
            found.append(sample_id)
    return tuple(found)


def error_rates(corpus: Corpus, of: pd.Series) -> dict[Stratum, float]:
    """The error rate expected in each stratum: its mean suspicion; empty where no suspicion is known."""
    if "suspicion" not in corpus.filter_table.offers:
        return {}
    suspicion = pd.Series(corpus.filter_table.suspicion, index=corpus.samples.index).reindex(of.index)
    means = suspicion.groupby(of).mean().dropna()
    return {int(str(stratum)): float(mean) for stratum, mean in means.items()}
