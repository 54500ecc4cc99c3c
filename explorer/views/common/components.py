"""What all views are made of: regions with names, components with scripts, and a way back to the event loop."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from threading import Lock, RLock, local
from typing import Any, ClassVar, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import panel as pn
import param
from bokeh.document import Document
from bokeh.document.callbacks import invoke_with_curdoc
from bokeh.events import DocumentReady, Event
from bokeh.model import Model
from panel.custom import JSComponent
from panel.models.esm import ESMEvent, ReactiveESM
from tornado.ioloop import IOLoop

from explorer.core.errors import ExplorerError
from explorer.core.theme import with_colours
from explorer.views.common.message_fields import IncomingChecks
from explorer.views.common.messages import FromBrowser, checks_of
from explorer.views.common.redaction import without_paths

T = TypeVar("T")

_PACKAGE = Path(__file__).parents[2]
_TEXTS = (".js", ".css", ".html")
WORKERS = ThreadPoolExecutor(4, thread_name_prefix="explorer-view")
"""Threads for what views compute: shading, painting, encoding."""
MAX_JOBS_AT_ONCE = 2
"""Of these threads, how many one session has at once: others' jobs never wait behind all of its own."""
MAX_WAITING = 40
"""Jobs of a session that wait; while there are more, its messages are not read."""
MAX_TOLD = 20
"""Failures of one session that are logged."""
MAX_OUTBOX, MAX_OUTBOX_BYTES = 1_000, 24_000_000
"""Messages, and bytes of their pictures, that wait for a browser that has the page and whose component is not ready."""
_FAILURES = frozenset({"text", "problem", "problems", "missing", "reasons", "why", "warnings"})
"""Under which names messages tell of failures."""
FAILED = "That did not work: the explorer made a mistake, which is in the server's log. The page goes on."

WAIT = "A file is being made already: wait for it."

RETRY_HINT = "The panel goes on by itself once that is over."
"""Said with what is wrong while the corpus does not answer."""


@cache
def _files() -> dict[str, Path]:
    """Files of the rooms with parts of the page by their names, each of which is there once: a component says the name alone."""
    found = [
        path
        for room in ("browser", "views", "server")
        for path in (_PACKAGE / room).rglob("*")
        if path.suffix in _TEXTS
    ]
    return {path.name: path for path in found}


@cache
def source(name: str) -> str:
    """The text of a script, stylesheet or template of the page; read once, since who reads a file on the loop gives way to all threads."""
    text = _files()[name].read_text(encoding="utf-8")
    return with_colours(text) if name.endswith(".css") else text


def bundle() -> str:
    """The scripts of all components as one ES module, as `make scripts` builds it of `views/all_components.js`."""
    return source("components.bundle.js")


# The page's HTML begins to fetch the bundle before there is a session (`shell.js`). In a notebook one component brings it, and those that
# are drawn before that one wait for it.
_LOADER = """const components = await (window.explorerComponents ??= new Promise((told) => { window.explorerComponentsCame = told }))
export default components.default[%s]"""
_EMBEDDED_BUNDLE = """const came = import(URL.createObjectURL(new Blob([%s], { type: "text/javascript" })))
if (window.explorerComponentsCame) window.explorerComponentsCame(came)
window.explorerComponents ??= came
"""


def bounded_int(data: dict[str, Any], key: str, end: int) -> int | None:
    """A whole number from 0 to below `end` out of a message, or None: messages can hold anything."""
    value = data.get(key)
    return value if isinstance(value, int) and 0 <= value < end else None


_REGION = "region:"


class Region(pn.Column):
    """A part of the page that assistive technology (and tests) find by its name, `label`."""

    def __init__(self, *objects: Any, label: str, **params: Any) -> None:
        super().__init__(*objects, tags=[f"{_REGION}{label}"], **params)


class Page(pn.Column):
    """The root of all panels.

    Panel has no parameter for what is said here of its models: the names of regions, and that scripts are run as they are.
    """

    def get_root(self, doc: Document | None = None, comm: Any = None, preprocess: bool = True) -> Model:
        """The page's model, for one document or one cell of a notebook."""
        root: Model = super().get_root(doc, comm, preprocess)
        components = {component.name: component for component in self.select(Component)}
        self.complete(root)
        model: Any
        for model in root.references():
            if isinstance(model, ReactiveESM):
                component = components.get(getattr(model.data, "name", ""))
                if component is not None:
                    component.is_drawn_by(model)
        return root

    def complete(self, root: Model) -> None:
        """Say of models what Panel has no parameter for."""
        _name_regions(root)

    def name_regions_in(self, document: Document) -> None:
        """Name them once the browser has a document in which the page is a part: Panel then makes its models without `get_root`."""

        def name(_event: Event) -> None:
            for root in document.roots:
                self.complete(root)

        document.on_event(DocumentReady, name)


def _name_regions(root: Model) -> None:
    model: Any
    for model in root.references():
        for tag in model.tags:
            if isinstance(tag, str) and tag.startswith(_REGION):
                label = tag.removeprefix(_REGION)
                model.update(html_attributes={"role": "region", "aria-label": label})


class Jobs(Executor):
    """One session's jobs in the views' threads: a few at once, the others wait here for their turn.

    So the threads' own queue holds a few jobs of each session, and goes around between them.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._running = 0

    @property
    def waiting(self) -> int:
        """How many have not begun."""
        return len(self._waiting)

    def submit(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Run a function in a thread, in the order of the calls."""
        future: Future[Any] = Future()
        with self._lock:
            self._waiting.append((future, partial(function, *args, **options)))
        self._begin()
        return future

    def drop(self) -> None:
        """Forget what has not begun: nobody waits for it."""
        with self._lock:
            waiting, self._waiting = self._waiting, deque()
        for future, _ in waiting:
            future.cancel()

    def _begin(self) -> None:
        with self._lock:
            if self._running >= MAX_JOBS_AT_ONCE or not self._waiting:
                return
            self._running += 1
            future, job = self._waiting.popleft()
        try:
            WORKERS.submit(self._run, future, job)
        except RuntimeError:  # the threads have gone home: the server ends, and nobody waits
            with self._lock:
                self._running -= 1
            future.cancel()

    def _run(self, future: Future[Any], job: Callable[[], Any]) -> None:
        try:
            if future.set_running_or_notify_cancel():
                try:
                    result = job()
                except BaseException as error:  # noqa: BLE001  the future tells whoever waits
                    future.set_exception(error)
                else:
                    future.set_result(result)
        finally:
            with self._lock:
                self._running -= 1
            self._begin()


JOBS: WeakKeyDictionary[Any, Jobs] = WeakKeyDictionary()
"""The jobs of each page, by its document."""


_HELD = local()


@contextmanager
def document_locked(document: Any) -> Iterator[None]:
    """Within this, in this thread, the models of a session's document may be changed: Bokeh's lock of it is held."""
    before = getattr(_HELD, "document", None)
    _HELD.document = document
    try:
        yield
    finally:
        _HELD.document = before


class SessionScheduler:
    """One session's work: jobs go to threads (`work`), what follows comes back to its event loop (`call`, `after`) from any thread."""

    def __init__(self, *, waits: bool = False) -> None:
        self._doc = pn.state.curdoc
        self.jobs = Jobs()
        """The session's part of the threads."""
        if self._doc is not None:
            JOBS[self._doc] = self.jobs
        self.closed = False
        self._failures = 0
        self.waits = waits
        """While the page is made ahead and is nobody's yet."""
        self.served = False
        """Whether the explorer's own server sends the page, whose HTML brings the scripts."""
        self.joined = False
        """Whether the browser has the page. What comes before waits: a change would have all of it encoded again, on the event loop."""
        self.tell: Callable[[str], None] = lambda _text: None
        """Says something to the person who looks at the page."""
        self.private: dict[str, str] = {}
        """What visitors need not know (where the server keeps its corpus), and what they read in its place."""
        self._queue: deque[Callable[[], None]] = deque()
        self._asked = False
        """Whether the loop will come back for what waits."""
        self._draining = RLock()
        self._server_loop: IOLoop | None = None
        """The loop that brings the session's messages."""
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    @property
    def session_id(self) -> str:
        """The session's id; empty in a notebook. Not for logs as it is."""
        context = getattr(self._doc, "session_context", None)
        return str(context.id) if context is not None else ""

    def call(self, function: Callable[[], None]) -> None:
        """Run a function on the loop, with the document locked, in the order of the calls; not once closed."""
        if self.closed:
            return
        self._queue.append(function)
        doc = self._doc
        if self.waits:
            return
        if doc is not None and (doc.session_context is not None or self.joined):
            if not self.joined:
                return  # `drain` follows when the browser is there
            session: Any = getattr(doc.session_context, "session", None)
            # Bokeh's own callbacks for the next turn hold themselves in a reference cycle of nine objects each.
            if not self._asked and session is not None and self._server_loop is not None:
                self._asked = True
                self._server_loop.add_callback(
                    session.with_document_locked, invoke_with_curdoc, doc, self._come_back
                )
        elif self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.drain)
        else:  # a plain script: there is no loop to come back to
            self.drain()

    def join(self) -> None:
        """The browser has the page; on the loop that brings its messages."""
        self.joined = True
        if self._server_loop is None:
            self._server_loop = IOLoop.current(instance=False)

    @property
    def holds_document_lock(self) -> bool:
        """Whether models may be changed now: what comes before the browser is ready, Panel hands on without the lock."""
        session = getattr(getattr(self._doc, "session_context", None), "session", None)
        return session is None or getattr(_HELD, "document", None) is self._doc

    @property
    def unseen(self) -> bool:
        """Whether the page is still being made: its models are as its browser will first see them."""
        return self._doc is not None and getattr(self._doc.session_context, "session", None) is None

    def public(self, content: dict[str, Any]) -> dict[str, Any]:
        """The same without what is `private`, in texts, lists and dictionaries of texts; what tells of a failure without any path."""
        if not self.private:
            return content
        return {key: self._without(value, key in _FAILURES) for key, value in content.items()}

    def _without(self, value: Any, failure: bool) -> Any:
        if isinstance(value, dict):
            return {key: self._without(part, failure or key in _FAILURES) for key, part in value.items()}
        if isinstance(value, list) and value and isinstance(value[0], str | dict | list):
            return [self._without(part, failure) for part in value]
        if isinstance(value, str):
            for text, instead in self.private.items():
                value = value.replace(text, instead) if text in value else value
            return without_paths(value) if failure else value
        return value

    def after(self, seconds: float, function: Callable[[], None]) -> None:
        """Run a function on the loop, as `call` does, once some time has passed; where no loop runs, at once."""
        try:
            asyncio.get_running_loop().call_later(seconds, self.call, function)
        except RuntimeError:  # a plain script, or a page that is made in a thread: nobody looks yet
            self.call(function)

    def lock(self) -> AbstractContextManager[object]:
        """Within this, nothing else of the session runs. A plain script has no loop: there, several threads come at once."""
        return self._draining

    def _come_back(self) -> None:
        self._asked = False  # first: what is added from now on is run by this turn, or asks for another
        with document_locked(self._doc):
            self.drain()

    def close(self) -> None:
        """Run nothing any more, and let go of what waits."""
        self.closed = True
        self.jobs.drop()
        self._queue.clear()
        self.tell = lambda _text: None

    def drain(self) -> None:
        """Run what waits; on the loop only."""
        with self.lock():
            while self._queue and not self.closed:
                with self.reporting():
                    self._queue.popleft()()

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """A failure in here is logged whole, and told in one sentence: a traceback is not for visitors."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  whatever it was, the page goes on
            self._log(logging.ERROR, "a page's callback failed", error)
            with suppress(Exception):
                self.tell(FAILED)

    def _log(self, level: int, text: str, error: BaseException | None = None) -> None:
        """Of one session, the first failures are logged: whoever can cause them could fill the log."""
        self._failures += 1
        if self._failures > MAX_TOLD:
            return
        if self._failures == MAX_TOLD:
            text += " (no more is logged of this page)"
        logging.getLogger("explorer").log(level, "%s", text, exc_info=error)

    def work(
        self,
        job: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[], None] | None = None,
        workers: Executor | None = None,
    ) -> None:
        """Run a job in a thread and what follows on the loop. A job that fails is told, an explorer's error in its own words.

        `workers` are others than the views' own threads, for what waits for a corpus.
        """

        def done(future: Future[T]) -> None:
            if self.closed or future.cancelled():
                return  # nobody waits for it
            error = future.exception()
            if error is None:
                self.call(lambda: then(future.result()))
                return
            if isinstance(error, ExplorerError):
                told = str(error)
                self._log(logging.WARNING, f"a view's background work could not be done: {error}")
            else:
                told = FAILED
                self._log(logging.ERROR, "a view's background work failed", error)
            self.call(lambda: self.tell(told))
            if failed is not None:
                self.call(failed)

        (workers or self.jobs).submit(job).add_done_callback(done)


class Allowance:
    """So much at once, and then so much a second (a token bucket)."""

    def __init__(self, most: float, a_second: float) -> None:
        self._most, self._a_second = most, a_second
        self._left, self._looked = most, time.monotonic()

    def take(self, amount: float) -> float:
        """Take some, there or not; seconds until what is owed has come back."""
        now = time.monotonic()
        self._left = min(self._left + (now - self._looked) * self._a_second, self._most) - amount
        self._looked = now
        return max(-self._left / self._a_second, 0.0)


class Debounced:
    """Does the newest of what it is asked for a little later, once: what comes often costs once, and lets more urgent go first."""

    def __init__(self, loop: SessionScheduler, seconds: float) -> None:
        self._loop, self._seconds = loop, seconds
        self._asked: Callable[[], None] | None = None

    def ask(self, function: Callable[[], None]) -> None:
        """Run a function on the loop when the time has passed that began with the first that asked."""
        waiting = self._asked is not None
        self._asked = function
        if not waiting:
            self._loop.after(self._seconds, self.now)

    @property
    def waits(self) -> bool:
        """Whether something has been asked for and not begun."""
        return self._asked is not None

    def now(self) -> None:
        """Do at once what waits."""
        asked, self._asked = self._asked, None
        if asked is not None:
            asked()


class LatestOnly:
    """Runs the newest of the jobs submitted to it, one at a time; one that a newer one overtook never runs or ends unheard."""

    def __init__(self, loop: SessionScheduler) -> None:
        self._loop = loop
        self._running = False
        self._asked: tuple[Callable[[], Any], Callable[[Any], None], Callable[[], None]] | None = None

    def submit(
        self,
        job: Callable[[], Any],
        then: Callable[[Any], None],
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        """Run a job in a thread once the one before has ended, and what follows on the loop; `failed` where the job did, which is told."""
        self._asked = (job, then, failed)
        self._next()

    def cancel(self) -> None:
        """Forget what has been submitted."""
        self._asked = None

    def _next(self) -> None:
        if self._running or self._asked is None:
            return
        asked = self._asked
        self._running = True

        def ended() -> bool:
            """Whether it is still the newest that was asked for."""
            self._running = False
            newest = self._asked is asked
            if newest:
                self._asked = None
            return newest

        def done(result: Any) -> None:
            if ended():
                asked[1](result)
            self._next()

        def failed() -> None:
            if ended():
                asked[2]()
            self._next()

        self._loop.work(asked[0], done, failed)


COMPONENTS: dict[str, type[Component]] = {}
"""All kinds of components, by the name that their models have of them."""


class Component(JSComponent):
    """A component that talks in messages (`messages`): `script` tells the browser's side, `on` says what each kind that comes from it does.

    Messages sent before the browser's side is there would be lost: they wait for its `ready`. All leave through one
    queue and the session's loop: Panel's own way (`_send_msg`) sends some at once and some at the next tick, so that
    they can overtake each other, and fails now and then when a message is the answer to one that is being handled.
    """

    bus = param.String(doc="Name of the event bus that the components of one page share in the browser.")

    embeds_bundle: ClassVar[bool] = False
    """Whether it brings the scripts of all where no server does: the one that every page has."""
    from_script: ClassVar[type[FromBrowser]] = FromBrowser
    """What its script says."""
    incoming_checks: ClassVar[IncomingChecks] = {}
    """What its script may say, by kind, with a check of each field; a page that sends anything else is closed (`explorer.server.message_checks`)."""

    __abstract = True

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        cls.incoming_checks = checks_of(cls.from_script)
        COMPONENTS[cls.__name__] = cls
        if "_esm" not in cls.__dict__:
            cls._esm = cls._loader()
            if cls.embeds_bundle:
                cls._esm = _EMBEDDED_BUNDLE % json.dumps(bundle()) + cls._esm
        if "_stylesheets" in cls.__dict__:  # first: what a component says itself is stronger
            cls._stylesheets = [source("shared.css"), *cls._stylesheets]

    def __init__(self, loop: SessionScheduler, **params: Any) -> None:
        super().__init__(**params)
        self._session_loop = loop
        self._ready = False
        self._outbox: list[dict[str, Any]] = []
        self._waits, self._lost = 0, False
        self._drawn_by: WeakSet[Model] = WeakSet()
        self.on: dict[str, Callable[[dict[str, Any]], None]] = {}

    @classmethod
    def _loader(cls) -> str:
        return _LOADER % json.dumps(cls.__name__)

    def is_drawn_by(self, model: Any) -> None:
        """A model of it was made, which the browser has not yet: say which script it runs, and send it what is sent."""
        if self.embeds_bundle and self._session_loop.served:
            model.esm = self._loader()
        # Named as a bundle, the script is run as it is: else Panel would compile it in the browser, as if it were TypeScript.
        model.bundle = _digest(model.esm)
        self._drawn_by.add(model)

    def send(self, kind: str, **content: Any) -> None:
        """Send a message to the browser, which `script` does; call it on the event loop only."""
        self._outbox.append({"type": kind, **self._session_loop.public(content)})
        if not self._ready and self._session_loop.joined:
            self._bound(content)
        if self._ready and len(self._outbox) == 1:
            self._session_loop.call(self._flush)

    def _bound(self, content: dict[str, Any]) -> None:
        """Forget what waits for a browser that never says that it is ready for it; should it do so after all, it hears all anew."""
        self._waits += sum(getattr(value, "nbytes", 0) or _length(value) for value in content.values())
        if len(self._outbox) > MAX_OUTBOX or self._waits > MAX_OUTBOX_BYTES:
            self._outbox, self._waits, self._lost = [], 0, True

    def _flush(self) -> None:
        messages, self._outbox = self._outbox, []
        served = [
            (model, document)
            for model in self._drawn_by
            if (document := model.document) is not None and document.session_context is not None
        ]
        for message in messages:
            for model, document in served:
                document.callbacks.send_event(ESMEvent(model=model, data=message))
            if not served:  # a notebook's cells, or somebody else's layout
                self._send_msg(message)

    def _handle_msg(self, data: Any) -> None:
        if not isinstance(data, dict):
            return
        self._session_loop.join()
        if not self._session_loop.holds_document_lock:
            self._session_loop.call(lambda: self._answer(data))
            return
        with self._session_loop.lock(), self._session_loop.reporting():
            self._answer(data)

    def _answer(self, data: dict[str, Any]) -> None:
        kind = data.get("type")
        if kind == "ready":
            # Said again when the browser draws the component anew (a notebook cell shown twice).
            again, self._ready, self._lost = self._ready or self._lost, True, False
            # Not `drain`: Panel handles events without the document's lock, and what waits may change models.
            self._session_loop.call(self._flush)
            answer = self.on.get("again" if again else "ready")
            if answer is not None:
                answer(data)
        elif isinstance(kind, str) and kind in self.on:
            try:
                self.on[kind](data)
            finally:
                if (number := bounded_int(data, "number", 1 << 53)) is not None:
                    self.send(
                        "acknowledged", number=number
                    )  # after what it changed: see `makeChoices` in talking.js


def _length(value: Any) -> int:
    return len(value) if isinstance(value, (bytes, str)) else 0


@cache
def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
