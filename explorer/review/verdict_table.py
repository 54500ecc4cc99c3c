"""What was said of a corpus's labels, as it is looked up: current verdicts, history, who and what is reviewed; `records` writes it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd
from sqlalchemy import Connection, Row, Select, func, select

from explorer.core import grid
from explorer.core.config import Settings
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
NEWEST = (table.c.time.desc(), table.c.seq.desc())
"""The order of what was said, the last first."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a queue is reviewed: `done` of `total` samples, and how many of each judgement."""

    total: int
    done: int
    judgements: dict[str, int]
    reviewers: dict[str, int]
    """Samples of the queue by who judged them."""


class VerdictTable:
    """What was said of one corpus, read from one database. It may be used from many threads and processes at once."""

    def __init__(self, corpus: Corpus, database: Database, name: str = "") -> None:
        self.corpus = corpus
        self.database = database
        self.name = name or corpus_name(corpus)
        """What the corpus is called in the database, which may hold others' verdicts too."""

    @classmethod
    def open(cls, corpus: Corpus, url: str | Path | None = None, *, name: str = "") -> Self:
        """The records of a corpus: in a file, at a URL, or where the settings say (`default_place`).

        Raises `RecordsError` and its kinds, `InvalidQueryError` for a URL that is none.
        """
        config = corpus.config
        name = name or config.review_corpus or corpus_name(corpus)
        return cls(corpus, Database(url or default_place(config, name)), name)

    def __enter__(self) -> Self:
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
        live = self.live().add_columns(table.c.seq).where(*self._chosen(sample_id, reviewer))
        if queues is not None:
            live = live.where(table.c.queue.in_(list(queues)) | (table.c.kind == "adjudication"))
        rank = func.row_number().over(
            partition_by=(table.c.sample_id, table.c.reviewer, table.c.kind),
            order_by=NEWEST,
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
        newest = wanted.order_by(*NEWEST).limit(limit)
        return self._frame(newest)[::-1].reset_index(drop=True)

    def rows(self) -> Iterator[Verdict]:
        """Every row as a `Verdict`, oldest first."""
        found = self.database.read(
            lambda connection: connection.execute(
                self._columns().where(*self._chosen(None, None)).order_by(table.c.time, table.c.seq)
            ).all()
        )
        return map(verdict_of, found)

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

    def live(self) -> Select[Any]:
        """Verdicts and adjudications of this corpus that were not taken back."""
        back = table.alias()
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

    def one(self, connection: Connection, condition: Any, anywhere: bool = False) -> Verdict | None:
        """The one row that fits a condition; of this corpus, or `anywhere` in the database. None where none does."""
        wanted = self._columns().where(condition)
        if not anywhere:
            wanted = wanted.where(table.c.corpus == self.name)
        row = connection.execute(wanted).one_or_none()
        return None if row is None else verdict_of(row)

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


def verdict_of(row: Row[Any]) -> Verdict:
    """A row of `COLUMNS` as the verdict that it keeps."""
    kept = row._asdict()
    return Verdict(
        **kept
        | {
            "time": model.read_time(kept["time"]),
            "adjustments": model.read_adjustments(kept["adjustments"]),
            "label": model.read_label(kept["label"]),
        }
    )
