"""Seeded random visits: after every dozen actions page, address and corpus say the same. `make monkey` does it for half an hour."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil
import pytest

from explorer.corpus.corpus import Corpus
from tests.browser.conftest import Server, Visitor
from tests.browser.monkey import Monkey

pytestmark = pytest.mark.browser

SECONDS = 60.0 * float(os.environ.get("EXPLORER_MONKEY_MINUTES", "0"))
ROUNDS = 4
"""Dozens of actions, in the short form."""
SEED = int(os.environ.get("EXPLORER_MONKEY_SEED", "1"))
FEW = 12
"""Visits below which nothing is said of memory: caches fill first."""
MOST_MORE_MB = 120.0
"""How much more the server may hold in the last third of the visits than in the second."""


@pytest.mark.nightly
@pytest.mark.timeout(SECONDS + 600)
def test_whatever_is_done_page_address_and_corpus_agree(
    visitor: Visitor, corpus: Corpus, demo: str, start: Callable[[Path | str], Server], corpus_folder: Path
) -> None:
    began, seed = time.monotonic(), SEED
    server = psutil.Process(start(corpus_folder).pid)
    memory: list[float] = []
    while True:
        visit = visitor().open(f"?sample={demo}")
        monkey = Monkey(visit, corpus, seed)
        for _ in range(ROUNDS):
            monkey.round()
        visit.page.context.close()
        memory.append(server.memory_info().rss / 1e6)
        seed += 1
        if time.monotonic() - began > SECONDS:
            break
    print(f"\n{len(memory)} visits, MB of the server after each: {' '.join(f'{one:.0f}' for one in memory)}")  # noqa: T201
    if len(memory) >= FEW:
        third = len(memory) // 3
        assert median(memory[-third:]) - median(memory[third : 2 * third]) < MOST_MORE_MB
