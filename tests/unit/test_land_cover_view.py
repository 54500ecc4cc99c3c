"""A map of land cover over the pictures, without a browser: what is sent, what is hidden from a blind review, and that no raster breaks the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine

from explorer import open_corpus
from explorer.core.grid import Cell
from explorer.corpus.corpus import Corpus
from explorer.opinions.overlay_look import OverlayLook
from explorer.opinions.overlays import Overlay
from explorer.views.animation.animation import AnimationView
from explorer.views.animation.land_cover import HIDDEN
from explorer.views.common.components import SessionScheduler
from explorer.views.common.selection import Selection
from tests import corpora, rasters
from tests.talk import say, sent, until


@pytest.fixture
def corpus(tiny_folder: Path, tmp_path: Path) -> Iterator[Corpus]:
    found = open_corpus(tiny_folder)
    left, _, _, top = found.cell(corpora.FULL).bounds
    data = np.full((60, 60), 40, np.uint8)
    data[:, :15], data[:6] = 80, 0
    place = Affine(10, 0, left, 0, -10, top)
    found.overlays.show(
        "cover",
        rasters.write(tmp_path / "cover.tif", data, f"EPSG:{found.cell(corpora.FULL).epsg}", place),
        "esa-worldcover",
    )
    found.overlays.show(
        "corine",
        rasters.write(
            tmp_path / "corine.tif",
            np.full((60, 60), 12, np.uint8),
            f"EPSG:{found.cell(corpora.FULL).epsg}",
            place,
        ),
        "corine-raster",
    )
    yield found
    found.close()


class Page:
    """The animation of a session, and what it was told of maps."""

    def __init__(self, corpus: Corpus, **selected: Any) -> None:
        self.selection = Selection(**selected)
        self.loop = SessionScheduler()
        self.view = AnimationView(corpus, self.selection, self.loop, "bus")

    @property
    def told(self) -> list[dict[str, Any]]:
        return sent(self.view.player, "land_cover")

    def last(self, **wanted: Any) -> dict[str, Any]:
        """The last that was told, once it is so."""
        return until(lambda: next((one for one in self.told[-1:] if wanted.items() <= one.items()), None))

    def shows(self, title: str) -> dict[str, Any]:
        """The last that was told, once it has a class of this title."""
        return until(
            lambda: next(
                (one for one in self.told[-1:] if title in [c["title"] for c in one["classes"]]), None
            )
        )


def test_a_sample_is_told_with_the_classes_that_are_there(corpus: Corpus) -> None:
    page = Page(corpus, sample_id=corpora.FULL, overlay=OverlayLook("cover", 30))
    page.view.open(corpora.FULL)
    told = page.shows("Cropland")
    assert page.told[0]["problem"] == "reading …"
    assert [(c["title"], c["colour"]) for c in told["classes"]] == [
        ("Cropland", "#f096ff"),
        ("Permanent water bodies", "#0064c8"),
    ]
    assert [c["share"] for c in told["classes"]] == pytest.approx([0.675, 0.225], abs=0.01)
    assert told["missing"] == pytest.approx(0.1, abs=0.01)
    assert (told["name"], told["opacity"], told["title"], told["problem"]) == (
        "cover",
        30,
        "ESA WorldCover 2021",
        "",
    )
    assert "CC BY 4.0" in told["credit"]
    pixels = np.frombuffer(told["pixels"], "<u2").reshape(200, 200)
    assert pixels[[5, 100, 100], [100, 10, 150]].tolist() == [0, 2, 1]
    page.view.close()


def test_the_browser_chooses_among_those_that_the_owner_named(corpus: Corpus) -> None:
    page = Page(corpus, sample_id=corpora.FULL)
    page.view.open(corpora.FULL)
    page.view.player.on["ready"]({})
    assert until(lambda: sent(page.view.player, "land_covers"))[0]["names"] == ["corine", "cover"]
    assert page.told == []
    say(page.view.player, "land_cover", name="cover", opacity=50)
    page.shows("Cropland")
    assert page.selection.overlay == OverlayLook("cover")
    count = len(page.told)
    say(page.view.player, "land_cover", name="cover", opacity=85)  # the browser has faded it already
    assert page.selection.overlay == OverlayLook("cover", 85)
    assert len(page.told) == count
    for name in ("/etc/passwd", "../cover", "https://maps.example/x.tif", "<b>"):
        say(page.view.player, "land_cover", name=name, opacity=50)
        assert page.selection.overlay == OverlayLook("cover", 85)
    say(page.view.player, "land_cover", name="nobody", opacity=50)
    assert (
        "no map of land cover is called 'nobody'; there are corine, cover"
        in until(lambda: page.told[-1]["problem"] not in ("", "reading …") and page.told[-1])["problem"]
    )
    say(page.view.player, "land_cover", name="", opacity=50)
    assert page.last(name="")["pixels"] == b""


def test_a_blind_review_hides_what_would_tell_the_label(corpus: Corpus) -> None:
    page = Page(corpus, sample_id=corpora.FULL, overlay=OverlayLook("corine"))
    page.view.open(corpora.FULL)
    page.shows("Non-irrigated arable land")
    page.selection.session.labels_hidden = True
    told = page.last(problem=HIDDEN)
    assert (told["classes"], told["pixels"], told["title"]) == ([], b"", "")
    page.selection.overlay = OverlayLook("cover")  # independent evidence
    page.shows("Cropland")
    page.selection.overlay = OverlayLook("corine")
    page.selection.session.labels_hidden = False
    page.shows("Non-irrigated arable land")


def test_a_raster_that_is_broken_is_told_and_another_sample_goes_on(corpus: Corpus, tmp_path: Path) -> None:
    page = Page(corpus, sample_id=corpora.FULL, overlay=OverlayLook("cover"))
    (tmp_path / "cover.tif").write_bytes(b"II*\0 no raster any more")
    page.view.open(corpora.FULL)
    told = until(lambda: page.told[-1]["problem"] not in ("", "reading …") and page.told[-1])
    assert "cannot be read as a raster" in told["problem"]
    page.selection.overlay = OverlayLook("corine")
    page.shows("Non-irrigated arable land")


def test_what_comes_late_never_lies_over_another_sample(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    usual = Overlay.cover

    def slow(self: Overlay, cell: Cell, *rest: Any) -> Any:
        if cell.sample_id == corpora.FULL:
            begun.set()
            assert go_on.wait(60)
        return usual(self, cell, *rest)

    monkeypatch.setattr(Overlay, "cover", slow)
    page = Page(corpus, sample_id=corpora.FULL, overlay=OverlayLook("cover"))
    page.view.open(corpora.FULL)
    assert begun.wait(60)
    page.view.open(corpora.BARE)
    told = page.last(problem="", missing=1.0)  # it lies elsewhere
    assert told["classes"] == []
    go_on.set()
    page.selection.overlay = OverlayLook("corine")
    page.last(problem="", missing=1.0)
    assert [one["classes"] for one in page.told] == [[]] * len(page.told)
