"""The wheel and the trackpad over map and picture: zoom goes as far as the fingers did, in however many steps it is told."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.browser.visit import MAP, Visit
from tests.talk import until

pytestmark = pytest.mark.browser

# Events as browsers make them: a trackpad tells of 4 px at a time, a wheel of 100, Firefox of 3 lines.
SCROLL = """(node, [dx, dy, mode, times, ctrl]) => {
  const box = node.getBoundingClientRect(), place = { clientX: box.x + box.width * 0.3, clientY: box.y + box.height * 0.6 }
  const event = () => new WheelEvent("wheel", { ...place, deltaX: dx, deltaY: dy, deltaMode: mode, ctrlKey: ctrl, bubbles: true, composed: true, cancelable: true })
  let kept = 0
  for (let i = 0; i < times; i++) kept += !node.dispatchEvent(event())
  return kept
}"""


def scroll(node: Any, dx: float, dy: float, *, mode: int = 0, times: int = 1, ctrl: bool = False) -> None:
    """Scroll over a node. All events are the page's own: the browser neither scrolls nor goes back a page."""
    assert node.evaluate(SCROLL, [dx, dy, mode, times, ctrl]) == times


def scale(image: Locator) -> float:
    """How far the picture is zoomed."""
    return float(image.evaluate("(canvas) => canvas.clientWidth / canvas.closest('.stage').clientHeight"))


def width(visit: Visit) -> float:
    """Metres from the map's left edge to its right one."""
    return float(
        visit.page.evaluate(
            "(label) => { const f = seen.figure(label); return f.x_range.end - f.x_range.start }", MAP
        )
    )


def test_the_picture_zooms_by_the_distance_and_not_by_the_events(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    assert scale(visit.image) == pytest.approx(1)
    scroll(visit.stage, 0, -4, times=25)
    by_trackpad = scale(visit.image)
    assert by_trackpad == pytest.approx(1.25, abs=0.02)
    scroll(visit.stage, 0, 4, times=25)
    assert scale(visit.image) == pytest.approx(1, abs=0.02)
    scroll(visit.stage, 0, -100)
    assert scale(visit.image) == pytest.approx(by_trackpad, rel=0.01)
    scroll(visit.stage, 0, -100 / 16, mode=1)  # lines
    assert scale(visit.image) == pytest.approx(by_trackpad**2, rel=0.01)


def test_a_sideways_swipe_zooms_neither_picture_nor_map(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    scroll(visit.stage, 0, -300)
    before = scale(visit.image)
    events = visit.page.evaluate_handle(
        "(label) => Bokeh.index.find_one(seen.figure(label)).canvas_view.events_el", MAP
    )
    wide = width(visit)
    for node in (visit.stage, events):
        scroll(node, 40, 0, times=10)
        scroll(node, -40, 12, times=10)
        scroll(node, -0.5, -0.1, times=10)
    assert scale(visit.image) == before
    assert width(visit) == wide


def test_the_map_zooms_by_the_distance_around_the_pointer(visit: Visit) -> None:
    visit.open()
    events = visit.page.evaluate_handle(
        "(label) => Bokeh.index.find_one(seen.figure(label)).canvas_view.events_el", MAP
    )
    under = """([label, node]) => {
      const view = Bokeh.index.find_one(seen.figure(label)), box = node.getBoundingClientRect()
      const left = box.x + box.width * 0.3 - view.el.getBoundingClientRect().x, top = box.y + box.height * 0.6 - view.el.getBoundingClientRect().y
      return [view.frame.x_scale.invert(left), view.frame.y_scale.invert(top)]
    }"""
    before, place = width(visit), visit.page.evaluate(under, [MAP, events])
    scroll(events, 0, -4, times=25)
    visit.wait("() => new Promise(requestAnimationFrame).then(() => true)")
    until(lambda: before / width(visit) == pytest.approx(1.25, abs=0.02))
    visit.wait(
        f"([argument, place]) => {{ const now = ({under})(argument); return Math.hypot(now[0] - place[0], now[1] - place[1]) < {before / 500} }}",
        [[MAP, events], place],
    )
    scroll(events, 0, 100)
    until(lambda: width(visit) == pytest.approx(before, rel=1e-6))  # as far out as it went in
    scroll(events, 0, -5, times=4, ctrl=True)  # two fingers that spread by e to the .2
    until(lambda: before / width(visit) == pytest.approx(1.221, abs=0.01))
    visit.page.wait_for_url(lambda url: "map=" in url)
