"""Databases of verdicts as older explorers made them."""

from __future__ import annotations

from sqlalchemy import Connection

from tests import corpora

_NEVER = "verdicts are only ever added"


def back_to(line: Connection, version: int) -> None:
    """Make tables of this version of those that are there, in a transaction that writes; rows stay."""
    sqlite = line.dialect.name == "sqlite"
    run = line.exec_driver_sql
    run("DROP TABLE explorer_imports")
    run("DROP INDEX explorer_verdicts_brought")
    if sqlite:
        run("DROP TRIGGER explorer_no_update")
        run("DROP TRIGGER explorer_no_delete")
    else:
        run("DROP TRIGGER explorer_append_only ON explorer_verdicts")
        run("DROP TRIGGER explorer_only_withdrawn ON explorer_verdicts")
        run("DROP FUNCTION explorer_only_withdrawn")
    run("DROP TABLE explorer_withdrawn")
    run("ALTER TABLE explorer_verdicts DROP COLUMN import_id")
    if version == 1:
        run("DROP TABLE explorer_draws")
        run("ALTER TABLE explorer_verdicts DROP COLUMN blind")
    run(f"UPDATE explorer_about SET value = '{version}' WHERE name = 'version'")
    if sqlite:
        for action in ("UPDATE", "DELETE"):
            run(
                f"CREATE TRIGGER explorer_no_{action.lower()} BEFORE {action} ON explorer_verdicts BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
            )
    else:
        run(
            "CREATE TRIGGER explorer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON explorer_verdicts "
            "FOR EACH STATEMENT EXECUTE FUNCTION explorer_append_only()"
        )


def add_times_that_cannot_be(line: Connection, corpus: str) -> None:
    """What older explorers took from a spreadsheet: rows `empty`, of the year 1, and `late`, of 2099."""
    for name, time in (("empty", "1-01-01T00:00:00.000000Z"), ("late", "2099-01-01T00:00:00.000000Z")):
        line.exec_driver_sql(
            "INSERT INTO explorer_verdicts (id, kind, corpus, corpus_version, app_version, sample_id, reviewer, time, judgement, adjustments, "
            f"comment, evidence, queue, stratum, label) VALUES ('{name}', 'verdict', '{corpus}', '', '', '{corpora.FULL}', 'Anna', '{time}', "
            "'wrong', '', '', '', '', '', '')"
        )
