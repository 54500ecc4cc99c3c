"""The nearest samples: exact in any kind of data, by one space or several, with conditions; and how a link says what is searched for."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis.shapes import Shape
from explorer.core.errors import (
    ExplorerError,
    InvalidQueryError,
    UnknownClassError,
    UnknownFeaturesError,
    UnknownSampleError,
)
from explorer.demo import open_demo
from explorer.similar import neighbours, search
from explorer.similar.feature_table import About, FeatureTable
from explorer.similar.search import By, Search

ID = "33N_15E-200N_01_09"


@pytest.fixture(scope="module")
def demo():
    found = open_demo(count=1500)
    yield found
    found.close()


def table(demo, values: np.ndarray, rows: np.ndarray | None = None, **about: object) -> FeatureTable:
    rows = np.arange(len(values)) if rows is None else rows
    columns = [f"c{i}" for i in range(values.shape[1])]
    return FeatureTable(demo, About("mine", **about), columns, rows, "mine-1", lambda: values)


def kinds_of_data() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    spectrum = rng.normal(size=(1500, 40)) * np.arange(1, 41) ** -1.0
    alike = rng.normal(size=(1500, 40))
    unit = rng.normal(size=(1500, 64))
    twins = np.repeat(rng.normal(size=(15, 30)), 100, axis=0)
    gaps = spectrum.copy()
    gaps[rng.random(gaps.shape) < 0.1] = np.nan
    flat = np.zeros((1500, 20))
    flat[:40] = rng.normal(size=(40, 20))
    found = {
        "a few axes tell all": spectrum, "all axes tell the same": alike, "unit length": unit / np.linalg.norm(unit, axis=1)[:, None],
        "many are the same": twins, "gaps": gaps, "mostly nothing": flat, "one column": spectrum[:, :1],
    }  # fmt: skip
    return {name: values.astype(np.float32) for name, values in found.items()}


@pytest.mark.parametrize("kind", kinds_of_data())
def test_the_nearest_are_the_nearest(demo, kind: str) -> None:
    values = kinds_of_data()[kind]
    space = neighbours.build(table(demo, values), "all")
    places = space.places(np.arange(1500)).astype(np.float64)
    rng = np.random.default_rng(0)
    for row in rng.choice(1500, 10, replace=False):
        allowed = rng.random(1500) < 0.5
        away = np.linalg.norm(places - places[row], axis=1)
        away[~allowed] = np.inf
        at, distances = space.nearest(space.places(np.array([row]))[0], 25, allowed)
        assert allowed[at].all()
        assert len(set(at.tolist())) == 25
        np.testing.assert_allclose(distances, np.sort(away)[:25], atol=2e-3)
        assert (np.diff(distances) >= 0).all()
        np.testing.assert_allclose(np.sqrt(space.squared(space.places(np.array([row]))[0])), np.linalg.norm(places - places[row], axis=1), atol=5e-3)  # fmt: skip


def test_two_samples_are_one_apart_in_the_mean_of_squares(demo) -> None:
    values = kinds_of_data()["a few axes tell all"]
    places = neighbours.build(table(demo, values), "all").places(np.arange(1500))
    pairs = np.random.default_rng(1).choice(1500, (4000, 2))
    assert ((places[pairs[:, 0]] - places[pairs[:, 1]]) ** 2).sum(axis=1).mean() == pytest.approx(1, rel=0.1)


def test_embeddings_of_unit_length_keep_their_angles(demo) -> None:
    values = kinds_of_data()["unit length"]
    space = neighbours.build(table(demo, values), "all")
    at, _ = space.nearest(space.places(np.array([7]))[0], 20)
    cosine = values @ values[7]
    assert set(at.tolist()) == set(np.argsort(-cosine)[:20].tolist())


def test_a_count_that_makes_no_sense_is_refused_and_few_are_what_there_is(demo) -> None:
    space = neighbours.build(table(demo, kinds_of_data()["gaps"]), "all")
    place = space.places(np.array([0]))[0]
    for count in (0, neighbours.MAX_NEAREST + 1):
        with pytest.raises(InvalidQueryError, match="nearest samples"):
            space.nearest(place, count)
    allowed = np.zeros(1500, bool)
    assert not len(space.nearest(place, 5, allowed)[0])
    allowed[[3, 4]] = True
    assert set(space.nearest(place, 5, allowed)[0].tolist()) == {3, 4}
    with pytest.raises(InvalidQueryError, match="they can by all"):
        neighbours.build(table(demo, kinds_of_data()["gaps"]), "season")


def test_a_space_is_worked_out_once_and_kept_for_other_processes(
    demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    build = neighbours.build
    monkeypatch.setattr(neighbours, "build", lambda *given: (built.append(given[1]), build(*given))[1])
    mine = table(demo, kinds_of_data()["gaps"])
    first = neighbours.SpaceCache()
    assert first.get("here", mine, "all") is first.get("here", mine, "all")
    again = neighbours.SpaceCache().get("here", mine, "all")
    assert built == ["all"]
    np.testing.assert_array_equal(
        again.places(np.arange(9)), first.get("here", mine, "all").places(np.arange(9))
    )
    path = neighbours._cache_file("here", mine, "all")
    path.write_bytes(path.read_bytes()[:1000])
    neighbours.SpaceCache().get("here", mine, "all")
    assert built == ["all", "all"]  # damaged: made again


@pytest.mark.parametrize(
    "text",
    [
        ID, f"{ID}@120,80;by:season", f"{ID}@box:10,20,60,80;by:season*2+spectrum@fast;label:231,32;other;n:50",
        f"{ID}.33N_15E-200N_01_10;medoid", f"{ID};by:all@my table.v1*0.5+season",
    ],
)  # fmt: skip
def test_a_search_is_a_short_text(text: str) -> None:
    assert str(search.parse(text)) == text
    assert search.parse(str(search.parse(text))) == search.parse(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "0 samples"), ("x", "x"), (f"{ID}@1", "no row,col"), (f"{ID}@900,1", "900"), (f"{ID}@circle:1,2", "neither box"),
        (f"{ID}.33N_15E-200N_01_10@1,1", "of one sample"), (f"{ID};by:all@x*200", "no weight"), (f"{ID};by:all*0", "more than 0"),
        (f"{ID}@1,1;by:spread", "compared by season or spectrum"), (f"{ID};n:0", "from 1 to 1,000"), (f"{ID};n:5;n:6", "says again"),
        (f"{ID};label:x", "no class's code"), (f"{ID};near", "is none of"), (f"{ID};by:a+b+c+d+e", "from 1 to 4"), (f"{ID};" + "x" * 5000, "characters"),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_understood_says_why(text: str, why: str) -> None:
    with pytest.raises(ExplorerError, match=why):
        search.parse(text)


def test_a_class_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnknownClassError):
        Search((ID,), labels=(999,))


def test_alike_samples_are_of_like_cover(demo) -> None:
    pure = demo.samples[(demo.samples["clc"] == 312) & (demo.samples["fraction"] > 0.9)].index[0]
    found = search.find(demo, Search((pure,), n=20))
    assert found.among == 1499
    assert demo.samples.index.get_loc(pure) not in found.rows
    codes = demo.filter_table.largest(3)
    assert np.isin(codes[found.rows], (312, 313)).mean() > 3 * np.isin(codes, (312, 313)).mean()
    frame = search.to_pandas(demo, found)
    assert frame["distance"].is_monotonic_increasing


def test_conditions_hold(demo) -> None:
    sample_id = demo.default_sample
    own = demo.filter_table.largest(3)[demo.samples.index.get_loc(sample_id)]
    other = search.find(demo, Search((sample_id,), other=True, n=50))
    codes = demo.filter_table.largest(3)
    assert not (codes[other.rows] == own).any()
    labelled = search.find(demo, Search((sample_id,), labels=(231, 324), n=50))
    assert set(codes[labelled.rows]) == {231, 324}
    assert search.conditions(labelled.search) == "labelled Pastures, Transitional woodland-shrub"
    with pytest.raises(InvalidQueryError, match="no other sample"):
        search.find(demo, Search((sample_id,), labels=(int(own),), other=True))


def test_a_mix_is_the_weighted_sum_and_one_of_weight_is_itself(demo) -> None:
    sample_id = demo.default_sample
    single = search.find(demo, Search((sample_id,), by=(By("season"),), n=30))
    nearly = search.find(
        demo, Search((sample_id,), by=(By("season", "", 99), By("spectrum", "", 0.01)), n=30)
    )
    assert len(set(single.rows) & set(nearly.rows)) >= 28
    mixed = search.find(demo, Search((sample_id,), by=(By("season"), By("spectrum")), n=30))
    assert 0 < len(set(single.rows) & set(mixed.rows)) < 30


def test_a_set_is_searched_by_its_mean_or_its_medoid(demo) -> None:
    woods = demo.samples[demo.samples["clc"] == 312].index[:9]
    mean = search.find(demo, Search(tuple(woods), n=10))
    assert not set(demo.samples.index[mean.rows]) & set(woods)
    middle = search.find(demo, Search(tuple(woods), medoid=True, n=10))
    assert len(set(mean.rows) & set(middle.rows)) < 10
    assert not set(demo.samples.index[middle.rows]) & set(woods)


def test_a_pixel_and_a_region_are_searched_by_their_season(demo) -> None:
    sample_id = demo.default_sample
    pixel = search.find(demo, search.parse(f"{sample_id}@150,110;n:10"))
    assert pixel.how == "season (made-up)"
    region = Shape.of("box", [[150, 110], [151, 111]])
    same = search.find(demo, Search((sample_id,), region=region, by=(By("season"),), n=10))
    assert set(pixel.rows) == set(same.rows)
    wide = search.find(
        demo, Search((sample_id,), region=Shape.of("box", [[0, 0], [200, 200]]), by=(By("season"),), n=10)
    )
    assert set(wide.rows) != set(pixel.rows)


def test_what_cannot_be_found_says_why(demo, tiny_corpus) -> None:
    with pytest.raises(InvalidQueryError, match="explorer features compute"):
        search.find(tiny_corpus, ID)
    with pytest.raises(UnknownSampleError):
        search.find(demo, ID)
    with pytest.raises(UnknownFeaturesError, match="made-up"):
        search.find(demo, f"{demo.default_sample};by:all@nothing")
    rows = np.arange(10, 20)
    values = np.random.default_rng(0).normal(size=(10, 5)).astype(np.float32)
    frame = table(demo, values, rows).to_pandas()
    demo.features.add("some", frame)
    try:
        found = search.find(demo, f"{demo.samples.index[12]};by:all@some")
        assert set(found.rows) == set(range(10, 20)) - {12}
        with pytest.raises(InvalidQueryError, match="some has no features of"):
            search.find(demo, f"{demo.samples.index[0]};by:all@some")
        with pytest.raises(InvalidQueryError, match="what the fast set measures"):
            search.find(demo, Search((demo.default_sample,), region=Shape.of("box", [[0, 0], [9, 9]]), by=(By("all", "some"),)))  # fmt: skip
        both = search.find(demo, f"{demo.samples.index[12]};by:all@some+season")
        assert both.among == 9
    finally:
        demo.features.remove("some")
