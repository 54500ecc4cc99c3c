"""Twenty people at once: how long a click takes, whether the event loop stays free, and whether memory comes back.

Run by `make bench`, or alone: python -m tests.bench.bench_load
`EXPLORER_BENCH_MINUTES=10` for the whole run; one minute else. They come within half a minute (`EXPLORER_BENCH_ARRIVAL`, in seconds;
0: all in the same second); what they see until the last one's page is open is told apart from what they see after that. Visitors are sessions over the real websocket
(`tests/visitors.py`): they select, play, click, filter and review, with pauses. The baseline of the same run is one visitor
alone. Server and visitors are on one machine; limits are those of a quiet one with two cores.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from explorer import open_corpus
from tests import visitors
from tests.bench import forms
from tests.bench.bench_session import Table, _process, _rss, number, numbers
from tests.browser.conftest import Server
from tests.visitors import Seen

PEOPLE, SAMPLES, COMING_AND_GOING, AT_ONCE = forms.sized((20, 12, 100, 5), (3, 3, 3, 3))
PACE = forms.sized(1.0, 0.1)
"""Of the pauses of visitors; 1 is a person's."""
SECONDS = 60.0 * float(os.environ.get("EXPLORER_BENCH_MINUTES", forms.sized("1", "0.02")))
ALONE_S = forms.sized(25.0, 0.0)
LEFT_S = forms.sized(40.0, 0.0)
"""Bokeh forgets a session 15 s after its visitor has left, and looks every 17."""
ARRIVAL_S = float(os.environ.get("EXPLORER_BENCH_ARRIVAL", forms.sized("30", "1")))
PHASES = ("coming", "all in")


_WATCH = """
import asyncio, datetime
async def watch():
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + 0.025
        await asyncio.sleep(0.025)
        if (late := loop.time() - due) > 0.15:
            print(datetime.datetime.now(datetime.UTC).isoformat()[:19], "late", round(1000 * late), "ms", flush=True)
asyncio.run(watch())
"""


@contextmanager
def _bystander() -> Iterator[Callable[[], list[str]]]:
    """A loop that does nothing, in a process of its own: when it was late, so was the machine. What it has told so far."""
    lines: list[str] = []
    process = subprocess.Popen([sys.executable, "-c", _WATCH], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    reader = threading.Thread(target=_gather, args=(process.stdout, lines), daemon=True)
    reader.start()
    try:
        yield lambda: list(lines)
    finally:
        process.terminate()
        process.wait(10)


def _gather(stream: IO[str], lines: list[str]) -> None:
    for line in stream:
        lines.append(line.rstrip())


def _late(url: str) -> tuple[float, float]:
    """How often the loop was looked at, and how often it was more than 150 ms late."""
    total, soon = numbers(
        url, "explorer_loop_lag_seconds_count", 'explorer_loop_lag_seconds_bucket{le="0.15"}'
    )
    return total, total - soon


def _late_rows(table: Table, phase: str, before: tuple[float, float], after: tuple[float, float]) -> None:
    table.add(f"{phase}: loop more than 150 ms late", after[1] - before[1], "times", most=0)
    table.add(f"{phase}: looked at", after[0] - before[0], "times")


def _come_and_go(url: str, samples: list[str], count: int) -> Seen:
    """Visitors who look at two samples and leave, a few at a time."""
    seen = Seen()

    async def one(number: int) -> None:
        visitor = visitors.Visitor(url, seen, visitors.elsewhere(10_000 + number))
        try:
            await visitor.open(f"?sample={samples[number % len(samples)]}")
            await visitor.select(samples[(number + 1) % len(samples)])
        except Exception as error:  # noqa: BLE001  whatever ends a visit is what is looked for
            seen.problems.append(f"{type(error).__name__}: {error}")
        finally:
            await visitor.close()

    async def run() -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def through(number: int) -> None:
            async with gate:
                await one(number)

        await asyncio.gather(*(through(number) for number in range(count)))

    asyncio.run(run())
    return seen


def _rows(table: Table, phase: str, seen: Seen, alone: Seen) -> None:
    for what, found, plain, limit in (
        ("page open to all frames", seen.opened, alone.opened, None),
        ("click to first frame", seen.first_frame, alone.first_frame, 1200.0),
        ("click to all frames", seen.all_frames, alone.all_frames, None),
        ("pin to profile", seen.profile, alone.profile, None),
        ("verdict to disk", seen.verdict, alone.verdict, None),
    ):
        if found:
            times = 1000 * np.array(found)
            baseline = float(np.median(plain)) * 1000 if plain else None
            table.add(
                f"{phase}: {what}: median of {len(times)}", float(np.median(times)), "ms", baseline=baseline
            )
            table.add(f"{phase}: {what}: 95th percentile", float(np.percentile(times, 95)), "ms", most=limit)


def _wait_until_all_left(url: str) -> None:
    deadline = time.monotonic() + LEFT_S
    while number(url, "explorer_sessions_open") and time.monotonic() < deadline:
        time.sleep(1)


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_twenty_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.demo import write

    root = tmp_path / "corpus"
    write(root, samples=SAMPLES, seed=0)
    corpus = open_corpus(root)
    samples = list(corpus.samples.index)
    corpus.close()
    table = Table()
    monkeypatch.setenv("EXPLORER_TRUSTED_PROXIES", "127.0.0.1")  # people come from addresses of their own
    server = Server(root, tmp_path / "cache")
    try:
        with _bystander() as others:
            _measure(server, samples, table, others)
    finally:
        server.stop()


def _measure(server: Server, samples: list[str], table: Table, others: Callable[[], list[str]]) -> None:
    pid = _process(server)
    alone = visitors.many(server.url, samples, 1, ALONE_S, first=1000, rounds=1, pace=PACE)
    empty, looks = _rss(pid), [_late(server.url)]
    phases = visitors.arriving(
        server.url, samples, PEOPLE, ARRIVAL_S, SECONDS, lambda: looks.append(_late(server.url)), PACE
    )
    looks.append(_late(server.url))
    full, machine = _rss(pid), others()
    for phase, seen, before, after in zip(PHASES, phases, looks, looks[1:], strict=False):
        _rows(table, phase, seen, alone)
        _late_rows(table, phase, before, after)
    coming, staying = phases
    table.add("all of it: a loop that does nothing late", len(machine), "times")
    table.add("memory a visitor", (full - empty) / PEOPLE, "MB")
    table.add("verdicts acknowledged", sum(len(seen.kept) for seen in (alone, *phases)), "", least=1)
    problems = [*alone.problems, *coming.problems, *staying.problems]
    table.add("problems of visitors", len(problems), "", most=0)
    table.add("complaints in the log", len(server.complaints), "lines", most=0)
    _wait_until_all_left(server.url)
    start, look = _rss(pid), _late(server.url)
    went = _come_and_go(server.url, samples, COMING_AND_GOING)
    _late_rows(table, f"{COMING_AND_GOING} come and go", look, _late(server.url))
    _wait_until_all_left(server.url)
    table.add(f"memory after {COMING_AND_GOING} more visitors", _rss(pid) - start, "MB more", most=60)
    table.add("pages still open", number(server.url, "explorer_sessions_open"), "", most=0)
    table.show()
    lags = [line for line in server.lines if "event=lag" in line]
    for line in [*problems, *went.problems, *server.complaints, *lags, "beside it:", *others()][:60]:
        print(line)  # noqa: T201
    assert not [*problems, *went.problems], "a visitor could not do what visitors do"


def main() -> None:
    """The one table."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
