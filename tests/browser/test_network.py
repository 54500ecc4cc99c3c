"""The network goes away under an open page, and one of several processes: what is said, what goes on, what comes back."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer.server import ports
from tests import servers
from tests.browser.conftest import Server
from tests.browser.test_review import begin, panel, press, wait_for
from tests.browser.visit import LACKING, MARKED, Visit

pytestmark = pytest.mark.browser
IMPATIENT = {
    "EXPLORER_HTTP_CONNECT_TIMEOUT": "1",
    "EXPLORER_HTTP_READ_TIMEOUT": "1",
    "EXPLORER_HTTP_TOTAL_TIMEOUT": "3",
    "EXPLORER_HTTP_RETRIES": "1",
}


@pytest.mark.nightly
def test_a_mirror_that_is_closed_then_silent_then_back(
    page: Page, mirror: Path, demo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = [demo, MARKED, LACKING]
    for name, value in IMPATIENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "data"))
    port = ports.usable("127.0.0.1", 0)

    def hang(_handler: BaseHTTPRequestHandler, _key: str) -> bool:
        silent.stopped.wait(60)
        return True

    with servers.serve(mirror, port=port) as files:
        serve = [sys.executable, "-m", "explorer", "serve", files.url, "--port", "0", "--no-open"]
        server = Server(mirror, tmp_path / "cache", serve)
        visit = Visit(page, server.url).open(f"?sample={demo}")
        begin(visit, queue, "on a bad line")
    try:
        panels = [visit.region("Planet Fusion animation"), visit.region("Sentinel-2 bands")]
        press(visit, "c")  # the address cannot be reached, and a verdict can be given all the same
        wait_for(visit, MARKED)
        for one in panels:
            expect(one.get_by_text("goes on by itself")).to_be_visible()
        expect(panel(visit).get_by_text("1 of 3 reviewed")).to_be_visible()
        with servers.serve(mirror, port=port, answer=hang) as silent:
            press(visit, "c")  # it takes connections, and says nothing
            wait_for(visit, LACKING)
            for one in panels:
                expect(one.get_by_text("goes on by itself")).to_be_visible()
            expect(panel(visit).get_by_text("2 of 3 reviewed")).to_be_visible()
        with servers.serve(mirror, port=port):
            page.wait_for_function(
                "(id) => seen.marks('animation-ready').some((m) => m.detail.sample === id)", arg=LACKING
            )
            for one in panels:
                expect(one.get_by_text("goes on by itself")).to_be_hidden()
            press(visit, "b")
            page.wait_for_function(
                "(id) => seen.marks('animation-ready').some((m) => m.detail.sample === id)", arg=MARKED
            )
        assert visit.complaints == []
    finally:
        server.stop()


def _of_its_connections(server: Server) -> list[int]:
    """Processes that hold a connection of a browser, of those that serve together."""
    own = server._process.pid
    found = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    port = f":{int(server.url.rpartition(':')[2]):04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    open_ones = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(port) and row[3] == "01"}
    held = {int(pid): set(_files(Path(f"/proc/{pid}/fd"))) for pid in found}
    return [pid for pid, links in held.items() if links & open_ones]


def _files(folder: Path) -> Iterator[str]:
    for link in folder.iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            yield os.readlink(link)


@pytest.mark.nightly
def test_one_of_several_processes_is_killed_under_its_page(
    page: Page, corpus_folder: Path, demo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "data"))
    command = [sys.executable, "-m", "explorer", "serve", str(corpus_folder)]
    options = ["--num-procs", "2", "--port", "0", "--no-open"]
    server = Server(corpus_folder, tmp_path / "cache", [*command, *options])
    try:
        visit = Visit(page, server.url).open(f"?sample={demo}&date=2018-07-02")
        visit.search(MARKED)
        visit.wait_for_sample(MARKED)
        page.evaluate("() => { window.before = true }")
        for pid in _of_its_connections(server):
            os.kill(pid, signal.SIGKILL)
        page.wait_for_function("() => !window.before && window.seen && seen.marks('sample-selected').length")
        visit.wait_for_sample(MARKED)
        assert visit.query["sample"] == MARKED
        assert visit.sample == MARKED
        visit.pick(10, 20)  # and it works
    finally:
        server.stop()
