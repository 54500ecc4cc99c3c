"""Sample ids and places: one is the other."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from explorer.core import grid
from explorer.core.errors import InvalidSampleIdError

REAL = "33N_15E-200N_01_09"

cells = st.builds(
    grid.Cell,
    zone=st.integers(26, 40),
    tile_x=st.integers(7, 34),
    tile_y=st.integers(140, 330),
    row=st.integers(1, 40),
    col=st.integers(1, 40),
)


def test_the_real_chips_id_is_its_place() -> None:
    cell = grid.parse(REAL)
    assert cell.bounds == (364800, 4823400, 365400, 4824000)
    assert cell.epsg == 32633
    assert cell.folder == "33N/15E-200N/33N_15E-200N_01_09"
    assert cell.label_key == "labels/33N/15E-200N/labels_33N_15E-200N_01_09.geojson"


@given(cells)
def test_an_id_and_its_cell_are_the_same_thing(cell: grid.Cell) -> None:
    assert grid.parse(cell.sample_id) == cell


@given(st.integers(150, 330), st.integers(1, 40), st.integers(1, 40), st.integers(28, 38))
def test_a_place_inside_a_cell_leads_back_to_it(tile_y: int, row: int, col: int, zone: int) -> None:
    cell = grid.Cell(zone, 20, tile_y, row, col)  # tile 20 starts 20 km west of the central meridian
    assert grid.cell_at(*cell.centre) == cell


@given(st.text(max_size=40) | st.from_regex(r"\A\d\dN_\d{1,3}E-\d{1,3}N_\d\d_\d\d\Z"))
def test_any_text_is_an_id_or_a_named_error(text: str) -> None:
    try:
        assert grid.parse(text).sample_id == text
    except InvalidSampleIdError:
        pass


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        REAL + "\n",
        " " + REAL,
        REAL.lower(),
        "33S_15E-200N_01_09",
        "00N_15E-200N_01_09",
        "61N_15E-200N_01_09",
        "33N_15E-200N_00_09",
        "33N_15E-200N_41_09",
        "33N_15E-200N_01_41",
        "33N_015E-200N_01_09",
        "33N_15E-200N_1_9",
        "٣٣N_15E-200N_01_09",
        "../../etc/passwd",
        None,
        33,
        "9" * 10_000,
    ],
)
def test_what_is_no_id_is_refused_with_a_short_message(wrong: object) -> None:
    with pytest.raises(InvalidSampleIdError, match="for example 33N_15E-200N_01_09") as caught:
        grid.parse(wrong)
    assert len(str(caught.value)) < 300


def test_many_ids_at_once_agree_with_one_by_one() -> None:
    ids = [REAL, "31N_20E-234N_18_36", "32N_22E-222N_40_40", "29N_7E-170N_40_01"]
    table = grid.centres(ids)
    outlines = grid.footprints(ids)
    assert list(table.index) == ids
    for sample_id, row, outline in zip(ids, table.itertuples(), outlines, strict=True):
        cell = grid.parse(sample_id)
        assert (row.lon, row.lat) == pytest.approx(cell.centre, abs=1e-12)
        assert outline.equals_exact(cell.footprint(), 1e-12)
        mercator = Transformer.from_crs(4326, 3857, always_xy=True).transform(row.lon, row.lat)
        assert (row.x, row.y) == pytest.approx(mercator)


@pytest.mark.parametrize("bad", ["nonsense", "33N_15E-200N_41_09", "99N_15E-200N_01_09"])
def test_many_ids_at_once_name_the_one_that_is_wrong(bad: str) -> None:
    with pytest.raises(InvalidSampleIdError, match=bad):
        grid.parse_many([REAL, bad, REAL])


def test_footprints_are_closed_counter_clockwise_and_36_hectares() -> None:
    cell = grid.parse(REAL)
    assert cell.footprint(cell.epsg).area == 360_000
    for crs in (4326, 3857, cell.epsg):
        outline = cell.footprint(crs)
        assert shapely.is_ccw(outline.exterior)
        assert outline.is_valid
    assert cell.footprint().contains(shapely.Point(cell.centre))


@pytest.mark.parametrize("size", [3.0, 10.0])
def test_the_pixel_of_a_place_is_the_one_that_holds_it(size: float) -> None:
    cell = grid.parse(REAL)
    left, _, _, top = cell.bounds
    back = Transformer.from_crs(cell.epsg, 4326, always_xy=True)
    last = int(600 / size) - 1
    for row, col in ((0, 0), (0, last), (last, 0), (last, last), (17, 42)):
        for part in (0.01, 0.5, 0.99):
            lon, lat = back.transform(left + (col + part) * size, top - (row + part) * size)
            assert cell.pixel(lon, lat, size) == (row, col)


def test_a_place_outside_the_cell_has_no_pixel() -> None:
    cell = grid.parse(REAL)
    left, bottom, right, top = cell.bounds
    back = Transformer.from_crs(cell.epsg, 4326, always_xy=True)
    for x, y in ((left - 1, top - 5), (right + 1, top - 5), (left + 5, top + 1), (left + 5, bottom - 1)):
        assert cell.pixel(*back.transform(x, y), 3.0) is None
    assert cell.pixel(float("nan"), 43.0, 3.0) is None
    assert cell.pixel(1e9, 1e9, 3.0) is None


def test_no_ids_make_empty_tables() -> None:
    assert len(grid.centres([])) == 0
    assert np.asarray(grid.footprints([])).shape == (0,)
