"""Filters: each condition against a plain computation, combined, written in a link, and in `corpus.query`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest

from explorer.core import corine, grid
from explorer.core.errors import InvalidQueryError, UnknownClassError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.query import local_imagery
from explorer.corpus.query.filter_table import FilterTable
from explorer.corpus.query.filters import Filters
from explorer.corpus.tables import places, towns
from explorer.corpus.tables.index import SampleIndex
from explorer.corpus.tables.labels import Fractions
from explorer.opening import open_corpus
from tests import corpora


def make_index(tiles: int = 2, seed: int = 3) -> SampleIndex:
    """Tiles of 1,600 samples with one to four classes each, every tenth without a label."""
    rng = np.random.default_rng(seed)
    ids = [
        f"32N_{20 + t}E-225N_{r:02d}_{c:02d}"
        for t in range(tiles)
        for r in range(1, 41)
        for c in range(1, 41)
    ]
    rows: dict[str, dict[int, float]] = {}
    for sample_id in ids:
        chosen = rng.choice([112, 211, 231, 311, 312, 313, 512], rng.integers(1, 5), replace=False)
        parts = rng.dirichlet(np.ones(len(chosen)))
        rows[sample_id] = (
            dict(zip(map(int, chosen), map(float, parts), strict=True)) if rng.random() > 0.1 else {}
        )
    return SampleIndex.of(Fractions.from_rows(rows), "a test")


@pytest.fixture(scope="module")
def index() -> SampleIndex:
    return make_index()


@pytest.fixture(scope="module")
def table(index: SampleIndex) -> FilterTable:
    return FilterTable(index)


@pytest.fixture(scope="module")
def dense(index: SampleIndex) -> pd.DataFrame:
    return pd.DataFrame(index.fractions.matrix.toarray(), index=index.samples.index, columns=corine.codes(3))


def by_level(dense: pd.DataFrame, level: int) -> pd.DataFrame:
    return dense.T.groupby([corine.parent(c, level) for c in dense.columns]).sum().T


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_largest_class_of_a_level_is_that_of_its_summed_fractions(
    table: FilterTable, dense: pd.DataFrame, level: int
) -> None:
    summed = by_level(dense, level)
    expected = np.where(summed.max(axis=1) > 0, summed.idxmax(axis=1), 0)
    ties = (np.abs(summed.to_numpy() - summed.max(axis=1).to_numpy()[:, None]) < 1e-6).sum(axis=1) > 1
    assert (table.largest(level) == expected)[~ties].all()
    assert ties.sum() < 0.15 * len(ties)  # the samples without a label


def test_a_branch_can_be_largest_though_none_of_its_classes_is() -> None:
    index = SampleIndex.of(Fractions.from_rows({corpora.FULL: {211: 0.4, 311: 0.3, 312: 0.3}}), "a test")
    table = FilterTable(index)
    assert [table.largest(level)[0] for level in (3, 2, 1)] == [211, 31, 3]
    assert Filters(largest=(3,)).mask(table).all()
    assert not Filters(largest=(2,)).mask(table).any()


@pytest.mark.parametrize("codes", [(211,), (211, 312), (31,), (3,), (31, 211, 5)])
def test_largest_takes_codes_of_any_level(table: FilterTable, codes: tuple[int, ...]) -> None:
    expected = np.zeros(len(table), bool)
    for code in codes:
        expected |= table.largest(len(str(code))) == code
    found = Filters(largest=codes).mask(table)
    assert (found == expected).all()
    assert 0 < found.sum() < len(table)


@pytest.mark.parametrize(
    ("codes", "floor"), [((211,), 0.0), ((211,), 0.5), ((31,), 0.6), ((31, 311), 0.6), ((2, 5), 0.9)]
)
def test_classes_add_up_to_a_minimum_fraction(
    table: FilterTable, dense: pd.DataFrame, codes: tuple[int, ...], floor: float
) -> None:
    members = [c for c in dense.columns if any(str(c).startswith(str(code)) for code in codes)]
    total = dense[members].sum(axis=1).to_numpy()
    expected = total >= floor - 1e-6 if floor else total > 0
    assert (Filters(classes=codes, min_fraction=floor).mask(table) == expected).all()


def test_no_label_can_be_asked_for(table: FilterTable, dense: pd.DataFrame) -> None:
    bare = (dense.sum(axis=1) == 0).to_numpy()
    assert bare.any()
    assert (Filters(largest=(0,)).mask(table) == bare).all()
    assert (Filters(classes=(0,)).mask(table) == bare).all()


def test_purity_and_number_of_classes(table: FilterTable, dense: pd.DataFrame) -> None:
    largest, count = dense.max(axis=1).to_numpy(), (dense > 0).sum(axis=1).to_numpy()
    assert (Filters(purity=(0.4, 0.7)).mask(table) == ((largest >= 0.4) & (largest <= 0.7))).all()
    assert (Filters(mixture=(2, 3)).mask(table) == ((count >= 2) & (count <= 3))).all()
    assert (Filters(min_fraction=0.5).mask(table) == (largest >= 0.5)).all()
    assert (Filters(purity=(0, 1)).mask(table)).all()
    assert not Filters(purity=(0, 1))


def test_utm_zones_and_countries() -> None:
    rows = {corpora.FULL: {211: 1.0}, corpora.BROKEN: {211: 1.0}, corpora.BARE: {}}
    index = SampleIndex.of(Fractions.from_rows(rows), "a test")
    table = FilterTable(index)
    ids = index.samples.index

    def found(filters: Filters) -> set[str]:
        return set(ids[filters.mask(table)])

    assert found(Filters(zones=(33,))) == {corpora.FULL}
    assert found(Filters(zones=("31N", 32))) == {corpora.BROKEN, corpora.BARE}  # type: ignore[arg-type]
    assert found(Filters(countries=("italy",))) == {corpora.FULL}
    assert found(Filters(countries=("Belgium", "Italy"))) == {corpora.FULL, corpora.BROKEN}


def test_a_sample_off_a_coast_belongs_to_the_nearest_country_and_one_at_sea_to_none() -> None:
    lon, lat = np.array([2.90, 3.0, -20.0, 2.35]), np.array([51.27, 56.0, 50.0, 48.85])
    found = places.countries_of(lon, lat)
    assert places.names()[found[0]] == "Belgium"
    assert found[1] == found[2] == places.NOWHERE
    assert places.names()[found[3]] == "France"


def test_review_and_suspicion_come_from_what_is_known_of_samples(index: SampleIndex) -> None:
    ids = index.samples.index
    known = pd.DataFrame({"review": ["accepted", "rejected"], "suspicion": [0.1, 0.9]}, index=ids[[5, 2]])
    table = FilterTable(index, known)
    assert table.offers == {"review", "suspicion"}
    assert list(ids[Filters(review=("accepted",)).mask(table)]) == [ids[5]]
    assert Filters(review=("none",)).mask(table).sum() == len(ids) - 2
    assert list(ids[Filters(suspicion=(0.5, 1)).mask(table)]) == [ids[2]]
    assert list(ids[Filters(suspicion=(0.0, 0.99), review=("none", "accepted")).mask(table)]) == [ids[5]]


def test_what_is_not_known_is_not_offered_and_cannot_be_asked(table: FilterTable) -> None:
    assert table.offers == frozenset()
    for filters in (Filters(review=("none",)), Filters(suspicion=(0.5, 1)), Filters(imagery=("PF-SR",))):
        with pytest.raises(InvalidQueryError, match="leave it out"):
            filters.mask(table)


def test_imagery_at_hand_is_what_the_folder_holds(tiny_folder: Path) -> None:
    corpus = open_corpus(tiny_folder)
    for product in ("PF-SR", "PF-QA", "S2-SR"):
        expected = [
            sample_id for sample_id in corpus.samples.index
            if any((tiny_folder / "imagery" / corpus.cell(sample_id).folder / product).glob("*.tif"))
        ]  # fmt: skip
        assert list(corpus.query(imagery=product).index) == expected
    assert len(corpus.query(imagery="PF-QA")) < len(corpus.query(imagery="PF-SR"))
    corpus.close()


def test_imagery_of_two_products_is_what_has_both(tiny_folder: Path) -> None:
    with open_corpus(tiny_folder) as corpus:
        one, other, both = (
            set(corpus.query(imagery=products).index) for products in ("PF-SR", "PF-QA", ["PF-SR", "PF-QA"])
        )
    assert both == one & other
    assert both < one


@pytest.mark.parametrize(("depth", "followed"), [(0, True), (1, True), (2, True), (3, False), (4, False)])
def test_imagery_on_another_disk_is_at_hand_where_the_store_follows_its_links(
    tiny_folder: Path, tmp_path: Path, depth: int, followed: bool
) -> None:
    product = f"imagery/{grid.parse(corpora.FULL).folder}/PF-SR"
    part = "/".join(product.split("/")[: depth + 1])
    (tmp_path / "corpus" / part).parent.mkdir(parents=True)
    (tmp_path / "corpus" / part).symlink_to(tiny_folder / part)
    found = local_imagery.in_folder(tmp_path / "corpus", pd.Index([corpora.FULL], dtype="str"))
    assert bool(found["PF-SR"][0]) is followed


def test_conditions_combine(table: FilterTable) -> None:
    parts = [Filters(largest=(3,)), Filters(purity=(0.3, 0.8)), Filters(mixture=(2, 3)), Filters(zones=(32,))]
    expected = np.logical_and.reduce([part.mask(table) for part in parts])
    whole = Filters(largest=(3,), purity=(0.3, 0.8), mixture=(2, 3), zones=(32,))
    assert (whole.mask(table) == expected).all()
    assert 0 < expected.sum() < len(table)
    assert (whole.without("largest").mask(table) >= expected).all()
    assert whole.without(*whole.names()) == Filters()


def test_masks_cannot_be_written_to(table: FilterTable) -> None:
    for filters in (Filters(), Filters(largest=(211,))):
        with pytest.raises(ValueError, match="read-only"):
            filters.mask(table)[0] = True


WRITTEN = [
    Filters(),
    Filters(largest=(211, 31, 0)),
    Filters(classes=(312,), min_fraction=0.3),
    Filters(min_fraction=0.25),
    Filters(purity=(0.5, 1.0), mixture=(2, 44)),
    Filters(countries=("Bosnia and Herzegovina", "France"), zones=(31, 33)),
    Filters(review=("needs, a; look 100 %", "none"), suspicion=(0.25, 0.75), imagery=("PF-SR", "S2-SR")),
]


@pytest.mark.parametrize("filters", WRITTEN, ids=lambda f: f.format() or "none")
def test_filters_are_the_same_after_a_link(filters: Filters) -> None:
    assert Filters.parse(filters.format()) == (filters, ())


def test_a_link_is_short_and_readable() -> None:
    text = Filters(largest=(211, 312), purity=(0.5, 1), mixture=(1, 3), countries=("France",)).format()
    assert text == "largest:211,312;purity:0.5-1;classes:1-3;country:France"


@pytest.mark.parametrize(
    ("text", "left", "told"),
    [
        ("largest:999;zone:31", "zone:31", "999"),
        ("colour:red", "", "colour"),
        ("purity:0.9-0.1", "", "swap"),
        ("purity:x", "", "0 to 1"),
        ("min:nan", "", "0 to 1"),
        ("zone:99", "", "60"),
        ("zone:²", "", "60"),
        ("country:Atlantis", "", "Atlantis"),
        ("classes:5-2", "", "few to many"),
        ("imagery:../etc", "", "no product"),
        ("largest", "", "largest"),
        ("largest:<script>;purity:0.5-1", "purity:0.5-1", "CORINE"),
    ],
)
def test_what_a_link_gets_wrong_is_told_and_left_out(text: str, left: str, told: str) -> None:
    filters, problems = Filters.parse(text)
    assert filters.format() == left
    assert len(problems) == 1
    assert told in problems[0]


def test_chips_say_what_people_read() -> None:
    filters = Filters(
        largest=(211, 312), classes=(31,), min_fraction=0.3, purity=(0.5, 1), mixture=(2, 44),
        countries=("France",), zones=(31,), review=("none",), suspicion=(0.0, 0.5), imagery=("PF-SR",),
    )  # fmt: skip
    assert dict(filters.chips()) == {
        "largest": "Mostly Non-irrigated arable land + 1 more",
        "classes": "≥ 30 % Forests",
        "purity": "Purity ≥ 50 %",
        "mixture": "2 or more classes",
        "countries": "France",
        "zones": "UTM 31N",
        "review": "Review: not reviewed",
        "suspicion": "Suspicion ≤ 50 %",
        "imagery": "At hand: PF-SR",
    }


@pytest.mark.parametrize(
    "wrong",
    [{"largest": (999,)}, {"purity": (0, 2)}, {"purity": 0.5}, {"mixture": (3, 1)}, {"zones": (61,)}, {"countries": ("x",)},
     {"min_fraction": 2}, {"imagery": ("PF",)}, {"classes": (True,)}],
)  # fmt: skip
def test_wrong_values_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((InvalidQueryError, UnknownClassError)):
        Filters(**wrong)  # type: ignore[arg-type]


def test_query_takes_all_of_the_filters(tiny_corpus: Corpus) -> None:
    assert list(tiny_corpus.query(zones=[33]).index) == [corpora.FULL]
    assert list(tiny_corpus.query(filters="zone:31").index) == [corpora.BROKEN]
    assert list(tiny_corpus.query(filters=Filters(zones=(31, 33)), countries="Italy").index) == [corpora.FULL]
    assert list(tiny_corpus.query(bbox=(13, 43, 14, 44), zones=[31]).index) == []
    tiny_corpus.extras = pd.DataFrame({"suspicion": [0.8]}, index=[corpora.BROKEN])
    assert list(tiny_corpus.query(suspicion=(0.5, 1)).index) == [corpora.BROKEN]
    assert tiny_corpus.query(start="2018-07", zones=[33]).attrs == {"start": "2018-07-01"}


def test_query_returns_geopandas_on_request(tiny_corpus: Corpus) -> None:
    frame = tiny_corpus.query(zones=[33], as_geopandas=True)
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.iloc[0].equals_exact(tiny_corpus.cell(corpora.FULL).footprint(), 1e-9)
    assert "attribution" in frame.attrs


@pytest.mark.parametrize("wrong", [{"colour": 1}, {"filters": "colour:red"}, {"zones": [99]}])
def test_query_refuses_what_it_does_not_know(tiny_corpus: Corpus, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidQueryError):
        tiny_corpus.query(**wrong)


def test_half_a_million_samples_are_filtered_in_less_than_a_tenth_of_a_second() -> None:
    rng = np.random.default_rng(0)
    small = make_index(1)
    repeat = rng.integers(0, len(small), 500_000)
    samples = small.samples.iloc[repeat]
    index = SampleIndex(samples, Fractions(samples.index, small.fractions.matrix[repeat]), "a test")
    table = FilterTable(index)
    for level in (1, 2, 3):
        table.position(level)
    _ = table.zone, table.mixture
    Filters(classes=(211,)).mask(table)  # columns by class are made once
    best = min(_timed(table, filters) for filters in [
        Filters(largest=(211, 31), classes=(c,), min_fraction=0.2, purity=(0.1, 0.9), mixture=(1, 3), zones=(32,))
        for c in (311, 312, 512)
    ])  # fmt: skip
    assert best < 0.1


def _timed(table: FilterTable, filters: Filters) -> float:
    start = time.thread_time()  # what others of a busy machine take is no matter
    filters.mask(table)
    return time.thread_time() - start


@pytest.mark.parametrize(
    "values", [{"countries": ["France"] * 300_000}, {"largest": ["211"] * 301}, {"review": (str(i) for i in range(10**9))}]
)  # fmt: skip
def test_a_condition_of_endless_values_is_refused_soon(values: dict[str, Any]) -> None:
    """A message of 4 MB with one country 300,000 times held the server for 15 seconds."""
    begun = time.process_time()
    with pytest.raises(InvalidQueryError, match="more than 300 values"):
        Filters(**values)
    assert time.process_time() - begun < 1


def test_a_corpus_without_a_single_label_can_be_filtered() -> None:
    index = SampleIndex.of(
        Fractions.from_rows({"32N_20E-225N_01_01": {}, "32N_20E-225N_01_02": {}}), "a test"
    )
    table = FilterTable(index)
    assert table.mixture.tolist() == [0, 0]
    assert table.largest(2).tolist() == [0, 0]
    codes, matrix = index.fractions.at_level(3)
    assert codes == corine.codes(3)
    assert matrix.shape == (2, len(codes))


def test_folders_that_may_not_be_read_have_nothing_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests may run as root, who may read all."""
    ids = (corpora.FULL, corpora.BARE, corpora.BROKEN)
    for sample_id in ids:
        corpora.write_chips(tmp_path, sample_id, PF_SR, [0])
    closed = (PF_SR.folder(grid.parse(corpora.BARE).folder), "imagery/31N/20E-234N")
    scandir = os.scandir

    def guarded(path: Any) -> Any:
        if str(path).endswith(closed):
            raise PermissionError(path)
        return scandir(path)

    with open_corpus(tmp_path) as corpus:
        monkeypatch.setattr(os, "scandir", guarded)
        assert list(corpus.query(imagery="PF-SR").index) == [corpora.FULL]


def test_a_largest_fraction_is_asked_of_classes_that_are_there(
    table: FilterTable, dense: pd.DataFrame
) -> None:
    filters = Filters(classes=(311,), min_fraction=0.2, max_fraction=0.6)
    assert (filters.mask(table) == dense[311].between(0.2, 0.6)).all()
    assert filters.names() == ("classes",)
    assert filters.chips() == (("classes", "20 to 60 % Broad-leaved forest"),)
    assert filters.without("classes") == Filters()
    few = Filters(classes=(311,), max_fraction=0.2)
    assert (few.mask(table) == ((dense[311] > 0) & (dense[311] <= 0.2 + 1e-6))).all()
    assert Filters(max_fraction=0.5).chips() == (("max_fraction", "Largest class ≤ 50 %"),)
    assert (Filters(max_fraction=0.5).mask(table) == (table.purity <= 0.5 + 1e-6)).all()
    with pytest.raises(InvalidQueryError, match="max_fraction"):
        Filters(max_fraction=1.5)


def test_near_is_a_circle(table: FilterTable, index: SampleIndex) -> None:
    lon, lat = index.samples["lon"].mean(), index.samples["lat"].mean()
    filters = Filters(near=(lat, lon, 10))
    metres = pyproj.Geod(ellps="WGS84").inv(
        np.full(len(index), lon), np.full(len(index), lat), index.samples["lon"], index.samples["lat"]
    )[2]
    mask = filters.mask(table)
    assert 0 < mask.sum() < len(index)
    assert (mask == (metres <= 10_000))[np.abs(metres - 10_000) > 60].all()  # a sphere is within 0.5 %
    for wrong in ((91, 0, 1), (0, 0, 0), (0, 0, 1e9), (0, 0), "here", ("a", 1, 2), (float("nan"), 0, 1)):
        with pytest.raises(InvalidQueryError, match="near"):
            Filters(near=wrong)  # type: ignore[arg-type]


def test_a_region_is_that_of_the_nearest_town_of_the_country() -> None:
    # Florence, Siena, the middle of Umbria, Nice.
    lon, lat = np.array([11.25, 11.33, 12.4, 7.27]), np.array([43.77, 43.32, 43.1, 43.70])
    found = towns.regions_of(lon, lat, places.countries_of(lon, lat))
    assert [towns.regions()[i].name for i in found][:3] == ["Tuscany", "Tuscany", "Umbria"]
    assert towns.regions()[found[3]].country == "France"
    nowhere = towns.regions_of(np.array([-40.0]), np.array([40.0]), np.array([places.NOWHERE]))
    assert nowhere.tolist() == [places.NOWHERE]


def test_regions_are_given_by_name_or_title() -> None:
    assert (
        Filters(regions=("tuscany",)).regions
        == Filters(regions=("Tuscany, Italy",)).regions
        == ("Tuscany, Italy",)
    )
    with pytest.raises(InvalidQueryError, match="'Atlantis' is no region"):
        Filters(regions=("Atlantis",))


def test_places_are_written_in_a_link() -> None:
    filters = Filters(
        regions=("Tuscany, Italy",), near=(47.3937, -0.6848, 12.5), classes=(221,), max_fraction=0.6
    )
    assert filters.format() == "with:221;max:0.6;region:Tuscany%2C Italy;near:47.3937,-0.6848,12.5"
    assert Filters.parse(filters.format()) == (filters, ())
    assert dict(Filters(near=(47.394, 0.685, 50)).chips())["near"].startswith("Within 50 km of ")
