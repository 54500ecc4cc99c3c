"""What people type to find samples: what each phrase is understood as, and which words are not."""

from __future__ import annotations

import time

import pytest

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query import phrases
from explorer.corpus.query.filters import Filters
from explorer.corpus.tables import class_words, places
from explorer.review.consensus import STATES
from tests import corpora

READ = [
    # classes, by name, synonym, number and code
    ("vineyards", "largest:221"),
    ("Vineyard", "largest:221"),
    ("vines", "largest:221"),
    ("221", "largest:221"),
    ("code 221", "largest:221"),
    ("classes 221, 312", "largest:221,312"),
    ("221,312", "largest:221,312"),
    ("31", "largest:31"),
    ("forest", "largest:31"),
    ("woods", "largest:31"),
    ("wetland", "largest:4"),
    ("wetlands", "largest:4"),
    ("city", "largest:11"),
    ("urban", "largest:11"),
    ("crops", "largest:21"),
    ("fields", "largest:21"),
    ("arable", "largest:21"),
    ("Arable land", "largest:21"),
    ("pastures", "largest:231"),
    ("agricultural areas", "largest:2"),
    ("Forest and semi natural areas", "largest:3"),
    ("water bodies", "largest:512"),
    ("water", "largest:51"),
    ("rice field", "largest:213"),
    ("olive grove", "largest:223"),
    ("broad-leaved", "largest:311"),
    ("Broad leaved forest", "largest:311"),
    ("coniferous", "largest:312"),
    ("non-irrigated arable land", "largest:211"),
    ("mixed forest", "largest:313"),
    ("Beaches, dunes, sands", "largest:331"),
    ("land principally occupied by agriculture, with significant areas of natural vegetation", "largest:243"),
    ("vineyards and olive groves", "largest:221,223"),
    ("no label", "largest:0"),
    ("unlabelled", "largest:0"),
    # limits
    ("vineyards >= 80 %", "with:221;min:0.8"),
    ("vineyards ≥ 80%", "with:221;min:0.8"),
    ("vineyards 80 %", "with:221;min:0.8"),
    ("80 % vineyards", "with:221;min:0.8"),
    ("vineyards 0.8", "with:221;min:0.8"),
    ("vineyards 0,8", "with:221;min:0.8"),
    ("vineyards > 0.8", "with:221;min:0.8"),
    ("at least 80 percent vineyards", "with:221;min:0.8"),
    ("more than 80 % vineyards", "with:221;min:0.8"),
    ("vineyards 80 % or more", "with:221;min:0.8"),
    ("vineyards between 20 and 60 %", "with:221;min:0.2;max:0.6"),
    ("vineyards from 20 to 60 %", "with:221;min:0.2;max:0.6"),
    ("vineyards 20-60 %", "with:221;min:0.2;max:0.6"),
    ("vineyards < 20 %", "with:221;max:0.2"),
    ("at most 20 % vineyards", "with:221;max:0.2"),
    ("some vineyards", "with:221"),
    ("with vineyards", "with:221"),
    ("mostly forest with vineyards >= 5 %", "largest:31;with:221;min:0.05"),
    ("vineyards and olives >= 50 %", "with:221,223;min:0.5"),
    ("purity > 0.8", "purity:0.8-1"),
    ("purity >= 80", "purity:0.8-1"),
    ("80 % purity", "purity:0.8-1"),
    ("of 80 % purity", "purity:0.8-1"),
    ("purity between 0.5 and 0.8", "purity:0.5-0.8"),
    ("purity at most 50 %", "purity:0-0.5"),
    (">= 80 %", "purity:0.8-1"),
    ("80 % pure", "purity:0.8-1"),
    ("pure", "classes:1-1"),
    ("mixed", "classes:2-44"),
    ("3 classes", "classes:3-3"),
    ("at least 3 classes", "classes:3-44"),
    ("more than 3 classes", "classes:4-44"),
    ("classes < 3", "classes:0-2"),
    ("2 to 4 classes", "classes:2-4"),
    ("between 2 and 4 classes", "classes:2-4"),
    ("suspicion > 0.7", "suspicion:0.7-1"),
    ("suspicious", "suspicion:0.5-1"),
    ("where was forest cleared", "largest:31;change:0.5-1"),
    # places
    ("Italy", "country:Italy"),
    ("italia", "country:Italy"),
    ("Germ", "country:Germany"),
    ("the Netherlands", "country:Netherlands"),
    ("Bosnia and Herzegovina", "country:Bosnia and Herzegovina"),
    ("France Spain", "country:France,Spain"),
    ("Tuscany", "region:Tuscany%2C Italy"),
    ("Tuscany, Italy", "region:Tuscany%2C Italy"),
    ("vineyards in Tuscany", "largest:221;region:Tuscany%2C Italy"),
    ("near Munich", "near:48.137,11.575,50"),
    ("within 30 km of Munich", "near:48.137,11.575,30"),
    ("Munich 30km", "near:48.137,11.575,30"),
    ("forest Munich", "largest:31;near:48.137,11.575,50"),
    ("forest near 48.1, 11.6", "largest:31;near:48.1,11.6,50"),
    ("forest near N48.1 E11.6 purity > 0.5", "largest:31;purity:0.5-1;near:48.1,11.6,50"),
    ("zone 33", "zone:33"),
    ("33N", "zone:33"),
    ("utm 33 forest", "largest:31;zone:33"),
    # review and imagery
    ("reviewed", "review:correct,wrong,unsure,disputed"),
    ("not reviewed", "review:none"),
    ("disputed", "review:disputed"),
    ("Planet Fusion imagery at hand", "imagery:PF-SR"),
    ("sentinel-2", "imagery:S2-SR"),
    # several
    ("vineyards Italy >= 80 %", "with:221;min:0.8;country:Italy"),
    ("purity > 0.8 pastures Ireland", "largest:231;purity:0.8-1;country:Ireland"),
    ("broad-leaved forest near Munich", "largest:311;near:48.137,11.575,50"),
    ("mixed, France, reviewed", "classes:2-44;country:France;review:correct,wrong,unsure,disputed"),
    ("vineyards in Italy of 80 % purity", "largest:221;purity:0.8-1;country:Italy"),
    ("show me all the coniferous forest samples in Finland", "largest:312;country:Finland"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "filters"), READ)
def test_a_phrase_is_understood(text: str, filters: str) -> None:
    phrase = phrases.read(text)
    assert phrase.unread == ()
    assert phrase.filters.format() == filters
    assert Filters.parse(phrase.filters.format()) == (phrase.filters, ())  # as a link brings it back
    assert phrase.sample == phrase.id_start == ""


@pytest.mark.parametrize(
    ("text", "filters", "unread"),
    [
        ("blue vineyards Italy", "largest:221;country:Italy", ("blue",)),
        ("vineyards dark blue, Italy", "largest:221;country:Italy", ("dark blue",)),
        ("not forest Italy", "country:Italy", ("not forest",)),
        ("without broad-leaved forest, Italy", "country:Italy", ("without broad-leaved forest",)),
        ("vineyards >= 120 %", "largest:221", (">= 120 %",)),
        ("vineyards >= 50 % and with forest >= 20 %", "with:221;min:0.5", ("forest",)),
        ("near Munich near Paris", "near:48.137,11.575,50", ("Paris",)),
        ("forest 30 km", "largest:31", ("30 km",)),
        ("vineyards 7", "largest:221", ("7",)),
        ("nowhere at all", "", ("nowhere",)),
        ("zone 99", "", ("zone 99",)),
        ("<script>alert(1)</script>", "", None),
    ],
)
def test_what_is_not_understood_is_said(text: str, filters: str, unread: tuple[str, ...] | None) -> None:
    phrase = phrases.read(text)
    assert phrase.filters.format() == filters
    if unread is not None:
        assert phrase.unread == unread
        assert phrase.problem == f"not understood: {', '.join(map(repr, unread))}"
    else:
        assert phrase.unread


@pytest.mark.parametrize(
    ("text", "name", "lat", "lon"),
    [
        ("Tours", "Tours, France", 47.39, 0.70), ("münchen", "Munich, Germany", 48.14, 11.58),
        ("Tours, France", "Tours, France", 47.39, 0.70), ("50.8, 3.25", "50.8000° N, 3.2500° E", 50.8, 3.25),
        ("50°48'N 3°15'E", "50.8000° N, 3.2500° E", 50.8, 3.25), ("50,8; 3,25", "50.8000° N, 3.2500° E", 50.8, 3.25),
        ("Madrid", "Madrid, Spain", 40.42, -3.70),
    ],
)  # fmt: skip
def test_a_place_that_stands_alone_is_one_to_go_to(text: str, name: str, lat: float, lon: float) -> None:
    phrase = phrases.read(text)
    assert phrase.place is not None
    assert phrase.place.name == phrase.title == name
    assert (phrase.place.lat, phrase.place.lon) == pytest.approx((lat, lon), abs=0.01)
    assert not phrase.filters
    assert phrase.conditions.near == (phrase.place.lat, phrase.place.lon, phrases.NEAR_KM)


def test_ids_are_found_whole_in_a_path_and_by_their_beginning() -> None:
    assert phrases.read(f" {corpora.FULL} ").sample == corpora.FULL
    assert phrases.read(f"imagery/PF-SR/{corpora.FULL}/x.tif").sample == corpora.FULL
    assert phrases.read(f"sample {corpora.FULL} blue").unread == ("blue",)
    assert phrases.read("33n_15e-2").id_start == "33N_15E-2"


def test_coordinates_off_the_map_are_refused() -> None:
    with pytest.raises(InvalidQueryError, match="latitude"):
        phrases.read("91, 0")


def test_a_phrase_for_a_query_has_no_word_too_many() -> None:
    assert phrases.read_whole("vineyards Italy").filters.countries == ("Italy",)
    with pytest.raises(InvalidQueryError, match="not understood: 'blue'"):
        phrases.read_whole("blue vineyards")
    with pytest.raises(InvalidQueryError, match="nothing to find"):
        phrases.read_whole("all the samples")
    with pytest.raises(InvalidQueryError, match="at most"):
        phrases.read_whole("vineyards " * 30)


@pytest.mark.parametrize("text", ["9" * 200, "- " * 100, "no " * 66, "near 1 " * 28, "at least " * 22, "a-" * 100, "((" * 100, "1,1," * 50, "N1E1" * 50])  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    phrases.read("warm")
    start = time.process_time()
    try:
        phrases.read(text)
    except InvalidQueryError:
        pass
    assert time.process_time() - start < 2


def test_every_class_is_found_by_its_title_and_its_code() -> None:
    for level in (1, 2, 3):
        for cover in corine.classes(level):
            below = {code for code in corine.codes(3) if str(code).startswith(str(cover.code))}
            found = phrases.read(cover.title).filters.largest
            assert {
                code for code in corine.codes(3) if str(code).startswith(tuple(map(str, found)))
            } <= below | {code for code in corine.codes(3) if corine.land_cover(code).title == cover.title}, (
                cover.title
            )
            if level > 1:
                assert phrases.read(str(cover.code)).filters.largest == (cover.code,)


def test_every_country_is_found_by_its_name() -> None:
    for name in places.names():
        assert phrases.read(name).filters.countries == (name,), name


def test_words_of_the_review_are_those_of_its_records() -> None:
    assert phrases.REVIEWED == STATES


def test_common_names_mean_the_fewest_classes() -> None:
    assert class_words.merged((311, 312, 313, 324)) == (31, 324)
    assert class_words.merged((231,)) == (231,)
    assert class_words.candidates("vin")[0] == 221
    assert class_words.candidates("forest")[:2] == [31, 3]
    assert class_words.candidates("zzz") == class_words.candidates(" ") == []


def test_bounds_are_those_of_the_places_that_are_named() -> None:
    west, south, east, north = phrases.bounds(Filters(countries=("Italy",))) or (0, 0, 0, 0)
    assert west < 9 < 15 < east
    assert south < 38 < 46 < north
    assert phrases.bounds(Filters(largest=(221,))) is None
    around = phrases.bounds(Filters(near=(48.0, 11.0, 111.2)))
    assert around == pytest.approx((11 - 1.495, 47.0, 11 + 1.495, 49.0), abs=0.01)


def test_a_query_takes_the_phrases_of_the_search(tiny_corpus: Corpus) -> None:
    for phrase, same in (
        ("forest", {"largest": [31]}),
        ("arable land >= 50 %", {"classes": [21], "level": 2, "min_fraction": 0.5}),
        ("within 2000 km of 47, 2", {"near": (47, 2, 2000)}),
        (corpora.FULL, {"ids": corpora.FULL}),
    ):
        assert list(tiny_corpus.query(phrase).index) == list(tiny_corpus.query(**same).index)
    assert list(tiny_corpus.query(corpora.FULL[:9]).index) == [
        i for i in tiny_corpus.samples.index if i.startswith(corpora.FULL[:9])
    ]
    with pytest.raises(InvalidQueryError, match="'blue'"):
        tiny_corpus.query("blue forest")
