"""The page over https, behind nginx as assets/docs/deploy says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import nginx
from tests.browser.conftest import PATIENCE, Server
from tests.browser.visit import Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(nginx.missing() is not None, reason=nginx.missing() or ""),
]


@pytest.mark.parametrize("processes", [1, 2])
def test_the_page_opens_by_https_and_a_sample_plays(
    browser: Browser, corpus_folder: Path, demo: str, tmp_path: Path, processes: int
) -> None:
    https = nginx.free_port()
    command = [
        sys.executable, "-m", "explorer", "serve", str(corpus_folder), "--port", "0", "--no-open",
        "--allow-origin", f"127.0.0.1:{https}", "--num-procs", str(processes),
    ]  # fmt: skip
    server = Server(corpus_folder, tmp_path, command)
    try:
        with nginx.before([server.url.removeprefix("http://")], https=https):
            context = browser.new_context(ignore_https_errors=True)
            context.set_default_timeout(PATIENCE)
            visit = Visit(context.new_page(), f"https://127.0.0.1:{https}")
            visit.open(f"?sample={demo}")
            visit.page.get_by_role("button", name="Play", exact=True).click()
            before = visit.date
            assert before is not None
            expect(visit.slider).not_to_have_attribute("aria-valuetext", before)
            assert visit.page.evaluate("isSecureContext")
            context.close()
        assert visit.complaints == []
        assert server.complaints == []
    finally:
        server.stop()
