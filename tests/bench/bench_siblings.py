"""Errors that 100 looks find: among the siblings of one error that was found, at random, and by suspicion alone.

Run by `make bench`, or alone: python -m tests.bench.bench_siblings. The demo's planted errors (6 % of all labels) and its made-up table of
features. Siblings: the nearest of the same label as the sample that was found wrong, by all features. Suspicion is computed of the same
features (`issues.rank`), which takes a while: so it is compared in a small corpus, by as many looks; siblings and chance in a large one too, where
an error has more siblings.
"""

from __future__ import annotations

import numpy as np
import pytest

from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.demo.store import DemoStore
from explorer.review import issues
from explorer.similar import search
from explorer.similar.search import Search
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

SMALL, LARGE = forms.sized(2000, 200), forms.sized(100_000, 2000)
FOUND = forms.sized(100, 15)
"""Errors that are found first; the mean over them counts."""
LEAST_TO_RANDOM = 3.0


def wrong(corpus: Corpus) -> np.ndarray:
    """Whether a label was made wrong, bool `(n,)`."""
    store = getattr(corpus.store, "base", corpus.store)
    assert isinstance(store, DemoStore)
    return np.asarray(store.table["kind"] > 0)


def by_siblings(corpus: Corpus, looks: int) -> float:
    """Errors in 100 looks at siblings."""
    errors, codes = wrong(corpus), corpus.filter_table.largest(3)
    many = np.bincount(codes)[codes] > 1  # a sample that alone has its label has no siblings
    first = np.random.default_rng(4).permutation(np.flatnonzero(errors & many))[:FOUND]
    shares = []
    for row in first:
        found = search.find(
            corpus, Search((str(corpus.samples.index[row]),), labels=(int(codes[row]),), n=looks)
        )
        shares.append(errors[found.rows].mean())
    return 100 * float(np.mean(shares))


def test_siblings_of_an_error() -> None:
    with open_demo(count=LARGE) as corpus:
        looks = min(100, LARGE // 100)
        siblings, chance = by_siblings(corpus, looks), 100 * float(wrong(corpus).mean())
    print(  # noqa: T201
        f"errors in 100 looks, {LARGE:,} samples, {looks} looks: siblings {siblings:.1f}, random {chance:.1f}"
    )
    forms.ratio("errors in 100 looks: siblings / random", siblings, chance)
    forms.limit("errors in 100 looks, siblings / random", siblings / chance, least=LEAST_TO_RANDOM)


def test_siblings_and_suspicion() -> None:
    with open_demo(count=SMALL) as corpus:
        looks = SMALL // 100
        siblings, errors = by_siblings(corpus, looks), wrong(corpus)
        doubt = issues.rank(corpus.features["made-up"].to_numpy(), corpus.fractions.to_numpy())
        suspicion = 100 * float(errors[np.argsort(-doubt)[:looks]].mean())
    print(  # noqa: T201
        f"errors in 100 looks, {SMALL:,} samples, {looks} looks: siblings {siblings:.1f}, suspicion {suspicion:.1f}, random {100 * errors.mean():.1f}"
    )
    forms.ratio("errors in 100 looks: siblings / suspicion", max(siblings, 0.1), max(suspicion, 0.1))


def main() -> None:
    """The numbers."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
