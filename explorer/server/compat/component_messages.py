"""A message to a component is encoded without a look at the whole page.

Bokeh lists all models of a document for each message, to tell which of them the browser knows. A message names one model and holds plain
values.
"""

from __future__ import annotations

from typing import Any

from bokeh.core.serialization import Serializer
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent, MessageSentEvent
from bokeh.document.json import PatchJson
from bokeh.events import ModelEvent
from bokeh.protocol import SPEC
from bokeh.protocol.messages.patch_doc import patch_doc

from explorer.server.compat.trick import Trick, lacking, takes


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


def _differs() -> str:
    found = lacking(Document().models, "_new_models") or takes(patch_doc.create, "events", "metadata")
    return found or ("" if SPEC["PATCH-DOC"] is patch_doc else "another PATCH-DOC is in its place")


def _put() -> None:
    SPEC["PATCH-DOC"] = Patch


TRICK = Trick(
    name="component_messages",
    buys="0.05 to 0.25 ms of the event loop a message with 520 models, dozens of times a click",
    known=("bokeh>=3.9.1,<3.10",),
    upstream="Bokeh: a message to one model lists all models",
    differs=_differs,
    put=_put,
)
