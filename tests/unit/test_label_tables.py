"""Tables of labels as they may come: scales, presence, repeats, grid codes, what has no class, and cells that are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer.core import corine
from explorer.core.errors import CorpusFormatError
from explorer.corpus.tables.class_names import UNCLASSIFIED, find_classes
from explorer.corpus.tables.label_scale import KNOWN, find_scale
from explorer.corpus.tables.label_tables import LabelTable, read_mappings, read_table

A, B, C, D = "33N_15E-200N_01_09", "31N_20E-234N_18_36", "32N_22E-222N_40_40", "33N_15E-200N_01_10"
WIDE = "sample_id,clc_112,clc_211\n"
LONG = "sample_id,clc,fraction\n"


def read(text: str | bytes, **options: Any) -> LabelTable:
    return read_table(text.encode() if isinstance(text, str) else text, "labels.csv", **options)


def of(table: LabelTable, sample_id: str) -> dict[int, float]:
    row = table.fractions.row(sample_id)
    return {int(code): pytest.approx(value, abs=1e-6) for code, value in row.items()}  # type: ignore[call-overload]


def unclassified(table: LabelTable) -> list[float]:
    return [round(float(v), 6) for v in table.fractions.unclassified]


# -- the scale ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", KNOWN, ids=lambda scale: f"{scale.whole:g}")
@pytest.mark.parametrize("count", [1, 2, 3, 40])
@pytest.mark.parametrize("shape", ["wide", "long"])
def test_every_scale_gives_the_same_fractions(scale: Any, count: int, shape: str) -> None:
    ids = [f"33N_15E-200N_{i // 40 + 1:02d}_{i % 40 + 1:02d}" for i in range(count)]
    parts = [(0.45, 0.55), (0.0, 1.0), (0.5, 0.5)]
    stored = [tuple(round(f * scale.whole, 6) for f in parts[i % 3]) for i in range(count)]
    if shape == "wide":
        text = WIDE + "".join(f"{i},{a},{b}\n" for i, (a, b) in zip(ids, stored, strict=True))
    else:
        rows = zip(ids, stored, strict=True)
        text = LONG + "".join(
            f"{i},{c},{v}\n" for i, pair in rows for c, v in zip((112, 211), pair, strict=True)
        )
    table = read(text)
    assert of(table, ids[0]) == {112: 0.45, 211: 0.55}
    assert (table.found.scale, table.found.what) == (scale.whole, scale.what)
    assert table.warnings == ()


def test_what_was_decided_is_said() -> None:
    found = read(WIDE + f"{A},16.2,19.8\n").found
    assert (
        str(found)
        == "1 samples, a column a class, areas in hectares (or pixels of 100 m): 36 is a whole cell"
    )
    assert "fractions run to 100" in str(read(WIDE + f"{A},45,55\n").found)


def test_pixels_counted_on_edges_make_a_whole_cell_nevertheless() -> None:
    table = read(WIDE + f"{A},14,24\n{B},0,34\n{C},18,18\n")
    assert of(table, A) == {112: 14 / 38, 211: 24 / 38}  # not more than 1
    assert of(table, C) == {112: 0.5, 211: 0.5}


@pytest.mark.parametrize(
    ("totals", "whole"),
    [
        ([1.0, 0.98, 1.01, 0.4, 0.2], 1),  # rounding, and cells labelled in part
        ([100.0, 0.8, 99.5], 100),
        ([36.0, 18.0, 1.0], 36),
        ([1.0] * 9 + [100.0], 1),
        ([1.0, 1.8], 1),
        ([0.9], 1),
        ([100.0] * 10 + list(np.linspace(5, 90, 90)), 100),  # a coast, mostly sea beyond CORINE
        ([0.36, 0.36, 0.18], 0.36),
        ([0.36], 1),  # one sample alone may be labelled in part
        ([38.5] * 5, 38.5),
        ([], 1),
    ],
)
def test_most_totals_decide_not_their_mean(totals: list[float], whole: float) -> None:
    found = find_scale(np.array(totals))
    assert found is not None
    assert found.whole == pytest.approx(whole)


@pytest.mark.parametrize("totals", [[77.0], [77.0, 237.0], [3.0, 50.0, 700.0, 9_000.0]])
def test_totals_that_fit_nothing_have_no_scale(totals: list[float]) -> None:
    assert find_scale(np.array(totals)) is None


def test_labels_on_no_scale_are_none_and_say_what_to_do() -> None:
    table = read(WIDE + f"{A},17.5,220\n{B},0,77\n")
    assert of(table, A) == of(table, B) == {}
    (warning,) = table.warnings
    assert "add up to 77 to 237.5 (middle 157.25)" in warning
    assert "rapidai4eo.toml: [labels] scale" in warning
    assert table.found.lost == 2


def test_a_scale_that_is_named_is_taken() -> None:
    table = read(WIDE + f"{A},17.5,220\n{B},0,237.5\n", scale=237.5)
    assert of(table, A) == {112: 17.5 / 237.5, 211: 220 / 237.5}
    assert of(read(WIDE + f"{A},0.2,0.16\n", scale=1), A) == {112: 0.2, 211: 0.16}
    assert of(read(LONG + f"{A},112,0.5\n{A},112,0.5\n", scale=1), A) == {112: 1.0}


def test_a_constant_is_taken_and_said() -> None:
    table = read(WIDE + f"{A},17,30\n{B},0,47.0\n{C},46.5,0.5\n{D},47,0\n")
    assert table.found.scale == pytest.approx(47)
    assert of(table, A) == {112: 17 / 47, 211: 30 / 47}
    assert "47 is taken as a whole cell" in table.warnings[0]


def test_fractions_that_never_are_a_whole_cell_are_told() -> None:
    table = read(WIDE + f"{A},0.2,0.3\n{B},0.1,0\n")
    assert of(table, A) == {112: 0.2, 211: 0.3}
    assert "no sample adds up to a whole cell (at most 0.5)" in table.warnings[0]


def test_one_sample_beyond_a_whole_cell_loses_its_label_and_no_other() -> None:
    table = read(WIDE + f"{A},16.2,19.8\n{B},36,36\n{C},0,36\n")
    assert (of(table, A), of(table, B), of(table, C)) == ({112: 0.45, 211: 0.55}, {}, {211: 1.0})
    assert f"'{B}' adds up to 72" in table.warnings[0]


# -- presence -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        WIDE + f"{A},1,1\n{B},0,1\n",
        WIDE + f"{A},1,1\n",
        WIDE + f"{A},True,True\n{B},False,True\n",
        WIDE + f"{A},100,100\n{B},0,100\n",
        LONG + f"{A},112,1\n{A},211,1\n{B},211,1\n",
        LONG + f"{A},112,1\n{A},211,1\n{B},211,1\n" * 2,
    ],
)
def test_multi_hot_is_presence_and_said(text: str) -> None:
    table = read(text)
    assert of(table, A) == {112: 0.5, 211: 0.5}
    assert table.found.presence
    said = "presence only (multi-hot): shares are equal parts, not measured"
    assert said in str(table.found)
    assert f"labels.csv: {said}" in table.warnings


def test_one_class_a_sample_is_a_fraction_of_one() -> None:
    table = read(WIDE + f"{A},1,0\n{B},0,1\n")
    assert of(table, A) == {112: 1.0}
    assert not table.found.presence
    assert table.warnings == ()


# -- rows that come again -------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("scale", [1, 100, 36, 360_000])
def test_a_table_joined_twice_counts_once(times: int, scale: float) -> None:
    rows = f"{A},112,{0.45 * scale}\n{A},211,{0.55 * scale}\n{B},311,{scale}\n"
    table = read(LONG + rows * times)
    assert (of(table, A), of(table, B)) == ({112: 0.45, 211: 0.55}, {311: 1.0})
    assert table.found.scale == scale
    assert f"{3 * (times - 1)} rows repeat a sample, class and value; each counts once" in table.warnings[0]


def test_only_some_samples_were_joined_twice() -> None:
    rows = "".join(f"33N_15E-200N_02_{i:02d},311,1\n" for i in range(1, 21))
    table = read(LONG + rows + f"{A},112,0.45\n{A},211,0.55\n" * 2)
    assert of(table, A) == {112: 0.45, 211: 0.55}
    assert of(table, "33N_15E-200N_02_07") == {311: 1.0}


def test_two_polygons_of_one_size_add_up() -> None:
    table = read(LONG + f"{A},112,0.25\n{A},112,0.25\n{A},211,0.5\n{B},523,1\n")
    assert of(table, A) == {112: 0.5, 211: 0.5}
    assert "are added, since samples then are whole cells" in table.warnings[0]


def test_another_value_of_a_class_adds_up_only_where_it_fits() -> None:
    table = read(LONG + f"{A},112,0.5\n{A},112,0.6\n{A},211,0.5\n{B},523,1\n{C},211,0.25\n{C},211,0.75\n")
    assert of(table, A) == {112: 0.5, 211: 0.5}  # the first of the two
    assert of(table, C) == {211: 1.0}
    assert "1 rows give a class of a sample another value; the first counts" in table.warnings[0]


def test_wide_rows_that_come_again_count_once() -> None:
    table = read(WIDE + f"{A},0.4,0.6\n{A},0.4,0.6\n{B},1,0\n")
    assert of(table, A) == {112: 0.4, 211: 0.6}
    assert "1 rows repeat a sample; its first row counts" in table.warnings[0]


# -- names of classes -----------------------------------------------------------------------------------------


def test_grid_codes_in_a_long_table() -> None:
    table = read(LONG + f"{A},2,0.45\n{A},12,0.35\n{A},48,0.2\n{B},44,1.0\n")
    assert (of(table, A), of(table, B)) == ({112: 0.45, 211: 0.35}, {523: 1.0})
    assert unclassified(table) == [0.2, 0.0]
    assert "classes by grid code (1 to 44)" in str(table.found)
    assert "labels.csv: classes are CORINE's grid codes (1 to 44), read so" in table.warnings


@pytest.mark.parametrize("prefix", ["clc_", "CLC", "", "clc_2018_"])
def test_grid_codes_in_a_wide_table(prefix: str) -> None:
    header = ",".join(f"{prefix}{i}" for i in range(1, 45))
    rows = [",".join(str({1: 0.45, 11: 0.55}.get(j, 0)) for j in range(44)), ",".join(["0"] * 43 + ["1"])]
    table = read(f"sample_id,{header}\n{A},{rows[0]}\n{B},{rows[1]}\n")
    assert (of(table, A), of(table, B)) == ({112: 0.45, 211: 0.55}, {523: 1.0})


def test_all_44_grid_codes_are_the_44_codes_in_order() -> None:
    found = find_classes([str(i) for i in range(1, 45)], all_classes=True)
    assert tuple(found.codes.values()) == corine.codes(3)
    assert found.grid


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LONG + f"{A},12,0.45\n{A},23,0.55\n", "codes of level 2"),
        (LONG + f"{A},1,0.45\n{A},3,0.55\n", "codes of level 1"),
        (LONG + f"{A},2,0.45\n{A},mud,0.55\n", "no row names a CORINE class"),
        (LONG + f"{A},2,0.45\n{A},51,0.55\n", "no row names a CORINE class"),
        (f"sample_id,1,2\n{A},0.5,0.5\n", "neither a column a class"),
        (f"sample_id,{','.join(f'clc_{i}' for i in range(44))}\n{A}{',0.5' * 44}\n", "from 0"),
        (f"sample_id,clc_1,clc_2,clc_3,clc_4,clc_5\n{A},1,0,0,0,0\n", "level 1"),
    ],
)
def test_what_could_be_other_codes_is_not_taken(text: str, why: str) -> None:
    with pytest.raises(CorpusFormatError, match=why):
        read(text)


def test_a_column_that_calls_itself_grid_code_is_believed() -> None:
    table = read(f"sample_id,grid_code,fraction\n{A},12,0.45\n{A},23,0.55\n")
    assert of(table, A) == {211: 0.45, 311: 0.55}


def test_three_digits_and_mappings_win_over_grid_codes() -> None:
    table = read(f"sample_id,1,2,clc_211\n{A},7,8,1.0\n")
    assert of(table, A) == {211: 1.0}
    names = read_mappings(b"grid,code\n12,211\n23,311\n", "mappings.csv")
    assert of(read(LONG + f"{A},12,0.4\n{A},23,0.6\n", mappings=names), A) == {211: 0.4, 311: 0.6}


@pytest.mark.parametrize(
    "name", ["clc_990", "CLC_995", "999", "clc_999", "unclassified", "NODATA", "clc_nodata", "No Data"]
)
def test_what_has_no_class_is_kept_and_said(name: str) -> None:
    table = read(f"sample_id,clc_211,clc_523,{name}\n{A},.2,0,.8\n{B},0,0,1\n{C},.5,.5,0\n")
    assert (of(table, A), of(table, B), of(table, C)) == ({211: 0.2}, {}, {211: 0.5, 523: 0.5})
    assert unclassified(table) == [0.8, 1.0, 0.0]
    assert table.fractions.unclassified.dtype == np.float32
    assert table.fractions.row(A).attrs == {"unclassified": 0.8}
    assert table.fractions.row(C).attrs == {}
    assert (
        "2 samples are unclassified in part (990, 995, 999; kept as such), 1 of them wholly"
        in table.warnings[0]
    )
    assert table.found.unclassified == 2


def test_what_has_no_class_decides_the_scale_too() -> None:
    table = read(f"sample_id,clc_211,clc_990,clc_999\n{A},6,20,10\n{B},0,0,36\n{C},1,35,0\n")
    assert table.found.scale == 36
    assert of(table, A) == {211: 1 / 6}
    assert unclassified(table) == pytest.approx([30 / 36, 1, 35 / 36], abs=1e-6)


def test_unclassified_rows_of_a_long_table() -> None:
    table = read(LONG + f"{A},211,20\n{A},999,50\n{A},990,30\n{B},999,100\n")
    assert of(table, A) == {211: 0.2}
    assert unclassified(table) == [0.8, 1.0]


def test_columns_that_only_look_like_classes_are_said() -> None:
    table = read(f"sample_id,clc_211,clc_600,clc_523,year_2018,2018\n{A},.5,.5,0,1,1\n{B},0,0,1,1,1\n")
    assert of(table, A) == {211: 0.5}
    assert table.warnings == (
        "labels.csv: columns are named like classes that CORINE does not have: 'clc_600'; left out",
    )


def test_a_class_with_two_columns_counts_once() -> None:
    table = read(f"sample_id,clc_112,211,clc_211\n{A},.4,.6,.6\n")
    assert of(table, A) == {112: 0.4, 211: 0.6}
    assert "'clc_211' are of a class that has a column already" in table.warnings[0]
    assert of(read(f"sample_id,clc_112,clc_112\n{A},1,1\n"), A) == {112: 1.0}


def test_words_that_stand_for_a_class() -> None:
    assert find_classes(["Pastures", "clc_999", "x"]).codes == {"Pastures": 231, "clc_999": UNCLASSIFIED}


# -- labels of two scales -------------------------------------------------------------------------------------


def mixed(few: int, many: int, small: float, large: float, parts: tuple[float, float] = (0.45, 0.55)) -> str:
    """`few` samples written to `small`, after `many` written to `large`."""
    wholes = [large] * many + [small] * few
    return WIDE + "".join(
        f"33N_15E-200N_{i // 40 + 1:02d}_{i % 40 + 1:02d},{parts[0] * whole:.6g},{parts[1] * whole:.6g}\n"
        for i, whole in enumerate(wholes)
    )


@pytest.mark.parametrize(("few", "many"), [(1, 1), (1, 2), (1, 40), (17, 20), (20, 21)])
@pytest.mark.parametrize(
    ("small", "large"), [(1, 100), (1, 36), (1, 360_000), (36, 360_000), (100, 10_000), (1, 3_600)]
)
def test_some_samples_on_another_scale_are_read_on_it_and_said(
    few: int, many: int, small: float, large: float
) -> None:
    text = mixed(few, many, small, large, (0.455, 0.545))
    table = read(text)
    assert table.found.scale == large
    assert all(of(table, i) == {112: 0.455, 211: 0.545} for i in table.fractions.ids)
    last = table.fractions.ids[many]
    (warning,) = table.warnings
    assert (
        f"{few} samples are written to {small:,g} among others to {large:,g}; read so (first: '{last}"
        in warning
    )


def test_whole_cells_of_one_class_among_fractions_are_read_with_them() -> None:
    table = read(mixed(2, 20, 1, 100) + f"{B},0,1\n")
    assert of(table, B) == {211: 1.0}
    assert "3 samples are written to 1" in table.warnings[0]


@pytest.mark.parametrize(("small", "large"), [(36, 100), (100, 900), (1, 100)])
def test_what_could_be_either_has_no_label_and_is_said(small: float, large: float) -> None:
    table = read(mixed(1, 20, small, large, (0.0, 1.0)))
    assert of(table, table.fractions.ids[-1]) == {}
    assert of(table, table.fractions.ids[0]) == {211: 1.0}
    (warning,) = table.warnings
    assert f"1 samples may be written to another scale than {large:g}" in warning
    assert f"'{table.fractions.ids[-1]}' adds up to {small:g}" in warning


def test_cells_that_are_labelled_in_part_are_not_of_another_scale() -> None:
    coast = [0.4, 0.7, 1.0, 1.5, 1.8, 3.0, 36.0, 30.0, 38.0, 60.0]
    ids = [f"33N_15E-200N_01_{i + 1:02d}" for i in range(len(coast))]
    table = read(mixed(0, 0, 1, 1) + "".join(f"{i},0,{t}\n" for i, t in zip(ids, coast, strict=True))
                 + "".join(f"33N_15E-200N_02_{i + 1:02d},45.5,54.5\n" for i in range(30)))  # fmt: skip
    assert [of(table, i) for i in ids] == [{211: t / 100} for t in coast]
    assert table.warnings == ()


def test_a_scale_that_somebody_names_is_that_of_all() -> None:
    table = read(mixed(1, 40, 1, 100), scale=100)
    assert of(table, table.fractions.ids[-1]) == {112: 0.0045, 211: 0.0055}


# -- tables that only name classes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names", ["sample_id,clc", "sample_id,what", "clc,sample_id", "sample_id,clc,country"]
)
def test_a_column_of_classes_alone_is_presence_and_said(names: str) -> None:
    rows = [(A, "112", "BE"), (A, "211", "BE"), (B, "311", "SE"), (A, "112", "BE")]
    order = [names.split(",").index(n) for n in names.split(",")]
    cells = [[c for _, c in sorted(zip(order, row, strict=False))] for row in rows]
    if names.startswith("clc"):
        cells = [[row[1], row[0]] for row in cells]
    table = read(names + "\n" + "".join(",".join(row) + "\n" for row in cells))
    assert (of(table, A), of(table, B)) == ({112: 0.5, 211: 0.5}, {311: 1.0})
    assert table.found.presence
    said = "\n".join(table.warnings)
    assert "no column holds numbers" in said
    assert "presence only" in said
    assert "1 rows repeat a sample" in said


def test_one_class_a_sample_without_numbers_is_presence_too() -> None:
    table = read(f"sample_id,clc\n{A},112\n{B},211\n")
    assert (of(table, A), table.found.presence) == ({112: 1.0}, True)


@pytest.mark.parametrize("rows", [f"{A},112,0.4\n{A},211,0.6\n", f'{A},112,"0,4"\n', f"{A},112,40 %\n"])
def test_a_column_of_numbers_that_is_not_understood_is_not_passed_over(rows: str) -> None:
    with pytest.raises(CorpusFormatError, match="line 1: neither a column a class"):
        read("sample_id,clc,foo\n" + rows)


# -- rows of other lengths ---------------------------------------------------------------------------------------


def test_a_row_of_another_length_costs_its_label_and_not_its_sample() -> None:
    table = read(WIDE + f"{B},0,1\n{A},0,45,0,55\nx,1,2,3\n{C},1\n{B},9\n")
    assert list(table.fractions.ids) == [B, A, C]
    assert (of(table, A), of(table, B), of(table, C)) == ({}, {211: 1.0}, {})
    (warning,) = table.warnings
    assert "4 rows do not have 3 fields" in warning
    assert f"(first: line 3: '{A},0,45,0,55')" in warning
    assert "a decimal comma need quotes" in warning


# -- empty cells ------------------------------------------------------------------------------------------------

EMPTY = {
    "wide": WIDE + "{B},{b},1\n{A},,0.5\n{C},,1\n",
    "long": LONG + "{B},112,{b}\n{B},211,1\n{A},112,\n{A},211,0.5\n{C},211,1\n{C},112,\n",
}


@pytest.mark.parametrize("shape", EMPTY)
@pytest.mark.parametrize("bad", ["", "{D},211,x\n"], ids=["fast", "slow"])
def test_an_empty_cell_where_0_is_written_costs_what_does_not_add_up(shape: str, bad: str) -> None:
    more = bad if shape == "long" else bad.replace("211", "0")
    table = read((EMPTY[shape] + more).format(A=A, B=B, C=C, D=D, b=0))
    assert (of(table, A), of(table, B), of(table, C)) == ({}, {211: 1.0}, {211: 1.0})
    assert table.found.lost == (2 if bad else 1)
    said = "\n".join(table.warnings)
    assert (
        "1 samples have empty cells and do not add up to a whole cell without them; taken as without label"
        in said
    )
    assert f"(first: '{A}')" in said


@pytest.mark.parametrize("shape", EMPTY)
def test_an_empty_cell_where_0_is_not_written_is_0_and_said(shape: str) -> None:
    table = read(EMPTY[shape].format(A=A, B=B, C=C, b="").replace("clc_112", "clc_111"))
    assert of(table, A) == {211: 0.5}
    (warning,) = table.warnings
    assert "these cells count as 0" in warning
    assert "1 samples have empty cells" in warning
    assert f"(first: '{A}')" in warning


def test_empty_cells_of_percentages_and_of_presence() -> None:
    table = read(WIDE + f"{A},,50\n{B},0,100\n{C},45,55\n")
    assert (of(table, A), of(table, C)) == ({}, {112: 0.45, 211: 0.55})
    table = read(WIDE + f"{A},,1\n{B},0,1\n{C},1,1\n")
    assert (of(table, A), table.found.lost) == ({211: 1.0}, 0)


# -- cells ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell", ["NULL", "-", "n/a", "#N/A", "nan", "abc", "inf", "-0.2", "1.2.3", "99999999", "0.1 0.2"]
)
def test_one_bad_cell_costs_one_label_and_names_its_place(cell: str) -> None:
    table = read(WIDE + f"{B},0.1,0.9\n{A},{cell},0.55\n{C},0,1\n")
    assert (of(table, A), of(table, B), of(table, C)) == ({}, {112: 0.1, 211: 0.9}, {211: 1.0})
    assert list(table.fractions.ids) == [B, A, C]
    (warning,) = table.warnings
    assert warning.startswith("labels.csv: ")
    assert f"line 3, column clc_112: '{cell}'" in warning


@pytest.mark.parametrize("cell", ["0.45 ", " 0.45", "4.5e-1", "+.45", "\u00a00.45"])
def test_numbers_in_other_words_are_numbers(cell: str) -> None:
    table = read(WIDE + f'{A},"{cell}",0.55\n{B},x,1\n')  # the second row leads to the slow way
    assert of(table, A) == of(read(WIDE + f"{A},{cell},0.55\n"), A) == {112: 0.45, 211: 0.55}


@pytest.mark.parametrize("word", ["NULL", "-", "", "NaN", "NA"])
def test_a_cell_without_a_value_is_zero_where_the_others_are_a_whole_cell(word: str) -> None:
    table = read(WIDE + f"{A},{word},1.0\n{B},0.5,0.5\n")
    assert of(table, A) == {211: 1.0}


@pytest.mark.parametrize("word", ["NULL", "NaN", "NA", ""])
def test_a_table_may_write_zero_in_a_way_of_its_own(word: str) -> None:
    ids = [f"33N_15E-200N_{i // 40 + 1:02d}_{i % 40 + 1:02d}" for i in range(60)]
    table = read(WIDE + "".join(f"{i},{word},{0.7 if n == 3 else 1}\n" for n, i in enumerate(ids)))
    assert of(table, ids[3]) == {211: 0.7}  # a coast
    assert table.warnings == ()


def test_lines_are_those_of_the_file() -> None:
    table = read(WIDE + f"{B},1\n{C},0,1\n\nx,1,2,3\n{A},bad,0.55\n")
    assert "line 5, column clc_112: 'bad'" in "\n".join(table.warnings)  # empty lines are not counted


def test_a_bad_value_of_a_long_table_costs_its_sample() -> None:
    table = read(LONG + f"{A},112,much\n{A},211,0.55\n{B},211,1\n")
    assert (of(table, A), of(table, B)) == ({}, {211: 1.0})
    assert "line 2, column fraction: 'much'" in table.warnings[0]


def test_many_bad_cells_are_few_words() -> None:
    ids = [f"33N_15E-200N_{i // 40 + 1:02d}_{i % 40 + 1:02d}" for i in range(1600)]
    table = read(WIDE + "".join(f"{i},bad,worse\n" for i in ids))
    assert "3,200 cells are no number" in table.warnings[0]
    assert sum(map(len, table.warnings)) < 500


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_decimal_commas(delimiter: str) -> None:
    rows = [["sample_id", "clc_112", "clc_211"], [A, "0,45", "0,55"], [B, "0", "1"], [C, "0,125", "0,875"]]
    quoted = [[f'"{cell}"' if delimiter == "," else cell for cell in row] for row in rows]
    table = read("\n".join(delimiter.join(row) for row in quoted))
    assert (of(table, A), of(table, B)) == ({112: 0.45, 211: 0.55}, {211: 1.0})
    assert of(table, C) == {112: 0.125, 211: 0.875}
    assert table.warnings == ()


def test_decimal_commas_of_a_long_table_and_of_percentages() -> None:
    assert of(read(f"sample_id;clc;fraction\n{A};112;0,45\n{A};211;0,55\n"), A) == {112: 0.45, 211: 0.55}
    table = read(f"sample_id;clc_112;clc_211\n{A};45,0;55,0\n{B};0;100,000\n")
    assert (of(table, A), of(table, B)) == ({112: 0.45, 211: 0.55}, {211: 1.0})
    assert of(read(f"sample_id;clc_112;clc_211\n{A};45 %;55%\n"), A) == {112: 0.45, 211: 0.55}


def test_commas_that_could_be_thousands_are_not_guessed() -> None:
    table = read(WIDE + f'{A},"162,000","198,000"\n{B},0,360000\n')
    assert (of(table, A), of(table, B)) == ({}, {211: 1.0})
    assert "'162,000' are not guessed: write them without a separator" in table.warnings[0]


def test_unquoted_decimal_commas_get_a_remedy() -> None:
    with pytest.raises(
        CorpusFormatError, match="header has 3 fields and its first row 5; numbers with a decimal comma"
    ):
        read(WIDE + f"{A},0,45,0,55\n")


@pytest.mark.parametrize(
    "data",
    [
        f"sep=;\nsample_id;clc_112;clc_211\n{A};0,45;0,55\n".encode(),
        f"# of 2018\n\nsample_id,clc_112,clc_211\n{A},0.45,0.55\n".encode(),
        f"sample_id;clc_112;clc_211\n{A};0,45;0,55\n".encode("utf-16"),
        f"sample_id,clc_112,clc_211,note\n{A},0.45,0.55,é\n".encode("latin-1"),
        f"id,sample_id,clc_112,clc_211\r\n0,{A},0.45,0.55\r\n".encode(),
        f"neighbour,sample_id,clc_112,clc_211\n{B},{A},0.45,0.55\n".encode(),
    ],
    ids=["sep", "comment", "utf-16", "latin-1", "id", "two columns of ids"],
)
def test_what_spreadsheets_write(data: bytes) -> None:
    table = read(data)
    assert list(table.fractions.ids) == [A]
    assert of(table, A) == {112: 0.45, 211: 0.55}


def test_a_cell_of_no_utf8_costs_one_label() -> None:
    table = read(f"sample_id,clc_112,clc_211\n{A},é,0.55\n{B},0,1\n".encode("latin-1"))
    assert (of(table, A), of(table, B)) == ({}, {211: 1.0})


def test_progress_does_not_begin_anew_where_a_cell_is_bad() -> None:
    ids = [
        f"33N_{x}E-200N_{r:02d}_{c:02d}" for x in range(10, 20) for r in range(1, 41) for c in range(1, 41)
    ]
    body = "".join(f"{i}{',0.000000000000000' * 43},1\n" for i in ids)
    text = "sample_id," + ",".join(corine.COLUMNS) + "\n" + body + f"{B}{',x' * 44}\n"
    calls: list[int] = []
    table = read(text, progress=calls.append)
    assert calls == sorted(set(calls))
    assert calls[-1] == len(ids) + 1
    assert table.found.lost == 1


def test_one_column_of_a_mere_number_is_no_grid_code() -> None:
    found = find_classes(["clc_7"])
    assert not found.codes
    assert "'clc_7' is not enough to tell CORINE's grid codes (1 to 44)" in found.why


def test_one_label_to_100_among_others_to_1_is_read_so_and_said() -> None:
    rows = "".join(f"33N_15E-200N_{i // 40 + 1:02d}_{i % 40 + 1:02d},0.5,0.5\n" for i in range(60, 100))
    table = read(WIDE + rows + f"{B},45,55\n")
    assert of(table, B) == {112: 0.45, 211: 0.55}
    (warning,) = table.warnings
    assert "1 samples are written to 100 among others to 1; read so" in warning
    assert B in warning
