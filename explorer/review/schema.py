"""The tables of verdicts, in SQLite and PostgreSQL: made once, only ever added to."""

from __future__ import annotations

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
    inspect,
    select,
    update,
)

from explorer.errors import ForeignRecordsError, RecordsVersionError

VERSION = 2
"""Of the tables. A database says which it has; one of version 1 (no `blind`, no draws) is brought up to this when it is opened."""
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
    # A row is never numbered anew: what is gone would otherwise be replaced unseen.
    sqlite_autoincrement=True,
)
Index("explorer_verdicts_of", verdicts.c.corpus, verdicts.c.sample_id)
Index("explorer_verdicts_by", verdicts.c.corpus, verdicts.c.reviewer, verdicts.c.time)
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

_NEVER = "verdicts are only ever added"
for _table, _prefix in ((verdicts, "explorer_no"), (draws, "explorer_draws_no")):
    for _action in ("UPDATE", "DELETE"):
        event.listen(
            _table,
            "after_create",
            DDL(
                f"CREATE TRIGGER {_prefix}_{_action.lower()} BEFORE {_action} ON {_table.name} "
                f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
            ).execute_if(dialect="sqlite"),
        )
    for _statement in (
        "CREATE OR REPLACE FUNCTION explorer_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_NEVER}'; END $$",
        f"CREATE TRIGGER explorer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_table.name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION explorer_append_only()",
    ):
        event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="postgresql"))


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


def create(connection: Connection, where: str) -> None:
    """Make the tables, or bring those of an older version up to this, in the transaction that is open.

    Nothing where another process was first. Verdicts that are there stay as they are.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    if is_ready(connection, where):
        return
    if inspect(connection).has_table(verdicts.name):
        _bring_up(connection)
        return
    metadata.create_all(connection, checkfirst=False)
    rows = [{"name": "application", "value": APPLICATION}, {"name": "version", "value": str(VERSION)}]
    connection.execute(about.insert(), rows)


def _bring_up(connection: Connection) -> None:
    """From version 1: a column more, empty, and a table more."""
    connection.exec_driver_sql(f"ALTER TABLE {verdicts.name} ADD COLUMN blind BOOLEAN")
    draws.create(connection)
    connection.execute(update(about).where(about.c.name == "version").values(value=str(VERSION)))
