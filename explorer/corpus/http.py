"""A corpus behind HTTP: many small files, fetched side by side, tried again where that can help.

The client is urllib3. 146 chips of 205 kB from a local server that answers after 40 ms, 32 requests in flight, two
cores (seconds, CPU seconds): urllib3 in threads 0.23, 0.10; obstore in threads 0.23, 0.08; aiohttp 0.24, 0.05; httpx
in threads 0.30, 0.25. obstore is as fast, but hides what this needs: Content-MD5, Retry-After, and where a redirect
leads. It serves the object stores instead (`explorer.corpus.objects`).

What arrives is compared with Content-Length and, where the server sends one, with a checksum: Content-MD5 (Azure Blob
Storage), the MD5 in x-goog-hash, or an ETag that has proven to be the MD5. Without one, over plain http, a flipped
bit that still decodes cannot be told from a pixel: LZW has no checksum. TLS rules that out on the way.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import math
import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import tenacity
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, InvalidHeader, NewConnectionError, SSLError
from urllib3.util import Retry, Timeout, make_headers

from explorer import __version__
from explorer.config import Settings, settings
from explorer.corpus.store import MAX_CHIP_BYTES, MAX_RESOURCE_BYTES, clean_key, given_up, of_sample
from explorer.errors import (
    CancelledError,
    CorpusNotFoundError,
    ExplorerError,
    NotThereError,
    StoreError,
    UnreadableError,
)

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

_PASSING = {408, 425, 429, 500, 502, 503, 504}
_PIECE = 2**16


class _AgainError(Exception):
    """An attempt that failed in a way that can pass. `wait` is what the server asked for, in seconds."""

    def __init__(self, reason: str, wait: float = 0.0, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.wait, self.unreachable = reason, wait, unreachable


class HttpStore:
    """A corpus below a URL. Plain HTTP cannot list: the samples come from its resources or an index.

    `http://user:password@host/` sends these, and a query (a signature) goes along with each request; neither is in
    `where`. Raises `CorpusNotFoundError` for what is no such URL.
    """

    def __init__(self, url: str, config: Settings | None = None) -> None:
        self.config = config = config or settings()
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
        headers = {"User-Agent": f"rapidai4eo-explorer/{__version__}", "Accept-Encoding": "identity"}
        if parts.username is not None:
            login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers |= make_headers(basic_auth=login)
        self._headers = headers
        self._client = _client(parts.scheme, host, self.concurrency)
        self._failed = 0
        self._etag_is_md5 = False
        self._closed = threading.Event()

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

        Raises `NotThereError` (404), `UnreadableError` where this file cannot be had and others can, `StoreError`
        where the server refuses or does not answer, `CancelledError` where nobody waits any more.
        """
        url, small = self.href(key), of_sample(key)
        total = self.config.http_total_timeout * (1 if small else SLOW_FACTOR)
        limit = MAX_CHIP_BYTES if small else MAX_RESOURCE_BYTES
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_AgainError),
            stop=tenacity.stop_after_attempt(self.config.http_retries + 1)
            | tenacity.stop_before_delay(total),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            body = retrying(self._attempt, key, url, limit, time.monotonic() + total)
        except _AgainError as error:
            raise self._failure(key, error) from error.__cause__
        except NotThereError:
            self._failed = 0
            raise
        self._failed = 0
        return body

    def check(self) -> None:
        """Ask the host once whether it is there; what it says of the place is no matter, unless it is a failure of its own.

        Raises `StoreError`.
        """
        try:
            response = self._client.request(
                "HEAD", self._base + self._query, headers=self._headers, retries=False, redirect=False,
                timeout=urllib3.Timeout(connect=CHECK_S, read=CHECK_S),
            )  # fmt: skip
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise StoreError(f"cannot reach {self._host}: {_short(error)}") from error
        if response.status in (500, 502, 503, 504):
            raise StoreError(f"{self._host} fails (HTTP {response.status})")

    def forget(self, key: str) -> None:
        """Fetch a key anew the next time, as is done anyway: nothing is kept here."""

    def close(self) -> None:
        """Give up what is under way and close the connections."""
        self._closed.set()
        self._client.clear()

    def _attempt(self, key: str, url: str, limit: int, deadline: float) -> bytes:
        for _ in range(REDIRECTS + 1):
            self._go_on(key)
            left = deadline - time.monotonic()
            if left <= 0:
                raise _AgainError("no time left")
            connect, read = self.config.http_connect_timeout, self.config.http_read_timeout
            timeout = Timeout(connect=min(connect, left), read=min(read, left))
            response = None
            try:
                response = self._client.request(
                    "GET", url, headers=self._headers, timeout=timeout, retries=False, redirect=False,
                    preload_content=False, decode_content=False,
                )  # fmt: skip
                follow = self._redirect(response, key, url)
                if follow is None:
                    self._check_status(response, key)
                    body = self._body(response, key, limit, deadline)
                    response.release_conn()
                    response = None
                    return body
                url = follow
            except ExplorerError:  # some of which are OSErrors as well
                raise
            except (HTTPError, OSError) as error:
                raise self._passing(error) from error
            finally:
                if response is not None:  # what is left unread would be the start of the next answer
                    response.close()
        raise UnreadableError(key, f"more than {REDIRECTS} redirects")

    def _body(self, response: Any, key: str, limit: int, deadline: float) -> bytes:
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
        body = b"".join(pieces)
        self._check_sum(response, body)
        return body

    def _check_sum(self, response: Any, body: bytes) -> None:
        wanted = _md5(response)
        etag = re.fullmatch(r'"([0-9a-f]{32})"', response.headers.get("ETag", ""))
        if wanted is None and etag is None:
            return
        found = hashlib.md5(body, usedforsecurity=False).digest()
        if wanted is None and etag is not None:
            # An ETag may be anything; only where one was the MD5, as on S3, the others are as well.
            matches = found.hex() == etag[1]
            self._etag_is_md5 |= matches
            wanted = found if matches or not self._etag_is_md5 else bytes.fromhex(etag[1])
        if found != wanted:
            raise _AgainError("not the bytes that the server has (its checksum differs)")

    def _check_status(self, response: Any, key: str) -> None:
        status = response.status
        if status == 200:
            return
        length = _length(response)
        if length is not None and length <= _PIECE:
            response.read()  # or the connection could not be used again, and absent dates are many
        if status in (404, 410):
            raise NotThereError(key)
        if status in (401, 403, 407):
            raise StoreError(
                f"{self._host} refuses access to {key} ({status}); check the address of the corpus, its signature or "
                "password, and whether you may read it"
            )
        said = f"the server answered {status}"
        if status in _PASSING:
            raise _AgainError(said, _retry_after(response))
        raise UnreadableError(key, said)

    def _redirect(self, response: Any, key: str, url: str) -> str | None:
        """Where a redirect leads; None for other answers. A mirror must not choose what else is fetched."""
        if response.status not in (301, 302, 303, 307, 308):
            return None
        try:
            target = urljoin(url, response.headers.get("Location", ""))
            old, new = urlsplit(url), urlsplit(target)
            same = _same_family(old.hostname or "", new.hostname or "")
            ports = {(new.scheme, new.port), (old.scheme, old.port)}
        except ValueError:
            raise UnreadableError(key, "redirected to what is no address") from None
        upgraded = ports <= {("http", None), ("http", 80), ("https", None), ("https", 443)}
        if not same or not (len(ports) == 1 or (upgraded and new.scheme == "https")):
            raise UnreadableError(key, f"redirected to another server ({(new.netloc or target)[:60]})")
        return target

    def _passing(self, error: Exception) -> Exception:
        """What a failed connection means: tried again, or, for a certificate, not."""
        if isinstance(error, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
            return StoreError(f"the certificate of {self._host} cannot be trusted ({_short(error)})")
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


def _client(scheme: str, host: str, connections: int) -> urllib3.PoolManager:
    """A pool of connections, through the proxy that the environment names, if it names one for this host."""
    proxy = urllib.request.getproxies().get(scheme)
    local = host in ("localhost", "::1") or host.startswith("127.")
    if proxy and not local and not urllib.request.proxy_bypass(host):
        parts = urlsplit(proxy)
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
        headers = make_headers(proxy_basic_auth=login) if login else None
        return urllib3.ProxyManager(proxy, maxsize=connections, proxy_headers=headers)
    return urllib3.PoolManager(maxsize=connections)


def _same_family(one: str, other: str) -> bool:
    """Whether two hosts are one, or one is a subdomain of the other."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return bool(short) and (short == long or ("." in short and long.endswith("." + short)))


def _length(response: Any) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _retry_after(response: Any) -> float:
    try:
        seconds = Retry().parse_retry_after(response.headers.get("Retry-After", "0"))
    except (InvalidHeader, ValueError, OverflowError):
        return 0.0
    return min(seconds, RETRY_AFTER_MAX) if math.isfinite(seconds) else 0.0


def _md5(response: Any) -> bytes | None:
    """The MD5 that the server states of a body, if it states one."""
    text = response.headers.get("Content-MD5") or ""
    if not text:
        match = re.search(r"\bmd5=([A-Za-z0-9+/]{22}==)", response.headers.get("x-goog-hash", ""))
        text = match[1] if match else ""
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest if len(digest) == 16 else None


def _short(error: BaseException) -> str:
    if isinstance(error, NewConnectionError):
        error = error.__cause__ or error
    text = str(getattr(error, "strerror", None) or error).strip().splitlines()
    return text[0][:120] if text else type(error).__name__
