"""Health, numbers and lines of the log: what an operator is told, and what nobody may write into it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from explorer import open_corpus
from explorer.app import create_page
from explorer.core import logs, metrics
from explorer.core.config import Settings
from explorer.core.errors import (
    NotThereError,
    RecordsFullError,
    RecordsReadOnlyError,
    StoreError,
    UnreadableError,
)
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.stores.watch import DOUBTS, StoreWatch
from explorer.review import probe
from explorer.review.database import Database
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from explorer.server import health, serving
from explorer.views.review.review_service import review_service
from tests import corpora, joining, servers
from tests.running import Running, pages_made
from tests.talk import until

HOSTILE = "a\n2026-01-01T00:00:00Z ERROR explorer: forged\x1b[31m\u2028b"


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO, logging.StreamHandler[io.StringIO]]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("explorer.test")
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.INFO)
    yield logger, stream, handler
    logger.removeHandler(handler)


def _write(logger: logging.Logger) -> None:
    logger.info(HOSTILE, extra={"sample": HOSTILE, "status": 200})
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logger.exception("it failed")


def test_hostile_text_is_one_line_of_text(log) -> None:
    logger, stream, handler = log
    handler.setFormatter(logs.TextFormatter())
    _write(logger)
    text = stream.getvalue()
    assert "\x1b" not in text
    lines = text.splitlines()
    events = [line for line in lines if not line.startswith("    ")]
    assert len(events) == 2
    assert "status=200" in events[0]
    assert "forged" in events[0]
    assert any("ValueError" in line for line in lines)
    assert not any(line.startswith("2026-01-01") for line in lines)


def test_hostile_text_is_one_object_of_json(log) -> None:
    logger, stream, handler = log
    handler.setFormatter(logs.json_formatter())
    _write(logger)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["message"] == HOSTILE
    assert (first["sample"], first["status"], first["level"]) == (HOSTILE, 200, "INFO")
    assert first["time"].startswith("20")
    assert "forged" in second["exc_info"]


def test_what_a_visitor_s_leaving_causes_is_no_line(log) -> None:
    from tornado.websocket import WebSocketClosedError

    logger, stream, handler = log
    handler.addFilter(logs._Departed())
    logger.warning("Failed sending message as connection was closed")
    for error in (WebSocketClosedError(), ValueError("a real one")):
        try:
            raise error
        except (WebSocketClosedError, ValueError):
            logger.exception("Task exception was never retrieved")
    assert stream.getvalue().count("Task exception") == 1
    assert "a real one" in stream.getvalue()


def test_what_libraries_say_is_in_the_same_log_once() -> None:
    code = """
import logging, panel
from explorer.core import logs
logs.configure("json")
for name in ("panel.state", "bokeh.server", "explorer"):
    logging.getLogger(name).warning("of %s", name)
logging.getLogger("panel.state").debug("too much")
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    told = [json.loads(line)["message"] for line in run.stderr.splitlines()]
    assert told == ["of panel.state", "of bokeh.server", "of explorer"]


def _health(running: Running) -> tuple[int, dict[str, object]]:
    code, headers, body = running.get("/health")
    assert headers["Cache-Control"] == "no-store"
    return code, json.loads(body)


def test_health_follows_the_corpus_and_tells_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_S", 0.0)
    monkeypatch.setattr(health, "PATIENCE_S", 60.0)
    root = corpora.write_corpus(tmp_path / "secret-folder")
    corpus = open_corpus(root)
    running = Running(corpus, create_page(corpus))
    try:
        assert _health(running)[0] == 200
        root.rename(tmp_path / "away")
        code, found = _health(running)
        assert (code, found["status"], found["corpus"], found["reviews"]) == (503, "failing", False, True)
        assert "secret" not in json.dumps(found)
        (tmp_path / "away").rename(root)
        assert _health(running)[0] == 200
    finally:
        running.stop()
        corpus.close()


def test_health_does_not_wait_for_what_hangs(tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_S", 0.05)
    gate = threading.Event()
    asked = []

    def hang() -> None:
        asked.append(1)
        assert gate.wait(20)

    async def ask() -> None:
        part = health._Part("what hangs", hang)
        assert await part.answers() is False
        until(lambda: asked)  # its thread has begun
        assert await part.answers() is False
        assert len(asked) == 1  # one thread at most is lost to it
        gate.set()
        while not await part.answers():
            pass

    asyncio.run(ask())


def _number(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def test_metrics_count_pages_chips_cubes_and_verdicts(tiny_corpus: Corpus) -> None:
    before = {name: _number(name) for name in ("explorer_sessions_total", "explorer_verdicts_total")}
    chips, hits = (
        _number("explorer_chips_total", outcome="there"),
        _number("explorer_cube_requests_total", found="yes"),
    )
    running = Running(tiny_corpus, create_page(tiny_corpus))
    try:
        with joining.pulled(running.url):
            assert _number("explorer_sessions_total") == before["explorer_sessions_total"] + 1
            open_now = _number("explorer_sessions_open")
        tiny_corpus.cubes.get(tiny_corpus.cell(corpora.FULL), PF_SR)
        tiny_corpus.cubes.get(tiny_corpus.cell(corpora.FULL), PF_SR)
        with Records.open(tiny_corpus) as records:
            verdict = Verdict(corpora.FULL, "Anna", "correct", id="6f1b0c9e-1111-4222-8333-444455556666")
            records.add(verdict)
            records.add(verdict)  # sent again, kept once
        assert open_now >= 1
        assert _number("explorer_verdicts_total") == before["explorer_verdicts_total"] + 1
        assert _number("explorer_chips_total", outcome="there") > chips
        assert _number("explorer_cube_requests_total", found="yes") > hits
        code, headers, body = running.get("/metrics")
        assert code == 200
        assert headers["Content-Type"].startswith("text/plain")
        for name in (
            b"explorer_sessions_open",
            b"explorer_click_to_cube_seconds_bucket",
            b"explorer_loop_lag_seconds_bucket",
        ):
            assert name in body
    finally:
        running.stop()


def test_health_tells_whether_verdicts_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_S", 0.0)
    monkeypatch.setattr(health, "WRITTEN_S", 0.0)
    monkeypatch.setattr(health, "PATIENCE_S", 60.0)
    corpus = open_corpus(
        corpora.write_corpus(tmp_path / "corpus"), config=Settings(data_dir=tmp_path / "data")
    )
    running = Running(corpus, create_page(corpus))
    troubles = {
        "full": RecordsFullError(f"{tmp_path}: the disk is full"),
        "read-only": RecordsReadOnlyError(f"{tmp_path} is read-only"),
    }
    trouble = [""]

    def write(self: Database, work: Callable[..., Any]) -> Any:
        if trouble[0]:
            raise troubles[trouble[0]]
        return kept(self, work)

    kept = Database.write
    monkeypatch.setattr(Database, "write", write)
    try:
        review_service(corpus).records.add(Verdict(corpora.FULL, "Anna", "correct"))
        before = [(row.id, row.comment) for row in review_service(corpus).records.rows()]
        for trouble[0] in troubles:
            code, found = _health(running)
            assert (code, found["status"], found["reviews"], found["verdicts"]) == (
                503,
                "failing",
                True,
                False,
            )
            assert str(tmp_path) not in json.dumps(found)
        trouble[0] = ""
        code, found = _health(running)
        assert (code, found["verdicts"]) == (200, True)
        assert [(row.id, row.comment) for row in review_service(corpus).records.rows()] == before
    finally:
        running.stop()
        corpus.close()


def test_looking_whether_verdicts_can_be_kept_writes_to_the_disk(tmp_path: Path) -> None:
    database = Database(tmp_path / "verdicts.sqlite")

    def written() -> list[tuple[str, int, bytes]]:
        return sorted(
            (path.name, path.stat().st_mtime_ns, path.read_bytes())
            for path in tmp_path.iterdir()
            if not path.name.endswith("-shm")
        )

    try:
        before = written()
        probe.check_writing(database)
        assert written() != before
    finally:
        database.close()


def test_a_lock_that_is_held_for_a_while_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_S", 0.05)
    gate = threading.Event()

    async def ask() -> None:
        part = health._Part("verdicts", lambda: gate.wait(20), slow=True)
        assert await part.answers() is True
        gate.set()
        until(lambda: part._running is None or part._running.done())
        assert await part.answers() is True

    asyncio.run(ask())


def test_health_tells_that_the_loop_was_held(tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "HELD_S", 0.3)
    running = Running(tiny_corpus, create_page(tiny_corpus))
    try:
        assert _health(running)[1]["blocked"] == 0.0
        running.server.io_loop.add_callback(time.sleep, 0.6)
        code, found = until(lambda: (answer := _health(running))[1]["blocked"] and answer)
        assert code == 200  # it is over
        assert 0.3 <= float(str(found["blocked"])) < 5
    finally:
        running.stop()


def test_head_answers_as_get_does_and_makes_no_page(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pages_made(monkeypatch)
    running = Running(tiny_corpus, create_page(tiny_corpus))
    scripts = f"/scripts/{serving.script_bundle().name}"
    paths = ("/health", "/metrics", scripts, f"/first-picture.jpg?sample={corpora.FULL}", "/nothing-here")
    try:

        def asked(path: str, method: str) -> tuple[int, str, str, bytes]:
            request = urllib.request.Request(running.url + path, method=method)
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    found = answer
                    body = answer.read()
            except urllib.error.HTTPError as error:
                found, body = error, error.read()
            return found.status, found.headers["Content-Type"], found.headers["Cache-Control"], body

        for path in paths:
            head, get = asked(path, "HEAD"), asked(path, "GET")
            assert head[:3] == get[:3], path
            assert head[3] == b"", path
        for _ in range(3):
            status, kind, kept, body = asked("/", "HEAD")
            assert (status, kind, kept, body) == (200, "text/html; charset=utf-8", "no-store", b"")
        assert list(running.server._tornado._applications["/"].sessions) == []
        assert made == []
    finally:
        running.stop()


def test_head_of_the_login_answers_as_get_does(tmp_path: Path) -> None:
    config = Settings(login_password=SecretStr("long enough for all"), data_dir=tmp_path / "data")
    corpus = open_corpus(corpora.write_corpus(tmp_path / "corpus"), config=config)
    running = Running(corpus, create_page(corpus))
    try:
        for method in ("HEAD", "GET"):
            request = urllib.request.Request(running.url + "/login", method=method)
            with urllib.request.urlopen(request, timeout=60) as answer:
                assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    finally:
        running.stop()
        corpus.close()


def test_what_was_refused_is_no_failure_and_what_failed_is_one() -> None:
    class Answer:
        def __init__(self, status: int, path: str = "/x") -> None:
            self.request = Asked(path)
            self._status = status

        def get_status(self) -> int:
            return self._status

    class Asked:
        method, arguments, remote_ip = "GET", {}, "192.0.2.7"

        def __init__(self, path: str) -> None:
            self.path = path

        def request_time(self) -> float:
            return 0.001

    said: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = said.append  # type: ignore[method-assign]
    logger = logging.getLogger("explorer")
    before, level = _number("explorer_refused_total", kind="request"), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        for status in (200, 400, 404, 405, 421, 429, 503, 500):
            health.log_request(Answer(status))  # type: ignore[arg-type]
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert [(record.status, record.levelname) for record in said if record.levelno > logging.INFO] == [  # type: ignore[attr-defined]
        (500, "ERROR")
    ]
    assert _number("explorer_refused_total", kind="request") - before == 6


def _an_endless_parse(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def test_what_holds_the_loop_is_in_the_log_while_it_holds_it(log, monkeypatch: pytest.MonkeyPatch) -> None:
    logger, stream, handler = log
    handler.setFormatter(logs.TextFormatter())
    monkeypatch.setattr(health, "_LOG", logger)
    dog = health.Watchdog(held=0.2, again=60)
    said: list[str] = []

    async def work() -> None:
        health.LoopWatch(dog).start()
        await asyncio.sleep(0.1)
        _an_endless_parse(1.0)
        said.append(stream.getvalue())  # before the loop goes on
        await asyncio.sleep(0.1)
        _an_endless_parse(1.0)  # counted, and not told again within a minute
        await asyncio.sleep(0.5)  # a loop that has nothing to do is not held

    before = _number("explorer_loop_blocked_total")
    asyncio.run(work())
    dog.stop()
    assert "_an_endless_parse" in said[0]
    assert "event=blocked" in said[0]
    events = [line for line in stream.getvalue().splitlines() if "event=blocked" in line]
    assert len(events) == 1
    assert 200 <= int(events[0].rpartition("ms=")[2]) < 1000
    assert _number("explorer_loop_blocked_total") - before >= 2
    assert all(
        line.startswith("    ") for line in said[0].splitlines()[1:]
    )  # one event, whatever the stack holds


def test_the_watchdog_ends_with_its_loop() -> None:
    dogs = lambda: [t for t in threading.enumerate() if t.name == "explorer-watchdog"]  # noqa: E731
    before = set(dogs())

    async def work() -> list[threading.Thread]:
        health.LoopWatch(health.Watchdog(held=0.2)).start()
        return [t for t in dogs() if t not in before]

    begun = asyncio.run(work())
    assert len(begun) == 1
    until(lambda: not begun[0].is_alive())


def test_the_lag_of_a_blocked_loop_is_seen() -> None:
    async def block() -> None:
        watch = health.LoopWatch()
        watch.start()
        await asyncio.sleep(0.06)
        time.sleep(0.2)
        await asyncio.sleep(0.06)

    before = _number("explorer_loop_lag_seconds_sum")
    asyncio.run(block())
    assert _number("explorer_loop_lag_most_seconds") >= 0.17
    assert _number("explorer_loop_lag_seconds_sum") - before >= 0.17


# --- a store that goes and comes -------------------------------------------------------------------


class _Listener:
    def __init__(self) -> None:
        self.back = threading.Event()

    def heard(self) -> None:
        self.back.set()


def _watched(check: Callable[[], None]) -> tuple[StoreWatch, _Listener]:
    watch, listener = StoreWatch(check, "somewhere", waits=(0.01,)), _Listener()
    watch.listen(listener.heard)
    return watch, listener


def test_a_store_that_fails_is_asked_until_it_answers_and_who_waits_hears_of_it() -> None:
    answers = [StoreError("still gone"), StoreError("still gone"), None]
    both = threading.Event()

    def check() -> None:
        assert both.wait(10)
        if (answer := answers.pop(0)) is not None:
            raise answer

    watch, listener = _watched(check)
    watch.failed(StoreError("gone"))
    watch.failed(StoreError("gone"))  # asked by one thread only
    both.set()
    assert listener.back.wait(10)
    assert (answers, watch.problem) == ([], None)


def test_a_file_that_could_not_be_had_is_asked_for_until_it_can_be() -> None:
    answers = [UnreadableError("a.tif", "no answer in time")] * 2

    def ask() -> None:
        if answers:
            raise answers.pop()

    watch, listener = _watched(lambda: None)
    watch.doubt(ask)
    assert watch.problem is None  # the store answers: it is not said to fail
    assert listener.back.wait(10)
    assert answers == []


def test_a_file_that_is_damaged_for_good_is_asked_for_a_few_times() -> None:
    asked = []
    ended = threading.Event()

    def ask() -> None:
        asked.append(1)
        if len(asked) == DOUBTS:
            ended.set()
        raise UnreadableError("a.tif", "Input/output error")

    watch, listener = _watched(lambda: None)
    watch.doubt(ask)
    assert ended.wait(10)
    watch.failed(StoreError("gone"))  # and the next failure is watched as if nothing had been
    assert listener.back.wait(10)
    assert len(asked) == DOUBTS
    assert watch.problem is None


def test_a_file_that_could_not_be_had_because_the_store_is_gone() -> None:
    answers: list[Exception | None] = [StoreError("gone"), None]

    def check() -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    watch, listener = _watched(check)
    watch.doubt(lambda: None)
    assert listener.back.wait(10)
    assert answers == []


def test_a_listener_that_is_gone_is_not_kept() -> None:
    watch = StoreWatch(lambda: None, "somewhere", waits=(0.01,))
    watch.listen(_Listener().heard)
    listener = _Listener()
    watch.listen(listener.heard)
    assert len(watch._listeners) == 1
    watch.failed(StoreError("gone"))
    assert listener.back.wait(10)


def test_an_unmounted_corpus_is_no_corpus_without_chips(tmp_path: Path) -> None:
    root = corpora.write_corpus(tmp_path / "mounted")
    with_chips = open_corpus(root)
    try:
        key = PF_SR.key(with_chips.cell(corpora.FULL).folder, PF_SR.dates[0])
        with pytest.raises(NotThereError):
            with_chips.store.get(key + "x")
        shutil.move(root, tmp_path / "device")
        root.mkdir()  # what is left of a mount
        with pytest.raises(StoreError, match="mounted"):
            with_chips.store.get(key)
    finally:
        with_chips.close()


def test_a_mirror_is_asked_itself_whatever_is_kept_of_it(indexed_folder: Path) -> None:
    with servers.serve(indexed_folder) as server:
        corpus = open_corpus(server.url)
        health.check(corpus.store)
    try:
        with pytest.raises(StoreError, match="cannot reach"):
            health.check(corpus.store)
    finally:
        corpus.close()
