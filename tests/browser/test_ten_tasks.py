"""Ten things that people come for, each done on the page with six clicks at most; a click too many fails.

Everything that is done goes through a `Hand`, which counts. A click, a double click and a drag are one, something typed with Enter
at its end is one, a choice from a plain list is two (it opens, and one is chosen). What a page heard of the mouse has to agree with the
count, so that nothing is done beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Download, Locator, Page, expect

from explorer import open_corpus
from explorer.analysis import profiles
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.export import registry, stories
from explorer.review import score
from explorer.review.records import Records
from explorer.views.common.selection import decode
from tests.browser.conftest import Visitor
from tests.browser.test_map import READY, europe, wait_for_count
from tests.browser.test_review import settled
from tests.browser.visit import MARKED, Visit

__all__ = ["europe"]

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

MOST = 6
FIELD = "31N_12E-218N_40_30"
SEEN = "2018-07-07"  # when a clearing is first seen, in the corpus of this test
HEAR = """
window.presses = 0
window.addEventListener("pointerdown", () => { window.presses += 1 }, { capture: true })
"""


class Hand:
    """What a person does on a page; `done` says each of it that counts, `keys` how often a judgement's key was pressed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.done: list[str] = []
        self.keys = 0
        self.presses = 0

    def click(self, what: Locator, **where: Any) -> None:
        self._did(f"click on {what}", presses=1)
        what.click(**where)

    def double_click(self, what: Locator, **where: Any) -> None:
        self._did(f"double click on {what}", presses=2)
        what.dblclick(**where)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """From a place of the window to another, CSS pixels."""
        self._did(f"drag from {start} to {end}", presses=1)
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=4)
        self.page.mouse.up()

    def type(self, field: Locator, text: str) -> None:
        """Something is written into a field, and Enter pressed."""
        self._did(f"type {text!r}")
        field.fill(text)
        field.press("Enter")

    def choose(self, field: Locator, value: str) -> None:
        """Of a plain list."""
        self._did(f"open {field}")
        self._did(f"choose {value!r}")
        field.select_option(value)

    def go_to(self, address: str) -> None:
        """An address is put into the browser's field."""
        self._did(f"go to {address}")
        self.page.goto(address)

    def judge(self, key: str) -> None:
        """A key that says a verdict."""
        self.keys += 1
        self.page.keyboard.press(key)

    def take(self, what: Locator) -> Download:
        """A click that gives a file."""
        with self.page.expect_download() as waiting:
            self.click(what)
        return waiting.value

    def _did(self, what: str, presses: int = 0) -> None:
        self.done.append(what)
        self.presses += presses


@contextmanager
def task(visit: Visit, name: str, most: int = MOST) -> Iterator[Hand]:
    """A task, begun with nothing open; it may take so many clicks."""
    expect(visit.page.get_by_role("dialog")).to_have_count(0)
    before = visit.page.evaluate("() => window.presses")
    hand = Hand(visit.page)
    yield hand
    said = "\n".join(hand.done)
    assert hand.done, name
    assert len(hand.done) <= most, f"{name} took {len(hand.done)} clicks:\n{said}"
    assert visit.page.evaluate("() => window.presses") - before == hand.presses, (
        f"{name}: something was pressed beside the count of\n{said}"
    )


def button(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("button", name=name, exact=True)


def listening(visit: Visit) -> Visit:
    """A visit whose pages count what the mouse presses."""
    visit.page.add_init_script(HEAR)
    return visit


def on_chip(visit: Visit, row: float, col: float) -> dict[str, float]:
    """Where the picture has a pixel of the chip, CSS pixels from its upper left."""
    box = visit.stage.bounding_box()
    assert box is not None
    return {"x": (col + 0.5) / 200 * box["width"], "y": (row + 0.5) / 200 * box["height"]}


@pytest.fixture(scope="module")
def cleared(corpus_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with scores: of one sample cover was lost."""
    root = tmp_path_factory.mktemp("cleared") / "five-samples"
    shutil.copytree(corpus_folder, root)
    return root


@pytest.fixture
def scored(cleared: Path) -> Path:
    with open_corpus(cleared) as corpus:
        ids = [str(one) for one in corpus.samples.index]
        into = score.folder(corpus.where)
    into.mkdir(parents=True, exist_ok=True)
    row = {"suspicion": 0.2, "verdict": "", "labelled": 211, "suggested": 211, "change": 0.1, "lost": "", "why": "", "suggested_fractions": "", "version": "3.2"}  # fmt: skip
    frame = pd.DataFrame([row] * len(ids), index=pd.Index(ids, name="sample_id"))
    frame.loc[MARKED, ["change", "lost"]] = [0.87, SEEN]
    frame.to_parquet(into / score.SCORES)
    return cleared


def test_vineyards_of_italy_two_months_and_three_pins(visitor: Visitor, europe: Corpus) -> None:
    visit = listening(visitor(corpus="demo")).open(wait_for=READY)
    page = visit.page

    with task(visit, "vineyards in Italy of 80 % purity") as hand:
        hand.type(visit.search_field, "vineyards Italy purity >= 80 %")
        rows = europe.query("vineyards Italy purity >= 80 %")
        wait_for_count(visit, len(rows))
        hand.click(button(visit, "Table"))
        table = page.get_by_role("dialog", name="Selected samples")
        expect(table.locator("tbody tr").first).to_be_visible()
        hand.click(table.locator("tbody tr").first)
        visit.wait_for_sample(sorted(map(str, rows.index))[0])
    labels = europe.labels(visit.sample)
    assert labels[221] == max(labels) >= 0.8
    table.get_by_role("button", name="Close the table").click()

    visit.open(f"?sample={FIELD}")
    with task(visit, "April against July") as hand:
        hand.type(page.get_by_role("textbox", name="Date", exact=True), "15 Apr 2018")
        visit.wait_for_date("2018-04-13")
        hand.choose(page.get_by_label("View", exact=True).first, "side")
        expect(visit.stage.locator(".date").nth(1)).to_contain_text("13 Apr 2019")
        hand.drag(*(visit.on_timeline(PF_SR.date_keys.index(day)) for day in ("2019-04-13", "2018-07-12")))
        expect(visit.stage.locator(".date").nth(1)).to_contain_text("Jul 2018")
    visit.wait_for_query(date="2018-04-13", view="side:2018-07-12")

    visit.open(f"?sample={FIELD}&date=2018-07-02")
    with task(visit, "EVI of three pins as CSV") as hand:
        for number, (row, col) in enumerate(((50, 60), (100, 110), (150, 20))):
            hand.click(visit.stage, position=on_chip(visit, row, col), modifiers=["Shift"] if number else [])
            visit.wait_for_profile(row, col)
        hand.click(page.get_by_role("button", name="Curves ▾"))
        hand.type(page.get_by_role("combobox", name="Add an index"), "EVI")
        page.wait_for_url(lambda url: "EVI" in url)
        saves = page.get_by_role("group", name="Download the profile")
        saved = hand.take(saves.get_by_role("button", name="CSV", exact=True))
    table_of = pd.read_csv(saved.path(), comment="#")
    evi = table_of[table_of["band"] == "EVI"].dropna(subset="value")
    assert set(zip(evi["row"], evi["col"], strict=True)) >= {(50, 60), (100, 110), (150, 20)}


def test_shortwave_infrared_a_polygon_and_a_story(visitor: Visitor, europe: Corpus, tmp_path: Path) -> None:
    """A story's views are found in any way; what the story itself asks for is to begin, to add each of the four, and to save: six, and
    one click for each view after the first here.
    """
    visit = listening(visitor(corpus="demo")).open(f"?sample={FIELD}&date=2018-07-02")
    page = visit.page
    with task(visit, "shortwave infrared, large") as hand:
        hand.type(page.get_by_label("Shown of Sentinel-2"), "swir")
        hand.double_click(visit.months.nth(6))
        expect(visit.large).to_be_visible()
        expect(visit.large).to_contain_text("Jul 2018")
    visit.wait_for_query(sentinel="swir;large")

    visit.open(f"?sample={FIELD}&date=2018-07-02")
    corners = ((20, 20), (20, 60), (60, 60), (60, 20))
    with task(visit, "the mean of a polygon") as hand:
        hand.click(button(visit, "Draw a polygon"))
        for row, col in corners:
            hand.click(visit.stage, position=on_chip(visit, row - 0.5, col - 0.5))
        hand.click(visit.stage, position=on_chip(visit, corners[0][0] - 0.5, corners[0][1] - 0.5))
        page.wait_for_url(lambda url: "regions=poly:" in url)
        visit.wait("() => seen.marks('profile-behind').at(-1)?.detail.regions > 0")
    where = decode(page.url.partition("?")[2]).regions[0].where
    means = profiles.region(europe, FIELD, **where)
    means = means[(means["band"] == "NDVI") & (means["product"] == PF_SR.id)]["mean"]
    drawn = visit.columns("index-behind")["ys"]
    assert any(curve == pytest.approx(means.tolist(), abs=2e-6) for curve in drawn)

    visit.open(f"?sample={FIELD}&date=2018-07-02")
    with task(visit, "a story of four views", MOST + 3) as hand:
        hand.click(button(visit, "Stories"))
        drawer = page.get_by_role("dialog", name="Stories")
        add = drawer.get_by_role("button", name="Add this view")
        for number, way in enumerate(("", "False colour (NIR)", "Next date", "True colour"), 1):
            if way:
                link = page.url
                hand.click(button(visit, way))
                page.wait_for_url(lambda url, link=link: url != link)  # type: ignore[misc]
            hand.click(add)
            visit.wait("(n) => seen.marks('story-kept').at(-1)?.detail.count === n", number)
        saved = hand.take(drawer.get_by_role("button", name="Save as YAML"))
    saved.save_as(tmp_path / "story.yaml")
    kept = [decode(one.link.removeprefix("?")) for one in stories.load(tmp_path / "story.yaml").states]
    assert [one.composite or "true" for one in kept] == ["true", "false", "false", "true"]
    assert [one.date for one in kept] == [
        PF_SR.parse_date(day) for day in ("2018-07-02",) * 2 + ("2018-07-07",) * 2
    ]


def test_a_clearing_is_found_and_seen_before_and_after(scored: Path, visitor: Visitor) -> None:
    visit = listening(visitor(corpus=scored)).open(wait_for=READY)
    page = visit.page
    with task(visit, "a clearing") as hand:
        hand.type(visit.search_field, "cleared")
        wait_for_count(visit, 1)
        hand.click(button(visit, "Table"))
        row = page.get_by_role("dialog", name="Selected samples").locator("tbody tr").first
        expect(row).to_contain_text(SEEN)
        hand.click(row)
        visit.wait_for_sample(MARKED)
        hand.type(page.get_by_role("textbox", name="Date", exact=True), "7 Jul 2018")
        visit.wait_for_date(SEEN)
        hand.choose(page.get_by_label("View", exact=True).first, "side")
        expect(visit.stage.locator(".date")).to_have_count(2)


def test_a_link_shows_the_same_in_another_browser(visitor: Visitor, demo: str) -> None:
    visit, other = listening(visitor()), listening(visitor())
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open(f"?sample={demo}&date=2018-08-06&pixels=20,30;40,50&composite=index:NDVI")
    with task(visit, "a link", MOST - 1) as hand:  # and one to open it
        hand.click(button(visit, "Share"))
        hand.click(visit.page.get_by_role("dialog", name="Share").get_by_role("button", name="Copy link"))
        expect(visit.page.get_by_text("Copied")).to_be_visible()
    link = visit.page.evaluate("() => navigator.clipboard.readText()")
    Hand(other.page).go_to(link)
    for mark in ("ready", "animation-ready", "profile-drawn"):
        other.wait("(name) => window.seen && seen.marks(name).length", mark)
    other.wait_for_date("2018-08-06")
    assert decode(other.page.url.partition("?")[2]) == decode(visit.page.url.partition("?")[2])


def test_fifteen_verdicts_are_fifteen_keys(visitor: Visitor, europe: Corpus) -> None:
    visit = listening(visitor(corpus="demo")).open(f"?sample={FIELD}", wait_for=READY)
    page = visit.page
    with task(visit, "15 verdicts") as hand:
        hand.click(button(visit, "Review"))
        visit.wait("() => seen.marks('review-setup').length")
        hand.choose(page.get_by_label("Which samples"), "map")
        hand.type(page.get_by_label("Reviewer", exact=True), "fifteen")
        for number in range(15):
            visit.wait("(n) => seen.marks('review-shown').length > n", number)
            settled(visit)
            hand.judge("c")
        visit.wait("() => seen.marks('review-shown').length > 15")
        assert hand.keys == 15
    with Records.open(europe) as records:
        assert len(records.history(reviewer="fifteen")) == 15


RANGE = (PF_SR.date_keys[36], PF_SR.date_keys[37])
"""The two dates that the sample has; the whole calendar in ten formats is no test's business."""


def test_every_file_is_taken_with_six_clicks(visitor: Visitor, tmp_path: Path) -> None:
    """Each file by itself, from a page with nothing open: those of the panel Share, whatever it offers, and those of the panels."""
    visit = listening(visitor())
    visit.open(f"?sample={MARKED}&date={RANGE[0]}&pixels=10,15;150,160&curves=red,nir,NDVI;pheno")
    page = visit.page
    share = page.get_by_role("dialog", name="Share")
    endings: set[str] = set()

    def saved(download: Download) -> Path:
        path = tmp_path / download.suggested_filename
        download.save_as(path)
        assert path.stat().st_size > 100, path
        endings.add("".join(path.suffixes[-2:]) if path.name.endswith(".zarr.zip") else path.suffix)
        return path

    button(visit, "Share").click()
    expect(share.get_by_label("Lines of Python")).to_contain_text("open_corpus")
    offers = share.evaluate("""(panel) => [...panel.querySelectorAll("button.make")].map((button) => {
      let row = button.closest(".row")
      while (!row.querySelector(".name").textContent) row = row.previousElementSibling // a row goes on in the next one
      const list = [...row.querySelectorAll("select")].find((one) => /^Format|^Page or slides/.test(one.getAttribute("aria-label")))
      return [button.getAttribute("aria-label"), list?.getAttribute("aria-label") ?? "", list ? [...list.options].filter((o) => !o.disabled).map((o) => o.value) : [""]]
    })""")
    page.keyboard.press("Escape")
    for name, formats, values in offers:
        for value in values:
            with task(visit, f"{name} {value}") as hand:
                hand.click(button(visit, "Share"))
                share.wait_for()
                if "animation" in name or "cube" in name:
                    hand.choose(share.get_by_label("Last date"), RANGE[1])
                if "tour" in name:  # a small one: two videos of full size are no test's business
                    hand.choose(share.get_by_label("Size of the camera tour"), "1")
                if formats:
                    hand.choose(share.get_by_label(formats, exact=True), value)
                saved(hand.take(share.get_by_role("button", name=name, exact=True)))
            expect(share.get_by_role("alert")).to_be_hidden()
            page.keyboard.press("Escape")
            expect(share).to_be_hidden()
    known = {ending for one in registry.EXPORTS.values() for ending in one.endings if not one.of_many}
    assert endings >= known - {".zarr"}

    panels = {
        "the picture": visit.region("Planet Fusion animation").get_by_role("button", name="Save the picture as PNG"),
        **{
            f"{group} {name}": page.get_by_role("group", name=group).get_by_role("button", name=name, exact=True)
            for group in ("Download the profile", "Download the spectrum") for name in ("PNG", "SVG", "CSV")
        },
        "seasons": page.get_by_role("button", name="Download the seasons as CSV"),
    }  # fmt: skip
    for name, one in panels.items():
        with task(visit, name) as hand:
            path = saved(hand.take(one))
        if path.suffix == ".png":
            with Image.open(path) as image:
                assert image.width > 300
    with task(visit, "a table of samples") as hand:
        hand.click(button(visit, "Table"))
        table = page.get_by_role("dialog", name="Selected samples")
        for name in ("CSV", "GeoJSON", "GeoParquet"):
            saved(hand.take(table.get_by_role("button", name=name, exact=True)))
    table.get_by_role("button", name="Close the table").click()
    with task(visit, "Sentinel-2 as a picture") as hand:
        hand.double_click(visit.months.nth(0))
        expect(visit.large).to_be_visible()
        saved(
            hand.take(visit.region("Sentinel-2 bands").get_by_role("button", name="Save the picture as PNG"))
        )
