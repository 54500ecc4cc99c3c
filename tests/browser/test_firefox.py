"""The main tasks in Firefox ESR, over WebDriver BiDi: another engine, the same page, nothing in its console.

What Playwright cannot drive in a Firefox that is not its own stays with Chromium's tests: colour scheme, forced colours and
reduced motion cannot be emulated (Firefox ESR lacks the command, see firefox_bridge.py), and websockets are not reported, so
that only requests by HTTP are seen to stay on 127.0.0.1.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from tests.browser import firefox_bridge
from tests.browser.conftest import Visitor
from tests.browser.monkey import Monkey
from tests.browser.test_page import check_profile, difference, milliseconds, painter
from tests.browser.test_review import begin, panel, press, said, settled, wait_for
from tests.browser.visit import LACKING, MARKED, Visit
from tests.talk import until

FIREFOX = os.environ.get("FIREFOX") or shutil.which("firefox-esr")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.nightly,
    pytest.mark.skipif(
        FIREFOX is None,
        reason="no Firefox: install firefox-esr (Debian: sudo apt-get install firefox-esr), or name one in FIREFOX",
    ),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Firefox in Chromium's place, for every fixture of conftest.py."""
    starter = tmp_path_factory.mktemp("firefox") / "firefox"
    command = shlex.join([sys.executable, str(Path(firefox_bridge.__file__)), str(FIREFOX)])
    starter.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    starter.chmod(0o755)
    with sync_playwright() as playwright:
        browser = playwright.firefox.launch(channel="moz-firefox", executable_path=starter)
        yield browser
        browser.close()


@pytest.fixture
def visitor(visitor: Visitor, browser: Browser) -> Iterator[Visitor]:
    """Visits that leave the page before their tab is closed: once a tab's socket was gone before its scripts were."""
    yield visitor
    for context in browser.contexts:
        for page in context.pages:
            page.goto("about:blank")


def check_pictured(visit: Visit, picture: np.ndarray) -> None:
    """The animation comes to show a picture."""
    until(lambda: difference(visit, picture) < 4, why=lambda: f"it differs by {difference(visit, picture)}")


def test_looking_around(visitor: Visitor, corpus: Corpus, demo: str) -> None:
    """First picture, play, scrub, a pixel's profile, another composite and curve, its link, another sample."""
    visit = visitor().open(f"?sample={demo}&date=2018-07-02")
    assert "Firefox" in visit.page.evaluate("navigator.userAgent")
    at = PF_SR.date_keys.index("2018-07-02")
    check_pictured(visit, painter(corpus, demo).rgb(at))

    visit.page.get_by_role("button", name="Play").click()
    visit.wait("(index) => Number(seen.slider().getAttribute('aria-valuenow')) > index", at + 3)
    visit.page.get_by_role("button", name="Pause").click()
    expect(visit.page.get_by_role("button", name="Play")).to_be_visible()
    stopped = visit.date
    assert stopped is not None
    visit.wait_for_date(stopped)

    visit.page.mouse.move(*visit.on_timeline(10))
    visit.page.mouse.down()
    expect(visit.slider).to_have_attribute("aria-valuetext", PF_SR.date_keys[10])
    visit.page.mouse.move(*visit.on_timeline(100), steps=4)
    visit.page.mouse.up()
    visit.wait_for_date(PF_SR.date_keys[100])
    assert visit.cursor() == milliseconds(PF_SR.dates[100])

    visit.pick(42, 137)
    check_profile(visit, corpus, demo, 42, 137)
    assert visit.crosshair(visit.stage.locator(".over").first) == pytest.approx((42.5, 137.5), abs=2.5)

    visit.page.get_by_role("button", name="False colour (NIR)").click()
    visit.wait_for_query(composite="false", pixels="42,137")
    drawn = painter(corpus, demo, "false").rgb(100)
    check_pictured(visit, drawn)

    visit.page.get_by_role("button", name="Curves ▾").click()
    visit.page.get_by_role("dialog", name="Curves").get_by_role("button", name="Blue", exact=True).click()
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_url(lambda url: "curves=" in url)
    assert "blue" not in visit.query["curves"].split(",")

    link = visit.page.url
    visit.search(MARKED)
    visit.wait_for_sample(MARKED)
    assert visit.sample == MARKED

    other = visitor().open(link.removeprefix(visit.url + "/"))
    assert (other.sample, other.date, other.page.url) == (demo, PF_SR.date_keys[100], link)
    check_pictured(other, drawn)
    other.wait_for_profile(42, 137)
    assert set(other.columns("bands-pf")["band"]) == {"green", "red", "nir"}


def test_a_review_keeps_its_verdicts(visitor: Visitor, corpus: Corpus, demo: str) -> None:
    visit = visitor().open()
    begin(visit, [demo, LACKING], "fox")
    press(visit, "4", "c")
    wait_for(visit, LACKING)
    press(visit, "w")
    visit.page.keyboard.type("211")
    press(visit, "Enter")
    expect(panel(visit).get_by_role("status").filter(has_text="All 2 samples are reviewed")).to_be_visible()
    settled(visit)
    first, second = said(corpus, "fox")
    assert (first["sample_id"], first["judgement"], first["confidence"]) == (demo, "correct", 4)
    assert (second["sample_id"], second["judgement"], second["suggested"]) == (LACKING, "wrong", 211)


def test_whatever_is_done_page_address_and_corpus_agree(visitor: Visitor, corpus: Corpus, demo: str) -> None:
    monkey = Monkey(visitor().open(f"?sample={demo}"), corpus, seed=1)
    for _ in range(2):
        monkey.round()
