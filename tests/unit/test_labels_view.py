"""The labels panel: bars that add up, and nothing of a corpus that could run in the page."""

from __future__ import annotations

import re
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
