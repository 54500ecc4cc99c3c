"""Messages to a page's components: encoded without looking at the whole page, and sent in one piece.

Bokeh lists all 520 models of a document for each message, to tell which of them the browser knows: 0.25 ms (0.05 here) on the
event loop, dozens of times a click, a third of what the loop did then. A message names one model and holds plain values.
"""

from __future__ import annotations

import json
from asyncio import Future
from contextlib import suppress
from typing import Any

from bokeh.core.serialization import Deserializer, Serializer, UnknownReferenceError
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.document.callbacks import invoke_with_curdoc
from bokeh.document.events import DocumentPatchedEvent, MessageSentEvent
from bokeh.document.json import PatchJson
from bokeh.events import ModelEvent
from bokeh.model import Model
from bokeh.protocol.message import Message
from bokeh.protocol.messages.patch_doc import patch_doc
from panel.io.server import WSHandler
from tornado.websocket import WebSocketClosedError


class Patch(patch_doc):
    """Changes of a document, and messages to its models."""

    @classmethod
    def create(cls, events: list[DocumentPatchedEvent], **metadata: Any) -> patch_doc:
        """A message of these events: of one that is itself a message to a model without a list of all models."""
        event = events[0] if len(events) == 1 else None
        if not isinstance(event, MessageSentEvent) or not isinstance(event.msg_data, ModelEvent):
            return super().create(events, **metadata)
        model, document = event.msg_data.model, event.document
        if model is None or model.id not in document.models or model in document.models._new_models:
            return super().create(events, **metadata)
        serializer = Serializer(references={model})
        message = cls(cls.create_header(), metadata, PatchJson(events=serializer.encode(events)))
        message.add_buffers(*serializer.buffers)
        return message

    def apply_to_document(self, doc: Document, setter: Any = None) -> None:
        """Do what the browser says: a message to one component, which names no other model, without a list of all models."""
        model = self._addressee(doc)
        if model is None or doc.models._new_models:
            super().apply_to_document(doc, setter)
            return
        try:
            events = Deserializer([model], setter=setter).deserialize(self.payload)["events"]
        except UnknownReferenceError:
            super().apply_to_document(doc, setter)
            return
        invoke_with_curdoc(doc, lambda: DocumentPatchedEvent.handle_event(doc, events[0], setter))

    def _addressee(self, doc: Document) -> Model | None:
        """The component that this is a message to; None where it is anything else."""
        match self.content:
            case {
                "events": [
                    {"kind": "MessageSent", "msg_data": {"values": {"entries": [["model", {"id": id}], *_]}}}
                ]
            }:
                return doc.models.get_by_id(ID(id)) if isinstance(id, str) else None
        return None


class OneWrite(WSHandler):
    """A session's websocket that hands a message to the system once, where Bokeh does so for each of its three to nine parts."""

    async def send_message(self, message: Message[Any]) -> None:
        """Send a message, after those before it; nothing where the visitor has gone."""
        parts: list[tuple[str | bytes, bool]] = [
            (text, False) for text in (message.header_json, message.metadata_json, message.content_json)
        ]
        for buffer in message._buffers:
            parts += [(json.dumps(buffer.ref), False), (buffer.to_bytes(), True)]
        with suppress(WebSocketClosedError):
            async with self.write_lock:
                await self._write(parts)

    def _write(self, parts: list[tuple[str | bytes, bool]]) -> Future[None]:
        connection: Any = self.ws_connection
        if connection is None or connection.is_closing():
            raise WebSocketClosedError
        stream = connection.stream
        stream._connecting = True  # it gathers what is written, and writes all of it with the last part
        try:
            for part, binary in parts[:-1]:
                connection.write_message(part, binary)
        finally:
            stream._connecting = False
        written: Future[None] = connection.write_message(*parts[-1])
        return written
