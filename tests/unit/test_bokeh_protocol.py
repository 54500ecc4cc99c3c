"""Messages of a page: what it says reaches its components, what it is sent leaves whole and in order."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.document.events import MessageSentEvent
from bokeh.document.models import DocumentModelManager
from bokeh.model import DataModel
from bokeh.models import Column, Div
from bokeh.protocol.messages.patch_doc import patch_doc
from panel.models.esm import DataEvent, ESMEvent, ReactiveESM
from tornado.locks import Lock

from explorer.server.bokeh_protocol import PageSocket, Patch
from explorer.views.page.head import Head

DATA = {
    "type": "curves",
    "values": np.arange(5.0),
    "picture": b"\xff\xd8",
    "deep": [{"n": None, "text": "ä</script>"}],
}


def message(document: Document, model: Any) -> MessageSentEvent:
    return MessageSentEvent(document, "bokeh_event", ESMEvent(model=model, data=DATA))


@pytest.fixture
def document() -> Document:
    document = Document()
    document.add_root(Column(*(Div(text=str(i)) for i in range(5))))
    document.to_json()  # from here on the browser knows all of them
    return document


def no_list(_self: Any) -> None:
    raise AssertionError("all models were listed")


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
    """What a websocket writes."""

    def __init__(self, closing: bool = False) -> None:
        self.stream, self._closing = SimpleNamespace(), closing
        self.written: list[tuple[Any, bool]] = []

    def is_closing(self) -> bool:
        return self._closing

    def write_message(self, part: Any, binary: bool) -> asyncio.Future[None]:
        self.written.append((part, binary))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


@pytest.mark.parametrize("closing", [False, True])
def test_all_parts_of_a_message_leave_in_order(document: Document, closing: bool) -> None:
    sent = patch_doc.create([message(document, document.roots[0].children[0])])
    wire = Wire(closing)

    async def send() -> None:
        socket: Any = object.__new__(PageSocket)
        socket.ws_connection, socket.write_lock = wire, Lock()
        await socket.send_message(sent)

    asyncio.run(send())
    if closing:
        assert wire.written == []
        return
    assert [part for part, _ in wire.written[:3]] == [
        sent.header_json,
        sent.metadata_json,
        sent.content_json,
    ]
    assert [part for part, binary in wire.written if binary] == [b.to_bytes() for b in sent.buffers]
    assert len(wire.written) == 3 + 2 * len(sent.buffers)
