"""What is typical of a class: of which samples it is, that it is read once, and that holes cost one sample only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from explorer import open_corpus
from explorer.analysis import typical
from explorer.analysis.spectra import class_spectrum
from explorer.core import grid
from explorer.core.errors import UnreadableError
from explorer.core.products import S2_SR
from explorer.corpus.corpus import Corpus
from tests import corpora

JANUARY = dt.date(2018, 1, 1)
CLASS = 312
IDS = ("33N_15E-200N_01_01", "33N_15E-200N_01_02", "33N_15E-200N_01_03", "33N_15E-200N_01_04")


@pytest.fixture
def forest(tmp_path: Path) -> Corpus:
    """Four samples of one class, the last of them impure and one with a broken chip; a fifth of another class."""
    for i, name in enumerate(IDS):
        corpora.write_label(tmp_path, name, {CLASS: 0.6, 211: 0.4} if i == 3 else {CLASS: 1.0})
        corpora.write_chips(tmp_path, name, S2_SR, [0])
    other = "33N_15E-200N_02_01"
    corpora.write_label(tmp_path, other, {211: 1.0})
    corpora.write_chips(tmp_path, other, S2_SR, [0])
    key = S2_SR.key(grid.parse(IDS[1]).folder, JANUARY)
    corpora.put(tmp_path, key, b"not a chip")
    return open_corpus(tmp_path)


def test_samples_of_the_class_are_drawn_purest_first(forest: Corpus) -> None:
    drawn = typical.drawn_samples(forest, CLASS)
    assert sorted(drawn) == sorted(IDS)
    assert drawn[-1] == IDS[3]
    assert drawn == typical.drawn_samples(forest, CLASS)
    assert typical.drawn_samples(forest, 523) == []


def test_it_is_the_class_spectrum_of_what_can_be_read(forest: Corpus) -> None:
    table = typical.typical_spectrum(forest, CLASS, dt.date(2018, 1, 20))
    assert set(table["samples"]) == {3}
    order = [name for name in typical.drawn_samples(forest, CLASS) if name != IDS[1]]
    cubes = [forest.cubes.get(forest.cell(name), S2_SR) for name in order]
    wanted = class_spectrum(cubes, [JANUARY])
    assert table["median"].tolist() == wanted["median"].tolist()
    assert (table["p10"] <= table["median"]).all()
    assert typical.typical_spectrum(forest, CLASS, dt.date(2018, 2, 1)).empty
    assert typical.typical_spectrum(forest, 523, JANUARY).empty


def test_it_is_read_once_a_process(forest: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = forest.store.get

    def get(key: str) -> bytes:
        if key.startswith("imagery"):
            asked.append(key)
        return real(key)

    monkeypatch.setattr(forest.store, "get", get)
    first = typical.typical_spectrum(forest, CLASS, JANUARY)
    assert len(asked) == 4
    assert all(key.endswith("2018-01.tif") for key in asked)  # one mosaic a sample, no cubes
    again = typical.typical_spectrum(forest, CLASS, JANUARY)
    assert len(asked) == 4
    assert again is first
    assert np.isfinite(again["p90"]).all()


def test_what_a_failing_store_left_out_is_read_the_next_time(
    forest: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = forest.store.get

    def fail(key: str) -> bytes:
        raise UnreadableError(key, "no answer in time")

    with monkeypatch.context() as patch:
        patch.setattr(forest.store, "get", fail)
        assert typical.typical_spectrum(forest, CLASS, JANUARY).empty
    assert forest.store.get == get
    assert not typical.typical_spectrum(forest, CLASS, JANUARY).empty
