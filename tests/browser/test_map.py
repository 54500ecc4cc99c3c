"""The map in a real browser: panned, zoomed, clicked, lassoed and filtered by mouse and keys, and looked at."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import expect

from explorer import open_corpus
from explorer.core import corine
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.area import Area
from explorer.corpus.query.filters import Filters
from explorer.review.records import Records
from explorer.views.common.palettes import class_table
from tests.browser.conftest import Visitor
from tests.browser.visit import MAP, MARKED, NARROW, Visit, query_of
from tests.talk import until

pytestmark = pytest.mark.browser
READY = ("ready", "map-drawn", "legend", "map-view")
SEA, LAND = (201, 218, 228), (221, 225, 218)


@pytest.fixture
def europe() -> Iterator[Corpus]:
    """The half million samples that the server of `demo` serves, opened here."""
    found = open_corpus("demo")
    yield found
    found.close()


@pytest.fixture
def visit(visitor: Visitor) -> Visit:
    """One visit of the demo, 1440 x 900."""
    return visitor(corpus="demo")


def ranges(visit: Visit) -> list[float]:
    """What the map shows: x0, x1, y0, y1 in EPSG:3857 metres."""
    code = "() => { const f = seen.figure('%s'); return [f.x_range.start, f.x_range.end, f.y_range.start, f.y_range.end] }"
    return list(visit.page.evaluate(code % MAP))


def picture(visit: Visit) -> tuple[np.ndarray, float, float]:
    """The map as it is on the screen, RGB `(y, x, 3)`, and its left and top in the window."""
    box = visit.page.evaluate(
        """(label) => {
          const view = Bokeh.index.find_one(seen.figure(label)), box = view.el.getBoundingClientRect(), inner = view.frame.bbox
          return { x: Math.ceil(box.x + inner.left), y: Math.ceil(box.y + inner.top), width: Math.floor(inner.width) - 1, height: Math.floor(inner.height) - 1 }
        }""",
        MAP,
    )
    data = visit.page.screenshot(clip=box)
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB")), box["x"], box["y"]


def share_of(visit: Visit, colour: tuple[int, ...]) -> float:
    """How much of the map is exactly of a colour."""
    seen, _, _ = picture(visit)
    return float((seen == np.array(colour)).all(axis=-1).mean())


def at(visit: Visit, x: float, y: float) -> tuple[int, ...]:
    """The colour on the screen at a place (EPSG:3857 metres)."""
    seen, left, top = picture(visit)
    px, py = visit.place_of(MAP, x, y)
    return tuple(int(v) for v in seen[int(py - top), int(px - left)])


def around(visit: Visit, x: float, y: float) -> set[tuple[int, ...]]:
    """Colours within two pixels of a place: a border may lie over it."""
    seen, left, top = picture(visit)
    px, py = visit.place_of(MAP, x, y)
    row, col = int(py - top), int(px - left)
    return {
        tuple(map(int, one)) for one in seen[row - 2 : row + 3, col - 2 : col + 3].reshape(-1, seen.shape[-1])
    }


def count(visit: Visit) -> int:
    """How many samples the legend says are shown."""
    text = visit.page.get_by_label("Samples shown").inner_text()
    return int(re.match(r"[\d,]+", text)[0].replace(",", ""))  # type: ignore[index]


def wait_for_count(visit: Visit, expected: int) -> None:
    visit.wait("(n) => seen.marks('legend').at(-1)?.detail.count === n", expected)
    assert count(visit) == expected


def drag(visit: Visit, places: list[tuple[float, float]]) -> None:
    """Press the mouse at the first place of the window, lead it over the others, let go at the last."""
    mouse = visit.page.mouse
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place, steps=6)
    visit.page.wait_for_timeout(120)  # held for a moment: a map that is let go in motion goes on
    mouse.up()


def middle(visit: Visit, x: float = 0.5, y: float = 0.5) -> tuple[float, float]:
    """A place of the window by shares of the map's width and height."""
    x0, x1, y0, y1 = ranges(visit)
    return visit.place_of(MAP, x0 + x * (x1 - x0), y0 + y * (y1 - y0))


def test_each_sample_is_drawn_in_its_colour_where_it_is(visitor: Visitor, corpus: Corpus) -> None:
    visit = visitor().open(f"?sample={MARKED}&layers=none")
    for row in corpus.samples.drop(MARKED).itertuples():
        assert corine.land_cover(int(str(row.clc))).rgb in around(visit, float(str(row.x)), float(str(row.y)))
    x, y = corpus.samples.loc[MARKED, ["x", "y"]].to_numpy()
    assert at(visit, x + 270_000, y) in (SEA, LAND)


def test_dragging_pans_and_the_wheel_zooms_and_the_picture_follows(visit: Visit) -> None:
    visit.open(wait_for=READY)
    before = ranges(visit)
    width = before[1] - before[0]
    drag(visit, [middle(visit), middle(visit, 0.7, 0.6)])
    until(lambda: (before[0] - ranges(visit)[0]) / width == pytest.approx(0.2, abs=0.02))
    visit.page.wait_for_url(lambda url: "map=" in url)  # a link comes back here
    visit.page.mouse.move(*middle(visit))
    for _ in range(3):
        drawn = visit.count("map-view")
        visit.page.mouse.wheel(0, -300)
        visit.wait_for_next("map-view", drawn)
    closer = ranges(visit)
    assert closer[1] - closer[0] < 0.8 * width
    visit.wait(
        """() => {
          const f = seen.figure("Map of samples by land cover class"), r = f.renderers.find((one) => one.name === "samples")
          const first = (v) => v[0] ?? v
          return Math.abs(first(r.data_source.data.dw) - (f.x_range.end - f.x_range.start)) < 1 && Math.abs(first(r.data_source.data.x) - f.x_range.start) < 1
        }"""
    )
    assert visit.page.get_by_role("img", name="Overview: where the map is in Europe").is_visible()


def test_what_is_drawn_is_the_class_there(visit: Visit, europe: Corpus) -> None:
    """Close enough that samples lie apart: each pixel under one is in its class's colour."""
    visit.open("?map=47,2.5,200&layers=none", wait_for=READY)
    x0, x1, y0, y1 = ranges(visit)
    s = europe.samples
    margin = 0.12 * (x1 - x0)
    inside = s[s["x"].between(x0 + margin, x1 - margin) & s["y"].between(y0 + margin, y1 - margin)]
    seen, left, top = picture(visit)
    table = corine.colour_table(3)
    right = 0
    for row in inside.itertuples():
        px, py = visit.place_of(MAP, float(str(row.x)), float(str(row.y)))
        wanted = table[corine.positions(np.array([row.clc]))[0]]
        near = seen[int(py - top) - 1 : int(py - top) + 2, int(px - left) - 1 : int(px - left) + 2]
        right += bool((np.abs(near.astype(int) - wanted).max(axis=-1) < 40).any())
    assert len(inside) > 100
    assert right > 0.9 * len(inside)


def test_a_click_in_the_legend_isolates_and_shift_click_adds(visit: Visit, europe: Corpus) -> None:
    visit.open(wait_for=READY)
    counts = europe.samples["clc"].value_counts()
    arable, forest = (corine.land_cover(code) for code in (211, 312))
    assert share_of(visit, arable.rgb) > 0.02
    assert share_of(visit, forest.rgb) > 0.02
    legend = visit.page.get_by_role("list", name="Legend")
    drawn = visit.count("map-view")
    legend.get_by_role("button", name=arable.title).click()
    wait_for_count(visit, int(counts[211]))
    visit.wait_for_next("map-view", drawn)
    until(lambda: share_of(visit, forest.rgb) == 0)  # the chart paints a little later
    assert share_of(visit, arable.rgb) > 0.02
    visit.wait_for_query(filter="largest:211")
    drawn = visit.count("map-view")
    legend.get_by_role("button", name=forest.title).click(modifiers=["Shift"])
    wait_for_count(visit, int(counts[211] + counts[312]))
    visit.wait_for_next("map-view", drawn)
    until(lambda: share_of(visit, forest.rgb) > 0.02)
    visit.page.get_by_role("button", name="Remove filter: Mostly Non-irrigated arable land + 1 more").click()
    wait_for_count(visit, len(europe.samples))
    visit.page.wait_for_url(lambda url: "filter=" not in url)


@pytest.mark.parametrize("palette", ["official", "safe"])
def test_levels_have_their_own_classes_and_colours(visit: Visit, europe: Corpus, palette: str) -> None:
    visit.open(f"?colours={palette}", wait_for=READY)
    drawn = visit.count("map-view")
    visit.page.get_by_role("radio", name="Level 1").click()
    visit.wait_for_next("map-view", drawn)
    buttons = visit.page.get_by_role("list", name="Legend").get_by_role("button")
    expect(buttons).to_have_count(5)
    largest = europe.filter_table.largest(1)
    expect(buttons.first).to_contain_text(f"{np.bincount(largest).max():,}")
    table = class_table(1, palette)
    for code in (2, 3):  # agriculture, forest
        until(lambda code=code: share_of(visit, tuple(int(v) for v in table[code])) > 0.05)
    visit.wait_for_query(level="1")


def test_filters_combine_count_and_come_off(visit: Visit, europe: Corpus) -> None:
    visit.open(wait_for=READY)
    page = visit.page
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("checkbox", name="France", exact=True).check()
    wait_for_count(visit, len(europe.query(countries="France")))
    page.get_by_label("Purity (largest class), from").fill("60")
    page.get_by_label("Purity (largest class), from").press("Enter")
    expected = europe.query(filters=Filters(countries=("France",), purity=(0.6, 1)))
    wait_for_count(visit, len(expected))
    page.get_by_label("Contains the class").select_option("31")
    page.get_by_label("Minimum fraction in percent").fill("80")
    page.get_by_label("Minimum fraction in percent").press("Enter")
    combined = Filters(countries=("France",), purity=(0.6, 1), classes=(31,), min_fraction=0.8)
    expected = europe.query(filters=combined)
    wait_for_count(visit, len(expected))
    page.wait_for_url(lambda url: Filters.parse(query_of(url).get("filter", "")) == (combined, ()))
    # The legend counts what is left, class by class.
    top = expected["clc"].value_counts()
    button = page.get_by_role("list", name="Legend").get_by_role("button").first
    expect(button).to_contain_text(f"{top.iloc[0]:,}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove filter: France").click()
    wait_for_count(visit, len(europe.query(filters=combined.without("countries"))))
    page.get_by_role("button", name="Clear all").first.click()
    wait_for_count(visit, len(europe.samples))


def test_a_box_is_a_set_with_a_table_that_can_be_taken_away(visit: Visit, europe: Corpus) -> None:
    visit.open("?map=47,2.5,1000", wait_for=READY)
    page = visit.page
    page.get_by_role("button", name="Select samples in a box").click()
    drag(visit, [middle(visit, 0.4, 0.4), middle(visit, 0.6, 0.6)])
    table = page.get_by_role("dialog", name="Selected samples")
    expect(table).to_be_visible()
    page.wait_for_url(lambda url: "area=" in url)
    area = Area.parse(visit.query["area"])
    rows = europe.samples[area.mask(europe.samples["x"].to_numpy(), europe.samples["y"].to_numpy())]
    assert len(rows) > 50
    x0, x1, *_ = ranges(visit)
    assert np.ptp(area.outline[:, 0]) == pytest.approx(0.2 * (x1 - x0), rel=0.05)
    wait_for_count(visit, len(rows))
    expect(table.get_by_role("heading")).to_have_text(f"{len(rows):,} samples")
    top = rows["clc"].value_counts()
    expect(table.get_by_role("listitem").first).to_contain_text(f"{top.iloc[0]:,}")
    table.get_by_role("button", name="Fraction").click()
    expect(table.get_by_role("columnheader", name="Fraction")).to_have_attribute("aria-sort", "descending")
    shown = table.get_by_role("row").nth(1).get_by_role("cell").nth(2).inner_text()
    assert shown == f"{100 * rows['fraction'].max():.0f} %"
    table.get_by_role("button", name="Next page").click()
    expect(table.locator(".page")).to_have_text(re.compile(r"^2 / "))
    with page.expect_download() as download:
        table.get_by_role("button", name="CSV").click()
    taken = pd.read_csv(download.value.path(), comment="#", index_col="sample_id")
    assert sorted(taken.index) == sorted(rows.index)
    table.get_by_role("row").nth(1).get_by_role("button").click()
    first = table.get_by_role("row").nth(1).get_by_role("cell").first.inner_text()
    expect(page.locator("header code")).to_have_text(first)
    table.get_by_role("button", name="Close the table").click()
    expect(table).to_be_hidden()
    page.get_by_role("button", name="Remove filter: Area").click()
    wait_for_count(visit, len(europe.samples))


def test_a_box_may_be_drawn_from_any_corner_and_then_the_mouse_moves_the_map(visit: Visit) -> None:
    visit.open("?map=47,2.5,1000", wait_for=READY)
    page, mouse = visit.page, visit.page.mouse
    box = f"() => seen.figure('{MAP}').toolbar.tools.find((tool) => tool.type === 'BoxSelectTool').overlay.visible"
    page.get_by_role("button", name="Select samples in a box").click()
    x0, x1, y0, y1 = ranges(visit)
    mouse.move(*middle(visit, 0.7, 0.35))
    mouse.down()
    mouse.move(*middle(visit, 0.3, 0.65), steps=6)
    visit.wait(box)  # what is drawn can be seen
    mouse.up()
    page.wait_for_url(lambda url: "area=" in url)
    visit.wait(f"() => !({box})()")
    west, south = Area.parse(visit.query["area"]).outline.min(axis=0)
    east, north = Area.parse(visit.query["area"]).outline.max(axis=0)
    for found, share, low, high in (
        (west, 0.3, x0, x1), (east, 0.7, x0, x1), (south, 0.35, y0, y1), (north, 0.65, y0, y1),
    ):  # fmt: skip
        assert (found - low) / (high - low) == pytest.approx(share, abs=0.02)
    assert ranges(visit)[:2] == [
        x0,
        x1,
    ]  # to draw moves nothing; the legend, which names the area, takes some height
    page.get_by_role("dialog", name="Selected samples").get_by_role("button", name="Close the table").click()
    assert page.get_by_role("button", name="Drag to move").get_attribute("aria-pressed") == "true"
    area = visit.query["area"]
    drag(visit, [middle(visit), middle(visit, 0.6, 0.5)])
    until(lambda: (x0 - ranges(visit)[0]) / (x1 - x0) == pytest.approx(0.1, abs=0.02))
    assert visit.query["area"] == area


def test_a_lasso_takes_what_it_encloses(visit: Visit, europe: Corpus) -> None:
    visit.open("?map=47,2.5,1000", wait_for=READY)
    page = visit.page
    page.get_by_role("button", name="Select samples with a lasso").click()
    x0, x1, y0, y1 = ranges(visit)
    corners = [(0.3, 0.3), (0.7, 0.3), (0.5, 0.7), (0.31, 0.31)]
    drag(visit, [middle(visit, *corner) for corner in corners])
    page.wait_for_url(lambda url: "area=" in url)
    area = Area.parse(visit.query["area"])
    rows = area.mask(europe.samples["x"].to_numpy(), europe.samples["y"].to_numpy())
    wait_for_count(visit, int(rows.sum()))
    box = Area.box(
        *(
            x0 + v * (x1 - x0) if i % 2 == 0 else y0 + v * (y1 - y0)
            for i, v in enumerate((0.3, 0.3, 0.7, 0.7))
        )
    )
    in_box = box.mask(europe.samples["x"].to_numpy(), europe.samples["y"].to_numpy())
    assert 0.35 < rows.sum() / in_box.sum() < 0.65  # a triangle is half of its box
    assert (rows & ~in_box).sum() < 0.03 * rows.sum()
    assert page.get_by_role("button", name="Drag to move").get_attribute("aria-pressed") == "true"


def test_close_by_samples_are_footprints_that_tell_what_they_are(visitor: Visitor, corpus: Corpus) -> None:
    visit = visitor()
    row = corpus.samples.loc[MARKED]
    other = next(i for i in corpus.samples.index if i != MARKED)
    visit.open(f"?sample={other}&map={row['lat']:.4f},{row['lon']:.4f},3", wait_for=READY)
    visit.wait(
        "() => { const s = seen.figure('Map of samples by land cover class').renderers.find((r) => r.glyph.type === 'ImageRGBA'); return s && s.data_source.data.x.length === 1 }"
    )
    outline = np.asarray(corpus.cell(MARKED).footprint(3857).exterior.coords)[:4]
    left, top = visit.place_of(MAP, *outline[3])
    right, bottom = visit.place_of(MAP, *outline[1])
    # The chip's own corners: red north-west, blue south-west, darker west, brighter east.
    step = 0.05 * (right - left)
    seen, x, y = picture(visit)
    corner = {name: seen[int(py - y), int(px - x)].astype(int) for name, px, py in (
        ("red", left + step, top + step), ("blue", left + step, bottom - step), ("green", right - step, top + step),
    )}  # fmt: skip
    for i, name in enumerate(("red", "green", "blue")):
        assert corner[name].argmax() == i, (name, corner[name])
    visit.page.mouse.move((left + right) / 2, (top + bottom) / 2)
    tip = visit.page.get_by_text(MARKED).last
    expect(tip).to_be_visible()
    with Records.open(corpus) as records:  # other tests may have judged it
        state = records.states().get(MARKED, "not reviewed")
    expect(visit.page.get_by_text(f"60 % largest class · {state}")).to_be_visible()


def test_density_has_a_key_and_other_colours(visit: Visit) -> None:
    visit.open(wait_for=READY)
    forest = corine.land_cover(312).rgb
    assert share_of(visit, forest) > 0.02
    page, drawn = visit.page, visit.count("map-view")
    page.get_by_role("button", name="Layers").click()
    page.get_by_role("radio", name="Density of samples").click()
    expect(
        page.get_by_role("img", name=re.compile(r"^Density: from 1 to \d+ samples a pixel"))
    ).to_be_visible()
    visit.wait_for_next("map-view", drawn)
    page.keyboard.press("Escape")
    until(lambda: share_of(visit, forest) == 0)
    visit.wait_for_query(draw="density")


def test_the_map_works_with_the_keyboard_alone(visit: Visit, europe: Corpus) -> None:
    visit.open(wait_for=READY)
    page = visit.page
    visit.search_field.focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate(
            "() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; return e?.getAttribute('role') === 'application' }"
        ):
            break
    else:
        raise AssertionError("Tab never comes to the map")
    before = visit.sample
    start = europe.samples.loc[before]
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: "sample=" in url and before not in url)
    after = europe.samples.loc[visit.query["sample"]]
    assert 0 < after["x"] - start["x"] < 60_000
    assert abs(after["y"] - start["y"]) <= after["x"] - start["x"]
    x0, x1, *_ = ranges(visit)
    page.keyboard.press("+")
    visit.wait(
        f"(w) => {{ const f = seen.figure('{MAP}'); return f.x_range.end - f.x_range.start < 0.6 * w }}",
        x1 - x0,
    )
    page.keyboard.press("0")
    visit.wait(
        f"(w) => {{ const f = seen.figure('{MAP}'); return f.x_range.end - f.x_range.start > 0.9 * w }}",
        x1 - x0,
    )
    page.keyboard.press("Shift+ArrowUp")
    visit.page.wait_for_url(lambda url: "map=" in url)
    # and the bar behind it
    for name in (
        "Drag to move", "Select samples in a box", "Select samples with a lasso", "Select the samples that are in view", "Filters",
    ):  # fmt: skip
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; return e?.getAttribute('aria-label') || e?.textContent }"
        )
        assert focused == name
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Filters")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Filters")).to_be_hidden()


def test_a_link_brings_back_filters_area_level_place_and_look(visit: Visit, europe: Corpus) -> None:
    link = "?filter=country:Spain;classes:1-2&area=-6,38;-2,42&level=2&map=40,-4,1200&theme=dark&draw=class"
    visit.open(link, wait_for=READY)
    s = europe.samples
    inside = Area.parse("-6,38;-2,42").mask(s["x"].to_numpy(), s["y"].to_numpy())
    mask = Filters(countries=("Spain",), mixture=(1, 2)).mask(europe.filter_table) & inside
    wait_for_count(visit, int(mask.sum()))
    x0, x1, *_ = ranges(visit)
    assert (x0 + x1) / 2 == pytest.approx(-445_278, abs=3_000)
    assert visit.page.get_by_role("radio", name="Level 2").get_attribute("aria-checked") == "true"
    seen, _, _ = picture(visit)
    assert np.median(seen[:, :, 1]) < 90  # dark ground
    drawn = visit.count("legend")
    visit.page.reload()
    visit.wait("(n) => seen.marks('legend').at(-1)?.detail.count === n", int(mask.sum()))
    assert drawn


def test_the_search_box_takes_countries_and_the_usual_forms_of_places(visit: Visit, europe: Corpus) -> None:
    visit.open(wait_for=READY)
    visit.search("Portugal")
    visit.wait(f"() => {{ const f = seen.figure('{MAP}'); return f.x_range.end - f.x_range.start < 1.6e6 }}")
    x0, x1, y0, y1 = ranges(visit)
    assert x0 < -900_000 < x1
    assert y0 < 4.8e6 < y1
    visit.search("48°51'24\"N 2°21'8\"E")
    away = np.hypot(europe.samples["x"] - 261_835, europe.samples["y"] - 6_250_555)
    visit.page.wait_for_url(lambda url: str(away.idxmin()) in url)
    until(lambda: ranges(visit)[0] < 261_835 < ranges(visit)[1])  # the map flies there


def test_scale_bar_and_coordinates_are_true(visit: Visit) -> None:
    visit.open("?map=60,20,500", wait_for=READY)
    bar = visit.page.get_by_role("img", name=re.compile(r"^Scale bar: "))
    width = bar.bounding_box()["width"]  # type: ignore[index]
    number, unit = (bar.get_attribute("aria-label") or "").removeprefix("Scale bar: ").split()
    metres = float(number) * (1000 if unit == "km" else 1)
    assert metres / width == pytest.approx(500 * np.cos(np.radians(60)), rel=0.05)
    visit.page.mouse.move(*middle(visit))
    output = visit.page.get_by_label("Coordinates under the pointer")
    expect(output).to_have_text(re.compile(r"^(59\.9|60\.0)\d+° N, (19\.9|20\.0)\d+° E$"))


@pytest.mark.parametrize("size", [(1440, 900), NARROW])
def test_bars_and_popovers_stay_within_the_map(visitor: Visitor, size: tuple[int, int]) -> None:
    visit = visitor(size, corpus="demo").open(wait_for=READY)
    region = visit.region("Sample map").bounding_box()
    assert region is not None
    for name in ("Filters", "Layers"):
        visit.page.get_by_role("button", name=name).click()
        box = visit.page.get_by_role(
            "dialog", name="Filters" if name == "Filters" else "Map layers"
        ).bounding_box()
        assert box is not None
        assert box["x"] >= region["x"]
        assert box["x"] + box["width"] <= region["x"] + region["width"]
        assert box["y"] + box["height"] <= region["y"] + region["height"]
        visit.page.keyboard.press("Escape")
    if size == (1440, 900):
        assert visit.page.evaluate("document.documentElement.scrollHeight") <= 900
