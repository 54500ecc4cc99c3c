"""A demo corpus on disk: the real layout, the truth beside it, and nothing overwritten."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from explorer.core.errors import InvalidQueryError, StoreError
from explorer.core.grid import parse
from explorer.core.products import PF_DATES, PF_SR, PRODUCTS
from explorer.corpus.imagery import geotiff
from explorer.corpus.stores.store import DirectoryStore
from explorer.demo import store as demo_store
from explorer.demo import table, write, writer


@pytest.fixture(scope="module")
def small() -> table.Table:
    return table.make(2500, 2)


@pytest.fixture(autouse=True)
def few(small: table.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_store.table, "load", lambda count, seed, feature: small)


def test_written_corpus_has_the_real_layout(tmp_path: Path) -> None:
    root, heard = tmp_path / "corpus", []
    ids = write(root, samples=3, seed=2, progress=lambda done, total: heard.append((done, total)))
    assert len(set(ids)) == 3
    assert heard == [(0, 3), (1, 3), (2, 3), (3, 3)]
    for sample_id in ids:
        cell = parse(sample_id)
        for product in PRODUCTS.values():
            names = sorted(p.name for p in (root / product.folder(cell.folder)).iterdir())
            assert names == [f"{stem}.tif" for stem in product.date_keys]
        assert json.loads((root / cell.label_key).read_text())["properties"]["sample_id"] == sample_id
    cell = parse(ids[0])
    geotiff.read(DirectoryStore(root).get(PF_SR.key(cell.folder, PF_DATES[9])), PF_SR, cell)
    labels = pd.read_csv(root / "resources/rapidai4eo_labels.csv.gz")
    assert labels["sample_id"].tolist() == ids
    features = json.loads(gzip.decompress((root / "resources/rapidai4eo_geometries.geojson.gz").read_bytes()))
    assert [f["properties"]["sample_id"] for f in features["features"]] == ids
    truth = pd.read_csv(tmp_path / "corpus-truth.csv")
    assert set(truth["sample_id"]) <= set(ids)
    assert len(truth) >= 1
    assert {"kind", "what", "labelled", "true", "true_fractions"} <= set(truth.columns)
    assert not list(root.rglob("*truth*"))


def test_same_bytes_as_the_store_serves(tmp_path: Path, small: table.Table) -> None:
    ids = write(tmp_path / "c", samples=1, seed=2)
    key = PF_SR.key(parse(ids[0]).folder, PF_DATES[77])
    store = demo_store.DemoStore(seed=2)
    assert (tmp_path / "c" / key).read_bytes() == store.get(key)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(InvalidQueryError, match="empty"):
        write(tmp_path, samples=1)
    assert [p.name for p in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize("samples", [0, -3, writer.MAX_WRITTEN + 1])
def test_impossible_numbers_are_refused(tmp_path: Path, samples: int) -> None:
    with pytest.raises(InvalidQueryError, match="samples"):
        write(tmp_path / "c", samples=samples)
    assert not (tmp_path / "c").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        write(tmp_path / "file" / "c", samples=1)
