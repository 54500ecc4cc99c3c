"""Messages to components: the same as Bokeh's own, without a look at all models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent, MessageSentEvent
from bokeh.document.models import DocumentModelManager
from bokeh.models import Column, Div
from bokeh.protocol.messages.patch_doc import patch_doc
from panel.models.esm import ESMEvent

from explorer.patches import Patch

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
