"""What was exported imports back to the same rows; foreign and broken files are named by line and column."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pystac
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.core.errors import ExchangeError, InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.review import exchange
from explorer.review.records import Records
from explorer.review.verdict_table import COLUMNS, plain
from explorer.review.verdicts import Adjustment, Verdict
from tests import corpora
from tests.unit.test_catalog import offline

__all__ = ["offline"]  # the fixture: pystac's schemas, none fetched

A, B, C = corpora.BROKEN, corpora.BARE, corpora.FULL
NASTY = [
    '=cmd|" /C calc"!A1', "+1", "-2", "@SUM(A1)", "\ttab", "\rreturn", "'quoted'", "''", 'say "no"', "two\nlines", "a\r\nb",
    "# no note", "żółć 🛰 \u2028", " blank ", ",;,", "",
]  # fmt: skip


@pytest.fixture
def kept(tiny_corpus: Corpus, tmp_path: Path) -> Iterator[Records]:
    with Records.open(tiny_corpus, tmp_path / "kept.sqlite") as records:
        for number, comment in enumerate(NASTY):
            records.add(
                Verdict(
                    (A, B, C)[number % 3],
                    ("Anna", "=Ben", "'Cara")[number % 3],
                    ("wrong", "correct", "unsure")[number % 3],
                    suggested=(None, 311, 31)[number % 3],
                    confidence=(None, 1, 5)[number % 3],
                    comment=comment,
                    adjustments=(Adjustment(211, "reject"), Adjustment(312, "add", number / 30))[
                        : number % 3
                    ],
                    probability=(None, 0.1, 1 / 3)[number % 3],
                    evidence="date=2018-07-02&pixels=1,2",
                    queue="random:n=2,seed=3",
                    stratum="2",
                    kind="adjudication" if number == 4 else "verdict",
                    blind=(None, True, False)[number % 3],
                )
            )
        records.undo("Anna")
        yield records


@pytest.mark.parametrize("ending", exchange.FORMATS)
def test_an_export_imports_back_to_the_same(
    kept: Records, tiny_corpus: Corpus, tmp_path: Path, ending: str
) -> None:
    data = exchange.write(kept, ending)
    with Records.open(tiny_corpus, tmp_path / "other.sqlite") as other:
        receipts = exchange.load(other, data, ending)
        assert list(other.rows()) == list(kept.rows())
        assert other.current().equals(kept.current())
        assert not any(receipt.repeated for receipt in receipts)
        assert all(receipt.repeated for receipt in exchange.load(other, data, ending))
        assert len(other.history()) == len(kept.history()) == len(NASTY) + 1
        assert sorted(exchange.write(other, ending)) == sorted(data)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_any_comment_survives_csv(text: str) -> None:
    row = plain(Verdict(C, "Anna", "wrong", comment=text))
    (back,) = exchange.read(exchange._csv([row], {}), "csv")
    assert back.comment == text


def test_a_spreadsheet_runs_nothing(kept: Records) -> None:
    text = exchange.write(kept, "csv").decode()
    body = text[text.index("id,") :]
    for row in csv.reader(io.StringIO(body, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_files_name_their_sources(kept: Records, tmp_path: Path) -> None:
    for ending in exchange.FORMATS:
        data = exchange.write(kept, ending)
        assert b"CORINE" in data, ending
    path = tmp_path / "v.parquet"
    path.write_bytes(exchange.write(kept, "parquet"))
    frame = gpd.read_parquet(path)
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.is_valid.all()
    west, south, east, north = frame.geometry.iloc[0].bounds
    assert 0.005 < east - west < 0.01
    assert 0.004 < north - south < 0.007


def test_a_feature_is_a_verdict_with_an_id_of_its_own(kept: Records) -> None:
    features = json.loads(exchange.write(kept, "geojson"))["features"]
    names = [one["id"] for one in features]
    assert names == [row.id for row in kept.rows()]
    assert len(set(names)) == len(names) > len({one["properties"]["sample_id"] for one in features})


@pytest.mark.usefixtures("offline")
def test_stac_label_items_are_valid(kept: Records) -> None:
    document = json.loads(exchange.write(kept, "json"))
    items = pystac.ItemCollection.from_dict(document)
    assert len(items) == 3
    for item in items:
        assert len(item.validate()) == 1 + len(item.stac_extensions)
        (overview,) = item.properties["label:overviews"]
        counted = {one["name"]: one["count"] for one in overview["counts"]}
        current = kept.current(sample_id=item.properties["sample_id"])
        assert counted == {name: int((current["judgement"] == name).sum()) for name in counted}
    broken = items[0].clone()
    broken.properties["label:type"] = "sound"
    with pytest.raises(pystac.STACValidationError):
        broken.validate()


def lines(*rows: dict[str, Any], columns: tuple[str, ...] = COLUMNS) -> bytes:
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode()


GOOD = {"sample_id": C, "reviewer": "Anna", "judgement": "wrong"}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"judgement": "maybe"}, "judgement"), ({"judgement": ""}, "judgement"), ({"reviewer": ""}, "reviewer"),
        ({"suggested": "999"}, "suggested"), ({"suggested": "2.5"}, "suggested"), ({"confidence": "high"}, "confidence"),
        ({"confidence": "9"}, "confidence"), ({"probability": "2"}, "probability"), ({"time": "yesterday"}, "time"),
        ({"time": "2026-03-01"}, "time"), ({"adjustments": "211=0.4"}, "adjustments"), ({"label": "{"}, "label"),
        ({"label": "[1]"}, "label"), ({"kind": "vote"}, "kind"), ({"comment": "x" * 10_001}, "comment"),
    ],
)  # fmt: skip
def test_a_broken_value_is_named_by_line_and_column(kept: Records, row: dict[str, Any], column: str) -> None:
    before = len(kept.history())
    data = lines(GOOD | {"comment": "two\nlines"}, GOOD | row)
    with pytest.raises(ExchangeError, match=f"line 4, column {column}") as caught:
        exchange.load(kept, data, "csv", "mine.csv")
    assert str(caught.value).startswith("mine.csv")
    assert (caught.value.line, caught.value.column) == (4, column)
    assert len(kept.history()) == before


@pytest.mark.parametrize(
    ("data", "ending", "match"),
    [
        (b"name,price\nbolt,3\n", "csv", "no column sample_id"),
        (b"sample_id,reviewer,judgement,colour\n", "csv", "colour"),
        (b"sample_id,reviewer,judgement,reviewer\n", "csv", "twice"),
        (b"sample_id,reviewer,judgement\n" + C.encode() + b",Anna\n", "csv", "line 2.*2 cells"),
        (b"sample_id,reviewer,judgement\n" + C.encode() + b',"Anna,wrong\n', "csv", "line 2.*CSV"),
        (b"sample_id,reviewer,judgement\n", "csv", "no verdict"),
        (b"", "csv", "no column"),
        (b"sample_id,reviewer,judgement\n\xff\xfe", "csv", "line 2.*UTF-8"),
        (b"%PDF-1.7", "csv", "no column"),
        (b"{", "geojson", "line 1.*JSON"),
        (b"[]", "geojson", "FeatureCollection"),
        (b'{"features": [{"properties": null}]}', "geojson", "properties"),
        (b'{"features": [{"properties": {"name": "x"}}]}', "geojson", "no column sample_id"),
        (b"[" * 100_000, "json", "JSON"),
        (b"PAR1", "parquet", "Parquet"),
    ],
)
def test_foreign_files_change_nothing(kept: Records, data: bytes, ending: str, match: str) -> None:
    before = len(kept.history())
    with pytest.raises(ExchangeError, match=match):
        exchange.load(kept, data, ending)
    assert len(kept.history()) == before


def test_unknown_samples_change_nothing(kept: Records) -> None:
    before = len(kept.history())
    with pytest.raises(ExchangeError, match="not in the corpus"):
        exchange.load(kept, lines(GOOD, GOOD | {"sample_id": "31N_20E-234N_01_01"}), "csv")
    assert len(kept.history()) == before


def test_a_short_table_made_by_hand_is_enough(kept: Records) -> None:
    data = b"\xef\xbb\xbf# my notes\r\nsample_id,reviewer,judgement\r\n" + C.encode() + b",Dora,correct\r\n"
    (receipt,) = exchange.load(kept, data, "csv")
    assert receipt.verdict.label
    assert kept.current(reviewer="Dora")["judgement"].tolist() == ["correct"]


def test_no_such_format(kept: Records) -> None:
    for call in (lambda: exchange.write(kept, "xlsx"), lambda: exchange.read(b"", "xlsx")):
        with pytest.raises(InvalidQueryError, match="xlsx"):
            call()
    assert exchange.ending_of(Path("a/B.CSV")) == "csv"


def as_excel_saves(data: bytes, mark: str, encoding: str) -> bytes:
    """A CSV as Excel writes it where a comma is the decimal point: every row as long as the longest, its own quoting and separator."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    longest = max(map(len, rows))
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=mark, lineterminator="\r\n")
    for row in rows:
        cells = row + [""] * (longest - len(row))
        table.writerow(
            [cell.replace(".", ",") if cell.replace(".", "", 1).isdigit() else cell for cell in cells]
        )
    return out.getvalue().encode(encoding)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(";", "utf-8-sig"), (";", "utf-8"), ("\t", "utf-16"), (",", "utf-8-sig"), ("\t", "utf-8")],
)
def test_what_excel_saves_back_imports(
    kept: Records, tiny_corpus: Corpus, tmp_path: Path, mark: str, encoding: str
) -> None:
    data = exchange.write(kept, "csv")
    assert data.startswith(b"\xef\xbb\xbf#")
    saved = as_excel_saves(data, mark, encoding)
    with Records.open(tiny_corpus, tmp_path / "other.sqlite") as other:
        exchange.load(other, saved, "csv")
        assert list(other.rows()) == list(kept.rows())


def test_a_separator_that_the_file_states_and_cells_beyond_the_header() -> None:
    row = C + ";Anna;correct;0,25\r\n"
    (back,) = exchange.read(b"sep=;\r\nsample_id;reviewer;judgement;probability\r\n" + row.encode(), "csv")
    assert back.probability == 0.25
    with pytest.raises(ExchangeError, match=r"line 2.*5 cells"):
        exchange.read(
            b"sample_id;reviewer;judgement;probability\n" + (C + ";Anna;correct;0,25;x\n").encode(), "csv"
        )
    with pytest.raises(ExchangeError, match="line 2, column blind"):
        exchange.read(
            b"sample_id,reviewer,judgement,blind\n" + (C + ",Anna,correct,perhaps\n").encode(), "csv"
        )


def test_whether_a_verdict_was_blind_is_in_every_format(kept: Records) -> None:
    said = {row.id: row.blind for row in kept.rows()}
    assert set(said.values()) == {None, True, False}
    for ending in exchange.FORMATS:
        found = {row.id: row.blind for row in exchange.read(exchange.write(kept, ending), ending)}
        assert found == said, ending


def features(*rows: dict[str, Any]) -> bytes:
    found = [{"type": "Feature", "geometry": None, "properties": row} for row in rows]
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ({"comment": 5}, "comment", "'5' is no text"),
        ({"sample_id": 17}, "sample_id", "'17' is no text"),
        ({"reviewer": None}, "reviewer", "every verdict has it"),
        ({"judgement": None}, "judgement", "every verdict has it"),
    ],
)
def test_values_of_other_kinds_are_named(row: dict[str, Any], column: str, why: str) -> None:
    with pytest.raises(ExchangeError, match=f"line 2, column {column}: .*{why}"):
        exchange.read(features(GOOD, GOOD | row), "geojson")


def test_a_retraction_needs_no_judgement() -> None:
    row = {"sample_id": C, "reviewer": "Anna", "judgement": None, "kind": "retraction", "supersedes": "x"}
    (back,) = exchange.read(features(row), "geojson")
    assert (back.judgement, back.supersedes) == ("", "x")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ({"sample_id": C}, f"line 1, column {exchange.STAC_ROWS}: it is no list"),
        (["Anna"], "line 1: a verdict is no object"),
    ],
)
def test_stac_items_with_other_things_in_place_of_verdicts_are_told(rows: Any, why: str) -> None:
    with pytest.raises(ExchangeError, match=why):
        exchange.read(features({exchange.STAC_ROWS: rows}), "json")


def test_blank_rows_and_columns_are_passed_over_and_lines_still_counted() -> None:
    head, row = "sample_id,reviewer,judgement,,\n", f"{C},Anna,wrong,,\n"
    assert len(exchange.read((head + row + "\n,,,,\n" + row).encode(), "csv")) == 2
    with pytest.raises(ExchangeError, match="line 5, column judgement"):
        exchange.read((head + row + "\n,,,,\n" + row.replace("wrong", "maybe")).encode(), "csv")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = lines(GOOD)
    monkeypatch.setattr(exchange, "MAX_BYTES", len(data))
    assert len(exchange.read(data, "csv")) == 1
    with pytest.raises(ExchangeError, match=f"{len(data) + 1:,} bytes are more"):
        exchange.read(data + b"\n", "csv")


@pytest.mark.parametrize("ending", exchange.FORMATS)
def test_an_empty_review_is_a_file_without_verdicts(tiny_corpus: Corpus, tmp_path: Path, ending: str) -> None:
    with Records.open(tiny_corpus, tmp_path / "empty.sqlite") as empty:
        data = exchange.write(empty, ending)
    with pytest.raises(ExchangeError, match="it has no verdict"):
        exchange.read(data, ending)


# -- Parquet as others write it -----------------------------------------------------------------------------------


def parquet(count: int = 1, **more: pa.Array) -> bytes:
    columns = {name: pa.array([value] * count) for name, value in GOOD.items()} | more
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
    ids=str,
)
def test_texts_of_every_kind_are_read_and_none_is_longer_than_a_verdict_has(kind: pa.DataType) -> None:
    (back,) = exchange.read(parquet(comment=pa.array(["żółć"]).cast(kind)), "parquet")
    assert back.comment == "żółć"
    with pytest.raises(ExchangeError, match="column comment: a text has more than 100,000 bytes"):
        exchange.read(parquet(comment=pa.array(["x" * 100_001]).cast(kind)), "parquet")


@pytest.mark.parametrize(
    "comment",
    [
        pa.array([b"bytes"]),
        pa.array([b"bytes"], pa.large_binary()),
        pa.array([b"16 bytes exactly"], pa.binary(16)),
        pa.array([["a", "list"]]),
        pa.array([{"a": "struct"}]),
    ],
    ids=lambda one: str(one.type),
)
def test_columns_that_can_hold_anything_are_refused_by_type(comment: pa.Array) -> None:
    # Of bytes, a file of a kilobyte would unpack to gigabytes: the same ones in each of a thousand rows.
    with pytest.raises(ExchangeError, match="column comment: it is of type"):
        exchange.read(parquet(comment=comment), "parquet")


def test_a_text_that_many_rows_repeat_is_counted_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_FREE", 1_000_000)
    monkeypatch.setattr(exchange, "_MOST_TIMES", 0)
    comment = pa.array(["x" * 5_000]).dictionary_encode()
    assert len(exchange.read(parquet(150, comment=pa.concat_arrays([comment] * 150)), "parquet")) == 150
    with pytest.raises(ExchangeError, match="unpacks to more than 1,000,000 bytes of text"):
        exchange.read(parquet(250, comment=pa.concat_arrays([comment] * 250)), "parquet")
