"""A corpus that says it is made up: nothing that leaves it names anybody's data, or anybody's licence."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from explorer import open_corpus, opening
from explorer.commands import describe
from explorer.core.products import PRODUCTS, SYNTHETIC_KEY, SYNTHETIC_LICENSE, SYNTHETIC_NOTE
from explorer.corpus.corpus import Corpus
from explorer.corpus.tables.tables import terms
from tests import corpora

NAMES = ("Planet Labs", "Copernicus Sentinel data", "European Environment Agency", "CC-BY")


@pytest.fixture
def made_up(tiny_folder: Path, tmp_path: Path) -> Iterator[Corpus]:
    folder = tmp_path / "made-up"
    shutil.copytree(tiny_folder, folder)
    corpora.put(folder, SYNTHETIC_KEY, SYNTHETIC_NOTE.encode())
    with open_corpus(folder) as found:
        yield found


def info(corpus: Corpus) -> str:
    text = io.StringIO()
    describe.print_to(Console(file=text, width=200), describe.sample_report(corpus, corpora.FULL))
    return text.getvalue()


def test_cubes_tables_and_footprints_say_so(made_up: Corpus) -> None:
    assert made_up.synthetic
    for array in (
        made_up.planet_fusion(corpora.FULL),
        made_up.sentinel2(corpora.FULL),
        made_up.quality(corpora.FULL),
    ):
        assert array.attrs["attribution"] == SYNTHETIC_NOTE
        assert array.attrs["license"] == SYNTHETIC_LICENSE
    assert set(made_up.to_geopandas().attrs["attribution"].values()) == {SYNTHETIC_NOTE}
    assert terms(made_up)["license"] == SYNTHETIC_LICENSE


def test_its_catalog_and_its_index_name_nobody(made_up: Corpus) -> None:
    collections = list(made_up.catalog().get_children())
    assert len(collections) == len(PRODUCTS) + 1
    for one in collections:
        text = json.dumps(one.to_dict())
        assert SYNTHETIC_NOTE in text
        assert not [name for name in NAMES if name in text]
        assert one.to_dict()["license"] == "other"
    path = opening.reindex(made_up.where)
    assert pq.read_schema(path).metadata[b"attribution"] == SYNTHETIC_NOTE.encode()


def test_its_description_names_nobody(made_up: Corpus, tiny_corpus: Corpus) -> None:
    assert SYNTHETIC_NOTE in info(made_up)
    assert not [name for name in NAMES if name in info(made_up)]
    assert SYNTHETIC_NOTE not in info(tiny_corpus)
    assert "Planet Labs" in info(tiny_corpus)


def test_a_real_corpus_names_whose_data_they_are(tiny_corpus: Corpus) -> None:
    assert not tiny_corpus.synthetic
    array = tiny_corpus.planet_fusion(corpora.FULL)
    assert "Planet Labs" in array.attrs["attribution"]
    assert array.attrs["license"] == "CC-BY-NC-SA-3.0"
    assert "Planet Labs" in tiny_corpus.to_geopandas().attrs["attribution"]["PF-SR"]
