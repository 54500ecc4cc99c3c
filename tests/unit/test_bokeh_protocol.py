"""Messages to components: the same as Bokeh's own, without a look at all models."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent, MessageSentEvent
from bokeh.document.models import DocumentModelManager
from bokeh.model import DataModel
from bokeh.models import Column, Div
from bokeh.protocol.messages.patch_doc import patch_doc
from panel.models.esm import DataEvent, ESMEvent, ReactiveESM
from tornado.httpserver import HTTPServer
from tornado.locks import Lock
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

from explorer.server.bokeh_protocol import PageSocket, Patch
from explorer.views.page.head import Head

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


def test_what_the_browser_says_reaches_its_component_without_a_list_of_models(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, heard = ReactiveESM(class_name=Head.__name__, data=DataModel()), []
    document.add_root(model)
    document.to_json()
    model.on_event(DataEvent, lambda event: heard.append((event.model, event.data)))
    model._update_event_callbacks()
    said = patch_doc.create(
        [
            MessageSentEvent(
                document, "bokeh_event", DataEvent(model=model, data={"type": "go", "text": "ä</b>"})
            )
        ]
    )
    monkeypatch.setattr(Document, "apply_json_patch", no_list)
    monkeypatch.setattr(DocumentModelManager, "synced_references", property(no_list))
    Patch(said.header, said.metadata, json.loads(said.content_json)).apply_to_document(document)
    assert heard == [(model, {"type": "go", "text": "ä</b>"})]


class Wire:
    """What a websocket writes, and whether it is kept until the rest has come."""

    def __init__(self, closing: bool = False) -> None:
        self.stream, self._closing = SimpleNamespace(_connecting=False), closing
        self.written: list[tuple[Any, bool, bool]] = []

    def is_closing(self) -> bool:
        return self._closing

    def write_message(self, part: Any, binary: bool) -> asyncio.Future[None]:
        self.written.append((part, binary, self.stream._connecting))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


@pytest.mark.parametrize("closing", [False, True])
def test_all_parts_of_a_message_leave_with_the_last(document: Document, closing: bool) -> None:
    sent = Patch.create([message(document, document.roots[0].children[0])])
    wire = Wire(closing)

    async def send() -> None:
        socket: Any = object.__new__(PageSocket)
        socket.ws_connection, socket.write_lock = wire, Lock()
        await socket.send_message(sent)

    asyncio.run(send())
    if closing:
        assert wire.written == []
        return
    *before, last = wire.written
    assert all(kept for _, _, kept in before)
    assert not last[2]
    assert [part for part, _, _ in wire.written[:3]] == [
        sent.header_json,
        sent.metadata_json,
        sent.content_json,
    ]
    assert [part for part, binary, _ in wire.written if binary] == [b.to_bytes() for b in sent.buffers]
    assert len(wire.written) == 3 + 2 * len(sent.buffers)


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


def test_tornado_gives_the_system_a_message_of_four_parts_at_once() -> None:
    """With a real connection: the attribute of the stream that does it is Tornado's own."""

    async def run() -> list[str | bytes | None]:
        server = HTTPServer(Application([("/ws", Counting)]))
        (socket,) = bind_sockets(0, "127.0.0.1")
        server.add_sockets([socket])
        connection = await websocket_connect(f"ws://127.0.0.1:{socket.getsockname()[1]}/ws")
        try:
            return [await connection.read_message() for _ in range(4)]
        finally:
            connection.close()
            server.stop()

    assert asyncio.run(run()) == ["head", "meta", "content", b"rest"]
    assert len(Counting.calls) == 1
