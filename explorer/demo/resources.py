"""The demo's label and resource files, in the shapes of a real corpus."""

from __future__ import annotations

import gzip
import io
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import shapely
from scipy import sparse

from explorer.core.corine import COLUMNS, classes, codes, column
from explorer.core.grid import Cell, footprints

GEOMETRIES = "resources/rapidai4eo_geometries.geojson.gz"
LABELS = "resources/rapidai4eo_labels.csv.gz"
MAPPINGS = "resources/rapidai4eo_label_mappings.csv"


def label(cell: Cell, fractions: dict[int, float]) -> bytes:
    """The label file of one sample: a GeoJSON feature with all 44 fractions."""
    ring = [[round(x, 7), round(y, 7)] for x, y in shapely.get_coordinates(cell.footprint()).tolist()]
    properties: dict[str, object] = {"sample_id": cell.sample_id}
    properties |= {column(code): fractions.get(code, 0.0) for code in codes(3)}
    feature = {
        "type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip
    return json.dumps(feature).encode()


def labels_csv(ids: pd.Index, thousandths: sparse.csr_matrix) -> bytes:
    """`rapidai4eo_labels.csv.gz`: a row a sample, a column a class, fractions 0 to 1."""
    dense = thousandths.toarray()
    text = pa.array([f"{i / 1000:g}" for i in range(1001)])
    arrays = [pa.array(ids, pa.string())]
    arrays += [text.take(pa.array(np.ascontiguousarray(dense[:, i]))) for i in range(dense.shape[1])]
    table = pa.table(dict(zip(["sample_id", *COLUMNS], arrays, strict=True)))
    sink = io.BytesIO()
    sink.write((",".join(table.column_names) + "\n").encode())
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    pyarrow.csv.write_csv(table, sink, options)
    return gzip.compress(sink.getbuffer(), compresslevel=1, mtime=0)


def geometries(ids: pd.Index) -> bytes:
    """`rapidai4eo_geometries.geojson.gz`: every footprint with its `sample_id`."""
    sink = io.BytesIO()
    with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=1, mtime=0) as file:
        file.write(b'{"type": "FeatureCollection", "features": [\n')
        for start in range(0, len(ids), 20_000):
            part = ids[start : start + 20_000]
            xy = np.round(shapely.get_coordinates(footprints(part)), 7).reshape(-1, 10).tolist()
            lines = [
                f'{{"type": "Feature", "properties": {{"sample_id": "{i}"}}, "geometry": {{"type": "Polygon", '
                f'"coordinates": [[[{c[0]}, {c[1]}], [{c[2]}, {c[3]}], [{c[4]}, {c[5]}], [{c[6]}, {c[7]}], '
                f"[{c[8]}, {c[9]}]]]}}}}"
                for i, c in zip(part, xy, strict=True)
            ]
            comma = ",\n" if start else ""
            file.write((comma + ",\n".join(lines)).encode())
        file.write(b"\n]}\n")
    return sink.getvalue()


def mappings_csv() -> bytes:
    """`rapidai4eo_label_mappings.csv`: the column, code and name of each class."""
    rows = [f'{column(c.code)},{c.code},"{c.title}"' for c in classes(3)]
    return ("label,code,name\n" + "\n".join(rows) + "\n").encode()
