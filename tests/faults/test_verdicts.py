"""Eight programs write 2,400 verdicts while some are killed: every acknowledged one is kept, none twice."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from explorer import open_corpus
from explorer.core.errors import (
    ConflictingVerdictError,
    ForeignRecordsError,
    InvalidVerdictError,
    RecordsError,
    RecordsReadOnlyError,
    RecordsUnreachableError,
    RecordsVersionError,
)
from explorer.corpus.corpus import Corpus
from explorer.review import draws, queue
from explorer.review.records import Records
from explorer.review.verdicts import Adjustment, Verdict
from tests import corpora, postgres
from tests.faults import old_tables, verdict_writer

PROCESSES, VERDICTS, KILLS = 8, 2_400, 10
PATIENCE = 900.0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    why = postgres.missing()
    if why:
        # Where everything is set up for tests, a server that is missing is a failure.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    with postgres.server() as url:
        yield url


@pytest.fixture
def clean(server: str) -> str:
    """The server's database without tables."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return server


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where verdicts are kept: a file, and a server."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("clean"))
    return str(tmp_path / "verdicts.sqlite")


both = pytest.mark.parametrize("place", ["sqlite", "postgresql"], indirect=True)


# Eighteen programs are started: each is a copy of one that has imported what they need.
WRITERS = multiprocessing.get_context("forkserver")
WRITERS.set_forkserver_preload(["tests.faults.verdict_writer"])


def start(corpus: Path, database: str, journal: Path, number: int) -> ForkServerProcess:
    share = VERDICTS // PROCESSES
    writer = WRITERS.Process(
        target=verdict_writer.main, args=(str(corpus), database, str(journal), number * share, share)
    )
    writer.start()
    return writer


def acknowledged(journal: Path) -> list[str]:
    # A kill may cut the last line short: that one was not acknowledged.
    return journal.read_text().split("\n")[:-1] if journal.exists() else []


@pytest.mark.timeout(PATIENCE + 60)
@both
def test_no_acknowledged_verdict_is_lost_and_none_is_kept_twice(
    place: str, tiny_folder: Path, tmp_path: Path
) -> None:
    dice = random.Random(7)
    journals = [tmp_path / f"journal-{number}" for number in range(PROCESSES)]
    running = {n: start(tiny_folder, place, journals[n], n) for n in range(PROCESSES)}
    kills, begun = 0, time.monotonic()
    # The next kill comes when so many more verdicts were acknowledged: in the midst of writing, on any machine.
    due = dice.randrange(40, 200)
    try:
        while running:
            assert time.monotonic() - begun < PATIENCE, f"{sum(map(len, map(acknowledged, journals)))} so far"
            time.sleep(0.02)  # between looks; nothing is assumed to have happened by then
            for number, process in list(running.items()):
                if process.exitcode is not None:
                    assert process.exitcode == 0, f"writer {number} failed: see what it wrote to stderr"
                    del running[number]
            if kills < KILLS and running and sum(map(len, map(acknowledged, journals))) >= due:
                victim = dice.choice(sorted(running))
                running[victim].kill()
                running[victim].join()
                assert running[victim].exitcode == -signal.SIGKILL
                kills += 1
                due += dice.randrange(40, 200)
                running[victim] = start(tiny_folder, place, journals[victim], victim)
    finally:
        for process in running.values():
            process.kill()
            process.join()
    assert kills == KILLS
    told = [name for journal in journals for name in acknowledged(journal)]
    assert len(told) >= VERDICTS
    corpus = open_corpus(tiny_folder)
    with Records.open(corpus, place, name="faults") as records:
        rows = records.history()
    corpus.close()
    assert set(told) <= set(rows["id"])
    assert rows["id"].is_unique
    assert len(rows) == VERDICTS
    assert all(
        text == f"said as number {int(name[-6:])}"
        for name, text in zip(rows["id"], rows["comment"], strict=True)
    )
    if not place.startswith("postgresql"):
        assert sqlite3.connect(place).execute("PRAGMA integrity_check").fetchone() == ("ok",)


# -- PostgreSQL does what SQLite does -------------------------------------------------------------------------


@pytest.fixture
def kept(tiny_corpus: Corpus, clean: str) -> Iterator[Records]:
    with Records.open(tiny_corpus, clean) as opened:
        yield opened


def test_verdicts_on_a_server_are_what_they_are_in_a_file(kept: Records, tiny_corpus: Corpus) -> None:
    said = Verdict(
        corpora.FULL, "Anna", "wrong", suggested=311, adjustments=(Adjustment(512, "add", 1 / 3),), confidence=4,
        comment='=1+1\r\n"żółć" 🛰', evidence="date=2018-07-02", queue="random:n=2", stratum="2", probability=0.1,
    )  # fmt: skip
    receipt = kept.add(said)
    assert kept.add(said).repeated
    assert list(kept.rows()) == [receipt.verdict]
    with pytest.raises(ConflictingVerdictError):
        kept.add(Verdict(corpora.FULL, "Anna", "correct", id=said.id))
    kept.add_many(Verdict(corpora.FULL, "Ben", one) for one in ("wrong", "correct"))
    assert dict(zip(kept.current()["reviewer"], kept.current()["judgement"], strict=True)) == {
        "Anna": "wrong",
        "Ben": "correct",
    }
    undone = kept.undo("Ben", id="u")
    again = kept.undo("Ben", id="u")
    assert undone is not None
    assert again is not None
    assert again.repeated
    assert kept.final().loc[corpora.FULL, "state"] == "wrong"
    with pytest.raises(InvalidVerdictError):
        kept.undo("Anna", verdict_id="u")
    assert kept.revision() >= 4
    assert kept.progress(queue.Queue.of([corpora.FULL], tiny_corpus)).done == 1


def test_rows_on_a_server_cannot_be_changed_or_removed(kept: Records, clean: str) -> None:
    import psycopg

    kept.add(Verdict(corpora.FULL, "Anna", "wrong"))
    with psycopg.connect(clean, autocommit=True) as other:
        for statement in (
            "UPDATE explorer_verdicts SET judgement='correct'",
            "DELETE FROM explorer_verdicts",
            "TRUNCATE explorer_verdicts",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="only ever added"):
                other.execute(statement)


def test_a_server_that_allows_reading_only_is_told(kept: Records, tiny_corpus: Corpus, clean: str) -> None:
    import psycopg

    kept.add(Verdict(corpora.FULL, "Anna", "wrong"))
    with psycopg.connect(clean, autocommit=True) as other:
        other.execute("DROP ROLE IF EXISTS visitor")
        other.execute("CREATE ROLE visitor LOGIN")
        other.execute("GRANT USAGE ON SCHEMA public TO visitor")
        other.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO visitor")
    with Records.open(tiny_corpus, clean.replace("explorer@", "visitor@")) as visitor:
        assert len(visitor.current()) == 1
        with pytest.raises(RecordsReadOnlyError, match="cannot be written to"):
            visitor.add(Verdict(corpora.FULL, "Eve", "correct"))
    assert len(kept.history()) == 1


def test_a_server_with_tables_of_a_newer_version_is_left_alone(
    kept: Records, tiny_corpus: Corpus, clean: str
) -> None:
    import psycopg

    with psycopg.connect(clean, autocommit=True) as other:
        other.execute("UPDATE explorer_about SET value = '99' WHERE name = 'version'")
    with pytest.raises(RecordsVersionError, match="99"):
        Records.open(tiny_corpus, clean)


def test_others_tables_beside_ours_do_no_harm_and_come_to_none(tiny_corpus: Corpus, clean: str) -> None:
    import psycopg

    with psycopg.connect(clean, autocommit=True) as other:
        other.execute("CREATE TABLE photos (name text)")
        with Records.open(tiny_corpus, clean) as records:
            records.add(Verdict(corpora.FULL, "Anna", "wrong"))
        other.execute("DROP TABLE explorer_about")
        with pytest.raises(ForeignRecordsError):
            Records.open(tiny_corpus, clean)


def test_a_line_that_breaks_is_mended(kept: Records, clean: str) -> None:
    import psycopg

    kept.add(Verdict(corpora.FULL, "Anna", "wrong"))
    with psycopg.connect(clean, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rapidai4eo-explorer'"
        )
    kept.add(Verdict(corpora.FULL, "Anna", "correct"))
    assert len(kept.history()) == 2


def test_a_database_that_a_server_does_not_have_is_told(tiny_corpus: Corpus, server: str) -> None:
    with pytest.raises(RecordsUnreachableError, match="nowhere"):
        Records.open(tiny_corpus, server.replace("/postgres", "/nowhere"))


@both
def test_tables_of_version_1_are_brought_up_once_by_many(tiny_folder: Path, place: str) -> None:
    corpus = open_corpus(tiny_folder)
    with Records.open(corpus, place, name="mine") as kept:
        kept.add(Verdict(corpora.FULL, "Anna", "wrong", suggested=311))
        kept.database.write(lambda line: old_tables.back_to(line, 1))
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: Records.open(corpus, place, name="mine"), range(4)))
    try:
        (row,) = opened[0].rows()
        assert (row.suggested, row.blind) == (311, None)
        opened[1].add(Verdict(corpora.FULL, "Ben", "correct", blind=False))
        spec = queue.QueueSpec("random", 2)
        drawn = {draws.open_draw(one, spec).draw.ids for one in opened}
        assert len(drawn) == len(draws.every(opened[2])) == 1
        with pytest.raises(RecordsError):
            opened[3].database.write(lambda line: line.exec_driver_sql("DELETE FROM explorer_draws"))
        assert len(draws.every(opened[3])) == 1
    finally:
        for one in opened:
            one.close()
        corpus.close()
