"""STAC: the catalog of a corpus, valid without a network, and a corpus from a catalog alone."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pystac
import pytest
import shapely
from pystac.validation.stac_validator import JsonSchemaSTACValidator

from explorer import open_corpus, opening
from explorer.core import corine, grid
from explorer.core.errors import (
    CorpusFormatError,
    CorpusNotFoundError,
    InvalidQueryError,
    NotThereError,
    StoreError,
    UnknownSampleError,
)
from explorer.core.products import PF_SR, PRODUCTS, S2_SR
from explorer.corpus import index_building
from explorer.corpus.corpus import Corpus
from explorer.corpus.stac import catalog as stac_catalog
from explorer.corpus.stac import stac
from explorer.corpus.stac.catalog import catalog, write_static_catalog
from explorer.corpus.stores.store import DirectoryStore
from tests import corpora

FULL, BROKEN, BARE = corpora.FULL, corpora.BROKEN, corpora.BARE

# -- schemas ----------------------------------------------------------------------------------------------------
# pystac carries the schemas of STAC itself. Those of the extensions are only on the web: these rules, written from
# the extensions' texts, hold what our fields must be, so that pystac's own validator runs without a network.

NUMBER, TEXT = {"type": "number"}, {"type": "string"}
EO_BAND = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": TEXT,
        "description": TEXT,
        "common_name": {
            "enum": [
                "coastal",
                "blue",
                "green",
                "red",
                "rededge",
                "nir",
                "nir08",
                "nir09",
                "swir16",
                "swir22",
            ]
        },
        "center_wavelength": {"type": "number", "minimum": 0.4, "maximum": 2.5},  # micrometres
        "full_width_half_max": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.3},
    },
    "additionalProperties": False,
}
RASTER_BAND = {
    "type": "object",
    "properties": {
        "data_type": {"enum": ["int16", "uint16"]},
        "nodata": NUMBER,
        "scale": NUMBER,
        "offset": NUMBER,
        "spatial_resolution": NUMBER,
        "sampling": {"enum": ["area", "point"]},
    },
    "additionalProperties": False,
}
LABEL_COUNT = {
    "type": "object",
    "required": ["name", "count"],
    "properties": {"name": TEXT, "count": {"type": "integer", "minimum": 0}},
    "additionalProperties": False,
}
LABEL_STATISTIC = {
    "type": "object",
    "required": ["name", "value"],
    "properties": {"name": TEXT, "value": NUMBER},
}
FIELDS: dict[str, dict[str, Any]] = {
    "https://stac-extensions.github.io/projection/v2.0.0/schema.json": {
        "proj:code": {"type": "string", "pattern": "^EPSG:326[0-6][0-9]$"},
        "proj:bbox": {"type": "array", "items": NUMBER, "minItems": 4, "maxItems": 4},
        "proj:shape": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        "proj:transform": {"type": "array", "items": NUMBER, "minItems": 6, "maxItems": 6},
    },
    "https://stac-extensions.github.io/eo/v1.1.0/schema.json": {
        "eo:bands": {"type": "array", "items": EO_BAND, "minItems": 1}
    },
    "https://stac-extensions.github.io/raster/v1.1.0/schema.json": {
        "raster:bands": {"type": "array", "items": RASTER_BAND, "minItems": 1}
    },
    "https://stac-extensions.github.io/label/v1.0.1/schema.json": {
        "label:type": {"enum": ["raster", "vector"]},
        "label:description": {"type": "string", "minLength": 1},
        "label:properties": {"type": "array", "items": TEXT, "minItems": 1},
        "label:tasks": {"type": "array", "items": TEXT},
        "label:methods": {"type": "array", "items": TEXT},
        "label:classes": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "classes"],
                "properties": {"name": TEXT, "classes": {"type": "array", "items": TEXT}},
            },
        },
        "label:overviews": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "property_key": TEXT,
                    "statistics": {"type": "array", "items": LABEL_STATISTIC},
                    "counts": {"type": "array", "items": LABEL_COUNT},
                },
                "additionalProperties": False,
            },
        },
    },
    "https://stac-extensions.github.io/scientific/v1.0.0/schema.json": {
        "sci:doi": {"type": "string", "pattern": r"^10\.[0-9a-zA-Z]{4,}/[^\s]+$"},
        "sci:citation": TEXT,
    },
}


def schema(uri: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Our fields with this prefix have these forms, on the item, its properties and its assets; no others are there."""
    prefix = next(iter(fields)).split(":")[0]
    rules: dict[str, Any] = {
        "type": "object",
        "properties": fields,
        "patternProperties": {f"^(?!{prefix}:)": True},
    }
    rules["additionalProperties"] = False
    nested = {"properties": rules, "assets": {"type": "object", "additionalProperties": rules}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": uri,
        "allOf": [rules, {"type": "object", "properties": nested}],
    }


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """pystac's validator with the schemas at hand; to fetch one is a failure."""

    def no_network(self: object, source: Any, *_: Any, **__: Any) -> str:
        raise AssertionError(f"would fetch {source}")

    validator = JsonSchemaSTACValidator()
    validator.schema_cache |= {uri: schema(uri, fields) for uri, fields in FIELDS.items()}
    monkeypatch.setattr(pystac.StacIO.default(), "read_text_from_href", no_network, raising=False)
    monkeypatch.setattr(type(pystac.StacIO.default()), "read_text", no_network)
    monkeypatch.setattr(pystac.validation.RegisteredValidator, "_validator", validator)


@pytest.fixture
def corpus(tmp_path: Path, tiny_folder: Path) -> Iterator[Corpus]:
    """A copy of the three samples, to write into."""
    shutil.copytree(tiny_folder, tmp_path / "corpus")
    opened = open_corpus(tmp_path / "corpus")
    yield opened
    opened.close()


def folder(corpus: Corpus) -> Path:
    root = getattr(corpus.store, "root", None)
    assert isinstance(root, Path)
    return root


def all_items(made: pystac.Catalog) -> dict[str, pystac.Item]:
    return {item.id: item for item in made.get_items(recursive=True)}


# -- making ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("offline")
def test_it_is_valid(tiny_corpus: Corpus) -> None:
    made = catalog(tiny_corpus)
    made.normalize_hrefs("/somewhere/")
    count = 0
    for root, _, items in made.walk():
        root.validate()
        for item in items:
            assert len(item.validate()) == 1 + len(item.stac_extensions)
            count += 1
    assert count == 8  # three PF, one QA, two S2, two labels


@pytest.mark.usefixtures("offline")
def test_the_validation_of_this_file_can_fail(tiny_corpus: Corpus) -> None:
    made = catalog(tiny_corpus, [FULL])
    for item_id, break_it in {
        f"{FULL}_pf": lambda item: item.properties.update({"proj:shape": [200.5, 200]}),
        f"{FULL}_s2": lambda item: item.assets["2018-01"].extra_fields.update({"raster:bands": []}),
        f"{FULL}_labels": lambda item: item.properties.update({"label:nonsense": 1}),
    }.items():
        item = all_items(made)[item_id]
        break_it(item)
        with pytest.raises(pystac.STACValidationError):
            item.validate()


def test_one_item_a_sample_and_product_one_asset_a_date(tiny_corpus: Corpus) -> None:
    made = catalog(tiny_corpus)
    children = {child.id: {i.id for i in child.get_items()} for child in made.get_children()}
    assert children == {
        "rapidai4eo_v1_source_pf": {f"{i}_pf" for i in (FULL, BROKEN, BARE)},
        "rapidai4eo_v1_source_pfqa": {f"{FULL}_pfqa"},
        "rapidai4eo_v1_source_s2": {f"{i}_s2" for i in (FULL, BARE)},
        "rapidai4eo_v1_labels": {f"{i}_labels" for i in (FULL, BROKEN)},
    }
    item = all_items(made)[f"{FULL}_pf"]
    assert list(item.assets) == [day.isoformat() for day in corpora.PF_DATES]
    asset = item.assets["2018-01-08"]
    assert asset.href == tiny_corpus.store.href(PF_SR.key(grid.parse(FULL).folder, dt.date(2018, 1, 8)))
    assert asset.extra_fields["datetime"] == "2018-01-08T10:30:00Z"
    assert item.common_metadata.start_datetime == dt.datetime(2018, 1, 3, 10, 30, tzinfo=dt.UTC)


def test_per_date_each_date_is_an_item_with_its_own_time(tiny_corpus: Corpus) -> None:
    made = catalog(tiny_corpus, [FULL], per_date=True)
    items = all_items(made)
    fusion = [item for name, item in items.items() if name.startswith(f"{FULL}_pf_")]
    assert [item.datetime for item in fusion] == [
        dt.datetime(day.year, day.month, day.day, 10, 30, tzinfo=dt.UTC) for day in corpora.PF_DATES
    ]
    assert {tuple(item.assets) for item in fusion} == {("data",)}
    assert fusion[1].assets["data"].href == tiny_corpus.store.href(
        PF_SR.key(grid.parse(FULL).folder, corpora.PF_DATES[1])
    )
    extent = made.get_child("rapidai4eo_v1_source_pf").extent.temporal.intervals[0]  # type: ignore[union-attr]
    assert extent == [fusion[0].datetime, fusion[-1].datetime]
    seen = {link.target.id for link in items[f"{FULL}_labels"].get_links("source")}  # type: ignore[union-attr]
    assert seen == items.keys() - {f"{FULL}_labels"}


@pytest.mark.usefixtures("offline")
def test_items_of_a_date_are_valid(tiny_corpus: Corpus) -> None:
    made = catalog(tiny_corpus, [FULL], per_date=True)
    made.normalize_hrefs("/somewhere/")
    items = all_items(made)
    for kind in ("pf", "s2"):
        next(item for name, item in items.items() if name.startswith(f"{FULL}_{kind}_")).validate()


def test_a_corpus_from_a_catalog_with_an_item_a_date(corpus: Corpus, tiny_corpus: Corpus) -> None:
    path = write_static_catalog(corpus, folder(corpus) / "stac-v1.0", per_date=True)
    shutil.rmtree(folder(corpus) / "labels")
    with open_corpus(path) as found:
        assert list(found.samples.index) == list(tiny_corpus.samples.index)
        assert found.samples["clc"].to_list() == tiny_corpus.samples["clc"].to_list()
        cube, wanted = found.planet_fusion(FULL), tiny_corpus.planet_fusion(FULL)
        assert (cube["time"].values == wanted["time"].values).all()
        assert (cube.values == wanted.values).all()


def test_projection_and_bands(tiny_corpus: Corpus) -> None:
    items = all_items(catalog(tiny_corpus, [FULL]))
    item = items[f"{FULL}_pf"]
    assert item.properties["proj:code"] == "EPSG:32633"
    assert item.properties["proj:bbox"] == [364800, 4823400, 365400, 4824000]
    assert item.properties["proj:shape"] == [200, 200]
    assert item.properties["proj:transform"] == [3, 0, 364800, 0, -3, 4824000]
    assert item.bbox == pytest.approx(list(grid.parse(FULL).footprint().bounds))
    extra = item.assets["2018-01-03"].extra_fields
    assert [band["common_name"] for band in extra["eo:bands"]] == ["blue", "green", "red", "nir"]
    assert extra["eo:bands"][3]["center_wavelength"] == 0.865
    assert [band["scale"] for band in extra["raster:bands"]] == [1e-4] * 4
    extra = items[f"{FULL}_s2"].assets["2018-07"].extra_fields
    assert [band["name"] for band in extra["eo:bands"]] == list(S2_SR.band_names)
    assert extra["raster:bands"][0] == {
        "nodata": 0, "sampling": "area", "data_type": "uint16", "spatial_resolution": 10.0, "scale": 1e-4, "offset": 0,
    }  # fmt: skip
    assert "eo:bands" not in items[f"{FULL}_pfqa"].assets["2018-01-03"].extra_fields  # unknown, so unsaid


def test_labels_say_their_fractions_and_their_images(tiny_corpus: Corpus) -> None:
    item = all_items(catalog(tiny_corpus))[f"{FULL}_labels"]
    assert item.properties["label:properties"] == list(corine.COLUMNS)
    overviews = {o["property_key"]: o["statistics"] for o in item.properties["label:overviews"]}
    assert overviews == {
        f"clc_{code}": [{"name": "fraction", "value": value}]
        for code, value in ((211, 0.6), (311, 0.3), (112, 0.1))
    }
    sources = {link.target.id for link in item.get_links("source") if isinstance(link.target, pystac.Item)}
    assert sources == {f"{FULL}_pf", f"{FULL}_pfqa", f"{FULL}_s2"}
    assert item.assets["labels"].href == tiny_corpus.store.href(grid.parse(FULL).label_key)


def test_licence_attribution_and_citation(tiny_corpus: Corpus) -> None:
    made = {child.id: child for child in catalog(tiny_corpus).get_children()}
    planet, sentinel = made["rapidai4eo_v1_source_pf"], made["rapidai4eo_v1_source_s2"]
    assert isinstance(planet, pystac.Collection)
    assert isinstance(sentinel, pystac.Collection)
    assert planet.license == "CC-BY-NC-SA-3.0"
    assert "Planet Labs" in planet.description
    assert planet.extra_fields["sci:doi"] == "10.34911/RDNT.GCYDKJ"
    assert "Davis" in planet.extra_fields["sci:citation"]
    assert sentinel.license == "other"
    assert [link.rel for link in sentinel.links].count("license") == 1
    west, south, east, north = planet.extent.spatial.bboxes[0]
    bounds = shapely.total_bounds(grid.footprints([FULL, BROKEN, BARE]))
    assert [west, south, east, north] == pytest.approx(bounds.tolist())


def test_a_query_keeps_its_samples_and_dates(tiny_corpus: Corpus) -> None:
    rows = tiny_corpus.query(classes=[311], start="2018-01-10", end="2018-01-20")
    items = all_items(tiny_corpus.catalog(rows))
    assert set(items) == {f"{FULL}_{suffix}" for suffix in ("pf", "pfqa", "s2", "labels")}
    assert list(items[f"{FULL}_pf"].assets) == ["2018-01-13", "2018-01-18"]
    assert list(items[f"{FULL}_s2"].assets) == ["2018-01"]


def test_dates_can_be_told_and_are_the_calendar_where_nothing_lists(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = catalog(corpus, [FULL], dates=lambda i, p: [PRODUCTS[p].dates[0]] if p == "PF-SR" else [])
    assert {i: list(item.assets) for i, item in all_items(told).items()} == {
        f"{FULL}_pf": ["2018-01-03"],
        f"{FULL}_labels": ["labels"],
    }

    def refuse(self: object, where: str) -> Iterator[str]:
        raise StoreError("no listing over HTTP")

    monkeypatch.setattr(DirectoryStore, "list", refuse)
    items = all_items(catalog(corpus, [FULL]))
    assert [len(items[f"{FULL}_{s}"].assets) for s in ("pf", "pfqa", "s2")] == [146, 146, 12]


def test_ids_that_are_not_there_and_too_many_are_named(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnknownSampleError, match="33N_15E-200N_01_10"):
        catalog(tiny_corpus, ["33N_15E-200N_01_10"])
    monkeypatch.setattr(stac_catalog, "MAX_SAMPLES", 2)
    with pytest.raises(InvalidQueryError, match="3 samples are more than"):
        catalog(tiny_corpus)


# -- writing, and a corpus from it ------------------------------------------------------------------------------


def test_it_is_written_where_it_should_be_and_moves_with_the_corpus(corpus: Corpus, tmp_path: Path) -> None:
    path = write_static_catalog(corpus, folder(corpus) / "stac-v1.0")
    assert path == folder(corpus) / "stac-v1.0" / "catalog.json"
    assert sorted(p.name for p in folder(corpus).iterdir()) == ["imagery", "labels", "stac-v1.0"]
    moved = tmp_path / "elsewhere" / "new"
    moved.parent.mkdir()
    folder(corpus).rename(moved)
    for text in (p.read_text() for p in moved.glob("stac-v1.0/**/*.json")):
        assert str(tmp_path) not in text
    for item in pystac.Catalog.from_file(str(moved / "stac-v1.0/catalog.json")).get_items(recursive=True):
        for asset in item.assets.values():
            assert Path(str(asset.get_absolute_href())).is_file()


def test_a_catalog_elsewhere_gives_absolute_paths(corpus: Corpus, tmp_path: Path) -> None:
    path = write_static_catalog(corpus, tmp_path / "mine", [FULL])
    items = list(pystac.Catalog.from_file(str(path)).get_items(recursive=True))
    assert len(items) == 4
    for item in items:
        for asset in item.assets.values():
            assert asset.href.startswith(str(folder(corpus)))


@pytest.fixture
def only_stac(corpus: Corpus) -> Path:
    """A corpus of `stac-v1.0/` and chips alone; its folder."""
    write_static_catalog(corpus, folder(corpus) / "stac-v1.0")
    shutil.rmtree(folder(corpus) / "labels")
    return folder(corpus)


def test_a_corpus_from_stac_alone(only_stac: Path, tiny_corpus: Corpus) -> None:
    built = index_building.build(DirectoryStore(only_stac))
    assert built.source == "STAC (stac-v1.0/catalog.json)"
    assert list(built.samples.index) == sorted([FULL, BROKEN, BARE])
    for sample_id in built.samples.index:
        assert built.fractions.row(sample_id).to_dict() == tiny_corpus.labels(sample_id).to_dict()
    assert built.moved == {}
    assert built.warnings == []  # the lost label files are not needed: the items state the fractions


def test_a_catalog_file_opens_by_itself(only_stac: Path, tiny_corpus: Corpus) -> None:
    opened = open_corpus(only_stac / "stac-v1.0" / "catalog.json")
    try:
        expected = tiny_corpus.planet_fusion(FULL)
        np.testing.assert_array_equal(opened.planet_fusion(FULL).to_numpy(), expected.to_numpy())
    finally:
        opened.close()


def test_chips_elsewhere_in_the_folder_are_found(only_stac: Path, tiny_corpus: Corpus) -> None:
    (only_stac / "imagery").rename(only_stac / "chips")
    for path in only_stac.glob("stac-v1.0/**/*.json"):
        path.write_text(path.read_text().replace("/imagery/", "/chips/"))
    store, built = index_building.open_stac(only_stac / "stac-v1.0" / "catalog.json")
    key = PF_SR.key(grid.parse(FULL).folder, dt.date(2018, 1, 3))
    assert built.moved[key] == key.replace("imagery/", "chips/")
    assert store.get(key) == tiny_corpus.store.get(key)
    assert list(store.list(key.rsplit("/", 1)[0])) == [f"{day}.tif" for day in corpora.PF_DATES]
    assert "/chips/" in store.href(key)
    with pytest.raises(NotThereError):
        store.get(PF_SR.key(grid.parse(FULL).folder, dt.date(2019, 12, 29)))
    with pytest.raises(CorpusFormatError, match="open this corpus by its catalog"):
        opening.reindex(only_stac)


def edit(path: Path, change: Any) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def item_path(root: Path, sample_id: str, suffix: str) -> Path:
    (path,) = root.glob(f"stac-v1.0/**/{sample_id}_{suffix}.json")
    return path


def test_links_that_lead_out_are_not_followed(only_stac: Path, tmp_path: Path) -> None:
    secret = corpora.put(tmp_path, "secret.tif", b"secret")
    hrefs = {
        "2018-01-03": "../../../../secret.tif",
        "2018-01-08": str(secret),
        "2018-01-13": f"file://{secret}",
        "2018-01-18": "https://127.0.0.1:9/PF-SR/2018-01-18.tif",
        "2018-01-23": "//127.0.0.1/PF-SR/2018-01-23.tif",
        "2018-01-28": "..%2f..%2f..%2f..%2fsecret.tif",
        "2018-02-02": "\\\\host\\PF-SR\\2018-02-02.tif",
    }
    assets = {name: {"href": href, "title": "PF-SR"} for name, href in hrefs.items()}
    edit(item_path(only_stac, FULL, "pf"), lambda item: item.update(assets=assets))

    def links(document: dict[str, Any]) -> None:
        for href in (
            "https://127.0.0.1:9/catalog.json",
            "../../../catalog.json",
            "./catalog.json",
            "./gone.json",
        ):
            document["links"].append({"rel": "child", "href": href})

    edit(only_stac / "stac-v1.0/catalog.json", links)
    built = index_building.build(DirectoryStore(only_stac))
    assert list(built.samples.index) == sorted([FULL, BROKEN, BARE])
    assert built.moved == {}
    said = "\n".join(built.warnings)
    assert "links lead out of the corpus's folder" in said
    assert "1 linked files are not there (first: 'stac-v1.0/gone.json')" in said


def test_one_broken_item_is_one_item_lost(only_stac: Path) -> None:
    item_path(only_stac, BARE, "pf").write_text('{"type": "Feature"')
    item_path(only_stac, BARE, "s2").write_text('{"type": "Feature", "stac_version": []}')
    edit(item_path(only_stac, FULL, "pf"), lambda item: item["properties"].update(sample_id="no id"))
    edit(item_path(only_stac, FULL, "s2"), lambda item: item.update(bbox=[1, 2, 3, 4]))
    edit(
        item_path(only_stac, BROKEN, "labels"),
        lambda item: item["properties"]["label:overviews"][0]["statistics"][0].update(value=-4),
    )
    built = index_building.build(DirectoryStore(only_stac))
    assert list(built.samples.index) == sorted([FULL, BROKEN])
    said = "\n".join(built.warnings)
    assert f"{BARE}_pf.json: not a STAC" in said
    assert f"{BARE}_s2.json: not a STAC" in said
    assert "1 items are of no valid sample" in said
    assert "taken as without label" in said
    assert built.samples["clc"].to_dict() == {BROKEN: 0, FULL: 211}


def test_labels_of_items_may_be_areas_and_unclassified(only_stac: Path) -> None:
    def areas(values: dict[str, Any]) -> Any:
        def change(item: dict[str, Any]) -> None:
            del item["properties"]["label:overviews"]
            item["properties"] |= values

        return change

    edit(item_path(only_stac, FULL, "labels"), areas({"clc_211": 16.2, "clc_112": 9.8, "clc_999": 10}))
    edit(item_path(only_stac, BROKEN, "labels"), areas({"clc_311": 36, "clc_112": float("nan")}))
    built = index_building.build(DirectoryStore(only_stac))
    assert built.fractions.row(FULL).to_dict() == pytest.approx({211: 0.45, 112: 9.8 / 36}, abs=1e-6)
    assert built.fractions.row(FULL).attrs["unclassified"] == pytest.approx(10 / 36)
    assert built.fractions.row(BROKEN).to_dict() == {311: 1.0}
    assert "a STAC item a sample, areas in hectares" in str(built.labels_found)
    said = "\n".join(built.warnings)
    assert "1 samples have a class that is NaN; it counts as 0" in said
    assert "1 samples are unclassified in part" in said


def test_an_item_elsewhere_than_its_id_is_reported(only_stac: Path) -> None:
    for suffix in ("pf", "pfqa", "s2", "labels"):
        edit(item_path(only_stac, FULL, suffix), lambda item: item.update(bbox=[1, 2, 3, 4]))
    built = index_building.build(DirectoryStore(only_stac))
    (warning,) = built.warnings
    assert "1 of 3 footprints lie elsewhere" in warning
    assert FULL in warning
    assert built.samples.loc[FULL, "lat"] == pytest.approx(grid.parse(FULL).centre[1])


def test_a_crawl_is_bounded(only_stac: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stac, "MAX_FILES", 7)
    built = index_building.build(DirectoryStore(only_stac))
    assert "more than 7 links" in built.warnings[0]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type": "Catalog"}', "[" * 9000])
def test_what_is_no_catalog_is_named(tmp_path: Path, text: str) -> None:
    path = corpora.put(tmp_path, "catalog.json", text.encode())
    with pytest.raises(CorpusFormatError, match=r"catalog\.json: not a STAC"):
        index_building.open_stac(path)
    with pytest.raises(CorpusNotFoundError, match=r"nowhere\.json is not there"):
        index_building.open_stac(tmp_path / "nowhere.json")


def test_an_empty_catalog_holds_no_sample(tmp_path: Path) -> None:
    pystac.Catalog("empty", "nothing").normalize_and_save(str(tmp_path), pystac.CatalogType.SELF_CONTAINED)
    with pytest.raises(CorpusNotFoundError, match="leads to no item"):
        index_building.open_stac(tmp_path / "catalog.json")


# -- geoparquet-items -------------------------------------------------------------------------------------------


@pytest.fixture
def with_parquet(only_stac: Path) -> Path:
    """The PF collection states its items as GeoParquet, and its item files are gone."""
    collection = only_stac / "stac-v1.0/rapidai4eo_v1_source_pf"
    for path in collection.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    asset = {"href": "./items.parquet", "type": "application/vnd.apache.parquet", "roles": ["stac-items"]}
    edit(collection / "collection.json", lambda c: c.update(assets={"geoparquet-items": asset}))
    for other in ("pfqa", "s2"):
        shutil.rmtree(only_stac / f"stac-v1.0/rapidai4eo_v1_source_{other}")
    return only_stac


def write_items(root: Path, **columns: Any) -> None:
    ids = [FULL, BARE]
    hrefs = [
        {"2018-01-03": {"href": f"../../imagery/{grid.parse(i).folder}/PF-SR/2018-01-03.tif"}} for i in ids
    ]
    given = {"id": [f"{i}_pf" for i in ids], "assets": hrefs} | columns
    frame = gpd.GeoDataFrame({"id": given["id"]}, geometry=list(grid.footprints(ids)), crs=4326)
    table = pa.table({name: values for name, values in given.items() if values is not None})
    if columns.get("geometry", 0) is not None:
        wkb = pa.array(shapely.to_wkb(frame.geometry.to_numpy()), pa.binary())
        table = table.append_column("geometry", wkb)
    pq.write_table(table, root / "stac-v1.0/rapidai4eo_v1_source_pf/items.parquet")


def test_items_as_geoparquet(with_parquet: Path) -> None:
    write_items(with_parquet)
    built = index_building.build(DirectoryStore(with_parquet))
    assert list(built.samples.index) == sorted([FULL, BROKEN, BARE])  # BROKEN by its label item
    assert built.moved == {}
    assert all("linked files are not there" in warning for warning in built.warnings)


def test_label_columns_of_geoparquet_are_read_on_any_scale(with_parquet: Path) -> None:
    write_items(with_parquet, clc_211=[0.2, 1.0], clc_999=[0.8, None], clc_112=[None, None])
    built = index_building.build(DirectoryStore(with_parquet))
    assert built.fractions.row(FULL).to_dict() == {211: 0.2}
    assert built.fractions.row(FULL).attrs == {"unclassified": 0.8}
    assert built.fractions.row(BARE).to_dict() == {211: 1.0}
    write_items(with_parquet, clc_2=[162_000, 0], clc_12=[198_000, 360_000])
    built = index_building.build(DirectoryStore(with_parquet))
    assert built.fractions.row(FULL).to_dict() == pytest.approx({211: 0.55, 112: 0.45})
    assert "areas in square metres" in str(built.labels_found)


def test_geoparquet_items_are_checked_and_their_chips_found(with_parquet: Path) -> None:
    places = [[1.0, 2.0, 3.0, 4.0], None]
    assets = [
        {"2018-01-03": {"href": "../../chips/a.tif"}},
        {"2018-01-03": {"href": "https://x/PF-SR/a.tif"}},
    ]
    write_items(with_parquet, bbox=places, assets=assets, geometry=None)
    built = index_building.build(DirectoryStore(with_parquet))
    assert built.moved == {PF_SR.key(grid.parse(FULL).folder, dt.date(2018, 1, 3)): "chips/a.tif"}
    said = "\n".join(built.warnings)
    assert f"1 of 3 footprints lie elsewhere than their id says ({FULL}" in said
    assert "lead out of the corpus's folder" in said


def test_geoparquet_without_places_or_assets_is_tolerated(with_parquet: Path) -> None:
    write_items(with_parquet, geometry=None, assets=None)
    built = index_building.build(DirectoryStore(with_parquet))
    assert BARE in built.samples.index
    assert any("neither bbox nor geometry" in warning for warning in built.warnings)


@pytest.mark.parametrize("kind", ["absent", "broken", "no ids"])
def test_without_readable_geoparquet_items_are_read_one_by_one(only_stac: Path, kind: str) -> None:
    collection = only_stac / "stac-v1.0/rapidai4eo_v1_source_pf"
    asset = {"href": "./items.parquet"}
    edit(collection / "collection.json", lambda c: c.update(assets={"geoparquet-items": asset}))
    if kind == "broken":
        (collection / "items.parquet").write_bytes(b"PAR1 and no more")
    if kind == "no ids":
        pq.write_table(pa.table({"name": ["x"]}), collection / "items.parquet")
    built = index_building.build(DirectoryStore(only_stac))
    assert list(built.samples.index) == sorted([FULL, BROKEN, BARE])
    assert "items.parquet" in built.warnings[0]
