"""Dates in a browser: typed, taken from the calendar, pointed at on the timeline."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from explorer.core.products import PF_SR
from tests.browser.visit import LACKING, THERE_OF_LACKING, Visit

pytestmark = pytest.mark.browser

READY = ("animation-ready",)


def field(visit: Visit) -> Locator:
    return visit.page.get_by_role("textbox", name="Date", exact=True)


def calendar(visit: Visit) -> Locator:
    return visit.page.get_by_role("dialog", name="Calendar of the dates")


def type_date(visit: Visit, text: str) -> None:
    field(visit).fill(text)
    field(visit).press("Enter")


def said(visit: Visit) -> Locator:
    return visit.page.locator(".date-said")


@pytest.mark.parametrize("text", ["2018-07-02", "2 July 2018", "jul 2"])
def test_a_typed_date_is_shown(visit: Visit, demo: str, text: str) -> None:
    visit.open(f"?sample={demo}&date=2018-03-04", wait_for=READY)
    expect(field(visit)).to_have_value("4 Mar 2018")
    type_date(visit, text)
    visit.wait_for_date("2018-07-02")
    expect(said(visit)).to_be_hidden()


def test_a_day_without_an_image_leads_to_the_nearest_and_says_so(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&date=2018-03-04", wait_for=READY)
    type_date(visit, "jul 18")
    visit.wait_for_date("2018-07-17")
    expect(said(visit)).to_contain_text(
        "18 Jul 2018: the corpus has no such day. The nearest that is there: 17 Jul 2018."
    )
    type_date(visit, "soon")
    expect(said(visit)).to_contain_text("“soon” is no date: write 2018-07-02, jul 18 or 2 July 2018.")
    assert visit.date == "2018-07-17"
    field(visit).press("Escape")
    expect(field(visit)).to_have_value("17 Jul 2018")


def test_a_missing_date_leads_to_one_that_is_there(visit: Visit) -> None:
    first = PF_SR.dates[THERE_OF_LACKING[0]]
    visit.open(f"?sample={LACKING}&date={first}", wait_for=("first-frame", "map-drawn"))
    visit.wait("() => seen.slider().getAttribute('aria-description')?.startsWith('there')")
    wanted = PF_SR.dates[THERE_OF_LACKING[0] - 3]
    visit.page.get_by_text("6 of 146 dates").first.wait_for()
    type_date(visit, wanted.isoformat())
    expect(said(visit)).to_contain_text("missing: the corpus has no chip. The nearest that is there:")
    visit.wait_for_date(first.isoformat())


def test_the_calendar_shows_what_is_there_and_is_gone_through_by_keys(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&date=2018-07-02", wait_for=READY)
    visit.page.get_by_role("button", name="Calendar of the dates").click()
    panel = calendar(visit)
    expect(panel).to_contain_text("July 2018")
    day = panel.get_by_role("button", name=re.compile("^2 July 2018: there"))
    expect(day).to_be_focused()
    expect(panel.get_by_role("gridcell", selected=True)).to_have_count(1)
    expect(panel.get_by_role("button", name="3 July 2018: no acquisition", exact=True)).to_be_visible()
    visit.page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("button", name="9 July 2018: no acquisition", exact=True)).to_be_focused()
    visit.page.keyboard.press("PageDown")
    expect(panel).to_contain_text("August 2018")
    visit.page.keyboard.press("Shift+PageDown")
    expect(panel).to_contain_text("August 2019")
    visit.page.keyboard.press("Enter")  # 9 August 2019: between two dates
    expect(panel).to_be_hidden()
    visit.page.wait_for_url(lambda url: "date=2019-08-" in url)
    expect(said(visit)).to_contain_text("9 Aug 2019: the corpus has no such day.")
    expect(visit.page.get_by_role("button", name="Calendar of the dates")).to_be_focused()


def test_the_calendar_marks_what_is_missing_and_closes_by_escape_or_a_click_elsewhere(visit: Visit) -> None:
    first = PF_SR.dates[THERE_OF_LACKING[0]]
    visit.open(f"?sample={LACKING}&date={first}", wait_for=("first-frame", "map-drawn"))
    visit.page.get_by_text("6 of 146 dates").first.wait_for()
    toggle = visit.page.get_by_role("button", name="Calendar of the dates")
    toggle.press("Enter")
    expect(calendar(visit).locator("td i.there").first).to_be_visible()
    visit.page.keyboard.press("PageUp")
    expect(calendar(visit).locator("td i.missing").first).to_be_visible()
    expect(
        calendar(visit).get_by_role("button", name=re.compile(": missing: the corpus has no chip")).first
    ).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(calendar(visit)).to_be_hidden()
    toggle.click()
    visit.page.mouse.click(5, 5)
    expect(calendar(visit)).to_be_hidden()


def test_the_timeline_tells_of_a_date_in_the_pages_own_tooltip(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&date=2018-07-02", wait_for=READY)
    visit.wait("() => seen.slider().getAttribute('aria-description')?.match(/measured|gap-filled/)")
    index = PF_SR.date_keys.index("2018-01-03")
    visit.page.mouse.move(*visit.on_timeline(index))
    tip = visit.page.get_by_role("tooltip", name="Date at the pointer")
    expect(tip).to_contain_text("3 Jan 2018")
    expect(tip).to_contain_text("there")
    expect(tip).to_contain_text("cloud distance days:")
    assert visit.slider.get_attribute("title") is None
    box, line = tip.bounding_box(), visit.slider.bounding_box()
    assert box is not None
    assert line is not None
    assert box["y"] + box["height"] <= line["y"]
    visit.page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


def test_a_missing_date_says_why_in_the_tooltip(visit: Visit) -> None:
    visit.open(
        f"?sample={LACKING}&date={PF_SR.dates[THERE_OF_LACKING[0]]}", wait_for=("first-frame", "map-drawn")
    )
    visit.page.get_by_text("6 of 146 dates").first.wait_for()
    visit.page.mouse.move(*visit.on_timeline(3))
    expect(visit.page.get_by_role("tooltip", name="Date at the pointer")).to_contain_text(
        "missing: the corpus has no chip"
    )
    visit.page.mouse.move(*visit.on_timeline(THERE_OF_LACKING[-1] + 1))
    expect(visit.page.get_by_role("tooltip", name="Date at the pointer")).to_contain_text(
        "its chip cannot be shown"
    )
