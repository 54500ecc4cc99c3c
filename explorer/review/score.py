"""Suspicion over a whole corpus: features by Dask in parts that a kill does not lose, then scores, as Parquet.

A part holds the features and curves of up to `PART` samples; it is written under another name and then renamed, so
that it is whole or not there. Scores are computed of all parts at the end, and written the same way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.analysis import envelopes, features
from explorer.core.config import settings
from explorer.core.corine import codes, land_cover
from explorer.core.errors import InvalidQueryError, OutputError
from explorer.corpus.parts import Parts, Progress, digest, write_table
from explorer.corpus.query import cover_change

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.opinions.opinion import Opinion
    from explorer.review.issues import Heard

PART = 25
"""Samples a part: what a kill can cost a worker, some 20 seconds."""
PARTS, SCORES = "parts", "scores.parquet"
VERSION = 3
COLUMNS = (
    "suspicion",
    "verdict",
    "labelled",
    "suggested",
    "change",
    "lost",
    "why",
    "suggested_fractions",
    "version",
    "without_opinions",
    "opinions",
)
"""`opinions` names those that were evidence (`made-up-good, revision 1`), `without_opinions` is the suspicion by the imagery alone."""
_OLDER = {"lost", "without_opinions", "opinions"}  # columns that scores from before may lack
_MAX_BYTES = 2 * 2**30


def folder(where: str, data_dir: Path | None = None) -> Path:
    """Where the scores of a corpus are kept: `scores/` and a digest of its place, in the data folder."""
    digest = hashlib.sha256(where.encode()).hexdigest()[:24]
    return (data_dir or settings().data_dir) / "scores" / digest


def compute(
    ids: Sequence[str],
    into: Path,
    *,
    opens: str,
    said: Mapping[str, object] | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
) -> int:
    """Compute the features of samples that no part holds yet; returns how many.

    `opens` is what workers open the corpus by (`open_corpus`), `said` the settings that a command line gave it (a profile,
    hosts to redirect to), which they would not have. `scheduler` is the address of a running `dask.distributed` scheduler;
    without it, `workers` processes (all cores) start here. Raises `OutputError` where parts cannot be written.
    """
    parts = into / PARTS
    try:
        parts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {parts}: {error.strerror or error}") from error
    work = partial(_measured, opens, dict(said or {}))
    made = _parts(into).measure(
        ids, done(into), work, PART, scheduler=scheduler, workers=workers, progress=progress
    )
    return sum(len(table) for table in made)


def _measured(opens: str, said: Mapping[str, object], ids: Sequence[str]) -> pa.Table:
    return measure(opens, ids, said)


def measure(opens: str, ids: Sequence[str], said: Mapping[str, object] | None = None) -> pa.Table:
    """What is measured of some samples, a row each: `sample_id`, `features`, `curves` (lists of float32), `lost` (float32).

    `lost` is the day from 1 January 2018 since which cover is lost, NaN where it is not.
    """
    from explorer.opening import corpus_of_worker

    corpus = corpus_of_worker(opens, said or {})
    found = [features.measure_sample(corpus, sample_id) for sample_id in ids]
    columns = {"sample_id": pa.array(list(ids), pa.string())}
    for name in ("features", "curves"):
        columns[name] = pa.array([getattr(one, name) for one in found], pa.list_(pa.float32()))
    columns["lost"] = pa.array([one.lost for one in found], pa.float32())
    return pa.table(columns).replace_schema_metadata({"explorer": _stamp()})


def _stamp() -> str:
    return json.dumps({"version": features.VERSION, "features": digest(features.names())})


def done(into: Path) -> set[str]:
    """Ids of the samples that parts of this version hold."""
    found: set[str] = set()
    for path in _parts(into).paths():
        found.update(pq.read_table(path, columns=["sample_id"]).column(0).to_pylist())
    return found


def _parts(into: Path) -> Parts:
    return Parts(into / PARTS, _stamp().encode())


def measured(into: Path, column: str = "features") -> pd.DataFrame:
    """What parts hold, by `sample_id`: `features` (columns `features.names()`) or `curves` (`curve_names()`)."""
    names = features.names() if column == "features" else features.curve_names()
    ids: list[str] = []
    rows = []
    for path in _parts(into).paths():
        table = pq.read_table(path, columns=["sample_id", column])
        ids += table.column("sample_id").to_pylist()
        rows.append(table.column(column).combine_chunks().flatten().to_numpy().reshape(len(table), -1))
    values = np.concatenate(rows) if rows else np.zeros((0, len(names)), np.float32)
    frame = pd.DataFrame(values, index=pd.Index(ids, name="sample_id", dtype=object), columns=list(names))
    return frame[~frame.index.duplicated()].sort_index()


def _lost(into: Path, ids: pd.Index) -> pd.Series:
    """The date since which cover is lost, ISO; empty where none is, or where a part from before does not say."""
    found: dict[str, float | None] = {}
    for path in _parts(into).paths():
        if "lost" in pq.read_schema(path).names:
            table = pq.read_table(path, columns=["sample_id", "lost"])
            found.update(
                zip(table.column("sample_id").to_pylist(), table.column("lost").to_pylist(), strict=True)
            )
    days = pd.Series(found, dtype="float64").reindex(ids)
    dates = pd.Timestamp("2018-01-01") + pd.to_timedelta(days, unit="D")
    return dates.dt.strftime("%Y-%m-%d").fillna("").astype("str")


def score(
    corpus: Corpus,
    into: Path,
    *,
    seed: int = 0,
    ids: Sequence[str] | None = None,
    opinions: Sequence[str] = (),
) -> pd.DataFrame:
    """Suspicion of the measured samples (or of those of `ids`), written to `scores.parquet`; the same table back.

    Columns `COLUMNS`, by `sample_id`. `opinions` are names of those that are further evidence. Raises `InvalidQueryError` where nothing
    was measured, `UnknownOpinionError`.
    """
    from explorer.review import issues  # with its models; a page that only reads scores does without

    table = measured(into)
    if ids is not None:
        table = table.loc[table.index.intersection(pd.Index(ids))]
    table = table.loc[table.index.intersection(corpus.samples.index)]
    if not len(table):
        raise InvalidQueryError("no features of samples of this corpus have been computed")
    fractions = corpus.index.fractions
    labels = fractions.align(table.index).matrix.toarray()
    heard = {name: _heard(corpus.opinions[name], table.index) for name in dict.fromkeys(opinions)}
    found = issues.judge(table, labels, classes=np.array(codes(3)), seed=seed, opinions=heard)
    result = found.table(table.index)
    names = [f"{code} {land_cover(code).title}" for code in codes(3)]
    curves = measured(into, "curves").loc[table.index]
    said = ["; ".join(filter(None, (found.why(i, names), found.said(i, names)))) for i in range(len(table))]
    reasons = envelopes.deviations(curves, labels, np.array(codes(3)), weight=1 - found.scores)
    result["why"] = [
        "; ".join([first, *more]) if suspicion > found.rate else first
        for first, more, suspicion in zip(said, reasons, found.scores, strict=True)
    ]
    changed = result["change"] >= cover_change.PROBABLE
    place = list(result.columns).index("change") + 1
    result.insert(place, "lost", _lost(into, table.index).where(changed, ""))
    seen = result["lost"].where(result["lost"] == "", "; the loss is first seen on " + result["lost"])
    result["why"] = result["why"].str.cat(seen)
    result["suggested_fractions"] = [_text(row) for row in found.suggested]
    result["version"] = f"{VERSION}.{features.VERSION}"
    result["without_opinions"] = found.alone
    result["opinions"] = "; ".join(
        f"{name}, revision {corpus.opinions[name].about.revision}" for name in heard
    )
    write_table(pa.Table.from_pandas(result), into / SCORES)
    return result


def _heard(opinion: Opinion, ids: pd.Index) -> Heard:
    """What an opinion says of samples, in the finest groups that its legend tells apart."""
    from explorer.review.issues import Heard

    grouping = opinion.choose()
    positions = opinion.corpus.index.rows(ids)
    there = np.isin(positions, opinion.rows)
    values = np.full((len(ids), len(grouping.codes)), np.nan)
    at = np.searchsorted(opinion.rows, positions[there])
    values[there] = opinion.matrix(grouping, at)[:, : len(grouping.codes)]
    members = np.array([[code in group for code in codes(3)] for group in grouping.members])
    return Heard(values, members)


def _text(fractions: np.ndarray) -> str:
    """`211:0.61;231:0.3`: what is at least a twentieth, largest first."""
    order = np.argsort(-fractions)
    return ";".join(f"{codes(3)[i]}:{fractions[i]:.2f}" for i in order if fractions[i] >= 0.05)


def read(into: Path) -> pd.DataFrame | None:
    """Scores written before, by `sample_id`; None where there are none, or what is there cannot be read."""
    path = into / SCORES
    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        frame = pq.read_table(path).to_pandas()
    except (OSError, pa.ArrowInvalid):
        return None
    if frame.index.name != "sample_id" or not set(COLUMNS) - _OLDER <= set(frame.columns):
        return None
    return frame


def show(corpus: Corpus) -> bool:
    """Give the scores of a corpus, where there are any, to its `extras`, for filters and the map; whether it did.

    `suspicion`, and where change could be told `change` (0 to 1) and `lost` (a date as text, empty where there is none).
    """
    frame = read(folder(corpus.where))
    if frame is None:
        return False
    judged = frame["verdict"] == ""
    shown = frame[["suspicion"]].where(judged).astype("float32").clip(0, 1)
    change = frame["change"].astype("float32").clip(0, 1)
    if (change > 0).any():  # of fewer than 60 samples it is not told
        shown["change"] = change.where(judged)
        shown["lost"] = frame["lost"].fillna("").astype(str) if "lost" in frame else ""
    extras = corpus.extras
    if extras is not None:
        shown = extras.drop(columns=["suspicion", "change", "lost"], errors="ignore").join(shown, how="outer")
    corpus.extras = shown
    return True
