"""The panel that judges a model without a browser: its numbers are those of `explorer.opinions`, and it tells nothing while labels are hidden."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.demo import open_demo
from explorer.opinions import question
from explorer.opinions.question import PARTS, Question
from explorer.review.groupings import OUTSIDE
from explorer.views.common import visitor
from explorer.views.judge.judge import JudgeView
from tests.talk import BesideTheMap, sent, until

GOOD, CONFUSED = "made-up-good", "made-up-confused"
KINDS = {"table": "cross", "classes": "classes", "calibration": "calibration", "parts": "parts", "two": "two"}


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    found = open_demo(count=1500)
    yield found
    found.close()


class Room(BesideTheMap):
    def __init__(self, corpus: Corpus) -> None:
        super().__init__(corpus, JudgeView)

    def ask(self, asked: Question) -> dict[str, Any]:
        """What it answers: what is asked, with the content of the part."""
        self.selection.judge = asked
        return self.answer(KINDS[asked.part])

    def answer(self, kind: str) -> dict[str, Any]:
        """The last answer, once it is there."""

        def last() -> dict[str, Any] | None:
            ticket = self.view._ticket
            told = [one for one in sent(self.view.panel, "asked", kind) if one["ticket"] == ticket]
            return told[0] | told[1] if len(told) == 2 else None

        return dict(until(last))


@pytest.fixture
def room(corpus: Corpus) -> Room:
    return Room(corpus)


def codes(answer: dict[str, Any], places: list[int]) -> list[int]:
    return [answer["classes"][place]["code"] for place in places]


@pytest.mark.parametrize("by", ["largest", "fractions"])
@pytest.mark.parametrize("groups", ["1", "3", "bigearthnet-19"])
def test_the_cross_table_is_that_of_python(room: Room, groups: str, by: str) -> None:
    asked = Question(CONFUSED, groups, by=by)
    found = room.ask(asked)
    table = pd.DataFrame(found["values"], codes(found, found["rows"]), codes(found, found["columns"]))
    wanted = asked.table(room.corpus)
    np.testing.assert_allclose(
        table, wanted.reindex(index=table.index, columns=table.columns, fill_value=0), atol=0.01
    )
    assert (found["samples"], found["of"], found["source"]) == (1500, 1500, "all samples")
    assert wanted.to_numpy().sum() == pytest.approx(table.to_numpy().sum(), abs=1)


def test_scores_calibration_and_parts_are_those_of_python(room: Room) -> None:
    model = room.corpus.opinions[CONFUSED]
    found = room.ask(Question(CONFUSED, "2", "classes"))
    scores = model.scores(2)
    rows = pd.DataFrame(found["rows"], codes(found, [one["place"] for one in found["rows"]]))
    for name in ("precision", "recall", "f1", "average_precision", "label_mean", "error"):
        np.testing.assert_allclose(rows[name].astype(float), scores.classes[name], atol=1e-5, err_msg=name)
    summary = until(lambda: sent(room.view.panel, "summary"))[-1]
    for name in (
        "agreement",
        "macro_f1",
        "weighted_f1",
        "mean_average_precision",
        "disagreement",
        "calibration_error",
    ):
        assert summary[name] == pytest.approx(getattr(scores, name), abs=1e-5)
    found = room.ask(Question(CONFUSED, "2", "calibration", code=21))
    wanted = model.calibration(2, code=21)
    assert [one["samples"] for one in found["bins"]] == wanted.table["samples"].tolist()
    assert found["error"] == pytest.approx(wanted.error, abs=1e-5)
    found = room.ask(Question(CONFUSED, "2", "parts", of="purity"))
    table = model.scores_by("purity", 2)
    assert [(one["name"], one["samples"]) for one in found["rows"]] == list(table["samples"].items())
    np.testing.assert_allclose([one["agreement"] for one in found["rows"]], table["agreement"], atol=1e-5)


def test_two_models_are_compared_as_python_does(room: Room) -> None:
    found = room.ask(Question(GOOD, "3", "two"))
    wanted = room.corpus.opinions[GOOD].compare(room.corpus.opinions[CONFUSED], 3)
    assert (found["other"], found["first_only"], found["second_only"]) == (
        CONFUSED, wanted.first_only, wanted.second_only,
    )  # fmt: skip
    assert [one["name"] for one in found["measures"]] == [
        "Agreement",
        "Macro F1",
        "Disagreement of fractions",
    ]
    assert found["measures"][0]["low"] == pytest.approx(wanted.table.loc["agreement", "low"], abs=1e-5)
    assert codes(found, [one["place"] for one in found["rows"]]) == wanted.classes.index.tolist()


def test_it_is_of_what_the_map_shows_and_says_so(room: Room) -> None:
    room.selection.map.filters = Filters(countries=("France",), largest=(231,))
    found = room.ask(Question(GOOD, "3"))
    mask = Filters(countries=("France",)).mask(room.corpus.filter_table)
    assert found["of"] == found["samples"] == int(mask.sum())
    assert found["source"] == "France"  # the class that is chosen in the table itself is marked in it
    assert (found["label"], found["said"]) == (231, None)
    assert "country:France" in found["python"]
    np.testing.assert_allclose(np.sum(found["values"]), mask.sum())
    room.selection.map.filters = Filters(zones=(1,))
    until(
        lambda: (
            "no sample that the map shows"
            in (sent(room.view.panel, "trouble") or [{"text": ""}])[-1]["text"].lower()
        )
    )


def test_a_row_and_a_part_of_the_corpus_are_filters_of_the_map(room: Room) -> None:
    room.ask(Question(GOOD, "2"))
    room.say("filter", label=23, said=None)
    assert room.selection.map.filters == Filters(largest=(23,))
    room.answer("cross")
    room.say("filter", label=23, said=None)
    assert not room.selection.map.filters
    for of, name, wanted in (
        ("country", "Spain", Filters(countries=("Spain",))), ("zone", "33", Filters(zones=(33,))),
        ("purity", "0.4 to 0.6", Filters(purity=(0.4, 0.6))),
    ):  # fmt: skip
        room.ask(Question(GOOD, "2", "parts", of=of))
        room.say("select", name=name)
        assert room.selection.map.filters == wanted
        room.say("select", name=name)
        assert not room.selection.map.filters
        room.say("select", name="<b>nowhere</b>")
        assert not room.selection.map.filters


@pytest.mark.parametrize(
    ("groups", "label", "said"),
    [("3", 231, 211), ("3", None, 211), ("1", 2, None), ("bigearthnet-19", 5, 3), ("bigearthnet-19", None, 5), ("bigearthnet-19", 5, OUTSIDE)],
)  # fmt: skip
def test_a_cell_is_a_filter_with_as_many_samples_as_it_says(
    room: Room, groups: str, label: int | None, said: int | None
) -> None:
    room.selection.map.filters = Filters(zones=(30, 31, 32, 33))
    before = room.ask(Question(CONFUSED, groups))
    assert (before["label"], before["said"], before["chosen"]) == (None, None, None)
    table = pd.DataFrame(before["values"], codes(before, before["rows"]), codes(before, before["columns"]))
    part = table.loc[label] if label is not None and label in table.index else table
    wanted = (
        part[said] if said is not None and said in table.columns else part if said is None else pd.Series(0)
    )
    room.say("filter", label=label, said=said)
    after = room.answer("cross")
    assert (after["label"], after["said"], after["chosen"]) == (label, said, int(np.sum(wanted)))
    assert after["values"] == before["values"]  # it goes on showing all classes
    assert len(room.session.filtered_rows) == after["chosen"]
    room.say("table")
    assert room.session.rows_to_list is room.session.filtered_rows
    room.say("filter", label=label, said=said)
    assert room.selection.map.filters == Filters(zones=(30, 31, 32, 33))
    for wrong in ({"label": 999, "said": 211}, {"label": None, "said": 12.5}):
        room.say("filter", **wrong)
        assert room.selection.map.filters == Filters(zones=(30, 31, 32, 33))


def test_where_two_models_differ_is_a_filter(room: Room) -> None:
    found = room.ask(Question(GOOD, "2", "two"))
    assert not found["differ"]
    room.say("differ")
    found = room.answer("two")
    between = room.corpus.opinions[GOOD].compare(room.corpus.opinions[CONFUSED], 2).between
    same = sum(between.at[code, code] for code in between.index)
    assert (found["differ"], found["chosen"], found["samples"]) == (True, 1500 - same, 1500)
    room.say("differ")
    assert not room.selection.map.filters


@pytest.mark.parametrize("part", PARTS)
def test_an_answer_and_its_samples_are_files(room: Room, part: str) -> None:
    room.selection.map.filters = Filters(countries=("France", "Spain"))
    asked = Question(GOOD, "2", part, of="zone", other=CONFUSED)
    room.ask(asked)

    def saved(what: str, ending: str) -> dict[str, Any]:
        before = len(sent(room.view.panel, "file"))
        room.say("save", file=what, format=ending)
        return dict(
            until(lambda: sent(room.view.panel, "file")[before:] or sent(room.view.panel, "trouble"))[0]
        )

    file = saved("judgement", "csv")
    assert (file["name"], file["media"]) == (f"{GOOD}-{part}.csv", "text/csv")
    text = file["bytes"].decode()
    assert "# attribution: " in text
    assert "# note: The opinion is made up." in text
    mask = room.selection.map.filters.mask(room.corpus.filter_table)
    ours, wanted = pd.read_csv(io.StringIO(text), comment="#", index_col=0), asked.table(room.corpus, mask)
    for name in wanted.select_dtypes("number"):
        np.testing.assert_allclose(ours[str(name)], wanted[name])
    for ending, magic in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        assert saved("judgement", ending)["bytes"].startswith(magic)
    for wrong in (
        {"file": "judgement", "format": "exe"},
        {"file": "cube", "format": "nc"},
        {"file": "../x", "format": "csv"},
    ):
        room.say("save", **wrong)
    assert not sent(room.view.panel, "trouble")


def test_the_samples_of_a_cell_are_a_file(room: Room) -> None:
    room.ask(Question(CONFUSED, "2"))
    room.say("filter", label=23, said=21)
    count = room.answer("cross")["chosen"]
    for ending in ("csv", "geojson", "parquet"):
        room.say("save", file="judged-samples", format=ending)
        file = until(lambda: sent(room.view.panel, "file")[-1:])[0]
        until(lambda: sent(room.view.panel, "file")[-1]["name"].endswith(ending))  # noqa: B023
        file = sent(room.view.panel, "file")[-1]
        if ending == "csv":
            found = pd.read_csv(io.BytesIO(file["bytes"]), comment="#", index_col="sample_id")
        elif ending == "parquet":
            found = gpd.read_parquet(io.BytesIO(file["bytes"]))
        else:
            found = gpd.read_file(io.BytesIO(file["bytes"])).set_index("sample_id")
        assert len(found) == count
        assert set(found["label_class"]) == {"Pastures"}
        assert (found["opinion"] == 21).all()
        apart = room.corpus.opinions[CONFUSED].disagreement(2).reindex(found.index)
        np.testing.assert_allclose(found["disagreement"], apart, atol=1e-4)


def test_a_row_of_a_grouping_is_no_filter_and_that_is_said(room: Room) -> None:
    room.ask(Question(GOOD, "bigearthnet-19"))
    room.say("filter", label=5, said=None)
    assert "choose a cell" in sent(room.view.panel, "trouble")[-1]["text"]
    assert not room.selection.map.filters


def test_choices_change_the_question_and_wrong_ones_are_refused(room: Room) -> None:
    room.say("choose", part="classes")  # nobody has asked yet
    assert room.selection.judge is None
    room.session.opinion_to_judge = ""
    assert room.selection.judge == Question(CONFUSED)
    assert room.answer("cross")["focus"]
    room.say("choose", opinion=GOOD, part="calibration", code=211)
    room.say("choose", by="fractions", values="rows", of_part="zone", other=CONFUSED)
    assert room.selection.judge == Question(
        GOOD, "3", "calibration", "fractions", "rows", "zone", 211, CONFUSED
    )
    assert not room.answer("calibration")["focus"]  # as of a link: who presents goes on by keys
    room.say("choose", groups="2")  # whose classes have other codes
    assert room.selection.judge.code == 0
    before = room.selection.judge
    for wrong in (
        {"part": "magic"},
        {"by": "magic"},
        {"opinion": "../x"},
        {"code": 1e300},
        {"code": -5},
        {"values": "x"},
        {"of_part": "moon"},
    ):
        room.say("choose", **wrong)
        assert room.selection.judge == before
        assert sent(room.view.panel, "trouble")
    room.say("choose", groups="nowhere")
    until(lambda: "No grouping is called" in sent(room.view.panel, "trouble")[-1]["text"])
    room.say("closed")
    assert room.selection.judge is None


def test_an_opinion_that_is_gone_is_named(room: Room) -> None:
    room.selection.judge = Question("gone")
    told = until(lambda: sent(room.view.panel, "trouble"))[-1]["text"]
    assert "no opinion is called 'gone'" in told.lower() or "No opinion is called 'gone'" in told
    assert not sent(room.view.panel, "asked")


def test_nothing_is_told_while_labels_are_hidden(room: Room) -> None:
    told = ("asked", "summary", *KINDS.values())
    room.session.labels_hidden = True
    room.selection.judge = Question(GOOD)
    assert not sent(room.view.panel, *told)
    room.session.labels_hidden = False
    room.answer("cross")
    count = len(sent(room.view.panel, *told))
    room.session.blind = True  # a blind review begins
    assert room.selection.judge is None
    assert sent(room.view.panel, "hide")
    room.session.opinion_to_judge = GOOD
    assert room.selection.judge is None
    room.selection.judge = Question(GOOD)  # a link
    assert room.selection.judge is None
    room.say("filter", label=211, said=None)
    assert not room.selection.map.filters
    assert len(sent(room.view.panel, *told)) - count <= 1  # the numbers of before may have been on their way


@pytest.mark.parametrize("part", PARTS)
def test_a_question_is_written_and_read(part: str) -> None:
    asked = Question("My model 2", "a, b;c", part, "fractions", "columns", "class", 5, "other")
    assert question.parse(str(asked)) == asked
    assert question.parse(str(Question("m", part=part))) == Question("m", part=part)


@pytest.mark.parametrize(
    "text", ["", "m", "m,3", "m,3,magic", "m,,table", "../m,3,table", "m,3,table;magic", "m,3,table;class:x", "m,3,table;rows;columns", "m,3,table;of:moon", "m,3,table;with:/x"]
)  # fmt: skip
def test_what_is_no_question_is_named(text: str) -> None:
    with pytest.raises(InvalidQueryError, match="judge: "):
        question.parse(text)


def test_an_opinion_that_was_added_here_is_chosen_and_another_when_it_is_removed(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "may_upload", lambda: True)
    room = Room(corpus)
    room.session.add_opinion = True
    (form,) = sent(room.view.panel, "form")
    assert form["names"] == [CONFUSED, GOOD]
    assert {one["value"] for one in form["legends"]} >= {"", "corine", "esa-worldcover"}
    assert form["most_bytes"] == 200_000_000
    assert room.ask(Question(GOOD))["may_remove"] is False  # nobody has added it on the page
    frame = pd.DataFrame({"sample_id": corpus.samples.index, "clc_231": 1.0})
    room.say("added", name="mine")  # it never came
    assert room.selection.opinion == ""
    corpus.opinions.add("mine", frame, uploaded_by="")
    try:
        room.say("added", name="mine")
        assert room.selection.opinion == "mine"
        found = room.answer("cross")
        assert (found["opinion"], found["may_add"], found["may_remove"]) == ("mine", True, True)
        room.say("removed", name="mine")  # it is still there
        assert room.selection.judge == Question("mine")
    finally:
        corpus.opinions.remove("mine")
    room.say("removed", name="mine")
    assert (room.selection.opinion, room.selection.judge) == ("", Question(CONFUSED))


@pytest.mark.parametrize(("allowed", "blind"), [(False, False), (True, True)])
def test_who_may_add_none_gets_no_form(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, allowed: bool, blind: bool
) -> None:
    monkeypatch.setattr(visitor, "may_upload", lambda: allowed)
    room = Room(corpus)
    room.session.blind = blind
    room.say("add")
    room.session.add_opinion = True
    assert sent(room.view.panel, "form") == []
    if not blind:
        assert room.ask(Question(GOOD))["may_add"] is False
