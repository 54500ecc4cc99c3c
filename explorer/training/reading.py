"""From a corpus to the parts of a pack: cubes of some samples read, here while the part before is written, or by processes that write them too."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core import grid
from explorer.core.errors import InvalidQueryError, OutputError
from explorer.corpus import dask_jobs
from explorer.corpus.imagery import stack
from explorer.export import files
from explorer.training.parts import COULD_NOT_BE_HAD, Part, Writer

if TYPE_CHECKING:
    from explorer.core.grid import Cell
    from explorer.corpus.corpus import Corpus
    from explorer.training.plan import Cubes, Piece

FORMATS = ("zarr", "webdataset")
_AT_ONCE = 2
"""Samples that are read side by side; the chips of each are read by the corpus's own threads."""
_KEPT_BYTES = 100_000_000
"""Memory for cubes in a process that packs: none is read twice."""


@dataclass(frozen=True)
class Written:
    """What is told of a part that was written: its number, samples, the status of their dates by product (a text of digits a sample), SHA-256 of files."""

    number: int
    samples: int
    status: dict[str, list[str]]
    checksums: dict[str, str]


def writer_of(format: str) -> Writer:  # noqa: A002 - as the command has it
    """The writer of a format (`FORMATS`). Raises `InvalidQueryError`, and `OutputError` where a package lacks."""
    if format == "zarr":
        from explorer.training.zarr_store import ZarrWriter

        return ZarrWriter()
    if format == "webdataset":
        from explorer.training.tar_shards import TarWriter

        return TarWriter()
    raise InvalidQueryError(f"no format {format[:20]!r} for a pack; there are {', '.join(FORMATS)}")


def write_here(
    corpus: Corpus,
    pieces: Sequence[Piece],
    writer: Writer,
    folder: Path,
    cancel: threading.Event | None = None,
) -> Generator[Written]:
    """Read and write pieces in this process, each read while the one before is written. Raises `CancelledError`, `StoreError`, `OutputError`."""
    with closing(_ahead(corpus, pieces, cancel)) as parts:
        for part in parts:
            yield _write(writer, folder, part)


def write_elsewhere(
    opens: str, said: Mapping[str, object], pieces: Sequence[Piece], format: str, folder: Path,  # noqa: A002
    *, cancel: threading.Event | None = None, scheduler: str | None = None, workers: int | None = None,
) -> Generator[Written]:  # fmt: skip
    """Read and write pieces in other processes (`dask_jobs.each`), which see the corpus and `folder` by the same names.

    `opens` is what they open the corpus by, `said` settings that they would not have. Raises as `write_here`.
    """
    work = partial(_one, opens, dict(said) | {"cube_cache_bytes": _KEPT_BYTES}, format, folder)
    files.check(cancel)
    for written in dask_jobs.each(pieces, work, scheduler=scheduler, workers=workers):
        yield written
        files.check(cancel)


def _one(opens: str, said: Mapping[str, object], format: str, folder: Path, piece: Piece) -> Written:  # noqa: A002
    from explorer.opening import corpus_of_worker

    if not folder.is_dir():
        raise OutputError(f"a worker does not see {folder}; name a place that all of the cluster share")
    try:
        with ThreadPoolExecutor(_AT_ONCE, "pack-sample") as readers:
            return _write(writer_of(format), folder, _part(corpus_of_worker(opens, said), piece, readers))
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or folder}: {error.strerror or error}") from error


def _write(writer: Writer, folder: Path, part: Part) -> Written:
    checksums = writer.write(folder, part)
    texts = {name: ["".join(map(str, row.tolist())) for row in found] for name, found in part.status.items()}
    return Written(part.piece.number, len(part.piece), texts, checksums)


def _ahead(corpus: Corpus, pieces: Sequence[Piece], cancel: threading.Event | None) -> Generator[Part]:
    """The parts, each read while the one before is in use."""
    with ThreadPoolExecutor(1, "pack-part") as ahead, ThreadPoolExecutor(_AT_ONCE, "pack-sample") as readers:
        stop = threading.Event()

        def read(piece: Piece) -> Part:
            return _part(corpus, piece, readers, (cancel, stop))

        waiting = [ahead.submit(read, piece) for piece in pieces[:1]]
        try:
            for at in range(len(pieces)):
                part = waiting.pop().result()
                if at + 1 < len(pieces):
                    waiting.append(ahead.submit(read, pieces[at + 1]))
                yield part
        finally:
            stop.set()


def _part(
    corpus: Corpus, piece: Piece, readers: ThreadPoolExecutor, stops: Sequence[threading.Event | None] = ()
) -> Part:
    data, status = {}, {}
    for cubes in piece.cubes:
        product = cubes.product
        shape = (len(piece), *cubes.shape)
        data[product.id] = np.full(shape, stack.nodata_of(product), stack.stored_dtype(product))
        status[product.id] = np.zeros(shape[:2], np.uint8)

    def fill(at: int) -> None:
        cell = grid.parse(str(piece.table.index[at]))
        for cubes in piece.cubes:
            for stop in stops:
                files.check(stop)
            _fill(corpus, cell, cubes, data[cubes.product.id][at], status[cubes.product.id][at])

    list(readers.map(fill, range(len(piece))))
    return Part(piece, data, status)


def _fill(corpus: Corpus, cell: Cell, cubes: Cubes, into: np.ndarray, status: np.ndarray) -> None:
    product, positions = cubes.product, list(cubes.positions)
    reading = corpus.cubes.open_some(cell, product, positions)
    try:
        cube = reading.wait()
        stack.fill(into, cube, positions, list(range(len(product.bands))), stack.nodata_of(product))
        status[:] = cube.status[positions]
        status[np.isin(positions, list(reading.unread))] = COULD_NOT_BE_HAD
    finally:
        reading.release()


def statuses(texts: Sequence[str]) -> np.ndarray:
    """The status of dates, uint8 `(sample, time)`, of texts as `Written` has them."""
    joined: Any = np.frombuffer("".join(texts).encode(), np.uint8) - ord("0")
    return np.asarray(joined.reshape(len(texts), -1))
