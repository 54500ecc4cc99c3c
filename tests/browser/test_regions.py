"""Regions drawn in the image, as people draw them: mouse, keys and fingers; and what is saved, hatched and compared."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from explorer.analysis import profiles
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.views.common.selection import REGION_COLOURS, decode
from tests.browser.conftest import Visitor
from tests.browser.visit import LACKING, MARKED, NARROW, Visit

pytestmark = pytest.mark.browser

MISSING = re.compile(r"\bmissing\b")


@pytest.fixture
def demo(corpus: Corpus) -> str:
    """A sample that lacks nothing."""
    return next(i for i in corpus.samples.index if i not in (MARKED, LACKING))


def place(visit: Visit, row: float, col: float) -> tuple[float, float]:
    """Where a point of the chip is in the window."""
    box = visit.stage.bounding_box()
    assert box is not None
    return box["x"] + col / 200 * box["width"], box["y"] + row / 200 * box["height"]


def drag(visit: Visit, start: tuple[float, float], end: tuple[float, float]) -> None:
    visit.page.mouse.move(*place(visit, *start))
    visit.page.mouse.down()
    visit.page.mouse.move(*place(visit, *end), steps=4)
    visit.page.mouse.up()


def tool(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("button", name=name, exact=True)


def wait_for_regions(visit: Visit, text: str) -> None:
    visit.page.wait_for_url(lambda url: url.endswith(f"regions={text}"))


def colour(picture: np.ndarray, text: str, reach: int = 40) -> np.ndarray:
    """Where a picture has about a colour: bool `(y, x)`."""
    wanted = [int(text[i : i + 2], 16) for i in (1, 3, 5)]
    return np.asarray(
        (np.abs(picture[..., :3].astype(int) - wanted) < reach).all(-1) & (picture[..., 3] > 200)
    )


def test_a_box_is_drawn_moved_sized_and_removed(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=150,110")
    tool(visit, "Draw a box").click()
    drag(visit, (20, 30), (60, 80))
    wait_for_regions(visit, "box:20,30,60,80")
    expect(tool(visit, "Pin pixels")).to_have_attribute("aria-pressed", "true")  # one at a time
    tag = visit.page.get_by_role("group", name="Region A , 150 × 120 m, 1.80 ha")
    expect(tag).to_be_visible()
    drawn = colour(visit.pixels(visit.stage.locator(".over").first), REGION_COLOURS[0])
    rows, cols = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    height, width = drawn.shape
    found = [rows.min() / height, rows.max() / height, cols.min() / width, cols.max() / width]
    assert found == pytest.approx([0.1, 0.3, 0.15, 0.4], abs=0.01)
    drag(visit, (40, 30), (50, 45))  # by its outline
    wait_for_regions(visit, "box:30,45,70,95")
    drag(visit, (70, 95), (90, 120))  # by its corner
    wait_for_regions(visit, "box:30,45,90,120")
    table = profiles.region(corpus, demo, **decode(visit.page.url.partition("?")[2]).regions[0].where)
    planet = table[table["product"] == PF_SR.id]
    within = corpus.cubes.get(corpus.cell(demo), PF_SR).data[:, :, 30:90, 45:120] / 1e4
    for i, band in enumerate(PF_SR.band_names):
        means = planet.loc[planet["band"] == band, "mean"].to_numpy()
        assert means == pytest.approx(within[:, i].mean((1, 2)), abs=2e-6)
    visit.pick(50, 60)  # inside, a click still pins
    assert visit.query["regions"] == "box:30,45,90,120"
    visit.stage.get_by_role("button", name="Remove region A").click()
    visit.page.wait_for_url(lambda url: url.endswith("pixels=50,60"))
    assert not colour(visit.pixels(visit.stage.locator(".over").first), REGION_COLOURS[0]).any()


def test_a_polygon_is_clicked_and_closed_in_three_ways(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    corners = [(20, 20), (20, 60), (60, 60)]

    def click_all(points: Iterable[tuple[float, float]]) -> None:
        for row, col in points:
            visit.page.mouse.click(*place(visit, row, col))

    tool(visit, "Draw a polygon").click()
    click_all([*corners, (100, 100)])
    visit.page.keyboard.press("Backspace")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url(lambda url: "regions=poly:" in url)
    found = [float(v) for v in visit.query["regions"].removeprefix("poly:").split(",")]
    assert found == pytest.approx([v for corner in corners for v in corner], abs=0.5)
    visit.page.keyboard.press("g")
    click_all([(100, 20), (100, 60), (140, 60), (100, 20)])  # the first corner again
    visit.page.wait_for_url(lambda url: url.count("poly:") == 2)
    visit.page.keyboard.press("g")
    click_all([(20, 100), (20, 140)])
    pins = tool(visit, "Pin pixels")
    # A busy browser hears two clicks over 400 ms apart, which are corners: then once more.
    while pins.get_attribute("aria-pressed") != "true":
        visit.page.mouse.dblclick(*place(visit, 60, 140))
    visit.page.wait_for_url(lambda url: url.count("poly:") == 3)
    assert [len(part.split(",")) for part in visit.query["regions"].split(";")] == [6, 6, 6]
    visit.page.keyboard.press("g")
    click_all([(150, 150), (160, 160)])
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("Escape")
    expect(tool(visit, "Pin pixels")).to_have_attribute("aria-pressed", "true")
    visit.pick(10, 10)
    assert visit.query["regions"].count("poly:") == 3  # what was given up left nothing behind


def test_a_box_can_be_drawn_and_moved_by_keys_alone(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&date=2018-07-02")
    visit.stage.focus()
    for key in (
        "b",
        "ArrowUp",
        "ArrowLeft",
        "ArrowLeft",
        "Shift+ArrowRight",
        "Shift+ArrowDown",
        "Shift+ArrowDown",
    ):
        visit.page.keyboard.press(key)
    expect(
        visit.stage.get_by_role("status").filter(has_text="rows 89 to 110, cols 88 to 108")
    ).to_be_visible()
    visit.page.keyboard.press("Enter")
    wait_for_regions(visit, "box:89,88,111,109")
    assert visit.date == "2018-07-02"  # the arrows were the box's
    visit.page.locator(".tag").focus()
    visit.page.keyboard.press("Shift+ArrowDown")
    wait_for_regions(visit, "box:99,88,121,109")
    visit.page.locator(".tag").focus()
    visit.page.keyboard.press("ArrowLeft")
    wait_for_regions(visit, "box:99,87,121,108")
    visit.page.locator(".tag").press("Delete")
    visit.page.wait_for_url(lambda url: "regions" not in url)
    visit.stage.press("ArrowRight")
    visit.wait_for_date("2018-07-07")


def test_regions_of_a_link_are_shown_in_both_pictures_and_in_the_sheet(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&regions=box:20,30,60,80:Field;poly:100,100,150,100,150,160")
    expect(visit.page.locator(".tag").first).to_contain_text("A Field")
    view = visit.page.get_by_role("combobox", name="View")
    view.select_option("side")
    for over in visit.stage.locator(".over").all():
        drawn = visit.pixels(over)
        assert all(colour(drawn, text).any() for text in REGION_COLOURS[:2])
        assert not colour(drawn, REGION_COLOURS[2]).any()
    view.select_option("sheet-12")
    cells = visit.page.locator(".sheet canvas")
    expect(cells).to_have_count(12)
    assert colour(visit.pixels(cells.first), REGION_COLOURS[0], 90)[18:63, 28:83].any()


def test_a_finger_draws_a_box(visitor: Visitor, demo: str) -> None:
    visit = visitor(NARROW)
    visit.open(f"?sample={demo}")
    visit.stage.scroll_into_view_if_needed()
    tool(visit, "Draw a box").click()
    send = visit.page.context.new_cdp_session(visit.page).send
    points = [dict(zip("xy", place(visit, *at), strict=True)) for at in ((20, 30), (40, 50), (60, 80))]
    send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_for_regions(visit, "box:20,30,60,80")


def test_two_fingers_zoom_around_their_middle(visitor: Visitor, demo: str) -> None:
    visit = visitor(NARROW)
    visit.open(f"?sample={demo}&pixels=42,137")
    visit.stage.scroll_into_view_if_needed()
    send = visit.page.context.new_cdp_session(visit.page).send
    width = "() => parseFloat(player_image().style.width)"
    visit.page.evaluate(
        "() => { const find = (root) => { for (const e of root.querySelectorAll('*')) { if (e.matches('canvas.image')) return e; const inner = e.shadowRoot && find(e.shadowRoot); if (inner) return inner } return null }; window.player_image = () => find(document) }"
    )
    before = visit.page.evaluate(width)
    for kind, apart in (("touchStart", 10), ("touchMove", 20), ("touchMove", 40)):
        fingers = [
            dict(zip("xy", place(visit, 100, 100 + side * apart), strict=True), id=i)
            for i, side in enumerate((-1, 1))
        ]
        if kind == "touchStart":
            send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers[:1]})
        send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    visit.wait(f"(before) => Math.abs(({width})() / before - 4) < 0.3", before)
    visit.wait_for_profile(42, 137)  # no finger of the two has pinned a pixel
    visit.page.get_by_role("button", name="Whole image").click()
    visit.wait(f"(before) => Math.abs(({width})() - before) < 1", before)


def test_a_fifth_region_is_refused_with_a_reason(visit: Visit, demo: str) -> None:
    boxes = ";".join(f"box:{10 + 40 * i},10,{40 + 40 * i},60" for i in range(4))
    visit.open(f"?sample={demo}&regions={boxes}")
    expect(visit.page.locator(".tag")).to_have_count(4)
    tool(visit, "Draw a box").click()
    expect(visit.stage.get_by_text("4 regions are the most: remove one first")).to_be_visible()
    expect(tool(visit, "Pin pixels")).to_have_attribute("aria-pressed", "true")


def test_the_picture_and_the_sheet_are_saved_with_what_they_are(visit: Visit, corpus: Corpus) -> None:
    visit.open(f"?sample={MARKED}&date=2018-07-02")
    button, box = tool(visit, "Save the picture as PNG"), visit.stage.bounding_box()
    assert box is not None
    with visit.page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == f"{MARKED}_2018-07-02.png"
    with Image.open(io.BytesIO(download.value.path().read_bytes())) as file:
        saved = np.asarray(file.convert("RGB")).astype(int)
    side = round(2 * box["width"])
    assert saved.shape[1] == side
    assert saved.shape[0] > side + 20  # the footer
    assert (saved[side + 4 :] < 128).any()  # which says something
    screen = visit.pixels(visit.image)[..., :3].astype(int)
    for row, col in ((60, 20), (100, 20), (120, 100)):  # clear of date, tools and pin
        at = saved[round((row + 0.5) / 200 * side), round((col + 0.5) / 200 * side)]
        assert at.tolist() == pytest.approx(screen[row, col].tolist(), abs=2)
    visit.page.get_by_role("combobox", name="View").select_option("sheet-24")
    with visit.page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == f"{MARKED}_sheet.png"
    with Image.open(io.BytesIO(download.value.path().read_bytes())) as file:
        assert file.width == 2 * (6 * 103 + 3)


def test_a_date_without_a_chip_is_hatched_and_says_why_in_either_picture(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}&date=2018-07-12", wait_for=("animation-ready", "bands-drawn"))
    panes = visit.stage.locator(".pane")
    expect(panes.nth(0)).to_have_class(MISSING)
    assert not visit.pixels(visit.image)[..., 3].any()
    visit.slider.press("ArrowLeft")
    visit.wait_for_date("2018-07-07")
    expect(panes.nth(0)).not_to_have_class(MISSING)
    visit.page.get_by_role("combobox", name="View").select_option("side")
    expect(panes.nth(1).get_by_text("No chip on 7 Jul 2019")).to_be_visible()
    expect(panes.nth(1)).to_have_class(MISSING)
    other = visit.page.get_by_role("img", name="Planet Fusion image of the compared date")
    assert not visit.pixels(other)[..., 3].any()


def test_the_values_under_the_pointer_are_the_files_in_both_pictures(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    visit.open(f"?sample={demo}&date=2018-07-02")
    cube = corpus.cubes.get(corpus.cell(demo), PF_SR)
    first = PF_SR.date_keys.index("2018-07-02")
    readout, seen = visit.stage.locator(".readout"), set()
    for mode, across, down, index in (
        ("single", 0.027, 0.027, first),
        ("single", 0.972, 0.972, first),
        ("side", 0.486, 0.027, first),
        ("side", 0.515, 0.972, first + 73),
        ("swipe", 0.3, 0.972, first),
        ("swipe", 0.7, 0.972, first + 73),
    ):
        visit.page.mouse.move(0, 0)
        visit.page.get_by_role("combobox", name="View").select_option(mode)
        box = visit.stage.bounding_box()
        assert box is not None
        visit.page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
        expect(readout).to_contain_text("nir 0.")
        text = readout.inner_text()
        row, col = (int(word) for word in re.findall(r"row (\d+), col (\d+)", text)[0])
        part = across if mode != "side" else 2 * across % 1
        assert (row, col) == pytest.approx((200 * down, 200 * part), abs=4)
        told = [float(value) for value in re.findall(r"(?:blue|green|red|nir) ([\d.]+)", text)]
        assert told == pytest.approx((cube.data[index, :, row, col] / 1e4).tolist(), abs=1e-4)
        seen.add(tuple(told))
    assert len(seen) == 6


def test_the_legend_is_that_of_what_lies_on_top(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&date=2018-07-02&composite=index:NDVI")
    legend = visit.stage.locator(".legend")
    expect(legend).to_contain_text("NDVI")
    visit.page.get_by_role("button", name="Picture settings").click()
    visit.page.get_by_role("combobox", name="Quality overlay").select_option("gap_filled")
    expect(legend).to_have_text("gap_filled")
    view = visit.page.get_by_role("combobox", name="View")
    view.select_option("difference")
    expect(legend).to_contain_text("minus")
    expect(visit.stage.locator(".date").first).to_contain_text("2 Jul 2018 minus 2 Jul 2019")
    view.select_option("single")
    expect(legend).to_have_text("gap_filled")  # it is still over the picture
    visit.page.get_by_role("combobox", name="Quality overlay").select_option("")
    expect(legend).to_contain_text("NDVI")
    visit.open(f"?sample={demo}&date=2018-07-02&view=difference:2018-07-12", wait_for=("animation-ready",))
    expect(legend).to_contain_text("True colour: 2018-07-02 minus 2018-07-12")
