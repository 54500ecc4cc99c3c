"""What each trick on private parts of a library still buys: two servers, one with it and one without, are asked by turns.

Run by `make bench`, or alone: python -m tests.bench.bench_compat; `EXPLORER_TRICKS=one_collection` measures only these.
A folder of four samples of the demo (146 dates of 200 x 200 px, 4 bands int16, 3 m), 1440 x 900, servers and browser on one machine. In full
each trick, and all of them at once; the short form does the latter, for one round.
"""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from explorer.server import compat
from tests.bench import forms
from tests.bench.bench_page import browser
from tests.bench.bench_session import QUIET_S, _leave, _pins, _rss, _visit, number
from tests.browser.conftest import Server
from tests.browser.visit import Visit
from tests.running import processor_seconds

__all__ = ["browser"]
ALL = "all"
CHOSEN = tuple(filter(None, os.environ.get("EXPLORER_TRICKS", "").split(",")))
MEASURED = CHOSEN or forms.sized((*compat.TRICKS, ALL), (ALL,))
ROUNDS, OPENED, CLICKS = forms.sized((4, 5, 6), (1, 1, 1))
SAMPLES = 4
_MS = 1000.0

Numbers = dict[str, list[float]]


@contextmanager
def _serving(folder: Path, cache: Path, without: str) -> Iterator[Server]:
    names = ",".join(compat.TRICKS) if without == ALL else without
    before = os.environ.get("EXPLORER_WITHOUT")
    os.environ["EXPLORER_WITHOUT"] = names
    try:
        server = Server(folder, cache, [sys.executable, "-m", "tests.bench.serve_without", str(folder)])
    finally:
        if before is None:
            del os.environ["EXPLORER_WITHOUT"]
        else:
            os.environ["EXPLORER_WITHOUT"] = before
    try:
        yield server
    finally:
        server.stop()


def _quiet(server: Server, *visits: Visit) -> None:
    """Wait until a server has nothing to do: pages that were left are forgotten, and those for whoever comes next are made."""
    deadline, last = time.monotonic() + QUIET_S, processor_seconds(server.pid)
    while time.monotonic() < deadline:
        time.sleep(1.0)
        now = processor_seconds(server.pid)
        if now - last < 0.1 and number(server.url, "explorer_sessions_open") <= len(visits):
            return
        last = now


def _round(browser: Browser, server: Server, samples: list[str], found: Numbers) -> None:
    """One visit: page, clicks, pins; then several pages, and all of them go."""
    _quiet(server)
    cpu, memory = processor_seconds(server.pid), _rss(server.pid)
    visit, _ = _visit(browser, server.url, f"?sample={samples[0]}")
    for mark, what in (("first-frame", "first frame"), ("animation-ready", "all frames")):
        visit.wait("(name) => seen.marks(name).length", mark)
        found[f"page open -> {what}, ms"].append(
            float(visit.page.evaluate("(name) => seen.marks(name)[0].startTime", mark))
        )
    _quiet(server, visit)
    found["processor a page, s"].append(processor_seconds(server.pid) - cpu)
    for click in range(CLICKS):
        sample = samples[1 + click % (len(samples) - 1)]
        visit.page.evaluate(
            "() => { window.pressed = 0; addEventListener('keydown', (e) => { if (e.key === 'Enter') pressed = e.timeStamp }, { capture: true, once: false }) }"
        )
        before = visit.count("first-frame")
        visit.search(sample)
        visit.wait("(n) => seen.marks('first-frame').length > n", before)
        found["click -> first frame, ms"].append(
            float(visit.page.evaluate("() => seen.marks('first-frame').at(-1).startTime - pressed"))
        )
        visit.page.wait_for_timeout(1000)
    found["pin -> profile, ms"] += _pins(visit)
    visits = [_visit(browser, server.url, f"?sample={samples[0]}")[0] for _ in range(OPENED)]
    found["memory a session, MB"].append((_rss(server.pid) - memory) / (OPENED + 1))
    with _asking(server.url) as answers:
        _leave(visit, *visits)
        _quiet(server)
    found["slowest answer to others as pages close, ms"].append(max(answers))


@contextmanager
def _asking(url: str) -> Iterator[list[float]]:
    """Ask a server for its health every 10 ms meanwhile, as somebody who clicks would: milliseconds to each answer."""
    answers: list[float] = []
    ended = threading.Event()

    def ask() -> None:
        place = urlsplit(url)
        connection = HTTPConnection(str(place.hostname), place.port, timeout=30)
        while not ended.wait(0.01):
            start = time.perf_counter()
            connection.request("GET", "/health")
            connection.getresponse().read()
            answers.append((time.perf_counter() - start) * _MS)
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from explorer.demo import write

    root = tmp_path_factory.mktemp("bench-compat") / "samples"
    write(root, samples=SAMPLES, seed=0)
    return root


@pytest.mark.bench
@pytest.mark.browser
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("trick", MEASURED)
def test_what_a_trick_buys(browser: Browser, folder: Path, tmp_path: Path, trick: str) -> None:
    from explorer import open_corpus

    corpus = open_corpus(folder)
    samples = [str(sample) for sample in corpus.samples.index]
    corpus.close()
    found: tuple[Numbers, Numbers] = (defaultdict(list), defaultdict(list))
    with _serving(folder, tmp_path / "with", "") as on, _serving(folder, tmp_path / "without", trick) as off:
        servers = list(zip((on, off), found, strict=True))
        for server, _ in servers:
            _leave(
                _visit(browser, server.url, f"?sample={samples[0]}")[0]
            )  # what is slow once is not of a trick
        for turn in range(ROUNDS):
            # Who is first in a round is second in the next: the machine drifts.
            for server, numbers in servers if turn % 2 == 0 else reversed(servers):
                _round(browser, server, samples, numbers)
    print(f"\n{trick}: load of the machine {os.getloadavg()[0]:.1f}")  # noqa: T201 - a benchmark prints
    for what, numbers in found[0].items():
        ours, plain = statistics.median(numbers), statistics.median(found[1][what])
        spread = f"{min(numbers):.1f} to {max(numbers):.1f}"
        print(f"{what:44} with {ours:8.2f} ({spread}), without {plain:8.2f}")  # noqa: T201
        if ours > 0 and plain > 0:
            forms.ratio(f"{what}: with {trick} / without", ours, plain)


def main() -> None:
    """Measure in the browser that the environment names."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
