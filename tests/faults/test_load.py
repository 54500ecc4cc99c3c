"""A few people at once, on a small corpus: nothing goes wrong, and what they leave behind is let go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from explorer.app import create_page
from explorer.corpus.corpus import Corpus
from tests import corpora, visitors
from tests.running import Running, pages_made, wait_until_gone

PEOPLE, ROUNDS, SESSIONS = 5, 3, 6
SECONDS = 90.0


@pytest.fixture
def running(tiny_corpus: Corpus) -> Iterator[Running]:
    found = Running(
        tiny_corpus, create_page(tiny_corpus),
        unused_session_lifetime_milliseconds=2000, check_unused_sessions_milliseconds=200,
    )  # fmt: skip
    yield found
    found.stop()


def test_five_people_at_once_meet_no_failure(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    samples = [corpora.FULL, corpora.BARE, corpora.BROKEN]
    seen = visitors.many(running.url, samples, PEOPLE, 0.0, pace=0.2, rounds=ROUNDS)
    assert seen.problems == []
    assert len(seen.opened) == PEOPLE
    assert len(seen.all_frames) == len(seen.first_frame) == PEOPLE * ROUNDS
    assert len(seen.profile) == 2 * PEOPLE * ROUNDS
    assert [
        r.getMessage() for r in caplog.records if r.name.startswith("explorer") and r.levelname == "ERROR"
    ] == []


def test_what_visitors_leave_behind_is_let_go(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    made = pages_made(monkeypatch)
    threads = threading.active_count()

    async def visit(number: int) -> None:
        visitor = visitors.Visitor(running.url, visitors.Seen())
        await visitor.open(f"?sample={(corpora.FULL, corpora.BARE)[number % 2]}")
        await visitor.select((corpora.BARE, corpora.FULL)[number % 2])
        await visitor.close()

    async def all_of_them() -> None:
        for number in range(SESSIONS):
            await visit(number)

    asyncio.run(all_of_them())
    assert len(made) >= SESSIONS  # one that came late finds its page let go, and gets another
    wait_until_gone(made, SECONDS)
    assert threading.active_count() <= threads + 20  # pools of the process, not one a visitor
