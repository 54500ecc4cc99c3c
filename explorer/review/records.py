"""Where verdicts are written to disk: added and taken back; nothing is ever overwritten. `verdict_table` looks them up."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from explorer.core import metrics
from explorer.core.errors import ConflictingVerdictError, InvalidVerdictError, UnknownSampleError
from explorer.core.version import __version__
from explorer.review import draws, imports
from explorer.review import verdicts as model
from explorer.review.database import Database
from explorer.review.schema import verdicts as table
from explorer.review.verdict_table import NEWEST, VerdictTable, plain, verdict_of
from explorer.review.verdicts import Verdict

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

_PART = 1000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was kept: it is on the disk. `repeated`: it had been kept before, and was not kept twice."""

    verdict: Verdict
    repeated: bool = False
    undone: Verdict | None = None
    """The verdict that was taken back, where `verdict` is a retraction."""
    import_id: str = ""
    """By which `imports.undo` takes it back with all that the same file brought; empty for what was said here."""

    @property
    def id(self) -> str:
        """The id of the row."""
        return self.verdict.id


class Records(VerdictTable):
    """Verdicts on one corpus, in one database. It may be used from many threads and processes at once."""

    def __init__(self, corpus: Corpus, database: Database, name: str = "") -> None:
        super().__init__(corpus, database, name)
        self._draws: set[str] = set()
        """Texts of queues of whose draw it is known that it is kept, or cannot be."""

    def add(self, verdict: Verdict) -> Receipt:
        """Keep a verdict. It is on the disk when this returns; the same one sent again is kept once.

        Raises `UnknownSampleError`, `InvalidSampleIdError`, `ConflictingVerdictError` (its id is taken), `RecordsError`;
        nothing is changed then.
        """
        return self.add_many([verdict])[0]

    def add_many(self, verdicts: Iterable[Verdict]) -> list[Receipt]:
        """Keep all of these, or none. Raises as `add`, and `InvalidVerdictError` for a time that cannot be."""
        return self._keep(verdicts, self._insert)

    def add_import(self, verdicts: Iterable[Verdict], source: str) -> list[Receipt]:
        """Keep the verdicts of a file as `add_many`, to be taken back as one by `imports.undo`; `source` is the file's name."""
        own = imports.new_id()

        def work(connection: Connection, filled: Sequence[Verdict]) -> list[Receipt]:
            receipts = self._insert(connection, filled, own)
            new = sum(not receipt.repeated for receipt in receipts)
            if new:
                imports.note(connection, own, self.name, source, new)
            return receipts

        return self._keep(verdicts, work)

    def _keep(
        self, verdicts: Iterable[Verdict], work: Callable[[Connection, Sequence[Verdict]], list[Receipt]]
    ) -> list[Receipt]:
        filled = [self._filled(verdict) for verdict in verdicts]
        receipts = self.database.write(lambda connection: work(connection, filled)) if filled else []
        metrics.VERDICTS.inc(sum(not receipt.repeated for receipt in receipts))
        self._keep_draws(verdict for verdict in filled if verdict.probability is not None)
        return receipts

    def _keep_draws(self, verdicts: Iterable[Verdict]) -> None:
        """Keep the draws that verdicts are of, where nobody did: see `draws`."""
        for verdict in verdicts:
            if verdict.queue not in self._draws:
                self._draws.add(verdict.queue)
                draws.keep_first(self, verdict)

    def undo(self, reviewer: str, *, verdict_id: str | None = None, id: str | None = None) -> Receipt | None:  # noqa: A002 - as the field
        """Take back what a reviewer said last, or the one named, by a new row; None where there is nothing.

        Again takes back the one before. `id` is the new row's own: sent twice, it takes back once.
        Raises `InvalidVerdictError` where the verdict named is not one of this reviewer's, or taken back already.
        """
        reviewer = model.reviewer_name(reviewer)
        own = id or str(uuid.uuid4())

        def work(connection: Connection) -> Receipt | None:
            if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"undo {reviewer}"))))
            before = self.one(connection, table.c.id == own)
            if before is not None and before.kind == "retraction" and before.reviewer == reviewer:
                taken = self.one(connection, table.c.id == before.supersedes)
                return Receipt(before, repeated=True, undone=taken)
            wanted = self.live().where(table.c.reviewer == reviewer)
            if verdict_id is not None:
                wanted = wanted.where(table.c.id == verdict_id)
            newest = connection.execute(wanted.order_by(*NEWEST).limit(1)).one_or_none()
            if newest is None:
                if verdict_id is not None:
                    raise InvalidVerdictError(
                        "id", verdict_id, f"one of {reviewer}'s verdicts that is not taken back yet"
                    )
                return None
            gone = verdict_of(newest)
            back = Verdict(gone.sample_id, reviewer, "", kind="retraction", supersedes=gone.id, id=own)
            return Receipt(self._insert(connection, [self._filled(back)])[0].verdict, undone=gone)

        return self.database.write(work)

    def _filled(self, verdict: Verdict) -> Verdict:
        if verdict.sample_id not in self.corpus:
            self.corpus.cell(verdict.sample_id)  # says what is wrong with it
            raise UnknownSampleError(verdict.sample_id, self.corpus.where)
        given: dict[str, Any] = {"corpus": self.name}
        if not verdict.corpus_version:
            given["corpus_version"] = self.version
        if not verdict.app_version:
            given["app_version"] = __version__
        if verdict.time is not None:
            model.check_time(verdict.time)
        if verdict.label is None and verdict.kind != "retraction":
            fractions = self.corpus.labels(verdict.sample_id)
            given["label"] = model.label_of(
                dict(zip(fractions.index.tolist(), fractions.tolist(), strict=True))
            )
        return verdict.kept(**given)

    def _timed(self, connection: Connection, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Verdicts with the time at which they are kept, where they have none.

        It is later than that of all that is kept of the reviewer and of the sample: of two verdicts the second is newer,
        whatever the clocks of this and of other machines say. The database decides, and times tell the order everywhere.
        """
        kept: dict[tuple[str, str], dt.datetime] = {}
        given: dict[tuple[str, str], dt.datetime] = {}

        def newest(about: tuple[str, str]) -> dt.datetime:
            """Of what is kept of a reviewer or a sample, and of what comes before in `verdicts`."""
            if about not in kept:
                column, value = about
                wanted = select(func.max(table.c.time)).where(
                    table.c.corpus == self.name, table.c[column] == value
                )
                found = connection.execute(wanted).scalar()
                kept[about] = (found and model.read_time(found)) or model.EARLIEST
            return max(kept[about], given.get(about, model.EARLIEST))

        timed = []
        for verdict in verdicts:
            abouts = (("reviewer", verdict.reviewer), ("sample_id", verdict.sample_id))
            time = verdict.time
            if time is None:
                after = max(map(newest, abouts)) + dt.timedelta(microseconds=1)
                time = max(dt.datetime.now(dt.UTC), after)
                verdict = verdict.kept(time=time)
            for about in abouts:
                given[about] = max(time, given.get(about, model.EARLIEST))
            timed.append(verdict)
        return timed

    def _insert(
        self, connection: Connection, verdicts: Sequence[Verdict], import_id: str = ""
    ) -> list[Receipt]:
        verdicts = self._timed(connection, verdicts)
        if connection.dialect.name == "sqlite":
            statement: Any = sqlite.insert(table).on_conflict_do_nothing(index_elements=["id"])
        else:
            statement = postgresql.insert(table).on_conflict_do_nothing(index_elements=["id"])
        statement = statement.returning(table.c.id)
        kept: set[str] = set()
        for start in range(0, len(verdicts), _PART):
            rows = [
                plain(verdict) | {"import_id": import_id or None}
                for verdict in verdicts[start : start + _PART]
            ]
            kept.update(connection.execute(statement, rows).scalars())
        receipts = []
        for verdict in verdicts:
            if verdict.id in kept:
                kept.discard(verdict.id)  # the same id once more in one call is a repetition
                receipts.append(Receipt(verdict, import_id=import_id))
                continue
            before = self.one(connection, table.c.id == verdict.id, anywhere=True)
            if before is None or before.content != verdict.content or before.corpus != verdict.corpus:
                raise ConflictingVerdictError(verdict.id)
            receipts.append(Receipt(before, repeated=True))
        return receipts
