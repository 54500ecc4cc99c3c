"""The sample table: from every source in order, written as GeoParquet, opened again, and never trusted blindly."""

from __future__ import annotations

import gzip
import json
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from explorer import opening
from explorer.core import corine, grid
from explorer.core.config import settings
from explorer.core.errors import CorpusFormatError, CorpusNotFoundError, NotThereError, StoreError
from explorer.corpus import index_building
from explorer.corpus.profile import LabelSettings
from explorer.corpus.stores.store import DirectoryStore
from explorer.corpus.tables import index, index_file, label_tables, sources
from explorer.corpus.tables.ids import valid_ids
from explorer.corpus.tables.labels import Fractions
from tests import corpora

IDS = ["31N_20E-234N_18_36", "32N_22E-222N_40_40", "33N_15E-200N_01_09"]
LABELS = {IDS[0]: {112: 0.45, 211: 0.55}, IDS[1]: {}, IDS[2]: {211: 1.0}}


def geometries(ids: list[str], shift: dict[str, float] | None = None, **more: Any) -> bytes:
    """The footprints of ids as GeoJSON; `shift` moves some of them east by metres."""
    features = []
    for sample_id in ids:
        cell = grid.parse(sample_id)
        ring = np.array(cell.footprint().exterior.coords)
        ring[:, 0] += (shift or {}).get(sample_id, 0) / (111_320 * np.cos(np.radians(ring[0, 1])))
        outline = {"type": "Polygon", "coordinates": [ring.tolist()]}
        features.append({"type": "Feature", "properties": {"sample_id": sample_id}, "geometry": outline})
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def labels_csv(labels: dict[str, dict[int, float]]) -> bytes:
    lines = ["sample_id," + ",".join(corine.COLUMNS)]
    for sample_id, fractions in labels.items():
        lines.append(",".join([sample_id, *(str(fractions.get(c, 0.0)) for c in corine.codes(3))]))
    return "\n".join(lines).encode()


def resources(root: Path, shapes: bytes | None = None, labels: bytes | None = None) -> DirectoryStore:
    if shapes is not None:
        corpora.put(root, "resources/rapidai4eo_geometries.geojson.gz", gzip.compress(shapes))
    if labels is not None:
        corpora.put(root, "resources/rapidai4eo_labels.csv.gz", gzip.compress(labels))
    return DirectoryStore(root)


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return resources(tmp_path / "corpus", geometries(IDS), labels_csv(LABELS))


class Unlisted:
    """A store as plain HTTP is: it gets what it is asked for and cannot list."""

    def __init__(self, base: DirectoryStore) -> None:
        self.base, self.where = base, "http://127.0.0.1/corpus"

    def get(self, key: str) -> bytes:
        return self.base.get(key)

    def list(self, folder: str) -> Iterator[str]:
        raise StoreError(f"{self.where} cannot list {folder}")

    def href(self, key: str) -> str:
        return f"{self.where}/{key}"


# -- the sources ----------------------------------------------------------------------------------------------


def check(built: index.SampleIndex) -> None:
    """The three samples of this file, as every source must give them."""
    assert list(built.samples.index) == IDS
    assert list(built.samples.columns) == ["lon", "lat", "x", "y", "clc", "fraction"]
    assert built.samples["clc"].tolist() == [211, 0, 211]
    assert built.samples["clc"].dtype == np.int16
    assert built.samples["fraction"].dtype == np.float32
    np.testing.assert_allclose(built.samples["fraction"], [0.55, 0, 1])
    np.testing.assert_allclose(built.samples[["lon", "lat"]].loc[IDS[2]], grid.parse(IDS[2]).centre)
    assert built.fractions.row(IDS[0]).to_dict() == {211: 0.55, 112: 0.45}
    assert built.fractions.row(IDS[1]).empty


def test_resources(store: DirectoryStore) -> None:
    built = index_building.build(store)
    check(built)
    assert built.source.startswith("resources/")
    assert built.warnings == []
    assert (built.labels_found and built.labels_found.rows) == 3


def test_resources_of_a_store_that_cannot_list(store: DirectoryStore) -> None:
    check(index_building.build(Unlisted(store)))


def test_resources_unpacked(tmp_path: Path) -> None:
    corpora.put(tmp_path, "resources/rapidai4eo_geometries.geojson", geometries(IDS))
    corpora.put(tmp_path, "resources/rapidai4eo_labels.csv", labels_csv(LABELS))
    check(index_building.build(DirectoryStore(tmp_path)))


def test_geometries_alone_take_labels_from_their_folder(tmp_path: Path) -> None:
    for sample_id in (IDS[0], IDS[2]):
        corpora.write_label(tmp_path, sample_id, LABELS[sample_id])
    built = index_building.build(resources(tmp_path, geometries(IDS)))
    check(built)
    assert "gives no labels" in built.warnings[0]


def test_labels_alone(tmp_path: Path) -> None:
    check(index_building.build(resources(tmp_path, None, labels_csv(LABELS))))


def test_a_label_without_geometry_is_a_sample_and_said(tmp_path: Path) -> None:
    built = index_building.build(resources(tmp_path, geometries(IDS[:2]), labels_csv(LABELS)))
    check(built)
    assert f"1 samples are not among the geometries (first: {IDS[2]})" in built.warnings[0]


def test_folders_of_a_partial_download(tmp_path: Path) -> None:
    corpora.write_label(tmp_path, IDS[0], LABELS[IDS[0]])
    corpora.write_label(tmp_path, IDS[2], LABELS[IDS[2]])
    corpora.put(tmp_path, f"imagery/{grid.parse(IDS[1]).folder}/PF-SR/2018-01-03.tif", b"")
    built = index_building.build(DirectoryStore(tmp_path))
    check(built)
    assert built.warnings == []


def test_folders_survive_what_does_not_belong_there(tmp_path: Path) -> None:
    cell = grid.parse(IDS[2])
    corpora.write_label(tmp_path, IDS[0], LABELS[IDS[0]])
    corpora.write_label(tmp_path, IDS[2], LABELS[IDS[2]])
    corpora.put(tmp_path, f"imagery/{grid.parse(IDS[1]).folder}/PF-SR/x.tif", b"")
    corpora.put(tmp_path, "labels/33N/15E-200N/labels_33N_15E-201N_01_01.geojson", b"{}")  # of another tile
    corpora.put(tmp_path, "labels/33N/15E-200N/.DS_Store", b"")
    corpora.put(tmp_path, "labels/readme.txt", b"")
    corpora.put(tmp_path, "imagery/33N/15E-200N/thumbs/x.png", b"")
    corpora.put(tmp_path, f"labels/33N/15E-200N/labels_{cell.sample_id[:-2]}10.geojson", b"{ broken")
    built = index_building.build(DirectoryStore(tmp_path))
    broken = "33N_15E-200N_01_10"
    assert list(built.samples.index) == [*IDS, broken]
    assert built.samples["clc"].tolist() == [211, 0, 211, 0]
    said = "\n".join(built.warnings)
    assert f"labels_{broken}.geojson: not readable as JSON" in said
    assert "2 are no valid sample ids" in said


def test_percentages_in_label_files(tmp_path: Path) -> None:
    corpora.write_label(tmp_path, IDS[0], {112: 45.0, 211: 55.0})
    corpora.write_label(tmp_path, IDS[2], {211: 100.0})
    corpora.write_label(tmp_path, IDS[1], {523: 0.8})  # the rest of the cell is beyond CORINE
    built = index_building.build(DirectoryStore(tmp_path))
    np.testing.assert_allclose(built.samples["fraction"], [0.55, 0.008, 1], rtol=1e-6)


def put_label(
    root: Path, sample_id: str, properties: dict[str, Any], name: str = "labels_{}.geojson"
) -> None:
    feature = {"type": "Feature", "geometry": None, "properties": properties}
    folder = grid.parse(sample_id).label_key.rsplit("/", 1)[0]
    corpora.put(root, f"{folder}/{name.format(sample_id)}", json.dumps(feature).encode())


def test_label_files_in_hectares_of_a_few_samples(tmp_path: Path) -> None:
    put_label(tmp_path, IDS[0], {"clc_112": 16.2, "clc_211": 19.8})
    put_label(tmp_path, IDS[1], {"clc_211": 36, "clc_999": 0})
    built = index_building.build(DirectoryStore(tmp_path))
    np.testing.assert_allclose(built.samples["fraction"], [0.55, 1])
    assert "areas in hectares (or pixels of 100 m): 36 is a whole cell" in str(built.labels_found)
    assert built.warnings == []


def test_nan_in_label_files_is_said_once(tmp_path: Path) -> None:
    for sample_id in IDS:
        put_label(tmp_path, sample_id, {"clc_112": float("nan"), "clc_211": 1.0})
    built = index_building.build(DirectoryStore(tmp_path))
    assert built.samples["clc"].tolist() == [211] * 3
    (warning,) = built.warnings
    assert "3 samples have a class that is NaN; it counts as 0" in warning
    assert IDS[0] in warning


def test_strange_things_of_label_files_are_said_once_a_kind(tmp_path: Path) -> None:
    for row in range(1, 41):
        put_label(tmp_path, f"33N_15E-200N_{row:02d}_01", {"clc_211": 0.6, "clc_999": 0.4, "clc_600": 0.1})
    built = index_building.build(DirectoryStore(tmp_path))
    assert len(built.warnings) == 2
    assert (
        "in 40 files, properties are named like classes that CORINE does not have: 'clc_600'"
        in built.warnings[0]
    )
    assert "40 samples are unclassified in part" in built.warnings[1]


def test_one_label_of_infinity_or_text_is_one_label_lost(tmp_path: Path) -> None:
    put_label(tmp_path, IDS[0], {"clc_112": float("inf"), "clc_211": 1.0})
    put_label(tmp_path, IDS[1], {"clc_112": "much", "clc_211": 1.0})
    put_label(tmp_path, IDS[2], {"clc_211": 1.0})
    built = index_building.build(DirectoryStore(tmp_path))
    assert built.samples["clc"].tolist() == [0, 0, 211]
    assert "clc_112 is inf" in built.warnings[0]
    assert "clc_112 is 'much', not a number" in built.warnings[1]


def test_what_is_left_behind_is_no_sample_and_no_warning(tmp_path: Path) -> None:
    put_label(tmp_path, IDS[0], {"clc_211": 1.0}, "labels_{}.json")
    for name in ("._labels_{}.geojson", "labels_{}.geojson.part", ".azDownload-1-labels_{}.geojson"):
        put_label(tmp_path, IDS[0], {}, name)
    for key in ("labels/31N/20E-234N/.DS_Store", "labels/31N/20E-234N/Thumbs.db", "labels/._31N", "imagery/.DS_Store",
                "imagery/31N/20E-234N/._x/y", "imagery/31N/20E-234N/__MACOSX/y"):  # fmt: skip
        corpora.put(tmp_path, key, b"\0")
    built = index_building.build(DirectoryStore(tmp_path))
    assert list(built.samples.index) == [IDS[0]]
    assert built.samples["clc"].tolist() == [211]
    assert built.warnings == []


def test_a_label_file_of_another_sample_is_named(tmp_path: Path) -> None:
    corpora.write_label(tmp_path, IDS[2], {211: 1.0})
    text = (tmp_path / grid.parse(IDS[2]).label_key).read_text()
    (tmp_path / grid.parse(IDS[2]).label_key).write_text(
        text.replace(f'"sample_id": "{IDS[2]}"', f'"sample_id": "{IDS[0]}"')
    )
    built = index_building.build(DirectoryStore(tmp_path))
    assert list(built.samples.index) == [IDS[2]]
    (warning,) = built.warnings
    assert warning == f"{grid.parse(IDS[2]).label_key}: it says that it is of sample {IDS[0]}"


def test_folders_of_more_samples_than_there_can_be_are_not_listed_to_their_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_SAMPLES", 2)
    for sample_id in IDS:
        corpora.write_label(tmp_path, sample_id, {211: 1.0})
    with pytest.raises(CorpusNotFoundError, match="/labels lists more than 2 samples"):
        index_building.build(DirectoryStore(tmp_path))


def test_a_table_that_may_not_be_read_is_named(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is beside it is read: the tests may run as root, who may read all."""
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: "geometries" not in str(path) and access(path, mode))
    corpora.write_label(store.root, IDS[2], LABELS[IDS[2]])
    built = index_building.build(store)
    assert list(built.samples.index) == [IDS[2]]
    assert any(
        "cannot read resources/rapidai4eo_geometries.geojson.gz" in w and "no permission" in w
        for w in built.warnings
    )


def test_nothing_there_says_what_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFoundError, match=r"resources/, stac-v1\.0/, or labels/ and imagery/"):
        index_building.build(DirectoryStore(tmp_path))


def test_the_real_corpus(real_folder: Path) -> None:
    built = index_building.build(DirectoryStore(real_folder), rebuild=True)
    assert built.fractions.row("31N_20E-234N_18_36").to_dict() == {211: 0.55, 112: 0.45}
    assert built.samples["clc"].to_dict() == {"31N_20E-234N_18_36": 211, "33N_15E-200N_01_09": 211}
    assert built.warnings == []


def properties_of(made: Any, **more: Any) -> bytes:
    """The footprints of the three samples with other properties and members."""
    shapes = json.loads(geometries(IDS))
    for i, feature in enumerate(shapes["features"]):
        sample_id = feature["properties"]["sample_id"]
        feature["properties"] = made(i, sample_id)
        feature |= {name: value(i, sample_id) for name, value in more.items()}
    return json.dumps(shapes).encode()


GEOMETRIES = {
    "feature ids of geopandas": properties_of(lambda _, s: {"sample_id": s}, id=lambda i, _: str(i)),
    "a property id": properties_of(lambda i, s: {"id": i, "sample_id": s}),
    "other case": properties_of(lambda i, s: {"ID": str(i), "Sample_ID": s}),
    "no property": properties_of(lambda _, s: {}, id=lambda _, s: s),
    "properties null": properties_of(lambda _, s: None, id=lambda _, s: s),
    "by value": properties_of(lambda i, s: {"id": str(i), "tile": "x", "cell_name": s}),
    "sample_id of another kind": properties_of(lambda i, s: {"sample_id": str(i), "cell": s}),
    "two columns of ids": properties_of(lambda i, s: {"neighbour": IDS[i - 1], "sample_id": s}),
    "spaces": properties_of(lambda _, s: {"sample_id": f" {s} "}),
}


@pytest.mark.parametrize("shapes", GEOMETRIES.values(), ids=GEOMETRIES.keys())
def test_ids_of_geometries_are_told_by_their_values(tmp_path: Path, shapes: bytes) -> None:
    built = index_building.build(resources(tmp_path, shapes, labels_csv(LABELS)))
    check(built)
    assert built.warnings == []


def test_unpacked_geometries_under_the_packed_name(tmp_path: Path) -> None:
    store = resources(tmp_path, None, labels_csv(LABELS))
    corpora.put(tmp_path, "resources/rapidai4eo_geometries.geojson.gz", geometries(IDS))
    built = index_building.build(store)
    check(built)
    assert built.warnings == []


def test_an_unreadable_table_leaves_the_geometries_where_nothing_can_be_listed(tmp_path: Path) -> None:
    store = resources(tmp_path, geometries(IDS), b"colour,size\nred,3\n")
    built = index_building.build(Unlisted(store))
    assert list(built.samples.index) == IDS
    assert built.samples["clc"].tolist() == [0, 0, 0]
    said = "\n".join(built.warnings)
    assert "resources/rapidai4eo_labels.csv.gz: no column holds sample ids" in said
    assert "cannot list labels" in said


STRANGE = {
    "no classes": "sample_id,foo,bar\n{0},0.1,0.9\n{1},0.5,0.5\n{2},0,1\n",
    "decimal commas": "sample_id,clc_112,clc_211\n{0},0,45,0,55\n{1},0,0,1,0\n{2},0,0,1,0\n",
    "classes of level 1": "sample_id,clc_1,clc_2,clc_3,clc_4,clc_5\n{0},1,0,0,0,0\n{1},0,1,0,0,0\n{2},0,1,0,0,0\n",
    "other classes": "sample_id,clc,fraction\n{0},mud,1\n{1},sand,1\n{2},mud,1\n",
    "semicolons": "clc;sample_id;near\n2;{0};32N_22E-222N_40_40\n2;{1};\n1;{2};\n",
}


@pytest.mark.parametrize("table", STRANGE.values(), ids=STRANGE.keys())
@pytest.mark.parametrize("shapes", [None, geometries(IDS[:2])], ids=["labels alone", "geometries"])
def test_a_table_that_is_not_understood_leaves_its_samples(
    tmp_path: Path, table: str, shapes: bytes | None
) -> None:
    store = Unlisted(resources(tmp_path, shapes, table.format(*IDS).encode()))
    built = index_building.build(store)
    assert list(built.samples.index) == IDS
    assert built.samples["clc"].tolist() == [0, 0, 0]
    said = "\n".join(built.warnings)
    assert re.search(r"rapidai4eo_labels\.csv\.gz: .*the 3 samples that it names have no label", said)
    assert IDS[0] in said


def test_a_table_of_other_bytes_than_its_checksum_leaves_its_samples(tmp_path: Path) -> None:
    store = resources(tmp_path, None, labels_csv(LABELS) + b"\n")
    path = tmp_path / "resources/rapidai4eo_labels.csv.gz"
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(data)
    built = index_building.build(Unlisted(store))
    assert list(built.samples.index) == IDS
    assert built.samples["clc"].tolist() == [0, 0, 0]
    assert "CRC check failed" in built.warnings[0]


def test_samples_of_a_table_that_is_not_understood_join_those_of_the_folders(tmp_path: Path) -> None:
    corpora.write_label(tmp_path, IDS[2], LABELS[IDS[2]])
    table = f"sample_id,foo\n{IDS[0]},0.1\n{IDS[2]},1\n"
    built = index_building.build(resources(tmp_path, None, table.encode()))
    assert list(built.samples.index) == [IDS[0], IDS[2]]
    assert built.samples["clc"].tolist() == [0, 211]
    assert built.source == "the folders labels/ and imagery/, and resources/ (ids of labels)"


def test_one_bad_cell_of_the_table_costs_one_label(tmp_path: Path) -> None:
    table = f"sample_id,clc_112,clc_211\n{IDS[0]},0.45,0.55\n{IDS[1]},NULL,0.9\n{IDS[2]},0,1\n".encode()
    built = index_building.build(Unlisted(resources(tmp_path, geometries(IDS), table)))
    check(built)
    (warning,) = built.warnings
    assert "rapidai4eo_labels.csv.gz" in warning
    assert "line 3, column clc_112: 'NULL'" in warning


def test_what_somebody_knows_of_labels_is_taken(tmp_path: Path) -> None:
    table = f"sample_id,class,share\n{IDS[0]},town,5\n{IDS[0]},field,6\n".encode()
    store = resources(tmp_path, None, table)
    found = sources.from_resources(store, scale=11, classes={"town": 112, "field": 211})
    assert found is not None
    assert found.fractions.row(IDS[0]).to_dict() == pytest.approx({211: 6 / 11, 112: 5 / 11}, abs=1e-6)
    put_label(tmp_path, IDS[2], {"Town": 5.0})
    found = sources.from_folders(store, scale=10, classes={"town": 112})
    assert found is not None
    assert found.fractions.row(IDS[2]).to_dict() == {112: 0.5}


# -- what files say, and what is wrong with it ------------------------------------------------------------------


def test_a_footprint_elsewhere_is_reported_once_by_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shapes = geometries(IDS, {IDS[0]: 600, IDS[1]: 5})
    with caplog.at_level(logging.WARNING, "explorer"):
        built = index_building.build(resources(tmp_path, shapes, labels_csv(LABELS)))
    check(built)  # the id decides
    (warning,) = built.warnings
    assert "1 of 3 footprints lie elsewhere" in warning
    assert IDS[0] in warning
    assert "by 600 m" in warning.replace("599", "600").replace("601", "600")
    assert IDS[1] not in warning  # 5 m is rounding
    assert [r.getMessage() for r in caplog.records if r.name == "explorer"] == [f"{tmp_path}: {warning}"]


def test_ids_that_are_none_are_skipped_and_counted(tmp_path: Path) -> None:
    shapes = json.loads(geometries(IDS))
    for sample_id in ("x", "", None, "33N_15E-200N_00_41", "../../etc"):
        feature = json.loads(json.dumps(shapes["features"][0]))
        feature["properties"]["sample_id"] = sample_id
        shapes["features"].append(feature)
    built = index_building.build(resources(tmp_path, json.dumps(shapes).encode(), labels_csv(LABELS)))
    check(built)
    assert "5 are no valid sample ids" in built.warnings[0]


@pytest.mark.parametrize(
    "shapes",
    [
        b"",
        b"<OGRVRTDataSource></OGRVRTDataSource>",
        b'{"type": "FeatureCollection", "features": []}',
        b'{"type": "Feature"',
        re.sub(rb"\d\dN_", b"no_", geometries(IDS)).replace(b"sample_id", b"name"),
    ],
    ids=["empty", "vrt", "no features", "cut", "no ids"],
)
def test_unreadable_geometries_fall_to_the_labels(tmp_path: Path, shapes: bytes) -> None:
    built = index_building.build(resources(tmp_path, shapes, labels_csv(LABELS)))
    check(built)
    assert "rapidai4eo_geometries.geojson.gz" in built.warnings[0]


def test_a_cut_gzip_falls_to_the_labels(tmp_path: Path) -> None:
    store = resources(tmp_path, geometries(IDS), labels_csv(LABELS))
    path = tmp_path / "resources/rapidai4eo_geometries.geojson.gz"
    path.write_bytes(path.read_bytes()[:-40])
    built = index_building.build(store)
    check(built)
    assert "damaged or truncated" in built.warnings[0]


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_tables, "MAX_DECODED_BYTES", 2**20)
    shapes = geometries(IDS, note=" " * 2**22)
    built = index_building.build(resources(tmp_path, shapes, labels_csv(LABELS)))
    check(built)
    assert "unpacks to more than" in built.warnings[0]


def test_unreadable_resources_fall_to_the_folders(tmp_path: Path) -> None:
    corpora.write_label(tmp_path, IDS[0], LABELS[IDS[0]])
    built = index_building.build(resources(tmp_path, b"[]", b"nothing"))
    assert list(built.samples.index) == [IDS[0]]
    assert built.source == "the folders labels/ and imagery/"
    assert any("rapidai4eo_labels.csv.gz" in warning for warning in built.warnings)


def test_a_link_out_of_the_corpus_is_not_followed(tmp_path: Path) -> None:
    outside = resources(tmp_path / "outside", geometries(IDS), labels_csv(LABELS))
    inside = tmp_path / "inside"
    (inside / "resources").mkdir(parents=True)
    for name in os.listdir(outside.root / "resources"):
        os.symlink(outside.root / "resources" / name, inside / "resources" / name)
    with pytest.raises(CorpusNotFoundError):
        index_building.build(DirectoryStore(inside))


def test_warnings_are_bounded(tmp_path: Path) -> None:
    for row in range(1, 41):
        for col in range(1, 4):
            corpora.put(
                tmp_path, f"labels/33N/15E-200N/labels_33N_15E-200N_{row:02d}_{col:02d}.geojson", b"{"
            )
    built = index_building.build(DirectoryStore(tmp_path))
    assert len(built) == 120
    assert len(built.warnings) == index_building.MAX_WARNINGS + 1
    assert built.warnings[-1] == "... and 70 more"


def test_progress_counts_up_to_its_total(store: DirectoryStore) -> None:
    calls: list[tuple[int, int]] = []
    index_building.build(store, lambda done, total: calls.append((done, total)))
    assert calls == sorted(calls)
    assert calls[-1][0] == calls[-1][1] > 0


def test_every_valid_id_can_be_drawn() -> None:
    corners = [
        f"{zone:02d}N_{x}E-{y}N_{cell}_{cell}"
        for zone in (1, 31, 60)
        for x in (0, 41)
        for y in (0, 391)
        for cell in ("01", "40")
    ]
    assert valid_ids(corners).all()
    samples = index.SampleIndex.of(Fractions.from_rows({i: {} for i in corners}), "a test").samples
    assert np.isfinite(samples.to_numpy(float)).all()
    assert samples["lat"].between(0, 84).all()


# -- the index file -------------------------------------------------------------------------------------------


@pytest.fixture
def written(store: DirectoryStore) -> Path:
    return index.write(index_building.build(store), index.default_path(store))


def test_an_index_is_found_and_gives_the_same(store: DirectoryStore, written: Path) -> None:
    assert written == store.root / index.INDEX_KEY
    first, again = index_building.build(store, rebuild=True), index_building.build(store)
    check(again)
    assert again.source == index.INDEX_KEY
    assert again.labels_found == first.labels_found
    pd.testing.assert_frame_equal(again.samples, first.samples)
    assert not list(written.parent.glob(".*")), "no temporary file stays"


def test_an_index_wins_over_the_files(store: DirectoryStore, written: Path) -> None:
    (store.root / "resources/rapidai4eo_labels.csv.gz").unlink()
    check(index_building.build(store))


def test_an_index_keeps_what_has_no_class_and_how_labels_were_written(tmp_path: Path) -> None:
    text = f"sample_id,clc_112,clc_211,clc_999\n{IDS[0]},16.2,0,19.8\n{IDS[1]},0,0,36\n{IDS[2]},0,36,0\n"
    store = resources(tmp_path, None, text.encode())
    first = index_building.build(store)
    path = index.write(first, index.default_path(store))
    again = index_building.build(store)
    assert again.source == index.INDEX_KEY
    assert again.labels_found == first.labels_found
    assert "areas in hectares" in str(again.labels_found)
    assert "2 samples unclassified in part" in str(again.labels_found)
    assert again.fractions.unclassified.tolist() == pytest.approx([0.55, 1, 0])
    assert again.fractions.row(IDS[0]).attrs == {"unclassified": 0.55}
    assert gpd.read_parquet(path)["unclassified"].tolist() == pytest.approx([0.55, 1, 0])


def test_an_index_of_an_older_explorer_opens(store: DirectoryStore, written: Path) -> None:
    table = pq.read_table(written).drop_columns(["unclassified"])
    metadata = dict(table.schema.metadata)
    own = json.loads(metadata[b"rapidai4eo_explorer"])
    own["labels"] = {name: own["labels"][name] for name in ("shape", "scale", "rows")}
    metadata[b"rapidai4eo_explorer"] = json.dumps(own).encode()
    pq.write_table(table.replace_schema_metadata(metadata), written)
    again = index_building.build(store)
    check(again)
    assert again.source == index.INDEX_KEY
    assert again.fractions.unclassified.tolist() == [0, 0, 0]
    assert str(again.labels_found) == "3 samples, a column a class, fractions run to 1"


def test_spoilt_unclassified_shares_are_an_error(written: Path) -> None:
    _edit(written, unclassified=[0.5, 0.0, 3.0])
    with pytest.raises(CorpusFormatError, match="outside 0 to 1"):
        _ = index.read(written).fractions


def test_geopandas_opens_it(written: Path) -> None:
    frame = gpd.read_parquet(written)
    assert frame.crs == "EPSG:4326"
    assert frame["sample_id"].tolist() == IDS
    assert frame["clc_211"].tolist() == pytest.approx([0.55, 0, 1])
    for sample_id, outline in zip(frame["sample_id"], frame.geometry, strict=True):
        assert shapely.equals_exact(outline, grid.parse(sample_id).footprint(), 1e-9, normalize=True)
    west, south, east, north = frame.geometry.iloc[2].bounds
    near = gpd.read_parquet(written, bbox=(west, south, east, north))  # by the covering
    assert near["sample_id"].tolist() == [IDS[2]]


def test_it_is_geoparquet_1_1(written: Path) -> None:
    metadata = pq.read_schema(written).metadata
    geo = json.loads(metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"], column["encoding"]) == ("1.1.0", "geometry", "WKB")
    assert column["geometry_types"] == ["Polygon"]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4326}
    bounds = gpd.read_parquet(written).total_bounds
    west, south, east, north = column["bbox"]
    assert west <= bounds[0] <= bounds[2] <= east
    assert south <= bounds[1] <= bounds[3] <= north
    box = pq.read_table(written, columns=["bbox"]).column("bbox").to_pylist()[2]
    found = [box[corner] for corner in ("xmin", "ymin", "xmax", "ymax")]
    assert found == pytest.approx(list(grid.parse(IDS[2]).footprint().bounds))
    assert b"Planet Labs" in metadata[b"attribution"]
    assert b"GCYDKJ" in metadata[b"citation"]


def test_reindex_writes_where_open_looks(store: DirectoryStore, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    path = opening.reindex(store.root, progress=lambda done, total: calls.append((done, total)))
    assert path == store.root / index.INDEX_KEY
    assert calls[-1] == (3, 3)
    for name in (store.root.as_uri(), f"{store.root}/"):
        path.unlink()
        assert opening.reindex(name) == path
    corpora.put(store.root, "stac-v1.0/catalog.json", b"{}")
    path.unlink()
    assert opening.reindex(store.root / "stac-v1.0") == path, "of a corpus's own STAC folder, the corpus's"
    elsewhere = opening.reindex(store.root, tmp_path / "new" / "my.parquet")
    check(index.read(elsewhere))


def test_an_index_of_a_read_only_corpus_is_in_the_cache(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    path = opening.reindex(store.root)
    assert path.is_relative_to(settings().cache_dir)
    (store.root / "resources/rapidai4eo_labels.csv.gz").unlink()
    (store.root / "resources/rapidai4eo_geometries.geojson.gz").unlink()
    check(index_building.build(store))
    path.unlink()


def test_an_index_replaced_while_open_still_gives_the_right_fractions(
    store: DirectoryStore, written: Path
) -> None:
    opened = index.read(written)
    more = {"33N_15E-200N_01_08": {311: 1.0}, **LABELS}
    index.write(index.SampleIndex.of(Fractions.from_rows(more), "a test"), written)
    check(opened)


def test_a_failed_write_leaves_the_old_index(
    store: DirectoryStore, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written.read_bytes()
    built = index_building.build(store)

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(index_file, "_rows", full)
    with pytest.raises(StoreError, match="No space left"):
        index.write(built, written)
    assert written.read_bytes() == before
    assert [p.name for p in written.parent.iterdir() if p.name.startswith(".")] == []


def _edit(path: Path, **columns: Any) -> None:
    table = pq.read_table(path)
    for name, values in columns.items():
        i = table.schema.get_field_index(name)
        table = table.set_column(i, table.schema.field(i), pa.array(values, table.schema.field(i).type))
    pq.write_table(table, path)


def _retyped(path: Path, name: str, kind: pa.DataType) -> None:
    table = pq.read_table(path)
    i = table.schema.get_field_index(name)
    pq.write_table(table.set_column(i, name, table.column(i).cast(kind)), path)


def _damage(path: Path, name: str) -> None:
    """Other bytes where a column's last page is, of the same length, so that its header is whole."""
    with pq.ParquetFile(path) as file:
        group = file.metadata.row_group(0)
        column = next(
            c for c in (group.column(i) for i in range(group.num_columns)) if c.path_in_schema == name
        )
        start = column.dictionary_page_offset if column.has_dictionary_page else column.data_page_offset
        end = start + column.total_compressed_size
    data = bytearray(path.read_bytes())
    data[end - 12 : end] = bytes(255 - byte for byte in data[end - 12 : end])
    path.write_bytes(data)


SPOILT = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("sample_id,clc\n"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-200]),
    "holes": lambda path: path.write_bytes(path.read_bytes()[:40] + b"\0" * 400 + path.read_bytes()[440:]),
    "foreign": lambda path: pq.write_table(pa.table({"a": [1]}), path),
    "other version": lambda path: pq.write_table(
        pq.read_table(path).replace_schema_metadata(
            {"rapidai4eo_explorer": '{"version": 99, "labels": null}'}
        ),
        path,
    ),
    "metadata": lambda path: pq.write_table(
        pq.read_table(path).replace_schema_metadata({"rapidai4eo_explorer": "[" * 9}), path
    ),
    "column gone": lambda path: pq.write_table(pq.read_table(path).drop_columns(["lon"]), path),
    "class gone": lambda path: pq.write_table(pq.read_table(path).drop_columns(["clc_211"]), path),
    "ids": lambda path: _edit(path, sample_id=["a", "b", "c"]),
    "twice": lambda path: _edit(path, sample_id=[IDS[0], IDS[0], IDS[2]]),
    "elsewhere": lambda path: _edit(path, lon=[0.0, 0.0, 0.0]),
    "not finite": lambda path: _edit(path, x=[np.nan, 0.0, 0.0]),
    "class": lambda path: _edit(path, clc=[211, 0, 999]),
    "negative class": lambda path: _edit(path, clc=[211, 0, -1]),
    "fraction": lambda path: _edit(path, fraction=[0.5, 0, 7]),
    "numbers as text": lambda path: _retyped(path, "lon", pa.string()),
    "twice, in two row groups": lambda path: pq.write_table(
        pq.read_table(path).take([0, 1, 0]), path, row_group_size=2
    ),
    "damaged page": lambda path: _damage(path, "lat"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_a_spoilt_index_is_reported_and_ignored(store: DirectoryStore, written: Path, spoil: Any) -> None:
    spoil(written)
    with pytest.raises(CorpusFormatError, match="explorer_index"):
        index.read(written)
    built = index_building.build(store)
    check(built)
    assert "it is ignored, build it anew with `explorer index`" in built.warnings[0]


def test_spoilt_fractions_are_an_error_not_a_wrong_label(written: Path) -> None:
    _edit(written, clc_211=[0.5, 0.0, -3.0])
    with pytest.raises(CorpusFormatError, match="outside 0 to 1"):
        _ = index.read(written).fractions


def test_damaged_fractions_are_an_error_too(written: Path) -> None:
    _damage(written, "clc_211")
    opened = index.read(written)
    assert len(opened) == 3
    with pytest.raises(CorpusFormatError, match=r"explorer_index\.parquet: not readable"):
        _ = opened.fractions


def test_an_index_of_more_samples_than_a_corpus_may_have_is_none(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_file, "MAX_SAMPLES", 2)
    with pytest.raises(CorpusFormatError, match="3 rows, more than 2"):
        index.read(written)


def test_an_index_that_would_unpack_to_far_more_than_it_has_is_none(written: Path) -> None:
    pq.write_table(pq.read_table(written).take([0] * 20_000), written)
    with pytest.raises(CorpusFormatError, match=r"20,000 rows in [\d,]+ bytes: it would unpack to far more"):
        index.read(written)


def test_an_index_of_no_sample_is_written_and_opens(tmp_path: Path) -> None:
    path = index.write(index.SampleIndex.of(Fractions.from_rows({}), "a test"), tmp_path / "empty.parquet")
    again = index.read(path)
    assert len(again) == 0
    assert len(again.fractions) == 0
    assert gpd.read_parquet(path).crs == "EPSG:4326"
    assert b"NaN" not in pq.read_schema(path).metadata[b"geo"]  # which is no JSON


def test_an_index_of_other_settings_of_labels_is_not_taken_and_that_is_said(
    store: DirectoryStore, written: Path
) -> None:
    built = index_building.build(store, labels=LabelSettings(scale=2.0))
    assert built.samples["fraction"].tolist() == pytest.approx([0.275, 0, 0.5])
    assert "was built with other settings of labels in rapidai4eo.toml; it is ignored" in built.warnings[0]
    check(index_building.build(store))


def test_an_index_in_the_cache_of_other_settings_of_labels_is_not_taken(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    path = opening.reindex(store.root)
    assert index_building.build(store).source == str(path)
    other = LabelSettings(scale=2.0)
    built = index_building.build(store, labels=other)
    assert built.source.startswith("resources/")
    assert built.samples["fraction"].tolist() == pytest.approx([0.275, 0, 0.5])
    path.write_bytes(path.read_bytes()[:-20])
    built = index_building.build(store)
    check(built)
    assert "it is ignored, build it anew with `explorer index`" in built.warnings[0]
    path.unlink()


def test_a_missing_index_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusFormatError, match=r"none\.parquet"):
        index.read(tmp_path / "none.parquet")


def test_opening_and_closing_leaks_no_descriptor(store: DirectoryStore, written: Path) -> None:
    index_building.build(store)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        assert len(index_building.build(store).fractions) == 3
        assert len(index_building.build(store, rebuild=True)) == 3
    assert len(os.listdir("/proc/self/fd")) <= before


def test_get_of_an_unlisted_store_names_what_is_not_there(store: DirectoryStore) -> None:
    empty = Unlisted(store)
    empty.base = DirectoryStore(store.root.parent)
    with pytest.raises(NotThereError):
        empty.get("resources/rapidai4eo_labels.csv")
    with pytest.raises(CorpusNotFoundError, match="cannot list"):
        index_building.build(empty)
