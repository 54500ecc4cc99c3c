"""Imports: which files brought verdicts into the records, and how one is taken back as a whole."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from explorer.core.errors import InvalidQueryError
from explorer.review import verdicts as model
from explorer.review.schema import imports as table
from explorer.review.schema import verdicts, withdrawn

if TYPE_CHECKING:
    from explorer.review.verdict_table import VerdictTable

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Import:
    """A file that brought verdicts: how many `rows`, when (UTC), and when it was taken back (None: it counts)."""

    id: str
    source: str
    time: dt.datetime | None
    rows: int
    undone: dt.datetime | None = None


def new_id() -> str:
    """Of an import; short enough to type."""
    return secrets.token_hex(4)


def note(connection: Connection, import_id: str, corpus: str, source: str, rows: int) -> None:
    """Note an import, in the transaction that adds its rows; nothing where it was noted before."""
    one = {
        "id": import_id,
        "corpus": corpus,
        "source": source[:_LONGEST_NAME],
        "time": model.time_text(dt.datetime.now(dt.UTC)),
        "rows": rows,
    }
    adding = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(adding(table).on_conflict_do_nothing(index_elements=["id"]), [one])


def every(records: VerdictTable) -> list[Import]:
    """All imports of a corpus's records, oldest first. Raises `RecordsError`."""
    wanted = select(table).where(table.c.corpus == records.name).order_by(table.c.time, table.c.id)
    return [
        _import(row) for row in records.database.read(lambda connection: connection.execute(wanted).all())
    ]


def undo(records: VerdictTable, import_id: str) -> Import:
    """Take back all rows that an import added: they are moved aside, and the same file can be imported again.

    What reviewers said here stays, also of the same samples. Raises `InvalidQueryError` where there is no such import, or
    it was taken back before, and `RecordsError`.
    """
    now = model.time_text(dt.datetime.now(dt.UTC))
    mine = (table.c.id == import_id) & (table.c.corpus == records.name)

    def work(connection: Connection) -> Import:
        found = connection.execute(select(table).where(mine)).one_or_none()
        if found is None:
            raise InvalidQueryError(
                f"no import {import_id[:20]!r} is known of this corpus; `explorer review imports CORPUS` lists them"
            )
        if found.undone not in (None, now):
            raise InvalidQueryError(f"import {import_id} was taken back on {found.undone[:16]} UTC")
        if not found.undone:
            rows = connection.execute(select(verdicts).where(verdicts.c.import_id == import_id)).all()
            if rows:
                connection.execute(insert(withdrawn), [_aside(row._asdict()) for row in rows])
                connection.execute(delete(verdicts).where(verdicts.c.import_id == import_id))
            connection.execute(update(table).where(mine).values(undone=now))
        return _import(connection.execute(select(table).where(mine)).one())

    return records.database.write(work)


def _aside(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("seq", "id", "import_id", "corpus")}
    return kept | {"content": json.dumps(row, ensure_ascii=False)}


def _import(row: Any) -> Import:
    undone = model.read_time(row.undone) if row.undone else None
    return Import(row.id, row.source, model.read_time(row.time), row.rows, undone)
