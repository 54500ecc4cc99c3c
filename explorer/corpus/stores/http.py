"""A corpus behind HTTP: many small files, fetched side by side, tried again where that can help.

The client is urllib3. 146 chips of 205 kB from a local server that answers after 40 ms, 32 requests in flight, two
cores (seconds, CPU seconds): urllib3 in threads 0.23, 0.10; obstore in threads 0.23, 0.08; aiohttp 0.24, 0.05; httpx
in threads 0.30, 0.25. obstore is as fast, but hides what this needs: Content-MD5, Retry-After, and where a redirect
leads. It serves the object stores instead (`explorer.corpus.stores.objects`).

What arrives is compared with Content-Length and, where the server sends one, with a checksum: Content-MD5 (Azure Blob
Storage), the MD5 in x-goog-hash, or an ETag that has proven to be the MD5 (`explorer.corpus.stores.http_body`). Without one,
over plain http, a flipped bit that still decodes cannot be told from a pixel: LZW has no checksum. TLS rules that out
on the way.
"""

from __future__ import annotations

import logging
import math
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

import tenacity
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    NewConnectionError,
    ProxyError,
    SSLError,
)
from urllib3.util import Retry, Timeout, make_headers

from explorer.core import forking
from explorer.core.config import Settings, settings
from explorer.core.errors import (
    CancelledError,
    CorpusNotFoundError,
    ExplorerError,
    NotThereError,
    StoreError,
    UnreadableError,
)
from explorer.core.version import __version__
from explorer.corpus.stores.http_body import Checksums, decoded
from explorer.corpus.stores.http_status import (
    ABSENT,
    EXPIRED,
    LOGIN,
    PASSING,
    UNCLEAR,
    answered,
    error_code,
    remedy,
)
from explorer.corpus.stores.proxies import Proxy, proxy_for
from explorer.corpus.stores.redirects import REDIRECT, Redirects
from explorer.corpus.stores.refusals import Refusals
from explorer.corpus.stores.store import clean_key, given_up, limit_of, of_sample

logger = logging.getLogger("explorer")

SLOW_FACTOR = 10
"""How much longer than a chip a table may take."""
CHECK_S = 3.0
"""How long the host may take to say whether it is there."""
REDIRECTS = 5
RETRY_AFTER_MAX = 30.0
BACKOFF, BACKOFF_MAX = 0.25, 8.0
GIVING_UP = 8
"""After so many files in a row that could not be had at all, it is the server that fails, not the files."""

T = TypeVar("T")
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII)
_PIECE = 2**16
_CHIP = 2**18  # some servers send all of it to who asks for a byte; less work than to connect anew


class _AgainError(Exception):
    """An attempt that failed in a way that can pass. `wait` is what the server asked for, in seconds."""

    def __init__(self, reason: str, wait: float = 0.0, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.wait, self.unreachable = reason, wait, unreachable


class HttpStore:
    """A corpus below a URL. Plain HTTP cannot list: the samples come from its resources or an index.

    `http://user:password@host/` sends these, and a query (a signature) goes along with each request; neither is in
    `where`, nor sent to where a redirect leads. Raises `CorpusNotFoundError` for what is no such URL, `StoreError`
    where the environment names a proxy that cannot be used, `InvalidQueryError` for an allowed host that is none.
    """

    def __init__(self, url: str, config: Settings | None = None) -> None:
        self.config = config = config or settings()
        self._url = url
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise CorpusNotFoundError(f"{url[:80]!r} is no URL ({error})") from None
        if parts.scheme not in ("http", "https") or not host:
            raise CorpusNotFoundError(f"{url[:80]!r} is no URL of a corpus; write https://host/folder/")
        netloc = f"[{host}]" if ":" in host else host
        netloc += f":{port}" if port else ""
        self._base = f"{parts.scheme}://{netloc}{quote(unquote(parts.path), safe='/~')}".rstrip("/") + "/"
        self._query = f"?{parts.query}" if parts.query else ""
        self._host = netloc
        self.concurrency = config.http_connections
        """How many requests are worth having in flight."""
        self._headers = {"User-Agent": f"rapidai4eo-explorer/{__version__}", "Accept-Encoding": "identity"}
        self._login: dict[str, str] = {}
        if parts.username is not None:
            login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._login = make_headers(basic_auth=login)
        self._redirects = Redirects(self._base, config.allow_redirect.split(","))
        self._refusals = Refusals(self._can_read)
        self._checksums = Checksums()
        self._failed = 0
        self._told = False
        self.led_away: str | None = None
        """Where a redirect led that was not followed, and the remedy; the last one."""
        self.after_fork()
        self._client(self._base)  # a proxy that cannot be used is told now
        forking.remake(self)

    def after_fork(self) -> None:
        """Connect anew: the connections there were are the parent's as well."""
        # Not let go in a child: urllib3 would close them under a lock that a thread of the parent may have held.
        self._of_parent = getattr(self, "_clients", {})
        self._clients: dict[str, urllib3.PoolManager] = {}
        self._closed = threading.Event()

    def __reduce__(self) -> tuple[type[HttpStore], tuple[str, Settings]]:
        return HttpStore, (self._url, self.config)

    def __repr__(self) -> str:
        return f"<HttpStore {self.where}>"

    @property
    def where(self) -> str:
        return self._base

    def list(self, folder: str) -> Iterator[str]:
        raise StoreError(f"{self.where} is plain HTTP, which cannot list {folder or 'its folders'}")

    def href(self, key: str) -> str:
        return f"{self._base}{quote(clean_key(key), safe='/~')}{self._query}"

    def get(self, key: str) -> bytes:
        """The whole of one file, tried again within bounds.

        Raises `NotThereError` (404, or what else a store answers for it: `explorer.corpus.stores.refusals`), `UnreadableError`
        where this file cannot be had and others can, `StoreError` where the server refuses or does not answer,
        `CancelledError` where nobody waits any more.
        """
        clean_key(key)
        total = self.config.http_total_timeout * (1 if of_sample(key) else SLOW_FACTOR)
        return self._retried(key, total, self._attempt)

    def get_part(self, key: str, first: int, size: int) -> tuple[bytes, int]:
        """`size` bytes of one file from position `first`, fewer at its end, and how many bytes the whole file has.

        Of a file that is too large to be read whole, as a raster. Raises as `get`, and `UnreadableError` where the server gives
        files as a whole only.
        """
        clean_key(key)
        asked = {"Range": f"bytes={first}-{first + size - 1}"}

        def attempt(key: str, deadline: float) -> tuple[bytes, int]:
            with self._answer(key, deadline, asked) as response:
                if response.status == 416:
                    return b"", first
                if response.status == 200:
                    raise UnreadableError(
                        key, "the server gives no parts of it; download it and name the file"
                    )
                if response.status != 206:
                    self._check_status(response, key, deadline)
                    raise UnreadableError(key, answered(response.status))
                said = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
                if said is None or int(said[1]) != first:
                    raise UnreadableError(key, "the server gave another part than was asked for")
                body = self._body(response, key, size, deadline, whole=False)
                if len(body) != int(said[2]) - first + 1:
                    raise _AgainError(f"cut short: {len(body):,} bytes of a part")
                return body, int(said[3])

        return self._retried(key, self.config.http_total_timeout, attempt)

    def _retried(self, key: str, total: float, attempt: Callable[[str, float], T]) -> T:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_AgainError),
            stop=tenacity.stop_after_attempt(self.config.http_retries + 1)
            | tenacity.stop_before_delay(total),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            body = retrying(attempt, key, time.monotonic() + total)
        except _AgainError as error:
            raise self._failure(key, error) from error.__cause__
        except NotThereError:
            self._failed = 0
            raise
        self._failed = 0
        return body

    def check(self) -> None:
        """Ask the host once whether it is there; what it says of the place is no matter, unless it is a failure of its own.

        Once it has refused everything, it is asked whether it still does. Raises `StoreError`.
        """
        try:
            response = self._client(self._base).request(
                "HEAD", self._base + self._query, headers=self._headers | self._login, retries=False, redirect=False,
                timeout=urllib3.Timeout(connect=CHECK_S, read=CHECK_S),
            )  # fmt: skip
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise StoreError(f"cannot reach {self._host}: {_short(error)}") from error
        if response.status in (500, 502, 503, 504):
            raise StoreError(f"{self._host} fails (HTTP {response.status})")
        if self._refusals.refused:
            try:
                refused = self._refusals.still()
            except _AgainError as error:
                raise StoreError(f"{self._host} fails: {error.reason}") from error
            if refused:
                raise StoreError(f"{self._host} refuses what it gave before: {remedy(403)}")

    def forget(self, key: str) -> None:
        """Fetch a key anew the next time, as is done anyway: nothing is kept here."""

    def close(self) -> None:
        """Give up what is under way and close the connections."""
        self._closed.set()
        for client in list(self._clients.values()):
            client.clear()

    def _client(self, url: str) -> urllib3.PoolManager:
        """The connections to a host, through the proxy that the environment names for it."""
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}"
        client = self._clients.get(place)
        if client is None:
            proxy = proxy_for(parts.scheme, parts.hostname or "", parts.port)
            client = self._clients.setdefault(place, _client(proxy, self.concurrency))
        return client

    def _attempt(self, key: str, deadline: float) -> bytes:
        began = time.monotonic()
        with self._answer(key, deadline) as response:
            self._check_status(response, key, deadline)
            body = self._body(response, key, limit_of(key), deadline)
        self._refusals.was_read(key, began, len(body))
        return body

    def _can_read(self, key: str) -> bool:
        """Whether the server gives a file, of which no more than a byte is asked for."""
        deadline = time.monotonic() + self.config.http_total_timeout
        try:
            with self._answer(key, deadline, {"Range": "bytes=0-0"}) as response:
                _drain(response, deadline, _CHIP)
                if response.status in PASSING:
                    raise _AgainError(answered(response.status), _retry_after(response))
                return response.status in (200, 206, 416)
        except UnreadableError:  # redirected elsewhere
            return False

    @contextmanager
    def _answer(
        self, key: str, deadline: float, headers: dict[str, str] | None = None
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """What the server answers, after its redirects; its body is not read yet.

        Raises as `get`, and `_AgainError` for a connection that fails, within the block too.
        """
        url = self.href(key)
        for _ in range(REDIRECTS + 1):
            self._go_on(key)
            left = deadline - time.monotonic()
            if left <= 0:
                raise _AgainError("no time left")
            connect, read = self.config.http_connect_timeout, self.config.http_read_timeout
            timeout = Timeout(connect=min(connect, left), read=min(read, left))
            login = self._login if self._redirects.is_own(url) else {}
            response = None
            try:
                response = self._client(url).request(
                    "GET", url, headers=self._headers | login | (headers or {}), timeout=timeout, retries=False,
                    redirect=False, preload_content=False, decode_content=False,
                )  # fmt: skip
                if response.status not in REDIRECT:
                    yield response
                    return
                _drain(response, deadline)
                try:
                    url = self._redirects.follow(url, response.headers.get("Location", ""), key)
                except UnreadableError as error:
                    self.led_away = error.reason
                    raise
            except ExplorerError:  # some of which are OSErrors as well
                raise
            except (HTTPError, OSError) as error:
                raise self._passing(error, url) from error
            finally:
                if response is not None:  # what is left unread would be the start of the next answer
                    response.close()
        raise UnreadableError(key, f"more than {REDIRECTS} redirects; tell who runs the server")

    def _body(self, response: Any, key: str, limit: int, deadline: float, *, whole: bool = True) -> bytes:
        length = _length(response)
        if length is not None and length > limit:
            raise UnreadableError(key, f"{length:,} bytes, more than the {limit:,} that it may have")
        pieces, size = [], 0
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise UnreadableError(key, f"more than the {limit:,} bytes that it may have")
            self._go_on(key)
            if time.monotonic() > deadline:
                raise _AgainError(f"only {size:,} bytes came in time")
        if length is not None and size != length:
            raise _AgainError(f"cut short: {size:,} of {length:,} bytes")
        came = b"".join(pieces)
        try:
            body = decoded(came, response.headers.get("Content-Encoding", ""), key, limit)
        except EOFError as error:
            raise _AgainError(f"cut short: {error}") from error
        if not whole:  # checksums are of the whole file
            return body
        # Of what came, by the standard; a server that packs on the way may pass on the sum of what it packed.
        if not self._checksums.agree(response.headers, came) and (
            body is came or not self._checksums.agree(response.headers, body)
        ):
            raise _AgainError("not the bytes that the server has (its checksum differs)")
        return body

    def _check_status(self, response: Any, key: str, deadline: float) -> None:
        status = response.status
        if status == 200:
            return
        code = error_code(response.headers, _drain(response, deadline))
        said = f"{status} {code}".strip()
        if status in ABSENT:
            raise NotThereError(key, "" if status == 404 else answered(status, code))
        if status in UNCLEAR or (status == 400 and code in EXPIRED):
            if not self._refusals.is_absent(key, time.monotonic()):
                why = remedy(status if status in UNCLEAR else 403)
                raise StoreError(f"{self._host} refuses access to {key} ({said}): {why}")
            if not self._told:
                self._told = True
                logger.warning(
                    "%s answers %s for %s and gives other files: taken as not there, as are more like it",
                    self._host, said, key,
                )  # fmt: skip
            raise NotThereError(key, f"the server answered {said}, and gives other files", sure=False)
        if status in LOGIN:
            raise StoreError(f"{self._host} refuses access to {key} ({said}): {remedy(status)}")
        if status in PASSING:
            raise _AgainError(answered(status, code), _retry_after(response))
        raise UnreadableError(key, answered(status, code))

    def _passing(self, error: Exception, url: str) -> Exception:
        """What a failed connection means: tried again, or, for a certificate or a login at the proxy, not."""
        if isinstance(error, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
            return StoreError(f"the certificate of {self._host} cannot be trusted ({_short(error)})")
        if isinstance(error, ProxyError):
            parts = urlsplit(url)
            proxy = proxy_for(parts.scheme, parts.hostname or "", parts.port)
            named = f"the proxy {proxy.url} of {proxy.variable}" if proxy else "the proxy"
            if " 407" in str(error):
                return StoreError(f"{named} refuses (407): {remedy(407)}")
            return _AgainError(f"{named} fails ({_short(error)})", unreachable=True)
        unreachable = isinstance(error, (NewConnectionError, ConnectTimeoutError, SSLError))
        silent = isinstance(error, urllib3.exceptions.TimeoutError) and not isinstance(
            error, NewConnectionError
        )
        if silent:
            return _AgainError("no answer in time", unreachable=unreachable)
        return _AgainError(f"the connection failed ({_short(error)})", unreachable=unreachable)

    def _failure(self, key: str, error: _AgainError) -> StoreError:
        """One file that cannot be had, or, when it was the host or too many in a row, the store that fails."""
        self._failed += 1
        if error.unreachable:
            return StoreError(
                f"cannot reach {self._host}: {error.reason}; check the address and the network, then try again"
            )
        if self._failed >= GIVING_UP:
            return StoreError(f"{self._host} fails for every file: {error.reason}; try again later")
        return UnreadableError(key, error.reason)

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._go_on("")
            self._closed.wait(min(left, 0.1))

    def _go_on(self, key: str) -> None:
        if self._closed.is_set() or given_up():
            raise CancelledError(f"fetching {key or 'a file'} was given up")


def _wait(state: tenacity.RetryCallState) -> float:
    """Full jitter, so that many clients do not come back together; at least what the server asked for."""
    jitter = tenacity.wait_random_exponential(multiplier=BACKOFF, max=BACKOFF_MAX)(state)
    error = state.outcome.exception() if state.outcome else None
    return max(jitter, error.wait) if isinstance(error, _AgainError) else jitter


def _client(proxy: Proxy | None, connections: int) -> urllib3.PoolManager:
    if proxy is None:
        return urllib3.PoolManager(maxsize=connections)
    headers = make_headers(proxy_basic_auth=proxy.login) if proxy.login else None
    return urllib3.ProxyManager(proxy.url, maxsize=connections, proxy_headers=headers)


def _drain(response: Any, deadline: float, most: int = _PIECE) -> bytes:
    """A short body, whole: or the connection could not be used again, and absent dates are many."""
    body = b""
    if (_length(response) or 0) > most:
        return body
    while len(body) < most and time.monotonic() < deadline and (piece := response.read1(_PIECE)):
        body += piece
    return body


def _length(response: Any) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _retry_after(response: Any) -> float:
    try:
        seconds = Retry().parse_retry_after(response.headers.get("Retry-After", "0"))
    except (InvalidHeader, ValueError, OverflowError):
        return 0.0
    return min(seconds, RETRY_AFTER_MAX) if math.isfinite(seconds) else 0.0


def _short(error: BaseException) -> str:
    if isinstance(error, NewConnectionError):
        error = error.__cause__ or error
    text = str(getattr(error, "strerror", None) or error).strip().splitlines()
    return text[0][:120] if text else type(error).__name__
