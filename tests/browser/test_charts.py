"""The charts over time in a browser: what is chosen, read, taken away and linked to."""

from __future__ import annotations

import datetime as dt
import io
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from explorer.analysis import profiles, regions, smoothing
from explorer.analysis.profiles import series
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from tests.browser.visit import INDEX, LACKING, MARKED, THERE_OF_LACKING, Visit

pytestmark = pytest.mark.browser

READY = ("animation-ready", "bands-drawn", "profile-drawn")


@pytest.fixture
def demo(corpus: Corpus) -> str:
    """A sample that lacks nothing."""
    return next(i for i in corpus.samples.index if i not in (MARKED, LACKING))


def milliseconds(day: dt.date) -> float:
    return pd.Timestamp(day).timestamp() * 1000 + 10.5 * 3_600_000


def wait_for_rows(visit: Visit, short: str, column: str, condition: str) -> None:
    visit.wait(f"([short, column]) => {{ const rows = seen.part(short)?.[column]; return rows && ({condition}) }}", [short, column])  # fmt: skip


def panel(visit: Visit) -> Locator:
    return visit.page.get_by_role("dialog", name="Curves")


def hover(visit: Visit, day: dt.date) -> str:
    """What is read at a date."""
    low, high = visit.page.evaluate("() => seen.chart('index').view.y")
    left, top = visit.place_of(INDEX, milliseconds(day), (low + high) / 2)
    visit.page.mouse.move(left, top)
    tip = visit.page.get_by_role("tooltip", name="Values at the pointer")
    expect(tip).to_contain_text(f"{day.day} {day:%b %Y}")
    return tip.inner_text()


# --- the menu and the link ----------------------------------------------------------------------------
def test_the_menu_chooses_bands_indices_and_overlays(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137", wait_for=READY)
    visit.page.get_by_role("button", name="Curves ▾").click()
    for band in ("Blue", "Green"):
        panel(visit).get_by_role("button", name=band, exact=True).click()
        expect(panel(visit).get_by_role("button", name=band, exact=True)).to_have_attribute(
            "aria-pressed", "false"
        )
    panel(visit).get_by_role("button", name="B11", exact=True).click()
    panel(visit).get_by_role("combobox", name="Add an index").fill("EVI")
    visit.page.keyboard.press("Enter")
    expect(panel(visit).get_by_role("button", name="Remove EVI")).to_be_visible()
    formula = panel(visit).get_by_role("textbox", name="Add a formula over band names")
    formula.fill("nir - ")
    formula.press("Enter")
    expect(panel(visit).get_by_role("alert")).to_contain_text("something is missing after it")
    formula.fill("nir - red")
    formula.press("Enter")
    expect(panel(visit).get_by_role("button", name="Remove nir - red")).to_be_visible()
    expect(panel(visit).get_by_role("alert")).to_be_hidden()
    panel(visit).get_by_role("combobox", name="Smoothing").select_option("whittaker")
    visit.page.wait_for_url(lambda url: "smooth:whittaker" in url)
    assert visit.query["curves"] == "red,nir,B11,NDVI,EVI,expr:nir - red;smooth:whittaker"
    visit.page.keyboard.press("Escape")
    expect(panel(visit)).to_be_hidden()

    wait_for_rows(visit, "index-smooth", "ys", "rows.length === 3")
    assert len(visit.columns("bands-lines")["ys"]) == 2
    assert len(set(visit.columns("index-lines")["dash"])) == 3
    assert set(visit.columns("bands-s2")["band"]) == {"B04", "B08", "B11"}
    axis = visit.page.evaluate("() => seen.chart('index').view.yLabel")
    assert axis == "NDVI, EVI, nir - red"
    indices = ("NDVI", "EVI", "expr:nir - red")
    table = profiles.pixel(corpus, demo, row=42, col=137, indices=indices).dropna(subset="value")
    shown = pd.DataFrame(visit.columns("index-pf"))
    for name in ("NDVI", "EVI", "nir - red"):
        wanted = table[(table["product"] == "PF-SR") & (table["band"] == name)]["value"].tolist()
        assert shown[shown["band"] == name]["value"].tolist() == pytest.approx(wanted, abs=2e-6)
    cube = corpus.cubes.get(corpus.cell(demo), PF_SR)
    found = series(cube, 42, 137)
    smooth = smoothing.smooth(found.times, found.ndvi, "whittaker").values
    assert visit.columns("index-smooth")["ys"][0] == pytest.approx(smooth.tolist(), abs=2e-6, nan_ok=True)


def test_a_link_restores_curves_and_overlays_exactly(visit: Visit, demo: str) -> None:
    query = f"?sample={demo}&date=2019-03-09&pixels=42,137&curves=red,NDVI,EVI;smooth:savitzky-golay;pheno;breaks;years;behind:bands,index"
    visit.open(query, wait_for=READY)
    wait_for_rows(visit, "index-smooth", "ys", "rows.length === 4")  # two indices in two years
    assert visit.page.url == f"{visit.url}/{query}"
    visit.page.get_by_role("button", name="Curves ▾").click()
    for label in ("Seasons: start, peak, end", "Breaks of the season", "2018 and 2019 over each other", "bands", "indices"):  # fmt: skip
        expect(panel(visit).get_by_role("checkbox", name=label, exact=True)).to_be_checked()
    expect(panel(visit).get_by_role("combobox", name="Smoothing")).to_have_value("savitzky-golay")
    assert visit.cursor() == milliseconds(dt.date(2018, 3, 9))  # the day of the year
    end = visit.page.evaluate("() => seen.chart('index').view.x[1]")
    assert end < milliseconds(dt.date(2019, 1, 10))
    tables = visit.page.get_by_role("region", name="Seasons and breaks")
    expect(tables.get_by_role("heading", name="Seasons of NDVI")).to_be_visible()
    expect(tables).to_contain_text("TIMESAT")
    with visit.page.expect_download() as download:
        tables.get_by_role("button", name="Download the seasons as CSV").click()
    taken = pd.read_csv(download.value.path(), comment="#")
    assert taken["year"].tolist() == [2018, 2019]
    low, high = visit.page.evaluate("() => seen.chart('index').view.y")
    visit.page.keyboard.press("Escape")
    visit.click_chart(INDEX, milliseconds(dt.date(2018, 8, 6)), (low + high) / 2)
    visit.wait_for_date("2019-08-06")  # the year that was shown


def test_what_a_link_cannot_show_is_named(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&curves=red,<b>x</b>,NDVI;spline", wait_for=READY)
    wait_for_rows(visit, "index-pf", "date", "rows.length >= 146")
    expect(visit.notice).to_contain_text("<b>x</b>")
    expect(visit.notice).to_contain_text("no option 'spline'")
    assert len(visit.columns("bands-lines")["ys"]) == 1


# --- what is read --------------------------------------------------------------------------------------
def test_hovering_reads_all_curves_at_a_date(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137", wait_for=(*READY, "profile-behind"))
    table = profiles.pixel(corpus, demo, row=42, col=137)
    for day in (dt.date(2018, 8, 6), dt.date(2019, 5, 23)):
        text = hover(visit, day)
        here = table[(table["date"].dt.date == day) & (table["product"] == "PF-SR")].set_index("band")[
            "value"
        ]
        for band in ("blue", "green", "red", "nir"):
            assert f"{here[band]:.4f}" in text
        assert f"{here['NDVI']:.3f}".replace("-", "−") in text
        month = table[(table["date"].dt.date == day.replace(day=1)) & (table["product"] == "S2-SR")]
        assert ("S2 Aug 2018" in text) == (day.year == 2018)
        for value in month.set_index("band")["value"].dropna().loc[lambda v: v.index.isin(["B04", "B08"])]:
            assert f"{value:.4f}" in text
    # The pointer's date is a line, under which the curves can be seen.
    rule = "() => seen.chart('index').host.querySelector('.rule:not([hidden]).at-pointer').getBoundingClientRect().width"
    assert visit.page.evaluate(rule) <= 2
    visit.page.mouse.move(5, 5)
    expect(visit.page.get_by_role("tooltip", name="Values at the pointer")).to_be_hidden()


def test_missing_dates_stand_apart_and_say_why(visit: Visit) -> None:
    broken = THERE_OF_LACKING[-1] + 1
    visit.open(f"?sample={LACKING}", wait_for=("animation-ready", "profile-drawn"))
    wait_for_rows(visit, "index-missing", "why", "rows.length === 152")
    why = visit.columns("index-missing")
    assert len(why["x0"]) == 146 - len(THERE_OF_LACKING) + 12
    assert any("Planet Fusion 2 Jul 2018: damaged" in line for line in why["why"])
    assert "Sentinel-2 Mar 2018: not there" in why["why"]
    text = hover(visit, PF_SR.dates[broken])
    assert "2 Jul 2018: damaged" in text
    assert "–" in text


def test_gap_filled_dates_are_hollow(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137", wait_for=READY)
    table = profiles.pixel(corpus, demo, row=42, col=137)
    wanted = table[(table["product"] == "PF-SR") & (table["band"] == "NDVI")]["flag"].tolist()
    assert {"measured", "gap-filled"} == set(wanted)
    wait_for_rows(visit, "index-pf", "flag", "rows.includes(2)")
    shown = pd.DataFrame(visit.columns("index-pf"))
    assert [{1: "measured", 2: "gap-filled"}[flag] for flag in shown["flag"]] == wanted
    assert (shown["fill"] == shown["colour"]).tolist() == [flag == "measured" for flag in wanted]


def test_the_sample_and_regions_lie_behind_the_pins(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137&regions=box:10,20,60,80:field", wait_for=READY)
    wait_for_rows(visit, "index-behind", "ys", "rows.length === 2")
    sample, region = visit.columns("index-behind")["ys"]
    cube = corpus.cubes.get(corpus.cell(demo), PF_SR)
    whole = regions.sample_band_envelope(cube)
    assert sample == pytest.approx(whole.median[whole.names.index("NDVI")].tolist(), abs=2e-6)
    table = profiles.region(corpus, demo, box=(10, 20, 60, 80))
    mine = table[table["band"] == "NDVI"]
    wanted = mine[mine["product"] == PF_SR.id]
    assert region == pytest.approx(wanted["mean"].tolist(), abs=2e-6)
    band = visit.columns("index-spread")
    assert len(band["ys"]) == 2
    assert band["ys"][1] == pytest.approx([*wanted["p90"], *wanted["p10"][::-1]], abs=2e-6)
    points = pd.DataFrame(visit.columns("index-s2"))
    monthly = mine[mine["product"] == S2_SR.id]["mean"].dropna().tolist()
    assert points[points["who"] == "field"]["value"].tolist() == pytest.approx(monthly, abs=2e-6)
    visit.page.get_by_role("button", name="Remove region A").first.click()
    wait_for_rows(visit, "index-behind", "ys", "rows.length === 1")
    visit.page.wait_for_url(lambda url: "regions" not in url)


AXES = """(name) => {
  const { host } = seen.chart(name)
  const at = (node, axis) => Number(/translate\\(([-\\d.]+),([-\\d.]+)\\)/.exec(node.getAttribute("transform"))[axis])
  const ticks = [...host.querySelectorAll(":scope > svg > g")].map((axis, i) => [...axis.querySelectorAll(".tick")].map((tick) => [tick.textContent, at(tick, i + 1)]))
  const paths = [...host.querySelectorAll("[data-part=lines] path")].map((path) => path.getAttribute("d").slice(1).split("L").map((pair) => pair.split(",").map(Number)))
  return { x: ticks[0], y: ticks[1], path: paths[0] }
}"""


def by_the_ticks(ticks: list[tuple[str, float]], values: list[float]) -> np.ndarray:
    """Where an axis says that values lie, CSS pixels in the chart: a straight line through its labels' places."""
    named = [
        (pd.Timestamp(text).timestamp() * 1000 if text[0].isalpha() else float(text), place)
        for text, place in ticks
    ]
    slope, offset = np.polyfit([value for value, _ in named], [place for _, place in named], 1)
    return slope * np.array(values) + offset


def test_the_curves_stand_where_the_axes_say(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137", wait_for=READY)
    wait_for_rows(visit, "index-pf", "date", "rows.length >= 146")
    lines = visit.columns("index-lines")

    def agree() -> None:
        drawn = visit.page.evaluate(AXES, "index")
        assert len(drawn["x"]) >= 3
        assert len(drawn["y"]) >= 2
        left, top = np.array(drawn["path"]).T
        np.testing.assert_allclose(by_the_ticks(drawn["x"], lines["xs"][0]), left, atol=0.6)
        np.testing.assert_allclose(by_the_ticks(drawn["y"], lines["ys"][0]), top, atol=0.6)

    agree()
    # A box that is drawn with Shift is what is seen then, of both charts.
    y = visit.page.evaluate("() => seen.chart('index').view.y")
    ends = [milliseconds(dt.date(2018, 3, 4)), milliseconds(dt.date(2019, 5, 3))]
    start, end = (visit.place_of(INDEX, x, low) for x, low in zip(ends, (y[1], y[0]), strict=True))
    visit.page.keyboard.down("Shift")
    visit.page.mouse.move(*start)
    visit.page.mouse.down()
    visit.page.mouse.move(*end, steps=3)
    visit.page.mouse.up()
    visit.page.keyboard.up("Shift")
    day = 86_400_000
    for name in ("index", "bands"):
        assert visit.page.evaluate("(name) => seen.chart(name).view.x", name) == pytest.approx(
            ends, abs=3 * day
        )
    visit.page.evaluate("() => new Promise(requestAnimationFrame)")
    agree()
    # The button brings all back.
    visit.page.get_by_role("figure", name=INDEX).get_by_role("button", name="The whole range").click()
    assert visit.page.evaluate("() => seen.chart('bands').view.x[0]") < milliseconds(dt.date(2018, 1, 1))


# --- what is taken away ----------------------------------------------------------------------------------
def test_both_charts_are_saved_with_legend_and_attribution(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137", wait_for=(*READY, "profile-behind"))
    saves = visit.page.get_by_role("group", name="Download the profile")
    taken = {}
    for name in ("SVG", "PNG", "CSV"):
        with visit.page.expect_download() as download:
            saves.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename.startswith(demo)
        taken[name] = download.value.path().read_bytes()
    picture = ET.fromstring(taken["SVG"])
    tags = [node.tag.rpartition("}")[2] for node in picture.iter()]
    curves = [node for node in picture.iter() if node.tag.endswith("}path") and len(node.get("d", "")) > 1000]
    assert len(curves) >= 7  # drawn, not a picture of a drawing
    assert not any("var(" in value for node in picture.iter() for value in node.attrib.values())
    assert "image" not in tags
    said = " ".join(node.text or "" for node in picture.iter())
    for words in (
        f"Temporal profile of {demo}",
        "Reflectance",
        "NDVI",
        "Planet Fusion",
        "gap-filled",
        "row 42, col 137",
    ):
        assert words in said
    assert corpus.attribution(PF_SR.id).split(";")[0] in said
    with Image.open(io.BytesIO(taken["PNG"])) as image:
        assert image.width == 2 * round(float(picture.get("width", 0)))
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    assert len(np.unique(pixels, axis=0)) > 50
    table = pd.read_csv(io.BytesIO(taken["CSV"]), comment="#")
    wanted = profiles.pixel(corpus, demo, row=42, col=137)
    assert table["value"].tolist() == pytest.approx(wanted["value"].tolist(), nan_ok=True)
