"""The SQLite file that keeps verdicts: one file, its owner's alone, and noticed where another takes its place.

It has a rollback journal, not a log beside it (WAL). A log is faster (0.2 ms a commit against 0.7; on a busy disk 3 against 10), but what is
in it is in no copy of the file, SQLite goes on writing to a file that was moved away, and a backup copied over the file
mixes with it. With a journal the file alone is all there is whenever nobody is just writing.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError

from explorer.core import open_flags
from explorer.core.atomic_file import replacing
from explorer.core.errors import RecordsError, RecordsMovedError

_BESIDE = ("", "-journal", "-wal", "-shm")
_FILE = "explorer_file"
"""What a connection's `info` has of its file: device and inode."""
Identity = tuple[int, int]


class SqliteFile:
    """A database file by its path; `engine` opens it. Used from many threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: Identity | None = None
        """The file whose tables are known to be ours. Once there is one, no other is made in its place."""

    def engine(self, url: URL, busy_seconds: float, connections: int) -> Engine:
        """Connections to the file, which is made where it is not there. Raises `RecordsError` where its folder cannot be."""
        folder = self.path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RecordsError(f"cannot make the folder {folder} for verdicts: {error.strerror}") from error

        engine = create_engine(url, pool_size=connections, creator=lambda: self._connect(busy_seconds))
        event.listen(engine, "connect", self._remember)
        event.listen(engine, "checkout", self._still_there)
        return engine

    def is_known(self, line: Connection) -> bool:
        """Whether a connection is to the file whose tables were looked at."""
        return self.found is None or identity(line) == self.found

    def settle(self) -> None:
        """The tables of the file are ours: it is for its owner alone from now on, and has a journal.

        Where another process has it open with a log, that stays. No connection of this process may be open.
        """
        self.found = _identity(self.path)
        for beside in _BESIDE:
            _tighten(f"{self.path}{beside}")
        with suppress(sqlite3.Error), closing(self._connect(0.0)) as line:
            line.execute("PRAGMA journal_mode=DELETE")

    def check(self, seen: Identity | None) -> None:
        """Whether what was written to a file is where the next reader looks. Raises `RecordsMovedError`."""
        if seen is not None and _identity(self.path) != seen:
            raise self.moved()

    def moved(self) -> RecordsMovedError:
        """The error for a file that is gone."""
        return RecordsMovedError(
            f"{self.path} was moved, deleted or replaced while the explorer runs; nothing was kept. Put it, or a backup of it, "
            "back in its place; to begin an empty one, start the explorer anew"
        )

    def _connect(self, busy_seconds: float) -> sqlite3.Connection:
        if self.found is None:
            # Never opened where it is there: closing it again would drop the locks that SQLite holds on it.
            with suppress(OSError):  # it is there, or cannot be: SQLite says what is wrong with it
                os.close(
                    os.open(
                        self.path,
                        os.O_CREAT | os.O_EXCL | os.O_RDWR | open_flags.CLOEXEC | open_flags.BINARY,
                        0o600,
                    )
                )
        return sqlite3.connect(
            f"{self.path.as_uri()}?mode=rw", uri=True, timeout=busy_seconds, check_same_thread=False
        )

    def _remember(self, _: Any, record: Any) -> None:
        record.info[_FILE] = _identity(self.path)

    def _still_there(self, _: Any, record: Any, __: Any) -> None:
        if _identity(self.path) != record.info.get(_FILE):
            raise DisconnectionError  # the pool then opens what is there now


def identity(line: Connection) -> Identity | None:
    """The file that a connection writes to; None where that is not known."""
    found: Identity | None = line.info.get(_FILE)
    return found


def copy(source: Path, target: Path) -> None:
    """A whole copy of a database in use, as one file that only its owner reads; an old one is replaced at the end.

    Raises `sqlite3.Error` and `OSError`.
    """
    with replacing(target, private=True) as part:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as line,
            closing(sqlite3.connect(part)) as made,
        ):
            line.backup(made)
            made.execute("PRAGMA journal_mode=DELETE")
            (state,) = made.execute("PRAGMA quick_check(1)").fetchone()
            if state != "ok":
                raise sqlite3.DatabaseError(f"the copy is damaged: {state.splitlines()[-1]}")
        _sync(part)
    _sync(target.parent)


def beside(path: Path, version: int) -> Path:
    """A name, not taken yet, for the copy that is made before tables of a version are brought up."""
    number = 0
    while True:
        more = f"-{number}" if number else ""
        found = path.with_name(f"{path.stem}.version-{version}{more}{path.suffix}")
        if not found.exists():
            return found
        number += 1


def _tighten(path: str) -> None:
    """No rights for others on a file of ours. On Windows the folder's own rights hold: a user's folder is the user's."""
    if sys.platform == "win32":
        return
    with suppress(OSError):  # not there, or on a disk that is read-only
        found = os.stat(path)
        if (
            stat.S_ISREG(found.st_mode)
            and found.st_uid == os.geteuid()
            and stat.S_IMODE(found.st_mode) & 0o077
        ):
            os.chmod(path, 0o600)


def _identity(path: Path) -> Identity | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _sync(path: Path) -> None:
    if sys.platform == "win32":
        if path.is_dir():  # a folder cannot be opened there, and NTFS keeps its entries by itself
            return
        handle = os.open(path, os.O_RDWR)  # what was opened for reading cannot be brought to the disk
    else:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
