"""CORINE: codes, names, colours, levels."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.core import corine as clc
from explorer.core.errors import UnknownClassError


def test_there_are_5_15_and_44_classes_in_order() -> None:
    assert [len(clc.classes(level)) for level in (1, 2, 3)] == [5, 15, 44]
    for level in (1, 2, 3):
        codes = clc.codes(level)
        assert list(codes) == sorted(set(codes))
        assert all(len(str(code)) == level for code in codes)


def test_every_class_has_its_parents() -> None:
    for code in clc.codes(3):
        assert clc.parent(code, 3) == code
        assert clc.parent(code, 2) in clc.codes(2)
        assert clc.parent(code, 1) in clc.codes(1)
    assert clc.parent(clc.NO_LABEL, 1) == clc.NO_LABEL


@pytest.mark.parametrize(
    ("code", "title", "colour"),
    [
        (111, "Continuous urban fabric", "#e6004d"),
        (211, "Non-irrigated arable land", "#ffffa8"),
        (312, "Coniferous forest", "#00a600"),
        (523, "Sea and ocean", "#e6f2ff"),
    ],
)
def test_names_and_colours_are_the_official_ones(code: int, title: str, colour: str) -> None:
    land_cover = clc.land_cover(code)
    assert (land_cover.title, land_cover.hex, land_cover.level) == (title, colour, 3)


def test_no_label_is_a_class_of_its_own() -> None:
    assert clc.land_cover(0).title == "No label"
    assert clc.land_cover(0).rgb not in {c.rgb for c in clc.classes(3)}


@pytest.mark.parametrize("code", [999, -1, 6, "forest", None, 2110])
def test_an_unknown_code_is_named(code: object) -> None:
    with pytest.raises(UnknownClassError, match=str(code)):
        clc.land_cover(code)  # type: ignore[arg-type]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(UnknownClassError, match="level 4"):
        clc.classes(4)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_positions_lead_to_each_codes_colour(level: int) -> None:
    codes = np.array(clc.codes(level))
    colours = clc.colour_table(level)[clc.positions(codes, level)]
    expected = [clc.land_cover(code).rgb for code in clc.codes(level)]
    np.testing.assert_array_equal(colours, expected)


def test_codes_that_do_not_exist_are_drawn_as_no_label() -> None:
    np.testing.assert_array_equal(clc.positions(np.array([0, -5, 100, 999, 70_000])), np.zeros(5))
    assert tuple(clc.colour_table()[0]) == clc.NO_LABEL_RGB


def test_the_colour_table_cannot_be_changed_by_a_caller() -> None:
    with pytest.raises(ValueError, match="read-only"):
        clc.colour_table()[0] = 0


def test_columns_are_those_of_the_label_files() -> None:
    assert clc.COLUMNS[0] == "clc_111"
    assert clc.COLUMNS[-1] == "clc_523"
    assert len(clc.COLUMNS) == 44
