"""What the charts over time are sent: equal to the profiles of the library, missing dates told, overlays by their names."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from explorer import Explorer
from explorer.analysis import breaks, phenology, profiles, regions, smoothing
from explorer.analysis.curves import Curves, parse
from explorer.analysis.profiles import Series, series, to_s2
from explorer.core.products import PF_QA, PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube import Cube, Status
from explorer.corpus.imagery.to_xarray import timestamps
from explorer.views.common.components import LatestOnly
from explorer.views.profile import profile_data, profile_tables
from explorer.views.profile.profile_data import GAP_FILLED, MEASURED, MISSING, Pin
from tests import corpora
from tests.talk import say, sent, until
from tests.unit.test_explorer import settle

LENGTH = {"pf": 146, "s2": 12}
NAMES = {"pf": "Planet Fusion", "s2": "Sentinel-2"}


def unpacked(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Curves with their own `values` and `flags`, as the browser takes them apart."""
    at, found = 0, []
    for entry in message["curves"]:
        n = LENGTH[entry["sensor"]] * (3 if "kind" in entry else 1)
        part = slice(at, at + n)
        found.append(
            {
                **entry,
                "values": message["values"][part],
                "flags": (message.get("flags") if message.get("flags") is not None else [])[part],
            }
        )
        at += n
    assert at == len(message["values"])
    return found


def pin(corpus: Corpus, row: int, col: int, curves: Curves, name: str = "one") -> Pin:
    cell = corpus.cell(corpora.FULL)
    planet, sentinel, quality = (corpus.cubes.get(cell, product) for product in (PF_SR, S2_SR, PF_QA))
    return Pin(
        name,
        "#f49700",
        series(planet, row, col, curves.of(PF_SR.id), quality),
        series(sentinel, *to_s2(row, col), curves.of(S2_SR.id)),
    )


def made(values: np.ndarray, red: np.ndarray | None = None) -> Pin:
    """A pin of Planet Fusion with an NDVI made up."""
    red = np.full(146, 600.0) if red is None else red
    dn = np.stack([red * 0.5, red * 0.8, red, red * (1 + values) / (1 - values)]).astype(np.float32)
    return Pin(
        "made", "#000000",
        Series(PF_SR, PF_SR.band_names, timestamps(PF_SR), dn, values, ("measured",) * 146, {"NDVI": values}), None,
    )  # fmt: skip


def season() -> np.ndarray:
    """Two years of NDVI: from 0.2 to 0.8 about the first of July."""
    days = np.arange(146) * 5 + 2
    return np.asarray(0.5 - 0.3 * np.cos(2 * np.pi * days / 365.25), np.float32)


# --- the pins -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["", "red,B11,EVI,NDMI,expr:nir-red", "NDVI"])
def test_what_is_sent_equals_what_the_library_tells(tiny_corpus: Corpus, text: str) -> None:
    curves = parse(text)[0]
    places = [(12, 34), (56, 78)]
    pins = [pin(tiny_corpus, *place, curves, name=str(place)) for place in places]
    found = unpacked(profile_data.pin_curves(curves, pins).message())
    for place in places:
        table = profiles.pixel(tiny_corpus, corpora.FULL, row=place[0], col=place[1], indices=curves.indices)
        for curve in (c for c in found if c["who"] == str(place)):
            wanted = table[(table["sensor"] == NAMES[curve["sensor"]]) & (table["band"] == curve["label"])]
            np.testing.assert_allclose(curve["values"], wanted["value"], atol=1e-6)
            codes = {"measured": MEASURED, "gap-filled": GAP_FILLED}
            assert curve["flags"].tolist() == [codes.get(flag, MISSING) for flag in wanted["flag"]]
    upper = [c for c in found if c["chart"] == "bands"]
    assert {c["who"] for c in upper} == ({str(places[-1])} if curves.bands else set())
    assert {c["name"] for c in upper} == set(curves.bands)
    lower = {(c["who"], c["sensor"], c["name"]) for c in found if c["chart"] == "index"}
    assert lower == {
        (str(place), sensor, index.removeprefix("expr:"))
        for place in places
        for sensor, product in (("pf", PF_SR), ("s2", S2_SR))
        for index in curves.of(product.id)
    }


def test_several_indices_differ_in_dash_and_marker(tiny_corpus: Corpus) -> None:
    curves = parse("NDVI,EVI,SAVI,NDWI")[0]
    found = unpacked(profile_data.pin_curves(curves, [pin(tiny_corpus, 1, 2, curves)]).message())
    lines = [c for c in found if c["sensor"] == "pf"]
    assert len({c["dash"] for c in lines}) == len({c["marker"] for c in lines}) == 4


def test_the_calendar_says_what_a_month_spans_and_why_a_date_is_missing(tiny_corpus: Corpus) -> None:
    cube = tiny_corpus.cubes.get(tiny_corpus.cell(corpora.BROKEN), PF_SR)
    found = profile_data.calendar(cube, PF_SR, timestamps(PF_SR))
    assert set(found["missing"]) == {str(i) for i in range(146)} - {str(i) for i in cube.there}
    assert found["missing"]["100"] == "not there"
    assert any(why != "not there" for why in found["missing"].values())
    assert found["waiting"] == []
    months = profile_data.calendar(None, S2_SR, timestamps(S2_SR))
    assert months["missing"] == {}  # not read yet is not missing
    assert months["waiting"] == list(range(12))
    half = Cube(cube.cell, PF_SR, cube.bands)
    half.status[[3, 5]] = Status.THERE, Status.ABSENT
    found = profile_data.calendar(half, PF_SR, timestamps(PF_SR))
    assert set(found["missing"]) == {"5"}
    assert found["waiting"] == [i for i in range(146) if i not in (3, 5)]
    for i, month in enumerate(pd.date_range("2018-01-01", periods=13, freq="MS")[:12]):
        assert months["left"][i] == month.timestamp() * 1000
        assert months["right"][i] == (month + pd.offsets.MonthBegin()).timestamp() * 1000
        assert months["left"][i] < months["times"][i] < months["right"][i]


# --- behind and over ------------------------------------------------------------------------------------
def test_the_samples_spread_is_that_of_the_library_and_once_a_curve(tiny_corpus: Corpus) -> None:
    curves = parse("red,B11,NDVI,NDMI;behind:bands,index")[0]
    cell = tiny_corpus.cell(corpora.FULL)
    kept: dict[Any, regions.Spread] = {}
    spreads = {
        p.id: profile_data.spread_of(kept, tiny_corpus.cubes.get(cell, p), None, curves)
        for p in (PF_SR, S2_SR)
    }
    assert profile_data.spread_of(kept, tiny_corpus.cubes.get(cell, PF_SR), None, curves) is spreads["PF-SR"]
    found = unpacked(
        profile_data.spread_curves(spreads, curves, who="", colour=None, kind="sample").message()
    )
    assert [(c["sensor"], c["name"]) for c in found] == [
        ("pf", "red"), ("s2", "B11"), ("pf", "NDVI"), ("s2", "NDMI"),
    ]  # fmt: skip
    wanted = regions.sample_band_envelope(tiny_corpus.cubes.get(cell, PF_SR), ("NDVI",))
    ndvi = next(c for c in found if c["name"] == "NDVI")["values"].reshape(3, -1)
    i = wanted.names.index("NDVI")
    np.testing.assert_array_equal(ndvi, [wanted.median[i], wanted.p10[i], wanted.p90[i]])


def test_smoothing_seasons_and_breaks_are_those_of_the_library() -> None:
    values = season()
    values[100:] -= 0.25
    curves = parse("NDVI;smooth:savitzky-golay;pheno;breaks")[0]
    one = made(values)
    assert one.planet is not None
    (curve,) = unpacked(profile_data.smooth_curves(curves, [one]).message())
    smoothed = smoothing.smooth(one.planet.times, values, "savitzky-golay").values
    np.testing.assert_allclose(curve["values"], smoothed, atol=1e-6)

    found = profile_data.seasons(curves, [one, one])
    assert found is not None
    wanted = phenology.seasons(one.planet.times, smoothed)
    for number in range(2):
        rows = found.table.iloc[2 * number : 2 * number + 2].reset_index(drop=True)
        pd.testing.assert_frame_equal(rows[wanted.columns], wanted, check_names=False)
    told = wanted[["start", "peak", "end"]].notna().to_numpy().sum()
    assert len(found.marks) == 2 * told > 0
    assert found.table.attrs["index"] == "NDVI"
    assert "savitzky-golay" in found.table.attrs["smoothing"]

    broken = profile_data.breakpoints(curves, [one])
    assert broken is not None
    red, blue = one.planet.dn[2], one.planet.dn[0]
    (expected,) = breaks.find(one.planet.times, values, breaks.snowy(blue, red)).found
    assert [mark["step"] for mark in broken.marks] == [expected.step]
    assert abs(expected.step + 0.25) < 0.06
    assert "dynamic programming" in broken.table.attrs["method"]


def test_what_planet_fusion_has_no_bands_for_has_no_seasons(tiny_corpus: Corpus) -> None:
    curves = parse("NDMI;pheno;breaks")[0]
    one = pin(tiny_corpus, 1, 1, curves)
    assert profile_data.seasons(curves, [one]) is None
    assert profile_data.breakpoints(curves, [one]) is None


def test_tables_for_people_say_dates_units_method_and_source() -> None:
    curves = parse("NDVI;pheno;breaks")[0]
    found = profile_data.seasons(curves, [made(season())])
    assert found is not None
    shown = profile_tables.for_people("seasons", found.table)
    assert shown["title"] == "Seasons of NDVI"
    assert [row["cells"][:2] for row in shown["rows"]] == [["made", "2018"], ["made", "2019"]]
    assert shown["rows"][0]["cells"][3].endswith(("Jun", "Jul"))
    assert any("TIMESAT" in note for note in shown["notes"])
    assert any("whittaker" in note for note in shown["notes"])
    none = profile_data.breakpoints(curves, [made(season())])
    assert none is not None
    told = profile_tables.for_people("breaks", none.table)
    assert told["rows"] == []
    assert told["notes"][0] == "No break was found; snow is left out."


# --- the page -------------------------------------------------------------------------------------------
@pytest.fixture
def page(tiny_corpus: Corpus) -> Iterator[Explorer]:
    found = Explorer(tiny_corpus, f"?sample={corpora.FULL}&pixels=10,20")
    settle(found)
    yield found
    found.close()


def test_gap_filled_dates_are_told_once_the_quality_layers_are_read(page: Explorer) -> None:
    def told() -> bool:
        curves = unpacked(sent(page._profile.charts, "curves")[-1])
        return any(GAP_FILLED in c["flags"] for c in curves if c["sensor"] == "pf")

    until(told)


def test_the_samples_spread_comes_behind_and_not_with_every_pin(page: Explorer) -> None:
    def behind() -> list[dict[str, Any]]:
        return [m for m in sent(page._profile.charts, "behind") if m["curves"]]

    until(lambda: bool(behind()))
    until(lambda: not page._profile._behind._running)
    with page._loop.lock():  # it is sent in one with that
        pass
    count = len(behind())
    drawn = len(sent(page._profile.charts, "curves"))
    page.selection.pin((50, 60))
    assert len(sent(page._profile.charts, "curves")) == drawn + 1
    assert len(behind()) == count
    page.selection.curves = parse("NDVI,EVI")[0]
    until(lambda: len(behind()) > count)
    assert [c["name"] for c in behind()[-1]["curves"]] == ["NDVI", "EVI"]


def test_regions_are_drawn_named_and_in_the_csv(page: Explorer, tiny_corpus: Corpus) -> None:
    from explorer.analysis.shapes import Shape

    shape = Shape.of("box", [(10, 20), (60, 80)], "=field")
    page.selection.add_region(shape)

    def means() -> list[dict[str, Any]]:
        messages = sent(page._profile.charts, "behind")
        return [c for c in unpacked(messages[-1]) if c["kind"] == "region"] if messages else []

    until(lambda: bool(means()))
    table = profiles.region(tiny_corpus, corpora.FULL, box=(10, 20, 60, 80))
    for curve in means():
        wanted = table[(table["sensor"] == NAMES[curve["sensor"]]) & (table["band"] == "NDVI")]
        np.testing.assert_allclose(
            curve["values"].reshape(3, -1), wanted[["mean", "p10", "p90"]].T, atol=1e-6
        )
    say(page._profile.legend, "csv")
    until(lambda: bool(sent(page._profile.legend, "file")))
    text = sent(page._profile.legend, "file")[-1]["text"]
    rows = pd.read_csv(io.StringIO(text), comment="#")
    assert set(rows["pin"]) == {"row 10, col 20", "'=field"}
    mine = rows[(rows["pin"] == "'=field") & (rows["band"] == "NDVI") & (rows["product"] == "PF-SR")]
    assert mine["mean"].tolist() == pytest.approx(
        table[(table["band"] == "NDVI") & (table["product"] == "PF-SR")]["mean"].tolist(), nan_ok=True
    )
    assert "p90 in 1" in text.splitlines()[1]
    say(page._profile.legend, "remove", region=0)
    assert page.selection.regions == ()
    until(lambda: not means())


def test_the_menu_chooses_curves_and_is_told_what_cannot_be(page: Explorer) -> None:
    legend = page._profile.legend
    say(legend, "curves", text="red,EVI;years;behind:none")
    assert page.selection.curves == parse("red,EVI;years;behind:none")[0]
    assert sent(page._profile.charts, "curves")[-1]["show"] == {"label": "EVI", "bands": True, "years": True}
    assert sent(legend, "state")[-1]["chosen"]["years"] is True

    def problems() -> list[dict[str, Any]]:
        return [state for state in sent(legend, "state") if state["problem"]]

    for text in ("red,expr:nir-", "NOPE", "red;spline"):
        say(legend, "curves", text=text)
        assert page.selection.curves.indices == ("EVI",)
    assert len(problems()) == 3
    assert all(state["chosen"]["indices"] == ["EVI"] for state in problems())
    for strange in (None, 7, ["red"], {}):
        say(legend, "curves", text=strange)
    assert len(problems()) == 3
    say(legend, "curves", text="")
    assert page.selection.curves == Curves()


def test_seasons_and_breaks_come_after_the_curves_and_as_csv(page: Explorer) -> None:
    page.selection.curves = parse("NDVI;smooth:whittaker;pheno;breaks")[0]
    findings = page._profile.findings
    until(lambda: bool(sent(findings, "tables")))
    kinds = [m["type"] for m in page._profile.charts._outbox]
    assert kinds.index("over") > kinds.index("curves")
    assert set(sent(findings, "tables")[-1]["tables"]) == {"seasons", "breaks"}
    bridge = page._profile.charts  # curves may be told once more, with all dates; what lies over them follows
    until(lambda: sent(bridge, "over")[-1]["ticket"] == sent(bridge, "curves")[-1]["ticket"])
    for name, word in (("seasons", "TIMESAT"), ("breaks", "dynamic programming")):
        say(findings, "csv", name=name)
        file = sent(findings, "file")[-1]
        assert file["name"] == f"{corpora.FULL}_{name}.csv"
        notes = [line for line in file["text"].splitlines() if line.startswith("#")]
        assert any(word in line for line in notes)
        assert any("Copernicus" in line or "Synthetic" in line for line in notes)
    say(findings, "csv", name="../etc")
    page.selection.curves = Curves()
    assert sent(findings, "tables")[-1]["tables"] == {}


# --- the newest of several jobs ---------------------------------------------------------------------------
def test_only_the_newest_job_is_heard_and_a_failure_blocks_nothing() -> None:
    waiting: list[tuple[Any, Any, Any]] = []
    loop = SimpleNamespace(work=lambda job, then, failed: waiting.append((job, then, failed)))
    newest, heard = LatestOnly(loop), []  # type: ignore[arg-type]
    ran: list[int] = []
    for i in range(4):
        newest.submit(lambda i=i: ran.append(i) or i, heard.append)  # type: ignore[func-returns-value]
    assert len(waiting) == 1  # one at a time
    job, then, _ = waiting.pop()
    then(job())
    assert heard == []  # overtaken
    job, then, _ = waiting.pop()
    then(job())
    assert (heard, ran) == ([3], [0, 3])

    def fails() -> None:
        raise RuntimeError("broken")

    newest.submit(fails, heard.append)
    newest.submit(lambda: 4, heard.append)
    _, _, failed = waiting.pop()
    failed()
    assert len(waiting) == 1  # the next one has its turn
    job, then, _ = waiting.pop()
    then(job())
    assert heard == [3, 4]
    newest.submit(fails, heard.append)
    _, _, failed = waiting.pop()
    failed()
    assert not waiting
    newest.submit(lambda: 5, heard.append)
    newest.cancel()
    job, then, _ = waiting.pop()
    then(job())
    assert heard == [3, 4]
    assert not waiting
