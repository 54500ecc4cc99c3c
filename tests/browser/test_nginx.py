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


def _command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "explorer", "serve", str(folder), "--port", "0", "--no-open", *more]


@pytest.mark.parametrize("processes", [1, 2])
def test_the_page_opens_by_https_and_a_sample_plays(
    browser: Browser, corpus_folder: Path, demo: str, tmp_path: Path, processes: int
) -> None:
    https = nginx.free_port()
    command = _command(corpus_folder, "--allow-origin", f"127.0.0.1:{https}", "--num-procs", str(processes))
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


def test_a_name_that_the_server_was_not_told_is_said_in_words_that_help(
    browser: Browser, corpus_folder: Path, tmp_path: Path
) -> None:
    server = Server(corpus_folder, tmp_path, _command(corpus_folder))
    try:
        context = browser.new_context(ignore_https_errors=True)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        answer = page.goto(server.url.replace("127.0.0.1", "maps.localhost"))
        assert answer is not None
        assert answer.status == 421
        expect(page.get_by_text("--allow-origin maps.localhost")).to_be_visible()
        expect(page.get_by_role("heading", name="This name is not known here")).to_be_visible()
        # Behind a proxy that calls the server by its own name the page comes, and its connection does not.
        own = server.url.removeprefix("http://")
        with nginx.before([own], calls_it=own) as proxy:
            page.goto(f"https://127.0.0.1:{proxy.https}/")
            said = page.get_by_role("alert")
            expect(said).to_contain_text(f"--allow-origin 127.0.0.1:{proxy.https}")
        context.close()
    finally:
        server.stop()
