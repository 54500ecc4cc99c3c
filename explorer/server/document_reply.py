"""A page's document as its browser gets it: encoded in the thread that made it, where Bokeh does it on the event loop.

To encode 520 models takes 0.15 s, in which all other visitors would wait. The arrays (the map's 474 outlines) are in the text: as Bokeh's
own binary parts they took 1,902 messages of the websocket a page.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from bokeh.core.json_encoder import serialize_json
from bokeh.document import Document
from bokeh.protocol.messages.pull_doc_reply import pull_doc_reply

_ENCODED: WeakKeyDictionary[Document, _Encoded] = WeakKeyDictionary()


class _Encoded:
    """A document's text, for as long as the document does not change."""

    def __init__(self, document: Document) -> None:
        document.on_change(self.changed)
        self.text: str | None = serialize_json({"doc": document.to_json(deferred=False)})

    def changed(self, _event: Any) -> None:
        self.text = None


def encode(document: Document) -> None:
    """Encode a document that is ready for its browser; call it in the thread that made it."""
    _ENCODED[document] = _Encoded(document)


class _Reply(pull_doc_reply):
    """A document whose text is there already."""

    def __init__(self, request_id: Any, text: str) -> None:
        super().__init__(self.create_header(request_id=request_id), {}, {})  # type: ignore[typeddict-item]
        self._ready = text

    @property
    def content_json(self) -> str:
        return self._ready


def reply(request_id: Any, document: Document) -> pull_doc_reply:
    """The answer to a browser that asks for its page: the text that was made before, unless the document has changed since."""
    encoded = _ENCODED.pop(document, None)
    if encoded is None:
        return pull_doc_reply.create(request_id, document)
    document.remove_on_change(encoded.changed)
    if encoded.text is None:
        return pull_doc_reply.create(request_id, document)
    return _Reply(request_id, encoded.text)
