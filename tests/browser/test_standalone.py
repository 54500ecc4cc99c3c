"""The page that needs no server: opened from disk, without a network, under its own policy."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.analysis import profiles
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.export import page as pages
from explorer.export.stories import State, Story, before_and_after
from explorer.opening import open_corpus
from tests.browser.visit import LACKING, MARKED, THERE_OF_LACKING

pytestmark = pytest.mark.browser

PIXEL = (60, 130)


@pytest.fixture(scope="module")
def demo_sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Corpus, str]]:
    """One sample of the demo with all its dates but three."""
    from explorer.demo import write

    root = tmp_path_factory.mktemp("page") / "one-sample"
    write(root, samples=1, seed=0)
    folder = next(root.glob("imagery/*/*/*/PF-SR"))
    for date in sorted(folder.iterdir())[10:13]:
        date.unlink()
    corpus = open_corpus(root)
    yield corpus, folder.parent.name
    corpus.close()


@pytest.fixture(scope="module")
def made(
    demo_sample: tuple[Corpus, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, pages.Page]:
    corpus, sample = demo_sample
    link = f"?sample={sample}&date=2018-07-02&pixels={PIXEL[0]},{PIXEL[1]}"
    story = Story(
        "Two </script> steps",
        (
            State(link, "First", "A *note* <img src=x onerror=alert(1)>", "For me"),
            State(link.replace("07-02", "09-30") + ";10,20&names=one;=two", "Second", "Then"),
        ),
    )
    page = pages.make(corpus, story=story)
    path = tmp_path_factory.mktemp("html") / "story.html"
    path.write_text(page.html, encoding="utf-8")
    return path, page


@pytest.fixture
def tab(browser: Browser, made: tuple[Path, pages.Page]) -> Iterator[Page]:
    yield from opened(browser, made[0])


def opened(browser: Browser, path: Path, width: int = 1440, height: int = 900) -> Iterator[Page]:
    """A tab that shows the file; it may not ask for anything, and nothing may complain."""
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "blob:")) else complaints.append(request.url)
        ),
    )
    tab.goto(path.as_uri())
    wait_for(tab, "profile-drawn")
    yield tab
    context.close()
    assert complaints == []


def wait_for(tab: Page, name: str) -> None:
    tab.wait_for_function("(name) => performance.getEntriesByName('page:' + name).length > 0", arg=name)


def wait_for_pixel(tab: Page, row: int, col: int) -> None:
    code = "([row, col]) => { const last = performance.getEntriesByName('page:profile-drawn').at(-1)?.detail.pixels.at(-1); return last && last[0] === row && last[1] === col }"
    tab.wait_for_function(code, arg=[row, col])


def picture(tab: Page) -> np.ndarray:
    """What the animation shows, RGBA."""
    code = "(canvas) => Array.from(canvas.getContext('2d').getImageData(0, 0, 200, 200).data)"
    return np.array(tab.get_by_role("img", name="Planet Fusion image").evaluate(code)).reshape(200, 200, 4)


def date_of(tab: Page) -> str | None:
    return tab.get_by_role("slider", name="Acquisition date").get_attribute("aria-valuetext")


def downloaded(tab: Page, name: str) -> bytes:
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name=name).click()
    return Path(waiting.value.path()).read_bytes()


def test_it_shows_what_the_explorer_shows(tab: Page, demo_sample: tuple[Corpus, str]) -> None:
    from explorer.analysis import composite, render_spec

    corpus, sample = demo_sample
    for name in (
        "Story",
        "Place",
        "Labels",
        "Planet Fusion animation",
        "Sentinel-2 bands",
        "Temporal profile",
    ):
        expect(tab.get_by_role("region", name=name, exact=True)).to_be_visible()
    assert date_of(tab) == "2018-07-02"
    cube = corpus.cubes.get(corpus.cell(sample), PF_SR)
    wanted = composite.make(cube, render_spec.parse("true", "PF-SR")).rgb(
        PF_SR.dates.index(PF_SR.parse_date("2018-07-02"))
    )
    shown = picture(tab)
    assert (shown[..., 3] == 255).all()
    assert np.abs(shown[..., :3].astype(int) - wanted).mean() < 2.5
    expect(tab.get_by_text("synthetic demo", exact=True)).to_be_visible()
    expect(tab.locator("footer")).to_contain_text("not satellite data")


def test_a_pixel_has_the_values_of_the_corpus(
    tab: Page, demo_sample: tuple[Corpus, str], made: tuple[Path, pages.Page]
) -> None:
    corpus, sample = demo_sample
    stage = tab.locator(".stage")
    box = stage.bounding_box()
    assert box
    row, col = 150, 110
    stage.click(position={"x": (col + 0.5) / 200 * box["width"], "y": (row + 0.5) / 200 * box["height"]})
    wait_for_pixel(tab, row, col)
    text = downloaded(tab, "Download all values as CSV").decode()
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert any("not satellite data" in line for line in head)
    assert any(f"within {made[1].max_error:.4f}" in line for line in head)
    rows = list(csv.DictReader(io.StringIO("\n".join(line for line in text.splitlines() if line[0] != "#"))))
    table = profiles.pixel(corpus, sample, row=row, col=col)
    known = {
        (r.product, r.band, str(r.date)[: 10 if r.product == "PF-SR" else 7]): r for r in table.itertuples()
    }
    assert len(rows) == len(known) == 146 * 5 + 12 * 13
    for found in rows:
        true = known[found["product"], found["band"], found["date"]]
        if np.isnan(true.value):
            assert found["value"] == ""
            assert found["flag"].split(":")[0] == true.flag.split(":")[0]
            continue
        assert found["flag"] == true.flag
        if found["product"] == "S2-SR":
            assert float(found["value"]) == pytest.approx(true.value, abs=5.1e-5)
        elif found["band"] != "NDVI":
            assert float(found["value"]) == pytest.approx(true.value, abs=made[1].max_error + 1e-9)
    missing = [
        r for r in rows if r["product"] == "PF-SR" and r["band"] == "red" and r["flag"].startswith("missing")
    ]
    assert [r["date"] for r in missing] == list(PF_SR.date_keys[10:13])


def test_it_plays_scrubs_and_steps_over_what_is_missing(tab: Page) -> None:
    tab.get_by_role("combobox", name="Speed").select_option("30")
    tab.keyboard.press("Space")
    tab.wait_for_function(
        "() => document.querySelector('.timeline').getAttribute('aria-valuetext') > '2018-08-15'"
    )
    tab.keyboard.press("Space")
    still = date_of(tab)
    expect(tab.get_by_role("button", name="Play", exact=True)).to_be_visible()
    tab.keyboard.press("ArrowRight")
    assert PF_SR.date_keys.index(str(date_of(tab))) == PF_SR.date_keys.index(str(still)) + 1
    timeline = tab.get_by_role("slider", name="Acquisition date")
    box = timeline.bounding_box()
    assert box
    timeline.click(position={"x": 6 + 9.5 * (box["width"] - 12) / 146, "y": 12})
    assert date_of(tab) == PF_SR.date_keys[9]
    tab.keyboard.press("ArrowRight")
    assert date_of(tab) == PF_SR.date_keys[13]
    timeline.click(position={"x": 6 + 11.5 * (box["width"] - 12) / 146, "y": 12})
    assert picture(tab).max() == 0
    expect(tab.get_by_text("Missing: ")).to_be_visible()


def test_its_story_is_told(tab: Page) -> None:
    story = tab.get_by_role("region", name="Story")
    expect(story.get_by_role("heading", name="First")).to_be_visible()
    expect(story).to_contain_text("A note <img src=x onerror=alert(1)>")
    assert story.locator("img").count() == 0
    expect(story).not_to_contain_text("For me")
    tab.keyboard.press("PageDown")
    expect(story.get_by_role("heading", name="Second")).to_be_visible()
    assert date_of(tab) == "2018-09-30"
    wait_for_pixel(tab, 10, 20)
    assert "'=two,2018-01-03" in downloaded(tab, "Download all values as CSV").decode()


def test_charts_and_image_are_files_that_say_whose_they_are(tab: Page) -> None:
    from xml.etree import ElementTree

    from PIL import Image

    for name in (
        "Download the NDVI chart as SVG",
        "Download the reflectance chart as SVG",
        "Download the spectrum as SVG",
    ):
        text = downloaded(tab, name).decode()
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "not satellite data" in text
        assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 4
    with Image.open(io.BytesIO(downloaded(tab, "Download this image"))) as image:
        assert image.width == 600
        assert image.height > 620


@pytest.mark.nightly
def test_it_opens_as_its_link_says_and_a_held_step_holds(
    browser: Browser, demo_sample: tuple[Corpus, str], tmp_path: Path
) -> None:
    corpus, sample = demo_sample
    link = f"?sample={sample}&date=2018-07-02&view=swipe:2018-09-30;zoom:2,20,40;split:0.3&panel=planet"
    path = tmp_path / "link.html"
    play = "&play=range:2018-07-02,2018-07-17;speed:5"
    path.write_text(pages.make(corpus, [sample], link=link + play).html, encoding="utf-8")
    for tab in opened(browser, path):
        expect(tab.get_by_label("View", exact=True)).to_have_value("swipe")
        expect(tab.get_by_label("Speed")).to_have_value("5")
        expect(tab.get_by_role("slider", name="Swipe between")).to_have_attribute("aria-valuenow", "30")
        expect(tab.locator(".stage")).to_contain_text("30 Sep 2018")
        expect(tab.get_by_role("region", name="Temporal profile")).to_be_hidden()
        box = tab.locator(".stage").bounding_box()
        assert box is not None
        # Twice as large from row 20, col 40: a quarter of the way and half a pixel is in the middle of row 45, col 65.
        tab.mouse.click(box["x"] + box["width"] * 0.255, box["y"] + box["height"] * 0.255)
        wait_for_pixel(tab, 45, 65)
        tab.get_by_role("button", name="Planet Fusion alone").click()
        expect(tab.get_by_role("region", name="Temporal profile")).to_be_visible()
        tab.get_by_role("button", name="Play", exact=True).click()
        for _ in range(2):  # round and round
            tab.wait_for_function("() => document.querySelector('.timeline').ariaValueText === '2018-07-17'")
            tab.wait_for_function("() => document.querySelector('.timeline').ariaValueText === '2018-07-02'")
        tab.get_by_role("button", name="Pause").click()
        tab.get_by_label("View", exact=True).select_option("difference")
        expect(tab.locator(".stage")).to_contain_text("minus 30 Sep 2018")
        expect(tab.locator(".legend")).to_contain_text("mean reflectance")
    states = before_and_after(State(link, ""), dt.date(2018, 7, 2), dt.date(2018, 9, 30))
    path.write_text(pages.make(corpus, story=Story("Two", states)).html, encoding="utf-8")
    for tab in opened(browser, path):
        expect(tab.get_by_role("region", name="Story")).to_contain_text("step through the dates")
        tab.keyboard.press("ArrowRight")
        assert date_of(tab) == "2018-07-07"
        tab.keyboard.press("PageDown")
        expect(tab.get_by_role("heading", name="After: 30 Sep 2018")).to_be_visible()
        assert date_of(tab) == "2018-09-30"


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_is_wider_than_the_window(
    browser: Browser, made: tuple[Path, pages.Page], width: int
) -> None:
    for tab in opened(browser, made[0], width, 844):
        assert tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert tab.locator(".chart").evaluate_all(
            "(all) => all.every((c) => c.clientHeight > 60 && c.querySelectorAll('path').length > 5)"
        )


def test_samples_that_lack_much_say_so(browser: Browser, corpus: Corpus, tmp_path: Path) -> None:
    made = pages.make(corpus, [LACKING, MARKED])
    path = tmp_path / "lacking.html"
    path.write_text(made.html, encoding="utf-8")
    for tab in opened(browser, path):
        assert date_of(tab) in [PF_SR.date_keys[i] for i in THERE_OF_LACKING]
        expect(tab.get_by_text("This sample has no label")).to_be_visible()
        expect(tab.get_by_text("Jan · none")).to_be_visible()
        tab.get_by_role("button", name=f"Sample {MARKED}").click()
        tab.wait_for_function(
            "(id) => performance.getEntriesByName('page:profile-drawn').at(-1).detail.sample === id",
            arg=MARKED,
        )
        shown = picture(tab)
        assert shown[5, 5, :3].argmax() == 0  # the red corner is in the north-west
        assert shown[5, 195, :3].argmax() == 1
        assert shown[195, 5, :3].argmax() == 2
