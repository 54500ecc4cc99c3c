"""Whether verdicts can be kept: a transaction that is written to the disk and changes nothing."""

from __future__ import annotations

from sqlalchemy import Connection, false, func, insert, select

from explorer.review.database import Database
from explorer.review.schema import verdicts


def check_writing(database: Database) -> None:
    """Raises `RecordsError` and its kinds where a verdict could not be kept now (a full disk, a file that is read-only)."""
    database.write(_write_nothing)


def _write_nothing(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # Its own value: it stands on the first page, which is written.
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        connection.exec_driver_sql(f"PRAGMA user_version = {version}")
        return
    connection.execute(select(func.txid_current()))  # has the commit written, and waited for
    nothing = select(*verdicts.c).where(false())
    connection.execute(insert(verdicts).from_select(list(verdicts.c.keys()), nothing))
