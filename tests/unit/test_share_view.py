"""Sharing on the page: the link and the code of what is shown, one file at a time, nothing while labels are hidden."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from explorer import Explorer, open_corpus
from explorer.core.errors import OutputError
from explorer.core.products import PF_SR
from explorer.export import export_jobs
from explorer.views.common.gallery_look import GalleryLook
from explorer.views.common.selection import decode
from tests import corpora, talk

SMALL = {"kind": "animation", "ending": ".gif", "scale": 1, "first": "2018-01-03", "last": "2018-01-13"}

PATIENCE = 60.0


@pytest.fixture
def page(tiny_folder: Path) -> Iterator[Explorer]:
    corpus = open_corpus(tiny_folder)
    found = Explorer(corpus, f"?sample={corpora.FULL}&date=2018-01-13&pixels=20,30&composite=band:nir")
    yield found
    found.close()
    corpus.close()


def sent(page: Explorer, kind: str) -> list[dict[str, Any]]:
    return talk.sent(page._share.share, kind)


def say(page: Explorer, what: str, **content: Any) -> None:
    talk.say(page._share.share, what, **content)


until = partial(talk.until, seconds=PATIENCE)


def fetch(page: Explorer) -> bytes:
    """The file as the browser puts it together."""
    until(lambda: sent(page, "piece"))
    while not sent(page, "piece")[-1]["last"]:
        count = len(sent(page, "piece"))
        say(page, "next")
        until(lambda count=count: len(sent(page, "piece")) > count)
    data = b"".join(m["data"] for m in sent(page, "piece"))
    assert len(data) == sent(page, "file")[-1]["size"]
    return data


def test_an_open_gallery_has_its_lines_of_python(page: Explorer) -> None:
    say(page, "open", open=True)
    assert "gallery" not in [one["view"] for one in sent(page, "state")[-1]["code"]]
    page.selection.gallery = GalleryLook("class", 20)
    until(lambda: "gallery" in [one["view"] for one in sent(page, "state")[-1]["code"]])
    text = next(one["text"] for one in sent(page, "state")[-1]["code"] if one["view"] == "gallery")
    assert all(repr(sample_id) in text for sample_id in page.corpus.samples.index)
    page.selection.gallery = None
    until(lambda: "gallery" not in [one["view"] for one in sent(page, "state")[-1]["code"]])


def test_the_state_is_told_to_who_looks_at_it(page: Explorer) -> None:
    page.selection.composite = "true"
    assert not sent(page, "state")
    say(page, "open", open=True)
    page.selection.pixels = ((7, 8),)
    state = sent(page, "state")[-1]
    link = decode(state["link"])
    assert (link.sample, link.pixels) == (corpora.FULL, ((7, 8),))
    assert state["link"] == page.selection.to_query()
    profile = next(one["text"] for one in state["code"] if one["view"] == "profile")
    assert "[(7, 8)]" in profile
    assert repr(corpora.FULL) in profile
    say(page, "open", open=False)
    count = len(sent(page, "state"))
    page.selection.pixels = ((9, 9),)
    assert len(sent(page, "state")) == count


def test_the_code_that_is_shown_runs_and_gives_what_is_shown(page: Explorer) -> None:
    say(page, "open", open=True)
    for one in sent(page, "state")[-1]["code"]:
        if one["view"] in ("planet", "label", "map"):
            names: dict[str, Any] = {}
            exec(one["text"], names)
            if one["view"] == "planet":
                cube = page.corpus.planet_fusion(corpora.FULL)
                assert (names["cube"].values == cube.values).all()
                assert set(names["pictures"]) == {PF_SR.stem(day) for day in PF_SR.dates[:10]}
            names["corpus"].close()


def test_a_file_is_made_and_comes_in_pieces(page: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.views.share.share._PIECE", 5000)
    say(page, "make", **SMALL)
    assert sent(page, "begun")[-1]["name"] == f"{corpora.FULL}_2018-01-03_2018-01-13.gif"
    work = page._share._work
    assert work is not None
    assert fetch(page).startswith(b"GIF89a")
    assert len(sent(page, "piece")) > 1
    until(lambda: page._share._work is None)  # it lets go once the last piece is on its way
    assert not Path(work.folder.name).exists()
    assert sent(page, "progress")[-1]["done"] == sent(page, "progress")[-1]["total"] == 3
    say(page, "next")  # of nothing


def hold(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Makes every file wait for the second event, once the first one is set."""
    begun, go = threading.Event(), threading.Event()
    make = export_jobs.make

    def slow(*given: Any) -> Path:
        begun.set()
        assert go.wait(PATIENCE)
        return make(*given)

    monkeypatch.setattr(export_jobs, "make", slow)
    return begun, go


def test_one_file_at_a_time_and_cancelled_is_gone(page: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = hold(monkeypatch)
    say(page, "make", **SMALL)
    assert begun.wait(PATIENCE)
    say(page, "make", **SMALL)
    assert "being made already" in sent(page, "trouble")[-1]["text"]
    work = page._share._work
    assert work is not None
    say(page, "cancel")
    assert sent(page, "trouble")[-1]["text"] == "Cancelled."
    say(page, "make", **SMALL)  # the next one has its turn
    go.set()
    assert fetch(page).startswith(b"GIF89a")
    assert not Path(work.folder.name).exists()
    assert len(sent(page, "file")) == 1


def test_a_page_that_closes_gives_its_file_up(page: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = hold(monkeypatch)
    say(page, "make", **SMALL)
    assert begun.wait(PATIENCE)
    work, share = page._share._work, page._share.share
    assert work is not None
    page.close()
    assert work.cancel.is_set()
    go.set()
    until(lambda: not Path(work.folder.name).exists())
    assert work.path is None
    assert not talk.sent(share, "file")


@pytest.mark.parametrize(
    "words",
    [{}, {"kind": "x"}, {"kind": "cube", "ending": "../../x"}, {**SMALL, "scale": "2"}, {**SMALL, "first": "yesterday"}],
)  # fmt: skip
def test_what_cannot_be_made_is_told(page: Explorer, words: dict[str, Any]) -> None:
    say(page, "make", **words)
    assert sent(page, "trouble")[-1]["text"].startswith("This file cannot be made: ")
    assert page._share._work is None


def test_failures_are_told_and_the_next_file_is_made(page: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: Any) -> Path:
        raise OutputError("video needs PyAV: pip install it")

    with monkeypatch.context() as patch:
        patch.setattr(export_jobs, "make", fail)
        say(page, "make", **SMALL)
        until(lambda: sent(page, "trouble"))
    assert "pip install" in sent(page, "trouble")[-1]["text"]
    assert page._share._work is None


def test_while_labels_are_hidden_nothing_names_them(page: Explorer) -> None:
    page.selection.session.labels_hidden = True
    say(page, "open", open=True)
    state = sent(page, "state")[-1]
    assert state["hidden"]
    assert state["code"] == []
    say(page, "make", **SMALL)
    assert "labels are hidden" in sent(page, "trouble")[-1]["text"]


def test_terms_are_told_once_where_files_are_made(page: Explorer) -> None:
    page._share._ready({})
    terms = sent(page, "offer")[-1]["terms"]
    assert terms.count("non-commercial use only") == 1
    assert "Planet" in terms
    assert "Copernicus" in terms
