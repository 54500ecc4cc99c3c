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
        document.on_change(self._changed)
        self.text: str | None = serialize_json({"doc": document.to_json(deferred=False)})

    def _changed(self, _event: Any) -> None:
        self.text = None


def encode(document: Document) -> None:
    """Encode a document that is ready for its browser; call it in the thread that made it."""
    _ENCODED[document] = _Encoded(document)


class PageReply(pull_doc_reply):
    """Answers a browser with the text that was made before, unless the document has changed since."""

    @classmethod
    def create(cls, request_id: Any, document: Document, **metadata: Any) -> pull_doc_reply:
        encoded = _ENCODED.pop(document, None)
        if encoded is None:
            return super().create(request_id, document, **metadata)
        document.remove_on_change(encoded._changed)
        if encoded.text is None:
            return super().create(request_id, document, **metadata)
        message = cls(cls.create_header(request_id=request_id), metadata, {})  # type: ignore[typeddict-item]
        message._content_json = encoded.text
        return message
