"""The tables of verdicts, in SQLite and PostgreSQL: made once, only ever added to."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    event,
    func,
    inspect,
    select,
    update,
)

from explorer.core.errors import ForeignRecordsError, RecordsVersionError
from explorer.review import verdicts as model

logger = logging.getLogger("explorer")

VERSION = 3
"""Of the tables. A database says which it has; an older one is brought up to this, version by version, when it is opened.

1: verdicts. 2: `blind`, draws. 3: imports, which can be taken back as one; times that can be.
"""
APPLICATION = "rapidai4eo-explorer verdicts"
_LOCK = 0x52344145
"""Of PostgreSQL's advisory locks: who makes the tables."""

metadata = MetaData()

about = Table(
    "explorer_about",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
verdicts = Table(
    "explorer_verdicts",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("corpus", Text, nullable=False),
    Column("corpus_version", String(64), nullable=False),
    Column("app_version", String(64), nullable=False),
    Column("sample_id", String(64), nullable=False),
    Column("reviewer", String(80), nullable=False),
    Column("time", String(32), nullable=False),
    Column("judgement", String(16), nullable=False),
    Column("suggested", SmallInteger),
    Column("adjustments", Text, nullable=False),
    Column("confidence", SmallInteger),
    Column("comment", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("stratum", Text, nullable=False),
    Column("probability", Float(53)),
    Column("supersedes", String(64)),
    Column("label", Text, nullable=False),
    # Nothing where the explorer that kept the verdict did not know of it.
    Column("blind", Boolean),
    # Of the file that brought it; nothing where it was said here.
    Column("import_id", String(16)),
    # A row is never numbered anew: what is gone would otherwise be replaced unseen.
    sqlite_autoincrement=True,
)
Index("explorer_verdicts_of", verdicts.c.corpus, verdicts.c.sample_id)
Index("explorer_verdicts_by", verdicts.c.corpus, verdicts.c.reviewer, verdicts.c.time)
Index("explorer_verdicts_brought", verdicts.c.import_id)
# A row is taken back once. NULLs are distinct in both databases.
Index("explorer_verdicts_taken_back", verdicts.c.supersedes, unique=True)

draws = Table(
    "explorer_draws",
    metadata,
    # Of the corpus's name and the draw's text: kept by two at once, it is kept once.
    Column("id", String(64), primary_key=True),
    Column("corpus", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("time", String(32), nullable=False),
    Column("reviewer", String(80), nullable=False),
    Column("labels_version", String(64), nullable=False),
    Column("scores_version", String(64), nullable=False),
    Column("app_version", String(64), nullable=False),
    # JSON: ids in the order drawn, their strata, sizes and counts by stratum, what was put together, classes of the map.
    Column("content", Text, nullable=False),
)
Index("explorer_draws_of", draws.c.corpus)

imports = Table(
    "explorer_imports",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("corpus", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("time", String(32), nullable=False),
    Column("rows", Integer, nullable=False),
    # When it was taken back; nothing where it was not.
    Column("undone", String(32)),
)
withdrawn = Table(
    "explorer_withdrawn",
    metadata,
    # Rows of imports that were taken back: moved here, so that nothing is ever lost, and their ids are free again.
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False),
    Column("import_id", String(16), nullable=False),
    Column("corpus", Text, nullable=False),
    # JSON: the whole row, by column.
    Column("content", Text, nullable=False),
)

_NEVER = "verdicts are only ever added"
_MOVED = f"SELECT 1 FROM {withdrawn.name} WHERE seq = OLD.seq AND id = OLD.id"  # noqa: S608 - names of our own tables
"""Whether a row of verdicts is among those that were withdrawn: such a one may be removed."""


def _guards(table: Table, dialect: str) -> list[str]:
    """The triggers that keep rows of a table as they are."""
    prefix = {
        verdicts.name: "explorer_no",
        draws.name: "explorer_draws_no",
        withdrawn.name: "explorer_withdrawn_no",
    }[table.name]
    movable = table is verdicts
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {prefix}_{action.lower()} BEFORE {action} ON {table.name} "
            + (f"WHEN NOT EXISTS ({_MOVED}) " if movable and action == "DELETE" else "")
            + f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
            for action in ("UPDATE", "DELETE")
        ]
    never = f"RAISE EXCEPTION '{_NEVER}'"
    head = "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} END $$"
    found = [
        head.format("explorer_append_only", f"{never};"),
        f"CREATE TRIGGER explorer_append_only BEFORE UPDATE {'' if movable else 'OR DELETE '}OR TRUNCATE ON {table.name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION explorer_append_only()",
    ]
    if movable:
        found += [
            head.format("explorer_only_withdrawn", f"IF EXISTS ({_MOVED}) THEN RETURN OLD; END IF; {never};"),
            f"CREATE TRIGGER explorer_only_withdrawn BEFORE DELETE ON {table.name} "
            "FOR EACH ROW EXECUTE FUNCTION explorer_only_withdrawn()",
        ]
    return found


for _table in (verdicts, draws, withdrawn):
    for _dialect in ("sqlite", "postgresql"):
        for _statement in _guards(_table, _dialect):
            event.listen(_table, "after_create", DDL(_statement).execute_if(dialect=_dialect))


def is_ready(connection: Connection, where: str) -> bool:
    """Whether the tables are there, of this version; False for an empty database, and for one of an older version.

    Raises `RecordsVersionError` for those of a newer explorer, `ForeignRecordsError` for anything else.
    """
    tables = set(inspect(connection).get_table_names())
    if about.name not in tables:
        # A server's database may have others' tables beside ours; a file is all ours.
        if verdicts.name in tables or (connection.dialect.name == "sqlite" and tables):
            raise ForeignRecordsError(
                f"{where} is a database, and not one of verdicts: it has the table {min(tables)[:60]}; name another file"
            )
        return False
    found = {row.name: row.value for row in connection.execute(select(about))}
    version = found.get("version", "")
    if found.get("application") != APPLICATION or not version.isdecimal() or verdicts.name not in tables:
        raise ForeignRecordsError(
            f"{where} has a table {about.name} that is not the explorer's; name another"
        )
    if int(version) > VERSION:
        raise RecordsVersionError(
            f"{where} was made by a newer explorer (tables of version {version}; this one knows {VERSION}); "
            "update the explorer: pip install --upgrade rapidai4eo-explorer"
        )
    return int(version) == VERSION


def is_old(connection: Connection) -> bool:
    """Whether there are tables of an older version."""
    return inspect(connection).has_table(verdicts.name)


def create(connection: Connection, where: str, keep: Callable[[int], None]) -> None:
    """Make the tables, or bring those of an older version up to this, in the transaction that is open.

    Nothing where another process was first. What was said stays as it is. `keep` is called with the version found before
    any of its tables are touched.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    if is_ready(connection, where):
        return
    if inspect(connection).has_table(verdicts.name):
        version = int(connection.execute(select(about.c.value).where(about.c.name == "version")).scalar_one())
        keep(version)
        for step in range(version, VERSION):
            _STEPS[step](connection, where)
        connection.execute(update(about).where(about.c.name == "version").values(value=str(VERSION)))
        return
    metadata.create_all(connection, checkfirst=False)
    rows = [{"name": "application", "value": APPLICATION}, {"name": "version", "value": str(VERSION)}]
    connection.execute(about.insert(), rows)


def _from_1(connection: Connection, _: str) -> None:
    connection.exec_driver_sql(f"ALTER TABLE {verdicts.name} ADD COLUMN blind BOOLEAN")
    draws.create(connection)


def _from_2(connection: Connection, where: str) -> None:
    sqlite = connection.dialect.name == "sqlite"
    withdrawn.create(connection)
    imports.create(connection)
    connection.exec_driver_sql(f"ALTER TABLE {verdicts.name} ADD COLUMN import_id VARCHAR(16)")
    connection.exec_driver_sql(f"CREATE INDEX explorer_verdicts_brought ON {verdicts.name} (import_id)")
    for name in ("explorer_no_update", "explorer_no_delete") if sqlite else ("explorer_append_only",):
        connection.exec_driver_sql(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {verdicts.name}"))
    # A spreadsheet's empty date became the year 1, in which no export could be read again, and 2099 counted for ever.
    earliest, latest = model.time_text(model.EARLIEST), model.time_text(model.latest())
    time = verdicts.c.time
    spoilt = (time < earliest) | (time > latest) | (func.length(time) != len(earliest))
    changed = connection.execute(update(verdicts).where(spoilt).values(time=earliest)).rowcount
    if changed:
        logger.warning(
            "%s: %d verdicts had times that cannot be, and count as the oldest now (%s)",
            where,
            changed,
            earliest,
        )
    for statement in _guards(verdicts, connection.dialect.name):
        connection.exec_driver_sql(statement)


_STEPS = {1: _from_1, 2: _from_2}
"""How tables of a version become those of the next."""
