"""The page as people use it, in a real browser, on a corpus that has nearly everything wrong in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator, expect

from explorer.analysis import profiles
from explorer.analysis.composite import Painter, bands_of
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from tests.browser.conftest import Visitor
from tests.browser.visit import INDEX, LACKING, MAP, MARKED, MARKS, NARROW, THERE_OF_LACKING, WIDE, Visit
from tests.talk import until

pytestmark = pytest.mark.browser

REGIONS = ("Sample map", "Planet Fusion animation", "Sentinel-2 bands", "Temporal profile", "Labels")
CORNERS = {"red": (5, 5), "green": (5, 194), "blue": (194, 5), "nir": (194, 194)}


def painter(corpus: Corpus, sample_id: str, composite: str = "true") -> Painter:
    cube = corpus.cubes.get(corpus.cell(sample_id), PF_SR)
    return Painter(cube, bands_of(composite, PF_SR.id))


def difference(visit: Visit, picture: np.ndarray) -> float:
    """Mean difference between what the animation shows and a picture, grey values."""
    return float(np.abs(visit.pixels(visit.image)[..., :3].astype(int) - picture).mean())


def milliseconds(day: dt.date) -> float:
    return pd.Timestamp(day).timestamp() * 1000 + 10.5 * 3_600_000


# --- the page as a whole -----------------------------------------------------------------------------
def test_all_regions_are_in_sight_and_all_marks_are_set(visit: Visit) -> None:
    visit.open()
    for name in REGIONS:
        box = visit.region(name).bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert box["height"] > 90
        assert 0 <= box["x"] < box["x"] + box["width"] <= WIDE[0]
        assert 0 <= box["y"] < box["y"] + box["height"] <= WIDE[1]
    size = visit.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert size == list(WIDE)
    assert visit.count("ready") == 1
    times = {m: visit.page.evaluate("(name) => seen.marks(name)[0].startTime", m) for m in MARKS}
    # The first picture comes with the HTML, before the page's scripts have run.
    assert times["first-frame"] < times["ready"] <= times["sample-selected"] <= times["animation-ready"]
    expect(visit.notice).to_be_hidden()
    expect(visit.page).to_have_title(f"{visit.sample} · RapidAI4EO explorer")


def test_the_first_picture_is_there_before_the_page_and_gives_way_to_it(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    visit.page.route("**/scripts/*.js", lambda route: None)  # never comes
    visit.open(f"?sample={demo}&date=2019-03-09&composite=false", wait_for=("first-frame",))
    shown = visit.pixels(visit.page.locator("#shell canvas"))[..., :3].astype(int)
    wanted = painter(corpus, demo, "false").rgb(PF_SR.date_keys.index("2019-03-09"))
    assert np.abs(shown - wanted).mean() < 4  # natural colour needs no other date
    assert np.abs(shown - wanted[:, ::-1]).mean() > 16
    drawn = {
        box["name"]: box
        for box in visit.page.evaluate(
            "[...document.querySelectorAll('#shell .shell-panel')].map((e) => ({ name: e.innerText.trim(), ...e.getBoundingClientRect().toJSON() }))"
        )
    }
    visit.page.unroute("**/scripts/*.js")
    visit.open(f"?sample={demo}&date=2019-03-09&composite=false")
    expect(visit.page.locator("#shell")).to_have_count(0)
    for name, region in (
        ("Planet Fusion", visit.region("Planet Fusion animation")),
        ("Sentinel-2", visit.region("Sentinel-2 bands")),
    ):
        there = region.bounding_box()
        assert there is not None
        # The skeleton has the panels where they come to be.
        assert all(abs(drawn[name][side] - there[side]) < 12 for side in ("x", "y", "width", "height")), (
            name,
            there,
            drawn[name],
        )
    assert visit.date == "2019-03-09"
    assert difference(visit, wanted) < 4


def test_panels_do_not_overlap(visit: Visit) -> None:
    visit.open(wait_for=("bands-drawn",))
    boxes = []
    for name in REGIONS:
        box = visit.region(name).bounding_box()
        assert box is not None
        boxes.append((box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]))
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.parametrize("panel", ["planet", "sentinel", "profile", "map"])
def test_a_panel_alone_fills_the_page_and_escape_gives_the_others_back(visit: Visit, panel: str) -> None:
    visit.open(f"?panel={panel}", wait_for=("ready", "sample-selected"))
    names = {"map": "Sample map", "planet": "Planet Fusion animation", "sentinel": "Sentinel-2 bands", "profile": "Temporal profile"}  # fmt: skip
    box = visit.region(names[panel]).bounding_box()
    assert box is not None
    assert box["width"] > 0.95 * WIDE[0]
    assert box["height"] > 0.6 * WIDE[1]
    for other in names:
        if other != panel:
            visit.region(names[other]).wait_for(state="hidden")
    visit.page.keyboard.press("Escape")
    for name in names.values():
        visit.region(name).wait_for()
    visit.page.wait_for_url(lambda url: "panel=" not in url)


def test_a_narrow_window_scrolls_down_but_never_sideways(visitor: Visitor) -> None:
    visit = visitor(NARROW).open()
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    assert width == NARROW[0]
    for name in REGIONS:
        box = visit.region(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW[0]
    spectrum = visit.page.get_by_role("figure", name="Spectrum: reflectance against wavelength")
    box = spectrum.bounding_box()
    assert box is not None
    assert box["height"] > 150


def test_every_control_has_a_name(visit: Visit) -> None:
    visit.open(wait_for=("bands-drawn",))
    nameless = visit.page.locator(
        ":is(button, select, input, [role=slider], [role=img]):visible"
    ).evaluate_all(
        "(all) => all.filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim())).map((e) => e.outerHTML)"
    )
    assert nameless == []


def test_two_visitors_do_not_move_each_other(visitor: Visitor, demo: str) -> None:
    one, other = visitor().open(f"?sample={demo}"), visitor().open(f"?sample={MARKED}")
    one.pick(20, 30)
    one.page.get_by_role("button", name="False colour (NIR)").click()
    one.slider.press("ArrowRight")
    one.wait_for_date("2018-07-07")
    assert other.sample == MARKED
    assert other.date == "2018-07-02"
    assert other.query.get("pixels", "150,110") == "150,110"
    expect(other.page.get_by_role("button", name="True colour")).to_have_attribute("aria-pressed", "true")


# --- the animation -----------------------------------------------------------------------------------
def test_the_animation_shows_the_chip_of_its_date(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}")
    paint = painter(corpus, demo)
    for iso, key in (("2018-07-02", None), ("2018-01-03", "Home"), ("2019-12-29", "End")):
        if key:
            visit.slider.press(key)
            visit.wait_for_date(iso)
        shown = PF_SR.dates.index(dt.date.fromisoformat(iso))
        assert difference(visit, paint.rgb(shown)) < 4
        assert difference(visit, paint.rgb(shown)[:, ::-1]) > 8  # no other way round


def test_north_is_up_and_west_is_left(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}")
    shown = visit.pixels(visit.image).astype(int)
    for channel, name in enumerate(("red", "green", "blue")):
        pixel = shown[CORNERS[name]]
        assert pixel[channel] > 200, name
        assert all(pixel[other] < 60 for other in range(3) if other != channel), name
    assert shown[100, 20, :3].mean() < shown[100, 180, :3].mean()
    small = visit.pixels(visit.months.nth(6).locator("canvas").first).astype(int)
    assert small.shape == (60, 60, 4)
    for channel, place in enumerate(((2, 2), (2, 57), (57, 2))):
        pixel = small[place]
        assert pixel[channel] > 200
        assert all(pixel[other] < 60 for other in range(3) if other != channel)


def test_false_colour_changes_every_picture(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}")
    before, months = visit.pixels(visit.image), visit.count("bands-drawn")
    visit.page.get_by_role("button", name="False colour (NIR)").click()
    visit.wait_for_next("bands-drawn", months)
    visit.page.wait_for_url(lambda url: "composite=false" in url)
    wanted = painter(corpus, demo, "false").rgb(36)
    until(lambda: difference(visit, wanted) < 4)  # the new frame comes within some messages
    assert np.abs(visit.pixels(visit.image).astype(int) - before).mean() > 10


def test_play_advances_and_pause_stops(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    visit.page.get_by_label("Frames per second").select_option("25")
    visit.page.get_by_role("button", name="Play").click()
    at = PF_SR.dates.index(dt.date(2018, 7, 2))
    visit.wait("(index) => Number(seen.slider().getAttribute('aria-valuenow')) > index", at + 10)
    visit.page.get_by_role("button", name="Pause").click()
    expect(visit.page.get_by_role("button", name="Play")).to_be_visible()
    stopped = visit.date
    assert stopped is not None
    visit.wait_for_date(stopped)  # where it stopped is in the URL
    frames = visit.page.evaluate("() => new Promise((done) => { let n = 0; const tick = () => n++ < 15 ? requestAnimationFrame(tick) : done(n); tick() })")  # fmt: skip
    assert frames > 10
    assert visit.date == stopped


def test_play_loops_or_ends(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&date=2019-12-19")
    visit.page.get_by_role("button", name="Loop").click()
    visit.page.get_by_role("button", name="Play").click()
    visit.wait_for_date("2019-12-29")
    expect(visit.page.get_by_role("button", name="Play")).to_be_visible()
    visit.page.get_by_role("button", name="Loop").click()
    visit.page.get_by_role("button", name="Play").click()
    visit.wait("() => Number(seen.slider().getAttribute('aria-valuenow')) < 100")


def test_steps_and_ends_by_buttons_and_keys(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    button = lambda name: visit.page.get_by_role("button", name=name, exact=True)  # noqa: E731
    for act, iso in (
        (lambda: button("Next date").click(), "2018-07-07"),
        (lambda: button("Previous date").click(), "2018-07-02"),
        (lambda: visit.stage.press("ArrowLeft"), "2018-06-27"),
        (lambda: visit.stage.press("ArrowRight"), "2018-07-02"),
        (lambda: button("Last date").click(), "2019-12-29"),
        (lambda: button("Next date").click(), "2019-12-29"),
        (lambda: button("First date").click(), "2018-01-03"),
        (lambda: visit.slider.press("End"), "2019-12-29"),
    ):
        act()
        visit.wait_for_date(iso)
    visit.stage.press("Home")
    visit.stage.press(" ")
    expect(button("Pause")).to_be_visible()
    visit.stage.press(" ")
    expect(button("Play")).to_be_visible()


def test_scrubbing_follows_the_pointer(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    visit.page.mouse.move(*visit.on_timeline(10))
    visit.page.mouse.down()
    expect(visit.slider).to_have_attribute("aria-valuetext", PF_SR.date_keys[10])
    visit.page.mouse.move(*visit.on_timeline(100), steps=4)
    expect(visit.slider).to_have_attribute("aria-valuetext", PF_SR.date_keys[100])
    visit.page.mouse.up()
    visit.wait_for_date(PF_SR.date_keys[100])
    visit.page.mouse.move(*visit.on_timeline(20))
    assert visit.date == PF_SR.date_keys[100]  # not without the button
    assert visit.cursor() == milliseconds(PF_SR.dates[100])


# --- the profile ---------------------------------------------------------------------------------------
def check_profile(visit: Visit, corpus: Corpus, sample_id: str, row: int, col: int) -> None:
    """What the charts hold of the last pin equals what `profiles.pixel` reads."""
    table = profiles.pixel(corpus, sample_id, row=row, col=col).dropna(subset="value")
    for product, short, bands in (
        (PF_SR, "pf", ("blue", "green", "red", "nir")),
        (S2_SR, "s2", ("B02", "B03", "B04", "B08")),
    ):
        shift = pd.Timedelta(days=14 if product is S2_SR else 0)  # a mosaic stands in the middle of its month
        here = table[table["product"] == product.id]
        shown = pd.DataFrame(visit.columns(f"bands-{short}"))
        for band in bands:
            wanted = here[here["band"] == band]
            found = shown[shown["band"] == band]
            assert found["value"].tolist() == pytest.approx(wanted["value"].tolist(), abs=2e-6)
            times = (wanted["date"] + shift).astype("datetime64[ms]").astype("int64").tolist()
            assert found["date"].tolist() == times
        ndvi = pd.DataFrame(visit.columns(f"index-{short}"))
        last = ndvi[(ndvi["band"] == "NDVI") & (ndvi["who"] == f"row {row}, col {col}")]
        assert last["value"].tolist() == pytest.approx(
            here[here["band"] == "NDVI"]["value"].tolist(), abs=2e-6
        )
    assert len(visit.columns("bands-lines")["ys"]) == 4


def test_a_click_on_a_pixel_draws_its_profile(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}")
    visit.pick(42, 137)
    check_profile(visit, corpus, demo, 42, 137)
    visit.page.wait_for_url(lambda url: "pixels=42,137" in url)
    expect(visit.page.get_by_role("textbox", name="Name of pin 1 at row 42, col 137")).to_be_visible()
    for over in (
        visit.stage.locator(".over").first,
        visit.months.nth(6).locator(".over"),
        visit.bands.nth(0).locator(".over"),
    ):
        assert visit.crosshair(over) == pytest.approx((42.5, 137.5), abs=2.5)


def test_corner_pixels_can_be_picked(visit: Visit, corpus: Corpus) -> None:
    visit.open(f"?sample={MARKED}")
    for row, col in ((0, 0), (199, 199), (0, 199)):
        visit.pick(row, col)
        check_profile(visit, corpus, MARKED, row, col)


def test_shift_click_adds_pins_and_clear_keeps_the_last(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=10,10")
    visit.pick(60, 70, add=True)
    visit.pick(120, 80, add=True)
    visit.page.wait_for_url(lambda url: "pixels=10,10;60,70;120,80" in url)
    check_profile(visit, corpus, demo, 120, 80)
    ndvi = visit.columns("index-lines")
    assert len(ndvi["ys"]) == len(set(ndvi["colour"])) == 3
    visit.page.get_by_role("button", name="Remove all pins but the last").click()
    visit.page.wait_for_url(lambda url: url.endswith("pixels=120,80"))
    visit.wait("() => seen.part('index-lines').ys.length === 1")


def test_shift_and_a_click_in_a_sentinel_tile_pin_the_same_ground(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    visit.open(f"?sample={demo}&pixels=10,10")
    for tile, (row, col) in ((visit.months.nth(3), (12, 40)), (visit.bands.nth(5), (50, 7))):
        visit.pin_in_tile(tile, row, col)
        fine = profiles.to_pf(row, col)
        check_profile(visit, corpus, demo, *fine)
        visit.page.wait_for_url(lambda url, fine=fine: f"{fine[0]},{fine[1]}" in url)
    assert visit.query["pixels"] == "10,10;41,135;168,25"
    assert visit.date == "2018-07-02"


def test_a_click_on_a_month_moves_the_animation_there(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=10,10")
    visit.months.nth(3).locator(".frame").click()
    visit.page.wait_for_url(lambda url: "date=2018-04-" in url)
    expect(visit.months.nth(3)).to_have_attribute("aria-pressed", "true")
    expect(visit.region("Sentinel-2 bands").get_by_text("Bands of Apr 2018")).to_be_visible()
    visit.months.nth(10).press("Space")
    visit.page.wait_for_url(lambda url: "date=2018-11-" in url)
    assert visit.query["pixels"] == "10,10"  # where one was, nothing else


def test_a_click_on_the_chart_moves_the_animation_there(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    low, high = visit.page.evaluate("() => seen.chart('index').view.y")
    for iso in ("2018-05-28", "2019-08-06"):
        day = dt.date.fromisoformat(iso)
        visit.click_chart(INDEX, milliseconds(day), (low + high) / 2)
        visit.wait_for_date(iso)
        for cursor in ("index", "bands"):
            assert visit.cursor(cursor) == milliseconds(day)


def test_the_spectrum_follows_the_date(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137")
    table = profiles.pixel(corpus, demo, row=42, col=137).dropna(subset="wavelength")
    for key, iso in ((None, "2018-07-02"), ("Home", "2018-01-03")):
        if key:
            visit.slider.press(key)
            visit.wait_for_date(iso)
        shown = pd.DataFrame(visit.columns("spectrum-dots"))
        for sensor, day in (("Planet Fusion", iso), ("Sentinel-2", iso[:8] + "01")):
            wanted = table[(table["sensor"] == sensor) & (table["date"] == f"{day} 10:30")].dropna(
                subset="value"
            )
            found = shown[shown["sensor"] == sensor].set_index("band")["reflectance"]
            assert found.to_dict() == pytest.approx(wanted.set_index("band")["value"].to_dict(), abs=2e-6)


# --- the link --------------------------------------------------------------------------------------------
def test_a_link_opens_exactly_what_it_says(visit: Visit, corpus: Corpus, demo: str) -> None:
    query = f"?sample={demo}&date=2019-03-09&pixels=120,80;30,40&composite=false"
    visit.open(query)
    assert visit.sample == demo
    assert visit.date == "2019-03-09"
    expect(visit.page.get_by_role("button", name="False colour (NIR)")).to_have_attribute(
        "aria-pressed", "true"
    )
    check_profile(visit, corpus, demo, 30, 40)
    assert len(visit.columns("index-lines")["ys"]) == 2
    assert visit.page.url == f"{visit.url}/{query}"  # nothing to add
    visit.slider.press("ArrowRight")
    visit.wait_for_date("2019-03-14")
    again = visit.page.url
    visit.page.reload()
    visit.wait("() => window.seen && seen.marks('animation-ready').length")
    assert (visit.sample, visit.date, visit.page.url) == (demo, "2019-03-14", again)


def test_back_and_forward_go_from_sample_to_sample(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={MARKED}")
    visit.pick(20, 30)
    visit.page.wait_for_url(lambda url: "pixels=20,30" in url)
    visit.search(demo)
    visit.wait_for_sample(demo)
    visit.search(LACKING)
    visit.wait_for_sample(LACKING)
    for go, sample_id in (
        (visit.page.go_back, demo),
        (visit.page.go_back, MARKED),
        (visit.page.go_forward, demo),
    ):
        shown = visit.count("sample-selected")
        go()
        visit.wait_for_next("sample-selected", shown)
        expect(visit.page.locator("header code")).to_have_text(sample_id)
        visit.wait_for_query(sample=sample_id)
    visit.page.go_back()
    expect(visit.page.locator("header code")).to_have_text(MARKED)
    visit.page.wait_for_url(lambda url: "pixels=20,30" in url)  # as it was left


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?sample=33N_15E-200N_02_09", "sample 33N_15E-200N_02_09 is not in the corpus"),
        ("?sample=nowhere", "'nowhere' is not a sample id"),
        ("?sample=<script>window.hacked=1</script>&date=<img src=x onerror=window.hacked=1>", "<script>window.hacked=1</script>"),
        ("?date=2018-07-03", "PF-SR has no date 2018-07-03"),
        ("?pixels=1,2;300,4", "pixel row 300, col 4 is outside the chip"),
    ],
)  # fmt: skip
def test_a_bad_link_is_told_and_the_page_works(visit: Visit, corpus: Corpus, query: str, named: str) -> None:
    visit.open(query)
    expect(visit.notice).to_contain_text(named)
    assert visit.page.evaluate("() => window.hacked") is None
    visit.pick(33, 44)
    check_profile(visit, corpus, visit.sample, 33, 44)
    visit.notice.get_by_role("button", name="Dismiss").click()
    expect(visit.notice).to_be_hidden()


# --- the map and the search -------------------------------------------------------------------------------
def test_a_click_on_the_map_selects_the_nearest_sample_and_a_far_one_none(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    visit.open(f"?sample={MARKED}")
    for sample_id in (demo, LACKING):
        x, y = corpus.samples[["x", "y"]].loc[sample_id].to_numpy()
        left, top = visit.place_of(MAP, x, y)
        visit.page.mouse.click(left + 2, top - 2)
        visit.wait_for_sample(sample_id)
        assert visit.sample == sample_id
    selected = visit.count("sample-selected")
    x, y = corpus.samples[["x", "y"]].loc[MARKED].to_numpy()
    left, top = visit.place_of(MAP, x, y)
    visit.page.mouse.click(left + 60, top)  # no sample there: nothing happens
    visit.pick(1, 1)  # and what came after it has been done
    assert visit.sample == LACKING
    assert visit.count("sample-selected") == selected


def test_the_search_box_takes_ids_and_places(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}")
    visit.search(MARKED)
    visit.wait_for_sample(MARKED)
    row = corpus.samples.loc[demo]
    visit.search(f"{row['lat']:.4f}, {row['lon']:.4f}")
    visit.page.wait_for_url(lambda url: f"sample={demo}" in url)
    expect(visit.page.locator("header code")).to_have_text(demo)
    for text, said in (
        ("nowhere", "nothing of 'nowhere' was understood"),
        ("33N_15E-200N_02_09", "33N_15E-200N_02_09 is not in the corpus"),
        ("91, 0", "give latitude"),
        ("<b>x</b>", "<b>x</b>"),
    ):
        visit.search(text)
        expect(visit.notice).to_contain_text(said)
    assert visit.sample == demo
    visit.search(MARKED)
    expect(visit.notice).to_be_hidden()


def test_surprise_me_shows_another_sample(visit: Visit, corpus: Corpus) -> None:
    visit.open(f"?sample={MARKED}")
    visit.page.get_by_role("button", name="Surprise me").click()
    named = visit.page.locator("header code")
    expect(named).not_to_have_text(MARKED)
    assert visit.sample in corpus.samples.index
    visit.wait_for_sample(visit.sample)


# --- what is missing ----------------------------------------------------------------------------------------
def texts(tiles: Locator) -> Iterable[str]:
    return tiles.evaluate_all("(all) => all.map((e) => e.querySelector('.why').textContent)")


def test_what_is_missing_says_so_in_its_own_panel(visit: Visit) -> None:
    broken = PF_SR.date_keys[THERE_OF_LACKING[-1] + 1]
    visit.open(
        f"?sample={LACKING}&date={broken}", wait_for=("animation-ready", "bands-drawn", "profile-drawn")
    )
    planet, sentinel = visit.region("Planet Fusion animation"), visit.region("Sentinel-2 bands")
    expect(planet.get_by_text("Chip of 2 Jul 2018 cannot be shown: damaged or truncated")).to_be_visible()
    expect(planet.get_by_text(f"{len(THERE_OF_LACKING)} of 146 dates")).to_be_visible()
    expect(sentinel.get_by_text("No Sentinel-2 mosaic of this sample is in the corpus")).to_be_visible()
    expect(visit.region("Labels").get_by_text("This sample has no label")).to_be_visible()
    assert set(texts(visit.months)) == {"no mosaic"}
    assert not visit.pixels(visit.image)[..., 3].any()  # no other date's picture under this date's name
    assert len(visit.columns("index-pf")["date"]) == len(THERE_OF_LACKING)
    assert visit.columns("index-s2")["date"] == []
    visit.slider.press("ArrowRight")  # there is nothing behind
    assert visit.date == broken
    visit.slider.press("ArrowLeft")
    visit.wait_for_date(PF_SR.date_keys[THERE_OF_LACKING[-1]])
    expect(planet.get_by_text("cannot be shown")).to_be_hidden()
    assert visit.pixels(visit.image)[..., 3].all()


def test_where_nobody_asked_for_a_date_the_nearest_that_is_there_is_shown(visit: Visit) -> None:
    visit.open(f"?sample={LACKING}")
    visit.wait_for_date(PF_SR.date_keys[THERE_OF_LACKING[-1]])
    assert visit.pixels(visit.image)[..., 3].all()


def test_an_absent_date_is_named(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}&date=2018-07-12", wait_for=("animation-ready", "bands-drawn"))
    expect(visit.region("Planet Fusion animation").get_by_text("No chip on 12 Jul 2018")).to_be_visible()
    assert list(texts(visit.months)) == ["" if i in (0, 6) else "no mosaic" for i in range(12)]
    expect(visit.region("Sentinel-2 bands").get_by_text("2 of 12 months")).to_be_visible()


def test_nothing_of_the_last_sample_stays(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    visit.search(LACKING)
    visit.wait_for_sample(LACKING)
    visit.wait("(n) => seen.part('index-pf')?.date.length === n", len(THERE_OF_LACKING))
    assert visit.columns("index-s2")["date"] == []
    assert visit.columns("bands-s2")["date"] == []
    assert set(texts(visit.months)) == {"no mosaic"}
    expect(visit.region("Labels").get_by_text("This sample has no label")).to_be_visible()
