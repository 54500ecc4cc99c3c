"""What is still to come is never said to be missing, and what is missing never to be still to come."""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import servers
from tests.browser.conftest import Server
from tests.browser.visit import MARKED, Visit

pytestmark = pytest.mark.browser

# What the tiles of Sentinel-2 have said since the page began, by what they say now: `{"month": {"loading"}, ...}`.
LISTEN = """
window.said = { month: new Set(), band: new Set(), names: new Set() }
const look = (root) => {
  for (const tile of root.querySelectorAll(".tile")) {
    const kind = tile.classList.contains("month") ? "month" : "band"
    said[kind].add(tile.querySelector(".why").textContent)
    if (kind === "month") said.names.add((tile.getAttribute("aria-label") ?? "").split(", ")[1] ?? "")
  }
  for (const node of root.querySelectorAll("*")) if (node.shadowRoot) look(node.shadowRoot)
}
const again = () => { if (document.body) look(document); requestAnimationFrame(again) }
again()
"""


def test_months_that_are_being_read_are_loading_and_then_there_or_not(
    page: Page, mirror: Path, tmp_path: Path
) -> None:
    let_go = threading.Event()

    def late(_handler: BaseHTTPRequestHandler, key: str) -> bool:
        if "/S2-SR/" in key:
            let_go.wait(60)
        return False

    page.add_init_script(LISTEN)
    with servers.serve(mirror, answer=late) as files:
        serve = [sys.executable, "-m", "explorer", "serve", files.url, "--port", "0", "--no-open"]
        server = Server(mirror, tmp_path / "cache", serve)
        try:
            visit = Visit(page, server.url).open(f"?sample={MARKED}", wait_for=("ready", "first-frame"))
            expect(visit.months).to_have_count(12)
            expect(visit.months.nth(0)).to_have_attribute("aria-label", "Jan 2018, loading")
            expect(visit.region("Sentinel-2 bands").get_by_text("reading …")).to_be_visible()
            said = page.evaluate(
                "() => ({ month: [...said.month], band: [...said.band], names: [...said.names] })"
            )
            assert set(said["month"]) <= {"", "loading"}  # "": before a tile is drawn for the first time
            assert set(said["band"]) <= {"", "loading"}
            assert set(said["names"]) <= {"", "loading"}
            assert "loading" in said["month"]
            let_go.set()
            visit.wait("() => seen.marks('bands-drawn').length")
            expect(visit.months.nth(0)).to_have_attribute("aria-label", "Jan 2018")
            expect(visit.months.nth(1)).to_have_attribute("aria-label", "Feb 2018, missing")
            expect(visit.months.nth(1).locator(".why")).to_have_text("no mosaic")
            expect(visit.months.filter(has_text="loading")).to_have_count(0)
        finally:
            let_go.set()
            server.stop()


@pytest.mark.nightly
def test_gaps_that_are_not_yet_known_are_loading(page: Page, mirror: Path, tmp_path: Path, demo: str) -> None:
    """A gap-filled date must not look measured while its quality layer is on its way."""
    let_go = threading.Event()

    def late(_handler: BaseHTTPRequestHandler, key: str) -> bool:
        if "/PF-QA/" in key:
            let_go.wait(60)
        return False

    with servers.serve(mirror, answer=late) as files:
        serve = [sys.executable, "-m", "explorer", "serve", files.url, "--port", "0", "--no-open"]
        server = Server(mirror, tmp_path / "cache", serve)
        try:
            visit = Visit(page, server.url).open(f"?sample={demo}", wait_for=("animation-ready",))
            caption = visit.region("Planet Fusion animation").get_by_text("gaps: loading")
            expect(caption).to_be_visible()
            let_go.set()
            expect(caption).to_have_count(0)
            expect(visit.region("Planet Fusion animation").get_by_text("% gap-filled")).to_be_visible()
        finally:
            let_go.set()
            server.stop()
