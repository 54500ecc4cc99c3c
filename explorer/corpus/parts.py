"""Long work over a corpus in parts that a kill does not lose: a Parquet file for each batch of samples; what is there is taken, what lacks is measured."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from explorer.core.atomic_file import replacing
from explorer.core.errors import OutputError
from explorer.corpus import dask_jobs

STAMP = b"explorer"
"""What of a part's metadata says by which version, and of what, it was measured."""
Progress = Callable[[int, int], None]


def digest(words: Iterable[str]) -> str:
    """Twenty hexadecimal digits that stand for words in their order."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:20]


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet, all or nothing, and on the disk. Raises `OutputError`."""
    try:
        with replacing(path) as part, part.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


class Parts:
    """The parts in a folder whose metadata have a stamp; others, and damaged ones, count as not there: their samples are measured again."""

    def __init__(self, folder: Path, stamp: bytes) -> None:
        self.folder, self.stamp = folder, stamp

    def paths(self) -> Iterator[Path]:
        """Files of this stamp, by their schemas."""
        for path in sorted(self.folder.glob("*.parquet")):
            try:
                if self._is_ours(pq.read_schema(path)):
                    yield path
            except (OSError, pa.ArrowInvalid):
                continue

    def tables(self) -> Iterator[pa.Table]:
        """What these files hold, each whole."""
        for path in sorted(self.folder.glob("*.parquet")):
            try:
                table = pq.read_table(path)
            except (OSError, pa.ArrowInvalid):
                continue
            if self._is_ours(table.schema):
                yield table

    def _is_ours(self, schema: pa.Schema) -> bool:
        return bool((schema.metadata or {}).get(STAMP) == self.stamp)

    def measure(
        self,
        ids: Sequence[str],
        have: Collection[str],
        work: Callable[[list[str]], pa.Table],
        size: int,
        *,
        in_process: bool = False,
        scheduler: str | None = None,
        workers: int | None = None,
        progress: Progress = lambda done, total: None,
    ) -> Iterator[pa.Table]:
        """Measure those of `ids` that are not in `have`, `size` a part; each part once it is written.

        `work` makes a part of ids, with their column `sample_id` and its stamp in the metadata: whoever measures says by which version. It
        is done in this process, one part after the other, or else as `dask_jobs.each` does it. Raises `OutputError`, `StoreError`.
        """
        todo = [sample_id for sample_id in ids if sample_id not in have]
        done = len(ids) - len(todo)
        progress(done, len(ids))
        batches = [todo[i : i + size] for i in range(0, len(todo), size)]
        if not batches:
            return
        found = (
            map(work, batches)
            if in_process
            else dask_jobs.each(batches, work, scheduler=scheduler, workers=workers)
        )
        for table in found:
            name = digest(table.column("sample_id").to_pylist())
            write_table(table, self.folder / f"{name}.parquet")
            done += len(table)
            progress(done, len(ids))
            yield table
