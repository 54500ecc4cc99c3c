"""What a log holds back: long lines, many of one kind, and visitors' nonsense among our own failures."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from bokeh.server.protocol_handler import ProtocolError
from tornado.log import app_log, gen_log

from explorer.core import logs, metrics

LONG = "x" * 3_000_000
MOST = 20_000
"""Characters of the longest line."""


class Log:
    """A logger of the explorer's whose lines are kept."""

    def __init__(self, form: str) -> None:
        self.stream = io.StringIO()
        self.handler = logs.Handler(self.stream)
        self.handler.setFormatter(logs.TextFormatter() if form == "text" else logs.json_formatter())
        for one in (logs._Departed(), logs._Short(), logs._Visitors(), logs._CountFailures()):
            self.handler.addFilter(one)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


@pytest.fixture(params=["text", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    found = Log(request.param)
    names = ("explorer", "tornado.general", "tornado.application", "bokeh.server.views.ws", "asyncio")
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(found.handler)
        logger.setLevel(logging.INFO)
    yield found
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(found.handler)
        logger.setLevel(level)


def _deep(depth: int) -> None:
    if depth:
        _deep(depth - 1)
    raise ValueError(LONG)


def number(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def test_no_line_is_longer_than_somebody_reads(log: Log) -> None:
    explorer = logging.getLogger("explorer")
    explorer.info(
        "%s and %r", LONG, LONG.encode(), extra={"sample": LONG, "path": LONG, "other": {"a": LONG}}
    )
    explorer.info(LONG)
    explorer.info("many", extra={f"field_{index}_{LONG[:200]}": LONG for index in range(50)})
    try:
        _deep(200)
    except ValueError:
        explorer.exception("it failed: %s", LONG)
    text = log.stream.getvalue()
    assert len(text) < 4 * MOST
    assert all(len(line) < MOST for line in log.lines)
    assert "more)" in text  # says that there was more
    assert "ValueError" in text  # a traceback's last line is what was wrong
    assert "Traceback" in text


def test_a_short_line_is_whole(log: Log) -> None:
    logging.getLogger("explorer").info("x" * logs.MESSAGE_CHARS, extra={"sample": "y" * 300})
    assert "x" * logs.MESSAGE_CHARS in log.lines[0]
    assert "y" * 300 in log.lines[0]
    assert "more)" not in log.lines[0]


def test_of_one_kind_too_many_are_counted(log: Log) -> None:
    explorer = logging.getLogger("explorer")
    for index in range(500):
        explorer.warning("it is so again: %d", index)
    for _ in range(100):
        explorer.warning("another place has lines of its own")
    explorer.info("what was asked for is told each time")
    assert len(log.lines) == 2 * logs.A_MINUTE + 1
    for kept in log.handler._often._places.values():
        kept[0] -= 61  # a minute later
    explorer.info("and on")
    more = [line for line in log.lines if "more lines from one place" in line]
    assert len(more) == 2
    assert str(500 - logs.A_MINUTE) in more[0]
    assert "test_logs.py" in more[0]
    explorer.warning("now it is told again")
    assert "now it is told again" in log.lines[-1]


def test_requests_are_told_each_time_and_refused_ones_a_few_times(log: Log) -> None:
    for index in range(200):
        logging.getLogger("explorer").info("request", extra={"path": f"/{index}"})
    assert len(log.lines) == 200
    before = number("explorer_refused_total", kind="request")
    for index in range(200):
        logs.refused("request", "request", path=f"/nothing/{index}")
    assert len(log.lines) == 200 + logs.A_MINUTE
    assert number("explorer_refused_total", kind="request") - before == 200


@pytest.mark.parametrize(
    ("kind", "logger", "text", "error"),
    [
        ("request", gen_log, "Malformed HTTP message from %s: %s", None),
        ("request", gen_log, "Invalid cookie signature %r %r", None),
        ("handshake", app_log, "Uncaught exception %s\n%r", ProtocolError("Invalid token signature")),
        ("handshake", app_log, "Exception in callback %r%r", ProtocolError("no subprotocol")),
        ("handshake", logging.getLogger("bokeh.server.views.ws"), "Refusing websocket connection from Origin %r %r", None),
        ("message", logging.getLogger("bokeh.server.views.ws"), "Unhandled exception receiving a message: %r: %r", ValueError(LONG)),
    ],
)  # fmt: skip
def test_visitors_nonsense_is_no_failure_of_ours(
    log: Log, kind: str, logger: logging.Logger, text: str, error: Exception | None
) -> None:
    refused, failures = number("explorer_refused_total", kind=kind), number("explorer_failures_total")
    for _ in range(100):
        logger.error(text, "192.0.2.7", LONG, exc_info=error)
    assert number("explorer_refused_total", kind=kind) - refused == 100
    assert number("explorer_failures_total") == failures
    assert len(log.lines) == logs.A_MINUTE  # no traceback
    assert "WARNING" in log.lines[0]
    assert "ERROR" not in log.stream.getvalue()
    assert f"refused={kind}" in log.lines[0] or json.loads(log.lines[0])["refused"] == kind


def test_two_handlers_count_a_record_once(log: Log) -> None:
    refused, failures = number("explorer_refused_total", kind="request"), number("explorer_failures_total")
    other = Log("json")
    logging.getLogger("explorer").addHandler(other.handler)
    gen_log.addHandler(other.handler)
    try:
        gen_log.warning("Malformed HTTP message from %s: %s", "192.0.2.7", "x")
        logging.getLogger("explorer").error("ours")
    finally:
        logging.getLogger("explorer").removeHandler(other.handler)
        gen_log.removeHandler(other.handler)
    assert number("explorer_refused_total", kind="request") - refused == 1
    assert number("explorer_failures_total") - failures == 1
    assert "_counted" not in other.stream.getvalue()


def test_our_own_failures_keep_their_traceback(log: Log) -> None:
    failures = number("explorer_failures_total")
    for logger in (app_log, logging.getLogger("bokeh.server.views.ws"), logging.getLogger("asyncio")):
        logger.error("Handler or its work threw an exception", exc_info=KeyError("ours"))
    assert number("explorer_failures_total") - failures == 3
    assert log.stream.getvalue().count("KeyError") == 3
