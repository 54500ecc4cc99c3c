"""Features of many samples by Dask, in parts that a kill does not lose: what is there is taken, what lacks is measured."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.core.atomic_file import replacing
from explorer.core.config import settings
from explorer.core.errors import OutputError
from explorer.corpus import dask_jobs
from explorer.similar import fast

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

PART = 200
"""Samples a part: what a kill can cost a worker, some 8 seconds."""
Progress = Callable[[int, int], None]


def measure_missing(
    ids: Sequence[str],
    parts: Path,
    *,
    opens: str,
    said: Mapping[str, object] | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
) -> int:
    """Measure the fast set of samples that no part holds yet; returns how many.

    `parts` is a folder. `opens` is what workers open the corpus by (`open_corpus`), `said` settings that they would not have.
    With `workers` 1 all is done in this process; else as `dask_jobs.each`. Raises `OutputError`, `StoreError`.
    """
    have = set(measured(parts)[0])
    todo = [sample_id for sample_id in ids if sample_id not in have]
    finished = len(ids) - len(todo)
    progress(finished, len(ids))
    batches = [todo[i : i + PART] for i in range(0, len(todo), PART)]
    work = partial(measure, opens, dict(said or {}))
    in_process = scheduler is None and workers == 1
    found = (
        map(work, batches)
        if in_process
        else dask_jobs.each(batches, work, scheduler=scheduler, workers=workers)
    )
    for table in found if batches else ():
        _write(table, parts)
        finished += len(table)
        progress(finished, len(ids))
    return len(todo)


_opened: dict[str, Corpus] = {}


def measure(opens: str, said: Mapping[str, object], ids: Sequence[str]) -> pa.Table:
    """The fast set of some samples: `sample_id` and `features`, a list of float32 in the order of `fast.columns()`."""
    from explorer.opening import open_corpus

    key = json.dumps([opens, said], default=str)
    if key not in _opened:
        _opened[key] = open_corpus(opens, config=settings().model_copy(update=dict(said)))
    values = fast.table(_opened[key], ids)
    columns = {
        "sample_id": pa.array(list(ids), pa.string()),
        "features": pa.array(list(values), pa.list_(pa.float32())),
    }
    return pa.table(columns).replace_schema_metadata({"explorer": _stamp()})


def measured(parts: Path) -> tuple[list[str], np.ndarray]:
    """Ids and features, float32 `(n, columns)`, of all parts of this version; what is damaged is left out."""
    ids: list[str] = []
    rows = [np.zeros((0, len(fast.columns())), np.float32)]
    for table in _tables(parts):
        ids += table.column("sample_id").to_pylist()
        rows.append(table.column("features").combine_chunks().flatten().to_numpy().reshape(len(table), -1))
    values = np.concatenate(rows)
    first = dict(
        zip(reversed(ids), range(len(ids) - 1, -1, -1), strict=True)
    )  # a sample of two parts counts once
    order = sorted(first.values())
    return [ids[i] for i in order], values[order]


def _tables(parts: Path) -> Iterator[pa.Table]:
    for path in sorted(parts.glob("*.parquet")):
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowInvalid):
            continue  # damaged: its samples are measured again
        if (table.schema.metadata or {}).get(b"explorer") == _stamp().encode():
            yield table


def _stamp() -> str:
    return json.dumps({"fast": fast.VERSION, "columns": _digest(fast.columns())})


def _digest(words: Sequence[str] | Mapping[str, str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:20]


def _write(table: pa.Table, parts: Path) -> None:
    path = parts / f"{_digest(table.column('sample_id').to_pylist())}.parquet"
    try:
        with replacing(path) as part, part.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
