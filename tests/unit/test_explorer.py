"""The page as an object: what a notebook or a server makes of it, and that it lets go of everything."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import panel as pn
import pytest
from bokeh.document import Document
from bokeh.events import DocumentReady
from bokeh.models import Div
from bokeh.server.session import ServerSession
from panel.io.state import set_curdoc

import explorer
from explorer import Explorer
from explorer.core.errors import CorpusNotFoundError
from explorer.corpus.corpus import Corpus
from explorer.views.common.components import WORKERS
from explorer.views.common.selection import DEFAULT_DATE, DEFAULT_PIXELS
from explorer.views.map.raster import shared_raster
from tests import corpora
from tests.talk import say, sent, until

REGIONS = {
    "Sample map",
    "Planet Fusion animation",
    "Sentinel-2 bands",
    "Temporal profile",
    "Labels",
    "Label review",
}
SECONDS = 60.0


@pytest.fixture
def page(tiny_corpus: Corpus) -> Iterator[Explorer]:
    found = Explorer(tiny_corpus, f"?sample={corpora.FULL}")
    yield found
    found.close()


def settle(page: Explorer) -> None:
    """Wait until the selected sample is read and what follows from that is done."""
    for view in (page._animation, page._bands):
        assert view.reading is not None
        view.reading.wait(SECONDS)
    ticket = sent(page._animation.player, "open")[-1]["ticket"]

    def settled() -> bool:
        told = [m for m in sent(page._animation.player, "status") if m["ticket"] == ticket and m["settled"]]
        drawn = [m for m in sent(page._bands.grid, "pictures") if m["ticket"] == page._bands._ticket]
        last = [m for m in sent(page._animation.player, "quality") if m["ticket"] == ticket]
        return bool(told and drawn and last)  # the quality layers come after the picture

    until(settled)
    with page._loop.lock():  # what follows from it is under way in a thread, as no loop runs here
        pass


def destroy(document: Document) -> None:
    """What a Bokeh server does at the end of a session."""
    context = SimpleNamespace(_document=document, id="a session")
    for callback in list(document.callbacks.session_destroyed_callbacks):
        callback(context)  # type: ignore[arg-type]
    document.clear()


def test_the_page_renders_in_a_plain_document_with_its_regions(page: Explorer) -> None:
    document = Document()
    page.__panel__().server_doc(document)
    say(page._profile.charts, "ready")
    attributes = [getattr(model, "html_attributes", None) or {} for model in document.models]
    assert {a.get("aria-label") for a in attributes if a.get("role") == "region"} == REGIONS
    assert document.get_model_by_name(f"map-{page._head.head.bus}") is not None
    document.validate()
    destroy(document)


def test_regions_have_names_in_somebody_elses_layout_too(page: Explorer) -> None:
    document = Document()
    with set_curdoc(document):
        pn.Row("Somebody's text", page).server_doc(document)
    document.callbacks.trigger_event(DocumentReady())
    attributes = [getattr(model, "html_attributes", None) or {} for model in document.models]
    assert {a.get("aria-label") for a in attributes if a.get("role") == "region"} == REGIONS
    destroy(document)


def test_explorer_is_what_the_package_says(tiny_corpus: Corpus, tiny_folder: Any) -> None:
    assert explorer.Explorer is Explorer
    page = Explorer(str(tiny_folder))  # a place is opened
    assert len(page.corpus.samples) == 3
    page.close()
    page.corpus.close()
    with pytest.raises(CorpusNotFoundError, match="nowhere"):
        Explorer("/nowhere")


def test_a_fresh_page_shows_the_default_sample(tiny_corpus: Corpus) -> None:
    page = Explorer(tiny_corpus)
    try:
        assert page.selection.sample_id == tiny_corpus.default_sample
        assert page.selection.date == DEFAULT_DATE
        assert page.selection.pixels == DEFAULT_PIXELS
        assert not any(message["text"] for message in sent(page._head.head, "notice"))
    finally:
        page.close()


def test_a_link_is_shown_exactly(tiny_corpus: Corpus) -> None:
    page = Explorer(tiny_corpus, f"?sample={corpora.BROKEN}&date=2018-03-29&pixels=1,2;3,4&composite=false")
    try:
        assert page.selection.sample_id == corpora.BROKEN
        assert page.selection.date == dt.date(2018, 3, 29)
        assert page.selection.pixels == ((1, 2), (3, 4))
        assert page.selection.composite == "false"
        assert sent(page._animation.player, "open")[-1]["index"] == 17
    finally:
        page.close()


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ("?sample=33N_15E-200N_02_09", "33N_15E-200N_02_09 is not in the corpus"),
        ("?sample=<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("?sample=" + "x" * 10**6, "is not a sample id"),
        ("?date=2018-07-03", "2018-07-03"),
        ("?pixels=200,0", "row 200"),
    ],
)
def test_a_bad_link_is_told_and_the_page_works(tiny_corpus: Corpus, link: str, named: str) -> None:
    page = Explorer(tiny_corpus, link)
    try:
        notice = sent(page._head.head, "notice")[-1]["text"]
        assert named in notice
        assert len(notice) < 500
        assert page.selection.sample_id == tiny_corpus.default_sample
    finally:
        page.close()


def test_a_linked_date_that_is_missing_stays_and_else_the_nearest_is_shown(tiny_corpus: Corpus) -> None:
    asked = Explorer(tiny_corpus, f"?sample={corpora.FULL}&date=2019-12-29")
    fresh = Explorer(tiny_corpus, f"?sample={corpora.FULL}")  # the usual date is missing in this corpus
    try:
        settle(asked)
        settle(fresh)
        seeks = [message["index"] for message in sent(asked._animation.player, "seek")]
        assert set(seeks) <= {145}
        assert sent(fresh._animation.player, "seek")[-1]["index"] == 9
    finally:
        asked.close()
        fresh.close()


def test_two_pages_share_no_selection_but_the_cubes(tiny_corpus: Corpus) -> None:
    one, other = (
        Explorer(tiny_corpus, f"?sample={corpora.FULL}"),
        Explorer(tiny_corpus, f"?sample={corpora.FULL}"),
    )
    try:
        assert one._animation.reading is other._animation.reading
        one.selection.pin((1, 2))
        one.selection.composite = "false"
        one.selection.sample_id = corpora.BARE
        assert other.selection.sample_id == corpora.FULL
        assert other.selection.pixels == DEFAULT_PIXELS
        assert other.selection.composite == "true"
        assert one._head.head.bus != other._head.head.bus
        assert shared_raster(tiny_corpus) is one._head.search._raster is other._head.search._raster
    finally:
        one.close()
        other.close()


def test_the_selection_can_be_changed_from_python(page: Explorer) -> None:
    settle(page)
    page.selection.sample_id = corpora.BROKEN
    assert sent(page._animation.player, "open")[-1]["sample"] == corpora.BROKEN
    assert sent(page._bands.grid, "open")[-1]["sample"] == corpora.BROKEN
    assert "Discontinuous urban fabric" in page._labels.html
    assert len(page._map._figures.latest["mark"]["xs"]) == 1
    assert sent(page._head.head, "sample")[-1]["id"] == corpora.BROKEN


def test_to_an_unknown_sample_every_panel_says_what_is_wrong(page: Explorer) -> None:
    settle(page)
    page.selection.sample_id = "33N_15E-200N_02_09"
    for component in (page._animation.player, page._bands.grid):
        assert "33N_15E-200N_02_09 is not in the corpus" in sent(component, "error")[-1]["text"]
    assert "33N_15E-200N_02_09 is not in the corpus" in page._labels.html
    assert page._animation.reading is None
    page.selection.sample_id = corpora.FULL
    settle(page)
    assert page._animation.reading is not None


def test_what_a_browser_sends_is_not_trusted(page: Explorer) -> None:
    before = page.selection.to_query()
    player, grid = page._animation.player, page._bands.grid
    ticket = sent(player, "open")[-1]["ticket"]
    for row in (-1, 200, 10**12, "1", None, 1.5, [1]):
        for component in (player, grid):
            say(component, "pixel_clicked", row=row, col=0)
    for index in (-1, 146, "3", None, 2.0):
        say(player, "date", index=index, ticket=ticket)
    say(player, "date", index=3, ticket=ticket - 1)  # of the sample before
    strange: list[Any] = ["ultraviolet", None, [], {}]
    for value in strange:
        say(player, "composite", value=value)
    for text in ("", "<script>", "91, 0", "0, 181", "1,2,3", "9" * 10**6, "nan, nan"):
        say(page._head.head, "go", text=text)
    for message in (*strange, {"type": "nothing"}):
        player._handle_msg(message)
    assert page.selection.to_query() == before


def test_regions_come_from_the_browser_and_go_back_to_it(page: Explorer) -> None:
    player, selection = page._animation.player, page.selection
    draw = lambda points, kind="box": say(player, "draw", kind=kind, points=points)  # noqa: E731
    last = lambda: sent(player, "regions")[-1]  # noqa: E731
    draw([[10, 20], [60, 80]])
    assert [region["letter"] for region in last()["regions"]] == ["A"]
    assert "regions=box:10,20,60,80" in selection.to_query()
    told = len(sent(player, "regions"))
    for column in (21, 25):  # while it is dragged the browser is ahead, and is not called back
        points = [[10, column], [60, column + 60]]
        say(player, "reshape", region=0, points=points, done=False)
    assert len(sent(player, "regions")) == told
    say(player, "reshape", region=0, points=[[10, 30], [60, 90]], done=True)
    assert last()["regions"][0]["points"] == [[10, 30], [60, 90]]
    assert last()["problem"] == ""
    say(player, "reshape", region=0, points=[[10, 30], [10, 90]], done=True)
    assert "centre of one 3 m pixel" in last()["problem"]
    assert last()["regions"][0]["points"] == [[10, 30], [60, 90]]  # as it was
    for row in range(1, 5):
        draw([[row, 0], [row + 9, 9]])
    assert len(selection.regions) == 4
    assert "4 regions are the most" in last()["problem"]
    say(player, "erase", region=0)
    assert len(last()["regions"]) == len(selection.regions) == 3


def test_no_region_comes_from_what_is_none(page: Explorer) -> None:
    player, nan = page._animation.player, float("nan")
    say(player, "draw", kind="box", points=[[10, 20], [60, 80]])
    before = page.selection.regions
    for points in (None, 7, "x", {}, [], [None], [[]], [[1]], ["ab", "cd"], [[nan, 1], [2, 3]], [[0, 0], [201, 3]], [[True, 0], [9, 9]], [[1, 2]] * 10_000, [[[1], 2], [3, 4]]):  # fmt: skip
        for kind in ("box", "polygon", None, 3, "x" * 10_000):
            say(player, "draw", kind=kind, points=points)
            assert len(sent(player, "regions")[-1]["problem"]) < 200
        say(player, "reshape", region=0, points=points, done=True)
    for index in (-1, 1, 1.0, None, "0", 10**30):
        say(player, "reshape", region=index, points=[[1, 2], [9, 9]], done=True)
        say(player, "erase", region=index)
    assert page.selection.regions == before


def test_drawing_a_component_anew_sends_it_all_again(page: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a notebook shows the same cell twice."""
    settle(page)
    for component, kind in (
        (page._animation.player, "open"),
        (page._bands.grid, "open"),
        (page._profile.charts, "curves"),
        (page._head.head, "sample"),
    ):
        monkeypatch.setattr(component, "_flush", lambda: None)  # no browser takes the messages away
        say(component, "ready")
        component._outbox.clear()
        say(component, "ready")
        assert sent(component, kind)
    settle(page)


def test_close_gives_up_what_is_being_read(tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    real = tiny_corpus.store.get

    def slow(key: str) -> bytes:
        assert not key.startswith("imagery") or gate.wait(SECONDS)
        return real(key)

    monkeypatch.setattr(tiny_corpus.store, "get", slow)
    page = Explorer(tiny_corpus, f"?sample={corpora.FULL}")
    animation, bands = page._animation, page._bands
    readings = [animation.reading, bands.reading]
    page.close()
    page.close()  # again does nothing
    gate.set()
    for reading in readings:
        assert reading is not None
        with pytest.raises(explorer.core.errors.CancelledError):
            reading.wait(SECONDS)
    assert animation.reading is bands.reading is None


class _Session(ServerSession):
    """A session of Bokeh's own; what asks for its next turn waits until `turn`."""

    def __init__(self, page: Explorer) -> None:
        super().__init__("test", Document())
        self._asked: list[Callable[[], Any]] = []
        loop: Any = SimpleNamespace(add_callback=lambda *what: self._asked.append(partial(*what)))
        page._loop._server_loop = loop
        context = SimpleNamespace(session=self)
        self.document._session_context = lambda: context  # type: ignore[assignment,return-value]
        page._loop._doc = self.document

    def turn(self) -> None:
        """The loop comes by."""
        assert self._asked
        asked, self._asked = self._asked, []

        async def run() -> None:
            for one in asked:
                await one()

        asyncio.run(run())


def test_what_waits_for_the_browser_runs_with_the_document_locked(page: Explorer) -> None:
    """Panel handles a page's first event without the lock: what waits may change models, and has to be asked for."""
    session = _Session(page)
    ran: list[bool] = []

    def change() -> None:
        session.document.add_root(Div())  # Bokeh refuses it where its lock is not held
        ran.append(page._loop.holds_document_lock)

    with page._loop.lock():  # else a thread of the page may run what waits
        page._loop._queue.append(change)
        assert not page._loop.holds_document_lock
        page._head.head._handle_msg({"type": "ready"})
        assert ran == []
        session.turn()
    assert ran == [True]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (explorer.core.errors.RecordsError("x.db is locked"), "x.db"),
        (RuntimeError("at line 3 of somebody's code"), "made a mistake"),
    ],
)
def test_work_in_a_thread_that_fails_is_told(page: Explorer, error: Exception, told: str) -> None:
    """An explorer's error in its own words, any other in a sentence: nobody waits for a file that never comes."""
    before = len(sent(page._head.head, "notice"))

    def job() -> None:
        raise error

    page._loop.work(job, lambda _none: pytest.fail("nothing follows a failure"))
    until(lambda: len(sent(page._head.head, "notice")) > before)
    text = sent(page._head.head, "notice")[-1]["text"]
    assert told in text
    assert "somebody" not in text


def test_quality_layers_that_cannot_be_read_are_told_where_they_are_chosen(page: Explorer) -> None:
    overlays, player = page._animation.overlays, page._animation.player
    settle(page)
    until(lambda: overlays._quality is not None)
    failed = SimpleNamespace(error=explorer.core.errors.StoreError("cannot reach 127.0.0.1:9"))
    overlays._came(overlays._ticket, failed)  # type: ignore[arg-type]
    told = sent(player, "quality")[-1]
    assert (told["layers"], told["gaps"]) == ([], None)
    assert "cannot reach" in told["problem"]


def test_what_comes_before_the_browser_is_ready_runs_with_the_document_locked(page: Explorer) -> None:
    """A click during the load: Panel hands it on without the lock, and the map could not draw its mark."""
    session = _Session(page)
    with page._loop.lock():  # else a thread of the page may run what waits
        page._loop._queue.clear()
        before = page.selection.sample_id
        say(page._head.head, "go", text=corpora.BARE)
        assert page.selection.sample_id == before != corpora.BARE
        session.turn()
        assert page.selection.sample_id == corpora.BARE


@pytest.mark.parametrize("drawn", [False, True])
def test_a_closed_page_is_forgotten(tiny_corpus: Corpus, drawn: bool) -> None:
    """Not one object of it may be kept by streams, by param, by HoloViews or by the cubes that others share."""

    def visit() -> list[weakref.ref[Any]]:
        page = Explorer(tiny_corpus, f"?sample={corpora.FULL}")
        document = Document()
        if drawn:
            page.__panel__().server_doc(document)
        settle(page)
        page.selection.pin((3, 4))
        page.selection.sample_id = corpora.BARE
        settle(page)
        parts = (
            page,
            page.selection,
            page._animation,
            page._bands,
            page._map,
            page._profile,
            page._spectrum,
            page._head,
            page._page,
        )
        refs = [weakref.ref(part) for part in parts]
        page.close()
        destroy(document)
        return refs

    refs = visit()
    deadline = time.monotonic() + SECONDS
    while True:  # a worker may have its last job in hand still
        gc.collect()
        kept = [type(ref()).__name__ for ref in refs if ref() is not None]
        if not kept or time.monotonic() > deadline:
            break
        WORKERS.submit(lambda: None).result(SECONDS)
    assert not kept


def test_closing_waits_for_what_is_under_way(page: Explorer) -> None:
    """Without a loop, a thread may just be opening a sample: what it claimed would keep the page for good."""
    begun, go_on = threading.Event(), threading.Event()
    animation = page._animation

    def opens() -> None:
        begun.set()
        assert go_on.wait(SECONDS)
        animation.open(corpora.BARE)

    opening = threading.Thread(target=page._loop.call, args=(opens,))
    closing = threading.Thread(target=page.close)
    opening.start()
    assert begun.wait(SECONDS)
    closing.start()
    closing.join(0.2)  # long enough to close all, where nothing holds it back
    go_on.set()
    for thread in (opening, closing):
        thread.join(SECONDS)
    assert animation.reading is None


@pytest.mark.parametrize("wanted", [True, False])
def test_reading_ahead_can_be_turned_off(
    page: Explorer, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.corpus.config, "read_ahead", wanted)
    settle(page)
    page._head.let_go()
    assert page._animation.reading is not None
    page._animation._rest(page._animation.reading)
    assert bool(page._head._ahead) is wanted


def test_the_next_surprise_is_read_ahead_and_let_go(page: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    """When all is settled, the sample of the next surprise is read; it is the one that is then opened."""
    head = page._head
    settle(page)
    monkeypatch.setattr(page.corpus.config, "read_ahead", False)  # or a thread does it, too
    head.let_go()
    head.look_ahead()
    chosen, ahead = head._next, list(head._ahead)
    assert chosen in page.corpus.samples.index
    assert [reading.cube.product.id for reading in ahead] == ["PF-SR", "S2-SR"]
    head.look_ahead()
    assert head._next == chosen  # once is enough
    head._surprise()
    assert page.selection.sample_id == chosen
    assert head._next is None
    assert page._animation.reading is ahead[0]
    page.close()
    assert not head._ahead


def test_a_surprise_is_never_the_sample_that_is_shown(page: Explorer) -> None:
    head, ids = page._head, set(page.corpus.samples.index)
    for shown in sorted(ids):
        page.selection.sample_id = shown
        assert {head._draw() for _ in range(60)} == ids - {shown}
        head._next = shown  # drawn while another was shown, and then chosen by name
        head._surprise()
        assert page.selection.sample_id != shown
    page.selection.sample_id = None
    assert {head._draw() for _ in range(60)} == ids


def test_the_only_sample_there_is_may_be_drawn(tmp_path: Any) -> None:
    corpora.write_label(tmp_path, corpora.FULL, {211: 1.0})
    with explorer.open_corpus(tmp_path) as corpus:
        page = Explorer(corpus)
        page._head._surprise()
        assert page.selection.sample_id == page._head._draw() == corpora.FULL
        page.close()


def test_visitors_are_not_told_where_the_server_keeps_its_corpus(tiny_corpus: Corpus) -> None:
    page = Explorer(tiny_corpus)
    try:
        page._head.notice(f"{tiny_corpus.where}/imagery is gone")
        assert tiny_corpus.where in str(page._head.head._outbox[-1])  # a notebook's own folder
        page.follow_url()
        page._head.notice(f"{tiny_corpus.where}/imagery is gone")
        page._animation.player.send("status", reasons={"3": f"{tiny_corpus.where}/x.tif is broken"})
        for component in (page._head.head, page._animation.player):
            assert tiny_corpus.where not in str(component._outbox[-1])
        assert page._head.head._outbox[-1]["text"].endswith("/imagery is gone")
    finally:
        page.close()
