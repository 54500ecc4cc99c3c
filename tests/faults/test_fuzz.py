"""Whatever comes from files, links and people: every reader either understands it or refuses it by name."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.analysis import expressions, render_spec
from explorer.core import grid
from explorer.core.errors import (
    ChipError,
    CorpusFormatError,
    ExchangeError,
    ExplorerError,
    NotThereError,
    StoryError,
)
from explorer.core.products import PF_QA, PF_SR, S2_SR
from explorer.corpus.imagery import geotiff, tiff_fast
from explorer.corpus.query import phrases
from explorer.corpus.query.filters import Filters
from explorer.corpus.stac import stac
from explorer.corpus.stores.store import DirectoryStore, clean_key
from explorer.corpus.tables import ids, label_files, places
from explorer.corpus.tables.label_files import read_file
from explorer.corpus.tables.label_tables import read_mappings, read_table
from explorer.export import notes, stories
from explorer.review import exchange
from explorer.views.common.selection import decode, encode
from tests import corpora
from tests.conftest import REPOSITORY

# The same examples each time: what CI finds, everybody finds.
settings.register_profile(
    "attack", derandomize=True, max_examples=150, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
attacked = settings(settings.get_profile("attack"))
few = settings(attacked, max_examples=60)

CELL = grid.parse(corpora.FULL)
NASTY = (
    "..", "../../etc/passwd", "/etc/passwd", "\x00", "a\x00b", "\\", "file:///etc/passwd", "http://[", "%2e%2e/", "\ud800", "﷽" * 50,
    "<script>alert(1)</script>", "=cmd|' /C calc'!A1", "1e999", "nan", "-0", "0x10", "１２", "²", "9" * 5000, "${x}", "{{7*7}}", "\u202e", "[" * 3000,
    "(" * 3000, "'; DROP TABLE verdicts;--", "a" * 100_000, "\r\nSet-Cookie: a=b", ";" * 2000, "," * 2000,
)  # fmt: skip
texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=60),
    st.text("0123456789,;:.-+*/()NWE_ =&%?<>[]{}'\"\\#", max_size=80),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
KEYS = (
    "sample", "date", "pixels", "names", "regions", "composite", "stretch", "curves", "sentinel", "panel", "review", "story", "filter", "area",
    "level", "draw", "colours", "theme", "base", "map", "only",
)  # fmt: skip


def brief(error: Exception, most: int) -> None:
    """What is refused is named, not repeated."""
    assert len(str(error)) < most


def mutated(good: bytes) -> st.SearchStrategy[bytes]:
    """A file with some bytes changed, cut out or put in, mostly where its header is."""
    places = st.one_of(st.integers(0, min(600, len(good) - 1)), st.integers(0, len(good) - 1))
    values = st.one_of(
        st.binary(min_size=1, max_size=8),
        st.sampled_from([b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\xff\xff\xff\x7f"]),
    )

    def change(edits: list[tuple[int, bytes]], cut: int) -> bytes:
        data = bytearray(good)
        for at, value in edits:
            data[at : at + len(value)] = value
        return bytes(data[: len(data) - cut])

    return st.builds(
        change,
        st.lists(st.tuples(places, values), max_size=6),
        st.sampled_from([0, 0, 0, 1, 100, len(good) // 2]),
    )


@attacked
@given(texts)
def test_ids_are_ids_or_refused(text: str) -> None:
    try:
        cell = grid.parse(text)
    except ExplorerError:
        assert not ids.is_valid(text)
        return
    assert cell.sample_id == text
    assert ".." not in cell.folder
    clean_key(cell.label_key)


@attacked
@given(texts)
def test_keys_stay_in_the_root(text: str) -> None:
    try:
        key = clean_key(text)
    except NotThereError as error:
        brief(error, 2000)
        return
    assert key == text
    assert not key.startswith("/")
    assert ".." not in key.split("/")


@attacked
@given(st.dictionaries(st.sampled_from(KEYS), texts, max_size=6))
def test_a_link_means_something_or_says_what_is_wrong(parts: dict[str, str]) -> None:
    given = {key: [value.encode("utf-8", "surrogatepass")] for key, value in parts.items()}
    link = decode(given)
    again = decode(encode(link))
    assert encode(again) == encode(link)
    assert sum(map(len, link.problems)) < 20_000


@attacked
@given(texts)
def test_a_link_as_text_too(text: str) -> None:
    decode("?" + text)
    decode("?sample=" + text + "&filter=" + text)


@attacked
@given(texts)
def test_formulas_pictures_and_places_are_understood_or_refused(text: str) -> None:
    for read in (
        lambda: render_spec.parse(text, PF_SR.id),
        lambda: expressions.parse(text, {name: name for name in PF_SR.band_names}),
    ):
        try:
            read()
        except ExplorerError as error:
            brief(error, 1000)
    places.parse_place(text[:200])
    places.find_country(text[:200])
    try:
        phrase = phrases.read(text)
    except ExplorerError as error:
        brief(error, 1000)
    else:
        assert Filters.parse(phrase.filters.format())[1] == ()


@attacked
@given(
    st.one_of(
        texts,
        st.recursive(
            st.one_of(texts, st.just("title"), st.just("states")),
            lambda inner: st.one_of(
                st.builds(lambda a: "\n".join(f"- {x}" for x in a), st.lists(inner, max_size=4)),
                st.builds(lambda a, b: f"{a}: {b}", inner, inner),
                st.builds(lambda a: f"{{{a}}}", inner), st.builds(lambda a: f"[{a}, &x {a}, *x]", inner),
                st.builds(lambda a: f"<<: {a}", inner), st.builds(lambda a: f"!!python/object/apply:os.system [{a}]", inner),
            ),
            max_leaves=6,
        ),
    )
)  # fmt: skip
def test_a_story_is_one_or_refused(text: str) -> None:
    try:
        stories.loads(text)
    except StoryError as error:
        brief(error, 2000)


@pytest.mark.parametrize(
    "text",
    [
        "{" * 60_000,
        "[" * 60_000,
        "- " * 60_000,
        "? " * 60_000,
        "&a " * 60_000,
        "!a " * 60_000,
        "'" * 60_001,
        "a: " * 60_000,
        "|\n" * 60_000,
        "%YAML " * 20_000,
        "\t" * 60_000,
    ],
)
@pytest.mark.timeout(20)
def test_a_story_that_goes_deep_is_refused_soon(text: str) -> None:
    with pytest.raises(StoryError):
        stories.loads(text)


@attacked
@given(st.one_of(texts, st.builds(lambda a, b, c: f"[{a}]({b}) ![{a}]({c}) <{b}> {c}", texts, texts, texts)))
def test_a_note_runs_nothing(text: str) -> None:
    html = notes.to_html(text[:8000]).lower()
    notes.to_text(text[:8000])
    assert "<script" not in html
    assert "<img" not in html
    for part in html.split('href="')[1:]:
        assert urlsplit(part.split('"')[0]).scheme in ("", "http", "https")
    for tag in html.split("<")[1:]:
        assert " on" not in tag.split(">")[0] or "href=" in tag


@attacked
@given(
    trees,
    st.dictionaries(st.sampled_from(["clc_111", "clc_211", "sample_id", "x"]), trees, max_size=3),
    trees,
)
def test_a_label_is_one_or_refused(tree: Any, properties: dict[str, Any], geometry: Any) -> None:
    shaped = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": geometry},
    }
    for document in (tree, shaped, {"type": "FeatureCollection", "features": [shaped, tree]}):
        try:
            found = read_file(json.dumps(document).encode(), "labels/x.geojson")
            assert all(np.isnan(value) or 0 < value <= 1e7 for value in found.values.values())
        except CorpusFormatError as error:
            brief(error, 1000)


@pytest.mark.parametrize("depth", [500, 900, 960, 985, 995, 5_000, 200_000])
@pytest.mark.parametrize(
    "shape",
    [
        '{{"type":"Feature","properties":{{"clc_111":{}}}}}',
        '{{"type":"Feature","properties":{{"clc_111":1}},"geometry":{{"type":"Polygon","coordinates":{}}}}}',
        "{}",
    ],
)
def test_json_that_goes_deep_is_refused(shape: str, depth: int) -> None:
    data = shape.format("[" * depth + "]" * depth).encode()
    try:
        read_file(data, "labels/x.geojson")
    except CorpusFormatError:
        pass
    with pytest.raises(ExchangeError):
        exchange.read(data, "geojson")


def test_collections_in_collections_are_not_followed() -> None:
    deep = '{"type":"GeometryCollection","geometries":[' * 300 + "]}" * 300
    found = read_file(f'{{"type":"Feature","properties":{{"clc_111":1}},"geometry":{deep}}}'.encode(), "x")
    assert np.isnan(found.bounds).all()


@few
@given(
    st.sampled_from([PF_SR, S2_SR, PF_QA]).flatmap(
        lambda p: st.tuples(st.just(p), mutated(corpora.good(p, CELL, 0)))
    )
)
def test_a_chip_is_one_or_refused(case: tuple[Any, bytes]) -> None:
    product, data = case
    fast = tiff_fast.read(data, product, CELL)
    assert fast is None or fast.shape == (len(product.bands), product.size, product.size)
    try:
        chip = geotiff.read(data, product, CELL)
    except ChipError as error:
        brief(error, 1000)
        return
    assert chip.data.shape[1:] == (product.size, product.size)


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # pyarrow, of rows that are no UTF-8
@few
@given(
    st.lists(st.lists(texts, min_size=1, max_size=6), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t"]),
)
def test_a_table_of_labels_is_one_or_refused(rows: list[list[str]], comma: str) -> None:
    body = "\n".join(comma.join(row) for row in rows).encode("utf-8", "surrogatepass")
    for head in (b"", b"sample_id,clc_111,clc_112\n", b"sample_id,class,fraction\n"):
        try:
            table = read_table(head + body, "resources/x.csv")
            assert ids.valid_ids(table.fractions.ids).all()
        except CorpusFormatError as error:
            brief(error, 4000)
    try:
        read_mappings(body, "x")
    except CorpusFormatError:
        pass


@few
@given(st.binary(max_size=200), st.sampled_from(sorted(exchange.FORMATS)), st.lists(texts, max_size=5))
def test_a_file_of_verdicts_is_one_or_refused(data: bytes, ending: str, row: list[str]) -> None:
    head = b"sample_id,reviewer,judgement,suggested,probability\n"
    cells = ",".join('"' + text.replace('"', '""') + '"' for text in row).encode("utf-8", "surrogatepass")
    for found in (data, head + cells, head + f"{corpora.FULL},ada,wrong,inf,nan".encode()):
        with pytest.raises(ExchangeError) as told:
            exchange.read(found, ending)
        assert len(str(told.value)) < 2000


def _stac(kind: str, more: dict[str, Any]) -> dict[str, Any]:
    box = {"spatial": {"bbox": [[0, 0, 1, 1]]}, "temporal": {"interval": [[None, None]]}}
    return {
        "Catalog": {"type": "Catalog", "id": "x", "stac_version": "1.0.0", "description": "x", "links": []},
        "Collection": {"type": "Collection", "id": "x", "stac_version": "1.0.0", "description": "x", "license": "x", "extent": box, "links": []},
        "Item": {
            "type": "Feature", "id": corpora.FULL, "stac_version": "1.0.0", "geometry": None, "bbox": None, "links": [], "assets": {},
            "properties": {"datetime": "2018-01-01T00:00:00Z"},
        },
    }[kind] | more  # fmt: skip


@few
@given(
    st.sampled_from(["Catalog", "Collection", "Item"]),
    st.dictionaries(st.sampled_from(["id", "links", "assets", "properties", "bbox", "title", "description", "collection", "geometry"]), trees, max_size=3),
    texts,
    st.one_of(texts, scalars),
)  # fmt: skip
def test_a_catalog_is_walked_or_refused_and_left_by_no_link(
    tmp_path: Path, kind: str, more: dict[str, Any], href: str, other: Any
) -> None:
    root = tmp_path / "stac"
    root.mkdir(exist_ok=True)
    (tmp_path / "outside.json").write_text("{}")
    links = [
        {"rel": "item", "href": "x.json"},
        {"rel": "child", "href": href},
        {"rel": "item", "href": "../outside.json"},
    ]
    assets = {"2018-01-03": {"href": href}, "x": {"href": other}, stac.GEOPARQUET: {"href": other}}
    (root / "catalog.json").write_text(json.dumps(_stac("Catalog", {"links": links})))
    (root / "x.json").write_text(json.dumps(_stac(kind, {"assets": assets, "links": links} | more)))
    store = DirectoryStore(root)
    found = stac.from_catalog(store, key="catalog.json")
    assert found is not None
    assert ids.valid_ids(found.ids).all()
    for key in found.moved.values():
        try:
            assert store.path(key).resolve().is_relative_to(root.resolve())
        except NotThereError:
            pass
    assert sum(map(len, found.warnings)) < 20_000


def test_numbers_of_labels_are_shown_short() -> None:
    with pytest.raises(CorpusFormatError, match="a list"):
        label_files.stored_number([[]], "clc_111", "x")


@pytest.mark.skipif(not find_spec("atheris"), reason="`make fuzz` installs atheris")
@pytest.mark.parametrize("name", ["chip", "link", "formula"])
def test_what_atheris_tries_is_understood_or_refused(name: str) -> None:
    command = [sys.executable, "-m", "tests.coverage_guided", name, "-runs=500", "-seed=1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done 500 runs" in done.stderr
