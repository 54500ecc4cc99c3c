"""Random draws, kept: which samples, in which order, from which strata, by which labels and scores.

A draw made again from its text would be another one as soon as a score, a label or a verdict that its filter asks for changed. So it
is kept in the database of verdicts when its review begins, and estimates are of the draw that was kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from explorer.core.errors import ExplorerError, InvalidQueryError, RecordsError
from explorer.core.version import __version__
from explorer.review import assignment, groupings, sampling
from explorer.review import verdicts as model
from explorer.review.groupings import Grouping
from explorer.review.queue import MAX_KEPT, Queue, QueueSpec
from explorer.review.sampling import Draw, Stratum
from explorer.review.schema import draws as table

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.review.verdict_table import VerdictTable


@dataclass(frozen=True)
class SampleDraw:
    """A random draw of samples with when, by whom and from what it was made. `draw` has its ids in the order drawn, strata, sizes and probabilities."""

    text: str
    """Of the queue, without the team: `random:n=200,seed=3`."""
    draw: Draw
    time: dt.datetime | None = None
    """UTC, of its storing; None for one that is not in the database."""
    reviewer: str = ""
    """Who began it."""
    labels_version: str = ""
    """Of the labels that it was made from: `VerdictTable.version` of that moment."""
    scores_version: str = ""
    """Of the suspicion scores; empty where there were none."""
    app_version: str = ""
    classes: Mapping[str, Mapping[int, int]] | None = None
    """Of the samples drawn from, how many the map gives each class: by grouping's name (`level 1`), by code."""

    @property
    def spec(self) -> QueueSpec:
        """Seed, allocation, level or grouping, filter and area of the draw. Raises `InvalidQueryError`."""
        return QueueSpec.parse(self.text)

    @property
    def is_stored(self) -> bool:
        """Whether it is stored: it comes from the database, and was not made anew."""
        return self.time is not None

    @property
    def population(self) -> int:
        """How many samples it was drawn from."""
        return sum(self.draw.sizes.values())

    @property
    def by(self) -> int | Grouping | None:
        """What the strata are made of; None for a grouping that is not known here."""
        try:
            return self.spec.strata_of
        except InvalidQueryError:
            return None

    @property
    def titles(self) -> Mapping[Stratum, str]:
        """The names of its strata."""
        by = self.by
        return {} if by is None else sampling.titles_of(by)

    def queue(self, text: str = "") -> Queue:
        """The draw as a queue to review, in its order; `text` as verdicts keep it."""
        return Queue(
            text or text_or_hash(self.text), self.draw.ids, self.draw.strata, self.draw.probabilities
        )


def draw_text(text: str) -> str:
    """The text of the draw that a queue's text is of, without its team; empty for what is no random draw.

    >>> draw_text("random:n=200,seed=3,team=Anna+Ben,each=2"), draw_text("suspicion:n=20")
    ('random:n=200,seed=3', '')
    """
    if not text.startswith("random"):
        return ""
    try:
        spec = QueueSpec.parse(text)
    except ExplorerError:
        return text if text.startswith("random:draw=") else ""
    return replace(spec, team=(), each=1, share=1.0).format() if spec.kind == "random" else ""


def text_or_hash(text: str) -> str:
    """A draw's text as a verdict keeps it: itself, or its hash where it is longer than a verdict has room for."""
    return text if len(text) <= MAX_KEPT else f"random:draw={hashlib.sha256(text.encode()).hexdigest()[:16]}"


def open_draw(records: VerdictTable, spec: QueueSpec, reviewer: str = "") -> SampleDraw:
    """The draw of a random queue: the one that is kept, else it is made now and kept.

    Raises `InvalidQueryError` where nothing can be drawn, and `RecordsError` where it cannot be kept.
    """
    text = draw_text(spec.format())
    if not text:
        raise InvalidQueryError(f"{spec.format()[:60]} is no random draw; name one, as random:n=200,seed=3")
    found = find(records, text)
    if found is None:
        found = _store(records, draw_sample(records, QueueSpec.parse(text), reviewer))
    return found


def queue(records: VerdictTable, spec: QueueSpec, reviewer: str = "") -> Queue:
    """The queue of a corpus, as `QueueSpec.build`; a random draw's is the draw that is kept.

    Raises `InvalidQueryError`, `UnknownSampleError`, `RecordsError`.
    """
    if spec.kind != "random":
        return spec.build(records.corpus, reviewer)
    found = open_draw(records, spec, reviewer)
    whole = found.queue()
    if not spec.team:
        return whole
    if reviewer not in spec.team:
        raise InvalidQueryError(f"{reviewer or 'nobody'} is not in this queue's team: {', '.join(spec.team)}")
    mine = assignment.assign(whole.ids, spec.team, each=spec.each, share=spec.share, seed=spec.seed)
    return whole.only(mine[reviewer])


def find(records: VerdictTable, text: str) -> SampleDraw | None:
    """The draw that is kept under a queue's text; None where none is. Raises `RecordsError`."""
    wanted = select(table).where(table.c.id == _id(records.name, draw_text(text) or text))
    row = records.database.read(lambda connection: connection.execute(wanted).one_or_none())
    return None if row is None else _from_row(row._asdict(), records.where)


def every(records: VerdictTable) -> list[SampleDraw]:
    """All draws that are kept of a corpus, oldest first. Raises `RecordsError`."""
    wanted = select(table).where(table.c.corpus == records.name).order_by(table.c.time, table.c.id)
    rows = records.database.read(lambda connection: connection.execute(wanted).all())
    return [_from_row(row._asdict(), records.where) for row in rows]


def texts_of(records: VerdictTable, text: str) -> list[str]:
    """The texts of queues under which verdicts of a draw are kept: its own, those of its teams, and of draws that it goes on from."""
    known = {text, *(one.text for one in smaller_draws_of(records, text))}
    shown = known | {text_or_hash(one) for one in known}
    return [one for one in records.queues() if one in shown or draw_text(one) in known]


def smaller_draws_of(records: VerdictTable, text: str) -> list[SampleDraw]:
    """Smaller draws that are the beginning of a kept one, stratum by stratum: `random:n=200,seed=3` of `random:n=400,seed=3`.

    Of the same seed and conditions a larger draw holds the smaller one; what was judged in that counts in this. By rounding, or where
    strata were put together, the smaller one may have more of a stratum: those are in the same order, and do not count.
    """
    whole = find(records, text)
    if whole is None or text.startswith("random:draw="):
        return []
    wanted = _conditions(whole.spec)
    return [
        one
        for one in every(records)
        if len(one.draw) < len(whole.draw)
        and _conditions(one.spec) == wanted
        and _begins(one.draw, whole.draw)
    ]


def largest_continuation_of(records: VerdictTable, text: str) -> str:
    """The largest kept draw that goes on from this one, and in which something was judged since; else this one."""
    first = find(records, text)
    if first is None:
        return text
    judged = {name for queue in records.queues() for name in (queue, draw_text(queue))}
    larger = [
        one
        for one in every(records)
        if len(one.draw) > len(first.draw)
        and not judged.isdisjoint((one.text, text_or_hash(one.text)))
        and _conditions(one.spec) == _conditions(first.spec)
        and _begins(first.draw, one.draw)
    ]
    return max(larger, key=lambda one: len(one.draw)).text if larger else text


def _conditions(spec: QueueSpec) -> QueueSpec:
    return replace(spec, n=None, alloc="proportional", minimum=0, team=(), each=1, share=1.0)


def _begins(first: Draw, whole: Draw) -> bool:
    """Whether the samples of a draw that are in a larger one come first in its strata, in the same order."""
    strata = dict(zip(whole.ids, whole.strata, strict=True))
    ordered: dict[Stratum, list[str]] = {stratum: [] for stratum in whole.sizes}
    for sample_id, stratum in strata.items():
        ordered[stratum].append(sample_id)
    met: dict[Stratum, list[str]] = {stratum: [] for stratum in whole.sizes}
    for sample_id in first.ids:
        if sample_id in strata:
            met[strata[sample_id]].append(sample_id)
    return sum(first.sizes.values()) == sum(whole.sizes.values()) and all(
        ordered[one][: len(ids)] == ids for one, ids in met.items()
    )


def verdicts(records: VerdictTable, text: str) -> pd.DataFrame:
    """Current verdicts (`verdict_table.COLUMNS`) that were given in a draw, and adjudications of the samples that they are of.

    What somebody says of a drawn sample in another queue, as that of suspects, is not of the draw; nor what is decided of it there.
    """
    own = texts_of(records, text)
    found = records.current(queues=own)
    here = found["queue"].isin(own)
    return found[here | found["sample_id"].isin(found.loc[here, "sample_id"])]


def done(records: VerdictTable, text: str, reviewer: str) -> frozenset[str]:
    """Samples that a reviewer has judged in a draw: only those need not come again in it."""
    found = verdicts(records, text)
    return frozenset(found.loc[found["reviewer"] == reviewer, "sample_id"])


def of_verdicts(records: VerdictTable, current: pd.DataFrame, text: str) -> SampleDraw:
    """The draw that verdicts are of: the kept one, else made anew, as this explorer does or as older ones did.

    `current`: the verdicts; strata and probabilities in them tell which of the two. Raises `InvalidQueryError`.
    """
    found = find(records, text)
    if found is not None:
        return found
    spec = QueueSpec.parse(text)
    tries = [draw_sample(records, spec), draw_sample(records, spec, least=0)]
    return max(tries, key=lambda one: _matching(one.draw, current))


def keep_first(records: VerdictTable, verdict: model.Verdict) -> None:
    """Keep the draw that a verdict is of, where it is not kept yet and can be made again as the verdict says."""
    text = draw_text(verdict.queue)
    if not text or verdict.probability is None or verdict.kind != "verdict":
        return
    try:
        if find(records, text) is not None:
            return
        found = draw_sample(records, QueueSpec.parse(text), verdict.reviewer)
        place = dict(
            zip(found.draw.ids, zip(found.draw.strata, found.draw.probabilities, strict=True), strict=True)
        )
        stratum, probability = place.get(verdict.sample_id, (-1, 0.0))
        if str(stratum) == verdict.stratum and np.isclose(probability, verdict.probability):
            _store(records, found)
    except ExplorerError:
        return  # the estimate says that the draw is not kept; the verdict itself counts more


def draw_sample(
    records: VerdictTable, spec: QueueSpec, reviewer: str = "", *, least: int = sampling.LEAST
) -> SampleDraw:
    """Draw samples of the corpus as it is now; the draw is not stored. Raises `InvalidQueryError`."""
    corpus = records.corpus
    rows = np.flatnonzero(spec.mask(corpus))
    by = spec.strata_of
    counted: dict[str, dict[int, int]] = {}
    wanted = [groupings.of_level(level) for level in (1, 2, 3)]
    for one in [*wanted, by] if isinstance(by, Grouping) else wanted:
        counted[one.name] = counts(one.of_corpus(corpus)[rows])
    return SampleDraw(
        replace(spec, team=(), each=1, share=1.0).format(), spec.draw(corpus, least=least), None, reviewer,
        records.version, scores_version(corpus), __version__, counted,
    )  # fmt: skip


def counts(codes: np.ndarray) -> dict[int, int]:
    """How often each code is there, without 0."""
    names, numbers = np.unique(codes[codes > 0], return_counts=True)
    return dict(zip(names.tolist(), numbers.tolist(), strict=True))


def scores_version(corpus: Corpus) -> str:
    """A checksum of the suspicion scores; empty where there are none."""
    if "suspicion" not in corpus.filter_table.offers:
        return ""
    return hashlib.sha256(np.asarray(corpus.filter_table.suspicion, "<f4").tobytes()).hexdigest()[:12]


def changes(records: VerdictTable, found: SampleDraw) -> list[str]:
    """Sentences on what is no longer as it was when the draw was made; none where all is."""
    if not found.is_stored:
        return [
            "This draw was not kept when its review began (by an older explorer, or in another database): it was made anew from its "
            "text. Where scores or labels changed since, it may be another one."
        ]
    said = []
    if found.labels_version != records.version:
        said.append(
            f"The draw was made from labels of version {found.labels_version}; they are {records.version} now. Strata and sizes are "
            "those of the draw."
        )
    scores = scores_version(records.corpus)
    uses_scores = "neyman" in found.text or "suspicion" in found.text
    if uses_scores and found.scores_version != scores:
        said.append("Scores have changed since the draw was made; it stays as it was drawn.")
    return said


def leading(found: SampleDraw, judged: Collection[str]) -> tuple[str, ...]:
    """The samples of a draw that estimates rest on: see `sampling.leading`."""
    return sampling.leading(found.draw.ids, found.draw.strata, judged)


def _matching(draw: Draw, current: pd.DataFrame) -> int:
    place = dict(zip(draw.ids, draw.probabilities, strict=True))
    pairs = zip(current["sample_id"], current["probability"], strict=True)
    return sum(abs(place.get(str(one), -1.0) - chance) < 1e-9 for one, chance in pairs)


def _id(corpus: str, text: str) -> str:
    return hashlib.sha256(f"{corpus}\n{text_or_hash(text)}".encode()).hexdigest()[:32]


def _store(records: VerdictTable, found: SampleDraw) -> SampleDraw:
    """Into the database; where another was first, that one."""
    draw = found.draw
    content = {
        "ids": draw.ids,
        "strata": draw.strata,
        "sizes": draw.sizes,
        "counts": draw.counts,
        "collapsed": draw.collapsed,
        "classes": found.classes,
    }
    row = {
        "id": _id(records.name, found.text),
        "corpus": records.name,
        "text": found.text,
        "time": model.time_text(dt.datetime.now(dt.UTC)),
        "reviewer": found.reviewer[:80],
        "labels_version": found.labels_version,
        "scores_version": found.scores_version,
        "app_version": found.app_version,
        "content": json.dumps(content, separators=(",", ":")),
    }

    def work(connection: Connection) -> Any:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(insert(table).on_conflict_do_nothing(index_elements=["id"]), [row])
        return connection.execute(select(table).where(table.c.id == row["id"])).one()

    return _from_row(records.database.write(work)._asdict(), records.where)


def _from_row(row: Mapping[str, Any], where: str) -> SampleDraw:
    try:
        content = json.loads(row["content"])
        ids, strata = tuple(map(str, content["ids"])), tuple(map(int, content["strata"]))
        sizes, numbers, collapsed = (_by_code(content[name]) for name in ("sizes", "counts", "collapsed"))
        chances = tuple(numbers[one] / sizes[one] for one in strata)
        if len(ids) != len(strata) or len(set(ids)) < len(ids):
            raise ValueError
        classes = {str(name): _by_code(one) for name, one in content["classes"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise RecordsError(
            f"{where}: the draw {str(row['text'])[:60]} is damaged; it cannot be used"
        ) from error
    return SampleDraw(
        str(row["text"]), Draw(ids, strata, chances, sizes, numbers, collapsed), model.read_time(row["time"]),
        str(row["reviewer"]), str(row["labels_version"]), str(row["scores_version"]), str(row["app_version"]), classes,
    )  # fmt: skip


def _by_code(found: Mapping[str, int]) -> dict[int, int]:
    return {int(code): int(value) for code, value in found.items()}
