"""What is taken away comes back: pins and regions with their sample, and the view before the last change by Ctrl+Z."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import axe
from tests.browser.conftest import Visitor
from tests.browser.visit import MARKED, Visit

pytestmark = pytest.mark.browser


def test_pins_and_regions_stay_with_their_sample_unless_they_are_kept(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=10,10;60,70&regions=box:10,20,60,80:Field")
    visit.search(MARKED)
    visit.wait_for_sample(MARKED)
    visit.wait_for_query(pixels="150,110", regions=None)
    visit.page.go_back()
    visit.wait_for_sample(demo)
    visit.wait_for_query(pixels="10,10;60,70", regions="box:10,20,60,80:Field")
    visit.search(MARKED)
    visit.wait_for_query(sample=MARKED, pixels="150,110")
    visit.search(demo)  # not by the history: its pins are remembered
    visit.wait_for_query(sample=demo, pixels="10,10;60,70", regions="box:10,20,60,80:Field")
    keep = visit.region("Temporal profile").get_by_role("button", name="Keep pins and regions")
    expect(keep).to_have_attribute("aria-pressed", "false")
    keep.click()
    expect(keep).to_have_attribute("aria-pressed", "true")
    visit.wait_for_query(keep="1")
    visit.search(MARKED)
    visit.wait_for_query(sample=MARKED, pixels="10,10;60,70", regions="box:10,20,60,80:Field")
    visit.page.reload()
    expect(keep).to_have_attribute("aria-pressed", "true")


def toast(visit: Visit) -> Locator:
    """The line at the foot of the page."""
    return visit.page.get_by_role("group", name="Undo", exact=True)


def test_what_was_taken_away_comes_back_by_key_and_by_button(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=10,10;60,70;120,80")
    line = toast(visit)
    expect(line.get_by_role("button")).to_have_count(0)
    visit.pick(30, 40)
    expect(line).to_contain_text("3 pins replaced.")
    assert not line.evaluate("(box) => box.contains(box.getRootNode().activeElement)")
    visit.wait_for_query(pixels="30,40")
    line.get_by_role("button", name="Undo", exact=True).click()
    visit.wait_for_query(pixels="10,10;60,70;120,80")
    expect(line).to_contain_text("Undone: pins.")
    line.get_by_role("button", name="Redo", exact=True).press("Enter")
    visit.wait_for_query(pixels="30,40")
    expect(
        line.get_by_role("button", name="Undo", exact=True)
    ).to_be_focused()  # and there to be pressed again
    visit.page.keyboard.press("Escape")
    expect(line.get_by_role("button")).to_have_count(0)
    visit.page.get_by_role("button", name="False colour (NIR)").click()
    visit.wait_for_query(composite="false")
    visit.page.keyboard.press("Control+z")
    visit.wait_for_query(composite=None)
    visit.page.keyboard.press("Control+z")
    visit.wait_for_query(pixels="10,10;60,70;120,80")
    visit.page.keyboard.press("Control+Shift+Z")
    visit.wait_for_query(pixels="30,40", composite=None)
    visit.page.keyboard.press("Control+y")
    visit.wait_for_query(composite="false")
    visit.search_field.fill("vineyards")
    visit.search_field.press("End")
    visit.page.keyboard.type("x")
    visit.page.keyboard.press("Control+z")  # the field's own
    expect(visit.search_field).not_to_have_value("vineyardsx")
    visit.wait_for_query(composite="false")


@pytest.mark.nightly
def test_dragging_the_map_and_playing_are_no_flood_of_steps(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    visit.wait_for_query(map=None)
    visit.page.wait_for_timeout(3100)  # until then, what moves may belong to the opening
    box = visit.region("Sample map").locator(".bk-Canvas, canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    visit.page.mouse.move(x, y)
    for _ in range(5):
        visit.page.mouse.wheel(0, -100)
    visit.page.wait_for_url(lambda url: "map=" in url)
    visit.region("Planet Fusion animation").get_by_role("button", name="Play", exact=True).click()
    visit.wait("(iso) => seen.slider().getAttribute('aria-valuetext') > iso", "2018-09-01")
    visit.region("Planet Fusion animation").get_by_role("button", name="Pause", exact=True).click()
    date = visit.date
    assert date is not None
    visit.wait_for_date(date)
    visit.page.keyboard.press("Control+z")  # of the map: what played is no step
    visit.wait_for_query(map=None)
    assert visit.date == date
    visit.page.keyboard.press("Control+z")
    expect(toast(visit)).to_contain_text("Nothing to undo.")


def test_undo_leads_back_to_a_sample_and_the_browser_has_both(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=10,10;60,70")
    visit.search(MARKED)
    visit.wait_for_sample(MARKED)
    expect(toast(visit)).to_contain_text("2 pins stay with the last sample")
    visit.search_field.blur()
    visit.page.keyboard.press("Control+z")
    visit.wait_for_query(sample=demo, pixels="10,10;60,70")
    visit.page.go_back()
    visit.wait_for_query(sample=MARKED, pixels="150,110")
    visit.page.go_back()
    visit.wait_for_query(sample=demo, pixels="10,10;60,70")


def test_the_line_stays_while_it_is_looked_at_and_goes_by_itself(visitor: Visitor, demo: str) -> None:
    visit = visitor(reduced_motion="reduce")
    visit.open(f"?sample={demo}&pixels=10,10;60,70")
    # Eight seconds are half a second.
    visit.page.evaluate("() => { const real = setTimeout; window.setTimeout = (f, ms, ...a) => real(f, ms === 8000 ? 500 : ms, ...a) }")  # fmt: skip
    line = toast(visit)
    line.evaluate(
        "(box) => box.addEventListener('pointerenter', () => { window.entered = performance.now() })"
    )
    visit.pick(30, 40)
    expect(line).to_contain_text("2 pins replaced.")
    assert line.evaluate("(box) => getComputedStyle(box).animationName") == "none"
    line.hover()
    visit.wait("() => performance.now() - window.entered > 1500")
    expect(line.get_by_role("button", name="Undo", exact=True)).to_be_visible()
    visit.page.mouse.move(5, 5)
    expect(line.get_by_role("button")).to_have_count(0)


@pytest.mark.nightly
def test_the_line_is_legible_and_on_a_phone_too(visitor: Visitor, demo: str) -> None:
    for theme, size in (("light", (1440, 900)), ("dark", (390, 844))):
        visit = visitor(size)
        visit.open(f"?sample={demo}&pixels=10,10;60,70&theme={theme}")
        visit.page.get_by_role("button", name="Remove all pins but the last").click()
        line = toast(visit)
        expect(line).to_contain_text("1 pin removed.")
        box = line.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] + box["height"] <= size[1]
        for button in line.get_by_role("button").all():
            target = button.bounding_box()
            assert target is not None
            assert min(target["width"], target["height"]) >= 24
        assert axe.violations(visit.page) == []
