"""The database that keeps verdicts: opened safely, tried again where that helps, its failures named."""

from __future__ import annotations

import logging
import random
import re
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import tenacity
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from explorer.core import forking
from explorer.core.errors import (
    ForeignRecordsError,
    InvalidQueryError,
    RecordsBusyError,
    RecordsError,
    RecordsFullError,
    RecordsMovedError,
    RecordsReadOnlyError,
    RecordsUnreachableError,
    RecordsVersionError,
)
from explorer.review import schema, sqlite_file
from explorer.review.sqlite_file import SqliteFile

logger = logging.getLogger("explorer")
Result = TypeVar("Result")

BUSY_SECONDS = 5.0
"""How long one try waits for others' writes."""
PATIENCE_SECONDS = 30.0
"""How long all tries of one write take together."""
CONNECT_SECONDS = 5
CONNECTIONS = 8
_LOOK_AGAIN_S = (0.001, 0.008)
_FULL = {sqlite3.SQLITE_FULL}
# What a quota, a limit on a file's size or a failing disk give: SQLite calls full only what the system calls so.
_FAILING = {sqlite3.SQLITE_IOERR}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_READ_ONLY = {sqlite3.SQLITE_READONLY}
_FOREIGN = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


class _AgainError(Exception):
    """A failure that another try may get over; `named` is what it is called when it does not."""

    def __init__(self, named: RecordsError) -> None:
        super().__init__(str(named))
        self.named = named


class Database:
    """One database, its tables made where they are not there. It may be used from many threads.

    Raises `RecordsError` and its kinds, `InvalidQueryError` for a URL that is none.
    """

    def __init__(self, url: str | Path) -> None:
        self.url = read_url(url)
        self.where = shown(self.url)
        self._file = _file(self.url)
        self.engine = _engine(self.url, self.where, self._file)
        self.after_fork()
        forking.remake(self)
        try:
            if not self.read(lambda connection: schema.is_ready(connection, self.where)):
                self._make_tables()
        except BaseException:
            self.engine.dispose()
            raise
        if self._file is not None:
            self.engine.dispose()
            self._file.settle()

    def after_fork(self) -> None:
        """Let the first one write: who was writing is in the parent."""
        self._turn = threading.Lock()

    def _make_tables(self) -> None:
        try:
            self.write(lambda connection: schema.create(connection, self.where, self._keep_old))
        except RecordsReadOnlyError as error:
            if self.read(schema.is_old):
                raise RecordsReadOnlyError(
                    f"{self.where} was made by an older explorer and has to be brought up to this one, which needs writing to it once; "
                    "allow that, or open a copy of it"
                ) from error
            raise

    def _keep_old(self, version: int) -> None:
        """A copy of tables of an older version, beside the file, before they are brought up."""
        if self._file is None:
            logger.warning(
                "%s: tables of version %d are brought up to version %d", self.where, version, schema.VERSION
            )
            return
        kept = sqlite_file.beside(self._file.path, version)
        self._copy(self._file.path, kept)
        logger.warning(
            "%s: tables of version %d are brought up to version %d; as they were they are kept in %s",
            self.where, version, schema.VERSION, kept,
        )  # fmt: skip

    def backup(self, target: Path) -> None:
        """Copy the database, which may be in use, to a file that is whole or not there.

        Raises `RecordsError` where that cannot be, and for PostgreSQL, which has its own tool.
        """
        if self.url.get_backend_name() == "postgresql":
            raise InvalidQueryError(
                f"{self.where} is a server's; back it up with its own tool: pg_dump --format=custom --file=FILE {self.where}"
            )
        if self._file is None:
            raise InvalidQueryError(
                f"{self.where} has settings of its own; name the file alone to back it up"
            )
        if target.absolute() == self._file.path or (target.exists() and target.samefile(self._file.path)):
            raise InvalidQueryError(f"{target} is the database itself; name another file for its copy")
        self._copy(self._file.path, target)

    def _copy(self, source: Path, target: Path) -> None:
        try:
            sqlite_file.copy(source, target)
        except (sqlite3.Error, OSError) as error:
            said = getattr(error, "strerror", None) or error
            raise RecordsError(f"cannot copy {source} to {target}: {said}; nothing was changed") from error

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Do `work` in a transaction that sees one state of the database."""
        return self._patiently(work, writes=False)

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Do `work` in a transaction that is on the disk when this returns, or not at all.

        It is tried again where the database was busy or the line broke: `work` must give the same when its first try
        was kept after all.
        """
        return self._patiently(work, writes=True)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _patiently(self, work: Callable[[Connection], Result], writes: bool) -> Result:
        tries = tenacity.Retrying(
            stop=tenacity.stop_after_delay(PATIENCE_SECONDS),
            wait=tenacity.wait_random_exponential(multiplier=0.02, max=1.0),
            retry=tenacity.retry_if_exception_type(_AgainError),
            reraise=True,
        )
        try:
            return tries(self._once, work, writes)
        except _AgainError as error:
            raise error.named from error.__cause__

    def _once(self, work: Callable[[Connection], Result], writes: bool) -> Result:
        if not writes or self._file is None:
            return self._transact(work, writes)
        # SQLite has waiting writers look again up to 100 ms later; those of this process take turns.
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise _AgainError(_busy(self.where))
        try:
            return self._transact(work, writes)
        finally:
            self._turn.release()

    def _transact(self, work: Callable[[Connection], Result], writes: bool) -> Result:
        file = self._file
        seen = None
        try:
            with self.engine.connect().execution_options(explorer_writes=writes) as line, line.begin():
                if file is not None:
                    seen = sqlite_file.identity(line)
                    if not file.is_known(line):
                        self._look_again(line, file)
                found = work(line)
        except SQLAlchemyError as error:
            raise self._named(error) from error
        if writes and file is not None:
            try:
                file.check(seen)  # before anybody is told that it was kept
            except RecordsMovedError as error:
                raise _AgainError(error) from None  # where another took its place it is kept there
        return found

    def _look_again(self, line: Connection, file: SqliteFile) -> None:
        """Another file has taken the place of the one that was opened, as a backup does."""
        if not schema.is_ready(line, self.where):
            raise RecordsVersionError(
                f"{self.where} was replaced by an empty database or one of an older explorer while this one runs; nothing was kept. "
                "Start the explorer anew, which brings it up"
            )
        logger.warning(
            "%s was replaced while the explorer runs; verdicts are kept in the new file", self.where
        )
        file.found = sqlite_file.identity(line)

    def _named(self, error: SQLAlchemyError) -> Exception:
        cause = error.orig if isinstance(error, DBAPIError) else None
        code = getattr(cause, "sqlite_errorcode", 0)
        if self._file is not None:
            if code == sqlite3.SQLITE_READONLY_DBMOVED:
                return _AgainError(self._file.moved())
            if code & 0xFF == sqlite3.SQLITE_CANTOPEN and self._file.found and not self._file.path.exists():
                return self._file.moved()
        return _named(error, self.where)


def read_url(text: str | Path) -> URL:
    """A file's path, or a URL of SQLite or PostgreSQL. Raises `InvalidQueryError`."""
    if isinstance(text, Path) or "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().absolute()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise InvalidQueryError(_WANTED) from None
    kind = url.get_backend_name()
    if kind == "postgres":
        kind = "postgresql"
    if kind not in ("sqlite", "postgresql"):
        raise InvalidQueryError(f"verdicts are not kept in {kind[:20]!r}: {_WANTED}")
    if kind == "sqlite" and not url.database:
        raise InvalidQueryError(f"the URL names no file: {_WANTED}")
    return url.set(drivername="postgresql+psycopg" if kind == "postgresql" else "sqlite")


_WANTED = "give a file, sqlite:////folder/file, or postgresql://user@host/database"


def shown(url: URL) -> str:
    """What a database is called, without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def _file(url: URL) -> SqliteFile | None:
    """The file of a SQLite database that is given by its path: not one with settings of its own (`file:...?mode=ro`)."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith("file:"):
        return None
    return SqliteFile(Path(url.database).absolute())


def _engine(url: URL, where: str, file: SqliteFile | None) -> Engine:
    if url.get_backend_name() == "sqlite":
        if file is not None:
            engine = file.engine(url, BUSY_SECONDS, CONNECTIONS)
        else:
            engine = create_engine(url, pool_size=CONNECTIONS, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        engine = create_engine(
            url,
            pool_size=CONNECTIONS,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "rapidai4eo-explorer"},
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise RecordsError(
            f"{where} needs psycopg, which is not installed: pip install 'rapidai4eo-explorer[postgres]'"
        ) from error
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not guessed by the driver
    # EXTRA: that the journal is gone is on the disk too before a commit returns; else a power cut may undo the last ones.
    connection.execute("PRAGMA synchronous=EXTRA")
    connection.execute("PRAGMA trusted_schema=OFF")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading cannot always be made a writing one: another may have written since.
    if not connection.get_execution_options().get("explorer_writes"):
        connection.exec_driver_sql("BEGIN")
        return
    # SQLite itself looks again every 100 ms: on a slow disk, with several programs that write all the time, one of them
    # found it locked each time for half a minute. Who looks more often gets a turn.
    until = time.monotonic() + BUSY_SECONDS
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except OperationalError as error:
                busy = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _BUSY
                if not busy or time.monotonic() > until:
                    raise
                time.sleep(random.uniform(*_LOOK_AGAIN_S))  # noqa: S311 - no secret
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


def _prepare_postgres(connection: Any, _: Any) -> None:
    before, connection.autocommit = connection.autocommit, True
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")
        cursor.execute("SET lock_timeout TO '5s'")
    connection.autocommit = before


def _named(error: SQLAlchemyError, where: str) -> Exception:
    """The explorer's name for a failure; `_AgainError` around it where another try may help."""
    if isinstance(error, PoolTimeoutError):
        return RecordsBusyError(f"{where}: all connections are in use; try again in a moment")
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = (str(cause).splitlines() or [type(cause).__name__])[0].strip()
    if isinstance(cause, sqlite3.Error):
        return _named_sqlite(cause, where, said)
    said = _NAMES.sub("…", said)  # `where` has them, which visitors do not read
    state = getattr(cause, "sqlstate", None) or ""
    if state == "23505":
        return _twice(where)
    if state == "53100":
        return RecordsFullError(f"{where}: the server's disk is full; nothing was kept ({said})")
    if state in ("25006", "42501"):
        return RecordsReadOnlyError(f"{where} cannot be written to by this user ({said}); nothing was kept")
    busy = RecordsBusyError(
        f"{where} was locked by others for too long; nothing was kept, try again ({said})"
    )
    if state in ("40001", "40P01", "55P03"):
        return _AgainError(busy)
    lost = RecordsUnreachableError(
        f"{where} cannot be reached ({said}); check the address, user and password, and that the server runs"
    )
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return _AgainError(lost)
    if state.startswith(("08", "28", "3D", "57")) or (
        not state and type(cause).__name__ == "OperationalError"
    ):
        return lost
    return RecordsError(f"{where}: {said}; nothing was kept")


_NAMES = re.compile(r"""\([^()]*\d[^()]*\)|"[^"]*"|'[^']*'""")
"""Addresses, hosts, users and databases in what PostgreSQL says."""


def _busy(where: str) -> RecordsBusyError:
    return RecordsBusyError(f"{where} was locked by others for too long; nothing was kept, try again")


def _twice(where: str) -> RecordsError:
    return RecordsError(
        f"{where}: a verdict would be taken back that was taken back before; nothing was kept"
    )


def _named_sqlite(error: sqlite3.Error, where: str, said: str) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_CONSTRAINT and error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_TRIGGER:
        return _twice(where)
    if code in _BUSY:
        return _AgainError(_busy(where))
    if code in _FULL:
        return RecordsFullError(
            f"{where}: the disk is full ({said}); nothing was kept, make room and try again"
        )
    if code in _FAILING:
        return RecordsError(
            f"{where} cannot be written to or read ({said}); nothing was kept. Is the disk full, or failing? make room and "
            "try again"
        )
    if code in _READ_ONLY:
        return RecordsReadOnlyError(
            f"{where} is read-only; nothing was kept. Allow writing to it and its folder, or name another with "
            "EXPLORER_REVIEW_DATABASE"
        )
    if code in _FOREIGN:
        return ForeignRecordsError(
            f"{where} is no database of verdicts, or a damaged one ({said}); name another"
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return RecordsError(f"cannot open {where} ({said}); is its folder there, and may it be written to?")
    return RecordsError(f"{where}: {said}; nothing was kept")
