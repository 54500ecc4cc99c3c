"""What all of the API shares: who asks, how often, what was asked for, and failures as JSON. The work is done in threads."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import inspect
import json
import logging
import math
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from threading import Lock
from typing import Any, ClassVar

from bokeh.server.views.auth_request_handler import AuthRequestHandler
from cachetools import TTLCache
from pydantic import BaseModel, ConfigDict, ValidationError
from tornado.web import HTTPError

from explorer.core.errors import (
    ConflictingVerdictError,
    ExplorerError,
    InvalidSampleIdError,
    NotThereError,
    OutputError,
    RecordsError,
    StoreError,
    UnknownOpinionError,
    UnknownSampleError,
)
from explorer.corpus.corpus import Corpus
from explorer.corpus.stac.item_pages import Place
from explorer.server import auth
from explorer.server.admission import whose
from explorer.server.api import byte_ranges
from explorer.server.websocket import AddressAllowances, entry_control
from explorer.views.common import redaction, visitor

STAC, OWN = "/stac", "/api"
"""Where the two parts are, below the server's own prefix."""
JSON, GEOJSON = "application/json", "application/geo+json"
THREADS = 3
MOST_WAITING = 40
"""Requests of all visitors that wait for a thread; who comes after them is told to come again."""
REQUESTS, REQUESTS_A_SECOND = 200, 40
"""Of one address at once, and a second after them."""
SECONDS, SHARE = 20.0, 0.7
"""Seconds of work that one address has at once, and of each second after them."""
LONGEST_WAIT_S = 10.0
KEPT_BYTES, KEPT_S = 16_000_000, 300.0
"""Of files that were made for somebody who may read them part by part."""
MAX_DEPTH = 40
"""Brackets within brackets of a body."""
COME_AGAIN_S = 5.0
_PACK_FROM = 2_000
_PATH = re.compile(r"(?:/[A-Za-z0-9._~@%+-]{1,100}){1,20}/?")
_LOG = logging.getLogger("explorer")


class Asked(BaseModel):
    """What a request may say; anything else is refused by its name."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back; `name` is that of a file to be saved."""

    body: bytes
    media: str = JSON
    status: int = 200
    name: str = ""
    seconds: int = 0
    """For how long a browser may keep it; parts of it can be asked for then."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What a method of a path does, for the OpenAPI document: the parameters and the body that it takes, the media types that it gives."""

    summary: str
    asked: type[Asked] = Asked
    gives: tuple[str, ...] = (JSON,)
    body: type[Asked] | None = None
    status: int = 200
    file: tuple[str, ...] = ()
    """Media types of a body that is a file."""


Operations = Mapping[str, Operation]
"""By method, in small letters."""


def as_json(value: object, *, status: int = 200, media: str = JSON) -> Answer:
    """A value as an answer; what is not finite is no JSON and raises `ValueError`."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str, separators=(",", ":"))
    return Answer(text.encode(), media, status)


class ApiService:
    """What the handlers of one server share. Use it on the event loop, but for `corpus` and `told`."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="explorer-api")
        self._waiting = 0
        self._requests = AddressAllowances(REQUESTS, REQUESTS_A_SECOND)
        self._seconds = AddressAllowances(SECONDS, SHARE)
        self._files: TTLCache[str, bytes] = TTLCache(KEPT_BYTES, KEPT_S, getsizeof=len)
        self._files_lock = Lock()

    def kept(self, name: str, make: Callable[[], bytes]) -> bytes:
        """A file that was made a little while ago, or is made now: who reads it part by part asks for it many times. In a thread."""
        with self._files_lock:
            found = self._files.get(name)
        if found is None:
            found = make()
            with self._files_lock, suppress(ValueError):  # larger than all that is kept
                self._files[name] = found
        return found

    def pause(self, address: str) -> float:
        """Seconds that a request of an address has to wait because of those before it; counts it."""
        who = whose(address)
        return max(self._requests.take(who, 1.0), self._seconds.take(who))

    async def work(self, address: str, job: Callable[[], Answer]) -> Answer:
        """Do a job in a thread, at its address's cost. Raises `HTTPError` 503 while too many wait."""
        if self._waiting >= MOST_WAITING:
            raise HTTPError(503, "too many requests wait already; come again in some seconds")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, partial(self._timed, address, job)
            )
        finally:
            self._waiting -= 1

    def _timed(self, address: str, job: Callable[[], Answer]) -> Answer:
        began = time.thread_time()  # not what it waits for others
        try:
            return job()
        finally:
            self._seconds.take(whose(address), time.thread_time() - began)

    @cached_property
    def _private(self) -> dict[str, str]:
        return redaction.words(self.corpus)

    def told(self, error: ExplorerError) -> str:
        """A failure in words that tell nothing of where the server keeps things."""
        text = str(error)
        for word, instead in self._private.items():
            text = text.replace(word, instead)
        return redaction.without_paths(text)


class ApiHandler(AuthRequestHandler):
    """Answers those who may come in: by the login's cookie, or by a token (`Authorization: Bearer`, or Basic with the token as password).

    A handler has `on_get`, `on_post`, `on_put` or `on_delete`, which take what was asked for (`operations` says of which class) and the
    parts of the path, and give an `Answer`; they are called in a thread, coroutines on the loop.
    """

    operations: ClassVar[Operations] = {}
    open_to_all: ClassVar[bool] = False
    """Whether it answers those, too, who have not logged in."""
    service: ApiService

    def initialize(self, service: ApiService) -> None:
        self.service = service
        self.reviewer: str | None = None
        """Who asks, where one has to log in."""
        self.token, self.blind, self.retry_after = "", False, 0.0
        self._tag, self._file_bytes = "", 0

    @property
    def corpus(self) -> Corpus:
        """The corpus that is served."""
        return self.service.corpus

    async def prepare(self) -> None:
        """Who asks, and whether not too often."""
        address = entry_control(self.application).address(self)
        pause = self.service.pause(address)
        if pause > LONGEST_WAIT_S:
            self.retry_after = pause
            raise HTTPError(429, f"your network asks too often; come again in {math.ceil(pause)} s")
        await asyncio.sleep(pause)
        self.blind = self.get_cookie(visitor.COOKIES[1]) == "1"
        if not visitor.asked():
            return
        self._told_by_token()
        if self.reviewer is None and not self._bears():
            await super().prepare()
            self.reviewer = str(self.current_user) if self.current_user else None
        if self.reviewer is None and not self.open_to_all:
            raise HTTPError(401, f"log in, or send a token: POST name and password to {OWN}/token")

    def _bears(self) -> bool:
        return self.request.headers.get("Authorization", "").lower().startswith("bearer ")

    def _told_by_token(self) -> None:
        """Who asks, if the request has a token that holds."""
        name, token = _sent(self.request.headers.get("Authorization", ""))
        bearer = self.application.auth_provider.bearer(token) if token else None  # type: ignore[attr-defined]
        if bearer is not None and name in ("", bearer.name):
            self.token, self.reviewer = token, bearer.name
            self.blind = self.blind or bearer.blind

    async def get(self, **path: str) -> None:
        """Look something up."""
        await self._do("get", path)

    head = get

    async def post(self, **path: str) -> None:
        """Add something, or look up what a body asks for."""
        await self._do("post", path)

    async def put(self, **path: str) -> None:
        """Keep a file."""
        await self._do("put", path)

    async def delete(self, **path: str) -> None:
        """Take something back."""
        await self._do("delete", path)

    async def _do(self, method: str, path: dict[str, str]) -> None:
        operation = self.operations.get(method)
        if operation is None:
            raise HTTPError(405, f"this address has no {method.upper()}")
        if method != "get" and (refused := auth.refused_origin(self)):
            raise HTTPError(403, refused)
        asked = self._asked(operation)
        job: Callable[..., Any] = getattr(self, f"on_{method}")
        try:
            if inspect.iscoroutinefunction(job):
                answer = await job(asked, **path)
            else:
                packs = "gzip" in self.request.headers.get("Accept-Encoding", "")
                work = partial(_done, partial(job, asked, **path), packs)
                answer = await self.service.work(entry_control(self.application).address(self), work)
        except ExplorerError as error:
            raise HTTPError(_status(error), self.service.told(error)) from error
        await self._send(answer)

    async def _send(self, answer: Answer) -> None:
        packed = answer.body[:2] == b"\x1f\x8b"  # none of our files begins so by itself
        self.set_status(answer.status)
        self.set_header("Content-Type", answer.media)
        self.set_header(
            "Cache-Control", f"private, max-age={answer.seconds}" if answer.seconds else "no-store"
        )
        self.set_header("Vary", "Accept-Encoding, Authorization, Cookie")
        if packed:
            self.set_header("Content-Encoding", "gzip")
        if answer.name:
            self.set_header("Content-Disposition", f'attachment; filename="{answer.name}"')
        await self.finish(self._part(answer.body) if answer.seconds and not packed else answer.body)

    def _part(self, body: bytes) -> bytes:
        """What was asked for of a file that stays the same, by the header `Range`."""
        self.set_header("Accept-Ranges", "bytes")
        self._tag = f'"{hashlib.sha256(body).hexdigest()[:40]}"'
        headers = self.request.headers
        if "Range" not in headers or headers.get("If-Range", self._tag) != self._tag:
            return body
        try:
            part = byte_ranges.wanted(headers["Range"], len(body))
        except byte_ranges.UnsatisfiableRangeError:
            self._file_bytes = len(body)
            raise HTTPError(416, f"the file has {len(body)} bytes") from None
        if part is None:
            return body
        self.set_status(206)
        self.set_header("Etag", self._tag)
        self.set_header("Content-Range", f"bytes {part.start}-{part.stop - 1}/{len(body)}")
        return body[part]

    def compute_etag(self) -> str | None:
        """That of the whole file, also of a part."""
        return self._tag or super().compute_etag()

    def _asked(self, operation: Operation) -> Asked:
        given: dict[str, Any] = {}
        for name, values in self.request.query_arguments.items():
            if len(values) > 1:
                raise HTTPError(400, f"{name[:60]!r} is given {len(values)} times; give it once")
            given[name] = values[0].decode("utf-8", "replace")
        wanted = operation.asked
        if operation.body is not None:
            if given:
                raise HTTPError(400, "this takes its arguments in the body, as JSON")
            wanted, given = operation.body, self._body()
        try:
            return wanted.model_validate(given)
        except ValidationError as error:
            raise HTTPError(400, _sentence(error, wanted)) from None

    def _body(self) -> dict[str, Any]:
        # No other site's form can send this type.
        if self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != JSON:
            raise HTTPError(415, f"send the body as {JSON}")
        body = self.request.body
        try:
            if _deep(body):
                raise ValueError
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise HTTPError(400, f"the body is no JSON object, or goes deeper than {MAX_DEPTH} brackets")
        return found

    def write_error(self, status_code: int, **about: Any) -> None:
        """A failure as JSON: its name, and what is wrong."""
        error = (about.get("exc_info") or (None, None, None))[1]
        said = ""
        if isinstance(error, HTTPError):
            said = (error.log_message or "") % error.args if error.log_message else ""
        name = HTTPStatus(status_code).phrase.replace(" ", "")
        self.set_header("Content-Type", JSON)
        self.set_header("Cache-Control", "no-store")
        if status_code == 401:
            self.set_header("WWW-Authenticate", "Bearer")
        if status_code == 405:
            self.set_header("Allow", ", ".join(method.upper() for method in self.operations))
        if status_code == 416:
            self.set_header("Content-Range", f"bytes */{self._file_bytes}")
        if status_code in (429, 503):
            self.set_header("Retry-After", str(math.ceil(self.retry_after or COME_AGAIN_S)))
        self.finish(json.dumps({"code": name, "description": said or HTTPStatus(status_code).phrase}))

    def log_exception(self, kind: Any, value: Any, trace: Any) -> None:
        """What was refused is in the line of the request."""
        if not isinstance(value, HTTPError):
            super().log_exception(kind, value, trace)

    @cached_property
    def base(self) -> str:
        """The server's address as whoever asks calls it, with the path under which a proxy serves it."""
        request = self.request
        safe = "https" in (request.protocol, request.headers.get("X-Forwarded-Proto"))
        told = request.headers.get("X-Forwarded-Prefix", "")
        before = told.rstrip("/") if _PATH.fullmatch(told) else ""
        own = self.application.prefix  # type: ignore[attr-defined]
        before = before if before.endswith(own) else before + own
        return f"{'https' if safe else 'http'}://{request.host}{before}"

    @cached_property
    def place(self) -> Place:
        """Where items are served to whoever asks."""
        return Place(self.base + STAC, self.base + OWN, self.blind)


def _sent(header: str) -> tuple[str, str]:
    """Name and token of a header `Authorization`, each empty where there is none.

    Basic is for programs that know no other way, as QGIS before 3.24: the token stands in the password's place. What else is said
    by Basic may be a proxy's own.
    """
    scheme, _, said = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return "", said.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, token = base64.b64decode(said.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (name, token) if name else ("", "")


def _done(job: Callable[[], Answer], packs: bool) -> Answer:
    """In a thread: the answer, packed where it is worth it."""
    answer = job()
    text = answer.media.startswith(("text/", JSON, GEOJSON)) or "json" in answer.media
    if not packs or not text or len(answer.body) < _PACK_FROM:
        return answer
    return Answer(
        gzip.compress(answer.body, 1, mtime=0), answer.media, answer.status, answer.name, answer.seconds
    )


def _status(error: ExplorerError) -> int:
    if isinstance(error, (UnknownSampleError, InvalidSampleIdError, UnknownOpinionError, NotThereError)):
        return 404
    if isinstance(error, ConflictingVerdictError):
        return 409
    if isinstance(error, (RecordsError, StoreError, OutputError)):
        return 503
    return 400


def _deep(body: bytes) -> bool:
    """Whether brackets go too deep for a parser that calls itself; brackets in texts count too."""
    depth = 0
    for found in re.finditer(rb"[\[{\]}]", body):
        depth += 1 if found[0] in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _sentence(error: ValidationError, wanted: type[Asked]) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"])[:100]
    if first["type"] == "extra_forbidden":
        known = ", ".join(field.alias or key for key, field in wanted.model_fields.items())
        return f"there is no parameter {name!r}; there are {known or 'none'}"
    return f"{name}: {first['msg'].removeprefix('Value error, ')}"[:400]


def absent(text: str) -> HTTPError:
    """That there is no such thing, to be raised."""
    return HTTPError(404, text)
