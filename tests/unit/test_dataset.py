"""What is in a corpus: numbers against plain counting, drawings that are well formed, a data card that needs nothing, figures of the same."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from explorer import plots
from explorer.cli import app
from explorer.core import corine
from explorer.core.errors import InvalidQueryError, StoreError, UnknownSampleError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.dataset import card, drawings, facts, figures, imagery
from explorer.demo import open_demo
from explorer.opening import open_corpus
from tests import corpora


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    corpus = open_demo(count=1500)
    rows = corpus.samples.index[:6]
    corpus.extras = pd.DataFrame({"review": ["correct"] * 4 + ["wrong"] * 2}, index=rows)
    yield corpus
    corpus.close()


@pytest.fixture(scope="module")
def some(demo: Corpus) -> np.ndarray:
    return np.flatnonzero(demo.samples["lat"] > 47)[::3]


def plain(corpus: Corpus, rows: np.ndarray, level: int = 3) -> list[dict[int, float]]:
    """The labels of samples, one by one."""
    found = []
    for sample_id in corpus.samples.index[rows]:
        sums: dict[int, float] = {}
        for code, share in corpus.labels(str(sample_id)).items():
            above = corine.parent(int(code), level)  # type: ignore[arg-type]
            sums[above] = sums.get(above, 0.0) + share
        found.append(sums)
    return found


@pytest.mark.parametrize("level", [1, 2, 3])
def test_classes_are_counted_as_by_hand(demo: Corpus, some: np.ndarray, level: int) -> None:
    labels = plain(demo, some, level)
    total = sum(sum(one.values()) for one in labels)
    table = facts.class_shares(demo, some, level)
    assert table["share"].sum() == pytest.approx(1)
    assert table["share"].is_monotonic_decreasing
    assert table["largest"].sum() == len(some)
    for code, row in table.iterrows():
        assert row["share"] == pytest.approx(
            sum(one.get(int(str(code)), 0) for one in labels) / total, abs=1e-6
        )
        assert row["present"] == sum(int(str(code)) in one for one in labels)
    both = facts.co_occurrence(demo, some, level)
    assert set(both.index) == set(table.index)
    first, second = both.index[0], both.index[-1]
    with_first = [one for one in labels if first in one]
    assert both.loc[first, second] == pytest.approx(
        sum(second in one for one in with_first) / len(with_first)
    )
    assert (np.diagonal(both) == 1).all()


def test_purity_and_entropy_are_counted_as_by_hand(demo: Corpus, some: np.ndarray) -> None:
    labels = plain(demo, some)
    table = facts.purity(demo, some)
    assert table["samples"].sum() == len(some)
    pure = sum(max(one.values()) >= 0.9 - 1e-6 for one in labels)
    assert table["samples"].iloc[-1] == pure
    bits = [
        -sum(p / sum(one.values()) * math.log2(p / sum(one.values())) for p in one.values()) for one in labels
    ]
    table = facts.entropy(demo, some)
    assert table["samples"].sum() == len(some)
    assert table["samples"].iloc[0] == sum(one < 0.25 for one in bits)
    assert table["high"].iloc[-1] >= max(bits) - 1e-6


def test_purity_on_an_edge_belongs_above_it(tmp_path: Path) -> None:
    ids = [f"33N_15E-200N_01_{number:02d}" for number in range(1, 12)]
    shares = [*(round(0.1 * tenth, 1) for tenth in range(1, 11)), 0.69]
    for sample_id, share in zip(ids, shares, strict=True):
        # Of the rest, parts so small that none of them is the largest class.
        rest = [code for code in corine.codes(3) if code != 211]
        corpora.write_label(tmp_path, sample_id, {211: share, **dict.fromkeys(rest, (1 - share) / len(rest))})
    with open_corpus(tmp_path) as corpus:
        table = facts.purity(corpus)
        assert table["samples"].tolist() == [0, 1, 1, 1, 1, 1, 2, 1, 1, 2]
        for at, low in enumerate(table["low"]):
            above = corpus.query(purity=(low, 1))
            assert len(above) == table["samples"].iloc[at:].sum(), "a filter from an edge on agrees"


def test_places_and_reviews_are_counted_as_by_hand(demo: Corpus, some: np.ndarray) -> None:
    by_country = facts.countries(demo, some)
    assert by_country["samples"].sum() == len(some)
    assert by_country[list(corine.codes(1))].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-5)
    name = str(by_country.index[0])
    there = demo.query(countries=[name]).index.intersection(demo.samples.index[some])
    assert by_country.loc[name, "samples"] == len(there)
    by_latitude = facts.latitudes(demo, some)
    assert by_latitude["samples"].sum() == len(some)
    assert by_latitude.index.is_monotonic_decreasing
    lat = demo.samples["lat"].to_numpy()[some]
    south = int(by_latitude.index[-1])
    assert by_latitude["samples"].iloc[-1] == ((lat >= south) & (lat < south + 2)).sum()
    assert facts.reviews(demo)["samples"].to_dict() == {"none": 1494, "correct": 4, "wrong": 2}


def test_of_no_sample_there_are_no_numbers(demo: Corpus) -> None:
    nothing = np.zeros(0, np.int64)
    for drawn in figures.of_samples(demo, nothing):
        ET.fromstring(drawn.svg)
    assert len(facts.class_shares(demo, nothing)) == 0
    assert facts.purity(demo, nothing)["samples"].sum() == 0
    assert "0 of 1,500" in card.html(demo, nothing)


def test_what_cannot_be_is_named(demo: Corpus) -> None:
    with pytest.raises(InvalidQueryError, match="levels 1 to 3"):
        facts.class_shares(demo, None, 4)
    with pytest.raises(UnknownSampleError):
        facts.rows_of(demo, ["33N_15E-200N_02_02"])


def test_missing_dates_and_gaps_are_those_of_the_files(tiny_corpus: Corpus) -> None:
    found = imagery.measure(tiny_corpus, None)
    assert (found.listed, found.read, found.trouble) == (3, 3, "")
    for product in ("PF-SR", "S2-SR"):
        table = found.dates[found.dates["product"] == product]
        root = Path(tiny_corpus.where)
        files = len(list(root.rglob(f"imagery/*/*/*/{product}/*.tif")))
        assert table["there"].sum() == files
    assert found.dates["there"].add(found.dates["missing"]).sum() == 3 * (len(PF_SR.dates) + 12)
    cell = tiny_corpus.cell(corpora.FULL)
    by_month = found.dates.set_index(["product", "zone", "month"])
    assert by_month.loc[("PF-SR", cell.zone_name, "2018-01"), ["there", "missing"]].tolist() == [6, 0]
    assert found.gaps["share"].between(0, 1).all()
    assert len(found.gaps)


def test_as_many_samples_are_read_as_were_asked_for(tiny_corpus: Corpus) -> None:
    told: list[tuple[int, int]] = []
    found = imagery.measure(
        tiny_corpus, None, listed=1, read=3, progress=lambda done, total: told.append((done, total))
    )
    assert (found.listed, found.read) == (1, 3)
    assert told[-1] == (4, 4)


def test_a_store_that_cannot_list_is_told(demo: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise StoreError("the mirror does not list")

    monkeypatch.setattr(type(demo.store), "list", fails)
    found = imagery.measure(demo, None, read=0)
    assert found.listed == 0
    assert "does not list" in found.trouble
    assert "does not list" in card.html(demo, None, read=0)


def test_drawings_are_well_formed_and_say_their_numbers(demo: Corpus) -> None:
    made = figures.of_samples(demo, None, 2)
    assert len({one.name for one in made}) == len(made)
    for one in made:
        root = ET.fromstring(one.svg)
        assert root.get("aria-label") == one.about
        assert one.python.startswith("plots.")
        assert getattr(plots, one.python[6:].partition("(")[0])
        assert figures.table_text(one.table).count("\r\n") == len(one.table) + 1
    classes = made[0]
    title = f"{classes.table.index[0]} {classes.table['title'].iloc[0]}, {100 * classes.table['share'].iloc[0]:.1f} %"
    assert title in classes.svg
    assert f'data-filter="largest:{classes.table.index[0]}"' in classes.svg


def test_texts_of_drawings_are_text() -> None:
    svg = drawings.bars([("<script>&", 1.0, '"2"', "", "a:<b>")], "<about>")
    root = ET.fromstring(svg)
    assert root.get("aria-label") == "<about>"
    assert "<script" not in svg


def test_a_data_card_needs_nothing(demo: Corpus) -> None:
    demo_rows = facts.rows_of(demo, demo.query(filters="purity:0.8-1"))
    text = card.html(demo, demo_rows, chosen="purity:0.8-1 <b>", read=1)
    assert not re.search(r"<script|<link|@import|url\(|\bsrc=|href=", text)
    assert "purity:0.8-1 &lt;b&gt;" in text
    assert f"{len(demo_rows):,} of 1,500" in text  # type: ignore[arg-type]
    for told in ("Davis, T., et al.", "CORINE", "Terms and citation", "known to be wrong", "made up"):
        assert told in text
    assert text.count("<svg") >= 9


def test_the_command_writes_the_card(tiny_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "dataset.html"
    done = CliRunner().invoke(app, ["report", str(tiny_folder), "-o", str(out), "--samples", "1"])
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    assert "CC-BY-NC-SA" in text
    assert str(tiny_folder.parent) not in text
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "name",
    ["class_shares", "co_occurrence", "purity", "entropy", "countries", "latitudes", "reviews", "dates_missing", "gap_filled"],
)  # fmt: skip
def test_each_figure_is_a_line(demo: Corpus, name: str) -> None:
    samples = demo.query(filters="purity:0.5-1")
    given = {"dates_missing": {"listed": 5}, "gap_filled": {"read": 1}}.get(name, {})
    figure = hv.render(getattr(plots, name)(demo, samples, **given))
    assert figure.title.text
    assert figure.renderers


def test_a_figure_has_the_numbers_of_the_tables(demo: Corpus) -> None:
    bars = plots.class_shares(demo, level=1)
    table = facts.class_shares(demo, None, 1)
    assert bars.dimension_values("share")[::-1] == pytest.approx(100 * table["share"].to_numpy())
    heat = plots.co_occurrence(demo, level=1)
    assert heat.dimension_values("share").max() == pytest.approx(100)
    assert plots.purity(demo).dimension_values("samples").sum() == 1500
