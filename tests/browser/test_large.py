"""Sentinel-2 large: pictures that grow with their panel, and one that has the panel for itself, alone or with Planet Fusion."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from explorer.analysis import profiles, render_spec
from explorer.analysis.composite import Painter, make, measure
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube import Cube
from tests.browser.axe import violations
from tests.browser.conftest import Visitor
from tests.browser.test_small_windows import STILL
from tests.browser.visit import MARKED, Visit

pytestmark = pytest.mark.browser

SIZES = ((1366, 768), (1440, 900), (1920, 1080), (2560, 1440), (820, 1180), (390, 844))
APRIL, JULY = 3, 6


def cube_of(corpus: Corpus, sample: str, product: Product) -> Cube:
    return corpus.cubes.get(corpus.cell(sample), product)


def box_of(locator: Locator) -> dict[str, float]:
    box = locator.bounding_box()
    assert box is not None
    return dict(box)


def place(visit: Visit, row: float, col: float) -> dict[str, Any]:
    """Where the large picture has a place of the 3 m grid, while all of it is seen."""
    box = box_of(visit.large)
    return {"x": col / 200 * box["width"], "y": row / 200 * box["height"]}


def open_large(visit: Visit, sample: str, more: str = "") -> Visit:
    visit.open(f"?sample={sample}&sentinel=large{more}")
    wait_for_large(visit)
    return visit


def wait_for_large(visit: Visit, condition: str = "true") -> None:
    """Wait until the last picture that was drawn large, `one`, is so."""
    visit.wait(
        f"() => {{ const one = seen.marks('large-drawn').at(-1)?.detail; return one && ({condition}) }}"
    )


def compare(visit: Visit, value: str) -> None:
    visit.page.get_by_label("Compare with Planet Fusion").select_option(value)


def picture(visit: Visit) -> np.ndarray:
    """What the large picture shows, RGBA uint8 `(60, 60, 4)`."""
    return visit.pixels(visit.page.get_by_role("img", name="Sentinel-2 image", exact=True))


# --- the small pictures ------------------------------------------------------------------------------------


def lay(visit: Visit) -> dict[str, Any]:
    """Edges of the small pictures, and boxes of what the panel holds."""
    region = visit.region("Sentinel-2 bands")
    spectrum = region.get_by_role("figure", name=re.compile("^Spectrum"))
    return {
        "panel": box_of(region),
        "months": [box_of(tile.locator(".frame")) for tile in visit.months.all()],
        "bands": [box_of(tile.locator(".frame")) for tile in visit.bands.all()],
        "spectrum": spectrum.bounding_box() if spectrum.is_visible() else None,
        "bars": [box_of(bar) for bar in region.locator(".bar:visible").all()],
    }


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    return (
        min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"]) > 0.5
        and min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"]) > 0.5
    )


def check_lay(found: dict[str, Any]) -> None:
    """Nothing lies over anything else, or outside of the panel."""
    panel = found["panel"]
    pictures = [*found["months"], *found["bands"]]
    assert len(pictures) == 24
    assert len({round(p["width"]) for p in pictures}) == 1
    parts = [*pictures, *found["bars"], *([found["spectrum"]] if found["spectrum"] else [])]
    for i, part in enumerate(parts):
        assert panel["x"] <= part["x"], part
        assert part["x"] + part["width"] <= panel["x"] + panel["width"] + 0.5, part
        assert part["y"] + part["height"] <= panel["y"] + panel["height"] + 0.5, part
        assert not [other for other in parts[i + 1 :] if overlap(part, other)], part


@pytest.mark.nightly
def test_the_pictures_grow_with_their_panel(visitor: Visitor, demo: str) -> None:
    edges: dict[str, dict[tuple[int, int], float]] = {"": {}, "&panel=sentinel": {}}
    for panel, found in edges.items():
        visit = visitor(SIZES[0]).open(f"?sample={demo}{panel}", wait_for=("bands-drawn",))
        for size in SIZES:
            visit.page.set_viewport_size({"width": size[0], "height": size[1]})
            visit.wait(STILL)
            lain = lay(visit)
            check_lay(lain)
            found[size] = lain["months"][0]["width"]
            if panel:  # what it has is used: by pictures across, by pictures and spectrum down
                grid = [*lain["months"], *lain["bands"]]
                used = max(p["x"] + p["width"] for p in grid) - min(p["x"] for p in grid)
                assert used > 0.8 * lain["panel"]["width"], size
                end = max(
                    p["y"] + p["height"] for p in [*grid, *([lain["spectrum"]] if lain["spectrum"] else [])]
                )
                assert end > lain["panel"]["y"] + 0.65 * lain["panel"]["height"], size
        visit.page.close()
    small, alone = edges.values()
    wide = [small[size] for size in SIZES[:4]]
    assert wide == sorted(wide)
    assert small[2560, 1440] > 1.7 * small[1440, 900]
    assert all(alone[size] >= 1.9 * small[size] for size in SIZES[:4])
    assert min(small.values()) >= 60
    assert small[390, 844] >= 80


# --- one large ---------------------------------------------------------------------------------------------


def test_a_double_click_or_enter_opens_it_and_escape_goes_back(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    visit.open(f"?sample={demo}&pixels=10,10")
    small = box_of(visit.months.nth(APRIL))["width"]
    visit.months.nth(APRIL).dblclick()
    wait_for_large(visit, f"one.month === {APRIL}")
    assert box_of(visit.large)["width"] > 5 * small
    cube = cube_of(corpus, demo, S2_SR)
    wanted = make(cube, render_spec.parse("true", S2_SR.id)).rgba(APRIL)
    found, measured = picture(visit), wanted[..., 3] > 0
    assert np.array_equal(found[..., 3] > 0, measured)
    assert np.array_equal(found[measured], wanted[measured])
    visit.wait_for_query(sentinel="large")
    assert visit.query["date"].startswith("2018-04-")
    assert visit.query["pixels"] == "10,10"  # neither click moved a pin
    expect(visit.months.first).to_be_hidden()
    expect(visit.large).to_be_focused()
    visit.page.keyboard.press("Escape")
    expect(visit.large).to_have_count(0)
    expect(visit.months.nth(APRIL)).to_be_focused()
    visit.wait_for_query(sentinel=None)
    # A band, by key.
    visit.bands.nth(4).focus()
    visit.page.keyboard.press("Enter")
    wait_for_large(visit, "one.title.startsWith('B05')")
    wanted = Painter(cube, ["B05"], measure(cube, ["B05"])).rgba(APRIL)
    assert np.array_equal(picture(visit)[wanted[..., 3] > 0], wanted[wanted[..., 3] > 0])
    visit.wait_for_query(sentinel="B05;large:B05")
    visit.page.keyboard.press("Escape")
    expect(visit.bands.nth(4)).to_be_focused()


def test_escape_in_a_panel_that_is_alone_closes_the_picture_first(visit: Visit, demo: str) -> None:
    open_large(visit, demo, "&panel=sentinel")
    visit.large.focus()
    visit.page.keyboard.press("Escape")
    expect(visit.months.first).to_be_visible()
    visit.wait_for_query(sentinel=None, panel="sentinel")
    visit.page.keyboard.press("Escape")
    visit.wait_for_query(panel=None)


def test_left_and_right_go_to_the_neighbour(visit: Visit, demo: str) -> None:
    open_large(visit, demo, "&date=2018-07-02")
    visit.large.focus()
    visit.page.keyboard.press("ArrowRight")
    wait_for_large(visit, "one.month === 7")
    visit.wait_for_date("2018-08-16")
    visit.page.get_by_role("button", name="Previous picture").click()
    wait_for_large(visit, "one.month === 6")
    expect(visit.page.get_by_role("group", name="Large Sentinel-2 picture").get_by_role("status").first).to_have_text("Jul 2018")  # fmt: skip
    for _ in range(6):
        visit.page.keyboard.press("ArrowLeft")
    wait_for_large(visit, "one.month === 0")
    expect(visit.page.get_by_role("button", name="Previous picture")).to_be_disabled()
    # The animation moves it too.
    visit.slider.press("End")
    wait_for_large(visit, "one.month === 11")
    visit.large.focus()
    visit.page.keyboard.press("Escape")
    expect(visit.months.nth(11)).to_be_focused()
    # The neighbour of a band is a band where the grid has a month's bands, and a month where it has a band's months.
    visit.bands.nth(0).dblclick()
    wait_for_large(visit, "one.title.startsWith('B02')")
    visit.page.keyboard.press("ArrowRight")
    wait_for_large(visit, "one.title.startsWith('B03') && one.month === 11")
    visit.page.keyboard.press("Escape")
    expect(visit.bands.nth(1)).to_be_focused()
    visit.page.get_by_role("button", name="A band's months").click()
    visit.page.get_by_role("group", name="Months of the band").get_by_role("button").nth(11).dblclick()
    visit.page.keyboard.press("ArrowLeft")
    wait_for_large(visit, "one.title.startsWith('B03') && one.month === 10")


def test_it_is_zoomed_and_moved_and_a_link_shows_it_so_again(visitor: Visitor, demo: str) -> None:
    visit = open_large(visitor(), demo)
    box = box_of(visit.large)
    spot = (box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    image = visit.page.get_by_role("img", name="Sentinel-2 image", exact=True)

    def ground() -> tuple[float, float]:
        """Shares of the picture that lie under the pointer."""
        at = box_of(image)
        return (spot[0] - at["x"]) / at["width"], (spot[1] - at["y"]) / at["height"]

    before = ground()
    visit.page.mouse.move(*spot)
    visit.page.mouse.wheel(0, -310)  # twice as large
    visit.wait("(wide) => seen.within(document, '.large .image').clientWidth > 1.9 * wide", box["width"])
    assert ground() == pytest.approx(before, abs=0.005)
    visit.page.wait_for_url(lambda url: "zoom:2" in url)
    zoomed = visit.query["sentinel"]
    at = box_of(image)
    visit.page.mouse.down()
    visit.page.mouse.move(spot[0] + 40, spot[1] + 30, steps=4)
    visit.page.mouse.up()
    moved = box_of(image)
    assert (moved["x"] - at["x"], moved["y"] - at["y"]) == pytest.approx((40, 30), abs=1)
    visit.page.wait_for_url(lambda _url: visit.query["sentinel"] != zoomed)
    visit.page.wait_for_timeout(500)  # it is told once it rests
    other = visitor().open("?" + visit.page.url.partition("?")[2])
    wait_for_large(other)
    again = box_of(other.page.get_by_role("img", name="Sentinel-2 image", exact=True))
    assert (again["x"], again["y"], again["width"]) == pytest.approx(
        (moved["x"], moved["y"], moved["width"]), abs=1.5
    )
    assert other.query["sentinel"] == visit.query["sentinel"]
    other.large.focus()
    other.page.keyboard.press("0")
    other.wait_for_query(sentinel="large")


def test_under_the_pointer_stands_what_is_measured(visit: Visit, corpus: Corpus, demo: str) -> None:
    open_large(visit, demo, "&date=2018-07-02")
    row, col = 12, 41
    fine = profiles.to_pf(row, col)
    visit.large.hover(position=place(visit, fine[0] + 0.5, fine[1] + 0.5))
    readout = visit.large.locator(".readout")
    cube = cube_of(corpus, demo, S2_SR)
    dn = [cube.data[JULY, cube.bands.index(band), row, col] for band in ("B04", "B03", "B02")]
    expect(readout).to_contain_text(f"row {row}, col {col}")
    left, _, _, top = corpus.cell(demo).bounds
    expect(readout).to_contain_text(f"E {left + 10 * col + 5:.0f} N {top - 10 * row - 5:.0f} m")
    expect(readout).to_contain_text(
        " · ".join(f"{b} {v / 10_000:.4f}" for b, v in zip(("B04", "B03", "B02"), dn, strict=True))
    )


def test_a_click_pins_the_ground_and_the_crosshair_is_drawn(visit: Visit, demo: str) -> None:
    open_large(visit, demo, "&pixels=10,10")
    row, col = 30, 20
    fine = profiles.to_pf(row, col)
    at = place(visit, *((v + 0.15) * 10 / 3 for v in (row, col)))  # near its corner: the pixel is what counts
    visit.large.click(position=at)
    visit.wait_for_profile(*fine)
    visit.wait_for_query(pixels=f"{fine[0]},{fine[1]}")
    over = visit.large.locator(".over").first
    assert visit.crosshair(over) == pytest.approx((fine[0] + 0.5, fine[1] + 0.5), abs=1.5)
    visit.large.click(position=place(visit, 100, 150), modifiers=["Shift"])
    visit.page.wait_for_url(lambda url: url.count(";") == 1 and f"{fine[0]},{fine[1]};" in url)
    # By keys: a step is a pixel of 10 m.
    visit.page.keyboard.press("p")
    before = visit.large.get_by_role("status").filter(has_text="Row").inner_text()
    visit.page.keyboard.press("ArrowRight")
    after = visit.large.get_by_role("status").filter(has_text="Row").inner_text()
    first, second = (int(re.findall(r"col (\d+)", text)[0]) for text in (before, after))
    assert second == first + 1
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url(lambda url: ";" not in url)
    _, column = (int(v) for v in visit.query["pixels"].split(","))
    assert profiles.to_s2(0, column)[1] == second


def test_a_region_can_be_drawn_in_it(visit: Visit, demo: str) -> None:
    open_large(visit, demo)
    visit.large.focus()
    visit.page.keyboard.press("b")
    for row, col, act in ((40, 50, "down"), (90, 120, "up")):
        at, box = place(visit, row, col), box_of(visit.large)
        visit.page.mouse.move(box["x"] + at["x"], box["y"] + at["y"])
        getattr(visit.page.mouse, act)()
    visit.wait_for_query(regions="box:40,50,90,120")
    expect(visit.large.get_by_role("group", name=re.compile("^Region A"))).to_be_visible()
    expect(visit.stage.get_by_role("group", name=re.compile("^Region A"))).to_be_visible()


def test_planet_fusion_of_the_nearest_date_is_swiped_or_beside_it(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    open_large(visit, demo, "&date=2018-07-02")
    compare(visit, "swipe")
    wait_for_large(visit, "one.planet === '2018-07-17'")
    visit.wait_for_query(sentinel="large:swipe", date="2018-07-02")
    label = visit.large.locator(".date").nth(1)
    expect(label).to_contain_text("17 Jul 2018")
    expect(label).to_contain_text("2 days from mid-Jul")
    shown = visit.page.get_by_role("img", name="Planet Fusion image of the nearest date")
    index = PF_SR.date_keys.index("2018-07-17")
    wanted = make(cube_of(corpus, demo, PF_SR), render_spec.parse("true", PF_SR.id)).rgb(index).astype(int)
    blocks = (visit.pixels(shown)[..., :3].astype(int) - wanted).reshape(25, 8, 25, 8, 3).mean(axis=(1, 3))
    assert np.abs(blocks).mean() < 4  # it came as JPEG
    # The same ground at the same place, however it is zoomed and moved.
    image = visit.page.get_by_role("img", name="Sentinel-2 image", exact=True)
    box = box_of(visit.large)
    visit.page.mouse.move(box["x"] + 60, box["y"] + 200)
    visit.page.mouse.wheel(0, -310)
    visit.wait("(wide) => seen.within(document, '.large .image').clientWidth > 1.9 * wide", box["width"])
    assert box_of(shown) == pytest.approx(box_of(image), abs=0.6)
    compare(visit, "side")
    visit.page.wait_for_url(lambda url: "large:side" in url)
    left, right = box_of(image), box_of(shown)
    panes = [box_of(pane) for pane in visit.large.locator(".pane").all()]
    assert panes[1]["x"] > panes[0]["x"] + panes[0]["width"]
    offsets = [
        (i["x"] - p["x"], i["y"] - p["y"], i["width"]) for i, p in zip((left, right), panes, strict=True)
    ]
    assert offsets[0] == pytest.approx(offsets[1], abs=0.6)
    visit.page.mouse.move(panes[1]["x"] + 50, panes[1]["y"] + 50)
    visit.page.mouse.down()
    visit.page.mouse.move(panes[1]["x"] + 20, panes[1]["y"] + 30, steps=3)
    visit.page.mouse.up()
    moved = [box_of(image), box_of(shown)]
    assert moved[0]["x"] - left["x"] == pytest.approx(-30, abs=1)
    assert moved[1]["x"] - right["x"] == pytest.approx(-30, abs=1)
    # What is under the pointer is of the picture that it is in.
    readout = visit.large.locator(".readout")
    expect(readout).to_contain_text("nir 0.")
    visit.page.mouse.move(panes[0]["x"] + 20, panes[0]["y"] + 30)
    expect(readout).to_contain_text("B04 0.")
    # The neighbour has its own date.
    visit.large.focus()
    visit.page.keyboard.press("ArrowRight")
    wait_for_large(visit, "one.planet === '2018-08-16'")
    expect(label).to_contain_text("1 day from mid-Aug")


def test_a_link_compares_at_once(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&date=2018-07-02&sentinel=swir;large:swipe")
    wait_for_large(visit, "one.mode === 'swipe' && one.planet === '2018-07-17' && one.title.includes('B12')")
    expect(visit.page.get_by_label("Compare with Planet Fusion")).to_have_value("swipe")
    expect(
        visit.page.get_by_role("slider", name="Swipe between Sentinel-2 and Planet Fusion")
    ).to_be_visible()
    visit.wait("() => seen.marks('animation-ready').length")
    shown = visit.page.get_by_role("img", name="Planet Fusion image of the nearest date")
    assert visit.pixels(shown)[..., 3].min() == 255
    assert visit.query["sentinel"] == "swir;large:swipe"
    # Back and forward go through it as through anything else.
    visit.large.focus()
    visit.page.keyboard.press("Escape")
    visit.wait_for_query(sentinel="swir")


def test_a_month_that_is_missing_says_so_and_the_next_one_is_shown(visit: Visit) -> None:
    open_large(visit, MARKED, "&date=2018-01-03")
    visit.large.focus()
    visit.page.keyboard.press("ArrowRight")
    # Planet Fusion has no date in February either: the month alone says which one is large.
    wait_for_large(visit, "one.month === 1")
    visit.wait_for_query(sentinel="large:2")
    expect(visit.large.locator(".pane .why").first).to_have_text("no mosaic")
    compare(visit, "swipe")
    expect(visit.large.locator(".date").nth(1)).to_contain_text("3 Jan 2018")
    expect(visit.large.locator(".date").nth(1)).to_contain_text("43 days from mid-Feb")
    visit.large.focus()
    for month in range(2, 7):
        visit.page.keyboard.press("ArrowRight")
        wait_for_large(visit, f"one.month === {month}")
    visit.wait_for_query(sentinel="large:swipe", date="2018-07-07")


def test_it_is_saved_as_a_picture_with_its_date_and_whose_it_is(visit: Visit, demo: str) -> None:
    open_large(visit, demo, ":side&date=2018-07-02&panel=sentinel")
    wait_for_large(visit, "one.planet === '2018-07-17'")
    texts = """() => {
      window.drawn = []
      const fill = CanvasRenderingContext2D.prototype.fillText
      CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { window.drawn.push(text); return fill.call(this, text, ...rest) }
    }"""
    visit.page.evaluate(texts)
    box = box_of(visit.large)
    with visit.page.expect_download() as got:
        visit.page.get_by_role("group", name="Large Sentinel-2 picture").get_by_role(
            "button", name="Save the picture as PNG"
        ).click()
    assert got.value.suggested_filename == f"{demo}_S2_2018-07.png"
    with Image.open(io.BytesIO(Path(got.value.path()).read_bytes())) as image:
        assert image.width == pytest.approx(2 * box["width"], abs=2)
        assert image.height > 2 * box["height"]
    said = " ".join(visit.page.evaluate("window.drawn"))
    for part in (
        "Jul 2018",
        "True colour",
        "17 Jul 2018",
        "2 days from mid-Jul",
        demo,
        " m",
        "Copernicus",
        "Planet",
    ):
        assert part in said, part


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(visit: Visit, demo: str, theme: str) -> None:
    open_large(visit, demo, f":swipe&theme={theme}")
    assert violations(visit.page) == []
    compare(visit, "side")
    assert violations(visit.page) == []


def test_a_phone_has_it_as_wide_as_the_page(visitor: Visitor, demo: str) -> None:
    visit = visitor((390, 844))
    visit.open(f"?sample={demo}", wait_for=("bands-drawn",))
    visit.page.get_by_role("button", name="The chosen month large").click()
    wait_for_large(visit)
    assert box_of(visit.large)["width"] > 330
    for control in visit.page.get_by_role("group", name="Large Sentinel-2 picture").locator(".bar > *").all():
        box = box_of(control)
        assert box["x"] + box["width"] <= 390
