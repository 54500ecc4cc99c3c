"""Rows of samples by their ids, without pandas' dictionary of all of them."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

from explorer import Explorer
from explorer.corpus.tables.id_rows import IdRows
from explorer.demo import open_demo

SORTED = ["31N_12E-218N_01_02", "31N_12E-218N_02_01", "32N_10E-200N_50_50", "33N_13E-224N_24_35"]


@pytest.mark.parametrize("ids", [SORTED, SORTED[::-1], [*SORTED[2:], *SORTED[:2]], SORTED[:1], []])
@pytest.mark.parametrize("dtype", ["str", object])
def test_rows_are_those_of_pandas(ids: list[str], dtype: Any) -> None:
    index = pd.Index(ids, dtype=dtype, name="sample_id")
    found = IdRows(index)
    wanted: list[Any] = [*ids, *SORTED, "", "33N", "4", "33N_13E-224N_24_35x", None, 5, "ä"]
    expected = [ids.index(one) if one in ids else -1 for one in wanted]
    assert [-1 if (row := found.row(one)) is None else row for one in wanted] == expected
    assert found.rows(wanted).tolist() == expected
    many = wanted * 300  # more than are looked up one by one
    assert found.rows(many).tolist() == expected * 300
    assert found.rows(many).dtype == found.rows([]).dtype == np.int64
    assert pickle.loads(pickle.dumps(found)).rows(wanted).tolist() == expected


def test_a_page_asks_pandas_for_no_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """pandas would answer from Python's strings of all samples and keep those: 55 MB of the demo's half a million."""
    asked = []

    def watched(name: str) -> None:
        real = getattr(pd.Index, name)

        def ask(self: pd.Index, *args: Any, **options: Any) -> Any:
            if self.name == "sample_id" and len(self) == 2_000:
                asked.append(name)
            return real(self, *args, **options)

        monkeypatch.setattr(pd.Index, name, ask)

    with open_demo(count=2_000) as corpus:
        for name in ("__contains__", "get_loc", "get_indexer", "isin"):
            watched(name)
        page = Explorer(corpus, "?filter=")
        other = str(corpus.samples.index[1_000])
        page.selection.sample_id = other
        corpus.labels(other), corpus.planet_fusion(other, dates=["2018-07-02"])
        page.close()
    assert asked == []
