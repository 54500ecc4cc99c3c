"""What is taken away comes back: pins and regions with their sample, and the view before the last change by Ctrl+Z."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.visit import MARKED, Visit


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
