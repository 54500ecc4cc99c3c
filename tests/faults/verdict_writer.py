"""A program that keeps verdicts and writes down which were acknowledged: what the test starts, and kills."""

from __future__ import annotations

import os

from explorer import open_corpus
from explorer.review.records import Records
from explorer.review.verdicts import Verdict


def main(where: str, database: str, journal: str, first: int, count: int) -> None:
    """Keep `count` verdicts from number `first` on; a number's verdict is the same in every run."""
    corpus = open_corpus(where)
    ids = list(corpus.samples.index)
    known = set()
    if os.path.exists(journal):
        with open(journal, encoding="ascii") as file:
            known = {line for line in file.read().split("\n") if line}
    with Records.open(corpus, database, name="faults") as records:
        log = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for number in range(first, first + count):
            name = f"verdict-{number:06d}"
            if name in known:
                continue
            said = Verdict(
                ids[number % len(ids)],
                f"reviewer {number % 10}",
                ("correct", "wrong", "unsure")[number % 3],
                id=name,
                comment=f"said as number {number}",
            )
            records.add(said)
            os.write(log, f"{name}\n".encode())  # acknowledged, from here on
        os.close(log)
    corpus.close()
