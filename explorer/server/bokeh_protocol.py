"""Messages of a page: those from it checked before anything is made of them, those to it sent in order."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from asyncio import Future
from contextlib import suppress
from functools import partial
from typing import Any

from bokeh.document import Document
from bokeh.document.callbacks import invoke_with_curdoc
from bokeh.document.events import DocumentPatchedEvent, MessageSentEvent, ModelChangedEvent
from bokeh.protocol.message import Message
from bokeh.protocol.messages.error import error
from bokeh.protocol.messages.patch_doc import patch_doc
from bokeh.server.connection import ServerConnection
from bokeh.server.session import ServerSession
from panel.io.server import WSHandler
from tornado.websocket import WebSocketClosedError

from explorer.core.logs import session_name
from explorer.server import document_reply, message_checks
from explorer.server.message_checks import RefusedError
from explorer.views.common.components import JOBS, MAX_WAITING, document_locked

_LOG = logging.getLogger("explorer")
_TOLD_S = 1.0
"""A page that has to wait longer is told of in the log, once."""
_PATIENCE_S = 20.0


class Patch(patch_doc):
    """What a browser says: changes of its document, and messages to the components in it."""

    seconds = 0.0
    """What it took the event loop to do what it says."""

    def apply_to_document(self, doc: Document, setter: Any = None) -> None:
        """Do what the browser says. Raises `RefusedError`, and then nothing is done, for what no script of the page sends."""
        began = time.thread_time()
        try:
            events = message_checks.read(self.content, doc, setter)
            with document_locked(doc):
                invoke_with_curdoc(doc, partial(_apply, doc, events))
        finally:
            self.seconds = time.thread_time() - began


def _apply(doc: Document, events: list[DocumentPatchedEvent]) -> None:
    for event in events:
        if isinstance(event, MessageSentEvent):
            doc.callbacks.trigger_event(event.msg_data)  # type: ignore[arg-type]  # `message_checks` makes no other
        elif isinstance(event, ModelChangedEvent):
            event.model.set_from_json(event.attr, event.new, setter=event.setter)


class PageSocket(WSHandler):
    """A session's websocket: it takes what the page's scripts send and nothing else, and not more than a person causes.

    What else comes ends the connection, with one line in the log.
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
        asked, pulls = header["msgid"], header["msgtype"] == "PULL-DOC-REQ"
        message = Patch(header, {}, content)  # type: ignore[arg-type]
        answer: Any
        try:
            session: Any = connection.session
            if pulls:
                answer = await session.with_document_locked(document_reply.reply, asked, session.document)
            else:
                answer = await session.patch(message, connection)
        except RefusedError:
            raise
        except Exception:  # noqa: BLE001  whatever it was, the page goes on
            if not self._failed:  # once: who can cause it could fill the log
                self._failed = True
                _LOG.exception("a message of a page could not be handled", extra=self._who("failure"))
            # Bokeh's own would carry the traceback.
            answer = error(error.create_header(request_id=asked), {}, {"text": "failed", "traceback": None})
        if isinstance(answer, Message):  # not where the session has just ended
            await self.send_message(answer)
        return message_checks.Pace.A_PAGE if pulls else message.seconds

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
    def _session(self) -> ServerSession | None:
        with suppress(AssertionError):  # the connection has let go of it
            return self.connection.session if self.connection is not None else None
        return None

    @property
    def _busy(self) -> bool:
        session = self._session
        jobs = None if session is None or session.destroyed else JOBS.get(session.document)
        return jobs is not None and jobs.waiting > MAX_WAITING

    def _refuse(self, why: str) -> None:
        self._refused = True
        self._inbox = message_checks.Inbox()
        _LOG.warning("a page's connection is closed: it sent %s", why, extra=self._who("refused"))
        self.close(1008, "a message that no page sends")

    def _who(self, event: str) -> dict[str, Any]:
        session = self._session
        name = session_name(session.id) if session is not None else "none"
        return {"event": event, "session": name, "address": self.request.remote_ip}

    async def send_message(self, message: Message[Any]) -> None:
        """Send a message, after those before it; nothing where the visitor has gone."""
        parts: list[tuple[str | bytes, bool]] = [
            (text, False) for text in (message.header_json, message.metadata_json, message.content_json)
        ]
        for buffer in message.buffers:
            parts += [(json.dumps(buffer.ref), False), (buffer.to_bytes(), True)]
        with suppress(WebSocketClosedError):
            async with self.write_lock:
                await self._write(parts)

    def _write(self, parts: list[tuple[str | bytes, bool]]) -> Future[None]:
        connection: Any = self.ws_connection
        if connection is None or connection.is_closing():
            raise WebSocketClosedError
        for part, binary in parts[:-1]:
            connection.write_message(part, binary)
        written: Future[None] = connection.write_message(*parts[-1])
        return written
