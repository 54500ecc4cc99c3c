"""A view is a view: what somebody has set up on the page, another page shows from its link."""

from __future__ import annotations

from tests.browser.conftest import Visitor
from tests.browser.visit import Visit


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
