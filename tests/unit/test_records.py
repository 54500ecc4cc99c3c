"""Verdicts are kept once, in order, with all that was said; what is wrong is refused and changes nothing."""

from __future__ import annotations

import datetime as dt
import resource
import sqlite3
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from explorer import open_corpus
from explorer.core.errors import (
    ConflictingVerdictError,
    ForeignRecordsError,
    InvalidQueryError,
    InvalidSampleIdError,
    InvalidVerdictError,
    RecordsBusyError,
    RecordsError,
    RecordsFullError,
    RecordsReadOnlyError,
    RecordsVersionError,
    UnknownClassError,
    UnknownSampleError,
)
from explorer.corpus.corpus import Corpus
from explorer.review import consensus, database, records, schema, sqlite_file, verdict_table, verdicts
from explorer.review.queue import Queue
from explorer.review.records import Records
from explorer.review.verdicts import Adjustment, Verdict
from tests import corpora

A, B, C = corpora.BROKEN, corpora.BARE, corpora.FULL
NASTY = '=cmd|" /C calc"!A1\r\nsecond, "line";\ttab\n\u2028 żółć 🛰 \' -1'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reviews" / "verdicts.sqlite"


@pytest.fixture
def kept(tiny_corpus: Corpus, file: Path) -> Iterator[Records]:
    with Records.open(tiny_corpus, file) as opened:
        yield opened


def full(**given: Any) -> Verdict:
    said: dict[str, Any] = {
        "suggested": 311,
        "adjustments": (
            Adjustment(211, "reject"),
            Adjustment(311, "set", 0.7),
            Adjustment(512, "add", 1 / 3),
        ),
        "confidence": 4,
        "comment": NASTY,
        "evidence": "date=2018-07-02&pixels=120,80",
        "queue": "random:n=20,seed=3",
        "stratum": "2",
        "probability": 0.125,
        "blind": True,
    }
    return Verdict(C, "Anna", "wrong", **(said | given))


def test_what_was_said_comes_back(kept: Records) -> None:
    said = full()
    receipt = kept.add(said)
    (back,) = kept.rows()
    assert back == receipt.verdict
    assert back.content == said.content
    assert dict(back.label or ()) == {211: 0.6, 311: 0.3, 112: 0.1}
    assert back.time is not None
    assert abs(back.time - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert back.corpus == kept.corpus.where
    assert len(back.corpus_version) == 12
    assert back.app_version


def test_verdicts_outlive_the_program(kept: Records, tiny_corpus: Corpus, file: Path) -> None:
    kept.add(full())
    kept.close()
    with Records.open(tiny_corpus, file) as again:
        assert [one.comment for one in again.rows()] == [NASTY]


def test_the_newest_verdict_of_a_reviewer_is_current(kept: Records) -> None:
    for reviewer, judgement in (("Anna", "wrong"), ("Ben", "unsure"), ("Anna", "correct")):
        kept.add(Verdict(C, reviewer, judgement))
    current = kept.current()
    assert dict(zip(current["reviewer"], current["judgement"], strict=True)) == {
        "Ben": "unsure",
        "Anna": "correct",
    }
    assert len(kept.history()) == 3
    assert list(kept.history(limit=1)["judgement"]) == ["correct"]
    assert list(kept.current(reviewer="Ben")["judgement"]) == ["unsure"]
    assert kept.current(sample_id=A).empty


def test_of_two_at_the_same_moment_the_one_kept_later_is_current(kept: Records) -> None:
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    for name, judgement in (("b", "wrong"), ("a", "correct")):
        kept.add(Verdict(C, "Anna", judgement, id=name, time=now))
    assert list(kept.current()["id"]) == ["a"]
    assert kept.final().loc[C, "state"] == "correct"
    undone = kept.undo("Anna")
    assert undone is not None
    assert undone.undone is not None
    assert undone.undone.id == "a"


def test_a_clock_that_is_set_back_does_not_make_a_verdict_older(
    kept: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(dt.datetime):
        hours = 12

        @classmethod
        def now(cls, tz: Any = None) -> Clock:
            cls.hours -= 1
            return cls(2026, 3, 1, cls.hours, tzinfo=tz)

    monkeypatch.setattr(records.dt, "datetime", Clock)
    for judgement in ("wrong", "correct"):
        kept.add(Verdict(C, "Anna", judgement))
    assert list(kept.current()["judgement"]) == ["correct"]


def test_the_same_verdict_sent_twice_is_kept_once(kept: Records) -> None:
    said = full()
    first, second = kept.add(said), kept.add(said)
    assert (first.repeated, second.repeated) == (False, True)
    assert second.verdict == first.verdict
    assert [one.repeated for one in kept.add_many([said, full(id="x"), full(id="x")])] == [True, False, True]
    assert len(kept.history()) == 2


def test_another_verdict_under_the_same_id_is_refused(kept: Records) -> None:
    said = full()
    kept.add(said)
    with pytest.raises(ConflictingVerdictError, match=said.id):
        kept.add_many([full(), replace(said, judgement="correct")])
    assert len(kept.history()) == 1


def test_undo_takes_back_one_by_one_and_keeps_the_rows(kept: Records) -> None:
    for sample_id, judgement in ((A, "wrong"), (C, "wrong"), (C, "correct")):
        kept.add(Verdict(sample_id, "Anna", judgement))
    kept.add(Verdict(C, "Ben", "unsure"))
    undone = []
    while (receipt := kept.undo("Anna")) is not None:
        assert receipt.undone is not None
        undone.append((receipt.undone.sample_id, receipt.undone.judgement))
        mine = kept.current(reviewer="Anna")
        undone.append(dict(zip(mine["sample_id"], mine["judgement"], strict=True)))
    assert undone == [
        (C, "correct"), {A: "wrong", C: "wrong"}, (C, "wrong"), {A: "wrong"}, (A, "wrong"), {},
    ]  # fmt: skip
    assert list(kept.current()["reviewer"]) == ["Ben"]
    assert len(kept.history()) == 7


def test_an_undo_sent_twice_takes_back_once(kept: Records) -> None:
    for judgement in ("wrong", "correct"):
        kept.add(Verdict(C, "Anna", judgement))
    first, second = kept.undo("Anna", id="u"), kept.undo("Anna", id="u")
    assert first is not None
    assert second is not None
    assert (first.repeated, second.repeated) == (False, True)
    assert first.undone == second.undone
    assert list(kept.current()["judgement"]) == ["wrong"]


def test_only_ones_own_verdict_is_taken_back(kept: Records) -> None:
    receipt = kept.add(Verdict(C, "Anna", "wrong"))
    with pytest.raises(InvalidVerdictError, match="Ben"):
        kept.undo("Ben", verdict_id=receipt.id)
    assert kept.undo("Anna", verdict_id=receipt.id) is not None
    with pytest.raises(InvalidVerdictError, match="taken back"):
        kept.undo("Anna", verdict_id=receipt.id)


@pytest.mark.parametrize(
    ("sample_id", "error"),
    [
        ("31N_20E-234N_01_01", UnknownSampleError),
        ("nonsense", InvalidSampleIdError),
        ("", InvalidSampleIdError),
    ],
)
def test_a_verdict_for_an_unknown_sample_changes_nothing(
    kept: Records, sample_id: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        kept.add_many([full(), Verdict(sample_id, "Anna", "wrong")])
    assert kept.history().empty


@pytest.mark.parametrize(
    "given",
    [
        {"judgement": "maybe"}, {"reviewer": "  "}, {"reviewer": "a\nb"}, {"reviewer": "x" * 81}, {"confidence": 0},
        {"confidence": 2.5}, {"confidence": True}, {"probability": 0}, {"probability": float("nan")}, {"id": ""},
        {"comment": "\0"}, {"comment": "\ud800"}, {"comment": "x" * 10_001}, {"comment": None}, {"evidence": "a\nb"},
        {"kind": "retraction"}, {"kind": "vote"}, {"supersedes": "x"}, {"time": dt.datetime(2026, 3, 1)},  # noqa: DTZ001
        {"suggested": 999}, {"suggested": 0}, {"suggested": "2.5"}, {"blind": 1}, {"label": ((211, 2.0),)},
    ],
)  # fmt: skip
def test_values_that_are_none_are_refused(given: dict[str, Any]) -> None:
    said = {"sample_id": C, "reviewer": "Anna", "judgement": "wrong"}
    with pytest.raises((InvalidVerdictError, UnknownClassError)):
        Verdict(**(said | given))


@pytest.mark.parametrize(
    "name",
    ["علی‌رضا", "می‌خواهم", "ශ්‍රී ලංකා", "क्‍ष", "Nguyễn Thị Ánh", "李小龍", "Łukasz", "Ἀθηνᾶ", "מרים", "O'Brien-Šmíd"],
)  # fmt: skip
def test_names_of_any_language_are_names(kept: Records, name: str) -> None:
    kept.add(Verdict(C, f"  {name}\u200c ", "correct"))
    assert kept.reviewers() == [name]
    assert len(kept.current(reviewer=name)) == 1


@pytest.mark.parametrize("name", ["\u200d", "a \u200d b", "a\u202eb", "a\u200c\u200cb", "a\x07b", "\u2066a"])
def test_names_that_only_look_like_others_are_none(name: str) -> None:
    with pytest.raises(InvalidVerdictError, match="reviewer"):
        Verdict(C, name, "correct")


@pytest.mark.parametrize(
    ("code", "action", "fraction"),
    [(211, "set", None), (211, "set", 1.5), (211, "accept", 0.5), (211, "drop", None), (21, "accept", None)],
)
def test_adjustments_that_say_nothing_are_refused(code: int, action: str, fraction: float | None) -> None:
    with pytest.raises((InvalidVerdictError, UnknownClassError)):
        Adjustment(code, action, fraction)


def test_a_class_is_adjusted_once() -> None:
    with pytest.raises(InvalidVerdictError, match="each class once") as caught:
        Verdict(C, "Anna", "wrong", adjustments=(Adjustment(211, "accept"), Adjustment(211, "reject")))
    assert caught.value.name == "adjustments"


def test_what_is_accepted_stays_as_the_label_has_it() -> None:
    said = Verdict(
        C,
        "Anna",
        "wrong",
        adjustments=(Adjustment(211, "accept"), Adjustment(311, "reject"), Adjustment(512, "add", 0.4)),
        label=((211, 0.6), (311, 0.4)),
    )
    assert said.reference() == {211: 0.6, 512: 0.4}


@pytest.mark.parametrize(
    ("read", "text", "error", "why"),
    [
        (verdicts.read_adjustments, "211:set:2", InvalidVerdictError, "from 0 to 1, since set gives class 211 a fraction"),
        (verdicts.read_adjustments, "211:set:much", InvalidVerdictError, "code:action, as 211:accept or 311:set:0.4"),
        (verdicts.read_adjustments, "0:accept", InvalidVerdictError, "code:action"),
        (verdicts.read_label, '{"211": 1.5}', InvalidVerdictError, "from 0 to 1"),
        (verdicts.read_label, '{"0": 0.5}', UnknownClassError, "0"),
        (verdicts.read_label, '{"x": 0.5}', InvalidVerdictError, "fractions by code"),
        (verdicts.read_time, "2026-03-01T10:30:00", InvalidVerdictError, "a time with its zone"),
    ],
)  # fmt: skip
def test_texts_of_a_verdict_that_say_nothing_are_refused_with_what_would_do(
    read: Any, text: str, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        read(text)


@pytest.mark.parametrize("time", [None, dt.datetime(2026, 3, 1, 10, 30, tzinfo=dt.UTC)])
def test_times_and_labels_come_back_from_their_texts_known_or_not(time: dt.datetime | None) -> None:
    label = None if time is None else ((211, 0.6), (311, 0.4))
    assert verdicts.read_time(verdicts.time_text(time)) == time
    assert verdicts.read_label(verdicts.label_text(label)) == label


@pytest.mark.parametrize("years", [-20, 1])
def test_a_time_at_which_nobody_can_have_judged_is_refused(kept: Records, years: int) -> None:
    time = dt.datetime.now(dt.UTC) + dt.timedelta(days=365 * years)
    with pytest.raises(InvalidVerdictError, match=r"from 2015-01-01 to .*correct it, or leave it empty"):
        kept.add(Verdict(C, "Anna", "wrong", time=time))
    assert kept.history().empty


def test_numbers_of_numpy_are_understood() -> None:
    said = Verdict(
        C, "Anna", "wrong", suggested=np.int64(211), confidence=np.int32(3), probability=np.float32(0.5),
        adjustments=(Adjustment(np.int16(311), "set", np.float32(0.25)),),
    )  # fmt: skip
    assert (said.suggested, said.confidence, said.probability) == (211, 3, 0.5)
    assert said.adjustments == (Adjustment(311, "set", 0.25),)


def said_of(judgement: str, *adjustments: tuple[Any, ...], suggested: int | None = None) -> Verdict:
    made = tuple(Adjustment(*one) for one in adjustments)
    label = ((211, 0.6), (311, 0.3), (112, 0.1))
    return Verdict(C, "Anna", judgement, suggested=suggested, adjustments=made, label=label)


@pytest.mark.parametrize(
    ("verdict", "level", "expected"),
    [
        (said_of("correct"), 3, 211),
        (said_of("correct"), 1, 2),
        (said_of("wrong"), 3, None),
        (said_of("unsure", suggested=311), 3, None),
        (said_of("wrong", suggested=311), 3, 311),
        (said_of("wrong", suggested=31), 3, None),
        (said_of("wrong", suggested=31), 1, 3),
        (said_of("wrong", (211, "set", 0.2), (311, "set", 0.7)), 3, 311),
        (said_of("wrong", (211, "reject"), (512, "add", 0.6)), 3, 512),
        (said_of("wrong", (211, "reject")), 3, None),
        (said_of("correct", (112, "reject")), 3, 211),
    ],
)
def test_the_class_that_a_verdict_says_is_there(verdict: Verdict, level: int, expected: int | None) -> None:
    assert verdict.reference_class(level) == expected
    assert verdict.kept(id="v").reference_class(level) == expected


def test_what_several_say_comes_to_one_state(kept: Records) -> None:
    def say(sample_id: str, *judgements: str) -> None:
        for number, judgement in enumerate(judgements):
            kept.add(
                Verdict(sample_id, f"r{number}", judgement, suggested=311 if judgement == "wrong" else None)
            )

    say(A, "correct", "wrong")
    say(B, "unsure", "wrong", "wrong", "correct")
    say(C, "unsure", "unsure")
    final = kept.final()
    assert final["state"].to_dict() == {A: "disputed", B: "wrong", C: "unsure"}
    assert final["decided_by"].to_dict() == {A: "", B: "majority", C: "agreement"}
    assert final["reviewers"].to_dict() == {A: 2, B: 4, C: 2}
    assert final.loc[B, "suggested"] == 311
    kept.add(Verdict(A, "r0", "wrong", kind="adjudication", suggested=512))
    assert kept.final().loc[A, ["state", "decided_by", "suggested"]].tolist() == [
        "wrong",
        "adjudication",
        512,
    ]
    assert len(kept.current(sample_id=A, reviewer="r0")) == 2


def test_states_are_what_the_map_filters_by(kept: Records, tiny_corpus: Corpus) -> None:
    tiny_corpus.extras = pd.DataFrame({"suspicion": [0.5]}, index=[B])
    kept.add(Verdict(A, "Anna", "wrong"))
    tiny_corpus.extras = consensus.with_states(tiny_corpus.extras, kept.states())
    assert list(tiny_corpus.query(review="wrong").index) == [A]
    assert list(tiny_corpus.query(suspicion=(0.4, 0.6)).index) == [B]
    assert set(tiny_corpus.query(review="none").index) == {B, C}


def test_progress_of_a_queue(kept: Records, tiny_corpus: Corpus) -> None:
    queue = Queue.of([A, B], tiny_corpus)
    kept.add_many([Verdict(A, "Anna", "wrong"), Verdict(A, "Ben", "correct"), Verdict(C, "Anna", "wrong")])
    progress = kept.progress(queue)
    assert (progress.done, progress.total) == (1, 2)
    assert progress.judgements == {"wrong": 1, "correct": 1}
    assert progress.reviewers == {"Anna": 1, "Ben": 1}
    assert kept.progress(queue, "Cara").done == 0
    assert kept.reviewed("Anna") == {A, C}
    assert kept.reviewers() == ["Anna", "Ben"]


def test_an_empty_review_has_tables_all_the_same(kept: Records, tiny_corpus: Corpus) -> None:
    assert list(kept.current().columns) == list(verdict_table.COLUMNS)
    assert kept.states().empty
    assert kept.final().empty
    assert consensus.reference_classes(kept.current()).empty
    assert kept.progress(Queue.of([A], tiny_corpus)).done == 0
    assert kept.undo("Anna") is None
    assert kept.revision() == 0


def test_corpora_in_one_database_do_not_mix(tiny_folder: Path, file: Path) -> None:
    corpus = open_corpus(tiny_folder)
    with Records.open(corpus, file, name="one") as one, Records.open(corpus, file, name="two") as two:
        receipt = one.add(Verdict(C, "Anna", "wrong"))
        assert two.current().empty
        assert two.history().empty
        assert two.undo("Anna") is None
        with pytest.raises(ConflictingVerdictError):
            two.add(receipt.verdict)
    corpus.close()


def test_ten_threads_at_once_lose_nothing(kept: Records) -> None:
    start = threading.Barrier(10)

    def work(number: int) -> list[str]:
        start.wait()
        made = []
        for i in range(10):
            made.append(kept.add(Verdict((A, B, C)[i % 3], f"r{number}", "wrong")).id)
            if i % 5 == 4:
                assert kept.undo(f"r{number}") is not None
        return made

    with ThreadPoolExecutor(10) as pool:
        ids = [one for made in pool.map(work, range(10)) for one in made]
    rows = kept.history()
    assert set(rows.loc[rows["kind"] == "verdict", "id"]) == set(ids)
    assert rows["id"].is_unique
    assert rows["supersedes"].dropna().is_unique
    assert len(rows) == 120


def test_the_version_of_a_corpus_tells_other_labels(tiny_corpus: Corpus, kept: Records, file: Path) -> None:
    before = kept.version
    tiny_corpus.index.samples.loc[C, "clc"] = 112  # `corpus.samples` is one's own copy
    with Records.open(tiny_corpus, file) as again:
        assert again.version != before


# -- databases that are not what they should be ---------------------------------------------------------------


def test_rows_cannot_be_changed_or_removed(kept: Records, file: Path) -> None:
    kept.add(Verdict(C, "Anna", "wrong"))
    with sqlite3.connect(file) as other:
        for statement in (
            "UPDATE explorer_verdicts SET judgement='correct'",
            "DELETE FROM explorer_verdicts",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
                other.execute(statement)


def test_a_commit_is_on_the_disk(kept: Records) -> None:
    settings = kept.database.read(
        lambda line: [
            line.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        ]
    )
    assert settings == ["delete", 3]


def test_a_database_that_is_read_only_is_read_and_not_written(
    kept: Records, tiny_corpus: Corpus, file: Path
) -> None:
    kept.add(Verdict(C, "Anna", "wrong"))
    with Records.open(tiny_corpus, f"sqlite:///file:{file}?mode=ro&uri=true") as locked:
        assert len(locked.current()) == 1
        with pytest.raises(RecordsReadOnlyError, match="read-only"):
            locked.add(Verdict(A, "Anna", "wrong"))
        with pytest.raises(RecordsReadOnlyError):
            locked.undo("Anna")
    assert len(kept.history()) == 1


def test_a_full_disk_is_told_and_keeps_what_was_there(kept: Records, file: Path) -> None:
    first = kept.add(Verdict(C, "Anna", "wrong"))

    def fill(connection: sqlite3.Connection, *_: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 3}")

    database.event.listen(kept.database.engine, "connect", fill)
    kept.database.engine.dispose()
    many = [Verdict(A, "Anna", "wrong", comment="x" * 9000) for _ in range(5)]
    with pytest.raises(RecordsFullError, match="full"):
        kept.add_many(many)
    assert list(kept.history()["id"]) == [first.id]
    database.event.remove(kept.database.engine, "connect", fill)
    kept.database.engine.dispose()
    kept.add_many(many)
    assert len(kept.history()) == 6


def test_a_database_of_a_newer_version_is_left_alone(kept: Records, tiny_corpus: Corpus, file: Path) -> None:
    with sqlite3.connect(file) as other:
        other.execute(
            "UPDATE explorer_about SET value = ? WHERE name = 'version'", (str(schema.VERSION + 1),)
        )
    other.close()
    kept.close()
    before = file.read_bytes()
    with pytest.raises(RecordsVersionError, match="newer explorer"):
        Records.open(tiny_corpus, file)
    assert file.read_bytes() == before


def test_a_foreign_database_is_left_alone(tiny_corpus: Corpus, tmp_path: Path) -> None:
    foreign = tmp_path / "photos.sqlite"
    with sqlite3.connect(foreign) as other:
        other.execute("CREATE TABLE photos (name TEXT)")
    other.close()
    with pytest.raises(ForeignRecordsError, match="photos"):
        Records.open(tiny_corpus, foreign)
    with sqlite3.connect(foreign) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("photos",)]


def test_a_file_that_is_no_database_is_left_alone(tiny_corpus: Corpus, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reviewer, " * 400)
    before = letter.read_bytes()
    with pytest.raises(ForeignRecordsError, match=r"letter\.txt"):
        Records.open(tiny_corpus, letter)
    assert letter.read_bytes() == before


def test_a_database_that_others_lock_is_told(
    kept: Records, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    with Records.open(kept.corpus, file) as hurried, sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert hurried.current().empty  # reading goes on
        with pytest.raises(RecordsBusyError, match="locked"):
            hurried.add(Verdict(C, "Anna", "wrong"))
        other.execute("ROLLBACK")
        hurried.add(Verdict(C, "Anna", "wrong"))


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("mysql://host/db", InvalidQueryError),
        ("postgresql://x:port/db", InvalidQueryError),
        ("sqlite://", InvalidQueryError),
        ("://", InvalidQueryError),
        ("/proc/nowhere/verdicts.sqlite", RecordsError),
        ("/dev", RecordsError),
    ],
)
def test_places_that_cannot_be_are_told(tiny_corpus: Corpus, url: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        Records.open(tiny_corpus, url)


def test_a_server_that_does_not_answer_is_told_without_its_password(tiny_corpus: Corpus) -> None:
    from explorer.core.errors import RecordsUnreachableError

    with pytest.raises(RecordsUnreachableError, match="cannot be reached") as caught:
        Records.open(tiny_corpus, "postgresql://anna:secret@127.0.0.1:1/reviews")
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_a_server_s_old_name_and_any_driver_are_understood() -> None:
    for text in ("postgres://anna:secret@host/db", "postgresql+psycopg2://anna:secret@host/db"):
        url = database.read_url(text)
        assert url.drivername == "postgresql+psycopg"
        assert database.shown(url) == "postgresql://anna:***@host/db"


def test_a_driver_that_is_not_installed_is_named_with_what_installs_it(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RecordsError, match=r"needs psycopg.*rapidai4eo-explorer\[postgres\]") as caught:
        Records.open(tiny_corpus, "postgresql://anna:secret@127.0.0.1:1/reviews")
    assert "secret" not in str(caught.value)


def test_an_empty_file_that_is_read_only_is_not_called_old(tiny_corpus: Corpus, tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    with pytest.raises(RecordsReadOnlyError, match="is read-only; nothing was kept") as caught:
        Records.open(tiny_corpus, f"sqlite:///file:{empty}?mode=ro&uri=true")
    assert "older explorer" not in str(caught.value)


def test_a_table_about_something_else_is_left_alone(kept: Records, tiny_corpus: Corpus, file: Path) -> None:
    with sqlite3.connect(file) as other:
        other.execute("UPDATE explorer_about SET value = 'photos' WHERE name = 'application'")
    other.close()
    with pytest.raises(ForeignRecordsError, match="has a table explorer_about that is not the explorer's"):
        Records.open(tiny_corpus, file)


def test_one_who_writes_for_long_lets_no_other_wait_for_ever(
    kept: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    begun, end = threading.Event(), threading.Event()

    def write(line: Any) -> None:
        begun.set()
        assert end.wait(30)

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(kept.database.write, write)
        assert begun.wait(30)
        with pytest.raises(RecordsBusyError, match="locked by others for too long; nothing was kept"):
            kept.add(Verdict(C, "Anna", "wrong"))
        end.set()
        slow.result(30)
    kept.add(Verdict(C, "Anna", "wrong"))
    assert len(kept.history()) == 1


def test_more_readers_at_once_than_connections_are_told_to_come_again(
    kept: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = kept.database.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.05)
    held = [kept.database.engine.connect() for _ in range(pool.size() + pool._max_overflow)]
    with pytest.raises(RecordsBusyError, match="all connections are in use; try again in a moment"):
        kept.current()
    for one in held:
        one.close()
    assert kept.current().empty


def test_a_disk_that_takes_no_more_of_a_file_is_told(kept: Records, file: Path) -> None:
    first = kept.add(Verdict(C, "Anna", "wrong"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, before[1]))  # as a quota
    try:
        with pytest.raises(RecordsError, match=r"nothing was kept\. Is the disk full, or failing"):
            kept.add_many(Verdict(A, "Anna", "wrong", comment="x" * 9000) for _ in range(5))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(kept.history()["id"]) == [first.id]


def test_what_sqlite_refuses_otherwise_is_told_with_its_words(kept: Records) -> None:
    with pytest.raises(RecordsError, match="no such table: photos; nothing was kept"):
        kept.database.write(lambda line: line.exec_driver_sql("INSERT INTO photos VALUES (1)"))
    taken = kept.add(Verdict(C, "Anna", "wrong"))
    kept.undo("Anna")
    again = Verdict(C, "Anna", "", kind="retraction", supersedes=taken.id)
    with pytest.raises(RecordsError, match="taken back before; nothing was kept"):
        kept.add(again)
    assert len(kept.history()) == 2


# -- copies -------------------------------------------------------------------------------------------------------


def test_a_copy_is_not_made_over_the_database_itself(kept: Records, file: Path, tmp_path: Path) -> None:
    kept.add(Verdict(C, "Anna", "wrong"))
    link = tmp_path / "link.sqlite"
    link.symlink_to(file)
    for target in (file, link):
        with pytest.raises(InvalidQueryError, match="is the database itself; name another file"):
            kept.database.backup(target)
    kept.database.backup(tmp_path / "copy.sqlite")
    with Records.open(kept.corpus, tmp_path / "copy.sqlite") as copy:
        assert list(copy.rows()) == list(kept.rows())


def test_a_damaged_database_is_not_copied_over_a_whole_copy(
    kept: Records, file: Path, tmp_path: Path
) -> None:
    kept.add_many(Verdict(C, "Anna", "wrong", comment="x" * 3000) for _ in range(20))
    target = tmp_path / "copy.sqlite"
    kept.database.backup(target)
    whole = target.read_bytes()
    index = sqlite3.connect(file)
    (page,) = index.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'explorer_verdicts_taken_back'"
    ).fetchone()
    (size,) = index.execute("PRAGMA page_size").fetchone()
    index.close()
    kept.close()
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)
    with pytest.raises(RecordsError, match=r"cannot copy .*the copy is damaged.*nothing was changed"):
        kept.database.backup(target)
    assert target.read_bytes() == whole
    assert set(tmp_path.iterdir()) == {file.parent, target}  # nothing half-made is left


def test_copies_of_old_tables_do_not_replace_each_other(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        names.append(sqlite_file.beside(tmp_path / "v.sqlite", 1))
        names[-1].touch()
    assert [one.name for one in names] == [
        "v.version-1.sqlite",
        "v.version-1-1.sqlite",
        "v.version-1-2.sqlite",
    ]


def test_verdicts_are_kept_in_the_stated_place(tiny_corpus: Corpus, tmp_path: Path) -> None:
    with Records.open(tiny_corpus) as kept:
        kept.add(Verdict(C, "Anna", "wrong"))
        place = Path(kept.where)
    assert place.parent == tiny_corpus.config.data_dir / "reviews"
    assert place.is_file()
    elsewhere = tiny_corpus.config.model_copy(update={"review_database": str(tmp_path / "here.sqlite")})
    assert verdict_table.default_place(elsewhere, "x") == str(tmp_path / "here.sqlite")
