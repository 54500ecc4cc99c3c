"""Embedding maps: two coordinates a sample, kept with the table that they are of."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from explorer import open_corpus, plots
from explorer.cli import app
from explorer.core.errors import InvalidQueryError, MissingPackageError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.similar import embedding_maps


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    found = open_demo(count=400)
    yield found
    found.close()


@pytest.fixture
def corpus(tiny_folder: Path, tmp_path: Path) -> Iterator[Corpus]:
    shutil.copytree(tiny_folder, tmp_path / "corpus")
    found = open_corpus(tmp_path / "corpus")
    yield found
    found.close()


def vectors(corpus: Corpus, seed: int = 0) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(len(corpus), 4)).astype(np.float32)
    return pd.DataFrame(values, corpus.samples.index, list("abcd"))


def test_pca_lies_along_the_directions_in_which_features_vary_most(demo: Corpus) -> None:
    table = demo.features["made-up"]
    frame = table.map()
    assert frame.index.equals(table.ids)
    spread = frame.to_numpy().std(axis=0)
    assert spread[0] > spread[1] > 0
    assert abs(np.corrcoef(frame.to_numpy().T)[0, 1]) < 0.05
    # Alike in NDVI over the year: near each other.
    season = table.to_pandas()["season_ndvi_mean"].to_numpy()
    assert max(abs(np.corrcoef(season, frame[axis])[0, 1]) for axis in ("x", "y")) > 0.6


def test_a_map_is_of_one_version_of_its_table(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_maps, "_FEWEST", 1)
    monkeypatch.setitem(embedding_maps._METHODS, "umap", lambda places, seed: places[:, :2] + seed)
    corpus.features.add("mine", vectors(corpus))
    with pytest.raises(
        InvalidQueryError,
        match="was not made; make it with: explorer features map CORPUS --table mine --method umap",
    ):
        corpus.features["mine"].map("umap")
    done = CliRunner().invoke(app, ["features", "map", corpus.where, "--method", "umap", "--seed", "7"])
    assert done.output == "mine: 3 samples are placed by UMAP, in 0 s\n", done.output
    table = corpus.features["mine"]
    assert corpus.features.maps.methods(table) == ("pca", "umap")
    assert np.allclose(table.map("umap"), table.map("pca") + 7)
    corpus.features.add("mine", vectors(corpus, 1), replace=True)
    assert corpus.features.maps.methods(corpus.features["mine"]) == ("pca",)
    with pytest.raises(InvalidQueryError, match="older version"):
        corpus.features["mine"].map("umap")
    corpus.features.remove("mine")
    assert not list((corpus.features.folder / "maps").iterdir())


def test_what_cannot_be_placed_says_so(demo: Corpus, corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidQueryError, match="no method 'tsne'; there are pca, pacmap, umap, opentsne"):
        demo.features["made-up"].map("tsne")
    corpus.features.add("mine", vectors(corpus))
    with pytest.raises(InvalidQueryError, match="UMAP needs 50 samples at least, and features mine have 3"):
        corpus.features.maps.make(corpus.features["mine"], "umap")
    monkeypatch.setitem(sys.modules, "pacmap", None)
    with pytest.raises(MissingPackageError, match=r"a PaCMAP map needs pacmap.*\[embed\]"):
        demo.features.maps.make(demo.features["made-up"], "pacmap")


def test_other_methods_get_the_places_and_the_seed(demo: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    class Placer:
        def __init__(self, **options: object) -> None:
            assert options["n_components"] == 2
            self.seed = int(str(options["random_state"]))

        def fit_transform(self, places: np.ndarray) -> np.ndarray:
            return places[:, 2:4] + self.seed

        fit = fit_transform

    for module, name in [("pacmap", "PaCMAP"), ("umap", "UMAP"), ("openTSNE", "TSNE")]:
        monkeypatch.setitem(sys.modules, module, SimpleNamespace(**{name: Placer}))
        found = demo.features.maps.make(demo.features["made-up"], module.lower(), 3)
        assert found.shape == (400, 2)
        assert np.allclose(demo.features["made-up"].map(module.lower()), found)


def test_a_notebook_draws_it(demo: Corpus) -> None:
    import holoviews as hv

    some = demo.query(countries="France")
    figure = plots.embedding_map(demo, some, level=1)
    assert set(figure.data["sample_id"]) == set(some.index)
    assert hv.render(figure).renderers
    with pytest.raises(InvalidQueryError, match="none of these samples has features in made-up"):
        plots.embedding_map(demo, ["33N_15E-200N_01_09"])
