"""Seeded random visits: after every dozen actions page, address and corpus say the same. `make monkey` does it for half an hour."""

from __future__ import annotations

import os
import time

import pytest

from explorer.corpus.corpus import Corpus
from tests.browser.conftest import Visitor
from tests.browser.monkey import Monkey

pytestmark = pytest.mark.browser

SECONDS = 60.0 * float(os.environ.get("EXPLORER_MONKEY_MINUTES", "0"))
ROUNDS = 4
"""Dozens of actions, in the short form."""
SEED = int(os.environ.get("EXPLORER_MONKEY_SEED", "1"))


@pytest.mark.timeout(SECONDS + 600)
def test_whatever_is_done_page_address_and_corpus_agree(visitor: Visitor, corpus: Corpus, demo: str) -> None:
    began, seed = time.monotonic(), SEED
    while True:
        visit = visitor().open(f"?sample={demo}")
        monkey = Monkey(visit, corpus, seed)
        for _ in range(ROUNDS):
            monkey.round()
        visit.page.context.close()
        seed += 1
        if time.monotonic() - began > SECONDS:
            return
