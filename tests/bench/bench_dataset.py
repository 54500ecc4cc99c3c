"""All figures of what is in a corpus, for 500,000 samples and for a part of them, beside the same sums by pandas over a dense table.

Run by `make bench`, or alone: python -m tests.bench.bench_dataset.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from explorer import demo
from explorer.corpus.corpus import Corpus
from explorer.dataset import figures
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

PLACES, ROUNDS = forms.sized((500_000, 5), (20_000, 1))


def told(line: str) -> None:
    """Print a line of the table."""
    sys.stdout.write(line + "\n")


def timed(run: Callable[[], Any]) -> float:
    """The shortest of some runs, seconds."""
    return min(forms.rounds(run, ROUNDS))


def plain(corpus: Corpus) -> None:
    """Shares, classes that lie together, purity and countries, by pandas."""
    table = corpus.fractions
    table.sum() / table.to_numpy().sum()
    there = (table > 0).astype(np.float32)
    there.T @ there
    table.max(axis=1).value_counts(bins=10)
    table.groupby(corpus.filter_table.country).sum()


def test_what_is_in_a_corpus() -> None:
    with demo.open_demo(count=PLACES) as corpus:
        begun = time.perf_counter()
        figures.of_samples(corpus)
        first = time.perf_counter() - begun
        every = timed(lambda: figures.of_samples(corpus))
        half = np.flatnonzero(corpus.samples["lat"].to_numpy() > 50)
        part = timed(lambda: figures.of_samples(corpus, half))
        dense = timed(lambda: plain(corpus))
    told(
        f"\nseven figures of {PLACES:,} samples, s: the first time {first:.2f}, again {every:.2f}, of {len(half):,} of them {part:.2f}; pandas {dense:.2f}"
    )
    forms.ratio("figures of a dataset / pandas over a dense table", every, dense)
    forms.limit("figures of a dataset, s", every, most=1)
    forms.limit("figures of a part, s", part, most=1)


def main() -> None:
    """The one table."""
    test_what_is_in_a_corpus()


if __name__ == "__main__":
    main()
