"""What an operator sees of a server: `/health`, `/metrics`, the lag of its event loop, and lines about its visitors."""

from __future__ import annotations

import asyncio
import logging
import math
import sys
import threading
import time
import traceback
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import Any
from weakref import WeakKeyDictionary

from prometheus_client import CONTENT_TYPE_LATEST
from tornado.web import RequestHandler

from explorer.core import logs, metrics
from explorer.core.version import __version__
from explorer.corpus.corpus import Corpus
from explorer.corpus.stores.store import check
from explorer.views.review.review_service import review_service

_LOG = logging.getLogger("explorer")
_ASKERS = ThreadPoolExecutor(4, thread_name_prefix="explorer-health")
FRESH_S = 5.0
"""How long an answer about health stands: who asks often costs nothing."""
WRITTEN_S = 15.0
"""The same of a transaction that was written: it costs a write to the disk."""
PATIENCE_S = 3.0
"""How long a part may take to answer before it counts as not answering."""
STEP_S = 0.025
WINDOW_S, PARTS = 60.0, 6
BLOCKED_S = 0.15
_SAY_AGAIN_S = 10.0
HELD_S = 1.0
"""How long the loop may be silent before what holds it is looked up."""
HELD_AGAIN_S = 60.0
"""Stacks are told no more often than this: a server under load would fill its log with them."""
_FRAMES = 25
_QUIET_PATHS = ("/health", "/metrics")
_SINCE: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


class _Part:
    """One thing that a server needs: asked in a thread, by one at a time, and not more often than needed.

    An answer that all is well stands for `well` seconds. What only takes long is as it was before, where it may be `slow`.
    """

    def __init__(
        self, name: str, ask: Callable[[], Any], *, well: float | None = None, slow: bool = False
    ) -> None:
        self._name, self._ask, self._well, self._slow = name, ask, well, slow
        self._asked = -math.inf
        self._answer: bool | None = None
        self._running: Future[Any] | None = None

    async def answers(self) -> bool:
        fresh = self._well if self._answer and self._well is not None else FRESH_S
        if self._running is None and time.monotonic() - self._asked < fresh:
            return bool(self._answer)
        if self._running is None:
            self._running = _ASKERS.submit(self._ask)
        running = self._running
        try:
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(running)), PATIENCE_S)
        except TimeoutError:
            if self._slow and self._answer is not False:
                return True
            self._become(False, f"no answer within {PATIENCE_S:g} s")
            return False
        except Exception as error:  # noqa: BLE001  whatever it is, the part does not answer
            self._become(False, str(error))
        else:
            self._become(True, "")
        self._asked = time.monotonic()
        self._running = None
        return bool(self._answer)

    def _become(self, well: bool, why: str) -> None:
        if self._answer is not False and not well:
            _LOG.warning("not well: %s: %s", self._name, why, extra={"event": "health"})
        elif self._answer is False and well:
            _LOG.info("well again: %s", self._name, extra={"event": "health"})
        self._answer = well


class HealthHandler(RequestHandler):
    """`{"status": "ok", "corpus": true, "reviews": true, "verdicts": true, "ready": true, "blocked": 0.0, ...}`; 503 while something does not answer.

    No paths, no reasons: those are in the log. `ready` is false for some seconds after the start, while the first page is made, for which who
    comes waits. `blocked` is for how many seconds the event loop was held at most within
    the last minute, from one second on: while it is, there is no answer at all.
    """

    def initialize(self, parts: dict[str, _Part], watch: LoopWatch, ready: Callable[[], bool]) -> None:
        self._parts, self._watch, self._ready = parts, watch, ready

    async def get(self) -> None:
        answers = await asyncio.gather(*(part.answers() for part in self._parts.values()))
        found = dict(zip(self._parts, answers, strict=True))
        well = all(answers)
        self.set_status(200 if well else 503)
        self.set_header("Cache-Control", "no-store")
        blocked = round(self._watch.most, 1) if self._watch.most >= HELD_S else 0.0
        await self.finish(
            {
                "status": "ok" if well else "failing",
                **found,
                "ready": self._ready(),
                "blocked": blocked,
                "version": __version__,
            }
        )

    head = get


class MetricsHandler(RequestHandler):
    """The numbers of `metrics`, for Prometheus."""

    async def get(self) -> None:
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.set_header("Cache-Control", "no-store")
        await self.finish(await asyncio.to_thread(metrics.text))

    head = get


class LoopWatch:
    """Looks 40 times a second how late the event loop is. It sees a block of 150 ms as one of 125 to 150."""

    def __init__(self, dog: Watchdog | None = None) -> None:
        self._dog = dog or Watchdog()
        self._due = self._told = 0.0
        self._most: deque[float] = deque([0.0], maxlen=PARTS)
        self._turn = 0.0

    @property
    def most(self) -> float:
        """How late the loop was at most within the last minute, in seconds."""
        return max(self._most)

    def start(self) -> None:
        """Begin; on the loop."""
        self._dog.start(asyncio.get_running_loop(), threading.get_ident())
        self._again()

    def _again(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + STEP_S
        loop.call_at(self._due, self._look)

    def _look(self) -> None:
        self._dog.beat()
        now = asyncio.get_running_loop().time()
        lag = max(now - self._due, 0.0)
        metrics.LAG_SECONDS.observe(lag)
        if now >= self._turn:
            self._turn = now + WINDOW_S / PARTS
            self._most.append(0.0)
        self._most[-1] = max(self._most[-1], lag)
        metrics.LAG_MOST.set(self.most)
        if lag > BLOCKED_S and now - self._told > _SAY_AGAIN_S:
            self._told = now
            _LOG.info("the event loop was late", extra={"event": "lag", "ms": round(1000 * lag)})
        self._again()


class Watchdog:
    """A thread that hears the loop's beat; where it stays away, it logs what the loop's thread is at, while it is at it.

    The loop's own measure (`LoopWatch`) tells only afterwards that it was late, and never of what does not end.
    """

    def __init__(self, held: float = HELD_S, again: float = HELD_AGAIN_S) -> None:
        self._held, self._again = held, again
        self._beaten = time.monotonic()
        self._counted = False
        self._told = -math.inf
        self._stopped = threading.Event()

    def start(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        """Begin to watch a loop that runs in a thread (its `ident`); ends with the loop."""
        self.beat()
        threading.Thread(
            target=self._watch, args=(weakref.ref(loop), thread), name="explorer-watchdog", daemon=True
        ).start()

    def beat(self) -> None:
        """The loop is alive."""
        self._beaten = time.monotonic()

    def stop(self) -> None:
        """Watch no more."""
        self._stopped.set()

    def _watch(self, known: weakref.ref[asyncio.AbstractEventLoop], thread: int) -> None:
        while not self._stopped.wait(self._held / 4):
            loop = known()
            if loop is None or loop.is_closed():
                return
            running = loop.is_running()
            del loop  # to wait with it would keep it
            silent = time.monotonic() - self._beaten
            if silent < self._held or not running:
                self._counted = False
                continue
            if not self._counted:
                self._counted = True
                metrics.BLOCKED.inc()
                self._tell(thread, silent)

    def _tell(self, thread: int, silent: float) -> None:
        now = time.monotonic()
        if now - self._told < self._again or not _LOG.isEnabledFor(logging.INFO):
            return
        frame = sys._current_frames().get(thread)
        if frame is None:
            return
        self._told = now
        stack = "".join(traceback.format_stack(frame)[-_FRAMES:])
        del frame  # it would keep all of its variables
        record = _LOG.makeRecord(
            _LOG.name, logging.INFO, __file__, 0, "the event loop is held, by this:", (), None,
            extra={"event": "blocked", "ms": round(1000 * silent)}, sinfo=stack,
        )  # fmt: skip
        _LOG.handle(record)


def attach(
    application: Any, corpus: Corpus, *, ready: Callable[[], bool] = lambda: True, **more: Callable[[], Any]
) -> None:
    """Give a server's application, which runs on an event loop, its `/health` (with `more` parts of it, which raise while they are not well), `/metrics`, its line a request, and a watch over its loop."""
    known = review_service(corpus)
    parts = {
        "corpus": _Part("the corpus", partial(check, corpus.store)),
        "reviews": _Part("verdicts can be read", known.check),
        "verdicts": _Part("verdicts can be kept", known.check_writing, well=WRITTEN_S, slow=True),
    }
    parts |= {name: _Part(name, ask) for name, ask in more.items()}
    watch = LoopWatch()
    # Also without the prefix: who watches a server asks it, and no proxy.
    for below in {"", application.prefix}:
        known_parts = {"parts": parts, "watch": watch, "ready": ready}
        application.add_handlers(
            r".*", [(f"{below}/health", HealthHandler, known_parts), (f"{below}/metrics", MetricsHandler)]
        )
    application.settings["log_function"] = log_request
    application.io_loop.add_callback(watch.start)


def log_request(handler: RequestHandler) -> None:
    """One line a request; the answer to a probe is nobody's news, and what was refused is no failure."""
    request, status = handler.request, handler.get_status()
    fields = {
        "event": "request",
        "method": logs.printable(request.method or "", 20),
        "path": logs.printable(request.path),
        "status": status,
        "ms": round(1000 * request.request_time()),
        "sample": _sample(request.arguments),
        "address": request.remote_ip,
    }
    if request.path.endswith(_QUIET_PATHS):
        _LOG.debug("request", extra=fields)
    elif 400 <= status < 500 or status == HTTPStatus.SERVICE_UNAVAILABLE:  # too many, for now
        logs.refused("request", "request", **fields)
    else:
        _LOG.log(logging.ERROR if status >= 500 else logging.INFO, "request", extra=fields)


def opened(session_context: Any, seconds: float) -> None:
    """A page was made for a visitor."""
    _SINCE[session_context] = time.monotonic()
    metrics.SESSIONS.inc()
    metrics.SESSIONS_MADE.inc()
    metrics.PAGE_SECONDS.observe(seconds)
    request = getattr(session_context, "request", None)
    arguments = request.arguments if request is not None else {}
    more = {"event": "open", "sample": _sample(arguments), "seconds": round(seconds, 2)}
    _LOG.info("page opened", extra={**more, "session": logs.session_name(session_context.id)})


def closed(session_context: Any) -> None:
    """A visitor has left, or never came."""
    since = _SINCE.pop(session_context, None)
    if since is None:
        return
    metrics.SESSIONS.dec()
    stayed = round(time.monotonic() - since, 1)
    _LOG.info(
        "page closed",
        extra={"event": "close", "seconds": stayed, "session": logs.session_name(session_context.id)},
    )


def _sample(arguments: dict[str, list[bytes]]) -> str:
    given = arguments.get("sample") or [b""]
    text = given[-1]
    return logs.printable(text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text), 60)
