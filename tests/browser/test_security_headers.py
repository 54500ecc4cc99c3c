"""The page works under its content policy, and the policy works."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from explorer.export import stories
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

# Set before the page's own scripts run; a violation also stands in the console, which fails every visit.
_HEAR = """
window.refused = []
document.addEventListener("securitypolicyviolation", (event) => refused.push(`${event.effectiveDirective} ${event.blockedURI}`))
"""


def test_nothing_that_the_page_does_is_refused(visit: Visit, demo: str, tmp_path: Path) -> None:
    page = visit.page
    page.add_init_script(_HEAR)
    visit.open(f"?sample={demo}")
    # animation
    page.get_by_role("button", name="Play", exact=True).click()
    before = visit.date
    assert before is not None
    expect(visit.slider).not_to_have_attribute("aria-valuetext", before)
    page.get_by_role("button", name="Pause").click()
    # profile and spectrum
    visit.pick(50, 60, add=True)
    page.get_by_role("button", name="Curves ▾").click()
    curves = page.get_by_role("dialog", name="Curves")
    curves.get_by_role("combobox", name="Add an index").fill("EVI")
    curves.get_by_role("combobox", name="Add an index").press("Enter")
    expect(curves.get_by_role("button", name="Remove EVI")).to_be_visible()
    page.keyboard.press("Escape")
    # bands
    page.get_by_role("button", name="A band's months").click()
    page.get_by_label("Band", exact=True).select_option("B11")
    # share: a picture is made here, a file there
    page.get_by_role("button", name="Share", exact=True).click()
    share = page.get_by_role("dialog", name="Share")
    expect(share.get_by_label("Lines of Python")).to_contain_text("open_corpus")
    page.keyboard.press("Escape")
    # stories
    page.get_by_role("button", name="Stories").click()
    page.get_by_role("button", name="Add this view").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as YAML").click()
    saved.value.save_as(tmp_path / "story.yaml")
    assert demo in (tmp_path / "story.yaml").read_text()
    page.keyboard.press("Escape")
    # review
    page.get_by_role("button", name="Review", exact=True).click()
    visit.wait("() => seen.marks('review-setup').length")
    assert page.evaluate("refused") == []


def test_html_that_came_in_runs_nothing(visit: Visit) -> None:
    page = visit.page
    page.add_init_script(_HEAR)
    visit.open(wait_for=("ready",))
    page.evaluate(
        """() => {
          const place = document.createElement("div")
          document.body.append(place)
          place.innerHTML = '<img src="nowhere:" onerror="window.ran = 1"><a id="evil" href="javascript:window.ran = 2">x</a>'
          const script = document.createElement("script")
          script.textContent = "window.ran = 3"
          place.append(script)
          const other = document.createElement("script")
          other.src = "http://127.0.0.1:1/evil.js"
          place.append(other)
          document.getElementById("evil").click()
        }"""
    )
    visit.wait("() => refused.filter((text) => text.startsWith('script-src')).length >= 4")
    assert page.evaluate("window.ran") is None
    visit.complaints.clear()  # each refusal stands in the console


def test_texts_of_strangers_are_shown_as_text(visit: Visit, demo: str, tmp_path: Path) -> None:
    evil = "<img src=x onerror=ran=1>"
    page, text = visit.page, quote(evil)
    page.add_init_script(_HEAR)
    story = stories.Story(evil, (stories.State(f"?sample={demo}", evil, evil, evil, 600.0),), evil)
    stories.dump(story, tmp_path / f"{evil[1:4]}.yaml")
    visit.open(
        f"?sample={demo}&pixels=20,30&names={text}&regions=box:10,20,60,80:{text}&panel={text}&composite={text}&filter={text}"
    )
    expect(visit.notice.first).to_contain_text("<img src=x")
    visit.search(evil)
    said = visit.notice.or_(page.get_by_label("Search result"))
    expect(said.filter(has_text="<img").first).to_be_visible()
    page.get_by_role("button", name="Stories").click()
    drawer = page.get_by_role("dialog", name="Stories")
    drawer.get_by_label("Story file").set_input_files(tmp_path / f"{evil[1:4]}.yaml")
    expect(drawer.get_by_role("button", name=evil).first).to_be_visible()
    drawer.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("heading", name=evil)).to_be_visible()
    assert page.evaluate("window.ran") is None
    assert page.evaluate("refused") == []  # nor did anything try
