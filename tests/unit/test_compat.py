"""Each trick on private parts of a library does what it says, with the real library, and is off where the library differs."""

from __future__ import annotations

import asyncio
import copy
import gc
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import bokeh.server.contexts
import holoviews as hv
import numpy as np
import panel.io.document
import pytest
from bokeh.application.application import Application
from bokeh.core.property.wrappers import PropertyValueContainer
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent, MessageSentEvent
from bokeh.document.models import DocumentModelManager
from bokeh.models import Column, ColumnDataSource, Div, Slider
from bokeh.protocol.messages.patch_doc import patch_doc
from bokeh.server.contexts import ApplicationContext
from packaging.requirements import Requirement
from panel.custom import JSComponent
from panel.io.state import state
from panel.models.esm import DataEvent, ESMEvent
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.iostream import BaseIOStream
from tornado.netutil import bind_sockets
from tornado.web import Application as WebApplication
from tornado.websocket import WebSocketHandler, websocket_connect

from explorer.app import create_page, create_prepared_page
from explorer.corpus.corpus import Corpus
from explorer.server import compat, sessions
from explorer.server.bokeh_protocol import PageSocket
from explorer.server.compat import (
    closing_in_turn,
    cut_cycles,
    one_collection,
    one_write,
    spare_documents,
)
from explorer.server.compat.component_messages import Patch
from explorer.server.compat.cut_cycles import PageModels
from explorer.server.compat.trick import Trick
from explorer.server.compat.weak_owners import hold_owners_weakly
from explorer.views.common.components import Component, SessionScheduler
from tests import corpora, visitors
from tests.conftest import REPOSITORY
from tests.running import Running, pages_made
from tests.talk import until

SECONDS = 60.0
MOST = 3000
"""Objects that a closed page may leave to a search: it has 30,000, and leaves some 1,500."""


@pytest.fixture
def installed() -> None:
    compat.install()


# What all of them share.


@pytest.mark.parametrize("trick", compat.TRICKS.values(), ids=lambda trick: trick.name)
def test_a_trick_is_known_for_what_is_installed_and_asks_for_a_public_way(trick: Trick) -> None:
    from importlib.metadata import version

    for text in trick.known:
        requirement = Requirement(text)
        assert requirement.specifier.contains(version(requirement.name)), text
    asked = (REPOSITORY / "assets" / "docs" / "upstream.md").read_text(encoding="utf-8")
    assert f"\n## {trick.upstream}\n" in asked
    assert trick.buys


def _fresh(code: str, **environment: str) -> str:
    """What a process of its own prints: tricks are turned on once in a process."""
    import os

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
        cwd=REPOSITORY,
    )
    return done.stdout.strip() + done.stderr.strip()


_ON = "print(sorted(name for name, trick in compat.TRICKS.items() if trick.on))"


def test_all_are_on_but_those_that_are_left_out_and_who_asks_first_decides() -> None:
    code = (
        f"from explorer.server import compat; compat.install(without=['one_write']); compat.install(); {_ON}"
    )
    assert _fresh(code) == str(sorted(set(compat.TRICKS) - {"one_write"}))


def test_a_trick_that_there_is_not_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match="no trick is called two_writes; there are component_messages"):
        compat.install(without=["two_writes"])


def test_a_plain_server_has_none_of_them(tmp_path: Path) -> None:
    code = (
        "from explorer import open_corpus; from explorer.app import create_page; from explorer.server import compat\n"
        f"create_page(open_corpus({str(tmp_path)!r})); {_ON}\n"
        "from bokeh.protocol import SPEC; from explorer.views.common.components import Component\n"
        "print(SPEC['PATCH-DOC'].__module__, '_process_bokeh_event' in Component.__dict__)"
    )
    corpora.write_corpus(tmp_path)
    told = _fresh(code, EXPLORER_PLAIN="true").splitlines()
    assert told == ["[]", "bokeh.protocol.messages.patch_doc False"]


@pytest.mark.parametrize(
    ("name", "where", "attribute", "instead", "why"),
    [
        ("component_messages", patch_doc, "create", classmethod(lambda cls, changes: None), "takes changes"),
        ("one_write", BaseIOStream, "write", lambda self, data: None, "knows no _connecting"),
        ("uncounted_events", JSComponent, "_process_bokeh_event", lambda self, event: None, "takes self, event"),
        ("weak_owners", PropertyValueContainer, "__init__", lambda self, *args: None, "no attribute '_owners'"),
        ("cut_cycles", DocumentModelManager, "__init__", lambda self, document: None, "has no _document"),
        ("one_collection", panel.io.document, "_destroy_document", lambda document, session: None, "knows no _garbage_collect"),
        ("closing_in_turn", ApplicationContext, "_discard_session", lambda self, session: None, "takes self, session"),
        ("spare_documents", bokeh.server.contexts, "Document", None, "another Document is in its place"),
    ],
)  # fmt: skip
def test_a_trick_is_off_with_one_line_where_the_library_differs(
    name: str,
    where: Any,
    attribute: str,
    instead: Any,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    trick = compat.TRICKS[name]
    monkeypatch.setattr(trick, "on", False)
    monkeypatch.setattr(trick, "put", lambda: pytest.fail("it was put in place"))
    monkeypatch.setattr(where, attribute, instead)
    trick.install()
    assert not trick.on
    (line,) = [record.getMessage() for record in caplog.records if record.name == "explorer"]
    assert line.startswith(f"{name} is off: ")
    assert why in line


# Messages to components.

DATA = {
    "type": "curves",
    "values": np.arange(5.0),
    "picture": b"\xff\xd8",
    "deep": [{"n": None, "text": "ä</script>"}],
}


@pytest.fixture
def document() -> Document:
    document = Document()
    document.add_root(Column(*(Div(text=str(i)) for i in range(5))))
    document.to_json()  # from here on the browser knows all of them
    return document


def message(document: Document, model: Any) -> MessageSentEvent:
    return MessageSentEvent(document, "bokeh_event", ESMEvent(model=model, data=DATA))


def parts(found: patch_doc) -> tuple[Any, list[Any]]:
    names = {buffer.id: i for i, buffer in enumerate(found.buffers)}
    text = found.content_json
    for name, i in names.items():
        text = text.replace(name, f"buffer {i}")
    return text, [buffer.to_bytes() for buffer in found.buffers]


def no_list(_self: Any) -> None:
    raise AssertionError("all models were listed")


def test_a_message_is_as_bokeh_writes_it_but_without_a_list_of_models(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = document.roots[0].children[2]
    wanted = parts(patch_doc.create([message(document, model)]))
    monkeypatch.setattr(DocumentModelManager, "synced_references", property(no_list))
    found = Patch.create([message(document, model)])
    assert parts(found) == wanted
    assert len(found.buffers) == 2
    assert f'["model",{{"id":"{model.id}"}}]' in found.content_json


def test_a_message_to_a_new_model_and_a_change_are_left_to_bokeh(document: Document) -> None:
    sent: list[DocumentPatchedEvent] = []
    document.on_change(sent.append)
    document.roots[0].children = [new := Div(text="new")]
    assert '"text":"new"' in Patch.create([message(document, new)]).content_json
    assert '"children"' in Patch.create(sent).content_json
    assert '"text":"new"' not in Patch.create([message(document, new)]).content_json  # it is known by now


# A message in one write.


class Counting(WebSocketHandler):
    """Sends a message of four parts by `PageSocket`, and counts how often the system is asked."""

    calls: ClassVar[list[int]] = []

    def open(self) -> None:  # type: ignore[override]
        connection: Any = self.ws_connection
        stream, calls = connection.stream, []
        write = stream.write_to_fd

        def counted(data: memoryview) -> int:
            calls.append(len(data))
            return int(write(data))

        stream.write_to_fd = counted
        parts: list[tuple[str | bytes, bool]] = [
            ("head", False),
            ("meta", False),
            ("content", False),
            (b"rest", True),
        ]
        PageSocket._write(self, parts)  # type: ignore[arg-type]
        self.calls[:] = calls


@pytest.mark.parametrize(("on", "calls"), [(True, 1), (False, 4)])
def test_tornado_gives_the_system_a_message_of_four_parts_at_once(
    installed: None, on: bool, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a real connection: the attribute of the stream that does it is Tornado's own. If without it fails, Tornado gathers by itself."""
    monkeypatch.setattr(one_write.TRICK, "on", on)

    async def run() -> list[str | bytes | None]:
        server = HTTPServer(WebApplication([("/ws", Counting)]))
        (socket,) = bind_sockets(0, "127.0.0.1")
        server.add_sockets([socket])
        connection = await websocket_connect(f"ws://127.0.0.1:{socket.getsockname()[1]}/ws")
        try:
            return [await connection.read_message() for _ in range(4)]
        finally:
            connection.close()
            server.stop()

    assert asyncio.run(run()) == ["head", "meta", "content", b"rest"]
    assert len(Counting.calls) == calls


# Closed pages.


@pytest.fixture
def weakly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PropertyValueContainer, "__init__", PropertyValueContainer.__init__)
    hold_owners_weakly()


@pytest.fixture
def no_search() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _listened_to(document: Document) -> weakref.ref[Slider]:
    """A model in a cycle with what listens to it, as a page's are."""
    slider = Slider(start=0, end=1, value=0)

    def moved(_attr: str, _old: float, _new: float) -> None:
        slider.value = 0

    slider.on_change("value", moved)
    document.add_root(slider)
    return weakref.ref(slider)


def test_a_closed_page_lets_go_of_its_models_by_itself(installed: None, no_search: None) -> None:
    plain, page = Document(), Document()
    page.models = PageModels(page, lambda job: job())
    left, gone = (_listened_to(document) for document in (plain, page))
    for document in (plain, page):
        document.models.destroy()
        del document._roots
    assert left() is not None
    assert gone() is None


def test_a_page_is_closed_also_where_its_circles_cannot_be_cut(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page = Document()
    page.models = PageModels(page, lambda job: job())
    slider = Slider(start=0, end=1, value=0)
    page.add_root(slider)
    monkeypatch.setitem(state._views, "ref", (object(), slider, page, None))  # it has nothing that a page has
    page.models.destroy()
    assert slider.document is None
    assert "waits for a search" in caplog.text


def _touched() -> weakref.ref[Slider]:
    slider = Slider(start=0, end=1, value=0, tags=["a"])
    slider.tags.append("b")
    return weakref.ref(slider)


def test_bokeh_alone_keeps_a_model_that_has_a_list(no_search: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, Bokeh does by itself what `hold_owners_weakly` is for."""

    def plain(self: Any, *args: Any, **options: Any) -> None:
        self._owners = set()
        super(PropertyValueContainer, self).__init__(*args, **options)

    monkeypatch.setattr(PropertyValueContainer, "__init__", plain)
    assert _touched()() is not None


def test_a_model_goes_with_the_last_who_holds_it(no_search: None, weakly: None) -> None:
    assert _touched()() is None


def test_a_model_hears_what_becomes_of_its_values(weakly: None) -> None:
    shared = ["a"]
    first, second = Slider(start=0, end=1, value=0, tags=shared), Slider(start=0, end=1, value=0)
    second.tags = first.tags
    heard: list[tuple[str, Any]] = []
    first.on_change("tags", lambda _attr, _old, new: heard.append(("first", list(new))))
    second.on_change("tags", lambda _attr, _old, new: heard.append(("second", list(new))))
    first.tags.append("b")
    assert sorted(heard) == [("first", ["a", "b"]), ("second", ["a", "b"])]
    heard.clear()
    second.tags = ["c"]
    assert heard == [("second", ["c"])]
    heard.clear()
    first.tags.append("d")
    assert heard == [("first", ["a", "b", "d"])]
    heard.clear()
    del second
    first.tags.append("e")
    assert heard == [("first", ["a", "b", "d", "e"])]
    source = ColumnDataSource(data={"x": [1]})
    source.on_change("data", lambda _attr, _old, new: heard.append(("source", len(new["x"]))))
    source.data["x"] = [1, 2]
    source.stream({"x": [3]})
    assert [n for name, n in heard if name == "source"] == [2, 3]


def test_a_copy_holds_no_model_either(no_search: None, weakly: None) -> None:
    slider = Slider(start=0, end=1, value=0, tags=["a"])
    twin, known = copy.copy(slider.tags), weakref.ref(slider)
    del slider
    assert known() is None
    twin.append("b")
    assert list(twin) == ["a", "b"]


def test_hardly_anything_of_a_closed_page_is_left_to_a_search(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch, weakly: None
) -> None:
    monkeypatch.setattr(tiny_corpus.config, "spare_pages", 0)
    made = pages_made(monkeypatch)
    problems: list[str] = []
    monkeypatch.setattr(cut_cycles._LOG, "exception", lambda text, *_args: problems.append(text))
    running = Running(
        tiny_corpus, create_page(tiny_corpus), prepare=create_prepared_page(tiny_corpus),
        unused_session_lifetime_milliseconds=500, check_unused_sessions_milliseconds=200,
    )  # fmt: skip

    def visit() -> None:
        async def run() -> None:
            visitor = visitors.Visitor(running.url, visitors.Seen())
            await visitor.open(f"?sample={corpora.BARE}")
            await visitor.select(corpora.FULL)
            await visitor.close()

        asyncio.run(run())
        until(lambda: made[-1]() is None, SECONDS)  # nobody looks for it
        sessions._BUILDER.submit(lambda: None).result(SECONDS)
        time.sleep(1.0)

    try:
        visit()  # what is kept for all visitors
        gc.collect()
        gc.disable()
        trees = len(hv.Store.custom_options(backend="bokeh"))
        for _ in range(3):
            visit()
        left = gc.collect() / 3
        assert left < MOST, left
        assert len(hv.Store.custom_options(backend="bokeh")) <= trees
        assert problems == []
    finally:
        gc.enable()
        running.stop()


# Sessions.


def _context(**methods: Any) -> Any:
    """Bokeh's own keeper of an application's sessions."""
    context = ApplicationContext(Application(), io_loop=IOLoop.current())
    for name, method in methods.items():
        setattr(context, name, method)
    return context


def test_others_have_their_turn_while_pages_are_closed(installed: None) -> None:
    happened: list[str] = []

    async def close_three() -> None:
        async def discard(session: str, _when: object) -> None:
            happened.append(session)

        async def other() -> None:
            while len(happened) < 6:
                happened.append("other")
                await asyncio.sleep(0)

        context = _context(_discard_session=discard)
        closing_in_turn.attach(context)
        beside = asyncio.create_task(other())
        for name in ("first", "second", "third"):  # as Bokeh does
            await context._discard_session(name, None)
        await beside

    asyncio.run(close_three())
    assert [one for one in happened if one != "other"] == ["first", "second", "third"]
    places = [happened.index(one) for one in ("first", "second", "third")]
    assert all(later - earlier > 1 for earlier, later in pairwise(places))


@pytest.mark.parametrize("on", [True, False])
def test_a_session_gets_the_document_that_waits_and_other_servers_empty_ones(
    installed: None, on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spare_documents.TRICK, "on", on)
    ready, waited = Document(), []
    ready.title = "it was made before"

    async def wait() -> None:
        waited.append(1)

    async def run() -> list[str]:
        ours, another = _context(), _context()
        spare_documents.attach(ours, lambda: ready, wait)
        made = [await context.create_session_if_needed("one") for context in (ours, another)]
        assert await ours.create_session_if_needed("one") is made[0]
        return [session.document.title for session in made]

    plain = Document().title
    assert asyncio.run(run()) == [ready.title if on else plain, plain]
    assert len(waited) == int(on)


def test_panel_collects_no_garbage_after_each_session(installed: None) -> None:
    assert one_collection.TRICK.on
    before = gc.get_stats()[2]["collections"]
    panel.io.document._garbage_collect()
    assert gc.get_stats()[2]["collections"] == before


def test_panel_counts_no_message_as_busy(installed: None) -> None:
    class Part(Component):
        _esm = "export function render() {}"

    busy: list[int] = []
    part, doc = Part(SessionScheduler()), Document()
    part.on["go"] = lambda _data: busy.append(len(state._busy_counter))
    part._process_bokeh_event(doc, DataEvent(model=None, data={"type": "go"}))
    JSComponent._process_bokeh_event(part, doc, DataEvent(model=None, data={"type": "go"}))
    assert busy == [0, 1]  # if the second fails, Panel does by itself what the trick is for
