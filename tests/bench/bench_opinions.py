"""Add an opinion of 500,000 samples x 44 classes, and hold it against the labels; each beside what plain pandas takes for its part.

Run by `make bench`, or alone: python -m tests.bench.bench_opinions
Adding is a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pandas as pd
import pytest

from explorer.core import corine
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.demo.models import MODELS, predict
from tests.bench import forms

SAMPLES = forms.sized(500_000, 20_000)
ROUNDS = forms.sized(9, 2)
MOST_ADD_S, MOST_GB, MOST_TABLE_S, MOST_FRACTIONS_S, MOST_SCORES_S = 20.0, 1.0, 0.2, 0.5, 2.5


def make(path: Path, corpus: Corpus) -> None:
    """Write a model's predictions, a float32 column a class."""
    values = predict(corpus.store.table.true, MODELS[1])
    pd.DataFrame(values, corpus.samples.index, list(corine.COLUMNS)).to_parquet(path)


def peak_gb() -> float:
    """The most memory that this process had; `ru_maxrss` would be that of the parent, if it had more."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) / 2**20  # type: ignore[index]


def step(what: str, file: Path, samples: int) -> None:
    """One step, alone in this process; prints seconds and what it added to the peak of memory, in GB, as JSON."""
    if what == "read":
        begun = time.perf_counter()
        table = pd.read_parquet(file)
        seconds, rows, before = time.perf_counter() - begun, len(table), 0.0
    else:
        corpus = open_demo(count=samples)
        before = peak_gb()
        begun = time.perf_counter()
        rows = len(corpus.opinions.add("bench", file, replace=True))
        seconds = time.perf_counter() - begun
        corpus.close()
    print(json.dumps({"seconds": seconds, "gb": peak_gb(), "before": before, "rows": rows}))  # noqa: T201


def measured(what: str, file: Path, samples: int) -> dict[str, float]:
    """A step in a process of its own."""
    code = f"from pathlib import Path; from tests.bench.bench_opinions import step; step({what!r}, Path({str(file)!r}), {samples})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def timed(run: Callable[[], object]) -> float:
    """Median seconds of some rounds."""
    return median(forms.rounds(run, ROUNDS))


@pytest.mark.bench
def test_an_opinion_is_added_and_held_against_the_labels(tmp_path: Path) -> None:
    file = tmp_path / "model.parquet"
    corpus = open_demo(count=SAMPLES)
    make(file, corpus)
    ours, plain = measured("add", file, SAMPLES), measured("read", file, SAMPLES)
    assert ours["rows"] == plain["rows"] == SAMPLES
    print(  # noqa: T201 - a benchmark prints
        f"add {SAMPLES:,} x 44, {file.stat().st_size / 1e6:.0f} MB: {ours['seconds']:.2f} s, peak {ours['gb']:.2f} GB "
        f"({ours['before']:.2f} before, of the corpus); pandas.read_parquet {plain['seconds']:.2f} s, peak {plain['gb']:.2f} GB"
    )
    forms.ratio("add an opinion / pandas.read_parquet", ours["seconds"], plain["seconds"])
    forms.limit("add an opinion, s", ours["seconds"], most=MOST_ADD_S)
    forms.limit("add an opinion, peak GB", ours["gb"], most=MOST_GB)

    model = corpus.opinions["made-up-confused"]
    level = model.choose(3)
    pair = model.beside_labels(3)
    label, said = level.of_corpus(corpus), model.of_corpus(level)
    assert (pd.crosstab(label, said).to_numpy().sum(), len(pair.rows)) == (SAMPLES, SAMPLES)
    table, crosstab = timed(lambda: model.confusion(3)), timed(lambda: pd.crosstab(label, said))
    fractions = timed(lambda: model.confusion(3, by="fractions"))
    scores = timed(lambda: model.scores(3))
    print(  # noqa: T201 - a benchmark prints
        f"cross-table {1000 * table:.0f} ms, by fractions {1000 * fractions:.0f} ms, all scores {1000 * scores:.0f} ms; pandas.crosstab {1000 * crosstab:.0f} ms"
    )
    forms.ratio("cross-table / pandas.crosstab", table, crosstab)
    forms.limit("cross-table, s", table, most=MOST_TABLE_S)
    forms.limit("cross-table by fractions, s", fractions, most=MOST_FRACTIONS_S)
    forms.limit("all scores, s", scores, most=MOST_SCORES_S)
    corpus.close()


def main() -> None:
    """Run by hand."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
