"""Files of chips that are not named as the layout has it: found by their dates, in folders and behind HTTP."""

from __future__ import annotations

import datetime as dt
import gc
import pickle
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from explorer import cli, open_corpus
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import InvalidQueryError, NotThereError
from explorer.core.products import PF_QA, PF_SR, PRODUCTS, S2_SR, Product
from explorer.corpus import findings
from explorer.corpus.checking import check
from explorer.corpus.corpus import Corpus
from explorer.corpus.download import Wanted, download
from explorer.corpus.findings import AsWritten, Findings
from explorer.corpus.imagery import file_names
from explorer.corpus.imagery.file_names import DatedStore, check_pattern, date_of
from explorer.corpus.stores.store import DirectoryStore
from tests import corpora, servers

FULL, CELL = corpora.FULL, grid.parse(corpora.FULL)
FIRST = PF_SR.dates[0]
OVERPASS = dt.datetime.combine(FIRST, dt.time(10, 30))


@pytest.mark.parametrize(
    "name",
    [
        "2018-01-03.tif", "2018-01-03.TIF", "2018-01-03.tiff", "2018-01-03.TIFF", "20180103.tif", "2018_01_03.tif",
        "2018.01.03.tif", "2018-01-03T10:30:00Z.tif", "2018-01-03T10-30-00Z.tif", "20180103T103000Z.tif",
        "20180103103000.tif", "20180103_103000_sr.tif", "PF-SR_2018-01-03.tif", "2018-01-03_PF-SR.tif",
        f"{FULL}_2018-01-03.tif", f"2018-01-03_{FULL}.tif", f"{FULL}_20180103_v2.tif", "planet_20180103_of_20210506.tif",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_way_of_writing_it(name: str) -> None:
    assert date_of(PF_SR, name) == FIRST


@pytest.mark.parametrize(
    "name",
    [
        "2018-07.tif", "201807.tif", "2018_07.TIF", "2018-07-01.tif", "20180701.tiff", "2018-07-15.tif",
        f"{FULL}_2018-07.tif", f"2018-07_{FULL}.tif", f"2018_07_{FULL}.tif", "S2-SR_201807.tif", "2018-07-01_2018-07-31.tif",
        "2018-07-01T10-30-00Z.tif",
    ],
)  # fmt: skip
def test_a_month_is_read_in_every_way_of_writing_it(name: str) -> None:
    assert date_of(S2_SR, name) == dt.date(2018, 7, 1)


@pytest.mark.parametrize(
    ("product", "name"),
    [
        (PF_SR, "2018-01-04.tif"),  # not in the calendar
        (PF_SR, "2018-01-03_2018-01-08.tif"),  # which of the two?
        (PF_SR, "2018-01.tif"),
        (PF_SR, "2018-13-03.tif"),
        (PF_SR, "12018-01-03.tif"),
        (PF_SR, "2018-01-031.tif"),
        (PF_SR, "2018-01_03.tif"),
        (PF_SR, "03-01-2018.tif"),
        (PF_SR, "2018-01-03.tif.aux.xml"),
        (PF_SR, "2018-01-03.tif\n"),
        (PF_SR, "2018-01-03.png"),
        (PF_SR, "._2018-01-03.tif"),
        (PF_SR, ".azDownload-1-2018-01-03.tif"),
        (PF_SR, "image.tif"),
        (PF_SR, ""),
        (PF_SR, "x" * 300 + "2018-01-03.tif"),
        (S2_SR, "2018-07_2018-08.tif"),
        (S2_SR, "2018-07-99.tif"),
        (S2_SR, "2019-07.tif"),
        (S2_SR, "07-2018.tif"),
    ],
)
def test_what_is_not_sure_is_no_date(product: Product, name: str) -> None:
    assert date_of(product, name) is None


@given(st.sampled_from(list(PRODUCTS.values())), st.text(max_size=60), st.text(max_size=20))
def test_any_name_is_a_date_of_the_calendar_or_none(product: Product, before: str, after: str) -> None:
    for stem in product.date_keys[:3]:
        assert date_of(product, f"{before}{stem}{after}.tif") in {None, *product.dates}
        assert date_of(product, f"{stem}.tif") in product.dates


def folder(root: Path, name: str, product: Product = PF_SR, count: int = 3) -> Path:
    """A corpus of one sample whose first chips are named by a pattern of `strftime`."""
    corpora.write_label(root, FULL, {211: 0.6, 112: 0.4})
    for index, date in enumerate(product.dates[:count]):
        stamp = dt.datetime.combine(date, dt.time(10, 30))
        corpora.put(
            root, f"{product.folder(CELL.folder)}/{stamp.strftime(name)}", corpora.good(product, CELL, index)
        )
    return root  # fmt: skip


NAMES = [
    "%Y-%m-%d.TIF",
    "%Y-%m-%d.tiff",
    "%Y%m%d.tif",
    "%Y-%m-%dT%H-%M-%SZ.tif",
    f"{FULL}_%Y-%m-%d.tif",
    "x%Y_%m_%d.TIFF",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_is_read_whatever_its_files_are_called(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with open_corpus(folder(tmp_path, name)) as corpus:
        array = corpus.planet_fusion(FULL)
        assert array.sizes["time"] == 3
        np.testing.assert_array_equal(array.values[1], corpora.pixels(PF_SR, 1))
        (found,) = corpus.findings.all()
        assert found.about == "PF-SR"
        assert "named otherwise" in found.text
        assert found.example.endswith(OVERPASS.strftime(name))
        assert caplog.text.count("named otherwise") == 1


@pytest.mark.parametrize("name", ["%Y-%m.TIF", "%Y%m.tif", "%Y-%m-%d.tif", "S2_%Y_%m.tiff"])
def test_months_too(tmp_path: Path, name: str) -> None:
    with open_corpus(folder(tmp_path, name, S2_SR)) as corpus:
        array = corpus.sentinel2(FULL, months=["2018-02"])
        np.testing.assert_array_equal(array.values[0], corpora.pixels(S2_SR, 1))


def test_all_that_looks_at_files_sees_them(tmp_path: Path) -> None:
    with open_corpus(folder(tmp_path / "a", "%Y%m%d.TIF")) as corpus:
        real = tmp_path / "a" / PF_SR.folder(CELL.folder) / "20180103.TIF"
        assert list(corpus.store.list(PF_SR.folder(CELL.folder))) == [
            f"{key}.tif" for key in PF_SR.date_keys[:3]
        ]
        assert corpus.hrefs([FULL], products=["PF-SR"], end="2018-01-05") == [str(real)]
        item = next(corpus.catalog().get_items(recursive=True))
        assert next(asset.href for asset in item.assets.values()) == str(real)
        assert len(item.assets) == 3
        assert {p.problem for p in check(corpus) if p.kind != "missing"} == set()
        assert {p.key: p.problem for p in check(corpus)}[
            PF_SR.folder(CELL.folder)
        ] == "143 of 146 dates are not there"
        assert list(corpus.query(imagery=["PF-SR"]).index) == [FULL]
        report = download(corpus, Wanted(corpus.samples, ["PF-SR"], end="2018-01-31"), tmp_path / "b")
        assert (report.fetched, report.failed) == (4, {})
    assert (tmp_path / "b" / PF_SR.key(CELL.folder, FIRST)).read_bytes() == real.read_bytes()


def test_info_says_how_files_are_called(tmp_path: Path) -> None:
    out = CliRunner().invoke(cli.app, ["info", str(folder(tmp_path, "%Y%m%d.tif")), FULL]).output
    assert "3 of 146 dates" in out
    assert "20180103.tif" in out.replace("\n", "")


def test_info_says_that_there_are_files_which_it_does_not_understand(tmp_path: Path) -> None:
    corpora.write_label(tmp_path, FULL, {211: 1.0})
    for name in ("b.tif", "a.tif", "Thumbs.db", "._a.tif", "c.tif.part"):
        corpora.put(tmp_path, f"{PF_SR.folder(CELL.folder)}/{name}", b"x")
    with open_corpus(tmp_path) as corpus:
        array = corpus.planet_fusion(FULL, dates=[FIRST])
        assert array.attrs["missing_reasons"] == ["2018-01-03: 2 files with other names, first: a.tif"]
        assert corpus.quality(FULL, dates=[FIRST]).attrs["missing_reasons"] == ["2018-01-03: not there"]
        assert not len(corpus.query(imagery=["PF-SR"]))
    out = CliRunner().invoke(cli.app, ["info", str(tmp_path), FULL]).output
    assert "2 files with other names" in " ".join(out.split())


def test_of_two_files_of_a_date_the_layouts_own_counts_else_the_first(tmp_path: Path) -> None:
    root = folder(tmp_path, "%Y-%m-%d.tif", count=1)
    place = PF_SR.folder(CELL.folder)
    corpora.put(root, f"{place}/20180103.tif", corpora.good(PF_SR, CELL, 7))
    corpora.put(root, f"{place}/2018-01-08 (b).tif", corpora.good(PF_SR, CELL, 8))
    corpora.put(root, f"{place}/2018-01-08 (a).tif", corpora.good(PF_SR, CELL, 9))
    with open_corpus(root) as corpus:
        array = corpus.planet_fusion(FULL)
        np.testing.assert_array_equal(array.values[0], corpora.pixels(PF_SR, 0))
        np.testing.assert_array_equal(array.values[1], corpora.pixels(PF_SR, 9))
        assert any("several files of one date" in found.text for found in corpus.findings.all())
        assert {p.key.rsplit("/", 1)[1] for p in check(corpus) if p.kind == "chip"} == {
            "20180103.tif",
            "2018-01-08 (b).tif",
        }


def test_a_file_that_comes_later_is_found_after_the_folder_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_names, "LISTED_S", 0.0)
    store = DatedStore(DirectoryStore(folder(tmp_path, "%Y%m%d.tif", count=1)))
    key = PF_SR.key(CELL.folder, PF_SR.dates[1])
    with pytest.raises(NotThereError):
        store.get(key)
    corpora.put(tmp_path, f"{PF_SR.folder(CELL.folder)}/20180108.tif", b"new")
    assert store.get(key) == b"new"


class Counted:
    """A folder that counts what it is asked for, and lists or not."""

    where = "counted"

    def __init__(self, root: Path) -> None:
        self.folder = DirectoryStore(root)
        self.gets: list[str] = []
        self.lists = 0

    def get(self, key: str) -> bytes:
        self.gets.append(key)
        return self.folder.get(key)

    def list(self, folder: str) -> Iterator[str]:
        self.lists += 1
        return self.folder.list(folder)

    def href(self, key: str) -> str:
        return self.folder.href(key)


def test_a_file_that_is_named_as_it_should_costs_nothing_more_and_a_folder_is_listed_once(
    tmp_path: Path,
) -> None:
    base = Counted(folder(tmp_path, "%Y-%m-%d.tif"))
    store = DatedStore(base)
    keys = [PF_SR.key(CELL.folder, date) for date in PF_SR.dates]
    for key in keys[:3]:
        store.get(key)
    assert (base.gets, base.lists) == (keys[:3], 0)
    for key in keys[3:]:
        with pytest.raises(NotThereError):
            store.get(key)
    assert (len(base.gets), base.lists) == (146, 1)


def test_a_date_that_is_not_there_leaves_nothing_to_garbage_collection(tmp_path: Path) -> None:
    store = DatedStore(DirectoryStore(tmp_path))
    with pytest.raises(NotThereError):  # what is looked up once
        store.get(PF_SR.key(CELL.folder, FIRST))
    gc.collect()
    gc.disable()
    try:
        known: weakref.ref[NotThereError] | None = None
        try:
            store.get(PF_SR.key(CELL.folder, PF_SR.dates[1]))
        except NotThereError as error:
            known = weakref.ref(error)
        assert known is not None
        assert known() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("text", "level"), [("strange", "WARNING"), (AsWritten("scale 0.5 applied"), "INFO")]
)
def test_a_guess_is_warned_of_and_what_a_file_says_is_told(
    text: str, level: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "explorer")
    Findings("here").note("PF-SR", text, "key")
    assert [record.levelname for record in caplog.records] == [level]


def test_keys_out_of_the_layout_and_out_of_the_folder_stay_what_they_are(tmp_path: Path) -> None:
    store = DatedStore(DirectoryStore(folder(tmp_path, "%Y%m%d.tif")))
    for key in (
        "../x",
        "imagery/../../x/y/PF-SR/2018-01-03.tif",
        "labels/x.geojson",
        f"imagery/{CELL.folder}/XX/2018-01-03.tif",
    ):
        with pytest.raises(NotThereError):
            store.get(key)
    assert store.get(f"{PF_SR.folder(CELL.folder)}/20180103.tif")


# -- where folders cannot be listed


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[tuple[servers.Server, Corpus]]:
    """A server without listings, and its corpus of one sample, whose folder the tests fill."""
    root = folder(tmp_path / "root", "%Y-%m-%d.tif", count=0)
    from explorer import opening
    from explorer.corpus.tables import index

    opening.reindex(root, root / index.INDEX_KEY)
    with (
        servers.serve(root) as server,
        open_corpus(server.url, config=Settings(cache_dir=tmp_path / "cache")) as corpus,
    ):
        yield server, corpus


def asked(server: servers.Server, product: Product) -> int:
    return sum(count for key, count in server.asked.items() if f"/{product.id}/" in key)


@pytest.mark.parametrize(
    "name", ["%Y-%m-%d.TIF", "%Y%m%d.tif", "%Y-%m-%dT%H:%M:%SZ.tif", f"{FULL}_%Y-%m-%d.tif"]
)
def test_a_server_is_asked_until_one_name_is_right(remote: tuple[servers.Server, Corpus], name: str) -> None:
    server, corpus = remote
    folder(server.root, name, count=10)
    array = corpus.planet_fusion(FULL, dates=PF_SR.dates[:10])
    assert array.sizes["time"] == 10
    assert asked(server, PF_SR) <= 10 + 10 + len(file_names.VARIANTS[False])
    assert any("asked for as" in found.text for found in corpus.findings.all())
    server.asked.clear()
    corpus.store.forget(PF_SR.key(CELL.folder, PF_SR.dates[9]))  # type: ignore[attr-defined]
    np.testing.assert_array_equal(
        corpus.planet_fusion(FULL, dates=[PF_SR.dates[9]]).values[0], corpora.pixels(PF_SR, 9)
    )
    assert asked(server, PF_SR) == 1  # what is known is asked for first
    shown = corpus.hrefs([FULL], products=["PF-SR"], end="2018-01-05")
    assert shown[0].endswith("/PF-SR/" + OVERPASS.strftime(name).replace(":", "%3A"))


def test_a_server_that_has_nothing_is_not_asked_without_end(remote: tuple[servers.Server, Corpus]) -> None:
    server, corpus = remote
    assert corpus.planet_fusion(FULL).sizes["time"] == 0
    assert corpus.sentinel2(FULL).sizes["time"] == 0
    assert asked(server, PF_SR) == 146 + file_names.PROBED_DATES * len(file_names.VARIANTS[False])
    assert asked(server, S2_SR) == 12 + file_names.PROBED_DATES * len(file_names.VARIANTS[True])


def test_a_server_that_has_one_file_as_it_should_be_is_not_asked_for_others(
    remote: tuple[servers.Server, Corpus],
) -> None:
    server, corpus = remote
    corpora.write_chips(server.root, FULL, PF_SR, [0])
    corpus.planet_fusion(FULL, dates=[FIRST])
    corpus.planet_fusion(FULL)
    assert asked(server, PF_SR) == 146


def test_a_pattern_that_the_operator_names_is_asked_for_first(tmp_path: Path) -> None:
    base = Counted(folder(tmp_path, "chip-%d%m%Y.tif"))  # no date that anybody could tell
    store = DatedStore(base, Findings("here"), {"PF-SR": "chip-%d%m%Y.tif"})
    key = PF_SR.key(CELL.folder, FIRST)
    assert store.get(key)
    assert base.gets == [f"{PF_SR.folder(CELL.folder)}/chip-03012018.tif"]
    assert next(store.list(PF_SR.folder(CELL.folder))) == "2018-01-03.tif"
    again = pickle.loads(pickle.dumps(store))
    assert again.patterns == {"PF-SR": "chip-%d%m%Y.tif"}
    assert again.get(key) == store.get(key)


@pytest.mark.parametrize(
    "pattern",
    ["", "chip.tif", "%Y-%m.tif", "../%Y%m%d.tif", "a/%Y%m%d.tif", "%Y%m%d\x00.tif", "a\\%Y%m%d.tif", "%9999999d%Y%m.tif",
     "%Y%m%d.part", "%Y%m%d" * 20],
)  # fmt: skip
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidQueryError, match=r"write for example '%Y%m%d\.tif'"):
        check_pattern(PF_QA, pattern)


def test_with_a_pattern_what_is_named_so_counts_and_dates_in_other_names_too(tmp_path: Path) -> None:
    folder = PF_SR.folder(CELL.folder)
    for i, name in enumerate(("day 003 of 2018.tif", "2018-01-08.tif", "notes.tif")):
        corpora.put(tmp_path, f"{folder}/{name}", corpora.good(PF_SR, CELL, i))
    store = DatedStore(DirectoryStore(tmp_path), patterns={PF_SR.id: "day %j of %Y.tif"})
    assert list(store.list(folder)) == ["2018-01-03.tif", "2018-01-08.tif", "notes.tif"]
    assert store.get(PF_SR.key(CELL.folder, FIRST)) == corpora.good(PF_SR, CELL, 0)


def test_what_looks_like_a_chip_depends_on_the_pattern() -> None:
    for name, plain, named in (
        ("2018-01-03.tif", True, True),
        ("third.tif", False, True),
        ("third.txt", False, False),
        ("._third.tif", False, False),
    ):
        assert file_names.is_chip(PF_SR, name, {}) == plain
        assert file_names.is_chip(PF_SR, name, {PF_SR.id: "%j.tif"}) == named


def test_findings_of_a_corpus_in_which_every_file_is_strange_are_bounded() -> None:
    known = Findings("x")
    for i in range(findings.MAX_FINDINGS + 20):
        known.note("PF-SR", f"strange in way {i}", f"{i}.tif")
    known.note("PF-SR", "strange in way 0", "again.tif")
    found = known.all()
    assert len(found) == findings.MAX_FINDINGS
    assert (found[0].text, found[0].example, found[0].count) == ("strange in way 0", "0.tif", 2)
