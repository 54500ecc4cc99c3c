"""The panel about the samples shown, without a browser: it follows the map's filters, sets them, and tells nothing while labels are hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.dataset import facts, figures
from explorer.demo import open_demo
from explorer.opinions.question import Question
from explorer.views.dataset.dataset import DatasetView
from tests.talk import BesideTheMap, sent, until


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    found = open_demo(count=1500)
    yield found
    found.close()


class Room(BesideTheMap):
    def __init__(self, corpus: Corpus) -> None:
        super().__init__(corpus, DatasetView)

    def answer(self, kind: str = "figures") -> dict[str, Any]:
        """The answer of this kind to what is asked now, once it is there."""

        def last() -> dict[str, Any] | None:
            told = [one for one in sent(self.view.panel, kind) if one["ticket"] == self.view._ticket]
            return told[-1] if told else None

        return dict(until(last))


@pytest.fixture
def room(corpus: Corpus) -> Room:
    return Room(corpus)


def test_nothing_is_counted_before_somebody_opens_it(room: Room) -> None:
    room.selection.map.filters = Filters(purity=(0.5, 1))
    assert sent(room.view.panel, "busy", "figures") == []


def test_it_shows_the_figures_of_what_the_map_shows(room: Room) -> None:
    room.selection.dataset = True
    found = room.answer()
    assert (found["count"], found["total"], found["level"], found["source"]) == (1500, 1500, 3, "all samples")
    assert [one["svg"] for one in found["figures"]] == [one.svg for one in figures.of_samples(room.corpus)]
    room.selection.map.param.update(filters=Filters(purity=(0.5, 1)), level=2)
    rows = facts.rows_of(room.corpus, room.corpus.query(purity=(0.5, 1)))
    found = room.answer()
    assert found["count"] == len(rows)  # type: ignore[arg-type]
    assert [one["svg"] for one in found["figures"]] == [
        one.svg for one in figures.of_samples(room.corpus, rows, 2, "samples")
    ]
    assert found["chips"][0]["name"] == "purity"
    assert "filters='purity:0.5-1'" in found["python"]


def test_a_bar_filters_and_filters_no_more(room: Room) -> None:
    room.selection.dataset = True
    room.answer()
    for text, wanted in [
        ("country:Spain", Filters(countries=("Spain",))),
        ("largest:211", Filters(largest=(211,), countries=("Spain",))),
        ("country:Spain", Filters(largest=(211,))),
        ("largest:21", Filters(largest=(21,))),
    ]:
        room.say("filter", text=text)
        assert room.selection.map.filters == wanted
    assert room.answer()["active"] == ["largest:21"]
    room.say("remove", name="largest")
    assert not room.selection.map.filters
    for text in ("purity:0.5-1", "country:Atlantis", "largest:211;country:Spain", "", "x"):
        room.say("filter", text=text)
        assert not room.selection.map.filters
    room.say("level", level=1)
    assert (room.selection.map.level, room.answer()["level"]) == (1, 1)
    room.say("level", level=7)
    assert room.selection.map.level == 1


def test_a_figures_table_is_a_file(room: Room) -> None:
    room.selection.dataset = True
    room.answer()
    room.say("save", name="countries")
    file = until(lambda: sent(room.view.panel, "file"))[-1]
    assert (file["name"], file["media"]) == ("countries.csv", "text/csv")
    assert bytes(file["bytes"]).decode("utf-8-sig").startswith("country,samples,1,2,3,4,5\r\n")
    room.say("save", name="../x")
    assert len(sent(room.view.panel, "file")) == 1


def test_the_imagery_is_looked_at_when_asked(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.dataset import imagery

    monkeypatch.setattr(
        imagery.measure, "__kwdefaults__", imagery.measure.__kwdefaults__ | {"listed": 6, "read": 1}
    )  # type: ignore[attr-defined]
    room.selection.dataset = True
    room.answer()
    room.say("look")
    found = room.answer("imagery")
    assert "6 samples" in found["text"]
    assert [one["name"] for one in found["figures"]] == ["dates-pf-sr", "dates-s2-sr", "gap-filled"]
    assert sent(room.view.panel, "looking")[-1]["done"] == 7
    room.say("save", name="gap-filled")
    assert until(lambda: sent(room.view.panel, "file"))[-1]["name"] == "gap-filled.csv"


def test_other_samples_give_up_what_is_looked_at(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.dataset import imagery

    seen: list[int] = []

    def measure(corpus: Corpus, rows: Any, progress: Any) -> Any:
        room.selection.map.filters = Filters(countries=("Spain",))
        seen.append(1)
        progress(1, 2)
        seen.append(2)

    monkeypatch.setattr(imagery, "measure", measure)
    room.selection.dataset = True
    room.answer()
    room.say("look")
    until(lambda: seen)
    assert room.answer()["chips"]
    assert seen == [1]
    assert sent(room.view.panel, "imagery") == []


def test_nothing_is_told_while_labels_are_hidden(room: Room) -> None:
    room.session.blind = True
    room.selection.dataset = True
    assert room.selection.dataset is False
    room.session.blind = False
    room.selection.dataset = True
    room.answer()
    room.session.labels_hidden = True
    assert sent(room.view.panel, "hide")
    before = len(sent(room.view.panel, "figures"))
    room.selection.map.filters = Filters(countries=("Spain",))
    room.say("filter", text="largest:211")
    assert room.selection.map.filters == Filters(countries=("Spain",))
    room.session.labels_hidden = False
    assert room.answer()["count"] < 1500
    assert len(sent(room.view.panel, "figures")) == before + 1


def test_of_two_panels_in_one_place_one_is_open(room: Room) -> None:
    room.selection.dataset = True
    room.selection.judge = Question("made-up-good")
    assert room.selection.dataset is False
    room.selection.dataset = True
    assert room.selection.judge is None
