"""Towns and regions by name, and places told by a town near them."""

from __future__ import annotations

import math

import pytest

from explorer.corpus.tables import places, towns


@pytest.mark.parametrize(
    ("text", "title"),
    [("Tours", "Tours, France"), ("münchen", "Munich, Germany"), ("Bruges", "Brugge, Belgium"), ("firenze", "Florence, Italy")],
)  # fmt: skip
def test_a_town_is_found_by_any_of_its_names(text: str, title: str) -> None:
    assert towns.find_towns(text)[0].title == title


def test_exact_names_come_first_then_large_towns() -> None:
    found = towns.find_towns("par", limit=5)
    assert found[0].title == "Paris, France"
    assert [town.population for town in found] == sorted((town.population for town in found), reverse=True)
    assert len(found) == 5
    assert towns.find_towns(" ") == towns.find_towns("no such town") == []


def test_regions_hold_their_towns() -> None:
    tuscany = towns.find_regions("tuscany")[0]
    west, south, east, north = tuscany.bounds
    assert tuscany.title == "Tuscany, Italy"
    assert west < 11.25 < east
    assert south < 43.77 < north  # Florence
    assert towns.find_regions("auvergne")[0].name == "Auvergne-Rhône-Alpes"


@pytest.mark.parametrize(
    ("north", "east", "direction"),
    [
        (1, 0, "N"),
        (1, 1, "NE"),
        (0, 1, "E"),
        (-1, 1, "SE"),
        (-1, 0, "S"),
        (-1, -1, "SW"),
        (0, -1, "W"),
        (1, -1, "NW"),
    ],
)
def test_distance_and_direction(north: int, east: int, direction: str) -> None:
    lat, lon = 44.925, 2.440  # Aurillac
    place = (lat + north * 0.03, lon + east * 0.03 / math.cos(math.radians(lat)))
    found = towns.town_near(*place)
    assert found is not None
    town, metres, told = found
    assert (town.name, told) == ("Aurillac", direction)
    assert metres == pytest.approx(math.hypot(north, east) * 0.03 * 111_195, rel=0.01)


def test_a_suburb_is_told_by_its_city() -> None:
    suburb = towns.find_towns("Saint-Pierre-des-Corps")[0]
    assert towns.in_words(suburb.lat, suburb.lon) == "in Saint-Pierre-des-Corps, France"
    assert towns.in_words(suburb.lat, suburb.lon + 0.03) == "6 km E of Tours, France"


def test_far_away_is_nowhere() -> None:
    assert towns.town_near(60.0, -20.0) is None
    assert towns.in_words(60.0, -20.0) == towns.in_words(float("nan"), 0.0) == ""


def test_every_country_is_one_of_the_map() -> None:
    assert {town.country for town in towns.towns()} <= set(places.names())
