"""Legends: those shipped, and people's own, which are checked line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.core import corine
from explorer.core.errors import LegendError
from explorer.opinions import legends
from explorer.review import groupings


@pytest.mark.parametrize("name", legends.known())
def test_each_legend_that_is_shipped_says_whom_to_name_and_on_which_terms(name: str) -> None:
    found = legends.find(name)
    assert found.id == name
    assert found.source
    assert found.licence
    assert any(one.corine for one in found.classes)
    assert found.grouping.codes


def test_corines_own_levels_are_legends() -> None:
    assert legends.find("corine").is_corine
    assert not legends.find("corine-2").is_corine
    assert legends.find("corine-2").grouping == groupings.of_level(2)
    assert legends.find("corine-1").classes[2].corine == tuple(c for c in corine.codes(3) if 300 < c < 400)


def test_a_class_is_found_by_its_value_and_by_its_title() -> None:
    found = legends.find("esa-worldcover")
    assert found.place(40) == found.place("40") == found.place(" cropland ") == 3
    assert found.place("maize") is None
    assert found.nodata == (0,)


def test_classes_go_into_the_groups_that_their_codes_are_in() -> None:
    found = legends.find("esa-worldcover")
    groups = dict(zip(found.values, found.groups(groupings.of_level(1)).tolist(), strict=True))
    # Grassland is pastures (2) and natural grassland (3); mangroves are in no class of CORINE.
    assert (groups[10], groups[30], groups[50], groups[95]) == (3, groupings.NOT_NAMED, 1, groupings.OUTSIDE)


def test_classes_that_share_a_code_are_one_group(tmp_path: Path) -> None:
    path = tmp_path / "crops.yaml"
    path.write_text(
        "title: Crops\nclasses:\n- {value: B11, title: Common wheat, corine: [211]}\n"
        "- {value: C, title: Woodland, corine: [31]}\n- {value: B12, title: Durum wheat, corine: [211]}\n"
        "- {value: B17, title: Rice, corine: [213]}\n",
        encoding="utf-8",
    )
    found = legends.read(path)
    grouping = found.grouping
    assert grouping.titles == ("Common wheat and 1 more", "Rice", "Woodland")
    assert grouping.members == ((211,), (213,), (311, 312, 313))
    assert found.groups(grouping).tolist() == [1, 3, 1, 2]
    assert found.classes[0].colour == corine.land_cover(211).hex


def test_a_legend_in_json_and_with_quoted_numbers_as_text() -> None:
    found = legends.parse(
        b'{"title": "T", "classes": [{"value": "10", "title": "Ten"}, {"value": 11, "title": "Elf"}]}', "mine"
    )
    assert found.values == ("10", 11)
    assert found.place("10") == 0
    with pytest.raises(LegendError, match="no class stands for a class of CORINE"):
        _ = found.grouping


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (b"title: T\nclasses:\n- {value: 1, title: A}\n- {value: 1, title: B}", 4, "'1' is the value or title of the class in line 3"),
        (b"title: T\nclasses:\n- {value: 1, title: A}\n- {value: 2, title: a}", 4, "'a' is the value"),
        (b"title: T\nclasses:\n- value: 1\n  title: A\n  corine: [31, 99]", 5, "'99' is no code of CORINE"),
        (b"title: T\nclasses:\n- {value: 1, title: A, corine: 31}", 3, "list of codes"),
        (b"title: T\nclasses:\n- {value: 1, title: A, colour: red}", 3, "colour is 'red'"),
        (b"title: T\nclasses:\n- {value: 1}", 3, "a class needs a title"),
        (b"title: T\nclasses:\n- {value: 1, title: A, color: x}", 3, "no 'color'; it has value, title, colour, corine"),
        (b"title: T\nnodata: [1]\nclasses:\n- {value: 1, title: A}", 2, "a class .line 4. and nodata"),
        (b"title: T\nnodata: 0\nclasses:\n- {value: 1, title: A}", 2, "nodata has to be a list"),
        (b"title: T\nclasses: []", 2, "classes has to be a list"),
        (b"title: T", 1, "needs classes"),
        (b"title: T\ntitle: U", 2, "title is there twice"),
        (b"title: T\nclasses:\n- {value: 0x1F, title: A}", 3, "'0x1F' is no whole decimal number"),
        (b"title: T\nclasses: &a\n- {value: 1, title: A}\nnodata: *a", 4, "aliases"),
        (b"title: [T", 1, "expected"),
        (b"[1]", 1, "key: value"),
        (b"", None, "key: value"),
        (b"\xff", None, "UTF-8"),
        (b"x" * 300_000, None, "bytes"),
        (b"title: T\nclasses:\n" + b"- {value: 1, title: A}\n" * 501, 3, "501 classes"),
        (b"title: " + b"T" * 130 + b"\nclasses:\n- {value: 1, title: A}", 1, "130 characters"),
    ],
)  # fmt: skip
def test_files_that_are_no_legend_are_refused_by_line(
    tmp_path: Path, text: bytes, line: int | None, why: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(text)
    with pytest.raises(LegendError, match=why) as caught:
        legends.read(path)
    assert str(caught.value).startswith(str(path))
    assert caught.value.line == line


def test_names_that_are_none_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(LegendError, match=r"cannot be read .No such file"):
        legends.read(tmp_path / "gone.yaml")
    with pytest.raises(LegendError, match=r"gone: no legend is called so.*esa-worldcover"):
        legends.named_or_read("gone")
    with pytest.raises(LegendError, match="no legend is called so; there are corine"):
        legends.find("nope")
    assert legends.named_or_read("esa-worldcover") == legends.find("esa-worldcover")
