"""The page in Debian's chromium: a server in a process of its own, and a visit that tolerates no error."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from explorer import open_corpus, opening
from explorer.core import grid
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.tables import index
from tests import corpora
from tests.browser.visit import LACKING, MARKED, THERE_OF_LACKING, WIDE, Visit
from tests.conftest import REPOSITORY

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS = 180.0
PLAIN = os.environ.get("EXPLORER_PLAIN", "false")
"""Whether servers use public API of the libraries alone (`make test-plain`); read here, since each test runs with the usual settings."""
PATIENCE = 90_000  # milliseconds; a test that waits so long has failed, however busy the machine
expect.set_options(timeout=PATIENCE)


class Server:
    """`python -m explorer serve` of one corpus, on a port of its own."""

    def __init__(self, corpus: Path | str, cache: Path, command: list[str] | None = None) -> None:
        serve = [sys.executable, "-m", "explorer", "serve", str(corpus), "--port", "0", "--no-open"]
        self._process = subprocess.Popen(
            command or serve,
            cwd=REPOSITORY,
            env=os.environ
            | {
                "EXPLORER_CACHE_DIR": str(cache),
                "EXPLORER_PLAIN": PLAIN,
                "PYTHONUNBUFFERED": "1",
                "PYTHONPATH": str(REPOSITORY),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._told = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        self.url = self._started()
        if command is None:
            self._wait_until_ready()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._told:
                self.lines.append(line.rstrip())
                self._told.notify_all()

    def _started(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        with self._told:
            while time.monotonic() < deadline and self._process.poll() is None:
                for line in self.lines:
                    if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                        return found[0]
                self._told.wait(0.5)
        log = "\n".join(self.lines)
        self.stop()
        raise AssertionError(f"the server did not start:\n{log}")

    def _wait_until_ready(self) -> None:
        """A page that comes while the first one is made waits for it; tests look at what comes after."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/health", timeout=10) as answer:
                if json.load(answer)["ready"]:
                    return
            time.sleep(0.2)

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    @property
    def complaints(self) -> list[str]:
        """Lines of the log that say that something went wrong."""
        return [line for line in list(self.lines) if re.search(r"error|warn|traceback|exception", line, re.I)]

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


def _ramp(product: Product) -> np.ndarray:
    """Every band from 500 in the west to 2500 in the east, with a corner for each of red, green, blue and infrared."""
    size, edge = product.size, product.size // 10
    names = ("red", "green", "blue", "nir") if product is PF_SR else ("B04", "B03", "B02", "B08")
    data = np.broadcast_to(np.linspace(500, 2500, size), (len(product.bands), size, size)).copy()
    low, high = slice(None, edge), slice(-edge, None)
    for name, place in zip(names, ((low, low), (low, high), (high, low), (high, high)), strict=True):
        data[:, place[0], place[1]] = 300
        data[product.band_names.index(name), place[0], place[1]] = 6000
    return data.astype(product.dtypes[0])


def _add_marked(root: Path) -> None:
    cell = grid.parse(MARKED)
    for product, indices in ((PF_SR, (0, 36, 37)), (S2_SR, (0, 6))):
        for number in indices:
            chip = corpora.geotiff(product, cell, _ramp(product))
            corpora.put(root, product.key(cell.folder, product.dates[number]), chip)
    corpora.write_label(root, MARKED, {211: 0.6, 311: 0.4})


def _add_lacking(root: Path) -> None:
    corpora.write_chips(root, LACKING, PF_SR, THERE_OF_LACKING)
    cell = grid.parse(LACKING)
    broken = THERE_OF_LACKING[-1] + 1
    whole = corpora.good(PF_SR, cell, broken)
    corpora.put(root, PF_SR.key(cell.folder, PF_SR.dates[broken]), whole[: len(whole) // 2])


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three samples of the demo, one with marks in its corners, one that lacks nearly everything."""
    from explorer.demo import write

    root = tmp_path_factory.mktemp("browser") / "five-samples"
    write(root, samples=3, seed=0)
    shutil.rmtree(root / "resources")  # the folders alone say what there is
    _add_marked(root)
    _add_lacking(root)
    return root


@pytest.fixture
def mirror(corpus_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The corpus as a server has it, with its index; an explorer of it reads nothing ahead, which would be in memory by chance."""
    monkeypatch.setenv("EXPLORER_READ_AHEAD", "false")
    root = tmp_path / "mirror"
    shutil.copytree(corpus_folder, root)
    opening.reindex(root, root / index.INDEX_KEY)
    return root


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own: what the browser says of a server that is gone is no complaint here."""
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path | str], Server]]:
    """Start a server of a corpus; one a corpus for all tests."""
    servers: dict[str, Server] = {}

    def begin(corpus: Path | str) -> Server:
        if str(corpus) not in servers:
            servers[str(corpus)] = Server(corpus, tmp_path_factory.getbasetemp() / "cache")
        return servers[str(corpus)]

    yield begin
    for server in servers.values():
        server.stop()


@pytest.fixture
def corpus(corpus_folder: Path) -> Iterator[Corpus]:
    """The corpus that the server serves, opened here."""
    found = open_corpus(corpus_folder)
    yield found
    found.close()


@pytest.fixture
def demo(corpus: Corpus) -> str:
    """A sample that lacks nothing."""
    return next(i for i in corpus.samples.index if i not in (MARKED, LACKING))


# Not for the session: while Playwright runs, its thread has an event loop, and other tests want none.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "no Chromium: name it in the environment variable CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


Visitor = Callable[..., Visit]


@pytest.fixture
def visitor(
    browser: Browser, start: Callable[[Path | str], Server], corpus_folder: Path
) -> Iterator[Visitor]:
    """Visits of the page, each in a browser context of its own; whatever complains meanwhile fails the test."""
    visits: list[Visit] = []
    used: dict[str, tuple[Server, int]] = {}

    def begin(
        viewport: tuple[int, int] = WIDE,
        corpus: Path | str | None = None,
        *,
        newcomer: bool = False,
        **options: Any,
    ) -> Visit:
        server = start(corpus or corpus_folder)
        used.setdefault(server.url, (server, len(server.complaints)))
        context = browser.new_context(viewport={"width": viewport[0], "height": viewport[1]}, **options)
        context.set_default_timeout(PATIENCE)
        page: Page = context.new_page()
        visits.append(Visit(page, server.url, newcomer=newcomer))
        return visits[-1]

    yield begin
    for visit in visits:
        visit.count_coverage()
        visit.page.context.close()
    assert [complaint for visit in visits for complaint in visit.complaints] == []
    for server, before in used.values():
        assert server.complaints[before:] == [], "\n".join(server.lines)


@pytest.fixture
def visit(visitor: Visitor) -> Visit:
    """One visit, 1440 x 900."""
    return visitor()
