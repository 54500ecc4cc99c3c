"""The text of the charts' curves, as links hold it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.analysis.curves import BANDS, MAX_INDICES, MAX_TEXT, S2_ONLY, Curves, parse
from explorer.analysis.smoothing import METHODS

INDICES = ("NDVI", "EVI", "kNDVI", "NDMI", "expr:nir-red", "expr:min(nir,red)/max(nir, red)")
CURVES = st.builds(
    Curves,
    bands=st.sets(st.sampled_from(BANDS)).map(lambda chosen: tuple(b for b in BANDS if b in chosen)),
    indices=st.lists(st.sampled_from(INDICES), min_size=1, max_size=MAX_INDICES, unique=True).map(tuple),
    smooth=st.sampled_from(["", *METHODS]),
    seasons=st.booleans(),
    breaks=st.booleans(),
    years=st.booleans(),
    behind=st.sampled_from([(), ("bands",), ("index",), ("bands", "index")]),
)


@given(CURVES)
def test_curves_come_back_from_their_text(curves: Curves) -> None:
    assert parse(curves.format()) == (curves, ())


def test_a_fresh_page_needs_no_text() -> None:
    assert Curves().format() == ""
    assert parse("") == (Curves(), ())
    assert parse(";;") == (Curves(), ())


def test_curves_read_as_the_documentation_writes_them() -> None:
    text = "red,nir,NDVI,EVI;smooth:whittaker;pheno;breaks;years"
    found, problems = parse(text)
    assert problems == ()
    assert found == Curves(("red", "nir"), ("NDVI", "EVI"), "whittaker", True, True, True)
    assert found.format() == text


def test_names_are_understood_in_any_case_and_by_either_sensor() -> None:
    found, problems = parse("B04, NIR,b11,B8A,b8a,ndvi,expr:(B08 - B04)/B08")
    assert problems == ()
    assert found.bands == ("red", "nir", "B8A", "B11")
    assert found.indices == ("NDVI", "expr:(B08 - B04)/B08")
    assert list(found.labels) == ["NDVI", "(B08 - B04)/B08"]


def test_bands_alone_keep_the_index_and_indices_alone_need_no_band() -> None:
    assert parse("red")[0] == Curves(bands=("red",))
    assert parse("EVI")[0] == Curves(bands=(), indices=("EVI",))


def test_what_a_sensor_has_no_bands_for_is_of_the_other() -> None:
    curves = parse("NDVI,NDMI,expr:B11-B12")[0]
    assert curves.of("PF-SR") == ("NDVI",)
    assert curves.of("S2-SR") == ("NDVI", "NDMI", "expr:B11-B12")
    assert len(S2_ONLY) == 8


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("red,NOPE", "knows no index 'NOPE'"),
        ("red,expr:nir-", "something is missing after it"),
        ("red,expr:__import__('os')", "has no meaning in a formula"),
        ("red,index:true", "knows no index 'true'"),
        ("red,true:x", "composite 'true:x' is unknown"),
        ("red,band:red", "neither a band nor an index"),
        ("red,<script>", "<script>"),
        ("red;smooth:spline", "no option 'smooth:spline'"),
        ("red;seasons", "there are pheno, breaks, years"),
        ("red;behind:map", "no option 'behind:map'"),
        ("red;pheno:1", "no option 'pheno:1'"),
        ("red,EVI,SAVI,GNDVI,OSAVI,NDVI", "Of this link's 5 indices the first 4 are shown"),
        ("red," + "x" * 10**6, "cannot be shown"),
        ("red;" + "x" * 10**6, "no option"),
    ],
)
def test_what_cannot_be_shown_is_named_and_the_rest_is_shown(text: str, named: str) -> None:
    found, problems = parse(text)
    assert found.bands == ("red",)
    assert len(problems) == 1
    assert named in problems[0]
    assert len(problems[0]) < 500


@given(st.text(max_size=2 * MAX_TEXT))
def test_no_text_whatever_raises(text: str) -> None:
    found, problems = parse(text)
    assert found.indices
    assert len(problems) <= 5
    assert parse(found.format()) == (found, ())
