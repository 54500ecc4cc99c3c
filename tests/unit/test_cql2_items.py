"""CQL2 asked of items: by id, collection and time, as a plain evaluation of each item by itself finds them."""

from __future__ import annotations

import datetime as dt
import operator
from functools import cache, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.query import cql2, cql2_text
from explorer.corpus.stac import catalog, item_pages
from explorer.corpus.stac.stac import COLLECTIONS
from explorer.corpus.tables import places
from explorer.demo.opening import open_demo

COUNT = 12
DAYS = {PF_SR: PF_SR.dates[34:38], S2_SR: S2_SR.dates[5:8]}
COMPARED = {"=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}  # fmt: skip


@cache
def demo() -> Corpus:
    return open_demo(count=COUNT)


@pytest.fixture
def corpus() -> Corpus:
    return demo()


def known(corpus: Corpus, row: int, product: Product | None, day: dt.date | None) -> dict[str, Any]:
    """What is known of an item, by name."""
    sample_id, country = str(corpus.samples.index[row]), int(corpus.filter_table.country[row])
    found: dict[str, Any] = {
        "clc": int(corpus.samples["clc"].iloc[row]),
        "lat": float(corpus.samples["lat"].iloc[row]),
        "country": places.names()[country] if country >= 0 else None,
    }
    if product is None or day is None:
        return {**found, "id": sample_id, "collection": "samples", "datetime": None}
    named = catalog.item_id(sample_id, product, day)
    return {**found, "id": named, "collection": COLLECTIONS[product.id], "datetime": catalog.time_of(day)}


def plainly(condition: Any, item: dict[str, Any]) -> bool | None:
    """CQL2 of one item, by SQL's three-valued logic."""
    if isinstance(condition, bool):
        return condition
    op, args = condition["op"], condition["args"]
    if op in ("and", "or"):
        found = [plainly(one, item) for one in args]
        decides = op == "or"
        return decides if decides in found else None if None in found else not decides
    if op == "not":
        inner = plainly(args[0], item)
        return None if inner is None else not inner
    value = item[args[0]["property"]]
    if op == "isNull":
        return value is None
    if value is None:
        return None
    if op == "in":
        return value in args[1]
    if op == "like":
        return str(value).startswith(args[1].removesuffix("%"))
    wanted = args[1]
    if isinstance(wanted, dict) and "timestamp" in wanted:
        wanted = dt.datetime.fromisoformat(wanted["timestamp"])
    elif isinstance(wanted, dict):
        value, wanted = value.date(), dt.date.fromisoformat(wanted["date"])
    return bool(COMPARED[op](value, wanted))


def condition(op: str, name: str, *more: Any) -> dict[str, Any]:
    return {"op": op, "args": [{"property": name}, *more]}


def conditions() -> st.SearchStrategy[Any]:
    sample_ids = [str(one) for one in demo().samples.index]
    ids = st.sampled_from(
        [*sample_ids[:3], "nothing", "nothing_pf_2018-07-02"]
        + [catalog.item_id(one, product, day) for one in sample_ids[:3] for product, days in DAYS.items() for day in days]
    )  # fmt: skip
    times = st.sampled_from([day for days in DAYS.values() for day in days])
    at = st.one_of(
        times.map(lambda day: {"date": day.isoformat()}),
        times.map(lambda day: {"timestamp": catalog.time_of(day).isoformat()}),
    )
    ops, collections = st.sampled_from([*COMPARED]), st.sampled_from(["samples", *COLLECTIONS.values()])
    atoms = st.one_of(
        st.booleans(),
        st.builds(condition, st.sampled_from(["=", "<>", "<"]), st.just("id"), ids),
        st.builds(lambda some: condition("in", "id", some), st.lists(ids, min_size=1, max_size=4)),
        st.just(condition("like", "id", f"{sample_ids[0]}%")),
        st.builds(lambda op, one: condition(op, "collection", one), ops, collections),
        st.builds(lambda some: condition("in", "collection", some), st.lists(collections, min_size=1, max_size=2)),
        st.builds(lambda op, one: condition(op, "datetime", one), ops, at),
        st.sampled_from(["id", "collection", "datetime", "country"]).map(lambda name: condition("isNull", name)),
        st.just(condition(">", "lat", 50)),
        st.builds(lambda op, one: condition(op, "clc", one), ops, st.sampled_from([211, 312])),
        st.just(condition("=", "country", "France")),
    )  # fmt: skip
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.builds(
                lambda op, some: {"op": op, "args": some},
                st.sampled_from(["and", "or"]),
                st.lists(inner, min_size=2, max_size=3),
            ),
            inner.map(lambda one: {"op": "not", "args": [one]}),
        ),
        max_leaves=6,
    )


@settings(max_examples=150, deadline=None)
@given(written=conditions())
def test_items_are_found_as_each_of_them_alone_would_be(written: Any) -> None:
    corpus = demo()
    asked = cql2.Filter(corpus.filter_table, written)
    rows = np.arange(COUNT)
    names = pa.array(corpus.samples.index, pa.string())
    found = asked.meet(cql2.Items("samples", lambda: names, None))
    assert found.tolist() == [plainly(written, known(corpus, row, None, None)) is True for row in rows]
    for product, days in DAYS.items():
        wanted = np.array(
            [[plainly(written, known(corpus, row, product, day)) is True for day in days] for row in rows]
        )
        search = item_pages.Search((COLLECTIONS[product.id],), np.ones(COUNT, bool), filter=asked)
        some = rows[::2]
        found = item_pages._meeting(search, product, some, list(corpus.samples.index[some]), days)
        assert (found == wanted[some]).all()
        may = asked.may_meet(COLLECTIONS[product.id], partial(item_pages._sample_of, product))
        assert not (wanted.any(axis=1) & ~may).any()


def test_an_item_asked_for_by_id_is_looked_for_in_its_sample_alone(corpus: Corpus) -> None:
    names = [catalog.item_id(str(corpus.samples.index[row]), PF_SR, PF_SR.dates[3]) for row in (2, 5)]
    for text, wanted in (
        (f"id = '{names[0]}'", [2]),
        (f"id IN ('{names[0]}', '{names[1]}')", [2, 5]),
        (f"id = '{names[0]}' AND collection = 'samples'", []),
        (f"id = '{names[0].replace('_pf_', '_s2_')}'", []),
        ("datetime IS NULL", []),
        ("collection <> 'rapidai4eo_v1_source_pf'", []),
    ):
        asked = cql2.Filter(corpus.filter_table, cql2_text.read_text(text))
        may = asked.may_meet(COLLECTIONS[PF_SR.id], partial(item_pages._sample_of, PF_SR))
        assert np.flatnonzero(may).tolist() == wanted, text


def test_times_are_read_as_instants_and_days() -> None:
    assert cql2_text.read_text("datetime >= TIMESTAMP('2018-07-01T00:00:00Z')") == condition(
        ">=", "datetime", {"timestamp": "2018-07-01T00:00:00Z"}
    )
    assert cql2_text.read_text("datetime = date('2018-07-02')") == condition(
        "=", "datetime", {"date": "2018-07-02"}
    )
    assert cql2_text.read_text("date = 3") == condition("=", "date", 3)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("datetime > 3", "datetime is compared with TIMESTAMP"),
        ("datetime > TIMESTAMP('2018-07-32T00:00:00Z')", "datetime is compared with TIMESTAMP"),
        ("datetime > TIMESTAMP('2018-07-02T00:00:00')", "datetime is compared with TIMESTAMP"),
        ("datetime = DATE('July')", "datetime is compared with TIMESTAMP"),
        ("datetime LIKE '2018%'", "like compares a text"),
        ("id = 3", "id is compared with a text"),
        ("idd = 'a'", "there are id, collection, datetime, sample_id"),
    ],
)
def test_what_is_wrong_is_named(corpus: Corpus, text: str, why: str) -> None:
    asked = cql2.Filter(corpus.filter_table, cql2_text.read_text(text))
    names = pa.array(corpus.samples.index, pa.string())
    with pytest.raises(InvalidQueryError, match=why):
        asked.meet(cql2.Items("samples", lambda: names, None))


def test_a_filter_of_samples_alone_knows_no_items(corpus: Corpus) -> None:
    with pytest.raises(InvalidQueryError, match="no property 'datetime'"):
        cql2.mask(corpus.filter_table, condition("=", "datetime", "2018-07-02"))


def test_what_is_nested_without_end_is_refused(corpus: Corpus) -> None:
    nested: Any = True
    for _ in range(5000):
        nested = {"op": "not", "args": [nested]}
    asked = cql2.Filter(corpus.filter_table, nested)
    with pytest.raises(InvalidQueryError, match="too long"):
        asked.may_meet("samples", lambda _: None)
