"""The demo's samples: valid cells on land that do not overlap, believable classes, planted errors, a safe cache."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from explorer.core import grid
from explorer.core.assets import asset
from explorer.core.config import Settings
from explorer.core.corine import codes
from explorer.core.errors import InvalidQueryError
from explorer.demo import geography, label_errors, land, places, showcase, suitability, table
from explorer.demo.facts import COUNTRIES
from explorer.demo.store import DemoStore

COUNT = 12_000


@pytest.fixture(scope="module")
def made() -> table.Table:
    return table.make(COUNT, seed=3)


def test_cells_are_valid_unique_and_in_their_standard_zone(made: table.Table) -> None:
    frame = made.frame
    assert len(frame) == COUNT
    assert frame.index.is_unique
    grid.parse_many(frame.index)  # raises for an id that is none
    assert all(grid.parse(i).sample_id == i for i in frame.index[:300])
    again = grid.centres(frame.index)
    assert np.allclose(frame[["lon", "lat"]], again[["lon", "lat"]], atol=1e-9)
    assert np.allclose(frame[["x", "y"]], again[["x", "y"]], atol=1e-3)
    for sample_id, row in frame.head(300).iterrows():
        assert grid.cell_at(row["lon"], row["lat"]).sample_id == sample_id


def test_no_footprints_overlap_even_across_zone_borders(made: table.Table) -> None:
    flat = grid.footprints(made.frame.index, crs=3035)
    tree = shapely.STRtree(flat)
    left, right = tree.query(flat, predicate="intersects")
    pairs = left < right
    shared = shapely.area(shapely.intersection(flat[left[pairs]], flat[right[pairs]]))
    assert shared.size == 0 or shared.max() < 1.0  # square metres: neighbours in one grid share a border


def test_zone_margin_keeps_neighbouring_grids_apart() -> None:
    lon = np.concatenate([np.linspace(11.98, 12.02, 4000), np.linspace(5.98, 6.02, 4000)])
    cells = places._snap(lon, np.full(lon.shape, 50.0))
    assert len(cells) > 100
    flat = grid.footprints(pd.Index(np.unique(cells.ids())), crs=3035)
    zones = np.array([i[:2] for i in np.unique(cells.ids())])
    left, right = shapely.STRtree(flat).query(flat, predicate="intersects")
    assert (zones[left] == zones[right]).all()


def test_all_centres_are_on_land_that_takes_part(made: table.Table) -> None:
    with asset("europe.geojson").open(encoding="utf-8") as file:
        features = json.load(file)["features"]
    inside = shapely.union_all(
        [
            shapely.make_valid(shapely.geometry.shape(f["geometry"]))
            for f in features
            if f["properties"]["name"] in COUNTRIES
        ]
    )
    shapely.prepare(inside)
    lon, lat = made["lon"], made["lat"]
    assert shapely.contains_xy(inside, lon, lat).all()
    assert lon.min() > -25
    assert lat.min() > 34
    assert lat.max() < 71.5
    for name in ("Ukraine", "Belarus", "Russia", "Morocco", "Israel", "Algeria"):
        assert name not in COUNTRIES


def test_sea_distance_is_zero_at_the_coast_and_capped_inland() -> None:
    east, north = geography.project(np.array([4.25, 10.0]), np.array([52.08, 50.0]))  # The Hague, Thuringia
    near, far = land.sea_distance(east, north)
    assert near < 4
    assert far == land.FAR_KM


def test_fractions_are_one_to_five_classes_that_sum_to_one(made: table.Table) -> None:
    for matrix in (made.labelled, made.true):
        assert (np.asarray(matrix.sum(axis=1)).ravel() == 1000).all()
        classes = np.diff(matrix.indptr)
        assert classes.min() >= 1
        assert classes.max() <= 6
        assert matrix.data.min() > 0
    assert (np.diff(made.labelled.indptr) == 1).mean() > 0.1
    dense = made.labelled.toarray()
    rows = np.arange(COUNT)
    code = np.array(codes(3))
    assert (dense[rows, np.searchsorted(code, made["clc"])] == dense.max(axis=1)).all()
    assert np.allclose(made["fraction"], dense.max(axis=1) / 1000, atol=6e-4)


def test_classes_lie_where_people_expect_them(made: table.Table) -> None:
    share = pd.DataFrame(made.labelled.toarray() / 1000, columns=codes(3))
    lon, lat = made["lon"], made["lat"]
    total = share.mean()
    assert (total > 0).sum() >= 43
    corine = pd.Series(suitability.SHARES) / 100
    common = corine.index[corine >= 0.01]
    assert (total[common] / corine[common]).between(0.6, 1.6).all()

    def mean(code: int, where: np.ndarray) -> float:
        return float(share.loc[where, code].mean())

    north, south = lat > 60, lat < 42
    assert mean(312, north) > 5 * mean(312, south)
    assert mean(223, south) > 0.02
    assert mean(223, lat > 47) < 0.001
    ireland = (lon < -6) & (lat > 51.5) & (lat < 55)
    assert mean(231, ireland) > 0.4
    assert mean(412, lat > 62) > 0.04
    assert mean(412, south) < 0.005
    po = np.hypot((lon - 8.5) * 0.7, lat - 45.25) < 0.25
    assert mean(213, po) > 0.2
    paris = np.hypot((lon - 2.35) * 0.66, lat - 48.86) < 0.13
    assert share.loc[paris, [111, 112, 121, 141, 142]].to_numpy().sum(axis=1).mean() > 0.6
    sea = share[523].to_numpy() > 0
    places_ = geography.setting(lon, lat, 3)
    assert land.sea_distance(places_.east, places_.north)[sea].max() < 1.0


def test_same_seed_same_table_other_seed_another(made: table.Table) -> None:
    again, other = table.make(600, seed=5), table.make(600, seed=5)
    assert again.ids.equals(other.ids)
    assert (again.true != other.true).nnz == 0
    assert set(table.make(600, seed=6).ids.to_pylist()) != set(again.ids.to_pylist())


def test_any_first_part_covers_europe() -> None:
    few = table.make(400, seed=0)
    assert few["lon"].min() < -5
    assert few["lon"].max() > 35
    assert few["lat"].min() < 40
    assert few["lat"].max() > 65


@pytest.mark.parametrize("count", [0, -1, places.MAX_COUNT + 1])
def test_impossible_counts_are_refused(count: int) -> None:
    with pytest.raises(InvalidQueryError, match="samples"):
        places.choose(count, 0)


def test_about_six_per_cent_of_labels_are_wrong_in_the_stated_way(made: table.Table) -> None:
    kind = made["kind"]
    assert 0.045 < (kind > 0).mean() < 0.075
    assert set(np.unique(kind)) == set(range(len(label_errors.KINDS)))
    differs = np.abs(made.labelled.astype(int) - made.true.astype(int)).sum(axis=1)
    assert (np.asarray(differs).ravel()[kind == 0] == 0).all()
    assert (np.asarray(differs).ravel()[kind > 0] >= 300).all()
    for row in np.flatnonzero(kind):
        old, new = int(made["old"][row]), int(made["new"][row])
        labelled, true = made.fractions(row), made.fractions(row, true=True)
        assert labelled.get(old, 0) > true.get(old, 0)
        assert true.get(new, 0) > labelled.get(new, 0)
        name = label_errors.KINDS[kind[row]]
        if name == "swapped":
            assert old in label_errors.NEIGHBOURS[new]
            assert made["day"][row] == -1
        else:
            assert 0 < made["day"][row] < 730
            assert {"construction": new == 133, "clear-cut": new == 324, "new-crop": new // 100 == 2}[name]
        assert str(old) in label_errors.describe(int(kind[row]), old, new)


def test_find_knows_its_rows_and_nothing_else(made: table.Table) -> None:
    for row in (0, 17, COUNT - 1):
        assert made.find(made.cell(row)) == row
        assert made.cell(row).sample_id == made.ids[row].as_py()
    assert made.find(grid.Cell(33, 1, 1, 1, 1)) is None


def test_packed_table_reads_back_the_same(made: table.Table) -> None:
    back = table.unpack(table.pack(made), COUNT)
    pd.testing.assert_frame_equal(back.frame, made.frame)
    assert (back.labelled != made.labelled).nnz == 0
    assert (back.true != made.true).nnz == 0
    assert all((back[name] == made[name]).all() for name in made.columns)


def test_damaged_cache_is_made_again(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "settings", lambda: Settings(cache_dir=tmp_path))
    first = table.load(300, 1)
    path = table.cache_file(300, 1)
    whole = path.read_bytes()
    assert [p.name for p in path.parent.iterdir()] == [path.name]  # nothing half-written is left
    made = []
    real = table.make
    monkeypatch.setattr(table, "make", lambda *a: made.append(a) or real(*a))
    assert table.load(300, 1).ids.equals(first.ids)
    assert not made
    flipped = bytearray(whole)
    flipped[len(flipped) // 2] ^= 0xFF
    for broken in (b"", whole[:-100], b"rubbish" * 50, bytes(flipped)):
        path.unlink()  # what was opened before looks at the old file
        path.write_bytes(broken)
        made.clear()
        assert table.load(300, 1).ids.equals(first.ids)
        assert made == [(300, 1)]
        assert path.read_bytes() == whole


def test_cache_that_cannot_be_written_costs_time_only(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setattr(table, "settings", lambda: Settings(cache_dir=blocked))
    assert len(table.load(50, 1)) == 50


def test_the_table_of_a_file_is_not_read_into_memory(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "settings", lambda: Settings(cache_dir=tmp_path))
    table.load(300, 1)
    before = pa.total_allocated_bytes()
    mapped = table.load(300, 1)
    assert pa.total_allocated_bytes() == before
    frame = mapped.frame
    assert all(np.shares_memory(frame[name].to_numpy(), mapped[name]) for name in frame)
    assert not frame["x"].to_numpy().flags.writeable  # nobody changes what others look at


def test_featured_samples_are_kept_with_the_table(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "settings", lambda: Settings(cache_dir=tmp_path))
    asked = []
    for _ in range(2):
        kept = table.load(300, 1, lambda found: asked.append(found) or [7, 3])
        assert kept.featured == (7, 3)
    assert len(asked) == 1
    demo = DemoStore().table  # of the cache: `table.VERSION` is raised where what is featured changes
    assert list(demo.featured) == showcase.featured(demo)
