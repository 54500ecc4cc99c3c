"""Verdicts on a PostgreSQL server: each of its failures has its name, and no name of a host or a user is in what visitors read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from explorer.core.errors import (
    InvalidQueryError,
    RecordsBusyError,
    RecordsError,
    RecordsFullError,
    RecordsReadOnlyError,
    RecordsUnreachableError,
)
from explorer.corpus.corpus import Corpus
from explorer.review import database, draws, imports, probe
from explorer.review.queue import QueueSpec
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests import corpora
from tests.faults import old_tables
from tests.faults.test_verdicts import clean, server

__all__ = ["clean", "server"]  # fixtures

C = corpora.FULL


@pytest.fixture
def kept(tiny_corpus: Corpus, clean: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    with Records.open(tiny_corpus, clean, name="mine") as opened:
        monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.2)
        yield opened


@pytest.mark.parametrize(
    ("state", "error", "why"),
    [
        ("23505", RecordsError, "taken back that was taken back before; nothing was kept"),
        ("53100", RecordsFullError, "the server's disk is full; nothing was kept"),
        ("25006", RecordsReadOnlyError, "cannot be written to by this user"),
        ("42501", RecordsReadOnlyError, "cannot be written to by this user"),
        ("40001", RecordsBusyError, "locked by others for too long; nothing was kept, try again"),
        ("40P01", RecordsBusyError, "locked by others for too long"),
        ("08006", RecordsUnreachableError, "cannot be reached"),
        ("28000", RecordsUnreachableError, "check the address, user and password"),
        ("57P03", RecordsUnreachableError, "cannot be reached"),
        ("22012", RecordsError, "cannot do it for … at …; nothing was kept"),
    ],
)
def test_each_failure_of_a_server_has_its_name(
    kept: Records, state: str, error: type[RecordsError], why: str
) -> None:
    said = f"""DO $$ BEGIN RAISE EXCEPTION 'cannot do it for "anna" at (10.0.0.7)' USING ERRCODE = '{state}'; END $$"""
    with pytest.raises(error, match=why) as caught:
        kept.database.write(lambda line: line.exec_driver_sql(said))
    assert type(caught.value) is error
    told = str(caught.value).replace(kept.where, "")
    assert "anna" not in told
    assert "10.0.0.7" not in told
    kept.add(Verdict(C, "Anna", "wrong"))  # the connection is as good as before


def test_a_table_that_another_holds_is_told_and_free_again(kept: Records, clean: str) -> None:
    import psycopg

    def write(line: Connection) -> None:
        line.exec_driver_sql("SET LOCAL lock_timeout = '20ms'")
        line.exec_driver_sql("LOCK TABLE explorer_verdicts")

    with psycopg.connect(clean) as other:
        other.execute("LOCK TABLE explorer_verdicts")
        with pytest.raises(RecordsBusyError, match="locked by others"):
            kept.database.write(write)
    kept.database.write(write)


def test_work_whose_line_broke_is_done_again_and_once(kept: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 30.0)
    tries = []

    def write(line: Connection) -> int:
        tries.append(1)
        if len(tries) < 2:
            line.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        return len(tries)

    assert kept.database.write(write) == 2


def test_a_line_that_breaks_each_time_is_told(kept: Records) -> None:
    broken = "SELECT pg_terminate_backend(pg_backend_pid())"
    with pytest.raises(RecordsUnreachableError, match="cannot be reached"):
        kept.database.write(lambda line: line.exec_driver_sql(broken))


def test_whether_a_server_keeps_verdicts_is_asked_without_leaving_any(kept: Records, clean: str) -> None:
    import psycopg

    def transactions() -> int:
        with psycopg.connect(clean) as other:
            (found,) = other.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchone() or (
                "",
            )
        return int(found)

    before = transactions()
    probe.check_writing(kept.database)
    assert transactions() > before  # a transaction that writes: its commit waits for the disk
    assert kept.history().empty
    with psycopg.connect(clean, autocommit=True) as other:
        other.execute("DROP ROLE IF EXISTS looker")
        other.execute("CREATE ROLE looker LOGIN")
        other.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker")
        other.execute("GRANT USAGE ON SCHEMA public TO looker")
    with (
        Records.open(kept.corpus, clean.replace("explorer@", "looker@"), name="mine") as looker,
        pytest.raises(RecordsReadOnlyError),
    ):
        probe.check_writing(looker.database)


def test_a_server_s_copy_is_left_to_its_own_tool(kept: Records, tmp_path: Path) -> None:
    with pytest.raises(InvalidQueryError, match=r"pg_dump --format=custom --file=FILE postgresql://"):
        kept.database.backup(tmp_path / "copy.sqlite")
    assert not list(tmp_path.iterdir())


def test_undo_imports_and_draws_are_as_in_a_file(kept: Records) -> None:
    first = kept.add(Verdict(C, "Anna", "wrong"))
    gone = kept.undo("Anna")
    assert gone is not None
    assert gone.undone == first.verdict
    repeated = kept.undo("Anna", id=gone.id)
    assert repeated is not None
    assert (repeated.repeated, repeated.undone) == (True, first.verdict)
    assert kept.undo("Anna") is None
    (receipt,) = kept.add_import([Verdict(C, "Ben", "correct")], "ben.csv")
    assert imports.undo(kept, receipt.import_id).rows == 1
    with pytest.raises(InvalidQueryError, match="was taken back on"):
        imports.undo(kept, receipt.import_id)
    assert kept.current().empty
    spec = QueueSpec("random", 2)
    assert draws.open_draw(kept, spec) == draws.open_draw(kept, spec, "Ben")


def test_old_tables_on_a_server_are_brought_up_and_said(
    kept: Records, clean: str, caplog: pytest.LogCaptureFixture
) -> None:
    said = kept.add(Verdict(C, "Anna", "wrong", suggested=311))
    kept.database.write(lambda line: old_tables.back_to(line, 1))
    with Records.open(kept.corpus, clean, name="mine") as again:
        assert [one.id for one in again.rows()] == [said.id]
    (line,) = [one.message for one in caplog.records if "are brought up to version" in one.message]
    assert "tables of version 1" in line
    assert "kept in" not in line  # no copy is made of a server's tables
