"""Verdicts kept a second, one at a time, each on the disk before the next; beside plain sqlite3 with a commit a row.

Run by `make bench`, or alone: python -m tests.bench.bench_records
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from explorer import open_corpus
from explorer.corpus.corpus import Corpus
from explorer.review import exchange
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests import corpora
from tests.bench import forms

COUNT, IMPORTED = forms.sized((400, 10_000), (20, 300))
THREADS = 10
RATIO = 4.0
"""How much longer a verdict may take than a bare row of the same text: it is checked, numbered and looked up."""


def rate(work: Callable[[], None], count: int) -> float:
    """Verdicts a second."""
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


def plain(folder: Path) -> float:
    """sqlite3 alone: the same settings, columns in one text, a commit a row."""
    line = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    line.execute("PRAGMA synchronous=EXTRA")
    line.execute("CREATE TABLE v (id TEXT PRIMARY KEY, said TEXT)")

    def work() -> None:
        for number in range(COUNT):
            line.execute("BEGIN IMMEDIATE")
            line.execute("INSERT INTO v VALUES (?, ?)", (f"id-{number}", "wrong " * 60))
            line.execute("COMMIT")

    found = rate(work, COUNT)
    line.close()
    return found


def measure(corpus: Corpus, folder: Path) -> dict[str, float]:
    """Rates a second of each way to keep verdicts, and milliseconds of what a page asks."""
    found = {"sqlite3, a commit a row": plain(folder)}
    with Records.open(corpus, folder / "one.sqlite") as records:
        records.add(said(0))  # what is made once

        def one() -> None:
            for number in range(COUNT):
                records.add(said(number))

        found["one thread"] = rate(one, COUNT)

        def ten() -> None:
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(lambda number: records.add(said(number)), range(COUNT)))

        found["ten threads"] = rate(ten, COUNT)
        many = [said(number) for number in range(IMPORTED)]
        begun = time.perf_counter()
        records.add_many(many)
        found[f"import of {IMPORTED:,}"] = len(many) / (time.perf_counter() - begun)
        for name, ask in {"current": records.current, "states": records.states}.items():
            begun = time.perf_counter()
            ask()
            found[f"{name} of {len(records.history()):,} rows, ms"] = 1000 * (time.perf_counter() - begun)
        begun = time.perf_counter()
        exchange.write(records, "csv")
        found["export as CSV, ms"] = 1000 * (time.perf_counter() - begun)
    return found


def said(number: int) -> Verdict:
    """A verdict of a usual length."""
    ids = (corpora.FULL, corpora.BROKEN, corpora.BARE)
    return Verdict(
        ids[number % 3], f"reviewer {number % 10}", "wrong", suggested=311, comment="felled in spring, see the profile",
        evidence="date=2018-07-02&pixels=120,80;30,40", queue="random:n=200,seed=3", stratum="3", probability=0.01,
    )  # fmt: skip


@pytest.mark.bench
@pytest.mark.timeout(600)
def test_verdicts_are_kept_fast_enough() -> None:
    with tempfile.TemporaryDirectory() as name:
        corpus = open_corpus(corpora.write_corpus(Path(name) / "corpus"))
        found = measure(corpus, Path(name))
        corpus.close()
    base = found["sqlite3, a commit a row"]
    for what, value in found.items():
        ratio = (
            f"   {base / value:.1f} x the time of plain sqlite3"
            if what.endswith("threads") or what == "one thread"
            else ""
        )
        print(f"{what:36} {value:10,.0f}{'' if what.endswith('ms') else ' /s'}{ratio}")  # noqa: T201
    forms.ratio("a verdict / a row of plain sqlite3", base, found["one thread"])
    forms.limit("a verdict / a row of plain sqlite3", base / found["one thread"], most=RATIO)


def main() -> None:
    """The one table."""
    test_verdicts_are_kept_fast_enough()


if __name__ == "__main__":
    main()
