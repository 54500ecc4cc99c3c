"""Places as people write them, and countries by name."""

from __future__ import annotations

import pytest

from explorer.core.errors import InvalidQueryError
from explorer.corpus.tables.places import countries, find_country, names, parse_place


@pytest.mark.parametrize(
    "text",
    [
        "50.8, 3.25", "50.8 3.25", " 50.8,3.25 ", "50,8; 3,25", "50,8, 3,25", "50.8;3.25", "50.8N 3.25E", "N50.8 E3.25",
        "50.8° N, 3.25° E", "E3.25 N50.8", "3.25E, 50.8N", "50°48'N 3°15'E", "50°48'0\"N 3°15'0\"E", "50° 48′ 0″ N, 3° 15′ 0″ E",
        "50 48 N, 3 15 E", "50 48 0 3 15 0", "N 50 48 0, E 3 15 0", "geo:50.8,3.25", "+50.8, +3.25", "50.8n 3.25e", "50d48m0s N 3d15m0s E",
    ],
)  # fmt: skip
def test_the_usual_forms_are_understood(text: str) -> None:
    assert parse_place(text) == pytest.approx((50.8, 3.25), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("-10.5, 20", (-10.5, 20)),
        ("38.7N 9.1W", (38.7, -9.1)),
        ("38°42'N, 9°6'W", (38.7, -9.1)),
        ("0, 0", (0, 0)),
        ("10S 20E", (-10, 20)),
    ],
)
def test_south_and_west_are_negative(text: str, place: tuple[float, float]) -> None:
    assert parse_place(text) == pytest.approx(place)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Paris",
        "33N_15E-200N_01_09",
        "50.8",
        "50.8N 3.2N",
        "1 2 3",
        "50 61 N, 3 0 E",
        "50.5 30 N, 3 0 E",
        "1,2,3",
        "9" * 200,
    ],
)
def test_what_is_no_place_is_none(text: str) -> None:
    assert parse_place(text) is None


@pytest.mark.parametrize("text", ["95, 3", "3, 500", "91N 3E", "-85, 0"])
def test_a_place_off_the_map_says_what_goes(text: str) -> None:
    with pytest.raises(InvalidQueryError, match="latitude"):
        parse_place(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("France", "France"), ("  france ", "France"), ("türkiye", "Turkey"), ("UK", "United Kingdom"), ("bosnia", "Bosnia and Herzegovina"),
        ("Österreich", "Austria"), ("Nether", "Netherlands"), ("czech republic", "Czechia"), ("Cyprus", "Cyprus"),
    ],
)  # fmt: skip
def test_countries_have_names(text: str, name: str) -> None:
    found = find_country(text)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("text", ["", "S", "Atlantis", "Francee", "ma"])
def test_what_is_no_country_or_several_is_none(text: str) -> None:
    assert find_country(text) is None


def test_every_country_has_one_name_and_an_outline() -> None:
    assert len(set(names())) == len(names()) == len(countries()) > 50
    assert all(not country.outline.is_empty for country in countries())


@pytest.mark.parametrize("text", ["48.2, somewhere", "north of 48; 3", "48.2 three"])
def test_half_a_place_is_none(text: str) -> None:
    assert parse_place(text) is None
