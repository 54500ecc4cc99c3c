"""A corpus opened: its samples, cubes, errors, and what it leaves behind when it is closed."""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import explorer
from explorer.core.errors import (
    CorpusNotFoundError,
    ExplorerError,
    InvalidSampleIdError,
    StoreError,
    UnknownBandError,
    UnknownDateError,
    UnknownSampleError,
)
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.tables.index import SampleIndex
from explorer.corpus.tables.labels import Fractions
from explorer.opening import open_corpus
from tests import corpora
from tests.corpora import BARE, BROKEN, FULL

SECONDS = 60.0


def test_samples_are_a_table_of_places_and_labels(tiny_corpus: Corpus) -> None:
    samples = tiny_corpus.samples
    assert samples.index.name == "sample_id"
    assert sorted(samples.index) == sorted([FULL, BROKEN, BARE])
    assert {"lon", "lat", "x", "y", "clc", "fraction"} <= set(samples.columns)
    assert samples.clc.to_dict() == {FULL: 211, BROKEN: 211, BARE: 0}
    assert samples.fraction.to_dict() == pytest.approx({FULL: 0.6, BROKEN: 0.55, BARE: 0})


def test_labels_are_fractions_largest_first(tiny_corpus: Corpus) -> None:
    labels = tiny_corpus.labels(FULL)
    assert labels.index.tolist() == [211, 311, 112]
    assert labels.tolist() == pytest.approx([0.6, 0.3, 0.1])
    assert tiny_corpus.labels(BARE).empty


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("2018-01-13", [2]),
        (dt.date(2018, 1, 13), [2]),
        (["2018-01-13", dt.date(2018, 1, 3)], [0, 2]),
        (np.array(["2018-01-08", "2018-02-02"], "datetime64[ns]"), [1, 6]),
        ((d for d in PF_SR.dates[:2]), [0, 1]),
    ],
)
def test_dates_are_asked_for_in_any_form(tiny_corpus: Corpus, dates: object, expected: list[int]) -> None:
    cube = tiny_corpus.planet_fusion(FULL, dates=dates)  # type: ignore[arg-type]
    assert cube.time.dt.strftime("%Y-%m-%d").values.tolist() == [PF_SR.date_keys[i] for i in expected]
    np.testing.assert_array_equal(cube.values, [corpora.pixels(PF_SR, i) for i in expected])


def test_one_band_may_be_a_word(tiny_corpus: Corpus) -> None:
    cube = tiny_corpus.sentinel2(FULL, months="2018-07", bands="B8A")
    np.testing.assert_array_equal(cube.values[0, 0], corpora.pixels(S2_SR, 6)[7])
    assert tiny_corpus.quality(FULL).band.values.tolist() == list(corpora.QA_BANDS)


def test_what_does_not_exist_is_a_named_error_and_nothing_is_read(tiny_corpus: Corpus) -> None:
    cases: list[tuple[type[ExplorerError], Callable[[], object], str]] = [
        (InvalidSampleIdError, lambda: tiny_corpus.planet_fusion("nonsense"), "nonsense"),
        (UnknownSampleError, lambda: tiny_corpus.labels("33N_15E-200N_01_10"), "33N_15E-200N_01_10"),
        (UnknownDateError, lambda: tiny_corpus.planet_fusion(FULL, dates=["2018-01-04"]), "2018-01-04"),
        (UnknownDateError, lambda: tiny_corpus.sentinel2(FULL, months="2019-01"), "2019-01"),
        (UnknownBandError, lambda: tiny_corpus.planet_fusion(FULL, bands=["swir"]), "swir"),
        (UnknownBandError, lambda: tiny_corpus.sentinel2(FULL, bands=["B10"]), "B10"),
    ]
    for kind, call, name in cases:
        with pytest.raises(kind, match=name):
            call()
    assert tiny_corpus.cubes.nbytes == 0


def test_callers_share_one_cube(tiny_corpus: Corpus) -> None:
    one, other = tiny_corpus.planet_fusion(FULL), tiny_corpus.planet_fusion(FULL)
    assert np.shares_memory(one.values, other.values)


def test_a_reading_joins_the_one_under_way(tiny_corpus: Corpus) -> None:
    reading = tiny_corpus.read(FULL, PF_SR, first=3)
    assert tiny_corpus.read(FULL, PF_SR) is reading
    assert reading.wait(10).there.size == 10
    reading.release()
    reading.release()


def test_the_default_sample_has_a_label(tiny_corpus: Corpus) -> None:
    assert tiny_corpus.default_sample == BROKEN  # the first in the table's order that has one
    featured = Corpus(tiny_corpus.store, tiny_corpus.index, featured=["33N_15E-200N_40_40", BARE])
    assert featured.default_sample == BARE
    featured.close()


def test_a_corpus_of_no_sample_has_none_to_show(tiny_corpus: Corpus) -> None:
    empty = SampleIndex.of(Fractions.from_rows({}), "a test")
    with Corpus(tiny_corpus.store, empty) as corpus:
        assert corpus.default_sample is None
        assert len(corpus.to_geopandas()) == 0


def test_footprints_of_all_samples_are_had_without_naming_them(tiny_corpus: Corpus) -> None:
    assert list(tiny_corpus.to_geopandas().index) == list(tiny_corpus.samples.index)
    assert list(tiny_corpus.to_geopandas([BARE]).index) == [BARE]


def test_a_partial_download_is_a_corpus(tiny_folder: Path, tmp_path: Path) -> None:
    for part, ids in (("imagery", [FULL, BROKEN, BARE]), ("labels", [FULL, BROKEN])):
        folder = Path(shutil.copytree(tiny_folder / part, tmp_path / part / part)).parent
        corpus = open_corpus(folder)
        assert sorted(corpus.samples.index) == sorted(ids)
        assert corpus.planet_fusion(FULL).sizes["time"] == (10 if part == "imagery" else 0)
        corpus.close()


def test_a_disk_that_goes_away_is_a_named_error_and_comes_back(tiny_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "corpus"))
    corpus = open_corpus(folder)
    folder.rename(tmp_path / "unplugged")
    with pytest.raises(StoreError, match="is gone; is its disk mounted"):
        corpus.planet_fusion(FULL)
    (tmp_path / "unplugged").rename(folder)
    assert corpus.planet_fusion(FULL).sizes["time"] == 10
    corpus.close()


@pytest.mark.parametrize("where", ["/nowhere/at/all", "pyproject.toml"])
def test_where_there_is_no_corpus_is_a_named_error(where: str) -> None:
    with pytest.raises(CorpusNotFoundError):
        open_corpus(where)


def test_an_empty_folder_is_no_corpus_and_the_message_says_what_would_be(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFoundError, match="labels/ and imagery/"):
        open_corpus(tmp_path)


def test_a_path_may_be_written_in_every_usual_way(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tiny_folder.parent))
    monkeypatch.chdir(tiny_folder.parent)
    for where in (
        tiny_folder,
        str(tiny_folder),
        f"file://{tiny_folder}",
        f"~/{tiny_folder.name}",
        tiny_folder.name,
    ):
        corpus = explorer.open_corpus(where)
        assert len(corpus.samples) == 3
        corpus.close()


def test_what_is_written_to_samples_stays_ones_own(tiny_corpus: Corpus) -> None:
    before = tiny_corpus.samples.copy()
    tiny_corpus.samples["mine"] = 1
    if int(pd.__version__.partition(".")[0]) >= 3:  # earlier ones write through
        found = tiny_corpus.samples
        found.loc[FULL, "clc"] = 999
        assert found.loc[FULL, "clc"] == 999
    pd.testing.assert_frame_equal(tiny_corpus.samples, before)
    assert tiny_corpus.samples.index.get_loc(FULL) == before.index.get_loc(FULL)


def test_the_package_has_its_names_and_no_others() -> None:
    assert explorer.open_corpus is open_corpus
    names = {
        "Corpus",
        "Explorer",
        "ExplorerError",
        "Features",
        "Ground",
        "Opinions",
        "Overlays",
        "__version__",
        "open_corpus",
        "plots",
    }
    assert set(explorer.__all__) == names
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        explorer.nonsense  # noqa: B018  reading it is what is tested


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts descriptors through /proc")
def test_opening_and_closing_fifty_times_leaves_nothing_behind(tiny_folder: Path) -> None:
    def once() -> None:
        corpus = open_corpus(tiny_folder)
        corpus.planet_fusion(FULL)
        corpus.sentinel2(BARE)
        corpus.read(BROKEN, PF_SR).release()  # given up while it is read
        corpus.close()

    def settle() -> list[threading.Thread]:
        """What still runs of what was not there before; a thread may have its last chip in hand."""
        deadline = time.monotonic() + SECONDS
        for thread in set(threading.enumerate()) - others:
            thread.join(max(0.0, deadline - time.monotonic()))
        gc.collect()
        return [thread for thread in threading.enumerate() if thread not in others]

    others = set(threading.enumerate())  # other tests' are no matter of this one
    once()  # what libraries open once a process
    assert settle() == []
    before = descriptors()
    for _ in range(50):
        once()
    assert settle() == []
    assert descriptors() <= before


def test_a_corpus_lets_go_of_its_threads_at_the_end_of_a_with(tiny_folder: Path) -> None:
    before = set(threading.enumerate())
    with open_corpus(tiny_folder) as corpus:
        assert corpus.planet_fusion(corpora.FULL).sizes["time"]
        assert set(threading.enumerate()) - before
    for thread in set(threading.enumerate()) - before:
        thread.join(SECONDS)
        assert not thread.is_alive(), thread.name
