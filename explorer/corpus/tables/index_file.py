"""The sample table as GeoParquet 1.1, for this explorer and for GeoPandas, QGIS and DuckDB."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from scipy import sparse

from explorer.core import corine, grid, products
from explorer.core.atomic_file import replacing
from explorer.core.errors import CorpusFormatError, StoreError
from explorer.corpus.imagery import stated as stated_numbers
from explorer.corpus.imagery.stated import Stated
from explorer.corpus.tables import parquet_bounds
from explorer.corpus.tables.ids import valid_ids
from explorer.corpus.tables.labels import Fractions, LabelsFound
from explorer.corpus.tables.sources import MAX_SAMPLES, Progress, ignore

_META = b"rapidai4eo_explorer"
_VERSION = 1
_ROWS = 50_000
"""Rows a row group: some hundred tiles, so that a reader can skip by the bbox column."""

_UNCLASSIFIED = "unclassified"
"""The column of the share that has no class in CORINE."""
_MAX_NOTES, _MAX_NOTE = 16, 2_000
_MOST_A_ROW = 64
"""Bytes of one column in a row, unpacked: an id has 19, a number at most 8."""
_LEAST_A_ROW = 16
"""Bytes of the file a row: places and footprint alone have 60, packed. What says that it has more rows is no index."""
_TABLE = {"sample_id": "string", "lon": "double", "lat": "double", "x": "double", "y": "double", "clc": "int16",
          "fraction": "float"}  # fmt: skip
_PLACES = ("lon", "lat", "x", "y")
_BOX = pa.struct([(name, pa.float64()) for name in ("xmin", "ymin", "xmax", "ymax")])


@dataclass(frozen=True)
class IndexTable:
    """The columns that opening a corpus needs, how its labels were written, and what STAC says of whole products.

    `stated` is None in a file of a version that did not ask. `settled` is what an operator had said of labels when it was
    built (`LabelSettings.to_text`). `stated_notes` are the warnings about `stated`.
    """

    samples: pd.DataFrame
    labels_found: LabelsFound | None
    stated: dict[str, Stated] | None = None
    settled: str = ""
    stated_notes: tuple[str, ...] = ()


def write(
    samples: pd.DataFrame,
    fractions: Fractions,
    path: Path,
    labels_found: LabelsFound | None = None,
    source: str = "",
    progress: Progress = ignore,
    *,
    synthetic: bool = False,
    stated: Mapping[str, Stated] | None = None,
    settled: str = "",
    stated_notes: Sequence[str] = (),
) -> Path:
    """Write samples (as `SampleIndex.samples`) and their fractions; an old file is replaced all at once.

    `synthetic`: they are made up, and nobody is named for them. Of `stated`, what is said of whole products is kept.
    Raises `StoreError` where it cannot be written.
    """
    schema = _schema(samples, labels_found, source, synthetic, stated or {}, settled, stated_notes)
    try:
        with (
            replacing(path) as part,
            pq.ParquetWriter(part, schema, compression="zstd", write_statistics=True) as writer,
        ):
            for start in range(0, len(samples), _ROWS):
                rows = slice(start, start + _ROWS)
                none = fractions.unclassified[rows]
                writer.write_table(_rows(samples.iloc[rows], fractions.matrix[rows], none, schema))
                progress(min(start + _ROWS, len(samples)), len(samples))
    except OSError as error:
        raise StoreError(f"cannot write the index {path}: {error.strerror or error}") from error
    return path


def _schema(
    samples: pd.DataFrame,
    labels_found: LabelsFound | None,
    source: str,
    synthetic: bool,
    stated: Mapping[str, Stated],
    settled: str,
    stated_notes: Sequence[str],
) -> pa.Schema:
    fields = [(name, pa.type_for_alias(kind)) for name, kind in _TABLE.items()]
    fields += [("zone", pa.string()), ("geometry", pa.binary()), ("bbox", _BOX)]
    fields += [(name, pa.float32()) for name in (*corine.COLUMNS, _UNCLASSIFIED)]
    corners = [f"{edge}{axis}" for edge in ("x", "y") for axis in ("min", "max")]
    geometry: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": ["Polygon"],
        "crs": CRS.from_epsg(4326).to_json_dict(),
        "edges": "planar",
        "orientation": "counterclockwise",
        "covering": {"bbox": {corner: ["bbox", corner] for corner in corners}},
    }
    if len(samples):
        low, high = samples[["lon", "lat"]].min() - 0.02, samples[["lon", "lat"]].max() + 0.02
        geometry["bbox"] = [float(low["lon"]), float(low["lat"]), float(high["lon"]), float(high["lat"])]
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}
    own = {
        "version": _VERSION,
        "source": source,
        "stated": stated_numbers.to_json(stated),
        "stated_notes": list(stated_notes),
        "settled": settled,
        "labels": None if labels_found is None else asdict(labels_found),
    }
    metadata = {
        b"geo": json.dumps(geo),
        _META: json.dumps(own),
        b"attribution": products.SYNTHETIC_NOTE
        if synthetic
        else "; ".join(dict.fromkeys(products.ATTRIBUTION.values())),
        b"citation": products.CITATION,
    }
    return pa.schema(fields, metadata=metadata)


def _rows(
    samples: pd.DataFrame, matrix: sparse.csr_matrix, unclassified: np.ndarray, schema: pa.Schema
) -> pa.Table:
    footprints = grid.footprints(samples.index)
    bounds = shapely.bounds(footprints)
    ids = pa.array(samples.index, pa.string())
    dense = matrix.toarray()
    columns: dict[str, Any] = {"sample_id": ids}
    for name in list(_TABLE)[1:]:
        columns[name] = pa.array(samples[name].to_numpy(), schema.field(name).type)
    columns["zone"] = pc.utf8_slice_codeunits(ids, 0, 3)
    columns["geometry"] = pa.array(shapely.to_wkb(footprints), pa.binary())
    columns["bbox"] = pa.StructArray.from_arrays(
        [pa.array(bounds[:, i]) for i in range(4)], fields=list(_BOX)
    )
    for j, name in enumerate(corine.COLUMNS):
        columns[name] = pa.array(dense[:, j])
    columns[_UNCLASSIFIED] = pa.array(unclassified)
    return pa.table(columns, schema=schema)


def read(path: Path) -> IndexTable:
    """The table of an index file, without fractions and footprints.

    Raises `CorpusFormatError` where it is damaged, or was not written by `write`.
    """
    key = path.name
    with _opened(path) as file:
        own = _own(file, path)
        stated, settled, notes = _stated(file)
        frame = _columns(file, path, list(_TABLE))
    ids = frame.column("sample_id")
    if ids.null_count or not valid_ids(ids).all():
        raise CorpusFormatError(key, "it holds ids that are no sample ids")
    samples = pd.DataFrame(
        {name: frame.column(name).to_numpy() for name in list(_TABLE)[1:]},
        index=pd.Index(ids.to_pandas(), dtype="str", name="sample_id"),
    )
    _check(samples, key)
    return IndexTable(samples, own, stated, settled, notes)


def read_fractions(path: Path, ids: pd.Index) -> Fractions:
    """The fractions of an index file, in the order of `ids`. Raises `CorpusFormatError`."""
    key = path.name
    parts: list[sparse.csr_matrix] = []
    unclassified = [np.zeros(0, np.float32)]
    with _opened(path) as file:
        _own(file, path)
        stored = pd.Index(_columns(file, path, ["sample_id"]).column(0).to_pandas(), dtype="str")
        names = list(corine.COLUMNS)
        if _UNCLASSIFIED in file.schema_arrow.names:  # not in an index of an older explorer
            names.append(_UNCLASSIFIED)
        _check_pages(file, path, names)
        try:
            for batch in file.iter_batches(batch_size=_ROWS, columns=names):
                dense = np.zeros((batch.num_rows, len(corine.COLUMNS) + 1), np.float32)
                for j, name in enumerate(names):
                    dense[:, j] = batch.column(name).to_numpy(zero_copy_only=False)
                unclassified.append(dense[:, -1])
                parts.append(sparse.csr_matrix(dense[:, :-1]))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise CorpusFormatError(key, f"not readable ({_short(error)})") from error
    matrix = sparse.csr_matrix(sparse.vstack(parts)) if parts else Fractions.empty(stored).matrix
    if matrix.shape != (len(stored), len(corine.COLUMNS)):
        raise CorpusFormatError(key, "it has not one fraction a sample and class")
    none = np.concatenate(unclassified)
    if not ((matrix.data >= 0) & (matrix.data <= 1)).all() or not ((none >= 0) & (none <= 1)).all():
        raise CorpusFormatError(key, "it holds fractions outside 0 to 1; build it anew with `explorer index`")
    # the file may have been built anew since the table was read: ids decide, not the order of rows
    return Fractions(stored, matrix, none).align(ids)


def _opened(path: Path) -> pq.ParquetFile:
    try:
        # Ids as they are in the file's dictionary, each once: a run of the same one costs four bytes a row, not its text.
        return pq.ParquetFile(path, memory_map=True, read_dictionary=["sample_id"])
    except KeyError as error:
        raise CorpusFormatError(path.name, "Parquet, but not an index of this explorer") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise CorpusFormatError(path.name, f"not readable as Parquet ({_short(error)})") from error


def _own(file: pq.ParquetFile, path: Path) -> LabelsFound | None:
    """What `write` noted in the file, which must be one of its own."""
    key = path.name
    text = (file.schema_arrow.metadata or {}).get(_META)
    try:
        own = json.loads(text or b"")
        if own["version"] != _VERSION:
            raise CorpusFormatError(key, f"an index of version {own['version']}, not {_VERSION}")
        labels = own["labels"]
        found = labels and LabelsFound(
            str(labels["shape"]), float(labels["scale"]), int(labels["rows"]), str(labels.get("what", ""))[:500],
            labels.get("presence") is True, int(labels.get("unclassified", 0)), int(labels.get("lost", 0)),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, CorpusFormatError):
            raise
        raise CorpusFormatError(key, "Parquet, but not an index of this explorer") from error
    names = set(file.schema_arrow.names)
    missing = [name for name in (*_TABLE, *corine.COLUMNS) if name not in names]
    if missing:
        raise CorpusFormatError(key, f"it lacks the columns {', '.join(missing[:5])}")
    groups = [file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)]
    rows = sum(groups)
    if rows != file.metadata.num_rows or min(groups, default=0) < 0:
        raise CorpusFormatError(key, "it contradicts itself about how many rows it has")
    if rows > MAX_SAMPLES:
        raise CorpusFormatError(key, f"{rows:,} rows, more than {MAX_SAMPLES:,}")
    size = path.stat().st_size
    if rows * _LEAST_A_ROW > size:
        raise CorpusFormatError(
            key, f"{rows:,} rows in {size:,} bytes: it would unpack to far more than it has"
        )
    return found or None


def _stated(file: pq.ParquetFile) -> tuple[dict[str, Stated] | None, str, tuple[str, ...]]:
    """What a catalog said of whole products (None: nobody asked), what an operator had settled of labels, warnings."""
    own = json.loads(file.schema_arrow.metadata[_META])
    stated = stated_numbers.from_json(own["stated"]) if isinstance(own.get("stated"), dict) else None
    given = own.get("stated_notes")
    notes = [note[:_MAX_NOTE] for note in given if isinstance(note, str)] if isinstance(given, list) else []
    return stated, str(own.get("settled") or ""), tuple(notes[:_MAX_NOTES])


def _columns(file: pq.ParquetFile, path: Path, names: list[str]) -> pa.Table:
    """Columns of `_TABLE`. Raises `CorpusFormatError` where they are not what they should be, or an id is there twice."""
    key = path.name
    schema = file.schema_arrow
    for name in names:
        kind = schema.field(name).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if str(kind) != str(pa.type_for_alias(_TABLE[name])):
            raise CorpusFormatError(key, f"column {name} is {kind}, not {_TABLE[name]}")
    _check_pages(file, path, names)
    try:
        found = file.read(columns=names)
        ids = found.column("sample_id")
        if any(len(part.dictionary) < len(part) for part in ids.chunks if pa.types.is_dictionary(part.type)):
            raise CorpusFormatError(key, "it holds a sample twice")
        place = found.schema.get_field_index("sample_id")
        return found.set_column(place, "sample_id", ids.cast(pa.string()))
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, CorpusFormatError):
            raise
        raise CorpusFormatError(key, f"not readable ({_short(error)})") from error


def _check_pages(file: pq.ParquetFile, path: Path, names: list[str]) -> None:
    """That columns unpack to what so many rows can have. Raises `CorpusFormatError`."""
    most = (file.metadata.num_rows * _MOST_A_ROW + 2**20) * len(names)
    try:
        with open(path, "rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
            whole = memoryview(data)
            try:
                parquet_bounds.unpacked(whole, file, set(names), most)
            finally:
                whole.release()
    except (OSError, ValueError) as error:
        raise CorpusFormatError(path.name, f"not readable ({_short(error)})") from error


def _check(samples: pd.DataFrame, key: str) -> None:
    """That the values can be trusted: codes, fractions, and the places of some rows computed anew."""
    if not samples.index.is_unique:
        raise CorpusFormatError(key, "it holds a sample twice")
    known = np.zeros(1000, bool)
    known[[corine.NO_LABEL, *corine.codes(3)]] = True
    clc = samples["clc"].to_numpy()
    if not known[np.clip(clc, 0, 999)].all() or (clc < 0).any() or (clc > 999).any():
        raise CorpusFormatError(key, "it holds class codes that CORINE does not have")
    fraction = samples["fraction"].to_numpy()
    if not ((fraction >= 0) & (fraction <= 1)).all():
        raise CorpusFormatError(key, "it holds fractions outside 0 to 1")
    places = samples[list(_PLACES)].to_numpy()
    if not len(samples):
        return
    some = np.unique(np.linspace(0, len(samples) - 1, 500).astype(np.int64))
    expected = grid.centres(samples.index[some]).to_numpy()
    if not np.isfinite(places).all() or not np.allclose(places[some], expected, rtol=0, atol=1e-3):
        raise CorpusFormatError(key, "its places are not those of its ids")


def _short(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0][:160] if text else type(error).__name__
