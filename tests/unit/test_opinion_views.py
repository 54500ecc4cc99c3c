"""What the map, its legend, its table and the gallery show of the opinion that is beside the label, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import holoviews as hv
import numpy as np
import pytest

from explorer.core import corine
from explorer.core.errors import InvalidQueryError, UnknownOpinionError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.corpus.query.opinion_conditions import Disagreement, Says
from explorer.corpus.tables import tables
from explorer.demo import open_demo
from explorer.review import queue, sample_order
from explorer.views.common.components import SessionScheduler
from explorer.views.common.map_state import MapState
from explorer.views.common.selection import Selection
from explorer.views.gallery import gallery_choices
from explorer.views.map import map_near
from explorer.views.map.map import MapView
from explorer.views.map.map_shown import shown, steps_of_change
from explorer.views.map.raster import SampleRaster
from explorer.views.map.sample_table import ordered
from explorer.views.review import review_words
from tests.talk import say, sent, until

COUNT = 300
GOOD, CONFUSED = "made-up-good", "made-up-confused"


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    found = open_demo(count=COUNT)
    yield found
    found.close()


@pytest.fixture
def view(corpus: Corpus) -> MapView:
    hv.extension("bokeh", logo=False)
    raster = SampleRaster(corpus.samples, corpus.filter_table.position)
    found = MapView(corpus, Selection(opinion=CONFUSED), SessionScheduler(), raster, tiles=False)
    until(lambda: sent(found.legend.legend, "rows"))
    return found


def told(view: MapView) -> dict[str, Any]:
    return dict(sent(view.legend.legend, "rows")[-1])


def test_samples_are_sorted_by_their_distance_from_an_opinion(corpus: Corpus) -> None:
    apart = corpus.opinions[CONFUSED].disagreement().to_numpy()
    rows = np.arange(COUNT)
    found = sample_order.ordered(corpus, rows, "disagreement", opinion=CONFUSED)
    assert (np.diff(apart[found.rows]) <= 0).all()
    assert CONFUSED in found.how
    assert sample_order.unavailable(corpus)["disagreement"] == "choose an opinion in the panel Labels"
    with pytest.raises(InvalidQueryError, match="no opinion is called nobody"):
        sample_order.ordered(corpus, rows, "disagreement", opinion="nobody")


def test_a_blind_review_has_no_order_by_disagreement(corpus: Corpus) -> None:
    for hidden in (False, True):
        offered = gallery_choices.sorts(corpus, source="queue", hidden=hidden, like=None, opinion=GOOD)
        (one,) = (choice for choice in offered if choice["value"] == "disagreement")
        assert (one["text"], one["off"]) == (f"Differs from {GOOD}", "labels are hidden" if hidden else "")


def test_the_table_tells_and_sorts_what_the_opinion_says(corpus: Corpus) -> None:
    rows = np.arange(40)
    model = corpus.opinions[GOOD]
    found = tables.frame(corpus, rows, GOOD)
    largest = model.fractions.iloc[:40].idxmax(axis=1)
    assert found["said"].tolist() == [corine.land_cover(int(code)).title for code in largest]
    assert found["disagreement"].to_numpy() == pytest.approx(model.disagreement().to_numpy()[:40])
    assert "said" not in tables.frame(corpus, rows)
    down = ordered(corpus, rows, "disagreement", True, GOOD)
    assert (np.diff(model.disagreement().to_numpy()[down]) <= 0).all()
    titles = tables.frame(corpus, ordered(corpus, rows, "said", False, GOOD), GOOD)["said"].tolist()
    assert titles == sorted(titles)
    with pytest.raises(InvalidQueryError, match="choose one in the panel Labels"):
        ordered(corpus, rows, "said", False)
    with pytest.raises(UnknownOpinionError):
        tables.write(corpus, rows, "csv", "nobody")
    head = tables.write(corpus, rows, "csv", GOOD).decode()
    assert f"# opinion: {GOOD}, The demo of this explorer" in head


def test_a_layer_is_coloured_by_disagreement_or_by_what_is_said(corpus: Corpus) -> None:
    raster = SampleRaster(corpus.samples, corpus.filter_table.position)
    apart = corpus.opinions[CONFUSED].disagreement().to_numpy()
    by_distance = shown(corpus, raster, Filters(), None, 3, shade="disagreement", opinion=CONFUSED)
    assert by_distance.steps is not None
    assert (by_distance.steps == steps_of_change(apart)).all()
    assert by_distance.layer.largest
    said = shown(corpus, raster, Filters(), None, 2, shade="opinion", opinion=CONFUSED)
    codes = corpus.opinions[CONFUSED].confusion(level=2).sum(axis=0)
    legend = {row["code"]: row["count"] for row in said.legend(["#000000"] * 16)}
    assert legend == {int(code): count for code, count in codes.items() if code > 0}
    assert not said.layer.largest
    close = map_near.footprints(corpus, np.arange(3), 3, opinion=CONFUSED)
    assert all(f" · {CONFUSED}: " in text for text in close["review"])


def test_the_legend_of_what_is_said_isolates_what_is_said(view: MapView, corpus: Corpus) -> None:
    say(view.tools, "look", name="shade", value="opinion")
    until(lambda: sent(view.legend.legend, "scale") and sent(view.legend.legend, "scale")[-1]["words"])
    assert sent(view.legend.legend, "scale")[-1]["words"] == f"Classes: what {CONFUSED} says"
    first, second = (row["code"] for row in told(view)["rows"][:2])
    say(view.legend.legend, "isolate", code=first)
    assert view._state.filters == Filters(says=(Says(CONFUSED, (str(first),)),))
    until(lambda: [row["code"] for row in told(view)["rows"] if row["on"]] == [first])
    say(view.legend.legend, "isolate", code=second, add=True)
    assert view._state.filters.says == (Says(CONFUSED, (str(first), str(second))),)
    expected = Filters(says=(Says(CONFUSED, (str(first), str(second))),)).mask(corpus.filter_table).sum()
    until(lambda: told(view)["count"] == expected)
    say(view.legend.legend, "level", level=1)
    assert not view._state.filters


def test_a_layer_of_an_opinion_needs_one_and_takes_the_first(view: MapView) -> None:
    view._selection.opinion = ""
    say(view.tools, "look", name="shade", value="disagreement")
    assert (view._selection.opinion, view._state.shade) == (CONFUSED, "disagreement")
    view._selection.opinion = "nobody"
    assert view._state.shade == "class"
    assert "no opinion is called nobody" in sent(view.tools, "notice")[-1]["text"]
    say(view.tools, "look", name="opinion", value="../nobody")
    assert view._selection.opinion == "nobody"
    say(view.tools, "look", name="opinion", value=GOOD)
    assert sent(view.tools, "state")[-1]["opinion"] == GOOD


def test_a_filter_of_an_opinion_that_went_is_named_and_left_out(view: MapView) -> None:
    say(view.tools, "filter", values={"disagreement": [f"{GOOD}:0.3-1"]}, number=1)
    assert view._state.filters == Filters(disagreement=(Disagreement(GOOD, 0.3),))
    say(view.tools, "filter", values={"says": ["nobody:211"]}, number=2)
    assert view._state.filters == Filters(disagreement=(Disagreement(GOOD, 0.3),))
    assert "the opinion nobody" in sent(view.tools, "notice")[-1]["text"]
    say(view.tools, "filter", values={"says": [f"{GOOD}:Glaciers:bigearthnet-19"]}, number=3)
    until(lambda: not view._state.filters)


def test_an_opinion_that_is_chosen_sorts_the_open_table(view: MapView) -> None:
    say(view.legend.legend, "table")
    until(lambda: sent(view.sample_table.table, "page"))
    say(view.sample_table.table, "page", page=0, sort="disagreement", down=True)
    until(lambda: sent(view.sample_table.table, "page")[-1]["sort"] == "disagreement")
    page = sent(view.sample_table.table, "page")[-1]
    place = [column["name"] for column in page["columns"]].index("disagreement")
    shares = [cells[place] for cells in page["cells"]]
    assert shares == sorted(shares, reverse=True)
    assert "disagreement" in page["asked"]
    view._selection.opinion = ""
    until(lambda: sent(view.sample_table.table, "page")[-1]["sort"] == "sample_id")
    assert "disagreement" not in [c["name"] for c in sent(view.sample_table.table, "page")[-1]["columns"]]


def test_a_queue_begins_with_the_samples_farthest_from_an_opinion(corpus: Corpus) -> None:
    apart = corpus.opinions[CONFUSED].disagreement()
    found = queue.build(f"disagreement:{CONFUSED},n=50", corpus)
    assert len(found) == 50
    assert (np.diff(apart[list(found.ids)]) <= 0).all()
    assert apart[found.ids[-1]] >= apart.drop(list(found.ids)).max()
    with pytest.raises(UnknownOpinionError):
        queue.build("disagreement:nobody", corpus)
    for text in ("disagreement", f"suspicion:opinion={CONFUSED}"):
        with pytest.raises(InvalidQueryError, match="names an opinion"):
            queue.QueueSpec.parse(text)


@pytest.mark.parametrize(
    ("label", "said", "conditions"),
    [
        ("pastures", "211", {"class_pair": f"{CONFUSED}:231:211"}),
        ("", "211", {"says": f"{CONFUSED}:211"}),
        ("231", "", {"largest": 231}),
        ("", "", {}),
    ],
)
def test_the_form_asks_for_a_pair_of_classes(
    corpus: Corpus, label: str, said: str, conditions: dict[str, Any]
) -> None:
    form = {"kind": "disagreement", "count": 0, "opinion": CONFUSED, "label": label, "said": said}
    spec = review_words.read_queue(form, MapState())
    assert spec is not None
    assert queue.QueueSpec.parse(spec.format()) == spec
    assert set(spec.build(corpus).ids) == set(corpus.query(**conditions).query("clc > 0").index)


def test_the_title_of_a_blind_queue_names_no_class(corpus: Corpus) -> None:
    form = {"kind": "disagreement", "count": 5, "opinion": CONFUSED, "label": "231", "said": "211"}
    spec = review_words.read_queue(form, MapState())
    assert spec is not None
    assert "Labelled Pastures" in review_words.title(spec)
    assert review_words.title(spec, hidden=True) == f"Farthest from {CONFUSED}"
    with pytest.raises(InvalidQueryError, match="choose the opinion"):
        review_words.read_queue({"kind": "disagreement"}, MapState())
