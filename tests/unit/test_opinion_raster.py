"""Fractions of cells from rasters: by area, in any CRS, nothing dropped, resumed where a run was stopped."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import Transformer

from explorer.core import grid
from explorer.core.config import Settings, settings
from explorer.core.errors import ExplorerError, InvalidQueryError, OutputError, RasterError, StoreError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.opinions import coverage, legends, raster, raster_files
from tests import rasters, servers

VALUES = [10, 20, 30, 40, 50]
COVER = legends.find("esa-worldcover")
IDS = [
    grid.Cell(31, 20, 234, row, col).sample_id for row in range(14, 23) for col in range(32, 40)
]  # around `rasters.CELL`


@pytest.mark.parametrize("pixel_m", [7.3, 10, 100, 330, 2000])
def test_areas_are_those_that_geos_finds(pixel_m: float) -> None:
    rng = np.random.default_rng(int(pixel_m))
    data = rng.integers(0, 5, (240, 240)).astype(np.uint8)
    quads = []
    for angle in (0, 0.01, 0.2, -0.4, np.pi / 4):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * 600 / pixel_m @ turn.T
        quads.append(square - square.min(axis=0) + rng.uniform(0, 100, 2))
    quads += [one[::-1] for one in quads]  # the other way around
    found = coverage.areas(data, np.array(quads), 5)
    for quad, areas in zip(quads, found, strict=True):
        outline, wanted = shapely.Polygon(quad), np.zeros(5)
        (left, top), (right, bottom) = np.floor(quad.min(axis=0)), np.ceil(quad.max(axis=0))
        for row in range(int(top), int(bottom)):
            for col in range(int(left), int(right)):
                wanted[data[row, col]] += outline.intersection(shapely.box(col, row, col + 1, row + 1)).area
        assert areas == pytest.approx(wanted, abs=1e-6 * outline.area)


@pytest.mark.parametrize(
    ("crs", "pixel", "turn"),
    [
        ("EPSG:3035", 10, 0),  # CLCplus Backbone, and against its grid cells are rotated
        ("EPSG:3035", 100, 0),  # CORINE
        ("EPSG:4326", 1 / 12_000, 0),  # WorldCover
        ("EPSG:32631", 10, 0),  # the cell's own zone
        ("EPSG:32632", 10, 30),  # another zone, a raster that is rotated itself
        ("EPSG:3035", 1_500, 0),  # one pixel, or a few, hold all of a cell
    ],
)
def test_fractions_are_those_of_the_cells_outline_pixel_by_pixel(
    tmp_path: Path, crs: str, pixel: float, turn: float
) -> None:
    file = rasters.write_over(tmp_path / "map.tif", VALUES, crs, pixel, turn=turn, size=1600)
    found = raster.fractions(IDS[::9], file, COVER, tmp_path / "parts", workers=1)
    assert len(found) == len(IDS[::9])
    for sample_id, row in found.iterrows():
        wanted = rasters.shares(file, grid.parse(sample_id))
        got = {int(name): share for name, share in row.items() if share > 0}
        # Straight edges in place of projected ones: a few centimetres of 600 m.
        assert got == pytest.approx(wanted, abs=2e-4)


def test_a_projected_edge_is_straight_to_two_centimetres() -> None:
    for lon in (-9.5, 3.0, 14.9, 30.0):
        for lat in (35.0, 52.0, 70.5):
            cell = grid.cell_at(lon, lat)
            left, bottom, right, top = cell.bounds
            for line in (((left, top), (right, top)), ((left, bottom), (left, top))):
                ends = np.array(line, float)
                x, y = grid.transformer(cell.epsg, 3035).transform(*np.linspace(*ends, 21).T)
                places = np.stack([x, y], axis=1)
                chord = shapely.LineString(places[[0, -1]])
                assert shapely.distance(shapely.points(places), chord).max() < 0.02


def test_nodata_and_values_that_the_legend_lacks_are_unknown(tmp_path: Path) -> None:
    file = rasters.write_over(tmp_path / "map.tif", [0, 10, 77, 254], "EPSG:3035", 10, nodata=254)
    row = raster.fractions([rasters.CELL.sample_id], file, COVER, tmp_path / "parts").iloc[0]
    wanted = rasters.shares(file, rasters.CELL)
    assert row[raster.UNKNOWN] == pytest.approx(wanted[0] + wanted[77] + wanted[254], abs=1e-4)
    assert row["10"] == pytest.approx(wanted[10], abs=1e-4)
    assert row.sum() == pytest.approx(1, abs=1e-6)


def test_pixels_that_a_mask_takes_out_are_unknown(tmp_path: Path) -> None:
    file = rasters.write_over(tmp_path / "map.tif", [10, 20], "EPSG:3035", 10)
    with rasterio.open(file, "r+") as written:
        data = written.read(1)
        written.write_mask(data != 20)
    row = raster.fractions([rasters.CELL.sample_id], file, COVER, tmp_path / "parts").iloc[0]
    wanted = rasters.shares(file, rasters.CELL)
    assert row[raster.UNKNOWN] == pytest.approx(wanted[20], abs=1e-4)
    assert row["20"] == 0


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
def test_any_type_of_number_holds_classes(tmp_path: Path, dtype: str) -> None:
    data = rasters.classes((600, 600), VALUES).astype(dtype)
    if dtype.startswith("float"):
        data[::2] = np.nan
        data[1::4] = 10.5
    with rasterio.open(rasters.write_over(tmp_path / "grid.tif", VALUES, "EPSG:3035", 10)) as grid_file:
        place = grid_file.transform
    file = rasters.write(tmp_path / "map.tif", data, "EPSG:3035", place)
    row = raster.fractions([rasters.CELL.sample_id], file, COVER, tmp_path / "parts").iloc[0]
    assert row.sum() == pytest.approx(1, abs=1e-6)
    assert row[raster.UNKNOWN] == pytest.approx(0.75 if dtype.startswith("float") else 0, abs=0.02)


def test_beyond_the_edge_is_its_own_share_and_what_is_wholly_outside_is_missing(tmp_path: Path) -> None:
    left, _, _, top = rasters.CELL.bounds
    file = rasters.write(
        tmp_path / "map.tif",
        np.full((100, 100), 10, np.uint8),
        "EPSG:32631",
        Affine(10, 0, left + 150, 0, -10, top),
    )
    west = grid.Cell(31, 20, 234, 18, 35).sample_id
    found = raster.fractions(
        [rasters.CELL.sample_id, west, "33N_15E-200N_01_09"], file, COVER, tmp_path / "parts"
    )
    assert list(found.index) == [rasters.CELL.sample_id]
    assert found.iloc[0][["10", raster.OUTSIDE]].tolist() == pytest.approx([0.75, 0.25], abs=1e-6)
    with pytest.raises(InvalidQueryError, match="none of the 1 samples"):
        raster.fractions(["33N_15E-200N_01_09"], file, COVER, tmp_path / "parts")


@pytest.mark.parametrize(
    "layout", [{"tiled": False}, {"blockxsize": 16, "blockysize": 16}, {"blockxsize": 512, "blockysize": 512}]
)
def test_how_a_raster_is_stored_does_not_matter(tmp_path: Path, layout: dict) -> None:
    if layout == {"tiled": False}:
        layout = {"tiled": False, "blockxsize": None, "blockysize": None}
    first = rasters.write_over(tmp_path / "a.tif", VALUES, "EPSG:3035", 10)
    second = rasters.write_over(
        tmp_path / "b.tif", VALUES, "EPSG:3035", 10, **{k: v for k, v in layout.items() if v is not None} | ({} if layout.get("tiled", True) else {"tiled": False})
    )  # fmt: skip
    one, other = (raster.fractions(IDS, f, COVER, tmp_path / f.stem, workers=1) for f in (first, second))
    pd.testing.assert_frame_equal(one.sort_index(), other.loc[one.index].sort_index())


def test_each_block_is_read_once_for_all_the_cells_that_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = rasters.write_over(tmp_path / "map.tif", VALUES, "EPSG:3035", 10, blockxsize=256, blockysize=256)
    read: list[object] = []
    own = raster._read
    monkeypatch.setattr(raster, "_read", lambda d, p, window: read.append(window) or own(d, p, window))
    found = raster.fractions(IDS, file, COVER, tmp_path / "parts", workers=1)
    assert len(found) == len(IDS)
    assert len(read) == len(set(map(str, read))) <= 9


def test_a_stopped_run_goes_on_and_a_damaged_part_is_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster, "PART", 20)
    file = rasters.write_over(tmp_path / "map.tif", VALUES, "EPSG:3035", 10)
    wanted = raster.fractions(IDS, file, COVER, tmp_path / "all", workers=1)
    measured: list[str] = []
    own = raster.measure
    monkeypatch.setattr(raster, "measure", lambda plan, ids: measured.extend(ids) or own(plan, ids))

    def stop(done: int, total: int) -> None:
        assert total == len(IDS)
        if done >= 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        raster.fractions(IDS, file, COVER, tmp_path / "parts", workers=1, progress=stop)
    assert len(measured) == 40
    found = raster.fractions(IDS, file, COVER, tmp_path / "parts", workers=1)
    assert sorted(measured) == sorted(IDS)
    pd.testing.assert_frame_equal(found, wanted)
    damaged = next((tmp_path / "parts").rglob("*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:100])
    raster.fractions(IDS, file, COVER, tmp_path / "parts", workers=1)
    assert len(IDS) < len(measured) <= len(IDS) + 20


def test_another_raster_at_the_same_place_is_measured_anew(tmp_path: Path) -> None:
    file = rasters.write_over(tmp_path / "map.tif", [10], "EPSG:3035", 10)
    before = raster.fractions(IDS[:3], file, COVER, tmp_path / "parts")
    rasters.write_over(file, [20], "EPSG:3035", 10, nodata=0)
    after = raster.fractions(IDS[:3], file, COVER, tmp_path / "parts")
    assert before["10"].tolist() == after["20"].tolist() == [1, 1, 1]


def test_processes_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster, "PART", 20)
    file = rasters.write_over(tmp_path / "map.tif", VALUES, "EPSG:3035", 10)
    one = raster.fractions(IDS, file, COVER, tmp_path / "one", workers=1)
    two = raster.fractions(IDS, file, COVER, tmp_path / "two", workers=2)
    pd.testing.assert_frame_equal(one, two)


def test_parts_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    file = rasters.write_over(tmp_path / "map.tif", [10], "EPSG:3035", 10)
    (tmp_path / "parts").write_text("a file")
    with pytest.raises(OutputError, match="parts"):
        raster.fractions(IDS[:3], file, COVER, tmp_path / "parts")


def test_what_is_no_raster_of_classes_is_told(tmp_path: Path) -> None:
    file = rasters.write_over(tmp_path / "map.tif", [10], "EPSG:3035", 10)
    (tmp_path / "text.tif").write_text("no raster")
    bare = tmp_path / "bare.tif"
    with (
        rasterio.open(file) as source,
        rasterio.open(
            bare, "w", driver="GTiff", height=5, width=5, count=1, dtype="uint8", transform=source.transform
        ) as target,
    ):
        target.write(np.ones((1, 5, 5), np.uint8))
    picture = tmp_path / "picture.tif"
    with rasterio.open(
        picture, "w", driver="GTiff", height=5, width=5, count=3, dtype="uint8", photometric="rgb", crs="EPSG:3035",
        transform=Affine(10, 0, 4e6, 0, -10, 3e6),
    ) as target:  # fmt: skip
        target.write(np.ones((3, 5, 5), np.uint8))
    vast = tmp_path / "vast.tif"
    with rasterio.open(
        vast, "w", driver="GTiff", height=40_000, width=40_000, count=1, dtype="uint8", crs="EPSG:3035", sparse_ok=True,
        tiled=True, blockxsize=32_768, blockysize=32_768, compress="deflate", transform=Affine(1, 0, 4e6, 0, -1, 3e6),
    ):  # fmt: skip
        pass
    texts = legends.parse(b"title: Texts\nclasses: [{value: maize, title: Maize, corine: [211]}]\n", "texts")
    for place, legend, band, why in (
        (tmp_path / "gone.tif", COVER, 1, "no such file"),
        (tmp_path / "text.tif", COVER, 1, "cannot be read as a raster"),
        (bare, COVER, 1, "CRS"),
        (picture, COVER, 1, "picture"),
        (vast, COVER, 1, "32,768 x 32,768 pixels"),
        (file, COVER, 2, "no band 2"),
        (file, texts, 1, "'maize'"),
        ("/vsicurl/http://127.0.0.1:1/a.tif", COVER, 1, "/vsi"),
        ("ftp://127.0.0.1:1/a.tif", COVER, 1, "http"),
    ):
        with pytest.raises(RasterError, match=why) as error:
            raster.plan(place, legend, band)
        assert str(place).partition("?")[0] in str(error.value)


def test_a_mosaic_is_read_where_it_names_files_and_not_where_it_names_addresses(tmp_path: Path) -> None:
    file = rasters.write_over(tmp_path / "map.tif", VALUES, "EPSG:3035", 10)
    with rasterio.open(file) as source:
        place, wkt = source.transform.to_gdal(), source.crs.to_wkt()
    text = (
        f'<VRTDataset rasterXSize="600" rasterYSize="600"><SRS>{wkt.replace(chr(34), "&quot;")}</SRS>'
        f"<GeoTransform>{', '.join(map(str, place))}</GeoTransform>"
        '<VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename relativeToVRT="0">%s</SourceFilename>'
        '<SourceBand>1</SourceBand><SourceProperties RasterXSize="600" RasterYSize="600" DataType="Byte"/>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    (tmp_path / "good.vrt").write_text(text % file)
    found = raster.fractions(IDS[:9], tmp_path / "good.vrt", COVER, tmp_path / "a")
    pd.testing.assert_frame_equal(found, raster.fractions(IDS[:9], file, COVER, tmp_path / "b"))
    with servers.serve(tmp_path) as server:
        for prefix in ("/vsicurl/", ""):
            (tmp_path / "bad.vrt").write_text(text % f"{prefix}{server.url}map.tif")
            with pytest.raises(RasterError, match=r"bad\.vrt"):
                raster.fractions(IDS[:9], tmp_path / "bad.vrt", COVER, tmp_path / "c")
        assert not server.asked


def parts(handler: BaseHTTPRequestHandler, key: str) -> bool:
    """Answers as servers do that give parts of files."""
    asked = re.fullmatch(r"bytes=(\d+)-(\d+)", handler.headers.get("Range", ""))
    path = handler.served.root / key  # type: ignore[attr-defined]
    if not asked or not path.is_file():
        return False
    body, (first, last) = path.read_bytes(), map(int, asked.groups())
    if first >= len(body):
        servers.reply(handler, 416)
    else:
        part = body[first : last + 1]
        said = f"bytes {first}-{first + len(part) - 1}/{len(body)}"
        # Some stores send the sum of the whole file along.
        servers.reply(handler, 206, part, Content_Range=said, Content_MD5="AAAAAAAAAAAAAAAAAAAAAA==")
    return True


def test_a_url_is_read_in_parts_by_the_explorers_own_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster_files, "PART_BYTES", 4096)
    file = rasters.write_over(tmp_path / "map.tif", VALUES, "EPSG:3035", 10, size=2000)
    wanted = raster.fractions(IDS[:9], file, COVER, tmp_path / "a")
    with servers.serve(tmp_path, answer=parts) as server:
        found = raster.fractions(IDS[:9], f"{server.url}map.tif?sig=secret", COVER, tmp_path / "b", workers=1)
        assert set(server.asked) == {"map.tif"}  # no neighbours, as map.tif.aux.xml
        ranges = {one["Range"] for one in server.headers}
        assert 1 < len(ranges) < file.stat().st_size / 4096
        assert all(one["User-Agent"].startswith("rapidai4eo-explorer") for one in server.headers)
    pd.testing.assert_frame_equal(found, wanted)
    assert not any(b"secret" in path.read_bytes() for path in (tmp_path / "b").rglob("*.parquet"))


def test_servers_that_fail_are_told_as_that(tmp_path: Path) -> None:
    rasters.write_over(tmp_path / "map.tif", VALUES, "EPSG:3035", 10)
    (tmp_path / "text.tif").write_text("no raster")
    config = {"http_retries": 0}

    def read(url: str) -> None:
        raster.fractions(IDS[:2], url, COVER, tmp_path / "parts", said=config)

    with servers.serve(tmp_path) as server:
        with pytest.raises(StoreError, match="no parts"):
            read(f"{server.url}map.tif")
        server.answer = parts
        with pytest.raises(RasterError, match="no such file"):
            read(f"{server.url}gone.tif")
        with pytest.raises(RasterError, match="cannot be read as a raster"):
            read(f"{server.url}text.tif")

        def elsewhere(handler: BaseHTTPRequestHandler, key: str) -> bool:
            servers.reply(handler, 302, Location="http://10.0.0.1/map.tif")
            return True

        server.answer = elsewhere
        with pytest.raises(StoreError, match="redirected to another server"):
            read(f"{server.url}map.tif")

        def cut(handler: BaseHTTPRequestHandler, key: str) -> bool:
            servers.reply(handler, 206, b"II*", Content_Range="bytes 0-9/100")
            return True

        server.answer = cut
        with pytest.raises(StoreError, match="cut short"):
            read(f"{server.url}map.tif")


def test_a_server_that_fails_in_the_middle_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster_files, "PART_BYTES", 4096)
    rasters.write_over(tmp_path / "map.tif", VALUES, "EPSG:3035", 10, patch=1)

    def fails(handler: BaseHTTPRequestHandler, key: str) -> bool:
        first = int(re.sub(r"bytes=(\d+)-.*", r"\1", handler.headers.get("Range", "bytes=0-")))
        if first > 40_000:
            servers.reply(handler, 503)
            return True
        return parts(handler, key)

    with servers.serve(tmp_path, answer=fails) as server, pytest.raises(StoreError, match="503"):
        raster.fractions(
            IDS, f"{server.url}map.tif", COVER, tmp_path / "parts", said={"http_retries": 0}, workers=1
        )


def test_parts_of_a_url_read_as_a_file_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster_files, "PART_BYTES", 100)
    body = np.random.default_rng(0).bytes(1_234)
    (tmp_path / "a.bin").write_bytes(body)
    with servers.serve(tmp_path, answer=parts) as server:
        file = raster_files._ranged(f"{server.url}a.bin", settings())
        assert file.seek(-34, io.SEEK_END) == 1200
        assert file.read() == body[1200:]
        assert file.seek(150) == 150
        assert file.read(120) == body[150:270]
        assert file.seek(10, io.SEEK_CUR) == 280
        assert file.read(5) == body[280:285]
        assert file.seek(5_000) == 5_000
        assert file.read(10) == b""
        file.store.close()


@pytest.mark.parametrize("crs", ["EPSG:3035", "EPSG:4326"])
@pytest.mark.parametrize("shape", [(200, 200), (60, 60)])
def test_a_window_has_the_value_under_the_centre_of_each_pixel(
    tmp_path: Path, crs: str, shape: tuple[int, int]
) -> None:
    pixel = 10 if crs == "EPSG:3035" else 1 / 9_000
    file = rasters.write_over(tmp_path / "map.tif", VALUES, crs, pixel)
    found = raster.window(file, rasters.CELL, shape, legend=COVER)
    assert found.shape == shape
    assert found.rio.crs.to_epsg() == rasters.CELL.epsg
    assert found.rio.bounds() == pytest.approx(rasters.CELL.bounds)
    x, y = np.meshgrid(found["x"], found["y"])
    with rasterio.open(file) as source:
        xs, ys = Transformer.from_crs(rasters.CELL.epsg, crs, always_xy=True).transform(x, y)
        cols, rows = ~source.transform * (xs, ys)
        # A centre on the line between two pixels may go to either.
        sure = (np.abs(cols - np.rint(cols)) > 2e-3) & (np.abs(rows - np.rint(rows)) > 2e-3)
        wanted = source.read(1)[np.floor(rows).astype(int), np.floor(cols).astype(int)]
    assert (found.values == wanted)[sure].all()
    assert found.attrs["flag_values"] == list(COVER.values)
    assert len(found.attrs["flag_colors"].split()) == len(COVER.values)


@pytest.mark.parametrize("nodata", [None, 254])
def test_a_window_says_what_is_missing_or_beyond_the_edge(tmp_path: Path, nodata: int | None) -> None:
    left, _, _, top = rasters.CELL.bounds
    data = np.full((40, 40), 10, np.uint8)
    file = rasters.write(
        tmp_path / "map.tif", data, "EPSG:32631", Affine(10, 0, left + 300, 0, -10, top), nodata=nodata
    )
    found = raster.window(file, rasters.CELL, (60, 60))
    assert (found[:40, 30:] == 10).all()
    assert (found[:, :30] == found.rio.nodata).all()
    assert (found[40:] == found.rio.nodata).all()
    assert found.rio.nodata != 10


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    found = open_demo(count=400, config=Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache"))
    yield found
    found.close()


def write_around(path: Path, corpus: Corpus) -> Path:
    """A raster in degrees around the first sample of a corpus."""
    sample = grid.parse(corpus.samples.index[0])
    lon, lat = sample.centre
    data = rasters.classes((300, 300), [0, *VALUES])
    return rasters.write(path, data, "EPSG:4326", Affine(1e-4, 0, lon - 0.015, 0, -1e-4, lat + 0.015))


def test_a_raster_becomes_an_opinion(corpus: Corpus, tmp_path: Path) -> None:
    file = write_around(tmp_path / "map.tif", corpus)
    told: list[tuple[int, int]] = []
    found = corpus.opinions.add_raster(
        "map",
        file,
        "esa-worldcover",
        licence="own terms",
        progress=lambda done, total: told.append((done, total)),
    )
    wanted = rasters.shares(file, grid.parse(corpus.samples.index[0]))
    row = found.fractions.loc[corpus.samples.index[0]]
    assert row[10] == pytest.approx(wanted[10], abs=1e-4)
    assert row.sum() == pytest.approx(1 - wanted[0], abs=1e-4)
    assert found.about.licence == "own terms"
    assert "Zanaga" in found.about.source
    assert "map.tif, band 1" in found.about.note
    assert "nodata or no class" in found.about.note
    assert f"{400 - len(found):,} samples lie outside" in found.about.note
    assert told[-1][0] == told[-1][1] >= 1
    assert list(corpus.opinions) == ["made-up-confused", "made-up-good", "map"]
    assert not (corpus.opinions.folder / "parts" / "map").exists()
    with pytest.raises(InvalidQueryError, match="already"):
        corpus.opinions.add_raster(
            "map", tmp_path / "gone.tif", "esa-worldcover"
        )  # told before anything is read
    only = corpus.opinions.add_raster(
        "map", file, "esa-worldcover", ids=[corpus.samples.index[0]], replace=True
    )
    assert len(only) == 1


def test_a_stopped_opinion_goes_on(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = corpus.samples.index[:1]
    file = write_around(tmp_path / "map.tif", corpus)

    def stop(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        corpus.opinions.add_raster("map", file, COVER, ids=ids, progress=stop)
    assert "map" not in corpus.opinions
    monkeypatch.setattr(raster, "measure", lambda plan, ids: pytest.fail("measured again"))
    assert len(corpus.opinions.add_raster("map", file, COVER, ids=ids)) == 1


def test_a_raster_whose_pixels_are_too_small_is_told(tmp_path: Path) -> None:
    file = rasters.write_over(tmp_path / "map.tif", [10], "EPSG:3035", 0.05, size=200)
    with pytest.raises(RasterError, match="too small"):
        raster.fractions([rasters.CELL.sample_id], file, COVER, tmp_path / "parts")


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_raster_is_told_or_read(tmp_path: Path, seed: int) -> None:
    file = rasters.write_over(tmp_path / "map.tif", VALUES, "EPSG:3035", 10, size=150)
    rng = np.random.default_rng(seed)
    body = bytearray(file.read_bytes())
    # The head, where all is said, or anywhere; or cut short.
    for at in rng.integers(0, 600 if seed % 2 else len(body), 8):
        body[at] = rng.integers(0, 256)
    file.write_bytes(body if seed % 3 else body[: rng.integers(1, len(body))])
    try:
        found = raster.fractions([rasters.CELL.sample_id], file, COVER, tmp_path / "parts")
    except ExplorerError as error:
        assert "map.tif" in str(error)  # noqa: PT017 - most seeds raise, some do not
    else:
        assert found.sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-5)
