"""The review on the page: a queue, a verdict on each sample, nothing told before it may be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer import Explorer, open_corpus
from explorer.analysis import envelopes, features
from explorer.analysis.curves import parse
from explorer.core.config import settings
from explorer.core.errors import ExplorerError, InvalidQueryError, InvalidVerdictError, RecordsError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.tables.class_words import COMMON
from explorer.review import draws, exchange, score
from explorer.review.queue import Queue, QueueSpec
from explorer.review.records import Records
from explorer.review.verdicts import reviewer_name
from explorer.views.common import class_search
from explorer.views.common.selection import decode
from explorer.views.profile import profile_data
from explorer.views.review import review_plan, review_words
from explorer.views.review.review import evidence_of
from explorer.views.review.review_service import review_service
from tests import corpora, talk
from tests.talk import sent, until

FULL, BROKEN = corpora.FULL, corpora.BROKEN
LABEL = {211: 0.6, 311: 0.3, 112: 0.1}
SECONDS = 20.0


@pytest.fixture
def corpus(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Corpus]:
    """The tiny corpus with records of this test alone."""
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    found = open_corpus(tiny_folder)
    yield found
    found.close()


@pytest.fixture
def page(corpus: Corpus) -> Iterator[Explorer]:
    found = Explorer(corpus, f"?sample={FULL}")
    yield found
    found.close()


def say(page: Explorer, what: str, **content: Any) -> None:
    talk.say(page._review.panel, what, **content)


def shown(page: Explorer) -> dict[str, Any]:
    """What the panel shows of the selected sample, as soon as it does."""
    view = page._review.panel
    until(lambda: [m for m in sent(view, "work") if m["sample"] == page.selection.sample_id])
    return [m for m in sent(view, "work") if m["sample"] == page.selection.sample_id][-1]


def begin(page: Explorer, **content: Any) -> dict[str, Any]:
    page._review.ask()
    say(page, "begin", **{"kind": "ids", "ids": f"{FULL}\n{BROKEN}", "reviewer": "ada"} | content)
    until(lambda: page._review._work is not None)
    return shown(page)


def verdict(page: Explorer, judgement: str, id: str = "v1", **content: Any) -> None:  # noqa: A002 - as in the message
    say(
        page,
        "verdict",
        **{
            "id": id, "sample": page.selection.sample_id, "judgement": judgement, "adjustments": [], "confidence": None, "comment": "",
        } | content,
    )  # fmt: skip


def rows(corpus: Corpus) -> list[dict[Any, Any]]:
    with Records.open(corpus) as records:
        return records.history().to_dict("records")


def test_the_queue_shows_the_label_and_where_one_is(page: Explorer) -> None:
    picture = begin(page)
    assert (picture["sample"], picture["position"], picture["total"], picture["done"]) == (FULL, 0, 2, 0)
    assert {row["code"]: row["fraction"] for row in picture["labels"]} == pytest.approx(LABEL)
    assert picture["suspicion"] is None


def test_a_verdict_is_kept_with_what_was_looked_at_and_the_next_sample_comes(
    page: Explorer, corpus: Corpus
) -> None:
    begin(page)
    page.selection.pixels = ((3, 4),)
    verdict(page, "wrong", adjustments=[{"code": 311, "action": "set", "fraction": 0.9}, {"code": 211, "action": "reject"}], confidence=4, comment="a <b>forest</b>")  # fmt: skip
    until(lambda: page.selection.sample_id == BROKEN)
    assert shown(page)["done"] == 1
    (row,) = rows(corpus)
    assert (row["id"], row["reviewer"], row["judgement"], row["suggested"]) == ("v1", "ada", "wrong", 311)
    assert (row["adjustments"], row["confidence"], row["comment"]) == (
        "311:set:0.9 211:reject",
        4,
        "a <b>forest</b>",
    )
    assert f"sample={FULL}" in row["evidence"]
    assert "pixels=3,4" in row["evidence"]
    assert "review" not in row["evidence"]
    assert row["queue"] == f"ids:{FULL}.{BROKEN}"


def test_the_same_verdict_sent_twice_is_kept_once(page: Explorer, corpus: Corpus) -> None:
    begin(page)
    for _ in range(2):
        say(
            page,
            "verdict",
            id="v1",
            sample=FULL,
            judgement="correct",
            adjustments=[],
            confidence=None,
            comment="",
        )
    until(lambda: page.selection.sample_id == BROKEN)
    assert len(rows(corpus)) == 1


def test_undo_takes_the_last_verdict_back_and_leads_there(page: Explorer, corpus: Corpus) -> None:
    begin(page)
    verdict(page, "unsure")
    until(lambda: page.selection.sample_id == BROKEN)
    say(page, "undo")
    until(lambda: page.selection.sample_id == FULL)
    picture = shown(page)
    assert picture["mine"] is None
    assert picture["done"] == 0
    assert [row["kind"] for row in rows(corpus)] == ["verdict", "retraction"]
    say(page, "undo")
    until(lambda: sent(page._review.panel, "trouble"))
    assert "nothing to take back" in sent(page._review.panel, "trouble")[-1]["text"]


def test_an_undo_that_was_kept_without_an_answer_takes_back_once(
    page: Explorer, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes between the row and its receipt: asked for again, the verdict before stays."""
    begin(page)
    for number, sample in enumerate((FULL, BROKEN)):
        until(lambda sample=sample: page.selection.sample_id == sample)
        verdict(page, "correct", id=f"v{number}")
        until(lambda sample=sample: sample in page._review._work.done)
    undo = Records.undo

    def unclear(*args: Any, **options: Any) -> Any:
        undo(*args, **options)
        monkeypatch.setattr(Records, "undo", undo)
        raise RecordsError("the database is gone")

    monkeypatch.setattr(Records, "undo", unclear)
    say(page, "undo")
    until(lambda: any("is gone" in m["text"] for m in sent(page._review.panel, "trouble")))
    say(page, "undo")
    until(lambda: page._review._work.done == {FULL})
    assert [row["kind"] for row in rows(corpus)] == ["verdict", "verdict", "retraction"]
    say(page, "undo")
    until(lambda: page._review._work.done == set())
    assert len(rows(corpus)) == 4


def test_steps_jumps_and_the_end_of_the_queue(page: Explorer) -> None:
    begin(page)
    say(page, "step", by=1)
    assert page.selection.sample_id == BROKEN
    say(page, "step", by=1)
    say(page, "step", by=5)
    say(page, "jump", position=7)
    assert page.selection.sample_id == BROKEN
    say(page, "jump", position=0)
    assert page.selection.sample_id == FULL
    for number, sample in enumerate((FULL, BROKEN)):
        until(lambda sample=sample: page.selection.sample_id == sample)
        shown(page)
        verdict(page, "correct", id=f"v{number}")
        done = page._review._work.done
        until(partial(done.__contains__, sample))
    until(lambda: "All 2 samples are reviewed" in sent(page._review.panel, "work")[-1]["told"])


def test_a_blind_review_tells_nothing_before_the_verdict(page: Explorer, corpus: Corpus) -> None:
    with Records.open(corpus) as records:
        records.add(review_words.read_verdict({"sample": FULL, "id": "o", "judgement": "correct", "adjustments": []}, "bob", LABEL, evidence="", queue=Queue("ids", (FULL,))))  # fmt: skip
    picture = begin(page, blind=True)
    assert picture["hidden"]
    assert picture["labels"] == []
    assert picture["others"] == []
    head = sent(page._head.head, "sample")[-1]
    assert head["colour"] is None
    assert "arable" not in head["text"]
    assert "gone" in page._places._laid.map_region.css_classes
    assert "gone" in page._places._laid.label_region.css_classes
    verdict(page, "seen", adjustments=[{"code": 311, "action": "add", "fraction": 1.0}])
    until(lambda: sent(page._review.panel, "work")[-1]["revealed"])
    picture = sent(page._review.panel, "work")[-1]
    assert {row["code"] for row in picture["labels"]} == set(LABEL)
    assert [other["reviewer"] for other in picture["others"]] == ["bob"]
    assert picture["mine"]["judgement"] == "wrong"
    assert "arable" in sent(page._head.head, "sample")[-1]["text"]
    say(page, "open")
    assert page.selection.sample_id == BROKEN


def test_the_page_is_as_before_when_the_review_ends(page: Explorer) -> None:
    begin(page, blind=True)
    assert "reviewing" in page._page.css_classes
    say(page, "close")
    assert not page._review.active
    assert "gone" in page._places._laid.review_region.css_classes
    assert (
        "gone" not in page._places._laid.map_region.css_classes + page._places._laid.label_region.css_classes
    )
    assert "reviewing" not in page._page.css_classes
    assert page.selection.review == ""


def test_a_link_leads_back_into_its_queue(corpus: Corpus) -> None:
    page = Explorer(corpus, f"?sample={BROKEN}&review=ids:{FULL}.{BROKEN}")
    try:
        assert sent(page._review.panel, "setup")[-1]["resume"] == f"ids:{FULL}.{BROKEN}"
        say(page, "begin", resume=f"ids:{FULL}.{BROKEN}", reviewer="ada")
        until(lambda: page._review._work is not None)
        assert shown(page)["position"] == 1
        assert f"review=ids:{FULL}.{BROKEN}" in page.selection.to_query()
    finally:
        page.close()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"reviewer": ""}, "reviewer"),
        ({"reviewer": "a\nb"}, "reviewer"),
        ({"ids": ""}, "no ids"),
        ({"ids": "../../etc/passwd"}, "passwd"),
        ({"kind": "class", "class": "swimming pools"}, "swimming pools"),
        ({"kind": "suspicion"}, "score"),
        ({"kind": "everything"}, "everything"),
        ({"resume": "random:n=-5"}, "n runs from"),
        ({"kind": "random", "count": -5}, "count runs from"),
        ({"kind": "random", "count": 2.5}, "count runs from"),
        ({"kind": "random", "count": 5, "seed": -1}, "seed runs from"),
        ({"kind": "random", "count": 5, "seed": 10**6}, "seed runs from"),
    ],
)
def test_what_cannot_be_begun_is_told(page: Explorer, content: dict[str, Any], told: str) -> None:
    page._review.ask()
    say(page, "begin", **{"kind": "ids", "ids": FULL, "reviewer": "ada"} | content)
    until(lambda: sent(page._review.panel, "trouble"))
    assert told in sent(page._review.panel, "trouble")[-1]["text"]
    assert page._review._work is None


@pytest.mark.parametrize(
    "content",
    [
        {"judgement": "perfect"},
        {"judgement": ["correct"]},
        {"adjustments": "211"},
        {"adjustments": [{"code": "211", "action": "reject"}]},
        {"adjustments": [{"code": 999, "action": "reject"}]},
        {"adjustments": [{"code": 211, "action": "set", "fraction": 3}]},
        {"adjustments": [{"code": 211, "action": "set"}]},
        {"adjustments": [{}] * 61},
        {"confidence": 9},
        {"confidence": True},
        {"comment": "x" * 10_001},
        {"id": ""},
        {"id": "x" * 65},
        {"judgement": "seen", "adjustments": [{"code": None, "action": "add", "fraction": 1}]},
    ],
)
def test_a_bad_message_keeps_nothing(page: Explorer, corpus: Corpus, content: dict[str, Any]) -> None:
    begin(page)
    verdict(
        page, content.get("judgement", "correct"), **{k: v for k, v in content.items() if k != "judgement"}
    )
    until(lambda: sent(page._review.panel, "trouble"))
    assert "Nothing was saved" in sent(page._review.panel, "trouble")[-1]["text"]
    assert rows(corpus) == []
    assert page.selection.sample_id == FULL


def test_a_verdict_on_another_sample_than_the_one_shown_is_refused(page: Explorer, corpus: Corpus) -> None:
    begin(page)
    verdict(page, "correct", sample=BROKEN)
    assert "another sample" in sent(page._review.panel, "trouble")[-1]["text"]
    assert rows(corpus) == []


def test_without_a_database_the_page_says_so(page: Explorer, corpus: Corpus, tmp_path: Path) -> None:
    place = tmp_path / "data" / "reviews"
    place.parent.mkdir(exist_ok=True)
    place.write_text("a file where the folder should be")
    page._review.ask()
    say(page, "begin", kind="ids", ids=FULL, reviewer="ada")
    until(lambda: sent(page._review.panel, "trouble"))
    assert "reviews" in sent(page._review.panel, "trouble")[-1]["text"]


def test_classes_are_found_as_people_type_them() -> None:
    for text in ("311", "311 Broad-leaved forest", "broad-leaved forest", "Broad-l", "leaved"):
        assert review_words.find_class(text) == 311
    for text in ("", "  ", "999", "zebra"):
        with pytest.raises(InvalidQueryError):
            review_words.find_class(text)


QUEUE = Queue("random:n=2", (FULL, BROKEN), (211, 112), (0.5, 0.25))


def read(**content: Any) -> Any:
    data = {
        "sample": FULL,
        "id": "v",
        "judgement": "correct",
        "adjustments": [],
        "confidence": None,
        "comment": "",
    }
    return review_words.read_verdict(data | content, "ada", LABEL, evidence="?x", queue=QUEUE)


def test_a_drawn_sample_keeps_its_stratum_and_probability() -> None:
    assert (read().stratum, read().probability) == ("211", 0.5)


def test_what_a_blind_reviewer_saw_is_compared_with_the_label() -> None:
    seen = read(judgement="seen", adjustments=[{"code": 211, "action": "add", "fraction": 0.8}, {"code": 131, "action": "add", "fraction": 0.2}])  # fmt: skip
    assert seen.judgement == "correct"
    assert seen.reference() == {211: 0.8, 131: 0.2}
    assert seen.suggested is None
    other = read(judgement="seen", adjustments=[{"code": 131, "action": "add", "fraction": 1.0}])
    assert (other.judgement, other.suggested, other.reference()) == ("wrong", 131, {131: 1.0})


def test_wrong_without_a_class_suggests_none() -> None:
    assert read(judgement="wrong").suggested is None
    with pytest.raises((InvalidVerdictError, ExplorerError)):
        read(judgement="seen", adjustments=[{"code": 0, "action": "add", "fraction": 1.0}])


def test_verdicts_are_files_of_every_format_and_the_report_is_a_page(page: Explorer) -> None:
    begin(page)
    verdict(page, "correct")
    until(lambda: page.selection.sample_id == BROKEN)
    for number, ending in enumerate(exchange.FORMATS, 1):
        say(page, "save", format=ending)
        until(lambda number=number: len(sent(page._review.panel, "file")) == number)
        file = sent(page._review.panel, "file")[-1]
        assert file["name"] == f"rapidai4eo-verdicts.{ending}"
        assert [one.sample_id for one in exchange.read(file["bytes"], ending)] == [FULL]
    say(page, "report", level=2, all=True)
    until(lambda: sent(page._review.panel, "report"))
    assert b"<html" in sent(page._review.panel, "report")[-1]["bytes"]
    say(page, "save", format="../../exe")
    until(lambda: sent(page._review.panel, "trouble"))


def test_disagreements_are_decided(page: Explorer, corpus: Corpus) -> None:
    with Records.open(corpus) as records:
        for name, judgement in (("ada", "correct"), ("bob", "wrong")):
            data = {"sample": FULL, "id": name, "judgement": judgement, "adjustments": []}
            records.add(
                review_words.read_verdict(data, name, LABEL, evidence="", queue=Queue("ids", (FULL,)))
            )
    picture = begin(page, kind="disputed", reviewer="eve")
    assert (picture["sample"], picture["total"], picture["mine"]) == (FULL, 1, None)
    assert {other["reviewer"] for other in picture["others"]} == {"ada", "bob"}
    verdict(page, "correct")
    until(lambda: sent(page._review.panel, "saved"))
    with Records.open(corpus) as records:
        assert records.final().loc[FULL, ["state", "decided_by"]].tolist() == ["correct", "adjudication"]
    say(page, "close")
    page._review.ask()
    say(page, "begin", kind="disputed", reviewer="eve")
    until(lambda: sent(page._review.panel, "trouble"))
    assert "nothing to decide" in sent(page._review.panel, "trouble")[-1]["text"]


def test_a_decision_from_before_the_connection_was_lost_is_kept(page: Explorer, corpus: Corpus) -> None:
    with Records.open(corpus) as records:
        for name, judgement in (("ada", "correct"), ("bob", "wrong")):
            data = {"sample": FULL, "id": name, "judgement": judgement, "adjustments": []}
            records.add(
                review_words.read_verdict(data, name, LABEL, evidence="", queue=Queue("ids", (FULL,)))
            )
    # Who decides has judged the sample before: that verdict is not what the decision overtakes.
    begin(page, kind="disputed", reviewer="ada")
    late(page)
    until(lambda: sent(page._review.panel, "saved") or sent(page._review.panel, "refused"))
    with Records.open(corpus) as records:
        assert records.final().loc[FULL, ["state", "decided_by"]].tolist() == ["correct", "adjudication"]


def test_a_name_is_one_however_its_accents_are_written() -> None:
    assert reviewer_name("Zoe\u0308 A\u030angstro\u0308m") == "Zo\u00eb \u00c5ngstr\u00f6m"


def scored(corpus: Corpus) -> pd.DataFrame:
    """Scores and curves as `score` leaves them, made up."""
    into = score.folder(corpus.where)
    (into / score.PARTS).mkdir(parents=True)
    ids = list(corpus.samples.index)
    names = features.curve_names()
    curves = np.tile(np.linspace(0.1, 0.9, len(names), dtype=np.float32), (len(ids), 1))
    table = pa.table({"sample_id": ids, "features": [[0.0] * len(features.names())] * len(ids), "curves": curves.tolist()})  # fmt: skip
    pq.write_table(
        table.replace_schema_metadata({"explorer": score._stamp()}), into / score.PARTS / "a.parquet"
    )
    told = {"suspicion": 0.9, "verdict": "", "labelled": 211, "suggested": 311, "change": 0.1, "why": "it looks like a forest; NIR is low", "suggested_fractions": "311:1", "version": "1"}  # fmt: skip
    frame = pd.DataFrame([told] * len(ids), index=pd.Index(ids, name="sample_id"))
    frame.loc[BROKEN, ["verdict", "why"]] = ["too rare", "only two samples are of this class"]
    frame.to_parquet(into / score.SCORES)
    return frame


def test_what_scoring_found_is_told_filtered_by_and_queued(corpus: Corpus) -> None:
    scored(corpus)
    review_service(corpus).load_existing()
    page = Explorer(corpus, f"?sample={BROKEN}")
    try:
        picture = begin(page, kind="suspicion")
        page.selection.sample_id = FULL
        picture = shown(page)
        assert picture["suspicion"] == {"score": 0.9, "suggestion": "Broad-leaved forest", "reasons": ["it looks like a forest", "NIR is low"], "note": ""}  # fmt: skip
        assert set(corpus.query(suspicion=(0.5, 1.0)).index) == set(corpus.samples.index) - {BROKEN}
        assert "class" in page.selection.curves.behind
        assert review_service(corpus).suspicion(BROKEN) == {"score": None, "suggestion": "", "reasons": ["only two samples are of this class"], "note": "cannot be judged"}  # fmt: skip
        begin(page, blind=True)
        until(lambda: sent(page._review.panel, "work")[-1]["hidden"])
        assert sent(page._review.panel, "work")[-1]["suspicion"] is None
        assert page._profile._usual_of(FULL, page.selection.curves).entries == []
    finally:
        page.close()


def test_the_season_that_is_usual_for_the_class_is_that_of_its_samples(corpus: Corpus) -> None:
    scored(corpus)
    curves, _ = parse("nir,NDVI;behind:class")
    packed = review_service(corpus).usual_season(FULL, curves)
    if (
        not packed.entries
    ):  # fewer samples than a season needs: nothing is drawn rather than something made up
        assert int((corpus.samples["clc"] == 211).sum()) < envelopes.LEAST
    season = pd.DataFrame({"month": pd.to_datetime(["2018-01-01", "2018-02-01"]), "p10": [0.2, 0.4], "median": [0.3, 0.5], "p90": [0.4, 0.6], "count": [9, 9]})  # fmt: skip
    drawn = profile_data.class_curves(curves, {"NDVI": season, "nir": season.assign(p10=2000, median=3000, p90=4000)}, "usual", "#123456")  # fmt: skip
    middle, low, high = drawn._values[1].reshape(3, -1)
    dates = [str(day) for day in PF_SR.dates]
    inside = dates.index("2018-01-18")
    assert middle[inside] == pytest.approx(0.3 + 0.2 * 3 / 31, abs=4e-3)
    assert low[inside] < middle[inside] < high[inside]
    assert np.isnan(middle[dates.index("2018-01-03")])
    assert np.isnan(middle[-1])
    assert drawn._values[0][inside] == pytest.approx(0.3)


def test_a_name_that_can_be_several_classes_is_none() -> None:
    """`forest` was "244 Agro-forestry areas", the first title that has it somewhere."""
    found = [code for code, _ in class_search.candidates("forest")]
    assert found == [311, 312, 313, 244]
    assert [code for code, _ in class_search.candidates("Wald 311")] == []
    assert [code for code, _ in class_search.candidates("water")][:2] == [511, 512]
    assert [code for code, _ in class_search.candidates("urban")][:2] == [111, 112]
    for text in ("forest", "water", "urban", "for", "21"):
        with pytest.raises(InvalidQueryError, match="choose one"):
            class_search.find_class(text)
    for text, code in (
        ("sea", 523),
        ("Vineyard", 221),
        ("mixed forest", 313),
        ("lake", 512),
        ("Broad leaved", 311),
    ):
        assert class_search.find_class(text) == code
    for text in ("", "  "):
        with pytest.raises(InvalidQueryError, match=r"^which class"):
            class_search.find_class(text)


def test_common_names_are_those_of_classes() -> None:
    known = {one["code"] for one in class_search.classes()}
    assert {code for codes in COMMON.values() for code in codes} <= known
    assert all(name == class_search.plain(name) for name in COMMON)


def test_a_verdict_is_told_with_its_classes_and_fractions() -> None:
    wrong = read(judgement="wrong", adjustments=[{"code": 211, "action": "reject"}, {"code": 112, "action": "reject"}, {"code": 311, "action": "set", "fraction": 1.0}])  # fmt: skip
    assert (
        review_words.outcome(wrong)
        == "wrong: 311 Broad-leaved forest 100 %; was 211 60 %, 311 30 %, 112 10 %"
    )
    assert (
        review_words.outcome(read(judgement="wrong"))
        == "wrong: which class was not said; was 211 60 %, 311 30 %, 112 10 %"
    )
    assert review_words.outcome(read()).startswith("correct: 211 Non-irrigated arable land 60 %, 311")
    assert review_words.outcome(read(judgement="unsure")).startswith("unsure; the label is 211 60 %")


def test_fractions_that_add_up_to_more_than_all_are_refused() -> None:
    with pytest.raises(InvalidVerdictError, match="100 %"):
        read(judgement="wrong", adjustments=[{"code": 131, "action": "add", "fraction": 1.0}])
    with pytest.raises(InvalidVerdictError, match="100 %"):
        read(judgement="seen", adjustments=[{"code": code, "action": "add", "fraction": 1.0} for code in (131, 311)])  # fmt: skip


@pytest.mark.parametrize("judgement", ["correct", "wrong"])
def test_nobody_judges_a_label_that_is_hidden(page: Explorer, corpus: Corpus, judgement: str) -> None:
    begin(page, blind=True)
    verdict(page, judgement)
    until(lambda: sent(page._review.panel, "trouble"))
    assert "what you see" in sent(page._review.panel, "trouble")[-1]["text"]
    assert rows(corpus) == []


def see(page: Explorer, **content: Any) -> None:
    verdict(page, "seen", adjustments=[{"code": 211, "action": "add", "fraction": 1.0}], **content)


def test_only_who_has_not_seen_the_label_is_blind(page: Explorer, corpus: Corpus) -> None:
    begin(page, blind=True)
    see(page)
    until(lambda: sent(page._review.panel, "work")[-1]["revealed"])
    say(page, "rejudge")
    until(lambda: not sent(page._review.panel, "work")[-1]["revealed"])
    assert sent(page._review.panel, "work")[-1]["labels"]
    verdict(page, "wrong", id="v2")
    until(lambda: len(rows(corpus)) == 2)
    # Taken back, the label is hidden again, but was seen all the same.
    for count in (3, 4):
        say(page, "undo")
        until(lambda count=count: len(rows(corpus)) == count)
    until(lambda: sent(page._review.panel, "work")[-1]["hidden"])
    see(page, id="v3")
    until(lambda: len(rows(corpus)) == 5)
    told = {row["id"]: row["blind"] for row in rows(corpus) if row["kind"] == "verdict"}
    assert told == {"v1": True, "v2": False, "v3": False}


def test_a_review_that_is_not_blind_says_so(page: Explorer, corpus: Corpus) -> None:
    begin(page)
    verdict(page, "correct")
    until(lambda: len(rows(corpus)) == 1)
    assert [row["blind"] for row in rows(corpus)] == [False]


def test_a_blind_link_hides_the_label_before_it_is_known_who_reviews(corpus: Corpus) -> None:
    link = f"?sample={FULL}&review=ids:{FULL}.{BROKEN}&blind=1&curves=nir;behind:class"
    page = Explorer(corpus, link)
    try:
        assert page._review.hides
        assert sent(page._review.panel, "setup")[-1]["blind"] is True
        assert "arable" not in sent(page._head.head, "sample")[-1]["text"]
        assert "arable" not in page._labels.html
        assert "gone" in page._places._laid.map_region.css_classes
        assert page._profile._usual_of(FULL, page.selection.curves).entries == []
        page._present._collect()
        assert "arable" not in page._present._own.states[0].title
        talk.say(page._spectrum.chart, "look", typical=True)
        talk.say(page._spectrum.chart, "typical", month=7)
        assert "hidden" in sent(page._spectrum.chart, "typical")[-1]["text"]
        say(page, "begin", resume=f"ids:{FULL}.{BROKEN}", reviewer="ada", blind=True)
        until(lambda: page._review._work is not None)
        assert shown(page)["hidden"]
        assert "blind=1" in page.selection.to_query()
        assert "blind" not in page.selection.to_query(review=False)
        say(page, "close")
        assert "arable" in page._labels.html
        assert "arable" in sent(page._head.head, "sample")[-1]["text"]
        assert "blind" not in page.selection.to_query()
    finally:
        page.close()


def test_a_queue_that_was_blind_stays_so_without_its_link(page: Explorer, corpus: Corpus) -> None:
    begin(page, blind=True)
    see(page)
    until(lambda: len(rows(corpus)) == 1)
    other = Explorer(corpus, f"?sample={BROKEN}&review=ids:{FULL}.{BROKEN}")
    try:
        say(other, "begin", resume=f"ids:{FULL}.{BROKEN}", reviewer="ada")
        until(lambda: other._review._work is not None)
        assert other._review.hides
    finally:
        other.close()


def test_a_tab_takes_back_only_what_it_gave(page: Explorer, corpus: Corpus) -> None:
    begin(page)
    other = Explorer(corpus, f"?sample={FULL}")
    try:
        begin(other)
        verdict(page, "unsure")
        until(lambda: len(rows(corpus)) == 1)
        say(other, "undo")
        until(lambda: sent(other._review.panel, "trouble"))
        assert "nothing to take back" in sent(other._review.panel, "trouble")[-1]["text"]
        assert len(rows(corpus)) == 1
        # After a reload the tab says which verdicts are its own; those of others stay.
        begin(other, reviewer="eve")
        other._review._work.given = ["v1"]
        say(other, "undo")
        until(lambda: len(sent(other._review.panel, "trouble")) == 2)
        assert len(rows(corpus)) == 1
        begin(other, given=["v1"])
        say(other, "undo")
        until(lambda: len(rows(corpus)) == 2)
    finally:
        other.close()


def late(page: Explorer, **content: Any) -> None:
    work = page._review._work
    assert work is not None
    told = {"id": "late", "sample": FULL, "judgement": "correct", "adjustments": [], "confidence": 3, "comment": "", "base": None, "scope": work.scope, "link": f"?sample={FULL}&pixels=7,8&review=ids:{FULL}"}  # fmt: skip
    say(page, "late", **told | content)


def test_a_verdict_from_before_the_connection_was_lost_is_kept_once(page: Explorer, corpus: Corpus) -> None:
    begin(page)
    page.selection.sample_id = BROKEN
    shown(page)
    for count in (1, 2):
        late(page)
        until(lambda count=count: len(sent(page._review.panel, "saved")) == count)
    (row,) = rows(corpus)
    assert (row["id"], row["sample_id"], row["judgement"], row["confidence"]) == ("late", FULL, "correct", 3)
    assert "pixels=7,8" in row["evidence"]
    assert "review" not in row["evidence"]
    assert page.selection.sample_id == BROKEN
    assert "before the connection was lost" in sent(page._review.panel, "told")[-1]["text"]


def test_a_verdict_that_was_overtaken_is_not_kept(page: Explorer, corpus: Corpus) -> None:
    begin(page)
    verdict(page, "unsure")
    until(lambda: page.selection.sample_id == BROKEN)
    late(page)
    until(lambda: sent(page._review.panel, "refused"))
    assert "since" in sent(page._review.panel, "refused")[-1]["text"]
    late(page, scope="of another queue")
    late(page, base="v1", id="late2")
    until(lambda: len(rows(corpus)) == 2)


def test_late_verdicts_do_not_lift_the_blind(page: Explorer, corpus: Corpus) -> None:
    begin(page, blind=True)
    late(page)
    until(lambda: sent(page._review.panel, "refused"))
    late(page, judgement="seen", adjustments=[{"code": 211, "action": "add", "fraction": 1.0}])
    until(lambda: len(rows(corpus)) == 1)
    assert rows(corpus)[0]["blind"] is True


def test_what_others_say_of_the_sample_is_seen(page: Explorer, corpus: Corpus) -> None:
    begin(page)
    say(page, "look")
    until(lambda: page._review._work.revision >= 0)
    with Records.open(corpus) as records:
        records.add(review_words.read_verdict({"sample": FULL, "id": "o", "judgement": "unsure", "adjustments": []}, "bob", LABEL, evidence="", queue=Queue("ids", (FULL,))))  # fmt: skip

    def seen() -> bool:
        say(page, "look")
        return bool(sent(page._review.panel, "work")[-1]["others"])

    until(seen)
    assert [one["reviewer"] for one in sent(page._review.panel, "work")[-1]["others"]] == ["bob"]
    assert "changed" in sent(page._review.panel, "work")[-1]["told"]


def test_a_ping_is_answered(page: Explorer) -> None:
    say(page, "ping")
    assert len(sent(page._review.panel, "pong")) == 1


@pytest.mark.parametrize("name", ["علی‌رضا", "ශ්‍රී", "Zoë Ångström", "李明"])
def test_names_of_any_language_are_names(page: Explorer, corpus: Corpus, name: str) -> None:
    begin(page, reviewer=name)
    verdict(page, "correct")
    until(lambda: len(rows(corpus)) == 1)
    assert rows(corpus)[0]["reviewer"] == name


def test_the_form_says_what_a_draw_can_tell(page: Explorer) -> None:
    page._review.ask()
    say(page, "forecast", kind="random", count=2, strata="1", allocation="proportional", seed=0)
    until(lambda: sent(page._review.panel, "forecast"))
    told = sent(page._review.panel, "forecast")[-1]
    assert told["problem"] == ""
    assert "expect the overall accuracy" in told["sentence"]
    assert sum(row["drawn"] for row in told["strata"]) == told["n"]
    assert {one["value"] for one in told["options"]} >= {"0", "1", "g:bigearthnet-19"}
    say(page, "forecast", kind="random", count=2, strata="9", allocation="proportional", seed=0)
    until(lambda: sent(page._review.panel, "forecast")[-1]["problem"])
    assert "no strata '9'" in sent(page._review.panel, "forecast")[-1]["problem"]


def test_a_random_draw_is_kept_and_its_end_says_what_was_found(page: Explorer, corpus: Corpus) -> None:
    page._review.ask()
    say(page, "begin", kind="random", count=10, strata="0", allocation="proportional", seed=1, reviewer="ada")
    until(lambda: page._review._work is not None)
    ids = page._review._work.queue.ids
    with Records.open(corpus) as records:
        assert [one.text for one in draws.every(records)] == [page.selection.review]
    for number, _ in enumerate(ids):
        until(lambda: shown(page)["sample"] not in page._review._work.done)
        here = page.selection.sample_id
        verdict(page, "correct", id=f"v{number}")
        until(lambda here=here: here in page._review._work.done)
    until(lambda: sent(page._review.panel, "closing"))
    told = sent(page._review.panel, "closing")[-1]
    assert f"{len(ids)} of {len(ids)} samples are judged" in told["found"][0]
    assert told["left"] == []
    assert told["estimate"].startswith("Overall accuracy 100.0 %")


def test_the_end_comes_after_the_last_picture_which_would_cover_it(
    page: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(page, ids=FULL)
    review = page._review
    quick = review._picture

    def slow(*args: Any) -> Any:
        time.sleep(0.3)
        return quick(*args)

    monkeypatch.setattr(review, "_picture", slow)
    verdict(page, "correct")
    until(lambda: sent(review.panel, "closing"))
    kinds = [message["type"] for message in sent(review.panel, "work", "closing")]
    assert kinds[-2:] == ["work", "closing"]
    assert sent(review.panel, "work")[-1]["told"].endswith("The only sample is reviewed.")


def test_a_link_that_is_too_long_is_a_whole_one_all_the_same() -> None:
    assert evidence_of("?sample=a&date=2018-07-02") == "?sample=a&date=2018-07-02"
    points = ";".join(f"polygon:{','.join(f'{(i * 7 + j) % 200}.{j},{(j * 3) % 200}.5' for j in range(90))}" for i in range(4))  # fmt: skip
    long = f"?sample={FULL}&date=2018-07-07&pixels=3,4&regions={points}&names={'x' * 4000}"
    found = decode(evidence_of(long))
    assert (found.sample, str(found.date), found.pixels) == (FULL, "2018-07-07", ((3, 4),))
    assert len(evidence_of(long)) <= 4000


def test_what_is_around_tells_no_label_of_a_blind_review(corpus: Corpus) -> None:
    seen, hidden = (review_plan.around(corpus, FULL, hidden=one) for one in (False, True))
    assert [cell["id"] for cell in seen["cells"]] == [cell["id"] for cell in hidden["cells"]]
    assert seen["cells"][0]["id"] == FULL
    assert seen["cells"][0]["title"]
    assert {(cell["title"], cell["colour"]) for cell in hidden["cells"]} == {("", "")}
    ring = np.array(seen["cells"][0]["ring"])
    assert np.ptp(ring, axis=0) == pytest.approx([0.6, 0.6], abs=0.15)


def test_the_strip_and_the_neighbours_are_pictures(corpus: Corpus) -> None:
    strip = review_plan.strip(corpus, FULL, "true", "fixed")
    assert [one["date"][:7] for one in strip] == sorted(one["date"][:7] for one in strip)
    assert all(one["jpeg"][:2] == b"\xff\xd8" for one in strip)
    (found,) = review_plan.chips(
        corpus, BROKEN, [211, 211, 21], PF_SR.dates.index(PF_SR.dates[0]), "true", "fixed"
    )
    assert found["code"] == 211
    assert BROKEN not in [chip["id"] for chip in found["chips"]]


def test_a_blind_review_gives_away_ones_own_verdicts_alone(page: Explorer, corpus: Corpus) -> None:
    begin(page, reviewer="anna")
    verdict(page, "wrong", id="annas")
    until(lambda: len(rows(corpus)) == 1)
    page._review.end()
    page._review.veil()
    say(page, "save", format="csv")
    until(lambda: "hides what others said" in sent(page._review.panel, "trouble")[-1]["text"])
    page.selection.sample_id = BROKEN
    begin(page, reviewer="bea", blind=True)
    verdict(page, "unsure", id="beas")
    until(lambda: len(rows(corpus)) == 2)
    for ending in ("csv", "geojson", "json"):
        before = len(sent(page._review.panel, "file"))
        say(page, "save", format=ending)
        file = until(lambda: sent(page._review.panel, "file")[before:])[0]  # noqa: B023
        text = bytes(file["bytes"]).decode()
        assert "bea" in text
        assert "anna" not in text


def test_a_blind_link_stays_in_the_address_while_it_asks_who_reviews(corpus: Corpus) -> None:
    page = Explorer(corpus, f"?sample={FULL}&review=random:n%3D2&blind=1")
    try:
        link = decode(page.selection.to_query())
        assert (link.review, link.blind) == ("random:n=2", True)
        page._review.end()
        link = decode(page.selection.to_query())
        assert (link.review, link.blind) == ("", False)
    finally:
        page.close()


def test_the_queue_of_a_class_does_not_name_it_to_who_must_not_see_the_label() -> None:
    spec = QueueSpec("class", 5, classes=(312,))
    assert review_words.title(spec) == "Coniferous forest"
    assert "oniferous" not in review_words.title(spec, hidden=True)
