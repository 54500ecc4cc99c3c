"""Features of many samples by Dask, in parts that a kill does not lose: what is there is taken, what lacks is measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from explorer.corpus.parts import Parts, Progress, digest
from explorer.similar import fast

PART = 200
"""Samples a part: what a kill can cost a worker, some 8 seconds."""


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
    made = _parts(parts).measure(
        ids, set(measured(parts)[0]), partial(measure, opens, dict(said or {})), PART,
        in_process=scheduler is None and workers == 1, scheduler=scheduler, workers=workers, progress=progress,
    )  # fmt: skip
    return sum(len(table) for table in made)


def measure(opens: str, said: Mapping[str, object], ids: Sequence[str]) -> pa.Table:
    """The fast set of some samples: `sample_id` and `features`, a list of float32 in the order of `fast.columns()`."""
    from explorer.opening import corpus_of_worker

    values = fast.table(corpus_of_worker(opens, said), ids)
    columns = {
        "sample_id": pa.array(list(ids), pa.string()),
        "features": pa.array(list(values), pa.list_(pa.float32())),
    }
    return pa.table(columns).replace_schema_metadata({"explorer": _stamp()})


def measured(parts: Path) -> tuple[list[str], np.ndarray]:
    """Ids and features, float32 `(n, columns)`, of all parts of this version; what is damaged is left out."""
    ids: list[str] = []
    rows = [np.zeros((0, len(fast.columns())), np.float32)]
    for table in _parts(parts).tables():
        ids += table.column("sample_id").to_pylist()
        rows.append(table.column("features").combine_chunks().flatten().to_numpy().reshape(len(table), -1))
    values = np.concatenate(rows)
    first = dict(
        zip(reversed(ids), range(len(ids) - 1, -1, -1), strict=True)
    )  # a sample of two parts counts once
    order = sorted(first.values())
    return [ids[i] for i in order], values[order]


def _parts(folder: Path) -> Parts:
    return Parts(folder, _stamp().encode())


def _stamp() -> str:
    return json.dumps({"fast": fast.VERSION, "columns": digest(fast.columns())})
