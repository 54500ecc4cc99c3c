"""`rapidai4eo.toml`: what an operator settles, checked word by word."""

from __future__ import annotations

import pytest

from explorer.core.errors import CorpusFormatError
from explorer.corpus import profile
from explorer.corpus.imagery.geotiff import Rules

WHOLE = b"""
[PF-SR]
bands = ["red", "green", "blue", "nir", "-"]
nodata = [0, -9999]
date_pattern = "%Y%m%d.tif"

[S2-SR]
scale = 0.0001
offset = -0.1

[PF-QA]
bands = ["clear", "days"]
gap_filled = { band = "days", from = 2, signed = true }
days_to_source = 2

[labels]
scale = 36
class_codes = { urban = 112, unknown = 999 }
"""


def test_everything_is_read() -> None:
    found = profile.parse(WHOLE, "rapidai4eo.toml")
    rules = found.rules()
    assert rules["PF-SR"] == Rules(("red", "green", "blue", "nir", "-"), None, None, (0.0, -9999.0))
    assert rules["S2-SR"] == Rules((), 0.0001, -0.1, ())
    assert found.patterns() == {"PF-SR": "%Y%m%d.tif"}
    assert (found.labels.scale, found.labels.class_codes) == (36, {"urban": 112, "unknown": 999})
    meaning = found.quality_meaning()
    assert meaning is not None
    assert (meaning.gap_band, meaning.at_least, meaning.signed, meaning.days_band) == ("days", 2, True, 2)
    assert "PF-QA.gap_filled.from = 2.0" in found.lines()
    assert not found.empty
    assert profile.parse(b"", "x").empty


def test_a_page_that_says_that_there_is_none_is_none() -> None:
    assert profile.parse(b"<!DOCTYPE html><html>404</html>", "rapidai4eo.toml").empty


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[PF-SR]\nband = ['red']", r"no setting PF-SR\.band"),
        ("[S2]\nscale = 1", r"no setting S2;"),
        ("[PF-SR]\nbands = ['red', 'infra']", "no band 'infra'; its bands are blue, green, red, nir"),
        ("[PF-SR]\nbands = ['red', 'red']", "named twice"),
        ("[PF-SR]\nscale = 0", "scale is 0"),
        ("[PF-SR]\nscale = nan", r"PF-SR\.scale"),
        ("[PF-SR]\noffset = -0.1", "offset needs scale"),
        ("[PF-QA]\ngap_filled = { band = 0 }", "bands count from 1"),
        ("[PF-QA]\nbands = ['a']\ndays_to_source = 'b'", "names band 'b'"),
        ("[labels]\nscale = -1", r"labels\.scale"),
        ("[labels]\nclass_codes = { a = 600 }", "'a' is said to be 600"),
        ("[PF-SR\n", "not readable as TOML"),
        ("x = '" + "y" * 200_000 + "'", "far more than such a file has"),
    ],
)
def test_what_is_wrong_is_named(text: str, named: str) -> None:
    with pytest.raises(CorpusFormatError, match=f"(?s)mine.toml.*{named}"):
        profile.parse(text.encode(), "mine.toml")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[PF-SR]\nbands = ["red", "red", "blue", "nir"]', "a band of PF-SR is named twice"),
        ('[PF-QA]\nbands = ["days", "days"]', "a band of PF-QA is named twice"),
        ('[PF-QA]\ngap_filled = { band = 1, from = 0, signed = true }', "from has to be above 0 where the band is signed"),
    ],
)  # fmt: skip
def test_what_could_mean_two_things_is_refused(text: str, why: str) -> None:
    with pytest.raises(CorpusFormatError, match=why):
        profile.parse(text.encode(), "rapidai4eo.toml")


def test_days_alone_may_be_settled_and_bands_left_aside_twice() -> None:
    meaning = profile.parse(b"[PF-QA]\ndays_to_source = 2", "rapidai4eo.toml").quality_meaning()
    assert meaning is not None
    assert (meaning.gap_band, meaning.days_band) == (None, 2)
    rules = profile.parse(b'[PF-SR]\nbands = ["-", "red", "-", "blue"]', "rapidai4eo.toml").rules()
    assert rules["PF-SR"].bands == ("-", "red", "-", "blue")
