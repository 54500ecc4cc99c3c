"""The log of a server: one line an event, as text for people or as JSON for machines."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import time
import traceback

from pythonjsonlogger.json import JsonFormatter

from explorer import metrics

FIELDS = ("event", "session", "sample", "method", "path", "status", "ms", "address", "seconds", "pid")
"""What a line can say beside its message; in JSON each is a key of its own."""
_LONGEST = 300
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
    shown = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown)


class TextFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.123Z INFO explorer: message key=value`; the lines of a traceback are indented: none looks like an event."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time_utc

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the base class's name
        record.message = printable(record.message, 4000)
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
        if record.levelno >= logging.ERROR:
            metrics.FAILURES.inc()
        return True


def session_name(session_id: str) -> str:
    """What a session is called in the log: whoever reads it must not be able to join."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:10]


def configure(form: str = "text", level: str = "info") -> None:
    """Write the log of this process to stderr; `form` is text or json, `level` debug, info, warning or error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextFormatter() if form == "text" else json_formatter())
    handler.addFilter(_Departed())
    handler.addFilter(_CountFailures())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    logging.getLogger("explorer").setLevel(level.upper())
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.handlers.clear()  # Bokeh brings its own, which would write each line twice
        logger.propagate = True


def json_formatter() -> JsonFormatter:
    """One object a line, its text escaped: `time` (UTC, ISO 8601), `level`, `logger`, `message`, `FIELDS`, `exc_info`."""
    return JsonFormatter(
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
    return "\n".join(f"    {printable(line, 2000)}" for line in text.splitlines())
