"""Where verdicts are written to disk and read: added, taken back, and looked up; nothing is ever overwritten."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Connection, Row, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from explorer.core import grid, metrics
from explorer.core.config import Settings
from explorer.core.errors import ConflictingVerdictError, InvalidVerdictError, UnknownSampleError
from explorer.core.version import __version__
from explorer.review import consensus, schema
from explorer.review import verdicts as model
from explorer.review.database import Database
from explorer.review.schema import verdicts as table
from explorer.review.verdicts import Verdict

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.review.queue import Queue

COLUMNS = (
    "id", "kind", "sample_id", "reviewer", "time", "judgement", "suggested", "adjustments", "confidence", "comment",
    "evidence", "queue", "stratum", "probability", "supersedes", "label", "corpus", "corpus_version", "app_version",
    "blind",
)  # fmt: skip
"""Of a table of verdicts."""
_PART = 1000
_NEWEST = (table.c.time.desc(), table.c.seq.desc())
"""The order of what was said, the last first."""


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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a queue is reviewed: `done` of `total` samples, and how many of each judgement."""

    total: int
    done: int
    judgements: dict[str, int]
    reviewers: dict[str, int]
    """Samples of the queue by who judged them."""


class Records:
    """Verdicts on one corpus, in one database. It may be used from many threads and processes at once."""

    def __init__(self, corpus: Corpus, database: Database, name: str = "") -> None:
        self.corpus = corpus
        self.database = database
        self.name = name or corpus_name(corpus)
        """What the corpus is called in the database, which may hold others' verdicts too."""
        self._draws: set[str] = set()
        """Texts of queues of whose draw it is known that it is kept, or cannot be."""

    @classmethod
    def open(cls, corpus: Corpus, url: str | Path | None = None, *, name: str = "") -> Records:
        """The records of a corpus: in a file, at a URL, or where the settings say (`default_place`).

        Raises `RecordsError` and its kinds, `InvalidQueryError` for a URL that is none.
        """
        config = corpus.config
        name = name or config.review_corpus or corpus_name(corpus)
        return cls(corpus, Database(url or default_place(config, name)), name)

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    @property
    def where(self) -> str:
        """The database, as a person would name it; without its password."""
        return self.database.where

    @cached_property
    def version(self) -> str:
        """Of the corpus's samples and labels: another one where any of them differs."""
        samples = self.corpus.samples
        found = hashlib.sha256("\n".join(samples.index).encode())
        found.update(samples["clc"].to_numpy("<i2").tobytes())
        found.update(samples["fraction"].to_numpy("<f4").tobytes())
        return found.hexdigest()[:12]

    # -- add ----------------------------------------------------------------------------------------------------

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
        from explorer.review import imports  # which reads records

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
        from explorer.review import draws  # which reads records

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
            before = self._one(connection, table.c.id == own)
            if before is not None and before.kind == "retraction" and before.reviewer == reviewer:
                taken = self._one(connection, table.c.id == before.supersedes)
                return Receipt(before, repeated=True, undone=taken)
            wanted = self._live().where(table.c.reviewer == reviewer)
            if verdict_id is not None:
                wanted = wanted.where(table.c.id == verdict_id)
            newest = connection.execute(wanted.order_by(*_NEWEST).limit(1)).one_or_none()
            if newest is None:
                if verdict_id is not None:
                    raise InvalidVerdictError(
                        "id", verdict_id, f"one of {reviewer}'s verdicts that is not taken back yet"
                    )
                return None
            gone = _verdict(newest)
            back = Verdict(gone.sample_id, reviewer, "", kind="retraction", supersedes=gone.id, id=own)
            return Receipt(self._insert(connection, [self._filled(back)])[0].verdict, undone=gone)

        return self.database.write(work)

    def _filled(self, verdict: Verdict) -> Verdict:
        if verdict.sample_id not in self.corpus.samples.index:
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
            before = self._one(connection, table.c.id == verdict.id, anywhere=True)
            if before is None or before.content != verdict.content or before.corpus != verdict.corpus:
                raise ConflictingVerdictError(verdict.id)
            receipts.append(Receipt(before, repeated=True))
        return receipts

    # -- look up ------------------------------------------------------------------------------------------------

    def current(
        self,
        sample_id: str | None = None,
        reviewer: str | None = None,
        queues: Collection[str] | None = None,
    ) -> pd.DataFrame:
        """The newest verdict of each reviewer and sample that was not taken back; `COLUMNS`, oldest first.

        Of two of the same time, which only files bring, that which was kept later. A reviewer's adjudication stands beside the own verdict. With `queues`, only
        verdicts given in a queue of one of these texts, and all adjudications.
        """
        live = self._live().add_columns(table.c.seq).where(*self._chosen(sample_id, reviewer))
        if queues is not None:
            live = live.where(table.c.queue.in_(list(queues)) | (table.c.kind == "adjudication"))
        rank = func.row_number().over(
            partition_by=(table.c.sample_id, table.c.reviewer, table.c.kind),
            order_by=_NEWEST,
        )
        ranked = live.add_columns(rank.label("rank")).subquery()
        wanted = (
            select(*(ranked.c[name] for name in COLUMNS))
            .where(ranked.c.rank == 1)
            .order_by(ranked.c.time, ranked.c.seq)
        )
        return self._frame(wanted)

    def history(
        self, sample_id: str | None = None, reviewer: str | None = None, limit: int | None = None
    ) -> pd.DataFrame:
        """Every row, also those taken back and the retractions; `COLUMNS`, oldest first; the newest `limit`."""
        wanted = self._columns().where(*self._chosen(sample_id, reviewer))
        newest = wanted.order_by(*_NEWEST).limit(limit)
        return self._frame(newest)[::-1].reset_index(drop=True)

    def rows(self) -> Iterator[Verdict]:
        """Every row as a `Verdict`, oldest first."""
        found = self.database.read(
            lambda connection: connection.execute(
                self._columns().where(*self._chosen(None, None)).order_by(table.c.time, table.c.seq)
            ).all()
        )
        return map(_verdict, found)

    def final(self) -> pd.DataFrame:
        """What is held true of each sample reviewed, by `sample_id`; see `consensus.final`."""
        return consensus.final(self.current())

    def states(self) -> pd.Series:
        """State of review (`consensus.STATES`) by `sample_id`, of those reviewed: what `Corpus.extras["review"]` takes."""
        return self.final()["state"].rename("review")

    def progress(self, queue: Queue, reviewer: str | None = None) -> Progress:
        """How far a queue is: by one reviewer, or by anybody."""
        current = self.current(reviewer=reviewer)
        mine = current[current["sample_id"].isin(queue.ids)]
        by = mine.groupby("reviewer")["sample_id"].nunique()
        return Progress(
            total=len(queue),
            done=int(mine["sample_id"].nunique()),
            judgements=dict(Counter(mine["judgement"].tolist())),
            reviewers=dict(zip(map(str, by.index), by.tolist(), strict=True)),
        )

    def reviewed(self, reviewer: str | None = None) -> frozenset[str]:
        """Ids of samples with a current verdict: of one reviewer, or of anybody."""
        return frozenset(self.current(reviewer=reviewer)["sample_id"])

    def reviewers(self) -> list[str]:
        """Names of all who said something, in order."""
        wanted = select(table.c.reviewer).where(table.c.corpus == self.name).distinct()
        return sorted(self.database.read(lambda connection: connection.execute(wanted).scalars().all()))

    def queues(self) -> list[str]:
        """Texts of all queues that verdicts were given in, in order."""
        wanted = select(table.c.queue).where(table.c.corpus == self.name).distinct()
        return sorted(self.database.read(lambda connection: connection.execute(wanted).scalars().all()))

    def revision(self) -> int:
        """A number that grows with every change: cheap to ask whether others added something, or took an import back."""
        of = self.name
        newest, gone, undone = (
            select(found).where(mine == of).scalar_subquery()
            for found, mine in (
                (func.coalesce(func.max(table.c.seq), 0), table.c.corpus),
                (func.coalesce(func.max(schema.withdrawn.c.seq), 0), schema.withdrawn.c.corpus),
                (func.count(schema.imports.c.undone), schema.imports.c.corpus),
            )
        )
        found = self.database.read(lambda connection: connection.execute(select(newest, gone, undone)).one())
        return max(int(found[0]), int(found[1])) + int(found[2])

    def _columns(self) -> Select[Any]:
        return select(*(table.c[name] for name in COLUMNS))

    def _live(self) -> Select[Any]:
        """Verdicts and adjudications of this corpus that were not taken back."""
        back = aliased(table)
        return self._columns().where(
            table.c.corpus == self.name,
            table.c.kind != "retraction",
            ~select(back.c.id).where(back.c.supersedes == table.c.id).exists(),
        )

    def _chosen(self, sample_id: str | None, reviewer: str | None) -> list[Any]:
        chosen = [table.c.corpus == self.name]
        if sample_id is not None:
            chosen.append(table.c.sample_id == grid.parse(sample_id).sample_id)
        if reviewer is not None:
            chosen.append(table.c.reviewer == model.reviewer_name(reviewer))
        return chosen

    def _one(self, connection: Connection, condition: Any, anywhere: bool = False) -> Verdict | None:
        wanted = self._columns().where(condition)
        if not anywhere:
            wanted = wanted.where(table.c.corpus == self.name)
        row = connection.execute(wanted).one_or_none()
        return None if row is None else _verdict(row)

    def _frame(self, wanted: Select[Any]) -> pd.DataFrame:
        rows = self.database.read(lambda connection: connection.execute(wanted).all())
        return frame(rows)


def frame(rows: Iterable[Any]) -> pd.DataFrame:
    """Rows of `COLUMNS` as a table: `time` in UTC, `suggested`, `confidence` and `probability` with gaps."""
    found = pd.DataFrame(list(rows), columns=list(COLUMNS)).astype(
        {"suggested": "Int64", "confidence": "Int64"}
    )
    found["probability"] = found["probability"].astype("float64")
    found["blind"] = found["blind"].astype("boolean")
    found["time"] = pd.to_datetime(found["time"], format="ISO8601", utc=True)
    return found


def corpus_name(corpus: Corpus) -> str:
    """What a corpus is called where nobody named it: its place."""
    root = getattr(corpus.store, "root", None)
    return str(root.resolve()) if isinstance(root, Path) else corpus.where.rstrip("/")


def default_place(config: Settings, name: str) -> str | Path:
    """The database of the settings, else a file of this corpus's own in the folder of the user's data."""
    if config.review_database:
        return config.review_database
    slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[-40:].lower() or "corpus"
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return config.data_dir / "reviews" / f"{slug}-{digest}.sqlite"


def plain(verdict: Verdict) -> dict[str, Any]:
    """A verdict as records and files keep it: texts and numbers by `COLUMNS`, None where there is nothing."""
    return {name: getattr(verdict, name) for name in COLUMNS} | {
        "time": model.time_text(verdict.time),
        "adjustments": model.adjustments_text(verdict.adjustments),
        "label": model.label_text(verdict.label),
    }


def _verdict(row: Row[Any]) -> Verdict:
    kept = row._asdict()
    return Verdict(
        **kept
        | {
            "time": model.read_time(kept["time"]),
            "adjustments": model.read_adjustments(kept["adjustments"]),
            "label": model.read_label(kept["label"]),
        }
    )
