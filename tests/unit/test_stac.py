"""A corpus read from STAC of any kind: nothing but the store is read, products are told, links become keys, numbers too."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from explorer import open_corpus, opening
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import CorpusFormatError, CorpusNotFoundError, StoreError
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.corpus import checking, index_building
from explorer.corpus.imagery.cube import Status
from explorer.corpus.imagery.stated import Stated, from_json, to_json
from explorer.corpus.stac import catalog as stac_catalog
from explorer.corpus.stac import stac, stac_files, stac_items, stac_products, stac_statements
from explorer.corpus.stac.catalog import write_static_catalog
from explorer.corpus.stac.stac_files import Asset, read
from explorer.corpus.stac.stac_links import PUBLISHED, Addresses, split_url
from explorer.corpus.stac.stac_products import NOTHING, Told, decided, in_words, product_of
from explorer.corpus.stac.stac_stated import said_by, stated
from explorer.corpus.stores.store import DirectoryStore
from explorer.corpus.tables import index
from tests import corpora
from tests.corpora import FULL
from tests.servers import Server, reply, serve

OTHER = "31N_20E-234N_18_36"
CELL = grid.parse(FULL)
ROOT = "stac-v1.0/catalog.json"
KEY = PF_SR.key(CELL.folder, PF_SR.dates[0])


def put(root: Path, key: str, document: dict[str, Any]) -> None:
    corpora.put(root, key, json.dumps(document).encode())


def catalog(root: Path, *hrefs: str, key: str = ROOT, rel: str = "child", **more: Any) -> None:
    links = [{"rel": rel, "href": href} for href in hrefs]
    put(
        root,
        key,
        {"type": "Catalog", "id": "c", "stac_version": "1.0.0", "description": "d", "links": links} | more,
    )


def collection(root: Path, key: str, *hrefs: str, name: str = "c1", rel: str = "item", **more: Any) -> None:
    links = [{"rel": rel, "href": href} for href in hrefs]
    document = {"type": "Collection", "id": name, "stac_version": "1.0.0", "description": "d", "license": "other",
                "extent": {"spatial": {"bbox": [[-10, 30, 30, 70]]}, "temporal": {"interval": [["2018-01-03T10:30:00Z", None]]}},
                "links": links}  # fmt: skip
    put(root, key, document | more)


def item_of(assets: dict[str, Any], sample_id: str = FULL, **more: Any) -> dict[str, Any]:
    ring = [list(point) for point in grid.parse(sample_id).footprint().exterior.coords]
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": sample_id, "bbox": list(grid.parse(sample_id).footprint().bounds),
        "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {"datetime": "2018-01-03T10:30:00Z"},
        "links": [], "assets": assets,
    } | more  # fmt: skip


def tif(href: str, **more: Any) -> dict[str, Any]:
    return {"href": href, "type": "image/tiff; application=geotiff"} | more


def chips(root: Path, product: Product, folder: str, count: int = 3, sample_id: str = FULL) -> dict[str, Any]:
    """Good chips in a folder of no layout, and the assets that lead to them from `stac-v1.0/x/`."""
    cell = grid.parse(sample_id)
    assets = {}
    for i in range(count):
        name = product.date_keys[i]
        corpora.put(root, f"{folder}/{name}.tif", corpora.good(product, cell, i))
        assets[name] = tif(f"../../{folder}/{name}.tif")
    return assets


def one(
    root: Path, assets: dict[str, Any], name: str = "c1", above: dict[str, Any] | None = None, **more: Any
) -> None:
    """A catalog of one collection with one item."""
    catalog(root, "./x/collection.json")
    collection(root, "stac-v1.0/x/collection.json", "./i.json", name=name, **(above or {}))
    put(root, "stac-v1.0/x/i.json", item_of(assets, **more))


def found(root: Path) -> index.SampleIndex:
    return index_building.build(DirectoryStore(root))


# -- nothing else is read ----------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Server]:
    """Another host, whose answers would make labels."""
    secret = {"type": "Feature", "id": "x", "properties": {"clc_111": 1.0}, "links": [], "assets": {}}
    put(tmp_path / "elsewhere", "collection.json", secret)
    with serve(tmp_path / "elsewhere") as server:
        yield server


@pytest.mark.parametrize("version", [None, "0.6.0", "0.8.1", "0.9.0", "1.0.0", "1.1.0", []])
@pytest.mark.parametrize("rel", ["collection", "root", "parent", "self"])
def test_no_link_of_an_item_is_opened_elsewhere(
    tmp_path: Path, elsewhere: Server, version: Any, rel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "corpus"
    outside = tmp_path / "elsewhere/collection.json"
    read_keys: list[str] = []
    get = DirectoryStore.get
    monkeypatch.setattr(DirectoryStore, "get", lambda self, key: (read_keys.append(key), get(self, key))[1])
    for href in (
        f"{elsewhere.url}collection.json",
        str(outside),
        f"file://{outside}",
        "../../elsewhere/collection.json",
    ):
        item = item_of({}, stac_extensions=["commons", "label"], stac_version=version)
        item["properties"] |= {"label:type": "vector"}
        item["links"] = [{"rel": rel, "href": href}]
        if version is None:
            del item["stac_version"]
        put(root, "stac-v1.0/i.json", item)
        catalog(root, "./i.json", rel="item")
        with open_corpus(root) as corpus:
            assert list(corpus.samples.index) == [FULL]
            assert corpus.labels(FULL).empty
            said = any("lead out" in w for w in corpus.index.warnings)
            assert said == (rel == "collection")
    assert not elsewhere.asked
    assert all(".." not in key for key in read_keys)


def test_a_collection_that_is_absent_costs_a_word(tmp_path: Path) -> None:
    item = item_of({}, stac_version="0.8.1")
    item["links"] = [{"rel": "collection", "href": "./collection.json"}]
    put(tmp_path, "stac-v1.0/i.json", item)
    catalog(tmp_path, "./i.json", rel="item")
    built = found(tmp_path)
    assert list(built.samples.index) == [FULL]
    assert built.warnings == ["STAC: 1 linked files are not there (first: 'stac-v1.0/collection.json')"]


def test_what_an_old_item_leaves_to_its_collection_comes_from_the_corpus(tmp_path: Path) -> None:
    assets = chips(tmp_path, S2_SR, "data", 2)
    renamed = {
        f"a{i}": asset | {"datetime": f"2018-0{i + 1}-01T10:30:00Z"}
        for i, asset in enumerate(assets.values())
    }
    bands = [{"name": name} for name in S2_SR.band_names]
    for version in ("0.8.1", None):
        item = item_of(renamed, stac_version=version, collection="c1")
        item["links"] = [{"rel": "collection", "href": "./collection.json"}]
        put(tmp_path, "stac-v1.0/x/i.json", item)
        catalog(tmp_path, "./x/i.json", rel="item")
        old = {"stac_version": "0.8.1", "properties": {"eo:bands": bands, "eo:gsd": 10}}
        collection(tmp_path, "stac-v1.0/x/collection.json", name="c1", **old)
        built = found(tmp_path)
        assert built.warnings == []
        assert set(built.moved.values()) == {"data/2018-01.tif", "data/2018-02.tif"}


def test_reading_stac_needs_no_pystac() -> None:
    code = "import sys; import explorer.opening, explorer.corpus.remote_corpus; sys.exit('pystac' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"id": "a", "stac_version": "0.6.2", "description": "d", "links": []}, "Catalog"),
        ({"id": "a", "stac_version": "0.6.2", "license": "x", "links": []}, "Collection"),
        ({"id": "a", "links": {"child": {"href": "b.json"}}}, "Catalog"),
        ({"type": "Collection", "id": "a", "stac_version": "1.1.0"}, "Collection"),
        ({"type": "Feature", "id": 7}, "Item"),
        (
            {"type": "FeatureCollection", "features": [{"id": "a"}, 3, {"type": "Feature", "id": "b"}]},
            "Items",
        ),
    ],
)
def test_files_of_every_version_are_told_apart(document: dict[str, Any], kind: str) -> None:
    file = read(json.dumps(document).encode(), "k.json")
    assert file.kind == kind
    assert len(file.items) == (2 if kind == "Items" else 0)
    assert [link.rel for link in file.links] == (["child"] if isinstance(document.get("links"), dict) else [])


@pytest.mark.parametrize(
    "text", ["", "3", "null", "[]", '"x"', "{}", '{"type": "Catalog"}', '{"type": "Feature"}', '{"type": "Polygon"}',
             '{"type": 3, "links": []}', "[" * 99_999, "\x00", '{"a": ' + "9" * 9_999 + "}"]
)  # fmt: skip
def test_what_is_no_stac_is_named(text: str) -> None:
    with pytest.raises(CorpusFormatError, match=r"k\.json: not a STAC"):
        read(text.encode(), "k.json")


# -- which product -----------------------------------------------------------------------------------------------

S2_BANDS = [{"name": name} for name in S2_SR.band_names]
PF_BANDS = [{"name": f"b{i}", "common_name": band.name} for i, band in enumerate(PF_SR.bands)]
DAY, MONTH = "2018-07-02", "2018-07"


def told(
    href: str,
    name: str = "data",
    properties: dict[str, Any] | None = None,
    above: Told = NOTHING,
    **fields: Any,
) -> str:
    asset = Asset(href, fields)
    said = product_of(href, name, asset, properties or {}, NOTHING, above)
    product = decided(said, [href.rsplit("/", 1)[-1].removesuffix(".tif"), name])
    return (
        product.id
        if product
        else "contradiction"
        if said.products is not None and not said.products
        else "unknown"
    )


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        ("PF-SR", {"href": f"a/PF-SR/{DAY}.tif"}),
        ("PF-QA", {"href": f"a/pf_qa/b/{DAY}.tif"}),
        ("S2-SR", {"href": f"x/s2-sr_v1/{MONTH}.tif"}),
        ("PF-QA", {"href": f"PF-SR/copy/PF-QA/{DAY}.tif"}),
        ("S2-SR", {"href": f"data/{MONTH}.tif"}),
        ("S2-SR", {"href": "data/x.tif", "name": "2018-07"}),
        ("S2-SR", {"href": "data/201807.tif"}),
        ("unknown", {"href": f"data/{DAY}.tif"}),
        ("S2-SR", {"href": "data/2018-07-01.tif"}),
        ("unknown", {"href": "data/x.tif"}),
        ("S2-SR", {"href": "data/x.tif", "bands": S2_BANDS}),
        ("S2-SR", {"href": "data/x.tif", "properties": {"eo:bands": S2_BANDS}}),
        ("S2-SR", {"href": "data/x.tif", "eo:bands": [{"common_name": "swir16"}]}),
        ("S2-SR", {"href": "data/x.tif", "raster:bands": [{}] * 12}),
        ("PF-SR", {"href": f"data/{DAY}.tif", "eo:bands": PF_BANDS}),
        ("PF-SR", {"href": f"data/{DAY}.tif", "raster:bands": [{"scale": 1e-4}] * 4}),
        ("PF-SR", {"href": f"data/{DAY}.tif", "bands": [{"name": f"B{i}"} for i in range(1, 5)]}),
        ("PF-QA", {"href": f"data/{DAY}.tif", "raster:bands": [{}] * 9}),
        ("PF-QA", {"href": f"data/{DAY}.tif", "bands": [{"name": f"B{i}"} for i in range(1, 10)]}),
        ("PF-QA", {"href": f"data/{DAY}.tif", "bands": [{"name": "gap_filled"}, {"name": "days"}]}),
        ("PF-QA", {"href": f"data/{DAY}.tif", "roles": ["data", "quality"]}),
        ("PF-SR", {"href": f"data/{DAY}.tif", "roles": ["reflectance"], "gsd": 3}),
        ("S2-SR", {"href": "data/x.tif", "gsd": 10}),
        ("S2-SR", {"href": "data/x.tif", "proj:shape": [60, 60]}),
        ("S2-SR", {"href": "data/x.tif", "raster:bands": [{"spatial_resolution": 10.0}]}),
        ("unknown", {"href": f"data/{DAY}.tif", "proj:shape": [200, 200]}),
        ("PF-SR", {"href": f"data/{DAY}.tif", "proj:shape": [200, 200], "above": in_words("planet")}),
        ("PF-SR", {"href": f"data/pf/31N/{DAY}.tif"}),
        ("PF-QA", {"href": f"data/{DAY}_qa.tif", "above": in_words("rapidai4eo_v1_source_pf")}),
        ("PF-SR", {"href": f"data/{DAY}.tif", "title": "Planet Fusion surface reflectance"}),
        ("contradiction", {"href": f"PF-SR/{DAY}.tif", "bands": S2_BANDS}),
        ("contradiction", {"href": f"data/{MONTH}.tif", "gsd": 3}),
        ("contradiction", {"href": f"data/{MONTH}.tif", "above": in_words("source_pf")}),
        # a layout's own path is read as such whatever a catalog says
        ("PF-SR", {"href": f"imagery/33N/15E-200N/{FULL}/PF-SR/{DAY}.tif", "bands": S2_BANDS}),
        # what an item says of all its assets is further away than a path
        ("PF-QA", {"href": f"PF-QA/{DAY}.tif", "properties": {"eo:bands": PF_BANDS}}),
    ],
)  # fmt: skip
def test_the_product_is_told_by_what_is_there(expected: str, arguments: dict[str, Any]) -> None:
    assert told(**arguments) == expected


@pytest.mark.parametrize(
    ("text", "products", "default"),
    [
        ("rapidai4eo_v1_source_pf", {"PF-SR", "PF-QA"}, PF_SR),
        ("rapidai4eo_v1_source_pf_31N", {"PF-SR", "PF-QA"}, PF_SR),
        ("rapidai4eo_v1_source_pfqa", {"PF-QA"}, PF_QA),
        ("rapidai4eo-pf-qa-31N", {"PF-QA"}, PF_QA),
        ("Planet Fusion quality", {"PF-QA"}, PF_QA),
        ("PlanetFusion", {"PF-SR", "PF-QA"}, PF_SR),
        ("pf_sr", {"PF-SR"}, PF_SR),
        ("rapidai4eo_v1_source_s2", {"S2-SR"}, S2_SR),
        ("S2L2A monthly", {"S2-SR"}, S2_SR),
        ("Sentinel-2 mosaics", {"S2-SR"}, S2_SR),
        ("rapidai4eo_v1_labels", {"labels"}, None),
        ("Planet Fusion and Sentinel-2", None, None),
        ("rapidai4eo", None, None),
        (f"{FULL}_pf", {"PF-SR", "PF-QA"}, PF_SR),
        ("RapidAI4EO Europe time series land cover", None, None),
    ],
)
def test_words_of_collections(text: str, products: set[str] | None, default: Product | None) -> None:
    said = in_words(text)
    assert said.products == products
    assert decided(said) is default


@pytest.mark.parametrize("depth", [0, 1, 4])
@pytest.mark.parametrize("kind", ["collection", "catalog"])
@pytest.mark.parametrize("how", ["id", "title", "keywords", "item"])
def test_collections_above_at_any_depth_tell_the_product(
    tmp_path: Path, depth: int, kind: str, how: str
) -> None:
    assets = chips(tmp_path, PF_SR, "data")
    said = {
        "id": {"id": "rapidai4eo_v1_source_pf"},
        "title": {"title": "Planet Fusion"},
        "keywords": {"keywords": ["pf", 3]},
    }
    folder = "stac-v1.0/x"
    catalog(tmp_path, "./x/collection.json")
    for level in range(depth):
        collection(tmp_path, f"{folder}/collection.json", "./y/collection.json", rel="child", **(said.get(how, {}) if not level else {}))  # fmt: skip
        folder += "/y"
    write = (
        collection
        if kind == "collection"
        else lambda root, key, *h, **m: catalog(root, *h, key=key, rel="item", **m)
    )
    write(tmp_path, f"{folder}/collection.json", "./i.json", "./collection.json", *(["../collection.json"] if depth else []), **(said.get(how, {}) if not depth else {"id": "c_31N"}))  # fmt: skip
    up = "../" * (folder.count("/") + 1)
    for asset in assets.values():
        asset["href"] = up + asset["href"].removeprefix("../../")
    put(
        tmp_path,
        f"{folder}/i.json",
        item_of(assets, **({"collection": "source_pf"} if how == "item" else {})),
    )
    with open_corpus(tmp_path) as corpus:
        assert corpus.planet_fusion(FULL).sizes["time"] == 3
        assert corpus.index.warnings == []


def test_what_is_not_told_or_contradicts_itself_is_left_out_and_said_once(tmp_path: Path) -> None:
    one(tmp_path, chips(tmp_path, PF_SR, "data"))
    built = found(tmp_path)
    assert built.moved == {}
    (warning,) = built.warnings
    assert (
        "STAC: 3 assets are left out: neither their path and bands nor the collections above tell" in warning
    )
    assert "stac-v1.0/x/i.json: 2018-01-03" in warning
    one(tmp_path, chips(tmp_path, S2_SR, "months"), name="source_pf")
    built = found(tmp_path)
    assert built.moved == {}
    (warning,) = built.warnings
    assert "3 assets are left out" in warning
    assert "contradicts itself" in warning


def test_dates_that_are_none_and_dates_twice_are_said(tmp_path: Path) -> None:
    assets = {
        "a": tif("../../d/2018-01-03.tif"), "b": tif("../../e/20180103.tif"), "c": tif("../../d/2018-01-04.tif"),
        "d": tif("../../d/x.tif", datetime="2018-01-08T10:30:00Z"), "thumbnail": {"href": "t.png", "type": "image/png"},
        "e": tif("../../d/2018-01-13T10:30:00Z.TIFF"), "meta": {"href": "../../d/2018-01-18.xml"},
        "f": tif("../../d/20180123T103000Z.tif"),
    }  # fmt: skip
    one(tmp_path, assets, name="source_pf")
    built = found(tmp_path)
    days = {key.rsplit("/", 1)[-1]: real for key, real in built.moved.items()}
    assert days == {
        "2018-01-03.tif": "d/2018-01-03.tif", "2018-01-08.tif": "d/x.tif", "2018-01-13.tif": "d/2018-01-13T10:30:00Z.TIFF",
        "2018-01-23.tif": "d/20180123T103000Z.tif",
    }  # fmt: skip
    said = "\n".join(built.warnings)
    assert (
        "1 assets are left out: another asset is of the same sample, product and date (first: 'stac-v1.0/x/i.json: b"
        in said
    )
    assert "1 assets are left out: no date of their product's calendar" in said
    assert len(built.warnings) == 2


def test_pictures_for_people_are_no_chips_unless_they_are_data(tmp_path: Path) -> None:
    """They are GeoTIFFs too, and would be taken for chips of the same date."""
    assets = {
        "a": tif("../../d/2018-01-03_preview.tif", roles=["Overview"]),
        "b": tif("../../d/2018-01-08.tif", roles=["overview", "data"]),
    }
    one(tmp_path, assets, name="source_pf")
    built = found(tmp_path)
    assert set(built.moved.values()) == {"d/2018-01-08.tif"}
    assert built.warnings == []


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ({"platform": "planetscope"}, True),
        ({"instruments": ["planetscope", 3]}, True),
        ({"instruments": ["other"], "platform": 3}, False),
    ],
)
def test_the_instruments_of_an_item_tell_the_product(
    tmp_path: Path, said: dict[str, Any], there: bool
) -> None:
    assets = {"image": tif("../../d/x.tif", datetime=f"{DAY}T10:30:00Z")}
    one(tmp_path, assets, properties={"datetime": None} | said)
    built = found(tmp_path)
    assert built.moved == ({PF_SR.key(CELL.folder, dt.date(2018, 7, 2)): "d/x.tif"} if there else {})
    assert bool(built.warnings) != there


@pytest.mark.parametrize(("sizes", "there"), [([10], True), ([10, 3], False)])
def test_a_summary_of_several_values_tells_nothing(tmp_path: Path, sizes: list[int], there: bool) -> None:
    assets = {"image": tif("../../d/x.tif", title="2018-07-01")}
    one(tmp_path, assets, above={"summaries": {"gsd": sizes}})
    assert bool(found(tmp_path).moved) == there


def test_what_band_lists_say_is_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stac_products, "_said", {})
    for i in range(3 * stac_products._REMEMBERED):
        bands = [{"name": f"B{i + 1}", "description": f"of list {i}"} for i in range(3)] + [{"name": f"x{i}"}]
        assert stac_products.by_fields([{"bands": bands}]).products == {"PF-SR"}
    assert 0 < len(stac_products._said) <= stac_products._REMEMBERED
    before = len(stac_products._said)
    long = [{"name": "x" * 9_000}] * 4
    assert stac_products.by_fields([{"bands": long}]).products == {"PF-SR"}
    assert len(stac_products._said) == before


def test_an_item_a_date_is_dated_by_its_item(tmp_path: Path) -> None:
    catalog(tmp_path, "./x/collection.json")
    collection(tmp_path, "stac-v1.0/x/collection.json", "./a.json", "./b.json", name="planet_fusion")
    put(tmp_path, "stac-v1.0/x/a.json", item_of({"image": tif("../../d/1.tif")}, id=f"{FULL}_2018-01-08"))
    second = item_of({"image": tif("../../d/2.tif")})
    second["properties"] = {"datetime": "2018-01-13T10:30:00Z"}
    put(tmp_path, "stac-v1.0/x/b.json", second)
    assert {k.rsplit("/", 1)[-1]: v for k, v in found(tmp_path).moved.items()} == {
        "2018-01-08.tif": "d/1.tif",
        "2018-01-13.tif": "d/2.tif",
    }


@pytest.mark.parametrize("how", ["extension", "properties", "role", "parent"])
def test_label_items_are_told_without_an_id(tmp_path: Path, how: str) -> None:
    label = {"type": "Feature", "properties": {"clc_211": 0.75, "clc_112": 0.25}, "geometry": None}
    put(tmp_path, "elsewhere/l.geojson", label)
    role = ["labels-vector"] if how == "role" else ["data"]
    more: dict[str, Any] = {"stac_extensions": ["https://stac-extensions.github.io/label/v1.0.1/schema.json"]} if how == "extension" else {}  # fmt: skip
    if how == "properties":
        more = {"properties": {"label:type": "vector"}}
    name = "corine_2018" if how == "parent" else "c1"
    one(tmp_path, {"l": {"href": "../../elsewhere/l.geojson", "roles": role}}, name=name, **more)
    assert found(tmp_path).fractions.row(FULL).to_dict() == {211: 0.75, 112: 0.25}


def test_a_picture_of_labels_is_no_chip_that_nothing_tells_of(tmp_path: Path) -> None:
    catalog(tmp_path, "./x/collection.json")
    collection(tmp_path, "stac-v1.0/x/collection.json", "./i.json", name="rapidai4eo_v1_labels")
    label = {"type": "Feature", "properties": {"clc_211": 1.0}, "geometry": None}
    put(tmp_path, "stac-v1.0/x/l.json", label)
    assets = {"raster": tif("./labels.tif"), "vector": {"href": "./l.json"}}
    put(tmp_path, "stac-v1.0/x/i.json", item_of(assets))
    built = found(tmp_path)
    assert built.fractions.row(FULL).to_dict() == {211: 1.0}
    assert built.warnings == []


def test_the_first_label_file_of_an_item_that_is_in_the_corpus_is_read(tmp_path: Path) -> None:
    """What leads out is said and passed over; what is strange in the file is told with its name."""
    strange = {"type": "Feature", "properties": {"clc_211": 1.0, "clc_777": 0.5}, "geometry": None}
    put(tmp_path, "stac-v1.0/x/l.json", strange)
    put(tmp_path, "stac-v1.0/x/second.json", {"type": "Feature", "properties": {"clc_311": 1.0}})
    hrefs = ("https://h/labels.json", "./notes.txt", "./l.json", "./second.json")
    one(tmp_path, {f"a{i}": {"href": href} for i, href in enumerate(hrefs)}, name="corine_2018")
    built = found(tmp_path)
    assert built.fractions.row(FULL).to_dict() == {211: 1.0}
    out, told = built.warnings
    assert (
        "1 links lead out of the corpus's folder and are not followed (first: 'https://h/labels.json')" in out
    )
    assert "labels: properties are named like classes that CORINE does not have: 'clc_777'" in told
    assert "(first: 'stac-v1.0/x/l.json')" in told


def test_labels_that_a_catalog_does_not_state_are_sought_beside_it(tmp_path: Path) -> None:
    catalog(tmp_path, "./a.json", "./b.json", rel="item")
    for name, sample_id in (("a", FULL), ("b", OTHER)):
        put(tmp_path, f"stac-v1.0/{name}.json", item_of({}, sample_id))
    corpora.write_label(tmp_path, FULL, {211: 0.75, 112: 0.25})
    corpora.put(tmp_path, grid.parse(OTHER).label_key, b"{broken")
    built = found(tmp_path)
    assert built.fractions.row(FULL).to_dict() == {211: 0.75, 112: 0.25}
    assert built.labels_found is not None
    assert built.samples["clc"].to_dict() == {OTHER: 0, FULL: 211}
    (warning,) = built.warnings
    assert OTHER in warning
    assert "not readable as JSON" in warning


# -- links -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "base", [*PUBLISHED, "http://mirror.example/a%20b/", "file:///some/where/", "/some/where/"]
)
def test_absolute_links_below_the_catalogs_own_address_are_keys(tmp_path: Path, base: str) -> None:
    assets = chips(tmp_path, PF_SR, "data")
    for asset in assets.values():
        asset["href"] = (
            base + asset["href"].removeprefix("../../") + ("?sig=a%2Fb" if base.startswith("http") else "")
        )
    catalog(tmp_path, f"{base}stac-v1.0/x/collection.json")
    links = {
        "links": [
            {"rel": "self", "href": base + ROOT},
            {"rel": "child", "href": f"{base}stac-v1.0/x/collection.json"},
        ]
    }
    catalog(tmp_path, **(links if base not in PUBLISHED else {"links": links["links"][1:]}))
    collection(tmp_path, "stac-v1.0/x/collection.json", f"{base}stac-v1.0/x/i.json", name="source_pf")
    put(tmp_path, "stac-v1.0/x/i.json", item_of(assets))
    with open_corpus(tmp_path) as corpus:
        assert corpus.planet_fusion(FULL).sizes["time"] == 3
        assert corpus.index.warnings == []


@pytest.mark.parametrize(
    ("where", "base", "href", "key"),
    [
        ("https://h/a/", "s/c.json", "https://h/a/x.tif", "x.tif"),
        ("https://h/a/", "s/c.json", "http://H:80/a/x.tif", "x.tif"),
        ("https://h/a/", "s/c.json", "https://user:pw@h:443/a/x%20y.tif?sig=1", "x y.tif"),
        ("https://h/a/", "s/c.json", "//h/a/x.tif", "x.tif"),
        ("https://h/a/", "s/c.json", "https://h/a/../b/x.tif", None),
        ("https://h/a/", "s/c.json", "https://h/a/%2e%2e/b/x.tif", None),
        ("https://h/a/", "s/c.json", "https://h/ab/x.tif", None),
        ("https://h/a/", "s/c.json", "https://h:8443/a/x.tif", None),
        ("https://h/a/", "s/c.json", "https://h.evil.com/a/x.tif", None),
        ("https://h/a/", "s/c.json", "/a/x.tif", None),
        ("https://h/a/", "s/c.json", "file:///a/x.tif", None),
        ("https://h/a/", "s/c.json", "../x.tif?sig=1#f", "x.tif"),
        ("https://h/a/", "s/c.json", "../../x.tif", None),
        ("https://h/a/", "s/c.json", "..%2f..%2fx.tif", None),
        ("https://h/a/", "s/c.json", "S2-2018-01-03T10:30:00Z.tif", "s/S2-2018-01-03T10:30:00Z.tif"),
        ("https://h/a/", "s/c.json", "C:\\x.tif", None),
        ("https://h/a/", "s/c.json", "a\x00b", None),
        ("https://h/a/", "s/c.json", "http://[", None),
        ("https://h/a/", "s/c.json", "https://h:x/a/", None),
        ("https://h/a/", "s/c.json", f"{PUBLISHED[0]}imagery/x.tif", "imagery/x.tif"),
        ("https://h/a/", "s/c.json", f"{PUBLISHED[1]}imagery/x.tif", "imagery/x.tif"),
        (f"{PUBLISHED[1]}part/", "c.json", f"{PUBLISHED[1]}part/x.tif", "x.tif"),
        (f"{PUBLISHED[1]}part/", "c.json", f"{PUBLISHED[1]}x.tif", None),
        ("s3://bucket/a/", "c.json", "s3://bucket/a/x.tif", "x.tif"),
        ("s3://bucket/a/", "c.json", "s3://other/a/x.tif", None),
        ("s3://bucket/a/", "c.json", "https://bucket/a/x.tif", None),
        ("s3://bucket/a/", "c.json", "s3:///a/x.tif", None),
        ("https://h/a/", "s/c.json", "https://h/a/b\\..\\..\\x.tif", None),
        ("demo", "s/c.json", "../x.tif", "x.tif"),
        ("demo", "s/c.json", "https://h/demo/x.tif", None),
        ("demo", "s/c.json", "demo/x.tif", "s/demo/x.tif"),
    ],
)
def test_where_links_lead(where: str, base: str, href: str, key: str | None) -> None:
    class Somewhere:
        def __init__(self) -> None:
            self.where = where

    assert Addresses(Somewhere()).resolve(base, href) == key  # type: ignore[arg-type]


def test_an_address_that_a_catalog_gives_itself_only_leads_to_the_store(tmp_path: Path) -> None:
    addresses = Addresses(DirectoryStore(tmp_path))
    addresses.learn(ROOT, "https://h/rapid/stac-v1.0/catalog.json")
    addresses.learn("stac-v1.0/a/b.json", "file:///etc/catalog.json")  # not the same file
    for own in ("https://h/", "catalog.json", "http://[", "https://h", "/", f"{'x/' * 9}"):
        addresses.learn(ROOT, own)
    assert addresses.resolve(ROOT, "https://h/rapid/imagery/x.tif") == "imagery/x.tif"
    assert addresses.resolve(ROOT, "https://h/rapid/../x.tif") is None
    assert addresses.resolve(ROOT, "https://h/other/x.tif") is None
    assert addresses.resolve(ROOT, "/etc/passwd") is None
    addresses.learn("catalog.json", "https://g/deep/catalog.json")
    assert addresses.resolve(ROOT, "https://g/deep/x.tif") == "x.tif"
    for i in range(100):
        addresses.learn("catalog.json", f"https://g{i}/d/catalog.json")
    assert addresses.resolve(ROOT, "https://g99/d/x.tif") is None


def test_a_folder_that_is_named_by_a_link_is_still_the_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    addresses = Addresses(DirectoryStore(tmp_path / "real"))
    assert addresses.resolve(ROOT, str(tmp_path / "link/x.tif")) == "x.tif"
    assert addresses.resolve(ROOT, str(tmp_path / "other.tif")) is None


# -- what is damaged costs itself --------------------------------------------------------------------------------


def test_one_strange_member_costs_itself_only(tmp_path: Path) -> None:
    good = chips(tmp_path, PF_SR, "data", 1)
    bad: list[Callable[[dict[str, Any]], Any]] = [
        lambda i: i.update(assets={"x": {"title": "no href"}, "y": None, "z": 3} | good),
        lambda i: i.update(links=[{"rel": "self"}, None, {"href": 3, "rel": "x"}, {"href": "x"}]),
        lambda i: i.update(links=None, geometry=None, bbox=None),
        lambda i: i.update(links="x", geometry=3, bbox=["a", 2, 3, 4]),
        lambda i: i.update(properties=None, assets=good),
        lambda i: i.update(properties=[1], collection=3, stac_extensions=[1]),
        lambda i: i.update(assets=[1]),
        lambda i: [i.pop(name) for name in ("geometry", "bbox", "properties", "links", "stac_version")],
        lambda i: i.update(assets={"2018-01-03": {"href": "../../data/2018-01-03.tif", "roles": 3, "raster:bands": 5, "gsd": "x"}}),
        lambda i: i.update(geometry={"type": "Polygon", "coordinates": [[[1]]]}, bbox=[1, 2]),
    ]  # fmt: skip
    ids = [f"33N_15E-200N_{row:02d}_09" for row in range(1, len(bad) + 1)]
    catalog(tmp_path, "./x/collection.json", "./none.json", links=[{"rel": "child"}, {"rel": "child", "href": "./x/collection.json"}, 7])  # fmt: skip
    put(tmp_path, "stac-v1.0/x/collection.json", {"type": "Collection", "id": None, "title": "planet fusion", "extent": 3, "summaries": [1],
        "item_assets": 4, "keywords": "x", "assets": {"geoparquet-items": None},
        "links": [{"rel": "item", "href": f"./{i}.json"} for i in range(len(bad))]})  # fmt: skip
    for i, (sample_id, change) in enumerate(zip(ids, bad, strict=True)):
        item = item_of({}, sample_id)
        change(item)
        put(tmp_path, f"stac-v1.0/x/{i}.json", item)
    built = found(tmp_path)
    assert list(built.samples.index) == ids
    assert len(built.moved) == 3
    said = "\n".join(built.warnings)
    assert (
        "4 assets have no address and are left out (first: 'stac-v1.0/x/collection.json: geoparquet-items', 'stac-v1.0/x/0.json: x'"
        in said
    )
    assert "6 links have no address and are not followed" in said
    assert "members have a wrong type and are left out" in said
    assert len(built.warnings) == 3


def test_a_collection_that_many_items_link_to_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = some_ids(3)
    catalog(tmp_path, *(f"./{sample_id}.json" for sample_id in ids), rel="item")
    for sample_id in ids:
        links = [{"rel": "collection", "href": "./collection.json"}]
        put(tmp_path, f"stac-v1.0/{sample_id}.json", item_of({}, sample_id, links=links))
    corpora.put(tmp_path, "stac-v1.0/collection.json", b"[")
    asked: list[str] = []
    get = DirectoryStore.get
    monkeypatch.setattr(DirectoryStore, "get", lambda self, key: (asked.append(key), get(self, key))[1])
    built = found(tmp_path)
    assert list(built.samples.index) == ids
    (warning,) = built.warnings
    assert (
        "STAC: 1 files cannot be read and are left out (first: 'stac-v1.0/collection.json: not a STAC"
        in warning
    )
    assert asked.count("stac-v1.0/collection.json") == 1


def test_a_page_of_items_names_what_is_wrong_in_one_of_them_and_leads_to_the_next(tmp_path: Path) -> None:
    """As an API answers: a FeatureCollection, whose other links are not of the corpus."""
    ids = some_ids(3)
    bad = item_of({"x": {"title": "no address"}}, ids[0])
    pages = ([bad, item_of({}, ids[1])], [item_of({}, ids[2])])
    links = [{"rel": "next", "href": "./2.json"}, {"rel": "alternate", "href": "./never.json"}]
    for i, items in enumerate(pages, start=1):
        page = {"type": "FeatureCollection", "features": items, "links": links if i == 1 else []}
        put(tmp_path, f"stac-v1.0/{i}.json", page)
    catalog(tmp_path, "./1.json", rel="items")
    built = found(tmp_path)
    assert list(built.samples.index) == ids
    assert built.warnings == [
        "STAC: 1 assets have no address and are left out (first: 'stac-v1.0/1.json: x')"
    ]


def test_a_file_far_too_large_for_stac_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stac_files, "MAX_JSON_BYTES", 1_000)
    data = json.dumps({"type": "Catalog", "id": "c", "links": [], "x": "y" * 1_000}).encode()
    with pytest.raises(CorpusFormatError, match=r"k\.json: 1,\d\d\d bytes, far more than a STAC file has"):
        read(data, "k.json")


def test_assets_as_a_list_are_those_of_an_old_item_and_others_are_none(tmp_path: Path) -> None:
    assets = [asset | {"key": name} for name, asset in chips(tmp_path, PF_SR, "data", 2).items()]
    one(tmp_path, {}, name="pf")
    put(tmp_path, "stac-v1.0/x/i.json", item_of({}, stac_version="0.5.2") | {"assets": assets})
    built = found(tmp_path)
    assert set(built.moved) == {chip_key(0), chip_key(1)}
    put(tmp_path, "stac-v1.0/x/i.json", item_of({}) | {"assets": "../../data/2018-01-03.tif"})
    built = found(tmp_path)
    assert built.moved == {}
    assert built.warnings == [
        "STAC: 1 members have a wrong type and are left out (first: 'stac-v1.0/x/i.json: assets')"
    ]


def test_bounds_with_heights_are_places_too(tmp_path: Path) -> None:
    west, south, east, north = CELL.footprint().bounds
    one(tmp_path, {}, bbox=[west, south, 100, east, north, 900])
    assert found(tmp_path).warnings == []
    one(tmp_path, {}, bbox=[west, south, 100, east, north + 1, 900])
    assert "lie elsewhere than their id says" in found(tmp_path).warnings[0]


def test_bounds_come_from_the_geometry_where_there_is_no_bbox(tmp_path: Path) -> None:
    far = {"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 2]]]}
    one(tmp_path, {}, bbox=None, geometry=far)
    assert "lie elsewhere than their id says" in found(tmp_path).warnings[0]


# -- ways in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "base", "key"),
    [
        ("https://h/a/stac-v1.0/catalog.json", "https://h/a/", None),
        ("https://h/a/stac-v1.0/catalog.json?sv=1&sig=a%2F", "https://h/a/?sv=1&sig=a%2F", None),
        ("https://h/a/stac-v1.0/", "https://h/a/", None),
        ("https://h/a/stac-v1.0", "https://h/a/", None),
        ("https://h/a/stac-v1.0/pf/collection.json", "https://h/a/", "stac-v1.0/pf/collection.json"),
        ("https://h/a/other/catalog.json", "https://h/a/other/", "catalog.json"),
        ("https://u:p@h:81/catalog.json", "https://u:p@h:81/", "catalog.json"),
        ("s3://bucket/stac-v1.0/catalog.json", "s3://bucket/", None),
        ("az://box/a/collection.json", "az://box/a/", "collection.json"),
        ("https://h/a/", "https://h/a/", None),
        ("https://h/a", "https://h/a", None),
        ("https://[", "https://[", None),
    ],
)
def test_urls_of_stac_files(url: str, base: str, key: str | None) -> None:
    assert split_url(url) == (base, key)


def test_a_catalog_in_a_folder_of_its_own_may_lead_into_the_corpus_above(tmp_path: Path) -> None:
    corpora.put(tmp_path, "corpus/imagery/d/2018-01-03.tif", corpora.good(PF_SR, CELL, 0))
    root = tmp_path / "corpus"
    put(
        root,
        "mine/part/i.json",
        item_of({"2018-01-03": tif("../../imagery/d/2018-01-03.tif")}, collection="pf"),
    )
    catalog(root, "./i.json", key="mine/part/catalog.json", rel="item")
    with open_corpus(root / "mine/part/catalog.json") as corpus:
        assert corpus.where == str(root)
        assert corpus.planet_fusion(FULL).sizes["time"] == 1
    (root / "imagery").rename(root / "images")  # nothing tells that the folder above is a corpus
    store, key = stac.locate(root / "mine/part/catalog.json")
    assert (store.where, key) == (str(root / "mine/part"), "catalog.json")


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache", http_retries=0)


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    """Two collections of one sample each, by area, below one of Planet Fusion; chips outside of the layout."""
    root = tmp_path / "corpus"
    catalog(root, "./x/collection.json")
    collection(
        root,
        "stac-v1.0/x/collection.json",
        "./33N/collection.json",
        "./31N/collection.json",
        rel="child",
        name="source_pf",
    )
    for sample_id in (FULL, OTHER):
        zone = sample_id[:3]
        assets = chips(root, PF_SR, f"data/{sample_id}", 2, sample_id)
        for asset in assets.values():
            asset["href"] = f"../{asset['href']}"
        collection(root, f"stac-v1.0/x/{zone}/collection.json", "./i.json", name=f"x_{zone}")
        put(root, f"stac-v1.0/x/{zone}/i.json", item_of(assets, sample_id))
    return root


def test_a_catalog_opens_by_its_url(nested: Path, config: Settings) -> None:
    with serve(nested) as server:
        for url in (f"{server.url}{ROOT}", f"{server.url}stac-v1.0/", server.url):
            with open_corpus(url, config=config) as corpus:
                assert list(corpus.samples.index) == sorted([FULL, OTHER])
                cube = corpus.planet_fusion(FULL)
                np.testing.assert_array_equal(cube.values, [corpora.pixels(PF_SR, i) for i in range(2)])
                assert corpus.where == server.url
        assert server.asked[f"data/{FULL}/2018-01-03.tif"] == 1  # kept on disk, though outside of imagery/


def test_a_catalog_opens_by_its_folder(nested: Path) -> None:
    with open_corpus(nested / "stac-v1.0") as corpus:
        assert corpus.where == str(nested)
        assert corpus.planet_fusion(FULL).sizes["time"] == 2


def test_a_collection_opens_by_its_url_and_path(nested: Path, config: Settings) -> None:
    key = "stac-v1.0/x/33N/collection.json"
    with serve(nested) as server:
        for where in (f"{server.url}{key}", nested / key):
            with open_corpus(where, config=config) as corpus:
                assert list(corpus.samples.index) == [FULL]
                # nobody above this collection was asked
                assert any("neither their path and bands" in w for w in corpus.index.warnings)
        with open_corpus(f"{server.url}stac-v1.0/x/collection.json", config=config) as corpus:
            assert len(corpus.samples) == 2
            assert corpus.planet_fusion(OTHER).sizes["time"] == 2
        with pytest.raises(CorpusNotFoundError, match=r"nothing\.json is not there"):
            open_corpus(f"{server.url}stac-v1.0/nothing.json", config=config)


def test_a_chip_that_came_damaged_is_fetched_anew_from_where_it_is(nested: Path, config: Settings) -> None:
    key = f"data/{FULL}/2018-01-03.tif"

    def damaged_once(handler: Any, asked: str) -> bool:
        if asked != key or server.asked[key] > 1:
            return False
        reply(handler, 200, (nested / key).read_bytes()[:-400])
        return True

    with (
        serve(nested, answer=damaged_once) as server,
        open_corpus(f"{server.url}{ROOT}", config=config) as corpus,
    ):
        cube = corpus.planet_fusion(FULL)
        np.testing.assert_array_equal(cube.values, [corpora.pixels(PF_SR, i) for i in range(2)])
        assert server.asked[key] == 2


def test_chips_elsewhere_are_checked_past_the_cache(nested: Path, config: Settings) -> None:
    """What lies in the corpus is looked at, not what was kept of it, and named as the layout has it."""
    key = f"data/{FULL}/2018-01-03.tif"
    with serve(nested) as server, open_corpus(f"{server.url}{ROOT}", config=config) as corpus:
        corpus.planet_fusion(FULL)
        corpora.put(nested, key, b"II*\x00 no longer a chip")
        assert corpus.store.get(chip_key())  # kept
        problems = [problem for problem in checking.check(corpus) if problem.kind == "chip"]
    assert [problem.key for problem in problems] == [chip_key()]
    with open_corpus(nested) as corpus:  # a folder has no cache to pass
        assert [problem.key for problem in checking.check(corpus) if problem.kind == "chip"] == [chip_key()]
        cube = corpus.cubes.get(CELL, PF_SR)
        assert cube.status[0] == Status.BROKEN
        assert cube.status[1] == Status.THERE


def test_dates_elsewhere_are_listed_though_the_store_cannot(nested: Path, config: Settings) -> None:
    with serve(nested) as server, open_corpus(f"{server.url}{ROOT}", config=config) as corpus:
        assert list(corpus.store.list(PF_SR.folder(CELL.folder))) == ["2018-01-03.tif", "2018-01-08.tif"]
        with pytest.raises(StoreError, match="cannot list"):
            corpus.store.list(S2_SR.folder(CELL.folder))


def test_a_catalogs_store_that_is_gone_is_told(nested: Path, config: Settings) -> None:
    with serve(nested) as server, open_corpus(f"{server.url}{ROOT}", config=config) as corpus:
        corpus.store.check()  # type: ignore[attr-defined]
        server.answer = lambda handler, _key: (reply(handler, 503), True)[1]
        with pytest.raises(StoreError, match=r"503"):
            corpus.store.check()  # type: ignore[attr-defined]
    with open_corpus(nested) as corpus:
        nested.rename(nested.with_name("away"))
        with pytest.raises(StoreError, match="is gone; is its disk mounted"):
            corpus.store.check()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["catalog.json", "collection.json"])
def test_a_folder_with_a_stac_file_of_its_own_opens(tmp_path: Path, config: Settings, name: str) -> None:
    root = tmp_path / "corpus"
    corpora.put(root, "d/2018-01-03.tif", corpora.good(PF_SR, CELL, 0))
    put(root, "i.json", item_of({"2018-01-03": tif("./d/2018-01-03.tif")}, collection="pf"))
    (catalog if name == "catalog.json" else collection)(root, *(["./i.json"] if name == "catalog.json" else [name, "./i.json"]), **({"key": name, "rel": "item"} if name == "catalog.json" else {}))  # fmt: skip
    with serve(root) as server:
        for where in (root, root / name, server.url, f"{server.url}{name}"):
            with open_corpus(where, config=config) as corpus:
                assert corpus.planet_fusion(FULL).sizes["time"] == 1


def test_the_query_of_a_url_stays(nested: Path, config: Settings) -> None:
    asked: set[str] = set()

    def signed(handler: Any, key: str) -> bool:
        asked.add(handler.path.partition("?")[2])
        if "sig=a" in handler.path:
            return False
        reply(handler, 404)
        return True

    with (
        serve(nested, answer=signed) as server,
        open_corpus(f"{server.url}{ROOT}?sig=a", config=config) as corpus,
    ):
        assert corpus.planet_fusion(FULL).sizes["time"] == 2
    assert asked == {"sig=a"}


def test_resources_are_preferred_to_a_crawl(nested: Path, config: Settings) -> None:
    corpora.put(nested, "resources/rapidai4eo_labels.csv", f"sample_id,clc_211\n{FULL},1\n".encode())
    with serve(nested) as server, open_corpus(f"{server.url}{ROOT}", config=config) as corpus:
        assert corpus.samples["clc"].to_dict() == {FULL: 211}
        assert all(count == 1 for key, count in server.asked.items() if key.startswith("stac-v1.0/x"))


def many(root: Path, count: int) -> list[str]:
    ids = [f"33N_15E-200N_{1 + i // 40:02d}_{1 + i % 40:02d}" for i in range(count)]
    for sample_id in ids:
        put(
            root,
            f"stac-v1.0/{sample_id}.json",
            item_of({}, sample_id, properties={"label:type": "vector", "clc_211": 1.0}),
        )
    catalog(root, *(f"./{sample_id}.json" for sample_id in ids), rel="item")
    return ids


def test_a_remote_crawl_asks_side_by_side_and_tells_its_progress(tmp_path: Path, config: Settings) -> None:
    ids = many(tmp_path / "c", 100)
    told: list[tuple[int, int]] = []
    with serve(tmp_path / "c", latency=0.02) as server:
        with open_corpus(
            server.url, config=config, progress=lambda done, total: told.append((done, total))
        ) as corpus:
            assert list(corpus.samples.index) == ids
            assert (corpus.samples["clc"] == 211).all()
        assert server.most_at_once > 4
        assert all(count == 1 for key, count in server.asked.items() if key.endswith("_09.json"))
    assert (32, 101) in told
    assert told[-1] == (101, 101)


def test_a_remote_crawl_is_bounded_and_what_is_not_whole_is_not_kept(
    tmp_path: Path, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = many(tmp_path / "c", 30)
    monkeypatch.setattr(stac, "MAX_REMOTE_FILES", 20)
    with serve(tmp_path / "c") as server:
        with open_corpus(server.url, config=config) as corpus:
            assert list(corpus.samples.index) == ids[:19]
            assert (
                "more than 20 links, of which each is a request; the rest is not read"
                in corpus.index.warnings[0]
            )
        monkeypatch.undo()
        with open_corpus(server.url, config=config) as corpus:
            assert list(corpus.samples.index) == ids
        server.asked.clear()
        with open_corpus(server.url, config=config) as corpus:
            assert list(corpus.samples.index) == ids
        assert not server.asked[ROOT]


def test_a_store_that_fails_for_every_item_is_not_asked_for_all_of_them(
    tmp_path: Path, config: Settings
) -> None:
    many(tmp_path / "c", 100)

    def no_items(handler: Any, key: str) -> bool:
        if "33N_" not in key:
            return False
        reply(handler, 401)
        return True

    with serve(tmp_path / "c", answer=no_items) as server:
        few = config.model_copy(update={"http_connections": 2})
        with pytest.raises(CorpusNotFoundError, match=r"401"):
            open_corpus(server.url, config=few)
        assert 8 <= sum(count for key, count in server.asked.items() if "33N_" in key) < 30


def test_files_that_cannot_be_read_are_as_many_as_they_are(tmp_path: Path) -> None:
    """Single files, and not the store: however many there are, the rest is read."""
    ids = many(tmp_path, 20)
    for sample_id in ids[:15]:
        (tmp_path / f"stac-v1.0/{sample_id}.json").unlink()
        os.mkfifo(tmp_path / f"stac-v1.0/{sample_id}.json")
    built = found(tmp_path)
    assert list(built.samples.index) == ids[15:]
    assert not built.whole
    (warning,) = built.warnings
    assert "STAC: 15 files cannot be read and are left out" in warning
    assert f"cannot read stac-v1.0/{ids[0]}.json: not a file" in warning


def test_an_index_of_a_part_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many(tmp_path, 9)
    monkeypatch.setattr(stac, "MAX_FILES", 5)
    with pytest.raises(CorpusFormatError, match="a part of its catalog could not be read"):
        opening.reindex(tmp_path)


def test_the_index_of_a_corpus_is_made_by_its_catalogs_url(tmp_path: Path, config: Settings) -> None:
    ids = many(tmp_path / "c", 3)
    with serve(tmp_path / "c") as server:
        path = opening.reindex(f"{server.url}{ROOT}", tmp_path / "i.parquet")
    assert list(index.read(path).samples.index) == ids


def test_links_in_circles_end(tmp_path: Path) -> None:
    catalog(tmp_path, "./a.json", "./catalog.json", "./x/../a.json")
    catalog(tmp_path, "./catalog.json", "./a.json", "./a.json?x=1", key="stac-v1.0/a.json")
    with pytest.raises(CorpusNotFoundError):
        found(tmp_path)


# -- numbers -----------------------------------------------------------------------------------------------------

OFFSET = Stated((1e-4,), (-0.1,))


@pytest.mark.parametrize(
    ("product", "fields", "expected"),
    [
        (S2_SR, {"raster:bands": [{"scale": 1e-4, "offset": -0.1}] * 12}, OFFSET),
        (S2_SR, {"bands": [{"raster:scale": 1e-4, "raster:offset": -0.1}] * 12}, OFFSET),
        (S2_SR, {"raster:scale": 1e-4, "raster:offset": -0.1}, OFFSET),
        (S2_SR, {"raster:offset": "-0.1", "bands": [{"raster:scale": 0.0001}] * 12}, OFFSET),
        (S2_SR, {"raster:bands": [{"scale": 1e-4, "offset": 0, "nodata": 0}] * 12}, None),
        (S2_SR, {"raster:bands": [{"scale": 1.0, "offset": 0.0, "nodata": 0}] * 12}, None),
        (S2_SR, {"raster:bands": [{"nodata": "nan"}] * 12}, Stated(nodata=(math.nan,))),
        (S2_SR, {"nodata": -9999}, Stated(nodata=(-9999.0,))),
        (S2_SR, {"raster:scale": "one", "raster:offset": -0.1}, Stated((), (-0.1,))),
        (S2_SR, {"raster:offset": 10**400, "nodata": 7}, Stated(nodata=(7.0,))),
        (S2_SR, {"bands": S2_BANDS}, None),
        (S2_SR, {"bands": [{"name": "x"}]}, None),
        (S2_SR, {"eo:bands": S2_BANDS[::-1]}, Stated(bands=S2_SR.band_names[::-1])),
        (PF_SR, {"bands": PF_BANDS}, None),
        (PF_SR, {"bands": [{"name": f"B{i + 1}", "eo:common_name": n} for i, n in enumerate(("red", "green", "blue", "nir"))]},
         Stated(bands=("red", "green", "blue", "nir"))),
        (PF_SR, {"raster:bands": [{"nodata": 0}] * 4}, Stated(nodata=(0.0,))),
        # names that contradict themselves are passed on, to be said where a chip is read, unless others are clear
        (PF_SR, {"bands": [{"name": n} for n in ("red", "red", "green", "nir")]}, Stated(bands=("red", "red", "green", "nir"))),
        (PF_SR, {"bands": [{"name": "red", "eo:common_name": n} for n in ("red", "green", "blue", "nir")]},
         Stated(bands=("red", "green", "blue", "nir"))),
        (PF_SR, {"raster:bands": [{"scale": 2e-4}, {"scale": 1e-4}, {}, {}]}, Stated((2e-4, 1e-4, 1e-4, 1e-4))),
        (PF_SR, {"raster:bands": [{"scale": 0}] * 4}, None),
        (PF_SR, {"raster:bands": [{"scale": "inf"}] * 4}, None),
        (PF_SR, {"raster:bands": 3, "bands": {"a": 1}, "nodata": [0], "raster:scale": True}, None),
        (PF_QA, {"bands": [{"name": "gap_filled"}]}, Stated(bands=("gap_filled",))),
    ],
)  # fmt: skip
def test_what_is_stated_of_numbers(product: Product, fields: dict[str, Any], expected: Stated | None) -> None:
    # NaN is not itself
    assert repr(stated(said_by(fields), product)) == repr(expected)


SCALED = {"raster:bands": [{"scale": 1e-4, "offset": -0.1}] * 4}


def chip_key(i: int = 0) -> str:
    return PF_SR.key(CELL.folder, PF_SR.dates[i])


def test_an_asset_states_its_own_numbers(tmp_path: Path) -> None:
    assets = chips(tmp_path, PF_SR, "data")
    assets["2018-01-03"] |= SCALED
    assets["2018-01-08"] |= {"raster:bands": [{"scale": 1e-4, "offset": 0}] * 4}
    one(tmp_path, assets, name="pf")
    built = found(tmp_path)
    assert built.stated == {chip_key(): OFFSET}


@pytest.mark.parametrize(
    "above",
    [
        {"item_assets": {"2018-01-03": SCALED, "2018-01-08": SCALED, "2018-01-13": SCALED}},
        {"item_assets": {"image": SCALED, "thumbnail": {"type": "image/png"}}},
        {"item_assets": {"image": SCALED, "quality": {"raster:bands": [{}] * 9, "title": "Quality"}}},
        {"summaries": {"raster:bands": SCALED["raster:bands"]}},
        {"summaries": {"raster:scale": [1e-4], "raster:offset": [-0.1]}},
        {"bands": [{"raster:scale": 1e-4, "raster:offset": -0.1}] * 4},
    ],
)
def test_a_collection_states_the_numbers_of_all(tmp_path: Path, above: dict[str, Any]) -> None:
    one(tmp_path, chips(tmp_path, PF_SR, "data"), name="pf", above=above)
    built = found(tmp_path)
    said = built.stated.get(chip_key()) or built.stated.get("PF-SR")
    assert said == OFFSET
    assert "PF-QA" not in built.stated
    # one chip that says otherwise is not covered by what is said of all
    assets = chips(tmp_path, PF_SR, "data")
    assets["2018-01-08"] |= {"raster:bands": [{"scale": 1e-4, "offset": 0}] * 4}
    one(tmp_path, assets, name="pf", above=above)
    built = found(tmp_path)
    assert built.stated == {chip_key(0): OFFSET, chip_key(2): OFFSET}


def test_definitions_of_assets_that_differ_say_nothing_of_a_third(tmp_path: Path) -> None:
    other = {"raster:bands": [{"scale": 1e-4, "offset": 0.2}] * 4}
    above = {"item_assets": {"2018-01-03": SCALED, "2018-01-08": other}}
    one(tmp_path, chips(tmp_path, PF_SR, "data"), name="pf", above=above)
    assert found(tmp_path).stated == {chip_key(0): OFFSET, chip_key(1): Stated((1e-4,), (0.2,))}


def test_the_nearest_counts_for_each_thing_that_is_said(tmp_path: Path) -> None:
    assets = chips(tmp_path, PF_SR, "data", 1)
    assets["2018-01-03"]["raster:scale"] = 2e-4
    properties = {"datetime": "2018-01-03T10:30:00Z", "raster:offset": 0.01}
    one(tmp_path, assets, name="pf", above={"nodata": -1, "raster:offset": 5}, properties=properties)
    assert found(tmp_path).stated == {chip_key(): Stated((2e-4,), (0.01,), (-1.0,))}


def test_numbers_of_an_old_asset_lead_to_its_items_bands(tmp_path: Path) -> None:
    assets = chips(tmp_path, PF_SR, "data", 1)
    assets["2018-01-03"]["eo:bands"] = [2, 1, 0, 3]
    bands = [{"name": band.name, "common_name": band.name} for band in PF_SR.bands]
    one(tmp_path, assets, name="pf", properties={"eo:bands": bands}, stac_version="0.8.1")
    assert found(tmp_path).stated == {chip_key(): Stated(bands=("red", "green", "blue", "nir"))}


def test_what_reflectance_means_reaches_the_pixels(tmp_path: Path) -> None:
    """The +1000 of Sentinel-2's processing baseline 04.00, said by STAC alone."""
    cell, data = CELL, corpora.pixels(S2_SR, 6)
    corpora.put(tmp_path, S2_SR.key(cell.folder, S2_SR.dates[6]), corpora.geotiff(S2_SR, cell, data + 1000))
    href = f"../../{S2_SR.key(cell.folder, S2_SR.dates[6])}"
    one(tmp_path, {"2018-07": tif(href, **{"raster:bands": [{"scale": 1e-4, "offset": -0.1}] * 12})})
    with open_corpus(tmp_path) as corpus:
        np.testing.assert_array_equal(corpus.sentinel2(FULL).values[0], data)


def test_statements_beside_resources_are_found_and_kept(tmp_path: Path, config: Settings) -> None:
    root = tmp_path / "corpus"
    corpora.put(root, "resources/rapidai4eo_labels.csv", f"sample_id,clc_211\n{FULL},1\n".encode())
    catalog(
        root, "./pf/collection.json", "./s2/collection.json", "./gone.json", "https://h/x.json", "./bad.json"
    )
    collection(
        root,
        "stac-v1.0/pf/collection.json",
        "./gone.json",
        name="rapidai4eo_v1_source_pf",
        item_assets={"image": SCALED},
    )
    collection(root, "stac-v1.0/s2/collection.json", name="s2", summaries={"nodata": ["nan"]})
    corpora.put(root, "stac-v1.0/bad.json", b"[")
    expected = "{'PF-SR': Stated(scales=(0.0001,), offsets=(-0.1,), nodata=(), bands=()), 'S2-SR': Stated(scales=(), offsets=(), nodata=(nan,), bands=())}"  # fmt: skip
    assert repr(found(root).stated) == expected
    broken, gone = found(root).warnings
    assert "1 files cannot be read and are left out (first: 'stac-v1.0/bad.json" in broken
    assert "2 linked files are not there (first: 'stac-v1.0/gone.json', 'stac-v1.0/pf/gone.json')" in gone
    path = opening.reindex(root)
    assert repr(index.read(path).stated) == expected
    (root / ROOT).unlink()
    assert repr(index_building.build(DirectoryStore(root)).stated) == expected
    path.unlink()
    assert index_building.build(DirectoryStore(root)).stated == {}


def test_an_index_of_an_older_version_asks_the_catalog(tmp_path: Path) -> None:
    corpora.put(tmp_path, "resources/rapidai4eo_labels.csv", f"sample_id,clc_211\n{FULL},1\n".encode())
    path = opening.reindex(tmp_path)
    table = pq.read_table(path)
    own = json.loads(table.schema.metadata[b"rapidai4eo_explorer"])
    assert own.pop("stated") == {}
    metadata = table.schema.metadata | {b"rapidai4eo_explorer": json.dumps(own).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    catalog(tmp_path, "./pf/collection.json")
    collection(tmp_path, "stac-v1.0/pf/collection.json", name="pf", item_assets={"image": SCALED})
    assert index_building.build(DirectoryStore(tmp_path)).stated == {"PF-SR": OFFSET}


def test_collections_that_disagree_apply_to_none(tmp_path: Path) -> None:
    corpora.put(tmp_path, "resources/rapidai4eo_labels.csv", f"sample_id,clc_211\n{FULL},1\n".encode())
    catalog(tmp_path, "./a.json", "./b.json")
    collection(tmp_path, "stac-v1.0/a.json", name="pf_31N", item_assets={"image": SCALED})
    collection(tmp_path, "stac-v1.0/b.json", name="pf_33N")
    built = found(tmp_path)
    assert built.stated == {}
    assert "the collections of PF-SR state different things" in built.warnings[-1]


def test_statements_on_single_chips_keep_an_index_from_being_kept(tmp_path: Path, config: Settings) -> None:
    root = tmp_path / "corpus"
    corpora.write_chips(root, FULL, PF_SR, range(2))
    assets = {date: tif(f"../../{chip_key(i)}") for i, date in enumerate(PF_SR.date_keys[:2])}
    assets["2018-01-03"] |= SCALED
    one(root, assets, name="pf")
    with pytest.raises(CorpusFormatError, match="states scale, offset, nodata or bands of 1 single chips"):
        opening.reindex(root)
    with serve(root) as server:
        for _ in range(2):
            with open_corpus(server.url, config=config) as corpus:
                assert corpus.index.stated == {chip_key(): OFFSET}


def test_more_chips_that_state_numbers_than_are_noted_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all say the same, that is said of all; else the first is named that is read without."""
    monkeypatch.setattr(stac, "MAX_FILES", 3)
    assets = chips(tmp_path, PF_SR, "data", 5)
    one(tmp_path, {date: asset | SCALED for date, asset in assets.items()}, name="pf")
    built = found(tmp_path)
    assert built.stated == {"PF-SR": OFFSET}
    assert built.warnings == []
    assert index.why_not_kept(built) == "5 of its chips are elsewhere than in the corpus's layout"
    for i, date in enumerate(assets):
        assets[date] |= {"raster:bands": [{"scale": 1e-4, "offset": i / 10}] * 4}
    one(tmp_path, assets, name="pf")
    built = found(tmp_path)
    assert built.stated == {chip_key(i): Stated((1e-4,), (i / 10,)) for i in (1, 2, 3)}
    assert not built.whole
    (warning,) = built.warnings
    assert "more than 3 chips have numbers" in warning
    assert f"of PF-SR, those from {chip_key(4)} on are read without" in warning


def test_many_different_statements_are_forgotten_and_still_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stac, "_REMEMBERED", 4)
    assets = chips(tmp_path, PF_SR, "data", 20)
    for i, date in enumerate(assets):
        assets[date] |= {"raster:bands": [{"scale": 1e-4, "offset": 1.0 + i % 7}] * 4}
    one(tmp_path, assets, name="pf")
    crawl = stac.Crawl(DirectoryStore(tmp_path), lambda *_: None)
    crawl.run(ROOT)
    assert crawl.stated() == {chip_key(i): Stated((1e-4,), (1.0 + i % 7,)) for i in range(20)}
    assert len(crawl._known) <= 4


# -- samples of resources/, numbers of items ---------------------------------------------------------------------


def beside_resources(
    root: Path, said: dict[str, dict[str, Any]], ids: list[str] | None = None, product: Product = PF_SR
) -> None:
    """`resources/` with samples, and a collection of PF-SR in which each of `said` has an item with one asset."""
    rows = "".join(f"{sample_id},1\n" for sample_id in ids or said)
    corpora.put(root, "resources/rapidai4eo_labels.csv", f"sample_id,clc_211\n{rows}".encode())
    catalog(root, "./x/collection.json")
    collection(
        root, "stac-v1.0/x/collection.json", *(f"./{sample_id}.json" for sample_id in said), name="images"
    )
    for sample_id, more in said.items():
        key = product.key(grid.parse(sample_id).folder, product.dates[0])
        put(
            root,
            f"stac-v1.0/x/{sample_id}.json",
            item_of({product.date_keys[0]: tif(f"../../{key}", **more)}, sample_id),
        )


def some_ids(count: int) -> list[str]:
    return [f"33N_15E-200N_{1 + i // 40:02d}_{1 + i % 40:02d}" for i in range(count)]


def test_what_items_state_is_applied_where_resources_name_the_samples(tmp_path: Path) -> None:
    data = corpora.pixels(S2_SR, 0)
    corpora.put(tmp_path, S2_SR.key(CELL.folder, S2_SR.dates[0]), corpora.geotiff(S2_SR, CELL, data + 1000))
    beside_resources(
        tmp_path, {FULL: {"raster:bands": [{"scale": 1e-4, "offset": -0.1}] * 12}}, product=S2_SR
    )
    with open_corpus(tmp_path) as corpus:
        np.testing.assert_array_equal(corpus.sentinel2(FULL).values[0], data)
        assert corpus.index.source.startswith("resources/")
        assert corpus.index.warnings == []


@pytest.mark.parametrize("key", ["stac-v1.0/catalog.json", "stac-v1.0/collection.json"])
def test_what_nested_collections_state_is_applied(tmp_path: Path, key: str) -> None:
    beside_resources(tmp_path, {FULL: {}})
    (tmp_path / ROOT).unlink()
    catalog(tmp_path, "./pf/collection.json", key=key)
    collection(
        tmp_path, "stac-v1.0/pf/collection.json", "./31N/collection.json", name="source_pf", rel="child"
    )
    collection(
        tmp_path, "stac-v1.0/pf/31N/collection.json", f"../../x/{FULL}.json", name="31N", summaries=SCALED
    )
    built = found(tmp_path)
    assert built.stated == {"PF-SR": OFFSET}
    assert built.warnings == []


def test_items_that_differ_are_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few samples, and more items than are asked at first: the whole catalog is read."""
    monkeypatch.setattr(stac_statements, "MAX_ASKED_ON_DISK", 6)
    ids = some_ids(30)
    beside_resources(tmp_path, {i: SCALED if n % 7 == 0 else {} for n, i in enumerate(ids)})
    built = found(tmp_path)
    keys = [PF_SR.key(grid.parse(i).folder, PF_SR.dates[0]) for i in ids[::7]]
    assert built.stated == dict.fromkeys(keys, OFFSET)
    assert built.warnings == []
    assert "of 5 single chips" in str(index.why_not_kept(built))
    with pytest.raises(CorpusFormatError, match="5 single chips"):
        opening.reindex(tmp_path)


def test_items_of_a_part_of_the_samples(tmp_path: Path) -> None:
    ids = some_ids(4)
    beside_resources(tmp_path, {ids[0]: SCALED, ids[1]: SCALED}, ids)
    built = found(tmp_path)
    assert built.stated == {"PF-SR": OFFSET}
    (warning,) = built.warnings
    assert "scale 0.0001 and offset -0.1 of PF-SR is applied to all of its chips" in warning
    assert "seen in items of 2 samples alone, of 4 samples in all" in warning
    beside_resources(tmp_path, {ids[0]: SCALED, ids[1]: {}}, ids)
    built = found(tmp_path)
    assert built.stated == {PF_SR.key(grid.parse(ids[0]).folder, PF_SR.dates[0]): OFFSET}
    assert "2 of 4 samples have no item of it" in built.warnings[0]


def test_what_cannot_be_settled_is_said_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many samples for a crawl: what the items that were read agree in is taken for all, else nothing is."""
    monkeypatch.setattr(stac_statements, "MAX_ASKED_ON_DISK", 8)
    monkeypatch.setattr(stac_statements, "MAX_SAMPLES", 10)
    ids = some_ids(30)
    beside_resources(tmp_path, dict.fromkeys(ids, SCALED))
    path = opening.reindex(tmp_path)
    for built in (
        index.read(path),
        found(tmp_path),
        index_building.build(DirectoryStore(tmp_path), rebuild=True),
    ):
        assert built.stated == {"PF-SR": OFFSET}
        (warning,) = built.warnings
        assert "seen in items of 6 samples alone, of 30 samples in all" in warning
    beside_resources(tmp_path, {i: SCALED if n else {} for n, i in enumerate(ids)})
    path = opening.reindex(tmp_path)
    for built in (index.read(path), found(tmp_path)):
        assert built.stated == {}
        (warning,) = built.warnings
        assert "items of PF-SR state different things of its numbers" in warning
        assert "scale 0.0001 and offset -0.1); none of it is applied" in warning
        assert "[PF-SR] in rapidai4eo.toml, or open the corpus by its catalog.json" in warning


def test_items_that_state_what_is_usual_cost_no_crawl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stac_statements, "MAX_ASKED_ON_DISK", 8)
    usual = {"raster:bands": [{"scale": 1e-4, "nodata": "nan"}] * 4}
    beside_resources(tmp_path, dict.fromkeys(some_ids(30), usual))
    asked: list[str] = []
    get = DirectoryStore.get
    monkeypatch.setattr(DirectoryStore, "get", lambda self, key: (asked.append(key), get(self, key))[1])
    built = found(tmp_path)
    assert built.stated == {}
    assert built.warnings == []
    assert len([key for key in asked if key.startswith("stac-v1.0/")]) == 8


@pytest.mark.parametrize("data", [b"{broken", b"", b"[]", b'{"type": "FeatureCollection"}', b"\xff\xfe"])
def test_a_broken_catalog_beside_resources_is_said(tmp_path: Path, data: bytes) -> None:
    beside_resources(tmp_path, {FULL: SCALED})
    corpora.put(tmp_path, ROOT, data)
    opening.reindex(tmp_path)
    built = found(tmp_path)
    assert len(built.samples) == 1
    (warning,) = built.warnings
    assert warning.startswith(f"{ROOT}: ")
    assert "is not known, and not applied" in warning


def test_a_part_of_a_corpus_has_a_part_of_its_items(tmp_path: Path) -> None:
    ids = some_ids(3)
    beside_resources(tmp_path, {sample_id: {} for sample_id in ids}, ids[:1])
    for sample_id in ids[1:]:
        (tmp_path / f"stac-v1.0/x/{sample_id}.json").unlink()
    assert found(tmp_path).warnings == []
    (tmp_path / f"stac-v1.0/x/{ids[0]}.json").unlink()
    assert "3 linked files are not there" in found(tmp_path).warnings[0]


def test_numbers_of_what_lies_elsewhere_are_told_by_names(tmp_path: Path) -> None:
    """The links of an archive that is gone still say which product and date is meant; one without a date is of all."""
    beside_resources(tmp_path, {FULL: {}})
    gone = {"href": "https://gone.example/v1/download/gAAA", "type": "image/tiff", "title": "PF-SR"} | SCALED
    for name in ("2018-01-03", "data"):
        put(tmp_path, f"stac-v1.0/x/{FULL}.json", item_of({name: gone}, properties={}))
        assert found(tmp_path).stated == {"PF-SR": OFFSET}
    unclear = {"href": "https://gone.example/gAAA", "type": "image/tiff", "raster:offset": -0.1}
    put(tmp_path, f"stac-v1.0/x/{FULL}.json", item_of({"a": unclear}, properties={}))
    built = found(tmp_path)
    assert built.stated == {}
    assert "nothing tells of which product; that is not applied" in built.warnings[0]


def test_an_asset_of_an_unknown_product_that_states_nothing_is_no_news(tmp_path: Path) -> None:
    beside_resources(tmp_path, {FULL: {}})
    unclear = {"href": "https://gone.example/gAAA", "type": "image/tiff"}
    put(tmp_path, f"stac-v1.0/x/{FULL}.json", item_of({"a": unclear}, properties={}))
    built = found(tmp_path)
    assert built.stated == {}
    assert built.warnings == []


def test_items_that_say_that_their_numbers_are_usual_count_more_than_their_collection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One collection of two says otherwise, and each item that it has takes it back: nothing is applied, and nothing said."""
    monkeypatch.setattr(stac_statements, "MAX_ASKED_ON_DISK", 4)
    ids = some_ids(12)
    usual = {"raster:bands": [{"scale": 1e-4, "offset": 0}] * 4}
    beside_resources(tmp_path, dict.fromkeys(ids, usual))
    hrefs = [f"./{sample_id}.json" for sample_id in ids]
    catalog(tmp_path, "./x/collection.json", "./x/more.json")
    collection(tmp_path, "stac-v1.0/x/collection.json", *hrefs[:6], name="source_pf", summaries=SCALED)
    collection(tmp_path, "stac-v1.0/x/more.json", *hrefs[6:], name="source_pf", summaries=SCALED)
    built = found(tmp_path)
    assert built.stated == {}
    assert built.warnings == []


def test_an_order_of_bands_that_is_taken_for_all_is_named(tmp_path: Path) -> None:
    ids = some_ids(3)
    turned = {"bands": [{"name": name} for name in S2_SR.band_names[::-1]]}
    beside_resources(tmp_path, {ids[0]: turned}, ids, product=S2_SR)
    built = found(tmp_path)
    assert built.stated == {"S2-SR": Stated(bands=S2_SR.band_names[::-1])}
    (warning,) = built.warnings
    first = ", ".join(S2_SR.band_names[:-5:-1])
    assert f"the order of bands {first} ... of S2-SR is applied to all of its chips" in warning


@pytest.mark.parametrize("where", ["item", "root"])
def test_an_item_of_a_form_that_nobody_thought_of_costs_itself(tmp_path: Path, where: str) -> None:
    """`urlsplit` raises for such an address, deep in what tells the product."""
    ids = some_ids(3)
    beside_resources(tmp_path, dict.fromkeys(ids, SCALED))
    odd = item_of({"x": tif("http://[/x.tif")}, ids[0])
    put(tmp_path, f"stac-v1.0/x/{ids[0]}.json" if where == "item" else ROOT, odd)
    built = found(tmp_path)
    assert list(built.samples.index) == ids
    said = "\n".join(built.warnings)
    if where == "item":
        assert built.stated == {"PF-SR": OFFSET}
        assert (
            f"1 files cannot be read and are left out (first: 'stac-v1.0/x/{ids[0]}.json: not as STAC" in said
        )
        assert "seen in items of 2 samples alone, of 3 samples in all" in said
    else:
        assert built.stated == {}
        assert "what the STAC catalog states of scale, offset, nodata or bands is not known" in said


def test_an_odd_item_in_the_midst_of_a_crawl_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stac_statements, "MAX_ASKED_ON_DISK", 6)
    ids = some_ids(30)
    beside_resources(tmp_path, {i: SCALED if n % 2 else {} for n, i in enumerate(ids)})
    put(tmp_path, f"stac-v1.0/x/{ids[10]}.json", item_of({"x": tif("http://[/x.tif")}, ids[10]))
    built = found(tmp_path)
    assert built.stated == {PF_SR.key(grid.parse(i).folder, PF_SR.dates[0]): OFFSET for i in ids[1::2]}
    said = "\n".join(built.warnings)
    assert f"stac-v1.0/x/{ids[10]}.json: not as STAC is written (ValueError)" in said
    assert "1 of 30 samples have no item of it" in said


def test_a_catalog_that_fails_beside_resources_is_not_asked_on_and_not_kept(
    tmp_path: Path, config: Settings
) -> None:
    ids = some_ids(60)
    beside_resources(tmp_path / "c", dict.fromkeys(ids, SCALED))
    failing = True

    def no_items(handler: Any, key: str) -> bool:
        if not failing or "33N_" not in key:
            return False
        reply(handler, 401)
        return True

    few = config.model_copy(update={"http_connections": 2})
    with serve(tmp_path / "c", answer=no_items) as server:
        with open_corpus(server.url, config=few) as corpus:
            assert len(corpus.samples) == 60
            assert corpus.index.stated == {}
            (warning,) = corpus.index.warnings
            assert "files cannot be read and are left out" in warning
            assert "401" in warning
            assert "that only these state are not applied" in warning
            assert not corpus.index.whole
        assert sum(count for key, count in server.asked.items() if "33N_" in key) <= 4
        failing = False
        with open_corpus(server.url, config=few) as corpus:
            assert corpus.index.stated == {"PF-SR": OFFSET}


def test_where_the_rest_of_a_catalog_cannot_be_read_what_was_read_is_taken(
    tmp_path: Path, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store fails between a first look and the whole of it."""
    monkeypatch.setattr(stac_statements, "MAX_ASKED", 6)
    ids = some_ids(30)
    beside_resources(tmp_path / "c", dict.fromkeys(ids, SCALED))

    def looked_once(handler: Any, key: str) -> bool:
        if key != ROOT or server.asked[ROOT] == 1:
            return False
        reply(handler, 401)
        return True

    with (
        serve(tmp_path / "c", answer=looked_once) as server,
        open_corpus(server.url, config=config) as corpus,
    ):
        assert server.asked[ROOT] == 2
        assert corpus.index.stated == {"PF-SR": OFFSET}
        (warning,) = corpus.index.warnings
        assert "was seen in items of 4 samples alone, of 30 samples in all" in warning


def deep(root: Path, state: dict[str, Any]) -> None:
    """As the real catalog: a collection a product, in it some an area, in these many items."""
    ids = some_ids(60)
    rows = "".join(f"{sample_id},1\n" for sample_id in ids)
    corpora.put(root, "resources/rapidai4eo_labels.csv", f"sample_id,clc_211\n{rows}".encode())
    catalog(root, *(f"./{product.id}/collection.json" for product in (PF_SR, PF_QA, S2_SR)))
    for product in (PF_SR, PF_QA, S2_SR):
        areas = [f"a{i}" for i in range(20)]
        folder = f"stac-v1.0/{product.id}"
        collection(root, f"{folder}/collection.json", *(f"./{a}/c.json" for a in areas), rel="child")
        for i, area in enumerate(areas):
            mine = ids[i * 3 : i * 3 + 3]
            collection(
                root, f"{folder}/{area}/c.json", *(f"./{sample_id}.json" for sample_id in mine), name=area
            )
            for sample_id in mine:
                key = product.key(grid.parse(sample_id).folder, product.dates[0])
                more = state if product is S2_SR else {}
                asset = tif(f"../../../{key}", **more)
                put(
                    root,
                    f"{folder}/{area}/{sample_id}.json",
                    item_of({product.date_keys[0]: asset}, sample_id),
                )


def test_an_item_of_each_product_is_reached_with_few_requests(
    tmp_path: Path, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stac_statements, "MAX_SAMPLES_REMOTE", 10)
    deep(tmp_path / "c", {"raster:bands": [{"scale": 1e-4, "offset": -0.1}] * 12})
    with serve(tmp_path / "c") as server:
        with open_corpus(server.url, config=config) as corpus:
            assert corpus.index.stated == {"S2-SR": OFFSET}
            (warning,) = corpus.index.warnings
        asked = [key for key in server.asked.elements() if key.startswith("stac-v1.0/")]
        assert len(asked) <= 64
        assert all(
            any(key.startswith(f"stac-v1.0/{p}/a") and "/33N_" in key for key in asked)
            for p in ("PF-SR", "PF-QA")
        )
        server.asked.clear()
        with open_corpus(server.url, config=config) as corpus:
            assert corpus.index.stated == {"S2-SR": OFFSET}
            assert corpus.index.warnings == [warning]
        assert list(server.asked.elements()) == ["rapidai4eo.toml"]


def test_an_item_is_reached_in_a_catalog_of_any_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first branches are followed to their end before a level is read as a whole."""
    monkeypatch.setattr(stac_statements, "MAX_ASKED_ON_DISK", 24)
    monkeypatch.setattr(stac_statements, "MAX_SAMPLES", 0)
    deep(tmp_path, {"raster:bands": [{"scale": 1e-4, "offset": -0.1}] * 12})
    built = found(tmp_path)
    assert built.stated == {"S2-SR": OFFSET}


def test_statements_as_json_are_checked() -> None:
    assert from_json(json.loads(json.dumps(to_json({"PF-SR": OFFSET, "imagery/x": OFFSET})))) == {
        "PF-SR": OFFSET
    }
    good = to_json({"S2-SR": OFFSET})["S2-SR"]
    for bad in (None, [], 3, {"S2-SR": 3}, {"S2-SR": {}}, {"S2-SR": good | {"scales": [0]}}, {"S2-SR": good | {"offsets": ["inf"]}},
                {"S2-SR": good | {"bands": ["x"] * 999}}, {"x": good}):  # fmt: skip
        assert from_json(bad) == {}


def test_a_catalog_that_is_written_passes_on_what_was_stated(tmp_path: Path) -> None:
    said = {
        "2018-01-03": {
            "raster:bands": [{"scale": s, "offset": -0.1, "nodata": "nan"} for s in (1e-4, 2e-4, 1e-4, 1e-4)]
        },
        "2018-01-08": {"bands": [{"name": name} for name in ("red", "green", "blue", "nir")]},
        "2018-01-13": {},
    }
    assets = {date: asset | said[date] for date, asset in chips(tmp_path, PF_SR, "data").items()}
    one(tmp_path, assets, name="pf")
    with open_corpus(tmp_path) as corpus:
        write_static_catalog(corpus, tmp_path / "again")
        expected, moved = corpus.index.stated, corpus.index.moved
        numbers = expected[chip_key(0)]
        assert (numbers.scales, numbers.offsets) == ((1e-4, 2e-4, 1e-4, 1e-4), (-0.1,))
    shutil.rmtree(tmp_path / "stac-v1.0")
    (tmp_path / "again").rename(tmp_path / "stac-v1.0")
    again = found(tmp_path)
    assert again.warnings == []
    assert again.moved == moved
    assert again.stated.keys() == expected.keys()
    assert repr(again.stated[chip_key(0)]) == repr(numbers)
    assert again.stated[chip_key(1)] == Stated((1e-4,), (0.0,), (), ("red", "green", "blue", "nir"))


@pytest.mark.parametrize("nodata", [math.inf, -math.inf, -9999.0])
def test_a_catalog_that_is_written_passes_on_any_nodata(tmp_path: Path, nodata: float) -> None:
    text = nodata if math.isfinite(nodata) else str(nodata)
    assets = chips(tmp_path, PF_SR, "data", 1)
    one(tmp_path, {d: a | {"raster:bands": [{"nodata": text}] * 4} for d, a in assets.items()}, name="pf")
    with open_corpus(tmp_path) as corpus:
        write_static_catalog(corpus, tmp_path / "again")
        assert corpus.index.stated == {chip_key(): Stated(nodata=(nodata,))}
    shutil.rmtree(tmp_path / "stac-v1.0")
    (tmp_path / "again").rename(tmp_path / "stac-v1.0")
    again = found(tmp_path).stated[chip_key()]
    assert (again.scales, again.offsets, again.nodata) == (
        (1e-4,),
        (0.0,),
        (nodata,),
    )  # the usual ones are written


def test_what_pystac_writes_with_opens_nothing(elsewhere: Server) -> None:
    with pytest.raises(StoreError, match="would open"):
        stac_catalog._WriteOnly().read_json(f"{elsewhere.url}collection.json")
    assert not elsewhere.asked


# -- geoparquet-items --------------------------------------------------------------------------------------------


def parquet(root: Path, name: str = "pf", **columns: Any) -> None:
    catalog(root, "./x/collection.json")
    asset = {"href": "./items.parquet", "roles": ["stac-items"]}
    collection(root, "stac-v1.0/x/collection.json", "./never.json", name=name, assets={"geo": asset})
    boxes = [list(grid.parse(i).footprint().bounds) for i in (FULL, OTHER)]
    pq.write_table(
        pa.table({"id": [FULL, OTHER], "bbox": boxes} | columns), root / "stac-v1.0/x/items.parquet"
    )


def row_assets(folder: str, **more: Any) -> list[dict[str, Any]]:
    return [{"2018-01-03": tif(f"../../{folder}/{i}/2018-01-03.tif", **more)} for i in (FULL, OTHER)]


def test_a_table_of_items_states_numbers(tmp_path: Path) -> None:
    parquet(tmp_path, assets=row_assets("d", **SCALED))
    built = found(tmp_path)
    assert built.warnings == []
    assert built.moved == {
        PF_SR.key(grid.parse(i).folder, PF_SR.dates[0]): f"d/{i}/2018-01-03.tif" for i in (FULL, OTHER)
    }
    assert set(built.stated) == set(built.moved)
    assert set(built.stated.values()) == {OFFSET}


def test_a_table_with_assets_as_text_and_one_bad_label(tmp_path: Path) -> None:
    texts = [json.dumps(row) for row in row_assets("d")]
    overviews = [
        [{"property_key": "clc_211", "statistics": [{"name": "fraction", "value": v}]}] for v in (1.0, -4.0)
    ]
    parquet(
        tmp_path,
        assets=texts,
        **{"label:overviews": overviews, "datetime": [dt.datetime(2018, 1, 3, tzinfo=dt.UTC)] * 2},
    )
    built = found(tmp_path)
    assert len(built.moved) == 2
    assert built.samples["clc"].to_dict() == {OTHER: 0, FULL: 211}
    assert len(built.warnings) == 1
    assert OTHER in built.warnings[0]


def test_overviews_of_labels_that_are_none_are_passed_over(tmp_path: Path) -> None:
    good = {"property_key": "clc", "statistics": [{"name": "clc_211", "value": 1.0}, "x", None]}
    one(tmp_path, {}, properties={"label:overviews": [None, {"statistics": 3}, good], "label:type": "vector"})
    assert found(tmp_path).fractions.row(FULL).to_dict() == {211: 1.0}


def test_of_a_table_with_too_many_assets_the_first_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stac_items, "MAX_ASSETS", 1)
    monkeypatch.setattr(stac_items, "_FIRST", 1)
    parquet(tmp_path, assets=row_assets("d", **SCALED))
    built = found(tmp_path)
    assert len(built.samples) == 2
    assert built.stated == {"PF-SR": OFFSET}
    said = "\n".join(built.warnings)
    assert "what its first items state of the numbers of PF-SR is taken for all" in said
    assert "are not where the corpus's layout has them" in said


@pytest.mark.parametrize("usual", [False, True])
def test_first_items_that_differ_or_lie_in_the_layout_say_nothing_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual: bool
) -> None:
    monkeypatch.setattr(stac_items, "MAX_ASSETS", 1)
    monkeypatch.setattr(stac_items, "_FIRST", 2)
    keys = [PF_SR.key(grid.parse(i).folder, PF_SR.dates[0]) for i in (FULL, OTHER)]
    offsets = (-0.1, 0 if usual else 0.2)
    assets = [
        {"2018-01-03": tif(f"../../{key}", **{"raster:bands": [{"scale": 1e-4, "offset": offset}] * 4})}
        for key, offset in zip(keys, offsets, strict=True)
    ]
    parquet(tmp_path, assets=assets)
    built = found(tmp_path)
    assert built.warnings == []
    assert built.stated == {keys[0]: OFFSET} | ({} if usual else {keys[1]: Stated((1e-4,), (0.2,))})


def test_a_table_of_items_that_cannot_be_read_leaves_the_items_themselves(tmp_path: Path) -> None:
    parquet(tmp_path)
    put(tmp_path, "stac-v1.0/x/never.json", item_of({}))
    table = tmp_path / "stac-v1.0/x/items.parquet"
    whole = table.read_bytes()
    for spoil, why in (
        (lambda: table.write_bytes(whole[:-100]), "not readable as Parquet"),
        (lambda: pq.write_table(pa.table({"place": ["a"]}), table), "it has no column id, only place"),
        (table.unlink, "1 linked files are not there (first: 'stac-v1.0/x/items.parquet')"),
    ):
        spoil()
        built = found(tmp_path)
        assert list(built.samples.index) == [FULL]
        (warning,) = built.warnings
        assert why in warning


def test_more_rows_than_a_corpus_can_have_are_not_gone_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stac_items, "MAX_SAMPLES", 1)
    parquet(tmp_path)
    put(tmp_path, "stac-v1.0/x/never.json", item_of({}))
    built = found(tmp_path)
    assert list(built.samples.index) == [FULL]
    assert "2 items, more than 1; its items are read one by one" in built.warnings[0]


def test_a_table_of_items_without_places_says_so(tmp_path: Path) -> None:
    parquet(tmp_path)
    pq.write_table(pa.table({"sample_id": [FULL, OTHER]}), tmp_path / "stac-v1.0/x/items.parquet")
    built = found(tmp_path)
    assert list(built.samples.index) == sorted([FULL, OTHER])
    assert built.warnings == [
        "stac-v1.0/x/items.parquet: neither bbox nor geometry, so places cannot be checked against the ids"
    ]


@pytest.mark.parametrize("form", ["struct", "wkb", "points"])
def test_places_of_a_table_of_items_are_checked_in_every_form(tmp_path: Path, form: str) -> None:
    """One footprint of two is a degree off; a geometry in GeoArrow's own form is not."""
    parquet(tmp_path)
    shapes = [grid.parse(FULL).footprint(), shapely.affinity.translate(grid.parse(OTHER).footprint(), 1)]
    corners = ("xmin", "ymin", "xmax", "ymax")
    columns: dict[str, Any] = {
        "struct": {"bbox": [dict(zip(corners, shape.bounds, strict=True)) for shape in shapes]},
        "wkb": {"geometry": [shapely.to_wkb(shape) for shape in shapes]},
        "points": {"geometry": [[{"x": x, "y": y} for x, y in shape.exterior.coords] for shape in shapes]},
    }[form]
    pq.write_table(pa.table({"id": [FULL, OTHER]} | columns), tmp_path / "stac-v1.0/x/items.parquet")
    built = found(tmp_path)
    assert list(built.samples.index) == sorted([FULL, OTHER])
    if form == "points":
        assert built.warnings == []
    else:
        (warning,) = built.warnings
        assert "1 of 2 footprints lie elsewhere than their id says" in warning
        assert OTHER in warning


def test_assets_of_a_row_are_read_in_every_form(tmp_path: Path) -> None:
    """As GeoParquet of items is written: a map of names, or text; what is none of it costs the row its chips."""
    keys = [PF_SR.key(grid.parse(i).folder, PF_SR.dates[0]) for i in (FULL, OTHER)]
    good = [
        (("2018-01-03", json.dumps(tif(f"../../d/{i}/2018-01-03.tif"))), ("bad", "{no"))
        for i in (FULL, OTHER)
    ]
    parquet(tmp_path, assets=pa.array(good, pa.map_(pa.string(), pa.string())))
    built = found(tmp_path)
    assert set(built.moved) == set(keys)
    texts = [json.dumps(row_assets("d")[0]), "[" * 99_999]
    parquet(tmp_path, assets=texts)
    built = found(tmp_path)
    assert set(built.moved) == {keys[0]}
    lists = [["2018-01-03", "x"], []]  # not pairs
    parquet(tmp_path, assets=lists)
    built = found(tmp_path)
    assert len(built.samples) == 2
    assert built.moved == {}


def table_alone(root: Path, ids: list[str], *said: dict[str, Any]) -> None:
    """`resources/` with samples, and a collection that has its items in a table and in no file; they state `said` in turn."""
    rows = "".join(f"{sample_id},1\n" for sample_id in ids)
    corpora.put(root, "resources/rapidai4eo_labels.csv", f"sample_id,clc_211\n{rows}".encode())
    catalog(root, "./x/collection.json")
    asset = {"href": "./items.parquet", "roles": ["stac-items"]}
    collection(root, "stac-v1.0/x/collection.json", name="pf", assets={"geo": asset})
    assets = [
        {
            "2018-01-03": tif(
                f"../../{PF_SR.key(grid.parse(one).folder, PF_SR.dates[0])}", **said[i % len(said)]
            )
        }
        for i, one in enumerate(ids)
    ]
    boxes = [list(grid.parse(i).footprint().bounds) for i in ids]
    pq.write_table(pa.table({"id": ids, "bbox": boxes, "assets": assets}), root / "stac-v1.0/x/items.parquet")


def test_a_table_alone_is_not_fetched_for_its_numbers_over_the_network(
    tmp_path: Path, config: Settings
) -> None:
    """On disk it is read: whole, or its first rows where it has more than are looked at."""
    table_alone(tmp_path / "c", some_ids(3), SCALED)
    with serve(tmp_path / "c") as server, open_corpus(server.url, config=config) as corpus:
        assert corpus.index.stated == {}
        (warning,) = corpus.index.warnings
        assert "1 collections have their items in a table alone" in warning
        assert "is not looked up over the network (first: 'stac-v1.0/x/items.parquet')" in warning
        assert not server.asked["stac-v1.0/x/items.parquet"]
    built = found(tmp_path / "c")
    assert built.stated == {"PF-SR": OFFSET}
    assert built.warnings == []


def test_items_beside_a_table_are_asked_in_its_place_over_the_network(
    tmp_path: Path, config: Settings
) -> None:
    """A file that is none among them costs itself, and what was found is kept."""
    ids = some_ids(4)
    beside_resources(tmp_path / "c", dict.fromkeys(ids, SCALED))
    asset = {"href": "./items.parquet", "roles": ["stac-items"]}
    hrefs = (f"./{sample_id}.json" for sample_id in ids)
    collection(tmp_path / "c", "stac-v1.0/x/collection.json", *hrefs, name="pf", assets={"geo": asset})

    def one_is_none(handler: Any, key: str) -> bool:
        if key != f"stac-v1.0/x/{ids[2]}.json":
            return False
        reply(handler, 451)
        return True

    with (
        serve(tmp_path / "c", answer=one_is_none) as server,
        open_corpus(server.url, config=config) as corpus,
    ):
        assert corpus.index.stated == {"PF-SR": OFFSET}
        assert corpus.index.whole
        applied, left = corpus.index.warnings
        assert "seen in items of 3 samples alone, of 4 samples in all" in applied
        assert "1 files cannot be read and are left out" in left
        assert ids[2] in left
        assert not server.asked["stac-v1.0/x/items.parquet"]


@pytest.mark.parametrize("limit", ["rows", "assets"])
def test_of_a_long_table_on_disk_the_first_rows_tell_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    if limit == "rows":
        monkeypatch.setattr(stac_statements, "MAX_ASKED_ON_DISK", 8)
        monkeypatch.setattr(stac_statements, "MAX_SAMPLES", 0)
    else:
        monkeypatch.setattr(stac_items, "MAX_ASSETS", 1)
        monkeypatch.setattr(stac_items, "_FIRST", 8)
    table_alone(tmp_path, some_ids(30), SCALED)
    built = found(tmp_path)
    assert built.stated == {"PF-SR": OFFSET}
    (warning,) = built.warnings
    assert "was seen in items of 8 samples alone, of 30 samples in all" in warning
    table_alone(tmp_path, some_ids(30), SCALED, {})  # what the others say is not known
    built = found(tmp_path)
    assert built.stated == {}
    assert "items of PF-SR state different things of its numbers" in built.warnings[0]


def test_rows_may_be_dated_by_days_and_state_their_labels_as_columns(tmp_path: Path) -> None:
    images = [{"image": tif(f"../../d/{i}.tif")} for i in (FULL, OTHER)]
    days = [dt.date(2018, 1, 3), dt.date(2018, 1, 8)]
    parquet(tmp_path, assets=images, start_datetime=days, clc_211=[1.0, 0.25], clc_112=[None, 0.75])
    built = found(tmp_path)
    assert built.samples["clc"].to_dict() == {OTHER: 112, FULL: 211}
    assert built.moved == {
        PF_SR.key(grid.parse(i).folder, day): f"d/{i}.tif" for i, day in zip((FULL, OTHER), days, strict=True)
    }
