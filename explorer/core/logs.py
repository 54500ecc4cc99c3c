"""The log of a server: one line an event, as text for people or as JSON for machines."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import time
import traceback
from collections import OrderedDict
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from explorer.core import metrics

FIELDS = (
    "event", "refused", "session", "sample", "method", "path", "status", "ms", "address", "seconds", "pid", "place",
)  # fmt: skip
"""What a line can say beside its message; in JSON each is a key of its own."""
_LONGEST = 300
MESSAGE_CHARS, TRACE_CHARS, TRACE_LINE_CHARS = 2000, 8000, 500
"""How much of a line's message and traceback is written, in characters."""
MOST_FIELDS = 20
A_MINUTE, TRACES_A_MINUTE = 30, 10
"""Lines from one place in the code that are written within a minute: warnings and failures, and those with a traceback."""
_PLACES = 500
_QUIET = (
    "bokeh",
    "panel",
    "tornado.access",
    "asyncio",
    "matplotlib",
    "PIL",
    "numba",
    "rasterio",
    "distributed",
)
"""Libraries that tell more than an operator wants; their warnings stay."""


def printable(text: str, longest: int = _LONGEST) -> str:
    """A text from outside on one line: what would end the line, or move a terminal's cursor, is shown by its code."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in bounded(text, longest))


def bounded(text: str, longest: int = _LONGEST) -> str:
    """A text, or its beginning and how many characters more there were."""
    if len(text) <= longest:
        return text
    return f"{text[: longest - 20]}… ({len(text) - longest + 20} more)"


def trace(text: str) -> str:
    """A traceback with its first and last lines, which say where it began and what was wrong; each line bounded."""
    lines = [bounded(line, TRACE_LINE_CHARS) for line in text.splitlines()]
    if sum(map(len, lines)) + len(lines) <= TRACE_CHARS:
        return "\n".join(lines)
    last: list[str] = []
    room = 3 * TRACE_CHARS // 4
    while lines and room - len(lines[-1]) > 0:
        room -= len(lines[-1]) + 1
        last.insert(0, lines.pop())
    first: list[str] = []
    room = TRACE_CHARS // 4 - 50
    while lines and room - len(lines[0]) > 0:
        room -= len(lines[0]) + 1
        first.append(lines.pop(0))
    return "\n".join([*first, f"… ({len(lines)} lines more)", *last])


class TextFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.123Z INFO explorer: message key=value`; the lines of a traceback are indented: none looks like an event."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time_utc

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the base class's name
        record.message = printable(record.message, MESSAGE_CHARS)
        more = [f"{name}={_value(getattr(record, name))}" for name in FIELDS if hasattr(record, name)]
        return " ".join([super().formatMessage(record), *more])

    def formatException(self, ei: object) -> str:  # noqa: N802
        return _indented(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return _indented(stack_info)


class _Departed(logging.Filter):
    """Drops what Bokeh and Tornado say when a visitor leaves while something is on the way: nothing is wrong then."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg == "Failed sending message as connection was closed":
            return False
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, AssertionError):  # Bokeh's own, about a session that has just ended
            last = traceback.extract_tb(error.__traceback__)[-1].filename
            return os.path.join("bokeh", "server") not in last
        return type(error).__name__ not in ("WebSocketClosedError", "StreamClosedError")


class _CountFailures(logging.Filter):
    """Counts what the explorer logs as its own mistake; keeps every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.ERROR and not hasattr(record, "counted"):  # by another handler
            record.counted = True
            metrics.FAILURES.inc()
        return True


class _Visitors(logging.Filter):
    """What libraries say of nonsense that a visitor sent, errors among it: counted apart, one short line, never an error."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = None if hasattr(record, "refused") else _nonsense(record)
        if kind is None:
            return True
        metrics.REFUSED.labels(kind).inc()
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            record.msg, record.args = "%s: %s", (record.getMessage().partition("\n")[0], error)
        record.exc_info = record.exc_text = None
        record.refused = kind
        if record.levelno > logging.WARNING:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def _nonsense(record: logging.LogRecord) -> str | None:
    """What kind of visitors' nonsense a line of a library is about; None where it is about anything else."""
    error = type(record.exc_info[1]).__name__ if record.exc_info else ""
    said = str(record.msg)
    if (
        record.name == "tornado.general"
    ):  # of requests, cookies and lines that break; failures come with a traceback
        return None if error or said.startswith("Could not open static file") else "request"
    if record.name == "bokeh.server.views.ws" and said.startswith(_HANDSHAKE):
        return "handshake"
    if record.name == "bokeh.server.views.ws" and (said.startswith(_MESSAGE) or error in _PROTOCOL):
        return "message"
    return "handshake" if record.name in ("tornado.application", "asyncio") and error in _PROTOCOL else None


_PROTOCOL = ("ProtocolError", "MessageError", "ValidationError")
"""Bokeh's errors about what came over a websocket."""
_HANDSHAKE = ("Refusing websocket", "Token for session", "Could not create new server session")
_MESSAGE = ("Unhandled exception receiving a message", "Bokeh Server protocol error")


class _Short(logging.Filter):
    """Cuts long arguments of a message before it is put together: their `repr` can be four times as long."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(one) for one in record.args)
        return True


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return bounded(value, MESSAGE_CHARS)
    return value[:MESSAGE_CHARS] if isinstance(value, bytes | bytearray) else value


class Often:
    """Holds back what one place in the code says too often, and says how much that was. Warnings, failures, and what is `refused`."""

    def __init__(self) -> None:
        self._places: OrderedDict[tuple[str, int], list[float]] = OrderedDict()

    def lets(self, record: logging.LogRecord) -> bool:
        """Whether a record may be written."""
        if record.levelno < logging.WARNING and not hasattr(record, "refused"):
            return True
        place = (record.pathname, record.lineno)
        began, written, _held = self._places.setdefault(place, [record.created, 0, 0])
        if record.created - began >= 60:
            self._places[place] = [record.created, 1, 0]
        elif written >= (TRACES_A_MINUTE if record.exc_info else A_MINUTE):
            self._places[place][2] += 1
            return False
        else:
            self._places[place][1] += 1
        while len(self._places) > _PLACES:
            self._places.popitem(last=False)
        return True

    def over(self, now: float) -> list[logging.LogRecord]:
        """What there is to say of minutes that are over."""
        done = [
            (place, held) for place, (began, _, held) in self._places.items() if held and now - began >= 60
        ]
        return [self._more(self._places.pop(place), place) for place, _ in done]

    def _more(self, kept: list[float], place: tuple[str, int]) -> logging.LogRecord:
        text = "%d more lines from one place were left out within a minute"
        record = logging.LogRecord("explorer", logging.WARNING, *place, text, (int(kept[2]),), None)
        record.event, record.place = "often", f"{os.path.basename(place[0])}:{place[1]}"
        return record


class Handler(logging.StreamHandler[Any]):
    """Writes lines, of one kind not too many."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._often = Often()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, if it is not one of too many; called with the handler's lock held."""
        for more in self._often.over(record.created):
            super().emit(more)
        if self._often.lets(record):
            super().emit(record)


def refused(kind: str, message: str, *args: object, **fields: object) -> None:
    """Log and count something that a visitor sent and did not get: `kind` is request, handshake, message, login or connection.

    Not our failure; `fields` are some of `FIELDS`. Of too many within a minute only the number is told.
    """
    metrics.REFUSED.labels(kind).inc()
    logging.getLogger("explorer").info(
        message, *args, extra={"event": "refused", "refused": kind, **fields}, stacklevel=2
    )


def session_name(session_id: str) -> str:
    """What a session is called in the log: whoever reads it must not be able to join."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:10]


def configure(form: str = "text", level: str = "info") -> None:
    """Write the log of this process to stderr; `form` is text or json, `level` debug, info, warning or error."""
    handler = Handler(sys.stderr)
    handler.setFormatter(TextFormatter() if form == "text" else json_formatter())
    for one in (_Departed(), _Short(), _Visitors(), _CountFailures()):
        handler.addFilter(one)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    logging.getLogger("explorer").setLevel(level.upper())
    logging.getLogger("tornado.general").setLevel(logging.INFO)  # what is wrong with a request
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.handlers.clear()  # Bokeh brings its own, which would write each line twice
        logger.propagate = True


class _Json(JsonFormatter):
    """One object a line, none of its parts longer than it has to be."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for name, value in list(log_data.items())[:MOST_FIELDS]:
            if name in ("exc_info", "stack_info"):
                shown[name] = trace(str(value))
            elif name == "message":
                shown[name] = bounded(str(value), MESSAGE_CHARS)
            elif name == "time" or isinstance(value, bool | int | float | None):
                shown[name] = value
            else:
                shown[bounded(name, 40)] = bounded(str(value))
        return shown


def json_formatter() -> JsonFormatter:
    """One object a line, its text escaped: `time` (UTC, ISO 8601), `level`, `logger`, `message`, `FIELDS`, `exc_info`."""
    return _Json(
        ["levelname", "name", "message"],
        rename_fields={"levelname": "level", "name": "logger"},
        timestamp="time",
        json_ensure_ascii=True,
    )


def time_utc(seconds: float | None) -> time.struct_time:
    """The time of a record, UTC."""
    return time.gmtime(seconds)


def _value(value: object) -> str:
    text = printable(str(value))
    return ascii(text) if " " in text or "=" in text or not text else text


def _indented(text: str) -> str:
    return "\n".join(f"    {printable(line, TRACE_LINE_CHARS)}" for line in trace(text).splitlines())
