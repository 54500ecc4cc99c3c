"""What was acknowledged is there: files that are moved, replaced and copied while they are in use, clocks that are behind, imports."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from explorer.core.errors import (
    ExchangeError,
    InvalidQueryError,
    InvalidVerdictError,
    RecordsError,
    RecordsMovedError,
    RecordsVersionError,
)
from explorer.corpus.corpus import Corpus
from explorer.review import exchange, imports, records, schema, sqlite_file
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests import corpora
from tests.faults import old_tables
from tests.faults.test_verdicts import clean, server
from tests.unit.test_draws import old_database

__all__ = ["clean", "server"]  # fixtures

A, B, C = corpora.BROKEN, corpora.BARE, corpora.FULL


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reviews" / "verdicts.sqlite"


@pytest.fixture
def kept(tiny_corpus: Corpus, file: Path) -> Iterator[Records]:
    with Records.open(tiny_corpus, file, name="mine") as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tiny_corpus: Corpus, file: Path) -> Iterator[Records]:
    """Records in a file, and on a server."""
    place = request.getfixturevalue("clean") if request.param == "postgresql" else file
    with Records.open(tiny_corpus, place, name="mine") as opened:
        yield opened


def said(reviewer: str = "Anna", judgement: str = "wrong", **more: Any) -> Verdict:
    return Verdict(C, reviewer, judgement, **more)


def ids(file: Path) -> list[str]:
    """What another program finds in a file."""
    with closing(sqlite3.connect(file)) as line:
        return [row[0] for row in line.execute("SELECT id FROM explorer_verdicts ORDER BY seq")]


# -- moved, deleted, replaced -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["moved", "deleted", "its folder moved"])
def test_nothing_is_acknowledged_into_a_file_that_is_gone(kept: Records, file: Path, how: str) -> None:
    kept.add(said(id="first"))
    aside = file.with_name("aside.sqlite")
    if how == "moved":
        file.rename(aside)
    elif how == "deleted":
        file.unlink()
    else:
        file.parent.rename(file.parent.with_name("elsewhere"))
    for _ in range(3):
        with pytest.raises(RecordsMovedError, match="moved, deleted or replaced"):
            kept.add(said(id="second"))
        with pytest.raises(RecordsMovedError):
            kept.current()
    assert not file.exists(), "an empty one in its place would hide that the verdicts are gone"
    if how == "moved":
        assert ids(aside) == ["first"]
        aside.rename(file)
        kept.add(said(id="second"))
        assert ids(file) == ["first", "second"]


@pytest.mark.parametrize("how", ["moved in", "copied over", "removed and copied"])
def test_after_a_backup_was_put_back_verdicts_are_kept_in_it(kept: Records, file: Path, how: str) -> None:
    kept.add(said(id="first"))
    copy = file.with_name("copy.sqlite")
    kept.database.backup(copy)
    kept.add(said(id="lost with the file that was replaced"))
    if how == "moved in":
        copy.replace(file)
    elif how == "copied over":
        shutil.copyfile(copy, file)
    else:
        file.unlink()
        shutil.copyfile(copy, file)
    assert list(kept.history()["id"]) == ["first"]
    kept.add(said(id="second"))
    kept.close()
    assert ids(file) == ["first", "second"]
    with closing(sqlite3.connect(file)) as line:
        assert line.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_that_is_replaced_between_writing_and_acknowledging_is_noticed(
    kept: Records, file: Path
) -> None:
    kept.add(said(id="first"))
    copy = file.with_name("copy.sqlite")
    kept.database.backup(copy)
    moved: list[int] = []

    def work(line: Connection) -> list[Any]:
        found = kept._insert(line, [kept._filled(said(id="second"))])
        if not moved:
            moved.append(1)
            file.rename(file.with_name("aside.sqlite"))
            copy.rename(file)
        return found

    (receipt,) = kept.database.write(work)
    assert not receipt.repeated
    assert ids(file) == ["first", "second"]
    moved.clear()
    with pytest.raises(RecordsMovedError):
        kept.database.write(lambda line: (file.rename(file.with_name("gone.sqlite")), work_of(line, kept))[1])


def work_of(line: Connection, kept: Records) -> Any:
    return kept._insert(line, [kept._filled(said(id="third"))])


def test_a_file_of_an_older_explorer_or_of_others_in_its_place_is_told(kept: Records, file: Path) -> None:
    kept.add(said())
    old = file.with_name("old.sqlite")
    old_database(old, "mine", C)
    old.replace(file)
    with pytest.raises(RecordsVersionError, match="Start the explorer anew"):
        kept.add(said())
    file.write_bytes(b"Dear reviewer, " * 400)
    with pytest.raises(RecordsError, match="no database of verdicts"):
        kept.add(said())


def test_a_plain_copy_of_the_file_in_use_has_all_verdicts(kept: Records, file: Path) -> None:
    for number in range(20):
        kept.add(said(id=f"v{number:02d}"))
        copy = file.with_name("copy.sqlite")
        shutil.copyfile(file, copy)
        assert len(ids(copy)) == number + 1
        assert [path.name for path in file.parent.iterdir() if path not in (file, copy)] == []


def test_a_file_with_a_log_beside_it_becomes_one_without(tiny_corpus: Corpus, file: Path) -> None:
    file.parent.mkdir()
    old_database(file, "mine", C)
    with closing(sqlite3.connect(file)) as line:
        line.execute("PRAGMA journal_mode=WAL")
    with Records.open(tiny_corpus, file, name="mine") as opened:
        opened.add(said())
        assert not file.with_name(file.name + "-wal").exists()
        assert len(opened.history()) == 2


# -- rights ------------------------------------------------------------------------------------------------------


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_reads_what_is_kept(tiny_corpus: Corpus, file: Path) -> None:
    before = os.umask(0)
    try:
        with Records.open(tiny_corpus, file) as opened:
            opened.add(said())
            opened.database.backup(file.with_name("copy.sqlite"))
            assert {mode(path) for path in file.parent.iterdir()} == {0o600}
            assert mode(file.parent) == 0o700
        file.chmod(0o666)
        with Records.open(tiny_corpus, file):
            assert mode(file) == 0o600
    finally:
        os.umask(before)


def test_the_rights_of_a_file_that_is_not_ours_stay(tiny_corpus: Corpus, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reviewer, " * 400)
    letter.chmod(0o644)
    with pytest.raises(RecordsError):
        Records.open(tiny_corpus, letter)
    assert mode(letter) == 0o644


# -- backups -----------------------------------------------------------------------------------------------------


def test_a_backup_is_whole_while_others_write(kept: Records, file: Path) -> None:
    import threading

    stop = threading.Event()
    count = [0]

    def write() -> None:
        while not stop.is_set():
            kept.add(said(f"r{count[0]}"))
            count[0] += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            copy = file.with_name(f"copy{number}.sqlite")
            least = count[0]
            kept.database.backup(copy)
            assert len(ids(copy)) >= least
    finally:
        stop.set()
        thread.join()
    with Records.open(kept.corpus, copy, name="mine") as again:
        assert len(again.current()) == len(ids(copy))


def test_a_backup_that_cannot_be_made_leaves_what_was_there(kept: Records, file: Path) -> None:
    kept.add(said())
    with pytest.raises(InvalidQueryError, match="the database itself"):
        kept.database.backup(file)
    link = file.with_name("link.sqlite")
    link.symlink_to(file)
    with pytest.raises(InvalidQueryError, match="the database itself"):
        kept.database.backup(link)
    with pytest.raises(RecordsError, match="cannot copy"):
        kept.database.backup(Path("/proc/nowhere/copy.sqlite"))
    assert len(kept.history()) == 1


def test_a_server_is_backed_up_by_its_own_tool(tiny_corpus: Corpus, clean: str, tmp_path: Path) -> None:
    with (
        Records.open(tiny_corpus, clean) as opened,
        pytest.raises(InvalidQueryError, match="pg_dump"),
    ):
        opened.database.backup(tmp_path / "copy.sqlite")


def test_a_file_with_settings_of_its_own_is_backed_up_by_its_path(
    kept: Records, tiny_corpus: Corpus, file: Path
) -> None:
    kept.add(said())
    with (
        Records.open(tiny_corpus, f"sqlite:///file:{file}?mode=ro&uri=true", name="mine") as opened,
        pytest.raises(InvalidQueryError, match="the file alone"),
    ):
        opened.database.backup(file.with_name("copy.sqlite"))


# -- order -------------------------------------------------------------------------------------------------------


def test_of_two_verdicts_the_second_counts_whatever_the_clocks_say(
    either: Records, tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Behind(dt.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> dt.datetime:
            return real(2020, 1, 1, tzinfo=tz)

    real = dt.datetime
    first = either.add(said("Anna", "wrong"))
    either.add(said("Ben", "wrong", kind="adjudication"))
    with Records.open(
        tiny_corpus, either.database.url.render_as_string(hide_password=False), name="mine"
    ) as other:
        with monkeypatch.context() as patch:
            patch.setattr(records.dt, "datetime", Behind)
            second = other.add(said("Anna", "correct"))
            other.add(said("Cara", "correct", kind="adjudication"))
        assert second.verdict.time is not None
        assert first.verdict.time is not None
        assert second.verdict.time > first.verdict.time
        for one in (either, other):
            assert one.current(reviewer="Anna")["judgement"].tolist() == ["correct"]
            assert one.final().loc[C, "state"] == "correct"
        with monkeypatch.context() as patch:
            patch.setattr(records.dt, "datetime", Behind)
            undone = other.undo("Anna")
        assert undone is not None
        assert undone.undone == second.verdict
        assert either.current(reviewer="Anna")["judgement"].tolist() == ["wrong"]


def test_what_is_said_after_an_import_counts_however_late_the_import_says_it_is(either: Records) -> None:
    late = dt.datetime.now(dt.UTC) + dt.timedelta(hours=23)
    exchange.load(either, table({"time": late.isoformat()}), "csv", "late.csv")
    either.add(said("Anna", "correct"))
    assert either.current()["judgement"].tolist() == ["correct"]


def test_an_older_import_does_not_outvote_what_was_said_since(either: Records) -> None:
    either.add(said("Anna", "correct"))
    exchange.load(either, table({"time": "2020-01-01T00:00:00Z"}), "csv", "old.csv")
    assert either.current()["judgement"].tolist() == ["correct"]
    undone = either.undo("Anna")
    assert undone is not None
    assert undone.undone is not None
    assert undone.undone.judgement == "correct"


# -- imports -----------------------------------------------------------------------------------------------------


def table(*rows: dict[str, Any]) -> bytes:
    """Rows of Anna's on `C`, all wrong, but for what is said."""
    names = sorted({"sample_id", "reviewer", "judgement"}.union(*rows))
    given: dict[str, Any] = {"sample_id": C, "reviewer": "Anna", "judgement": "wrong"}
    lines = [",".join(str((given | row).get(name, "")) for name in names) for row in rows]
    return "\n".join([",".join(names), *lines]).encode()


@pytest.mark.parametrize(
    "time",
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1900-01-00T00:00:00Z", "1970-01-01T00:00:00Z", "2014-12-31T23:59:59Z",
     "2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"],
)  # fmt: skip
def test_times_that_cannot_be_are_refused_by_line(kept: Records, time: str) -> None:
    kept.add(said())
    with pytest.raises(ExchangeError, match=r"mine\.csv, line 3, column time") as told:
        exchange.load(kept, table({}, {"time": time}), "csv", "mine.csv")
    assert (told.value.line, told.value.column) == (3, "time")
    assert len(kept.history()) == 1
    assert imports.every(kept) == []
    exchange.write(kept, "csv")


def test_times_that_cannot_be_are_refused_from_programs_too(kept: Records) -> None:
    for year in (1, 2014, 2099, 9999):
        with pytest.raises(InvalidVerdictError, match="time"):
            kept.add(said(time=dt.datetime(year, 6, 1, tzinfo=dt.UTC)))
    assert kept.history().empty


def test_an_import_is_taken_back_as_one(either: Records) -> None:
    mine = either.add(said("Anna", "correct", id="mine"))
    taken = either.add(said("Cara", "correct", id="taken"))
    before = list(either.rows())
    rows = [
        {"reviewer": name, "time": "2020-03-01T10:00:00Z", "id": f"i{name}"}
        for name in ("Anna", "Ben", "Dora")
    ]
    rows.append(
        {"reviewer": "Cara", "id": "back", "kind": "retraction", "judgement": "", "supersedes": "taken"}
    )
    data = table(*rows)
    receipts = exchange.load(either, data, "csv", "theirs.csv")
    (known,) = imports.every(either)
    assert (known.source, known.rows, known.undone) == ("theirs.csv", 4, None)
    assert known.id in exchange.describe(receipts)
    assert set(either.reviewers()) == {"Anna", "Ben", "Cara", "Dora"}
    assert either.current(reviewer="Cara").empty
    ben = either.undo("Ben")  # said here, of a row that came by the import
    assert ben is not None
    revision = either.revision()
    imports.undo(either, known.id)
    assert either.revision() != revision
    left = [row for row in either.rows() if row.id != ben.id]
    assert left == before == [mine.verdict, taken.verdict]
    assert set(either.current()["id"]) == {"mine", "taken"}
    (known,) = imports.every(either)
    assert known.undone is not None
    for again in (known.id, "0badc0de", ""):
        with pytest.raises(InvalidQueryError, match=r"taken back|no import"):
            imports.undo(either, again)
    exchange.load(either, data, "csv", "again.csv")
    assert set(either.current()["reviewer"]) == {"Anna", "Dora"}, "what Ben took back himself stays so"
    assert len(imports.every(either)) == 2
    for ending in exchange.FORMATS:
        exchange.write(either, ending)


def test_what_is_there_already_belongs_to_no_import(kept: Records) -> None:
    data = exchange.write(kept, "csv") if len(kept.history()) else table({"id": "a"})
    exchange.load(kept, data, "csv", "one.csv")
    receipts = exchange.load(kept, data, "csv", "two.csv")
    assert "import " not in exchange.describe(receipts)
    assert [one.source for one in imports.every(kept)] == ["one.csv"]


def test_rows_leave_by_taking_back_an_import_alone(kept: Records, file: Path) -> None:
    kept.add(said(id="mine"))
    exchange.load(kept, table({"id": "theirs"}), "csv")
    with closing(sqlite3.connect(file)) as line:
        for statement in (
            "DELETE FROM explorer_verdicts",
            "DELETE FROM explorer_verdicts WHERE import_id IS NOT NULL",
            "UPDATE explorer_verdicts SET import_id = 'x'",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
                line.execute(statement)
    (known,) = imports.every(kept)
    imports.undo(kept, known.id)
    with closing(sqlite3.connect(file)) as line:
        assert "theirs" in line.execute("SELECT content FROM explorer_withdrawn").fetchone()[0]
        for statement in ("DELETE FROM explorer_withdrawn", "UPDATE explorer_withdrawn SET id = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
                line.execute(statement)


# -- versions ----------------------------------------------------------------------------------------------------


def older(line: Connection, version: int) -> None:
    """Tables of this version as an older explorer made them, with rows that it took and this one would not."""
    old_tables.back_to(line, version)
    old_tables.add_times_that_cannot_be(line, "mine")


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_tables_of_every_version_are_brought_up_with_all_they_hold(
    either: Records, tiny_corpus: Corpus, file: Path, version: int
) -> None:
    either.add(said("Anna", "correct", id="a", suggested=311, blind=True))
    either.database.write(lambda line: older(line, version))
    before = either.database.url.render_as_string(hide_password=False)
    either.close()
    for _ in range(2):
        with Records.open(tiny_corpus, before, name="mine") as again:
            rows = {row.id: row for row in again.rows()}
            assert rows["a"].suggested == 311
            assert rows["a"].blind is (True if version > 1 else None)
            assert {rows[name].time for name in ("empty", "late")} == {dt.datetime(2015, 1, 1, tzinfo=dt.UTC)}
            assert again.current(reviewer="Anna")["id"].tolist() == ["a"]
            for ending in exchange.FORMATS:
                exchange.write(again, ending)
    with Records.open(tiny_corpus, before, name="mine") as again:
        exchange.load(again, table({"id": "b", "reviewer": "Ben"}), "csv", "b.csv")
        (known,) = imports.every(again)
        imports.undo(again, known.id)
        assert set(again.history()["id"]) == {"a", "empty", "late"}
        with pytest.raises(RecordsError, match="only ever added"):
            again.database.write(lambda line: line.exec_driver_sql("DELETE FROM explorer_verdicts"))
        with pytest.raises(RecordsError, match="only ever added"):
            again.database.write(
                lambda line: line.exec_driver_sql("UPDATE explorer_verdicts SET comment = 'x'")
            )
    if before.startswith("sqlite"):
        copy = file.with_name(f"verdicts.version-{version}.sqlite")
        assert mode(copy) == 0o600
        assert ids(copy) == ["a", "empty", "late"]
        with closing(sqlite3.connect(copy)) as line:
            assert line.execute("SELECT value FROM explorer_about WHERE name='version'").fetchone() == (
                str(version),
            )
        assert len(list(file.parent.glob("*.version-*"))) == 1


def test_no_tables_are_brought_up_without_a_copy(
    kept: Records, tiny_corpus: Corpus, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.add(said(id="a"))
    kept.database.write(lambda line: older(line, 2))
    kept.close()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite_file, "copy", full)
        with pytest.raises(RecordsError, match="No space left"):
            Records.open(tiny_corpus, file, name="mine")
    with closing(sqlite3.connect(file)) as line:
        assert line.execute("SELECT value FROM explorer_about WHERE name='version'").fetchone() == ("2",)
    file.with_name("verdicts.version-2.sqlite").write_text("somebody's")
    with Records.open(tiny_corpus, file, name="mine") as again:
        assert len(again.history()) == 3
    assert file.with_name("verdicts.version-2.sqlite").read_text() == "somebody's"
    assert ids(file.with_name("verdicts.version-2-1.sqlite")) == ["a", "empty", "late"]


def test_a_program_that_is_killed_while_it_brings_tables_up_leaves_them_whole(
    kept: Records, tiny_folder: Path, tiny_corpus: Corpus, file: Path
) -> None:
    kept.add(said(id="a"))
    kept.database.write(lambda line: older(line, 2))
    kept.close()
    code = (
        "import os, signal, sys\n"
        "from explorer import open_corpus\n"
        "from explorer.review import schema\n"
        "from explorer.review.records import Records\n"
        "schema._STEPS[2], step = (lambda *a: (step(*a), os.kill(os.getpid(), signal.SIGKILL))), schema._STEPS[2]\n"
        "Records.open(open_corpus(sys.argv[1]), sys.argv[2], name='mine')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tiny_folder), str(file)], capture_output=True, timeout=120
    )
    assert done.returncode == -9, done.stderr
    with Records.open(tiny_corpus, file, name="mine") as again:
        assert len(again.history()) == 3
