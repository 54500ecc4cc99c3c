"""The labels panel: bars that add up, and nothing of a corpus that could run in the page."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from explorer import open_corpus
from explorer.core.errors import ExplorerError
from explorer.corpus.corpus import Corpus
from explorer.views.common import palettes
from explorer.views.common.components import SessionScheduler
from explorer.views.common.selection import Selection
from explorer.views.labels.labels import LabelsView, bars
from tests import corpora


class Page(HTMLParser):
    """Tags and text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_bars_are_in_official_colours_as_long_as_the_fractions() -> None:
    html = bars(pd.Series({211: 0.6, 311: 0.3, 112: 0.1}))
    assert re.findall(r"width:([\d.]+)%;background:(#\w+)", html) == [
        ("60.00", "#ffffa8"),
        ("30.00", "#80ff00"),
        ("10.00", "#ff0000"),
    ]
    text = Page(html).text
    for part in ("211", "Non-irrigated arable land", "60 %", "311", "Broad-leaved forest", "30 %", "10 %"):
        assert part in text
    assert text.index("211") < text.index("311") < text.index("112")
    assert "add up" not in text


@pytest.mark.parametrize(("fraction", "shown"), [(0.125, "12.5 %"), (1.0, "100 %"), (0.1234, "12.3 %"), (0.0004, "0 %")])  # fmt: skip
def test_percentages_are_short(fraction: float, shown: str) -> None:
    assert shown in Page(bars(pd.Series({211: fraction}))).text


def test_fractions_that_do_not_add_up_are_told() -> None:
    assert "add up to 80 %" in Page(bars(pd.Series({211: 0.5, 311: 0.3}))).text
    assert "add up" not in Page(bars(pd.Series({211: 0.5, 311: 0.495}))).text


def test_no_label_is_said() -> None:
    assert Page(bars(pd.Series(dtype=float))).text == "This sample has no label"


def test_the_panel_shows_a_sample_and_what_it_lacks(tiny_corpus: Corpus) -> None:
    view = LabelsView(tiny_corpus, Selection(), SessionScheduler(), "bus")
    view.open(None)
    assert "Click a sample" in view.html
    view.open(corpora.FULL)
    assert "Non-irrigated arable land" in view.html
    view.open(corpora.BARE)
    assert "This sample has no label" in view.html


def test_text_of_a_corpus_or_link_is_never_markup(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    view = LabelsView(tiny_corpus, Selection(), SessionScheduler(), "bus")
    view.open(hostile)
    assert Page(view.html).tags == ["p"]
    assert "<img src=x" in Page(view.html).text

    def fail(sample_id: str) -> pd.Series:
        raise ExplorerError(f"{hostile}: not to be read")

    monkeypatch.setattr(tiny_corpus, "labels", fail)
    view.open(corpora.FULL)
    assert Page(view.html).tags == ["p"]


def test_a_label_file_with_hostile_properties_is_shown_as_what_it_says(tmp_path: Path) -> None:
    corpora.write_corpus(tmp_path)
    cell_key = f"labels/33N/15E-200N/labels_{corpora.FULL}.geojson"
    path = tmp_path / cell_key
    path.write_text(
        path.read_text().replace('"clc_211": 0.6', '"clc_211": 0.6, "<script>alert(1)</script>": 1')
    )
    corpus = open_corpus(tmp_path)
    try:
        view = LabelsView(corpus, Selection(), SessionScheduler(), "bus")
        view.open(corpora.FULL)
        assert "script" not in Page(view.html).tags
    finally:
        corpus.close()


def test_bars_wear_the_colours_of_the_map(tiny_corpus: Corpus) -> None:
    view = LabelsView(tiny_corpus, selection := Selection(sample_id=corpora.FULL), SessionScheduler(), "")
    view.open(corpora.FULL)
    official = re.findall(r"background:(#\w+)", view.html)
    selection.map.palette = "safe"
    safe = re.findall(r"background:(#\w+)", view.html)
    assert safe == [
        palettes.of_class(int(str(code)), "safe") for code in tiny_corpus.labels(corpora.FULL).index
    ]
    assert len(safe) == len(official)
    assert set(safe).isdisjoint(official)


@pytest.fixture
def with_opinions(tiny_corpus: Corpus) -> Corpus:
    tiny_corpus.opinions.show(
        "model",
        pd.DataFrame({"clc_211": [0.35], "clc_231": [0.25]}, index=[corpora.FULL]).rename_axis("sample_id"),
    )
    tiny_corpus.opinions.show(
        "map",
        pd.DataFrame({"10": [0.5], "95": [0.2]}, index=[corpora.FULL]).rename_axis("sample_id"),
        "esa-worldcover",
    )
    return tiny_corpus


def test_an_opinion_stands_beside_the_label_with_the_difference(with_opinions: Corpus) -> None:
    selection = Selection(opinion="model", sample_id=corpora.FULL)
    view = LabelsView(with_opinions, selection, SessionScheduler(), "bus")
    view.open(corpora.FULL)  # 211: 0.6, 311: 0.3, 112: 0.1
    text = Page(view.html).text
    for part in (
        "211 Non-irrigated arable landLabel 60 %, model 35 %, difference −25",
        "231 PasturesLabel 0 %, model 25 %, difference +25",
        "311 Broad-leaved forestLabel 30 %, model 0 %, difference −30",
        "Of no group, or not saidLabel 0 %, model 40 %, difference +40",
        "65 % of the cell differs.",
    ):
        assert part in text
    assert "made up" not in text
    assert view.html.count('class="track said"') == 5
    selection.opinion = "map"
    # A class that stands for several of CORINE's adds them up in the label.
    assert "Tree cover" in view.html
    assert "<b>" not in view.html
    selection.opinion = ""
    assert view.html == bars(with_opinions.labels(corpora.FULL))


def test_what_cannot_stand_beside_the_label_is_said_under_it(with_opinions: Corpus) -> None:
    selection = Selection(opinion="gone")
    view = LabelsView(with_opinions, selection, SessionScheduler(), "bus")
    view.open(corpora.FULL)
    assert "Non-irrigated arable land" in view.html
    assert "no opinion is called 'gone'; there are map, model" in Page(view.html).text
    selection.opinion = "model"
    view.open(corpora.BARE)
    assert "This sample has no label" in view.html
    assert "model says nothing of this sample" in view.html


def test_an_opinion_that_is_not_read_yet_follows_the_label(tiny_corpus: Corpus) -> None:
    table = pd.DataFrame({"clc_211": [0.35]}, index=[corpora.FULL]).rename_axis("sample_id")
    tiny_corpus.opinions.add("kept", table)
    try:
        selection = Selection(opinion="kept", sample_id=corpora.FULL)
        loop = SessionScheduler()
        view = LabelsView(tiny_corpus, selection, loop, "bus")
        view.open(corpora.FULL)
        end = time.monotonic() + 60
        while "kept 35 %" not in Page(view.html).text:
            assert time.monotonic() < end
            time.sleep(0.01)
    finally:
        tiny_corpus.opinions.remove("kept")


def test_the_browser_chooses_an_opinion_and_a_blind_review_hides_it(with_opinions: Corpus) -> None:
    selection = Selection(sample_id=corpora.FULL)
    view = LabelsView(with_opinions, selection, SessionScheduler(), "bus")
    view.open(corpora.FULL)
    view.pane.on["choose"]({"opinion": "model"})
    assert selection.opinion == "model"
    assert "model 35 %" in Page(view.html).text
    selection.session.labels_hidden = True
    assert Page(view.html).text == "Hidden: the review is blind"
