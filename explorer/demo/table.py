"""The table of all demo samples: made once in some seconds, then read from a file in the user's cache folder."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from explorer.core import forking
from explorer.core.assets import asset
from explorer.core.atomic_file import replacing
from explorer.core.config import settings
from explorer.core.corine import codes
from explorer.core.grid import CELLS, Cell, transformer
from explorer.demo import label_errors, places
from explorer.demo.places import CLASSES, Cells

VERSION = 4
"""Raise when anything changes the table or what is featured of it, so that no old file is read."""
_MAGIC = b"RX4DEMO1"
_DAMAGED = "not a demo table, or a damaged one"
_FEATURED = b"featured"
_AT_ONCE = 1 << 20
"""Bytes that are checked at a time."""
_COLUMNS = (
    "zone",
    "tile_x",
    "tile_y",
    "row",
    "col",
    "lon",
    "lat",
    "x",
    "y",
    "clc",
    "fraction",
    "kind",
    "old",
    "new",
    "day",
)


@forking.remake_cached
@dataclass(frozen=True)
class Table:
    """Every sample of a demo corpus; arrays by row, fractions as sparse tables of thousandths."""

    ids: pa.Array
    columns: dict[str, np.ndarray]
    labelled: sparse.csr_matrix  # (n, 44) uint16, fraction x 1000
    true: sparse.csr_matrix
    featured: tuple[int, ...] = ()
    """Rows that `load` was told to keep with it."""

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    @cached_property
    def _keys(self) -> tuple[np.ndarray, np.ndarray]:
        """(sorted keys, the row of each): to find a sample without a dictionary of half a million."""
        keys = _key(
            *(self.columns[name].astype(np.int64) for name in ("zone", "tile_x", "tile_y", "row", "col"))
        )
        order = np.argsort(keys)
        return keys[order], order

    def find(self, cell: Cell) -> int | None:
        """The row of a cell, or None."""
        keys, order = self._keys
        wanted = _key(cell.zone, cell.tile_x, cell.tile_y, cell.row, cell.col)
        at = int(np.searchsorted(keys, wanted))
        return int(order[at]) if at < len(keys) and keys[at] == wanted else None

    def cell(self, row: int) -> Cell:
        """The grid cell of a row."""
        return Cell(*(int(self.columns[name][row]) for name in ("zone", "tile_x", "tile_y", "row", "col")))

    def fractions(self, row: int, true: bool = False) -> dict[int, float]:
        """Code -> fraction of one sample, as labelled or as it truly is."""
        table = self.true if true else self.labelled
        span = slice(table.indptr[row], table.indptr[row + 1])
        code = codes(3)
        return {code[i]: int(v) / 1000 for i, v in zip(table.indices[span], table.data[span], strict=True)}

    @cached_property
    def frame(self) -> pd.DataFrame:
        """`lon, lat, x, y, clc, fraction` by `sample_id`."""
        index = pd.Index(pd.array(self.ids, dtype="str"), name="sample_id")
        names = ("lon", "lat", "x", "y", "clc", "fraction")
        columns = {name: pd.Series(self.columns[name], index, copy=False) for name in names}
        return pd.DataFrame(columns, copy=False)


def _key(zone: Any, tile_x: Any, tile_y: Any, row: Any, col: Any) -> Any:
    return ((zone * 1000 + tile_x) * 1000 + tile_y) * CELLS * CELLS + (row - 1) * CELLS + (col - 1)


def make(count: int, seed: int) -> Table:
    """Work out the whole table; half a million samples take some seconds."""
    cells = places.choose(count, seed)
    cover = places.cover(cells, seed)
    plan = label_errors.plant(cover, cells.hashes(seed), cells.lon, cells.lat)
    largest = plan.labelled.argmax(axis=1)
    x, y = transformer(4326, 3857).transform(cells.lon, cells.lat)
    columns = {name: getattr(cells, name) for name in Cells.__slots__}
    columns |= {
        "x": x, "y": y, "clc": np.array(codes(3), dtype=np.int16)[largest],
        "fraction": plan.labelled[np.arange(len(cells)), largest],
        "kind": plan.kind, "old": plan.old, "new": plan.new, "day": plan.day,
    }  # fmt: skip
    return Table(
        pa.array(cells.ids(), pa.large_string()),
        columns,
        _thousandths(plan.labelled),
        _thousandths(plan.true),
    )


def _thousandths(table: np.ndarray) -> sparse.csr_matrix:
    """Fractions as whole thousandths that sum to 1000 in every row."""
    whole = np.rint(table * 1000).astype(np.int32)
    rest = 1000 - whole.sum(axis=1)
    whole[np.arange(len(whole)), whole.argmax(axis=1)] += rest
    return sparse.csr_matrix(whole.astype(np.uint16))


def load(count: int, seed: int, feature: Callable[[Table], Sequence[int]] = lambda _table: ()) -> Table:
    """The table from the cache; made, with the rows that `feature` chooses, and kept there if it is not there or is damaged."""
    path = cache_file(count, seed)
    try:
        return _mapped(path, count)
    except (OSError, ValueError, KeyError):  # pyarrow's errors are ValueErrors
        pass
    table = make(count, seed)
    table = replace(table, featured=tuple(feature(table)))
    try:
        with replacing(path) as part:
            part.write_bytes(pack(table))
        return _mapped(path, count)  # what is made takes more memory than what is mapped
    except (OSError, ValueError, KeyError):
        return table  # a full or read-only disk costs the seconds again next time, nothing else


def _mapped(path: Path, count: int) -> Table:
    """The table of a file that stays where it is: only what is looked at is in memory, once for all processes."""
    with path.open("rb") as file:
        if file.read(8) != _MAGIC:
            raise ValueError(_DAMAGED)
        said = int.from_bytes(file.read(8), "little")
        found = 0
        while part := file.read(_AT_ONCE):
            found = zlib.crc32(part, found)
        if found != said:
            raise ValueError(_DAMAGED)
    with pa.memory_map(str(path)) as file:
        return _table(file.read_buffer().slice(16), count)


def cache_file(count: int, seed: int) -> Path:
    """Where the table of a demo corpus is kept."""
    folder = settings().cache_dir / "demo"
    outline = zlib.crc32(asset("europe.geojson").read_bytes())  # another coast line, another choice of places
    return folder / f"table-v{VERSION}-{outline:08x}-seed{seed}-n{count}.arrow"


def pack(table: Table) -> bytes:
    """The table as bytes: a mark, a checksum, and an Arrow file."""
    arrays: dict[str, pa.Array] = {"sample_id": table.ids}
    arrays |= {name: pa.array(table.columns[name]) for name in _COLUMNS}
    for name, matrix in (("labelled", table.labelled), ("true", table.true)):
        offsets = pa.array(matrix.indptr.astype(np.int32))
        arrays[f"{name}_class"] = pa.ListArray.from_arrays(offsets, pa.array(matrix.indices.astype(np.int32)))
        arrays[f"{name}_share"] = pa.ListArray.from_arrays(offsets, pa.array(matrix.data))
    batch = pa.RecordBatch.from_pydict(arrays, metadata={_FEATURED: json.dumps(table.featured)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    payload = sink.getvalue()
    return b"".join((_MAGIC, zlib.crc32(payload).to_bytes(8, "little"), payload))


def unpack(data: bytes, count: int) -> Table:
    """The table from `pack`'s bytes; raises ValueError when they are damaged or of another table."""
    view = memoryview(data)
    if bytes(view[:8]) != _MAGIC or zlib.crc32(view[16:]) != int.from_bytes(view[8:16], "little"):
        raise ValueError(_DAMAGED)
    return _table(pa.py_buffer(view[16:]), count)


def _table(payload: pa.Buffer, count: int) -> Table:
    """The table of an Arrow file; its arrays are views of it."""
    batch = pa.ipc.open_file(payload).get_batch(0)
    if batch.num_rows != count:
        raise ValueError("another number of samples")
    columns = {name: batch.column(name).to_numpy() for name in _COLUMNS}
    matrices = []
    for name in ("labelled", "true"):
        lists = batch.column(f"{name}_class")
        parts = (
            batch.column(f"{name}_share").values.to_numpy(),
            lists.values.to_numpy(),
            lists.offsets.to_numpy(),
        )
        matrices.append(sparse.csr_matrix(parts, shape=(count, CLASSES), copy=False))
    featured = json.loads(batch.schema.metadata[_FEATURED])
    return Table(batch.column("sample_id"), columns, matrices[0], matrices[1], tuple(featured))
