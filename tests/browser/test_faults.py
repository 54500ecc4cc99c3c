"""What goes away under an open page, and how the page says so and comes back by itself."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer.server import ports
from tests.browser.conftest import Server
from tests.browser.visit import LACKING, MARKED, Visit

pytestmark = pytest.mark.browser
LOST = "The connection to the server is lost"


@contextmanager
def serving(corpus: Path, cache: Path, port: int, *options: str) -> Iterator[Server]:
    command = [
        sys.executable,
        "-m",
        "explorer",
        "serve",
        str(corpus),
        "--port",
        str(port),
        "--no-open",
        *options,
    ]
    server = Server(corpus, cache, command)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "cache"


def test_a_server_that_was_killed_and_started_again_and_what_was_typed_is_not_thrown_away(
    page: Page, corpus_folder: Path, demo: str, cache: Path
) -> None:
    port = ports.usable("127.0.0.1", 0)
    with serving(corpus_folder, cache, port) as server:
        visit = Visit(page, server.url).open(f"?sample={demo}&date=2018-07-02")
        visit.search(MARKED)
        visit.wait_for_sample(MARKED)
        typed = page.context.new_page()
        typing = Visit(typed, server.url).open(f"?sample={demo}")
        typed.get_by_role("button", name="Review", exact=True).click()
        name = typed.get_by_label("Reviewer", exact=True)
        name.fill("Anna")
        server._process.send_signal(signal.SIGKILL)
        for one in (page, typed):
            expect(one.get_by_role("alert").filter(has_text=LOST)).to_be_visible()
        expect(page.get_by_role("button", name="Try now")).to_be_visible()
    with serving(corpus_folder, cache, port):
        page.wait_for_function("() => !document.getElementById('lost')")
        visit.wait_for_sample(MARKED)
        assert visit.query["sample"] == MARKED
        assert visit.sample == MARKED
        visit.pick(10, 20)  # and it works
        again = typed.get_by_role("button", name="Open the view again")
        expect(again).to_be_visible()
        assert name.input_value() == "Anna"
        again.click()
        typing.wait_for_sample(demo)


def test_a_corpus_that_was_away_comes_back_by_itself(
    page: Page, corpus_folder: Path, demo: str, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_READ_AHEAD", "false")  # what is in memory would be shown
    root = tmp_path / "corpus"
    shutil.copytree(corpus_folder, root)
    with serving(root, cache, 0) as server:
        visit = Visit(page, server.url).open(f"?sample={demo}")
        root.rename(tmp_path / "away")
        visit.search(LACKING)
        planet, sentinel = visit.region("Planet Fusion animation"), visit.region("Sentinel-2 bands")
        for panel in (planet, sentinel):
            expect(panel.get_by_text("goes on by itself")).to_be_visible()
        (tmp_path / "away").rename(root)
        page.wait_for_function(
            "(id) => seen.marks('animation-ready').some((m) => m.detail.sample === id)", arg=LACKING
        )
        for panel in (planet, sentinel):
            expect(panel.get_by_text("goes on by itself")).to_be_hidden()
        assert visit.complaints == []
        assert server.complaints == [line for line in server.complaints if "does not answer" in line]
