"""The review on the page: a queue, a verdict on each sample, nothing told before it may be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from explorer import Explorer, open_corpus
from explorer.config import settings
from explorer.corpus.corpus import Corpus
from explorer.errors import ExplorerError, InvalidQueryError, InvalidVerdictError
from explorer.review.queue import Queue
from explorer.review.records import Records
from explorer.views import review_words
from explorer.views.parts import WORKERS, Component
from tests import corpora

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


def settle(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        WORKERS.submit(lambda: None).result(SECONDS)


def sent(component: Component, kind: str) -> list[dict[str, Any]]:
    return [message for message in list(component._outbox) if message["type"] == kind]


def say(page: Explorer, what: str, **content: Any) -> None:
    page._review.panel._handle_msg({"type": what, **content})


def shown(page: Explorer) -> dict[str, Any]:
    """What the panel shows of the selected sample, as soon as it does."""
    view = page._review.panel
    settle(lambda: [m for m in sent(view, "work") if m["sample"] == page.selection.sample_id])
    return [m for m in sent(view, "work") if m["sample"] == page.selection.sample_id][-1]


def begin(page: Explorer, **content: Any) -> dict[str, Any]:
    page._review.ask()
    say(page, "begin", **{"kind": "ids", "ids": f"{FULL}\n{BROKEN}", "reviewer": "ada"} | content)
    settle(lambda: page._review._work is not None)
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
    settle(lambda: page.selection.sample_id == BROKEN)
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
    settle(lambda: page.selection.sample_id == BROKEN)
    assert len(rows(corpus)) == 1


def test_undo_takes_the_last_verdict_back_and_leads_there(page: Explorer, corpus: Corpus) -> None:
    begin(page)
    verdict(page, "unsure")
    settle(lambda: page.selection.sample_id == BROKEN)
    say(page, "undo")
    settle(lambda: page.selection.sample_id == FULL)
    picture = shown(page)
    assert picture["mine"] is None
    assert picture["done"] == 0
    assert [row["kind"] for row in rows(corpus)] == ["verdict", "retraction"]
    say(page, "undo")
    settle(lambda: sent(page._review.panel, "trouble"))
    assert "nothing to take back" in sent(page._review.panel, "trouble")[-1]["text"]


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
        assert page.selection.sample_id == sample
        shown(page)
        verdict(page, "correct", id=f"v{number}")
        done = page._review._work.done
        settle(partial(done.__contains__, sample))
    settle(lambda: "All 2 samples are reviewed" in sent(page._review.panel, "work")[-1]["told"])


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
    assert "gone" in page._map_region.css_classes
    assert "gone" in page._label_region.css_classes
    verdict(page, "seen", adjustments=[{"code": 311, "action": "add", "fraction": 1.0}])
    settle(lambda: sent(page._review.panel, "work")[-1]["revealed"])
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
    assert "gone" in page._desk.css_classes
    assert "gone" not in page._map_region.css_classes + page._label_region.css_classes
    assert "reviewing" not in page._page.css_classes
    assert page.selection.review == ""


def test_a_link_leads_back_into_its_queue(corpus: Corpus) -> None:
    page = Explorer(corpus, f"?sample={BROKEN}&review=ids:{FULL}.{BROKEN}")
    try:
        assert sent(page._review.panel, "setup")[-1]["resume"] == f"ids:{FULL}.{BROKEN}"
        say(page, "begin", resume=f"ids:{FULL}.{BROKEN}", reviewer="ada")
        settle(lambda: page._review._work is not None)
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
    ],
)
def test_what_cannot_be_begun_is_told(page: Explorer, content: dict[str, Any], told: str) -> None:
    page._review.ask()
    say(page, "begin", **{"kind": "ids", "ids": FULL, "reviewer": "ada"} | content)
    settle(lambda: sent(page._review.panel, "trouble"))
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
    settle(lambda: sent(page._review.panel, "trouble"))
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
    settle(lambda: sent(page._review.panel, "trouble"))
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
