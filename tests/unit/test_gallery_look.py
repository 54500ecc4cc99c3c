"""The gallery's part of a link: what it says, and what is wrong with it."""

from __future__ import annotations

import pytest

from explorer.core.errors import ExplorerError
from explorer.views.common.gallery_look import GalleryLook, parse
from explorer.views.common.selection import decode


@pytest.mark.parametrize(
    "look",
    [
        GalleryLook(), GalleryLook("purity", 50, 2), GalleryLook("queue", 200, 9, True, True), GalleryLook(date="2018-07"),
        GalleryLook(date="2019-12-29", composite="index:NDVI", seed=7), GalleryLook(date="2018-12", composite="band:B11"),
    ],
)  # fmt: skip
def test_a_text_reads_back(look: GalleryLook) -> None:
    assert parse(str(look)) == look


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("purity", "no sort, size and page"), ("beauty,50,1", "no sort 'beauty'"), ("purity,5000,1", "no sort, size and page"),
        ("purity,500,1", "500 samples a page"), ("purity,50,1;2018-07-03", "2018-07-03"), ("purity,50,1;2018-07;2018-08", "again"),
        ("purity,50,1;swir", "has no bands"), ("purity,50,1;nonsense", "nonsense"), ("purity,50,1;queue;queue", "again"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text: str, why: str) -> None:
    with pytest.raises(ExplorerError, match=why):
        parse(text)
    found = decode(f"?gallery={text}")
    assert found.gallery is None
    assert len(found.problems) == 1
    assert "gallery" in found.problems[0]
