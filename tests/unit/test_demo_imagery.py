"""The demo's imagery: the corpus's encoding, fractions on the ground, seasons, changes, the same bytes every time."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile

from explorer.core.corine import COLUMNS, codes
from explorer.core.errors import NotThereError
from explorer.core.products import PF_DATES, PF_QA, PF_SR, S2_MONTHS, S2_SR, SYNTHETIC_KEY
from explorer.corpus.imagery import geotiff
from explorer.corpus.stores.store import Store
from explorer.demo import landscape, noise, resources, showcase, spectra, table
from explorer.demo import store as demo_store
from explorer.demo.canvas import PIXELS
from explorer.demo.parcels import divide
from explorer.demo.phenology import KIND, KINDS, SNOW_HOLDS, Climate, Seasons
from explorer.demo.render import PF_DAYS, QA_BANDS, Renderer
from explorer.demo.store import DemoStore

COUNT = 3000
TEMPERATE = Climate(warmth=10.5, mediterranean=0.0, oceanic=0.25, lat=48.5, height=120.0)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DemoStore:
    """A demo of 3,000 samples whose table comes from memory, so that no test writes to the user's cache."""
    small = DemoStore(seed=4, count=COUNT)
    small._table = table.make(COUNT, 4)
    return small


def painted(fractions: dict[int, float], climate: Climate = TEMPERATE, seed: int = 1, event=None) -> Renderer:
    scene = landscape.build(fractions, climate, 80.0, 20_000.0, 0.4, noise.rng(9, seed), event)
    return Renderer(scene, (9, seed))


def ndvi(image: np.ndarray) -> np.ndarray:
    red, nir = image[2].astype(float), image[3].astype(float)
    return (nir - red) / (nir + red)


def test_it_is_a_store(store: DemoStore) -> None:
    assert isinstance(store, Store)
    assert "demo" in store.where
    assert store.href("labels/a").startswith("demo:")


def test_planet_fusion_bytes_are_encoded_as_the_corpus_does(store: DemoStore) -> None:
    cell = store.table.cell(0)
    data = store.get(PF_SR.key(cell.folder, PF_DATES[60]))
    with MemoryFile(data) as memory, memory.open() as source:
        profile = source.profile
        assert (profile["dtype"], source.count, source.shape) == ("int16", 4, (200, 200))
        assert (profile["interleave"], profile["compress"]) == ("pixel", "lzw")
        assert (profile["blockxsize"], profile["blockysize"], profile["tiled"]) == (256, 256, True)
        assert source.nodata is None
        assert source.descriptions == (None,) * 4
        assert source.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == "2"
    chip = geotiff.read(data, PF_SR, cell)  # raises where size, CRS or place are not the id's
    assert chip.data.min() >= 1
    assert chip.data.max() <= 16000
    assert 60_000 < len(data) < 320_000


def test_sentinel2_and_quality_bytes_pass_the_corpus_checks(store: DemoStore) -> None:
    cell = store.table.cell(1)
    s2 = geotiff.read(store.get(S2_SR.key(cell.folder, S2_MONTHS[6])), S2_SR, cell)
    assert s2.data.dtype == np.uint16
    assert s2.data.shape == (12, 60, 60)
    assert s2.nodata == 0
    assert s2.bands == S2_SR.band_names
    qa = geotiff.read(store.get(PF_QA.key(cell.folder, PF_DATES[0])), PF_QA, cell)
    assert qa.bands == QA_BANDS
    assert qa.data.dtype == np.uint8
    assert qa.data.shape == (2, 200, 200)
    assert set(np.unique(qa.data[0])) <= {0, 1}
    assert (qa.data[1][qa.data[0] == 0] == 0).all()
    assert (qa.data[1][qa.data[0] == 1] >= 5).all()


def test_bytes_are_the_same_each_time_and_from_many_threads(store: DemoStore) -> None:
    keys = [
        PF_SR.key(store.table.cell(row).folder, PF_DATES[i]) for row in (3, 4, 5) for i in (0, 50, 100, 145)
    ]
    again = DemoStore(seed=4, count=COUNT)
    again._table = store._table
    with ThreadPoolExecutor(8) as pool:
        several = list(pool.map(again.get, keys * 3))
    assert several == [store.get(key) for key in keys] * 3
    other = DemoStore(seed=5, count=COUNT)
    other._table = store._table
    assert other.get(keys[0]) != several[0]


def test_scenes_kept_ready_are_few(store: DemoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_store, "_SCENES", 2)
    for row in range(6, 10):
        store.renderer(row)
    assert list(store._scenes) == [8, 9]


@pytest.mark.parametrize(
    "key",
    [
        "imagery", "nothing.tif", "imagery/a/b/c/PF-SR/2018-01-03.tif", "stac-v1.0/catalog.json",
        "resources/other.csv", "labels/33N/15E-200N/labels_rubbish.geojson", "../secret", "imagery/../x",
    ],
)  # fmt: skip
def test_unknown_keys_are_not_there(store: DemoStore, key: str) -> None:
    with pytest.raises(NotThereError):
        store.get(key)


def test_a_sample_is_only_at_its_own_path_and_dates(store: DemoStore) -> None:
    cell = store.table.cell(0)
    good = PF_SR.key(cell.folder, PF_DATES[0])
    wrong_tile = good.replace(f"/{cell.tile}/", "/1E-1N/", 1)
    for key in (
        wrong_tile,
        good.replace("2018-01-03", "2018-01-04"),
        good.replace("PF-SR", "PF-XX"),
        S2_SR.key(cell.folder, S2_MONTHS[0]).replace("2018-01", "2018-01-01"),
        cell.label_key.replace(f"/{cell.tile}/", "/1E-1N/"),
    ):
        with pytest.raises(NotThereError):
            store.get(key)


def test_listing_leads_from_the_root_to_every_chip(store: DemoStore) -> None:
    cell = store.table.cell(0)
    assert list(store.list("")) == ["imagery/", "labels/", "resources/"]
    assert f"{cell.zone_name}/" in list(store.list("imagery"))
    assert f"{cell.tile}/" in list(store.list(f"imagery/{cell.zone_name}/"))
    assert f"{cell.sample_id}/" in list(store.list(f"imagery/{cell.zone_name}/{cell.tile}"))
    assert list(store.list(f"imagery/{cell.folder}")) == ["PF-QA/", "PF-SR/", "S2-SR/"]
    names = list(store.list(PF_SR.folder(cell.folder)))
    assert names == [f"{stem}.tif" for stem in PF_SR.date_keys] == sorted(names)
    assert f"labels_{cell.sample_id}.geojson" in list(store.list(f"labels/{cell.zone_name}/{cell.tile}"))
    assert [f"resources/{n}" for n in store.list("resources")] == sorted(
        (resources.GEOMETRIES, resources.LABELS, resources.MAPPINGS, SYNTHETIC_KEY)
    )
    for absent in ("stac-v1.0", "imagery/99N", f"imagery/{cell.zone_name}/x/y", "imagery/a/b/c/d/e"):
        assert list(store.list(absent)) == []
    total = sum(
        len(list(store.list(f"labels/{zone}{tile}")))
        for zone in store.list("labels")
        for tile in store.list(f"labels/{zone}")
    )
    assert total == COUNT


def test_label_file_says_what_the_table_says(store: DemoStore) -> None:
    cell = store.table.cell(2)
    feature = json.loads(store.get(cell.label_key))
    assert feature["properties"]["sample_id"] == cell.sample_id
    given = {c: feature["properties"][name] for c, name in zip(codes(3), COLUMNS, strict=True)}
    assert {c: v for c, v in given.items() if v} == store.table.fractions(2)
    assert sum(given.values()) == pytest.approx(1)
    lon, lat = np.array(feature["geometry"]["coordinates"][0]).T
    assert lon.min() < cell.centre[0] < lon.max()
    assert lat.min() < cell.centre[1] < lat.max()


def test_resources_hold_every_sample(store: DemoStore) -> None:
    import gzip

    rows = gzip.decompress(store.get(resources.LABELS)).decode().splitlines()
    assert rows[0].split(",") == ["sample_id", *COLUMNS]
    assert len(rows) == COUNT + 1
    first = rows[1].split(",")
    assert first[0] == store.table.ids[0].as_py()
    assert sum(map(float, first[1:])) == pytest.approx(1)
    found = json.loads(gzip.decompress(store.get(resources.GEOMETRIES)))
    assert [f["properties"]["sample_id"] for f in found["features"]] == store.table.ids.to_pylist()
    mappings = store.get(resources.MAPPINGS).decode()
    assert len(mappings.splitlines()) == 45
    assert 'clc_211,211,"Non-irrigated arable land"' in mappings


def test_samples_fractions_and_truth_agree(store: DemoStore) -> None:
    samples, fractions, truth = store.samples(), store.fractions(), store.truth()
    assert list(samples.columns) == ["lon", "lat", "x", "y", "clc", "fraction"]
    assert samples.index.name == "sample_id"
    assert samples["clc"].dtype == np.int16
    assert samples["fraction"].dtype == np.float32
    assert fractions.dtype == np.float32
    assert fractions.shape == (COUNT, 44)
    assert np.allclose(fractions.sum(axis=1), 1, atol=1e-5)
    assert truth.index.isin(samples.index).all()
    assert truth.index.name == "sample_id"
    for sample_id, row in truth.head(20).iterrows():
        true = {int(c): float(v) for c, v in (part.split(":") for part in row["true_fractions"].split(";"))}
        assert sum(true.values()) == pytest.approx(1)
        assert true[row["true"]] > 0.3
        assert (row["changed"] == "") == (row["kind"] == "swapped")
        labelled = fractions[samples.index.get_loc(sample_id), codes(3).index(row["labelled"])]
        assert labelled > true.get(row["labelled"], 0)


@pytest.mark.parametrize(
    "fractions",
    [
        {211: 0.62, 112: 0.2, 511: 0.18}, {312: 0.55, 512: 0.30, 412: 0.15}, {335: 0.4, 332: 0.35, 333: 0.25},
        {523: 0.35, 331: 0.15, 231: 0.5}, {211: 0.3, 231: 0.25, 311: 0.2, 112: 0.15, 121: 0.1}, {223: 1.0},
    ],
)  # fmt: skip
def test_ground_matches_the_fractions(fractions: dict[int, float]) -> None:
    scene = painted(fractions).scene
    found = {int(c): float((scene.classes == c).mean()) for c in np.unique(scene.classes)}
    assert found.keys() == fractions.keys()
    assert all(abs(found[c] - fractions[c]) < 0.002 for c in fractions)


def test_every_class_can_be_painted() -> None:
    for i, code in enumerate(codes(3)):
        image = painted({code: 1.0}, seed=i).planet_fusion(40)
        assert image.shape == (4, 200, 200)
        assert image.dtype == np.int16
        assert image.reshape(4, -1).std(axis=1).min() > 2, code


def test_pixels_show_their_class() -> None:
    r = painted({211: 0.4, 312: 0.3, 512: 0.3})
    image, classes = r.planet_fusion(33).astype(float), r.scene.classes.reshape(200, 200)
    nir = {c: float(np.median(image[3][classes == c])) for c in (211, 312, 512)}
    assert nir[512] < 400 < nir[312]
    red = {c: float(np.median(image[2][classes == c])) for c in (211, 312)}
    assert red[312] < red[211]


def test_seasons_green_up_and_fade_smoothly() -> None:
    r = painted({311: 1.0})
    series = np.array([np.median(ndvi(r.planet_fusion(i))) for i in range(0, 146, 2)])
    days = PF_DAYS[::2]
    year = days < 365
    summer, winter = (days > 160) & (days < 230), (days < 60)
    assert series[summer].mean() > 0.75
    assert series[winter].mean() < 0.6
    onset = days[year][np.argmax(series[year] > 0.65)]
    assert 90 < onset < 140
    assert np.abs(np.diff(series)).max() < 0.2  # ten days apart
    later = painted({311: 1.0}, Climate(5.0, 0.0, 0.2, 60.0, 100.0))
    late = np.array([np.median(ndvi(later.planet_fusion(i))) for i in range(16, 40)])
    assert PF_DAYS[16:40][np.argmax(late > 0.65)] > onset


def test_winter_brings_snow_to_the_north_only() -> None:
    north = painted({321: 1.0}, Climate(-1.0, 0.0, 0.05, 68.0, 500.0))
    south = painted({323: 1.0}, Climate(16.5, 0.9, 0.2, 38.0, 200.0))
    assert np.median(north.planet_fusion(4)[0]) > 4000 > 1500 > np.median(north.planet_fusion(40)[0])
    assert max(np.median(south.planet_fusion(i)[0]) for i in (0, 4, 70, 145)) < 1500


def test_harvest_years_differ_and_rows_of_crops_rotate() -> None:
    r = painted({211: 1.0})
    mask = r.scene.classes.reshape(200, 200) == 211
    first, second = (r.planet_fusion(i)[:, mask].astype(float) for i in (33, 33 + 73))
    assert np.corrcoef(first[3], second[3])[0, 1] < 0.9


def test_construction_turns_green_land_bare_on_its_day() -> None:
    event = landscape.Event(133, 231, 300)
    r = painted({133: 0.7, 231: 0.3}, event=event)
    site = r.scene.classes.reshape(200, 200) == 133
    before, after = (np.median(ndvi(r.planet_fusion(i))[site]) for i in (int(170 / 5), int((365 + 170) / 5)))
    assert before > 0.6 > 0.45 > after
    meadow = r.scene.classes.reshape(200, 200) == 231
    assert np.median(ndvi(r.planet_fusion(107))[meadow]) > 0.55


def test_sentinel2_sees_the_same_ground_as_planet_fusion() -> None:
    r = painted({211: 0.6, 112: 0.2, 312: 0.2})
    fine = r.planet_fusion(39).astype(float)  # 17 July
    coarse = r.sentinel2(6).astype(float)
    seen = coarse[:, coarse[0] > 0].reshape(12, -1)
    for band in range(4):
        assert abs(fine[band].mean() - seen[band].mean()) < 0.12 * fine[band].mean() + 30
    blocks = fine[3][:195:, :195].reshape(13, 15, 13, 15).mean(axis=(1, 3))
    same = coarse[3][:58, :58]
    picked = same[np.ix_(np.arange(13) * 45 // 10 + 2, np.arange(13) * 45 // 10 + 2)]
    assert np.corrcoef(blocks.ravel(), picked.ravel())[0, 1] > 0.5


def test_winter_clouds_leave_connected_holes_in_some_months() -> None:
    cloudy = Climate(9.0, 0.0, 0.9, 53.0, 60.0)
    shares = np.array(
        [
            [(painted({231: 1.0}, cloudy, seed).sentinel2(m)[0] == 0).mean() for m in (0, 6, 11)]
            for seed in range(14)
        ]
    )
    assert 0 < (shares > 0).mean() < 0.5
    assert shares.max() < 0.6
    assert (shares[:, 1] > 0).sum() <= (shares[:, [0, 2]] > 0).sum()


def test_quality_has_gap_filled_stretches_in_cloudy_seasons() -> None:
    r = painted({231: 1.0}, Climate(9.0, 0.0, 0.9, 53.0, 60.0))
    filled = np.array([r.quality(i)[0].mean() for i in range(146)])
    winter = (PF_DAYS % 365 < 60) | (PF_DAYS % 365 > 320)
    summer = (PF_DAYS % 365 > 150) & (PF_DAYS % 365 < 240)
    assert filled[winter].mean() > filled[summer].mean()
    assert 0 < filled.mean() < 1
    assert ((filled > 0) & (filled < 1)).any()


def test_band_means_are_near_those_of_the_corpus(store: DemoStore) -> None:
    pf, s2 = [], []
    for row in range(0, 160, 2):
        r = demo_store.build(store.table, row, 4)
        pf.append(np.stack([r.planet_fusion(i)[:, ::8, ::8] for i in range(5, 146, 20)]).mean(axis=(0, 2, 3)))
        chip = r.sentinel2(7)
        s2.append(chip[:4, chip[0] > 0].mean(axis=1))
    assert np.mean(pf, axis=0) == pytest.approx(np.array([528, 744, 849, 2693]), rel=0.3)
    assert np.median(pf, axis=0) == pytest.approx(np.array([528, 744, 849, 2693]), rel=0.3)
    assert np.mean(s2, axis=0) == pytest.approx(np.array([558, 828, 901, 2652]), rel=0.3)


def test_spectra_are_physical() -> None:
    pf, s2 = spectra.library("PF-SR"), spectra.library("S2-SR")
    assert pf.shape == (len(spectra.MATERIALS), 4)
    assert s2.shape == (len(spectra.MATERIALS), 12)
    assert pf.min() > 0
    assert s2.max() < 10_000
    names = S2_SR.band_names
    for green in ("crop", "grass", "broadleaf", "conifer"):
        row = s2[spectra.INDEX[green]]
        assert (
            row[names.index("B04")]
            < row[names.index("B05")]
            < row[names.index("B06")]
            < row[names.index("B07")]
        )
    snow = s2[spectra.INDEX["snow"]]
    assert snow[names.index("B11")] < 0.2 * snow[names.index("B04")]


def test_seasons_cover_every_kind_without_negative_shares() -> None:
    rng = np.random.default_rng(0)
    kind = np.repeat(np.arange(len(KINDS)), 4)
    chance = rng.random((len(kind), 4), dtype=np.float32)
    crops = rng.integers(0, 9, (len(kind), 2))
    for climate in (TEMPERATE, Climate(17, 1.0, 0.3, 37, 100), Climate(-2, 0.0, 0.1, 69, 600)):
        shares = Seasons(PF_DAYS, climate).abundance(kind, chance, crops)
        assert shares.min() > -1e-3
        assert np.abs(shares.sum(axis=2) - 1).max() < 0.35
    assert SNOW_HOLDS.keys() <= KIND.keys()


def test_parcels_divide_everything_once() -> None:
    y, x = np.mgrid[0:200, 0:200].reshape(2, -1).astype(np.float32) * 3
    parts = divide(x, y, noise.rng(1), 20_000, angle=0.4)
    assert set(np.unique(parts.label)) == set(range(parts.count))
    assert len(parts.label) == PIXELS
    area = np.bincount(parts.label) * 9
    assert 8_000 < np.median(area) < 34_000
    assert (parts.lane >= parts.edge).all()
    assert parts.edge.min() >= 0


def test_featured_and_chosen_samples_are_varied(store: DemoStore) -> None:
    rows = showcase.choose(store.table, 24)
    assert len(set(rows)) == 24
    kinds = {int(store.table["kind"][row]) for row in rows}
    assert kinds == {0, 1, 2, 3, 4}
    shown = {c // 10 for row in rows for c in store.table.fractions(row, true=True)}
    assert {11, 21, 22, 23, 31, 51} <= shown
    first = rows[0]
    assert store.table["kind"][first] == 0
    assert store.table.fractions(first).get(211, 0) > 0.3
    assert len(showcase.choose(store.table, 40)) == 40


def test_chip_reads_back_what_was_rendered(store: DemoStore) -> None:
    cell = store.table.cell(11)
    with MemoryFile(store.get(PF_SR.key(cell.folder, PF_DATES[70]))) as memory, memory.open() as source:
        assert (source.read() == store.renderer(11).planet_fusion(70)).all()
        assert source.crs == rasterio.CRS.from_epsg(cell.epsg)
        assert source.bounds == rasterio.coords.BoundingBox(*cell.bounds)
