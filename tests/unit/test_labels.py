"""Labels: one GeoJSON, tables in both shapes and scales, and the fractions of many samples."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core import corine
from explorer.core.errors import CorpusFormatError, InvalidSampleIdError, UnknownClassError
from explorer.core.grid import parse
from explorer.corpus.tables import label_tables
from explorer.corpus.tables.class_names import UNCLASSIFIED
from explorer.corpus.tables.ids import is_valid, valid_ids
from explorer.corpus.tables.label_files import read_file, read_label
from explorer.corpus.tables.label_tables import read_mappings, read_table
from explorer.corpus.tables.labels import Fractions, LabelsFound

KEY = "labels/33N/15E-200N/labels_33N_15E-200N_01_09.geojson"
A, B, C = "33N_15E-200N_01_09", "31N_20E-234N_18_36", "32N_22E-222N_40_40"


def geojson(properties: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"type": "Feature", "properties": properties, "geometry": None, **more}).encode()


def table(text: str, **options: Any) -> label_tables.LabelTable:
    return read_table(text.encode(), "labels.csv", **options)


def as_dict(read: label_tables.LabelTable, sample_id: str) -> dict[int, float]:
    row = read.fractions.row(sample_id)
    return {int(code): float(value) for code, value in row.items()}  # type: ignore[call-overload]


# -- one sample -----------------------------------------------------------------------------------------------


def test_largest_fraction_first_without_zeros() -> None:
    label = read_label(geojson({"sample_id": A, "clc_111": 0.0, "clc_211": 0.3, "clc_112": 0.7}), KEY)
    assert label.to_dict() == {112: 0.7, 211: 0.3}
    assert list(label.index) == [112, 211]
    assert label.index.dtype == np.int64


def test_percentages_become_fractions() -> None:
    assert read_label(geojson({"clc_211": 99.5, "clc_112": 0.5}), KEY).to_dict() == {211: 0.995, 112: 0.005}


def test_a_whole_cell_of_one_class_is_one_on_either_scale() -> None:
    assert read_label(geojson({"clc_523": 1}), KEY).to_dict() == {523: 1.0}
    assert read_label(geojson({"clc_523": 100}), KEY).to_dict() == {523: 1.0}


@pytest.mark.parametrize(
    "name", ["clc_211", "CLC_211", "211", "clc211", "CLC 211", "clc_2018_211", "clc-211"]
)
def test_spellings_of_a_class(name: str) -> None:
    assert read_label(geojson({name: 1.0}), KEY).to_dict() == {211: 1.0}


def test_features_of_a_collection_add_up() -> None:
    feature = {"type": "Feature", "geometry": None}
    parts = [{**feature, "properties": {"clc_211": 0.25}}, {**feature, "properties": {"clc_211": 0.5}}]
    data = json.dumps({"type": "FeatureCollection", "features": parts}).encode()
    assert read_label(data, KEY).to_dict() == {211: 0.75}


def test_bounds_and_id_are_what_the_file_states() -> None:
    square = {"type": "Polygon", "coordinates": [[[3, 50], [4, 50], [4, 51], [3, 51], [3, 50]]]}
    file = read_file(geojson({"sample_id": A, "clc_211": 1.0}, geometry=square), KEY)
    assert (file.sample_id, file.bounds) == (A, (3.0, 50.0, 4.0, 51.0))
    assert np.isnan(read_file(geojson({"clc_211": 1.0}), KEY).bounds).all()


HOSTILE = {
    "nothing": b"",
    "no json": b"<html>404</html>",
    "cut": geojson({"clc_211": 1.0})[:-9],
    "binary": b"\xff\xfe\x00\x01",
    "deep": b"[" * 100_000,
    "list": b"[]",
    "number": b"7",
    "no feature": b'{"type": "Polygon", "coordinates": []}',
    "features no list": b'{"type": "FeatureCollection", "features": 3}',
    "no classes": geojson({"sample_id": A}),
    "properties no object": json.dumps({"type": "Feature", "properties": [1]}).encode(),
    "infinite": b'{"type": "Feature", "properties": {"clc_211": 1e999}}',
    "huge integer": b'{"type": "Feature", "properties": {"clc_211": 1' + b"0" * 400 + b"}}",
    "negative": geojson({"clc_211": -0.1}),
    "beyond all scales": geojson({"clc_211": 3.6e8}),
    "on no scale": geojson({"clc_211": 555.0}),
    "text": geojson({"clc_211": "much"}),
    "object": geojson({"clc_211": {"a": 1}}),
    "too much": geojson({"clc_211": 0.7, "clc_112": 0.7}),
    "far too long": geojson({"clc_211": 1.0, "note": "x" * 2**20}),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_label_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(CorpusFormatError, match=KEY):
        read_label(data, KEY)


@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_a_named_error(data: bytes) -> None:
    with pytest.raises(CorpusFormatError):
        read_label(b"{" + data, KEY)


@pytest.mark.parametrize(
    "geometry", [{}, {"type": "Polygon"}, {"type": 3}, {"type": "Polygon", "coordinates": "x"}]
)
def test_a_broken_geometry_does_not_lose_the_label(geometry: dict[str, Any]) -> None:
    file = read_file(geojson({"clc_211": 1.0}, geometry=geometry), KEY)
    assert file.values == {211: 1.0}
    assert np.isnan(file.bounds).all()


def collection(*features: dict[str, Any]) -> bytes:
    parts = [{"type": "Feature", "geometry": None, "properties": p} for p in features]
    return json.dumps({"type": "FeatureCollection", "features": parts}).encode()


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_a_class_without_a_value_is_none_of_it(nothing: str | None) -> None:
    values = {"clc_111": nothing, "clc_112": 0.45, "clc_211": 0.55}
    assert read_label(geojson(values), KEY).to_dict() == {211: 0.55, 112: 0.45}


def test_nan_is_zero_and_null_too() -> None:
    values = {"clc_112": float("nan"), "clc_211": 0.55, "clc_311": None}
    assert read_label(geojson(values), KEY).to_dict() == {211: 0.55}


@pytest.mark.parametrize(
    ("whole", "stored"),
    [(36, (16.2, 19.8)), (360_000, (162_000, 198_000)), (3_600, (1_620, 1_980)), (1_000, (450, 550))],
)
def test_areas_and_pixels_become_fractions(whole: float, stored: tuple[float, float]) -> None:
    label = read_label(geojson({"clc_112": stored[0], "clc_211": stored[1]}), KEY)
    assert label.to_dict() == pytest.approx({211: 0.55, 112: 0.45})
    given = read_label(geojson({"clc_112": stored[0]}), KEY, scale=whole)
    assert given.to_dict() == pytest.approx({112: 0.45})


def test_presence_is_equal_parts_of_one_label_too() -> None:
    assert read_label(geojson({"clc_112": 1, "clc_211": 1}), KEY).to_dict() == {112: 0.5, 211: 0.5}
    assert read_label(geojson({"clc_112": True, "clc_211": False}), KEY).to_dict() == {112: 1.0}
    presence = LabelsFound("files", 1.0, 2, presence=True)
    halves = read_label(geojson({"clc_112": 1, "clc_211": 1}), KEY, scale=presence)
    assert halves.to_dict() == {112: 0.5, 211: 0.5}


def test_features_that_are_repeated_count_once() -> None:
    one, half = {"clc_112": 0.45, "clc_211": 0.55}, {"clc_211": 0.5}
    assert read_label(collection(one, one), KEY).to_dict() == {211: 0.55, 112: 0.45}
    assert read_label(collection(half, half), KEY).to_dict() == {211: 1.0}  # two fields of one size
    file = read_file(collection(one, one, one), KEY)
    assert file.notes == ("features are repeated; each counts once",)


def test_what_has_no_class_is_kept_apart() -> None:
    label = read_label(geojson({"clc_211": 0.2, "clc_990": 0.3, "clc_999": 0.5, "nodata": -9999}), KEY)
    assert label.to_dict() == {211: 0.2}
    assert label.attrs["unclassified"] == pytest.approx(0.8)
    assert read_label(geojson({"clc_999": 1.0}), KEY).attrs == {"unclassified": 1.0}


def test_grid_codes_and_names_that_somebody_gives() -> None:
    stored = {f"clc_{i}": {2: 0.45, 12: 0.35, 48: 0.2}.get(i, 0) for i in (*range(1, 45), 48)}
    label = read_label(geojson(stored), KEY)
    assert (label.to_dict(), label.attrs) == ({112: 0.45, 211: 0.35}, {"unclassified": 0.2})
    assert read_file(geojson(stored), KEY).notes == ("classes are CORINE's grid codes (1 to 44)",)
    assert read_file(geojson({"Fields": 1.0}), KEY, {"fields": 211}).values == {211: 1.0}
    with pytest.raises(CorpusFormatError, match="codes of level 2"):
        read_file(geojson({"clc_12": 0.5, "clc_23": 0.5}), KEY)


def test_properties_that_only_look_like_classes_are_told() -> None:
    file = read_file(geojson({"clc_211": 1.0, "clc_600": 0.1}), KEY)
    assert file.notes == ("properties are named like classes that CORINE does not have: 'clc_600'; left out",)


def test_a_byte_order_mark_is_no_part_of_json() -> None:
    assert read_label(b"\xef\xbb\xbf" + geojson({"clc_211": 1.0}), KEY).to_dict() == {211: 1.0}


# -- tables ---------------------------------------------------------------------------------------------------


def test_wide_table_of_fractions() -> None:
    read = table(f"sample_id,clc_112,clc_211\n{A},0.25,0.75\n{B},0,1\n")
    assert as_dict(read, A) == {211: 0.75, 112: 0.25}
    assert (read.found.shape, read.found.scale, read.found.rows) == ("wide", 1, 2)
    assert not read.warnings


def test_wide_table_of_percentages_with_empty_cells_and_an_index_column() -> None:
    read = table(f",cell,CLC_112,211\n0,{A},,100\n1,{B},0.5,99.5\n")
    assert as_dict(read, A) == {211: 1.0}
    assert as_dict(read, B) == pytest.approx({211: 0.995, 112: 0.005})
    assert read.found.scale == 100


@pytest.mark.parametrize(
    ("names", "values"),
    [
        ("sample_id,clc_code,percentage", ("112,25", "211,75")),
        ("id,label,area", ("clc_112,0.25", "CLC_211,0.75")),
        ("clc,Sample_ID,Fraction", None),
        ("sample_id,class_name,value", ("Discontinuous urban fabric,0.25", "Non-irrigated arable land,0.75")),
    ],
)
def test_long_table(names: str, values: tuple[str, str] | None) -> None:
    rows = [f"{A},{value}" for value in values] if values else [f"112,{A},25", f"211,{A},75"]
    read = table("\n".join([names, *rows]) + "\n")
    assert as_dict(read, A) == {211: 0.75, 112: 0.25}
    assert read.found.shape == "long"


def test_long_rows_of_a_class_add_up_and_need_no_order() -> None:
    read = table(f"sample_id,class,fraction\n{A},211,0.5\n{B},523,1\n{A},112,0.25\n{A},211,0.25\n")
    assert as_dict(read, A) == {211: 0.75, 112: 0.25}
    assert list(read.fractions.ids) == [A, B]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_and_a_byte_order_mark(delimiter: str) -> None:
    text = f"\ufeffsample_id,clc_211\n{A},1\n".replace(",", delimiter)
    assert as_dict(table(text), A) == {211: 1.0}


def test_both_shapes_on_both_scales_give_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    ids = [f"33N_15E-200N_{i // 40 + 1:02d}_{i % 40 + 1:02d}" for i in range(800)]
    dense = np.zeros((800, 44))
    for row in dense:
        chosen = rng.choice(44, rng.integers(1, 5), replace=False)
        row[chosen] = rng.dirichlet(np.ones(len(chosen))).round(4)
    wide = pd.DataFrame(dense, index=pd.Index(ids, name="sample_id"), columns=list(corine.COLUMNS))
    long = wide.reset_index().melt("sample_id", var_name="class", value_name="value")
    found = []
    for name, frame, index in (("wide", wide, True), ("long", long[long["value"] > 0], False)):
        for scale in (1, 100):
            scaled = frame.copy()
            numbers = scaled.select_dtypes("number").columns
            scaled[numbers] *= scale
            path = tmp_path / f"{name}{scale}.csv.gz"
            scaled.to_csv(path, index=index)
            read = read_table(path, path.name)
            assert (read.found.shape, read.found.scale, read.found.rows) == (name, scale, 800)
            found.append(read.fractions.align(pd.Index(ids)).matrix.toarray())
    for matrix in found:
        np.testing.assert_allclose(matrix, dense, atol=1e-6)


def test_rows_that_are_no_labels_are_skipped_and_named() -> None:
    read = table(
        f"sample_id,clc_112,clc_211\n{A},0.25,0.75\nnowhere,0,1\n{B},-1,1\n{C},0.9,0.9\n{A},1,0\n1,2\n99N_1E-1N_01_01,0,1\n"
    )
    assert list(read.fractions.ids) == [A, B, C]
    assert as_dict(read, A) == {211: 0.75, 112: 0.25}
    assert as_dict(read, B) == as_dict(read, C) == {}
    said = "\n".join(read.warnings)
    for part in (
        "1 rows do not have 3 fields",
        "2 rows have no valid sample id",
        "'nowhere'",
        "repeat a sample",
        "1 cells are no number",
        "line 4, column clc_112: '-1'",
        f"1 samples have values that are not fractions to 1; taken as without label (first: '{C}' adds up to 1.8)",
    ):
        assert part in said


def test_classes_that_corine_does_not_have_are_left_out_and_named() -> None:
    read = table(f"sample_id,class,fraction\n{A},211,0.5\n{A},600,0.5\n{A},,0.1\n{B},523,1\n")
    assert as_dict(read, A) == {211: 0.5}
    assert read.warnings == ("labels.csv: classes that CORINE does not have are left out: '600', '(empty)'",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("a,b\n1,2\n", "no column holds sample ids"),
        (f"sample_id,colour\n{A},red\n", "neither a column a class"),
        (f"sample_id,class,fraction\n{A},mud,1\n", "no row names a CORINE class"),
    ],
)
def test_tables_that_are_none_are_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(CorpusFormatError, match=f"labels.csv.*{why}"):
        table(text)


def rows_of_one_class(count: int) -> str:
    """A table whose shares have as many digits as they need, so that a cut row shows."""
    return "sample_id,clc_211\n" + "".join(
        f"33N_15E-200N_{i // 40 + 1:02d}_{i % 40 + 1:02d},{i / count}\n" for i in range(count)
    )


@pytest.mark.parametrize("end", [0.5, 0.9, -4], ids=["half", "a tenth", "the checksum"])
def test_a_cut_gzip_gives_the_whole_rows_before(end: float) -> None:
    packed = gzip.compress(rows_of_one_class(1600).encode())
    read = read_table(packed[: int(end * len(packed)) if end > 0 else int(end)], "labels.csv.gz")
    count = len(read.fractions.ids)
    assert 100 < count <= 1600
    assert (count == 1600) == (end < 0)
    shares = np.asarray(read.fractions.matrix.sum(axis=1)).ravel()
    np.testing.assert_allclose(shares, np.arange(count) / 1600, atol=1e-6)
    assert "labels.csv.gz: damaged or truncated (Compressed file ended" in read.warnings[0]
    assert f"the {count:,} rows before are read" in read.warnings[0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_cut_gzip_of_utf16_ends_with_a_whole_line(encoding: str) -> None:
    text = "\ufeff" + rows_of_one_class(1600)
    packed = gzip.compress(text.encode(encoding))
    read = read_table(packed[: len(packed) * 3 // 4], "labels.csv.gz")
    count = len(read.fractions.ids)
    assert 100 < count < 1600
    assert as_dict(read, read.fractions.ids[-1]) == pytest.approx({211: (count - 1) / 1600}, abs=1e-6)


def test_what_comes_after_a_gzip_file_is_no_part_of_it() -> None:
    read = read_table(gzip.compress(rows_of_one_class(40).encode()) + b"more", "labels.csv.gz")
    assert len(read.fractions.ids) == 40
    assert "Not a gzipped file" in read.warnings[0]


def test_a_gzip_of_other_bytes_than_its_checksum_is_refused() -> None:
    packed = bytearray(gzip.compress(rows_of_one_class(1600).encode()))
    packed[-6] ^= 1  # nobody knows which numbers are wrong
    with pytest.raises(CorpusFormatError, match=r"labels\.csv\.gz: damaged or truncated \(CRC"):
        read_table(bytes(packed), "labels.csv.gz")


def test_a_gzip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_tables, "MAX_DECODED_BYTES", 2**20)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(f"sample_id,clc_211\n{A},1\n".encode())
        file.write(b"\n" * 2**24)
    with pytest.raises(CorpusFormatError, match="unpacks to more than 1,048,576 bytes"):
        read_table(packed.getvalue(), "labels.csv.gz")


def test_mappings_name_classes_in_other_ways() -> None:
    data = "grid_code,clc_code,label3,label1\n2,112,Suburb,Artificial\n1,111,Town,Artificial\n12,211,Field,Farm\n"
    names = read_mappings(data.encode(), "mappings.csv")
    assert names["field"] == names["12"] == 211
    assert "artificial" not in names  # stands for two classes
    assert as_dict(table(f"sample_id,Suburb,Field\n{A},0.2,0.8\n", mappings=names), A) == {211: 0.8, 112: 0.2}
    assert as_dict(table(f"sample_id,code,value\n{A},2,20\n{A},12,80\n", mappings=names), A) == {
        211: 0.8,
        112: 0.2,
    }


@pytest.mark.parametrize("data", [b"", b"\xff\xff", b"a\n", b"a,b\n1\n,,,\n", b'"'])
def test_strange_mappings_are_empty_or_a_named_error(data: bytes) -> None:
    try:
        assert read_mappings(data, "mappings.csv") == {}
    except CorpusFormatError as error:
        assert error.key == "mappings.csv"  # noqa: PT017 - either is right


# -- ids ------------------------------------------------------------------------------------------------------

ID_TEXTS = st.one_of(
    st.from_regex(r"[0-6]\d[NS]_\d{1,3}E-\d{1,3}N_[0-5]\d_[0-5]\d", fullmatch=True),
    st.text(max_size=30),
    st.sampled_from([A, A + "\n", " " + A, "33N_015E-200N_01_09", "33N_15E-200N_1_9", "٣٣N_15E-200N_01_09"]),
)


@given(ID_TEXTS)
def test_valid_ids_are_those_that_parse_and_lie_in_their_zone(text: str) -> None:
    try:
        cell = parse(text)
        expected = cell.tile_x < 42 and cell.tile_y < 392
    except InvalidSampleIdError:
        expected = False
    assert is_valid(text) is expected
    if not any(0xD800 <= ord(c) < 0xE000 for c in text):
        assert bool(valid_ids([text])[0]) is expected


# -- fractions of many ----------------------------------------------------------------------------------------


@pytest.fixture
def some() -> Fractions:
    return Fractions.from_rows({A: {211: 0.4, 112: 0.4, 311: 0.2}, B: {}, C: {523: 0.45}})


def test_row_and_dominant_break_ties_by_the_lowest_code(some: Fractions) -> None:
    assert list(some.row(A).index) == [112, 211, 311]
    clc, fraction = some.dominant()
    assert clc.dtype == np.int16
    assert fraction.dtype == np.float32
    assert clc.tolist() == [112, 0, 523]
    np.testing.assert_allclose(fraction, [0.4, 0, 0.45])


def test_row_reads_as_it_was_written(some: Fractions) -> None:
    assert some.row(C).to_dict() == {523: 0.45}  # not float32's 0.44999998807907104
    assert some.row(B).empty
    with pytest.raises(KeyError):
        some.row("33N_15E-200N_01_10")


def test_levels_add_up(some: Fractions) -> None:
    codes, matrix = some.at_level(1)
    assert codes == (1, 2, 3, 4, 5)
    np.testing.assert_allclose(
        matrix.toarray(), [[0.4, 0.4, 0.2, 0.0, 0.0], [0.0] * 5, [0.0, 0.0, 0.0, 0.0, 0.45]], atol=1e-7
    )
    codes, matrix = some.at_level(2)
    assert matrix.shape == (3, 15)
    assert matrix.toarray()[2, codes.index(52)] == pytest.approx(0.45)


def test_classes_of_any_level_count_each_place_once(some: Fractions) -> None:
    np.testing.assert_allclose(some.of_classes([211]), [0.4, 0, 0], atol=1e-7)
    np.testing.assert_allclose(some.of_classes([2, 21, 211, 31]), [0.6, 0, 0], atol=1e-7)
    with pytest.raises(UnknownClassError, match="217"):
        some.of_classes([217])


def test_align_reorders_drops_and_adds(some: Fractions) -> None:
    other = some.align(pd.Index([C, "33N_15E-200N_01_10", A]))
    assert other.row(C).to_dict() == {523: 0.45}
    assert other.row("33N_15E-200N_01_10").empty
    assert other.row(A).to_dict() == some.row(A).to_dict()
    assert other.matrix.shape == (3, 44)


def test_no_samples_at_all() -> None:
    none = Fractions.from_rows({})
    assert [part.tolist() for part in none.dominant()] == [[], []]
    assert Fractions.empty(pd.Index([A])).dominant()[0].tolist() == [0]


def test_unclassified_shares_go_with_their_samples() -> None:
    some = Fractions.from_rows({A: {211: 0.4, UNCLASSIFIED: 0.6}, B: {523: 1.0}})
    assert some.unclassified.tolist() == pytest.approx([0.6, 0])
    assert some.matrix.shape == (2, 44)
    turned = some.align(pd.Index([C, B, A]))
    assert turned.unclassified.tolist() == pytest.approx([0, 0, 0.6])
    assert turned.unclassified.dtype == np.float32
    assert turned.row(A).attrs == {"unclassified": 0.6}
    with pytest.raises(ValueError, match="2 unclassified shares of 1 samples"):
        Fractions(pd.Index([A]), turned.matrix[:1], some.unclassified)
