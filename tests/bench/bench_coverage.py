"""How often a 95 % interval of the overall accuracy holds the truth, for six designs: ours, and plain `estimate ± 1.96 x standard error`.

Run by `make bench`, or alone: python -m tests.bench.bench_coverage. Samples are drawn from populations whose accuracy is known, again
and again; a good interval holds it in 95 of 100 runs, whatever the design.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from explorer.review import intervals, sampling
from explorer.review.estimators import Sampled
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

RUNS = forms.sized(4000, 60)
LEAST, MOST = 0.93, 0.985
"""Of the coverage of ours, in every design: discrete counts keep any interval from 0.95 exactly."""


@dataclass(frozen=True)
class Design:
    """Sizes of the classes and their accuracies, and how a sample of `n` is drawn from them."""

    name: str
    sizes: tuple[int, ...]
    rates: tuple[float, ...]
    n: int
    how: str
    """An allocation; `simple`, or `after`: simple, and stratified afterwards."""


FIVE = (3_000, 50_000, 30_000, 1_000, 16_000)
GOOD = (0.9, 0.98, 0.96, 0.8, 0.97)
DESIGNS = (
    Design("simple, accuracy .97", (100_000,), (0.97,), 100, "simple"),
    Design("five strata, proportional", FIVE, GOOD, 200, "proportional"),
    Design("five strata, equal", FIVE, GOOD, 200, "equal"),
    Design(
        "44 strata, thin", (*[300] * 40, 20_000, 20_000, 30_000, 18_000), (*[0.85] * 40, 0.98, 0.97, 0.99, 0.95),
        250, "proportional",
    ),
    Design("simple, stratified afterwards", FIVE, GOOD, 200, "after"),
    Design("small population, a third drawn", (40, 30, 20, 12), (0.95, 0.9, 0.8, 0.75), 40, "equal"),
)  # fmt: skip


def truth(design: Design) -> tuple[np.ndarray, float]:
    """How many of each class are labelled right, and the accuracy of all."""
    right = np.array([round(size * rate) for size, rate in zip(design.sizes, design.rates, strict=True)])
    return right, float(right.sum() / sum(design.sizes))


def one_draw(design: Design, right: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, Sampled]:
    """Which samples of a draw agree, and their design."""
    sizes = np.array(design.sizes)
    if design.how in ("simple", "after"):
        counts = rng.multivariate_hypergeometric(sizes, design.n)
    else:
        given = sampling.allocate(dict(enumerate(design.sizes)), design.n, design.how, minimum=sampling.LEAST)
        counts = np.array([given[i] for i in range(len(sizes))])
    hits = rng.hypergeometric(right, sizes - right, counts)
    group = np.repeat(np.arange(len(sizes)), counts)
    agree = np.concatenate([np.arange(count) < hit for count, hit in zip(counts, hits, strict=True)])
    if design.how == "simple":
        group, sizes = group * 0, sizes[:1] * 0 + sizes.sum()
        return agree, Sampled.stratified(group, np.ones(1), sizes)
    if design.how == "after":
        thin = sampling.collapse(dict(enumerate(design.sizes)), 0, have=dict(enumerate(counts.tolist())))
        names = sorted({thin.get(i, i) for i in range(len(sizes))})
        place = np.array([names.index(thin.get(i, i)) for i in range(len(sizes))])
        return agree, Sampled.after(place[group], np.bincount(place, sizes))
    return agree, Sampled.stratified(group, sizes / sizes.sum(), sizes)


def covered(design: Design, runs: int, seed: int = 0) -> dict[str, tuple[float, float]]:
    """Coverage and mean width, of ours and of the plain interval."""
    rng = np.random.default_rng(seed)
    right, accuracy = truth(design)
    ways: dict[str, Callable[[float, float, float, float], tuple[float, float]]] = {
        "ours": lambda _value, _se, low, high: (low, high),
        "plain": lambda value, se, _low, _high: intervals.wald(value, se),
    }
    held, width = dict.fromkeys(ways, 0), dict.fromkeys(ways, 0.0)
    for _ in range(runs):
        agree, sampled = one_draw(design, right, rng)
        found = sampled.mean(agree)
        for name, interval in ways.items():
            low, high = interval(found.value, found.se, found.low, found.high)
            held[name] += low - 1e-12 <= accuracy <= high + 1e-12
            width[name] += high - low
    return {name: (held[name] / runs, width[name] / runs) for name in ways}


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    told("\n" + "design".ljust(34) + "accuracy".rjust(9) + "ours".rjust(17) + "plain".rjust(17))
    off = {"ours": 0.0, "plain": 0.0}
    for design in DESIGNS:
        found = covered(design, RUNS)
        row = "".join(f"{part[0]:.3f} / {part[1]:.3f}".rjust(17) for part in found.values())
        told(design.name.ljust(34) + f"{truth(design)[1]:9.3f}" + row)
        for name, part in found.items():
            off[name] += abs(part[0] - 0.95) / len(DESIGNS)
        forms.limit(f"coverage, {design.name}", found["ours"][0], least=LEAST, most=MOST)
    told(f"mean distance from 0.95: ours {off['ours']:.3f}, plain {off['plain']:.3f}")
    forms.ratio("mean distance of the coverage from 0.95, ours / plain", off["ours"], off["plain"])
    forms.limit("distance, ours / plain", off["ours"] / off["plain"], most=0.5)


def told(line: str) -> None:
    """Print a line of the table: coverage / mean width."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """The one table."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
