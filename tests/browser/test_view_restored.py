"""A view is a view: what somebody has set up on the page, another page shows from its link."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visitor
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser


def picture(visit: Visit) -> dict[str, object]:
    """How the picture's zoom, swipe and range stand in this browser."""
    found: dict[str, object] = visit.page.evaluate(
        """() => {
          const stage = seen.within(document, "main .area-player .stage, .stage")
          const image = stage.querySelector("canvas.image")
          const size = Number.parseFloat
          return {
            zoom: (size(image.style.width) / size(stage.style.width)).toFixed(2),
            left: (size(image.style.left) / size(stage.style.width)).toFixed(2),
            split: stage.querySelector("[role=slider]").getAttribute("aria-valuenow"),
          }
        }"""
    )
    return found


def test_two_dates_their_zoom_and_the_range_are_in_the_link(visitor: Visitor, demo: str) -> None:
    first = visitor().open(f"?sample={demo}&date=2018-07-02")
    panel = first.region("Planet Fusion animation")
    panel.get_by_label("View").select_option("swipe")
    first.slider.focus()
    first.page.keyboard.press("[")
    for _ in range(3):
        first.page.keyboard.press("ArrowRight")
    first.page.keyboard.press("]")
    panel.get_by_label("Frames per second").select_option("5")
    panel.get_by_role("button", name="Loop").click()
    first.stage.focus()
    for _ in range(3):
        first.page.keyboard.press("+")
    handle = panel.get_by_role("slider", name="Swipe between the two dates")
    for _ in range(5):
        handle.press("ArrowLeft")
    first.page.wait_for_url(lambda url: "split" in url and "once" in url and "zoom" in url)
    assert first.query["play"] == "range:2018-07-02,2018-07-17;speed:5;once"
    second = visitor().open("?" + first.page.url.partition("?")[2])
    second.wait("() => seen.within(document, '.swipe').getAttribute('aria-valuenow') === '40'")
    assert picture(second) == picture(first)
    panel = second.region("Planet Fusion animation")
    assert panel.get_by_label("View").input_value() == "swipe"
    assert panel.get_by_label("Frames per second").input_value() == "5"
    assert panel.get_by_role("button", name="Loop").get_attribute("aria-pressed") == "false"
    assert second.date == "2018-07-17"
    second.slider.focus()
    second.page.keyboard.press("Home")
    second.wait_for_date("2018-07-02")
    assert second.query["play"] == first.query["play"]


def test_a_link_runs_its_range_and_holds_where_motion_is_not_wanted(visitor: Visitor, demo: str) -> None:
    link = f"?sample={demo}&date=2018-07-02&play=run;range:2018-07-02,2018-08-01;speed:2"
    visit = visitor().open(link)
    pause = visit.region("Planet Fusion animation").get_by_role("button", name="Pause")
    pause.wait_for()
    visit.wait("() => seen.slider().getAttribute('aria-valuetext') > '2018-07-02'")
    visit.wait("() => seen.slider().getAttribute('aria-valuetext') <= '2018-08-01'")
    assert visit.query["play"] == "run;range:2018-07-02,2018-08-01;speed:2"
    pause.click()
    visit.wait_for_query(play="range:2018-07-02,2018-08-01;speed:2")
    still = visitor(reduced_motion="reduce").open(link)
    still.region("Planet Fusion animation").get_by_role("button", name="Play", exact=True).wait_for()
    assert still.date == "2018-07-02"


def test_the_table_and_what_is_seen_of_the_charts_are_in_the_link(visitor: Visitor, demo: str) -> None:
    first = visitor().open(f"?sample={demo}")
    first.page.get_by_role("button", name="Table", exact=True).click()
    table = first.page.get_by_role("dialog", name="Selected samples")
    table.get_by_role("button", name="Fraction").click()
    first.wait_for_query(table="-fraction,1")
    chart = first.page.get_by_role("application", name="Indices over time")
    chart.focus()
    chart.press("+")
    first.page.wait_for_url(lambda url: "charts=dates:" in url)
    box = chart.bounding_box()
    assert box is not None
    first.page.keyboard.down("Shift")
    first.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    first.page.mouse.down()
    first.page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"], steps=3)
    first.page.mouse.up()
    first.page.keyboard.up("Shift")
    first.page.wait_for_url(lambda url: ";index:" in url)
    ranges = "() => ['x', 'y'].map((axis) => seen.chart('index').view[axis])"
    wanted = first.page.evaluate(ranges)
    second = visitor().open("?" + first.page.url.partition("?")[2])
    table = second.page.get_by_role("dialog", name="Selected samples")
    table.wait_for()
    table.locator("th[aria-sort=descending]").get_by_text("Fraction").wait_for()
    assert second.query["table"] == "-fraction,1"
    assert second.query["charts"] == first.query["charts"]
    found = second.page.evaluate(ranges)
    day = 86_400_000
    assert all(abs(a - b) <= day for a, b in zip(wanted[0], found[0], strict=True))
    assert all(abs(a - b) < 0.001 for a, b in zip(wanted[1], found[1], strict=True))
    table.get_by_role("button", name="Close the table").click()
    second.wait_for_query(table=None)
