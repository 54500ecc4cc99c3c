"""Points and polygons seen on the ground: read from what campaigns give, joined to cells, kept, and used as reference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import (
    CorpusFormatError,
    ExplorerError,
    GroundError,
    InvalidQueryError,
    OutputError,
    UnknownGroundError,
    UnknownSampleError,
)
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo, visits
from explorer.opinions import ground, ground_files, legends
from explorer.opinions.ground_files import Columns
from explorer.review import accuracy


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    found = open_demo(count=400, config=Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache"))
    yield found
    found.close()


def kept(found: ground.Ground) -> list[str]:
    """The names of what was added, without the demo's own."""
    return [name for name in found if name not in (visits.VISITS, visits.PARCELS)]


def centres(corpus: Corpus, count: int) -> pd.DataFrame:
    return corpus.samples.iloc[:count][["lon", "lat", "clc"]]


def lucas(corpus: Corpus, path: Path, rows: int = 6) -> Path:
    """As LUCAS 2018's primary data: quotes, many columns, west told by a sign."""
    places = centres(corpus, rows)
    classes = ["B11", "C10", "E20", "A11", "8", "B17"]
    frame = pd.DataFrame(
        {
            "POINT_ID": range(30_000_000, 30_000_000 + rows), "NUTS0": "FR", "TH_LAT": places["lat"].to_numpy(),
            "TH_LONG": places["lon"].to_numpy(), "SURVEY_DATE": "12/06/18", "LC1": classes[:rows], "LC1_PERC": 5, "LU1": "U111",
        }
    )  # fmt: skip
    frame.to_csv(path, index=False)
    return path


def test_lucas_points_are_taken_as_they_are_published(corpus: Corpus, tmp_path: Path) -> None:
    found = corpus.ground.add("lucas", lucas(corpus, tmp_path / "FR.csv"), licence="own terms")
    assert found.legend.id == "lucas-2018"
    assert found.about.rows == 6
    assert found.about.without_class == 1  # 8: not relevant
    assert found.about.licence == "own terms"
    assert "Eurostat" in found.about.source
    first = corpus.samples.index[0]
    here = found.at(first)
    assert here["id"].tolist() == ["30000000"]
    assert here["title"].tolist() == ["Common wheat"]
    assert here["date"].tolist() == ["12/06/18"]
    assert here[["row", "col"]].to_numpy() == pytest.approx(np.array([[100, 100]]), abs=0.01)
    assert here.crs.to_epsg() == grid.parse(first).epsg
    assert found.at(corpus.samples.index[50]).empty
    assert found.counts.sum() == 5
    with pytest.raises(UnknownSampleError):
        found.at("33N_15E-200N_01_09")


def test_what_was_added_is_there_in_another_process_and_can_be_removed(
    corpus: Corpus, tmp_path: Path
) -> None:
    corpus.ground.add("lucas", lucas(corpus, tmp_path / "FR.csv"))
    again = ground.Ground(corpus)
    assert kept(again) == ["lucas"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(again["lucas"].table.drop(columns="geometry")),
        pd.DataFrame(corpus.ground["lucas"].table.drop(columns="geometry")),
    )
    assert again["lucas"].legend == legends.find("lucas-2018")
    with pytest.raises(InvalidQueryError, match="already"):
        corpus.ground.add("lucas", tmp_path / "FR.csv")
    assert len(corpus.ground.add("lucas", lucas(corpus, tmp_path / "FR.csv", 2), replace=True)) == 2
    assert len(again["lucas"]) == 2
    again.remove("lucas")
    assert kept(corpus.ground) == []
    with pytest.raises(UnknownGroundError, match="'lucas'; there are made-up-parcels, made-up-visits"):
        corpus.ground["lucas"]


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "parquet", "kml", "shp", "csv"])
def test_points_and_polygons_of_every_format_give_the_same(
    corpus: Corpus, tmp_path: Path, ending: str
) -> None:
    ids = list(corpus.samples.index[:4])
    cells = [grid.parse(one) for one in ids]
    shapes = [shapely.Point(*cells[0].centre), *(one.footprint() for one in cells[1:])]
    if ending == "shp":
        shapes = shapes[1:]
    frame = gpd.GeoDataFrame({"Class": [211, 311, 231, 312][-len(shapes) :]}, geometry=shapes, crs=4326)
    path = tmp_path / f"visits.{ending}"
    if ending == "parquet":
        frame.to_parquet(path)
    elif ending == "csv":
        pd.DataFrame({"Class": frame["Class"], "WKT": frame.geometry.to_wkt()}).to_csv(
            path, index=False, sep=";"
        )
    else:
        frame.to_file(path, driver="LIBKML" if ending == "kml" else None)
    found = corpus.ground.add("visits", path)
    own = found.table[found.table["sample_id"].isin(ids)].set_index("sample_id")
    by_id = own[(own["share"] > 0.999) | own["share"].isna()]
    wanted = dict(zip(ids, ["211", "311", "231", "312"], strict=True))
    assert by_id["value"].to_dict() == {one: wanted[one] for one in ids[-len(shapes) :]}


def test_parcels_are_joined_to_each_cell_that_they_cover_and_cut_to_it(
    corpus: Corpus, tmp_path: Path
) -> None:
    sample_id = corpus.samples.index[0]
    cell = grid.parse(sample_id)
    left, bottom, right, top = cell.bounds
    half = shapely.box(left - 300, bottom, left + 300, top)  # half of it is in the cell
    beside = shapely.box(left - 500, bottom, left, top)  # touches it
    bow = shapely.Polygon([(left + 400, bottom), (right, top), (right, bottom), (left + 400, top)])
    gpd.GeoDataFrame({"crop": ["B11", "B16", "C10"]}, geometry=[half, beside, bow], crs=cell.epsg).to_file(
        tmp_path / "lpis.gpkg"
    )
    found = corpus.ground.add("lpis", tmp_path / "lpis.gpkg", "lucas-2018")
    here = found.at(sample_id)
    # The parcel that touches it overlaps by what an edge is off in degrees: nothing to see.
    here = here[here["share"] > 1e-6]
    assert here["value"].tolist() == ["B11", "C10"]
    assert here["share"].tolist() == pytest.approx([0.5, here["share"].iloc[1]], abs=1e-4)
    assert found.about.repaired == 1
    assert here.geometry.area.tolist() == pytest.approx([300 * 600, here.geometry.area.iloc[1]], rel=1e-3)
    assert here["col"].iloc[0] == pytest.approx(50, abs=0.5)
    assert here.geometry.is_valid.all()


def test_what_lies_in_no_sample_is_counted_and_not_kept(corpus: Corpus, tmp_path: Path) -> None:
    places = centres(corpus, 2)
    pd.DataFrame({"lon": [*places["lon"], 0.0], "lat": [*places["lat"], 0.0], "class": 211}).to_csv(
        tmp_path / "a.csv", index=False
    )
    found = corpus.ground.add("a", tmp_path / "a.csv")
    assert len(found) == 2
    assert found.about.outside == 1


def test_metres_of_another_crs_are_taken_where_it_is_named(corpus: Corpus, tmp_path: Path) -> None:
    places = centres(corpus, 3)
    x, y = grid.transformer(4326, 3035).transform(places["lon"], places["lat"])
    pd.DataFrame({"X": x, "Y": y, "clc": 311}).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(GroundError, match=r"row 1, column Y.*--crs"):
        corpus.ground.add("a", tmp_path / "a.csv")
    assert corpus.ground.add("a", tmp_path / "a.csv", crs="EPSG:3035").table["sample_id"].tolist() == sorted(
        places.index
    )
    with pytest.raises(GroundError, match="no CRS"):
        corpus.ground.add("b", tmp_path / "a.csv", crs="EPSG:999999")


def test_west_of_greenwich_may_be_told_by_a_column(corpus: Corpus, tmp_path: Path) -> None:
    west = corpus.samples[corpus.samples["lon"] < -1].iloc[:2]
    pd.DataFrame(
        {"POINT_ID": [1, 2], "TH_LONG": -west["lon"], "TH_EW": "W", "TH_LAT": west["lat"], "LC1": "C10"}
    ).to_csv(tmp_path / "a.csv", index=False)
    assert sorted(corpus.ground.add("a", tmp_path / "a.csv").table["sample_id"]) == sorted(west.index)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"class": "maize"}, r"row 2, column class: 'maize' is no class of the legend"),
        ({"lat": "north"}, r"row 2, column lat: 'north' is no number"),
        ({"lat": ""}, "row 2, column lat: '' is no number"),
        ({"lat": "nan"}, "row 2, column lat"),
        ({"lon": "500"}, r"row 2, column lon: 500 is beyond 180 degrees"),
        ({"lat": "120"}, r"row 2, column lat: 120 is beyond 90 degrees; are longitude and latitude swapped"),
        ({"pi": "0"}, "row 2, column pi: 0 is no probability"),
        ({"pi": "1.5"}, "row 2, column pi: 1.5 is no probability"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_added(
    corpus: Corpus, tmp_path: Path, change: dict, why: str
) -> None:
    places = centres(corpus, 3)
    frame = pd.DataFrame({"lon": places["lon"], "lat": places["lat"], "class": 211, "pi": 0.1}).astype(str)
    for column, value in change.items():
        frame.iloc[1, frame.columns.get_loc(column)] = value
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(GroundError, match=why):
        corpus.ground.add("a", tmp_path / "a.csv", columns=Columns(probability="pi"))
    assert kept(corpus.ground) == []


def test_rows_of_later_parts_are_named_by_their_number_in_the_file(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground_files, "ROWS", 10)
    places = centres(corpus, 25)
    frame = gpd.GeoDataFrame(
        {"class": 211}, geometry=gpd.points_from_xy(places["lon"], places["lat"]), index=range(25), crs=4326
    )
    for ending in ("gpkg", "parquet", "csv"):
        path = tmp_path / f"a.{ending}"
        for last in (211, 999):
            frame.loc[24, "class"] = last
            if ending == "csv":
                pd.DataFrame(
                    {"class": frame["class"], "lon": frame.geometry.x, "lat": frame.geometry.y}
                ).to_csv(path)
            elif ending == "parquet":
                frame.to_parquet(path)
            else:
                frame.to_file(path)
            if last == 211:
                assert corpus.ground.add(ending, path).about.rows == 25
        with pytest.raises(GroundError, match="row 25, column class: '999'"):
            corpus.ground.add(ending, path, replace=True)
        assert corpus.ground.add(ending, path, replace=True, only_known=True).about.without_class == 1


def test_files_that_are_none_are_told(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "head.csv").write_text("lon,lat,class\n")
    (tmp_path / "bare.csv").write_text("a,b\n1,2\n")
    (tmp_path / "noclass.csv").write_text("lon,lat\n1,2\n")
    (tmp_path / "bytes.gpkg").write_bytes(b"\x00\x01" * 100)
    (tmp_path / "wkt.csv").write_text("wkt,class\nPOINT (1 2),211\nPOUND (1 2),211\n")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "plain.parquet")
    line = shapely.LineString([(1, 2), (3, 4)])
    gpd.GeoDataFrame({"class": [211]}, geometry=[line], crs=4326).to_file(tmp_path / "line.geojson")
    gpd.GeoDataFrame({"class": [211]}, geometry=[None], crs=4326).to_file(tmp_path / "none.gpkg")
    gpd.GeoDataFrame({"class": [211]}, geometry=[shapely.Point(0, 0)]).to_file(tmp_path / "nocrs.gpkg")
    for layer in ("a", "b"):
        gpd.GeoDataFrame({"class": [211]}, geometry=[shapely.Point(0, 0)], crs=4326).to_file(
            tmp_path / "two.gpkg", layer=layer
        )
    for name, why in (
        ("gone.csv", "cannot be read"),
        ("empty.csv", "0 bytes"),
        ("head.csv", "no rows"),
        ("bare.csv", "no columns of longitude and latitude are among a, b"),
        ("noclass.csv", "no column of classes"),
        ("bytes.gpkg", "cannot be read as points or polygons"),
        ("wkt.csv", "row 2, column wkt: 'POUND"),
        ("plain.parquet", "no GeoParquet"),
        ("line.geojson", "row 1.*a LineString is neither"),
        ("none.gpkg", "row 1.*no place|no layer with geometries"),
        ("nocrs.gpkg", "does not say its CRS"),
        ("two.gpkg", "layers a, b; say which"),
    ):
        with pytest.raises(GroundError, match=why):
            corpus.ground.add("x", tmp_path / name)
    with pytest.raises(GroundError, match="no column 'kind'"):
        corpus.ground.add("x", tmp_path / "noclass.csv", columns=Columns(class_column="kind"))
    with pytest.raises(GroundError, match="no layer 'c'"):
        corpus.ground.add("x", tmp_path / "two.gpkg", layer="c")
    with pytest.raises(GroundError, match="download it"):
        ground.Ground(corpus).add("x", "https://127.0.0.1/a.geojson")
    assert kept(corpus.ground) == []


def test_swapped_coordinates_are_suspected_where_nothing_lies_in_a_sample(
    corpus: Corpus, tmp_path: Path
) -> None:
    places = centres(corpus, 5)
    frame = pd.DataFrame({"lon": places["lat"], "lat": places["lon"], "class": 211})
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(GroundError, match="swapped"):
        corpus.ground.add("a", tmp_path / "a.csv")


def test_a_disk_that_cannot_be_written_and_a_damaged_file_are_told(corpus: Corpus, tmp_path: Path) -> None:
    file = lucas(corpus, tmp_path / "FR.csv")
    corpus.ground.add("lucas", file)
    kept = next(corpus.ground.folder.glob("*.parquet"))
    kept.write_bytes(kept.read_bytes()[:200])
    with pytest.raises(CorpusFormatError):
        corpus.ground["lucas"]
    blocked = ground.Ground(corpus)
    blocked._kept.folder = file / "below"
    with pytest.raises(OutputError):
        blocked.add("lucas", file)


def test_accuracy_is_that_of_the_estimators_by_the_design_of_the_file(corpus: Corpus, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = corpus.samples[corpus.samples["clc"] > 0].iloc[:300]
    truth = np.where(rng.random(300) < 0.8, rows["clc"], rng.permutation(rows["clc"]))
    stratum = np.where(rows["lat"] > rows["lat"].median(), "north", "south")
    pd.DataFrame(
        {"lon": rows["lon"], "lat": rows["lat"], "clc": truth, "zone": stratum, "w": np.where(stratum == "north", 40, 10)}
    ).to_csv(tmp_path / "a.csv", index=False)  # fmt: skip
    found = corpus.ground.add("a", tmp_path / "a.csv", columns=Columns(stratum="zone", weight="w"))
    got = found.accuracy(level=3)
    right = rows["clc"].to_numpy() == truth
    weight = np.where(stratum == "north", 40, 10)
    assert got.overall == pytest.approx((right * weight).sum() / weight.sum())
    # Within a stratum all weigh the same: variances are the strata's, by their shares.
    share = {one: weight[stratum == one].sum() / weight.sum() for one in ("north", "south")}
    variance = sum(
        share[one] ** 2 * right[stratum == one].var(ddof=1) / (stratum == one).sum() for one in share
    )
    assert got.overall_se == pytest.approx(np.sqrt(variance), rel=1e-6)
    assert "300 units" in got.notes[0]
    assert got.confusion.sum() == 300
    assert got.classes == tuple(sorted({*rows["clc"], *truth}))
    assert isinstance(got, accuracy.Accuracy)


def test_accuracy_of_an_opinion_and_what_is_left_out(corpus: Corpus, tmp_path: Path) -> None:
    rows = corpus.samples[corpus.samples["clc"] > 0].iloc[:60]
    places = {"lon": rows["lon"], "lat": rows["lat"], "p": 0.01}
    pd.DataFrame({**places, "clc": np.where(np.arange(60) < 10, 2, rows["clc"])}).to_csv(
        tmp_path / "a.csv", index=False
    )
    mixed = legends.parse(
        b"title: Own\nclasses:\n" + b"".join(
            b"  - {value: %d, title: Class %d, corine: [%d]}\n" % (c, c, c) for c in [*sorted({*rows["clc"]}), 2]
        ), "own",
    )  # fmt: skip
    found = corpus.ground.add("a", tmp_path / "a.csv", mixed, columns=Columns(probability="p"))
    got = found.accuracy(level=3, opinion=corpus.opinions["made-up-good"])
    assert got.confusion.sum() == 50
    assert any("Left out: 10 units" in one for one in got.notes)
    assert 0 < got.overall <= 1


def test_without_a_design_no_accuracy_is_estimated(corpus: Corpus, tmp_path: Path) -> None:
    found = corpus.ground.add("lucas", lucas(corpus, tmp_path / "FR.csv"))
    with pytest.raises(InvalidQueryError, match="--probability"):
        found.accuracy()


def test_a_point_on_a_line_between_cells_is_in_one_and_every_error_is_ours() -> None:
    first, second = grid.Cell(31, 20, 234, 18, 36), grid.Cell(31, 20, 234, 18, 37)
    ids = pd.Index([first.sample_id, second.sample_id])
    cells = shapely.STRtree(grid.footprints(ids))
    edge = shapely.Point(
        shapely.get_coordinates(cells.geometries[0])[1]
    )  # the lower right corner of the first
    found = ground.join(gpd.GeoDataFrame(geometry=[edge], crs=4326), ids, cells)
    assert len(found) == 1
    assert issubclass(GroundError, ExplorerError)


@pytest.mark.parametrize(
    "names",
    [
        ("plotid", "lon", "lat", "label"),  # Collect Earth Online
        ("id", "location_x", "location_y", "class"),  # Collect Earth
        ("POINT_ID", "TH_LONG", "TH_LAT", "LC1"),  # LUCAS
        ("point_id", "th_long", "th_lat", "lc1"),  # LUCAS, harmonised
        ("ID", "X", "Y", "Class"),  # AcATaMa, and many a table
        ("Name", "Longitude", "Latitude", "Land_Cover"),
    ],
)
def test_columns_are_found_by_the_names_that_others_use(
    corpus: Corpus, tmp_path: Path, names: tuple[str, ...]
) -> None:
    sample = corpus.samples.iloc[0]
    row = dict(zip(names, ("p7", sample["lon"], sample["lat"], "C10"), strict=True))
    pd.DataFrame([row]).to_csv(tmp_path / "a.csv", index=False)
    found = corpus.ground.add("a", tmp_path / "a.csv", "lucas-2018").at(corpus.samples.index[0])
    assert found[["id", "title"]].values.tolist() == [["p7", "Broadleaved woodland"]]


@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg", "parquet", "kml"])
def test_a_damaged_file_is_told_or_read(corpus: Corpus, tmp_path: Path, ending: str) -> None:
    places = centres(corpus, 30)
    frame = gpd.GeoDataFrame(
        {"class": 211, "name": "é"},
        geometry=gpd.points_from_xy(places["lon"], places["lat"]),
        index=range(30),
        crs=4326,
    )
    path = tmp_path / f"a.{ending}"
    if ending == "csv":
        pd.DataFrame(
            {"class": frame["class"], "lon": places["lon"].to_numpy(), "lat": places["lat"].to_numpy()}
        ).to_csv(path)
    elif ending == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, driver="LIBKML" if ending == "kml" else None)
    whole = path.read_bytes()
    told = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        body = bytearray(whole)
        for at in rng.integers(0, len(body), 10):
            body[at] = rng.integers(0, 256)
        path.write_bytes(body if seed % 3 else body[: rng.integers(1, len(body))])
        try:
            corpus.ground.add("a", path, replace=True)
        except GroundError as error:
            assert str(path) in str(error)  # noqa: PT017 - most seeds raise, some do not
            told += 1
    assert told
