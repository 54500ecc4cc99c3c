"""Messages of a page: those to its components encoded without looking at the whole page, and sent in one piece; those from it checked.

Bokeh lists all 520 models of a document for each message, to tell which of them the browser knows: 0.25 ms (0.05 here) on the
event loop, dozens of times a click, a third of what the loop did then. A message names one model and holds plain values.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from asyncio import Future
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from bokeh.core.serialization import Serializer
from bokeh.document import Document
from bokeh.document.callbacks import invoke_with_curdoc
from bokeh.document.events import DocumentPatchedEvent, MessageSentEvent
from bokeh.document.json import PatchJson
from bokeh.events import ModelEvent
from bokeh.protocol import SPEC
from bokeh.protocol.message import Message
from bokeh.protocol.messages.patch_doc import patch_doc
from bokeh.server.connection import ServerConnection
from bokeh.server.session import ServerSession
from panel.io.server import WSHandler
from tornado.websocket import WebSocketClosedError

from explorer.core.logs import session_name
from explorer.server import message_checks
from explorer.server.message_checks import RefusedError
from explorer.views.common.components import JOBS, MAX_WAITING

_LOG = logging.getLogger("explorer")
_TOLD_S = 1.0
"""A page that has to wait longer is told of in the log, once."""
_PATIENCE_S = 20.0


class Patch(patch_doc):
    """Changes of a document, and messages to its models."""

    seconds = 0.0
    """What it took the event loop to do what it says."""

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
        """Do what the browser says. Raises `RefusedError`, and then nothing is done, for what no script of the page sends."""
        began = time.thread_time()
        try:
            events = message_checks.read(self.content, doc, setter)
            invoke_with_curdoc(doc, partial(_apply, doc, events))
        finally:
            self.seconds = time.thread_time() - began


def _apply(doc: Document, events: list[DocumentPatchedEvent]) -> None:
    for event in events:
        type(event)._handle_event(doc, event)


class PageSocket(WSHandler):
    """A session's websocket: it takes what the page's scripts send and nothing else, and not more than a person causes.

    What else comes ends the connection, with one line in the log. It hands a message to the system once, where Bokeh does
    so for each of its three to nine parts.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._inbox, self._pace = message_checks.Inbox(), message_checks.Pace()
        self._refused = self._slowed = self._failed = False

    async def on_message(self, fragment: str | bytes) -> None:
        """Take a part of a message; with its last one, do what it says. While this waits, nothing more is read."""
        if self._refused:
            return
        try:
            if self.connection is None:
                raise RefusedError("a message before the page is there")
            taken = self._inbox.take(fragment)
            seconds = message_checks.Pace.LEAST + len(fragment) * message_checks.Pace.A_CHARACTER
            if taken is not None:
                seconds += await self._do(self.connection, *taken)
        except RefusedError as error:
            self._refuse(str(error))
            return
        await self._wait(self._pace.pay(seconds))

    def on_ping(self, data: bytes) -> None:
        """Browsers send none; each is answered before anything is read, so that a flood of them would fill the memory."""
        if not self._refused and self._pace.pay(message_checks.Pace.LEAST) > _PATIENCE_S:
            self._refuse("a flood of pings")

    async def _do(self, connection: ServerConnection, header: dict[str, Any], content: Any) -> float:
        """Do what a message says, and answer; seconds that it took the event loop. Raises `RefusedError`."""
        message = SPEC[header["msgtype"]](header, {}, content)  # type: ignore[arg-type]
        pulls = header["msgtype"] == "PULL-DOC-REQ"
        try:
            handle: Callable[..., Any] = ServerSession.pull if pulls else ServerSession.patch
            answer = await handle(message, connection)
        except RefusedError:
            raise
        except Exception:  # noqa: BLE001  whatever it was, the page goes on
            if not self._failed:  # once: who can cause it could fill the log
                self._failed = True
                _LOG.exception("a message of a page could not be handled", extra=self._who("failure"))
            answer = connection.error(message, "failed")
        if isinstance(answer, Message):  # not where the session has just ended
            await self.send_message(answer)
        return message_checks.Pace.A_PAGE if pulls else getattr(message, "seconds", 0.0)

    async def _wait(self, seconds: float) -> None:
        """Let others go first, where this page has taken its part of the event loop or of the threads."""
        if seconds > _TOLD_S and not self._slowed:
            self._slowed = True
            _LOG.warning(
                "a page sends more than a person causes: it is slowed down", extra=self._who("slowed")
            )
        until = time.monotonic() + seconds
        while (
            not self._refused and self.ws_connection is not None and (time.monotonic() < until or self._busy)
        ):
            await asyncio.sleep(0.05)

    @property
    def _busy(self) -> bool:
        session = getattr(self.connection, "_session", None)
        jobs = None if session is None or session.destroyed else JOBS.get(session.document)
        return jobs is not None and jobs.waiting > MAX_WAITING

    def _refuse(self, why: str) -> None:
        self._refused = True
        self._inbox = message_checks.Inbox()
        _LOG.warning("a page's connection is closed: it sent %s", why, extra=self._who("refused"))
        self.close(1008, "a message that no page sends")

    def _who(self, event: str) -> dict[str, Any]:
        session = getattr(self.connection, "_session", None)
        name = session_name(session.id) if session is not None else "none"
        return {"event": event, "session": name, "address": self.request.remote_ip}

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
