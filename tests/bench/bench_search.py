"""What a search says while somebody types, at 500,000 samples: suggestions, and then how many samples each finds.

The baseline is the plain way to suggest ids: `pandas.Series.str.contains` over all of them, in the same run.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from explorer.corpus.query import phrases, suggestions
from explorer.corpus.tables import towns
from tests.bench import forms
from tests.bench.bench_map import table_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

SAMPLES = forms.sized(500_000, 50_000)
ROUNDS = forms.sized(20, 3)
TYPED = (
    "3", "33N_15", "33N_15E-1N_04_02", "v", "vin", "vineyards", "vineyards It", "vineyards Italy >= 80 %", "tou", "Tours", "tuscan",
    "purity > 0.8 pastures Ireland", "broad-leaved forest near Mun", "50.8, 3.25", "nothing that means anything",
)  # fmt: skip
LIMIT_MS = 50.0


def seconds(job: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Of the slowest of some runs: that is what somebody waits for."""
    return max(forms.rounds(job, rounds))


def measure() -> tuple[dict[str, float], dict[str, float], float]:
    """Seconds of the suggestions and of the counts by what was typed, and of the plain scan for a beginning of an id."""
    _, table = table_of(SAMPLES)
    ids = pd.Series(table.index.samples.index)
    towns.find_towns("a")
    phrases.read("vineyards")  # tables of names are made once, before anybody comes
    suggestions.suggest(table, "33N")
    first, then = {}, {}
    for text in TYPED:
        found = suggestions.suggest(table, text)
        suggestions.counts(table, found)  # columns of the corpus are made once
        first[text] = seconds(lambda text=text: suggestions.suggest(table, text))  # type: ignore[misc]
        then[text] = seconds(lambda found=found: suggestions.counts(table, found), 3)  # type: ignore[misc]
    plain = seconds(lambda: ids[ids.str.contains("33N_15", regex=False)].head(5))
    return first, then, plain


def test_suggestions() -> None:
    first, then, plain = measure()
    print(f"\n{SAMPLES:,} samples; plain str.contains {1000 * plain:.1f} ms")  # noqa: T201 - a benchmark prints
    for text in TYPED:
        told = f"  {text!r:40} suggestions {1000 * first[text]:7.2f} ms   counts {1000 * then[text]:7.2f} ms"
        print(told)  # noqa: T201 - a benchmark prints
        forms.limit(f"suggestions of {text!r}, ms", 1000 * first[text], most=LIMIT_MS)
    forms.ratio("suggestions of an id / str.contains", first["33N_15"], plain)
    forms.ratio("slowest suggestions / str.contains", max(first.values()), plain)


def main() -> None:
    """Run by hand."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
