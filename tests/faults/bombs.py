"""Reads what is small and would grow; a process of its own, so that its memory can be measured. Prints megabytes."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import resource
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.core import grid
from explorer.core.errors import ChipError, CorpusFormatError, ExplorerError, UnreadableError
from explorer.core.products import PF_QA, PF_SR
from explorer.corpus.imagery import geotiff
from explorer.corpus.stores.store import DirectoryStore
from explorer.corpus.tables import index, index_file, sources
from explorer.corpus.tables.label_files import read_file
from explorer.corpus.tables.label_tables import LabelTable, read_table
from explorer.export import stories
from explorer.review import exchange
from tests import corpora

CELL = grid.parse(corpora.FULL)
GROWN = 1_500_000_000


def main(folder: Path) -> None:
    """Read all of them; each has to be refused by name."""
    read_file(b'{"type":"Feature","properties":{"clc_111":1}}', "x")
    geotiff.read(corpora.good(PF_SR, CELL, 0), PF_SR, CELL)
    before = _peak()
    peaks = {}
    for name, (attack, error) in _attacks(folder).items():
        try:
            attack()
        except error:
            peaks[name] = _peak() - before
        else:
            raise AssertionError(f"{name} was read")
    sys.stdout.write(json.dumps(peaks))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _attacks(folder: Path) -> dict[str, tuple[Callable[[], object], type[ExplorerError]]]:
    store = DirectoryStore(folder)
    good = corpora.good(PF_SR, CELL, 0)
    wide = _with(good, {322: 46_336, 323: 46_336})
    sparse = folder / CELL.label_key
    sparse.parent.mkdir(parents=True)
    with sparse.open("wb") as file:
        file.truncate(20 * 2**30)
    pipe = folder / "imagery"
    pipe.mkdir()
    os.mkfifo(pipe / "pipe.tif")
    table = b"sample_id,clc_111\n" + b"33N_15E-200N_01_09,1\n" * 500_000
    (folder / "resources").mkdir()
    (folder / sources.LABELS[0]).write_bytes(_grown(table))
    (folder / sources.GEOMETRIES[0]).write_bytes(
        gzip.compress(b'{"type":"FeatureCollection","features":[') + _grown(b" " * 10_000_000)
    )
    laughs = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    long = "a" * 10_000_000
    return {
        "tiles of a gigabyte": (lambda: geotiff.read(wide, PF_SR, CELL), ChipError),
        "a picture of a terabyte": (lambda: geotiff.read(_with(good, {256: 2**20, 257: 2**20}), PF_SR, CELL), ChipError),
        "65,535 bands": (lambda: geotiff.read(_with(good, {277: 65_535}), PF_QA, CELL), ChipError),
        "a tile that inflates": (lambda: geotiff.read(_inflating(good), PF_SR, CELL), ChipError),
        "a label of 20 GB": (lambda: store.get(CELL.label_key), UnreadableError),
        "a pipe": (lambda: store.get("imagery/pipe.tif"), UnreadableError),
        "a table that grows": (lambda: read_table(folder / sources.LABELS[0], "labels"), CorpusFormatError),
        "a cell of 10 MB": (lambda: _nothing(read_table(b"sample_id,clc_111\n" + long.encode() + b",1\n", "x")), CorpusFormatError),
        "resources that grow": (lambda: sources.from_resources(store), CorpusFormatError),
        "deep JSON": (lambda: read_file(b"[" * 1_000_000, "x"), CorpusFormatError),
        "deep JSON of verdicts": (lambda: exchange.read(b'{"features":' * 1_000_000, "geojson"), ExplorerError),
        "billion laughs": (lambda: stories.loads(laughs), ExplorerError),
        "a story of 10 MB": (lambda: stories.loads("title: " + long), ExplorerError),
        "an id of 10 MB": (lambda: grid.parse(long), ExplorerError),
        "an index of a run": (lambda: index.read(_index(folder, 5_000_000)), CorpusFormatError),
        "an index of a run in a file as long as an index's": (lambda: index.read(_index(folder, 5_000_000, 90_000_000)), CorpusFormatError),
        "an index with one long id": (lambda: index.read(_index(folder, 40, length=100_000_000)), CorpusFormatError),
        "an index whose long id is in a dictionary": (lambda: index.read(_index(folder, 40, length=50_000_000, dictionary=True)), CorpusFormatError),
        "verdicts that all say the same at length": (lambda: exchange.read(_verdicts(9_000, 300_000), "parquet"), ExplorerError),
        "verdicts with one long text": (lambda: exchange.read(_verdicts(100_000_000, 1), "parquet"), ExplorerError),
        "verdicts with a long text in a dictionary": (lambda: exchange.read(_verdicts(50_000_000, 1_000), "parquet"), ExplorerError),
        "a reviewer of 10 MB": (lambda: exchange.read(f"sample_id,reviewer,judgement\n{corpora.FULL},{long},correct".encode(), "csv"), ExplorerError),
    }  # fmt: skip


def _index(folder: Path, rows: int, longer: int = 0, length: int = 0, dictionary: bool = False) -> Path:
    """An index in which every row is the same, made by a process of its own: what it takes is not what reading takes."""
    path = folder / f"index-{rows}-{longer}-{length}.parquet"
    _apart(_make_index, path, rows, longer, length, dictionary)
    assert path.stat().st_size < 2_000_000 + longer
    return path


def _make_index(path: Path, rows: int, longer: int, length: int, dictionary: bool) -> None:
    identity = "a" * length or corpora.FULL
    given = pd.DataFrame({"lon": 0.0, "lat": 0.0, "x": 0.0, "y": 0.0}, index=pd.Index([corpora.FULL]))
    schema = index_file._schema(given, None, "", False, {}, "", ())
    if longer:
        schema = schema.with_metadata(schema.metadata | {b"padding": b"x" * longer})
    names = [name for name in schema.names if name not in ("geometry", "bbox")]
    part = 100_000
    with pq.ParquetWriter(
        path, pa.schema([schema.field(name) for name in names], schema.metadata), compression="zstd", data_page_size=2**30,
        use_dictionary=dictionary or not length, dictionary_pagesize_limit=2**30, store_schema=False, write_statistics=False,
    ) as writer:  # fmt: skip
        for start in range(0, rows, part):
            count = min(part, rows - start)
            values = {
                name: pa.repeat(pa.scalar(identity if name == "sample_id" else "33N" if name == "zone" else 0, schema.field(name).type), 1 if length else count)
                for name in names
            }  # fmt: skip
            writer.write_table(pa.table(values))


def _verdicts(length: int, rows: int) -> bytes:
    """A file of verdicts that all say the same."""
    with tempfile.NamedTemporaryFile() as file:
        _apart(_make_verdicts, Path(file.name), length, rows)
        data = file.read()
    assert len(data) < 2_000_000
    return data


def _make_verdicts(path: Path, length: int, rows: int) -> None:
    said = {"sample_id": corpora.FULL, "reviewer": "ada", "judgement": "wrong", "comment": "x" * length}
    part = min(rows, 10_000)
    columns = {
        one: pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), part), [value])
        for one, value in said.items()
    }
    table = pa.table(columns)
    with pq.ParquetWriter(
        path, table.schema, compression="zstd", data_page_size=2**30, dictionary_pagesize_limit=2**30, store_schema=False,
        write_statistics=False, use_dictionary=rows > 1,
    ) as writer:  # fmt: skip
        for _ in range(0, rows, part):
            writer.write_table(table)


def _apart(work: Callable[..., None], *given: object) -> None:
    """Do something in another process, whose memory is not counted."""
    process = multiprocessing.get_context("fork").Process(target=work, args=given)
    process.start()
    process.join()
    assert process.exitcode == 0


def _nothing(table: LabelTable) -> None:
    """A table of which not one row is a sample's, as its warning says."""
    assert not len(table.fractions)
    raise CorpusFormatError("x", table.warnings[0])


def _grown(part: bytes) -> bytes:
    """A gzip file of many members, each of which is the same."""
    return gzip.compress(part, 9) * (GROWN // len(part))


def _with(tiff: bytes, tags: dict[int, int]) -> bytes:
    """A little-endian TIFF with other values of some tags that hold one number."""
    data = bytearray(tiff)
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    found = set()
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from("<HH", data, at)
        if tag in tags:
            wide = tags[tag] > 65_535 or kind == 4
            struct.pack_into("<H", data, at + 2, 4 if wide else 3)
            struct.pack_into("<I" if wide else "<H", data, at + 8, tags[tag])
            found.add(tag)
    assert found == set(tags), "the chip has no such tag"
    return bytes(data)


def _inflating(tiff: bytes) -> bytes:
    """A deflate tile of 200 MB of zeros, in a chip that has 0.3."""
    bomb = zlib.compress(bytes(200_000_000), 9)
    return _with(tiff + bomb, {259: 8, 324: len(tiff), 325: len(bomb), 257: 300})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
