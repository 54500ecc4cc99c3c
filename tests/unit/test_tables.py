"""Sets of samples as files: what is in them, whom they name, and that no spreadsheet runs them."""

from __future__ import annotations

import io
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.tables import formats, tables
from tests import corpora

ROWS = np.array([2, 0])


@pytest.fixture
def known(tiny_corpus: Corpus) -> Corpus:
    tiny_corpus.extras = pd.DataFrame(
        {"review": ["=HYPERLINK(1)", "accepted"], "suspicion": [0.25, 0.5]},
        index=[corpora.FULL, corpora.BARE],
    )
    return tiny_corpus


def test_a_table_says_what_the_map_knows(known: Corpus) -> None:
    found = tables.frame(known, np.arange(3))
    assert list(found.index) == list(known.samples.index)
    row = found.loc[corpora.FULL]
    assert (row["country"], row["zone"]) == ("Italy", 33)
    assert row["suspicion"] == 0.25
    assert found.loc[corpora.BARE, "class"] == "No label"
    assert found.loc[corpora.BROKEN, "review"] == "none"
    assert row["classes"] == (known.labels(corpora.FULL) > 0).sum()


def test_csv_names_its_source_and_runs_nothing(known: Corpus) -> None:
    data = tables.write(known, np.arange(3), "csv").decode()
    notes = [line for line in data.splitlines() if line.startswith("#")]
    assert any("CORINE" in note for note in notes)
    assert any("Regulation" in note for note in notes)
    assert any("doi.org" in note for note in notes)
    found = pd.read_csv(io.StringIO(data), comment="#", index_col="sample_id")
    assert list(found.index) == list(known.samples.index)
    assert found.loc[corpora.FULL, "review"] == "'=HYPERLINK(1)"
    assert np.allclose(found["lon"], known.samples["lon"], atol=1e-6)


def test_geojson_has_footprints_and_terms(known: Corpus) -> None:
    document = json.loads(tables.write(known, ROWS, "geojson"))
    assert document["license"] == "Regulation-EU-1159-2013"
    assert [f["properties"]["sample_id"] for f in document["features"]] == list(known.samples.index[ROWS])
    assert [f["id"] for f in document["features"]] == list(known.samples.index[ROWS])
    frame = gpd.GeoDataFrame.from_features(document, crs=4326)
    expected = known.cell(str(known.samples.index[2])).footprint()
    assert frame.geometry.iloc[0].symmetric_difference(expected).area < 1e-9
    bare = json.loads(tables.write(known, np.arange(3), "geojson"))
    assert [f for f in bare["features"] if f["properties"]["suspicion"] is None]  # NaN is no JSON


def test_geoparquet_opens_in_geopandas_and_has_the_terms_inside(known: Corpus) -> None:
    data = tables.write(known, ROWS, "parquet")
    frame = gpd.read_parquet(io.BytesIO(data))
    assert list(frame.index) == list(known.samples.index[ROWS])
    assert frame.crs.to_epsg() == 4326
    metadata = pq.read_schema(io.BytesIO(data)).metadata
    assert b"CORINE" in metadata[b"attribution"]
    assert b"doi.org" in metadata[b"citation"]


def test_a_reader_of_geoparquet_skips_what_is_elsewhere(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_ROWS_A_GROUP", 1)
    data = tables.write(tiny_corpus, np.arange(3), "parquet")
    west, south, east, north = tiny_corpus.cell(corpora.FULL).footprint().bounds
    here = [
        ("bbox", "xmin", "<", east), ("bbox", "xmax", ">", west),
        ("bbox", "ymin", "<", north), ("bbox", "ymax", ">", south),
    ]  # fmt: skip
    file = pq.ParquetFile(io.BytesIO(data)).metadata
    columns = [file.row_group(0).column(j).path_in_schema for j in range(file.num_columns)]

    def may_hold(group: int) -> bool:
        for *path, test, bound in here:
            said = file.row_group(group).column(columns.index(".".join(path))).statistics
            if (said.min >= bound) if test == "<" else (said.max <= bound):
                return False
        return True

    assert [may_hold(group) for group in range(3)] == [
        one == corpora.FULL for one in tiny_corpus.samples.index
    ]


@pytest.mark.parametrize("ending", formats.FORMATS)
def test_an_empty_set_is_a_file_too(known: Corpus, ending: str) -> None:
    assert tables.write(known, np.zeros(0, int), ending)


def test_what_cannot_be_written_says_why(known: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidQueryError, match="csv"):
        tables.write(known, ROWS, "exe")
    monkeypatch.setattr(tables, "MAX_GEOJSON", 1)
    with pytest.raises(InvalidQueryError, match="GeoParquet"):
        tables.write(known, ROWS, "geojson")


def test_what_nobody_reviewed_or_suspects_has_no_column(tiny_corpus: Corpus) -> None:
    found = tables.frame(tiny_corpus, ROWS)
    assert not {"review", "suspicion"} & set(found.columns)
    assert list(found.index) == [tiny_corpus.samples.index[i] for i in ROWS]
