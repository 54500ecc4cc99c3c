"""A corpus in an object store: `s3://bucket/folder`, `az://container/folder`, `gs://bucket/folder`.

obstore signs, retries with jitter and lists. Credentials, endpoints and Azure's account come from its own environment
variables (`AWS_...`, `AZURE_STORAGE_ACCOUNT_NAME`, `GOOGLE_...`); without credentials, requests go unsigned, as public
buckets want them.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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
from explorer.corpus.stores import proxies
from explorer.corpus.stores.http import BACKOFF, BACKOFF_MAX, GIVING_UP, SLOW_FACTOR
from explorer.corpus.stores.http_body import decoded
from explorer.corpus.stores.http_status import ABSENT, EXPIRED, answered, error_code, remedy
from explorer.corpus.stores.refusals import Refusals
from explorer.corpus.stores.store import clean_key, given_up, limit_of, of_sample

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Backend

logger = logging.getLogger("explorer")

SCHEMES = ("s3", "s3a", "az", "azure", "abfs", "abfss", "gs")
_CREDENTIALS = {
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
    "az": ("AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_ACCESS_KEY", "AZURE_STORAGE_SAS_KEY",
           "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CLIENT_ID", "AZURE_CLIENT_ID", "AZURE_STORAGE_TOKEN"),
    "gs": ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_KEY", "GOOGLE_APPLICATION_CREDENTIALS"),
}  # fmt: skip
_ENDPOINTS = (
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT",
    "AZURE_STORAGE_ENDPOINT",
    "AZURE_ENDPOINT",
    "GOOGLE_BASE_URL",
)

_CREDENTIALS_REMEDY = (
    "check the address and the credentials in the environment, whether they have expired, and "
    "whether you may read it"
)


class _Runtime:
    """obstore's threads, one set a process: in a child that was forked after their first use, every request hangs."""

    def __init__(self) -> None:
        self.used = self.lost = False
        forking.remake(self)

    def after_fork(self) -> None:
        """Note that they are not here."""
        self.lost = self.lost or self.used

    def use(self, where: str) -> None:
        """Raises `StoreError` where they are lost."""
        if self.lost:
            raise StoreError(
                f"{where} cannot be read in a forked process; start workers afresh: "
                'multiprocessing.get_context("spawn"), or multiprocessing_context="spawn" of a DataLoader'
            )
        self.used = True


_runtime = _Runtime()


class ObjectStore:
    """A corpus in a bucket or container. Raises `CorpusNotFoundError` for a URL that obstore does not know."""

    def __init__(self, url: str, config: Settings | None = None) -> None:
        self._url, self._config = url, (config := config or settings())
        scheme, _, place = url.strip().rstrip("/").partition("://")
        self._where = f"{scheme.lower()}://{place}/"
        self.concurrency = config.http_connections
        """How many requests are worth having in flight."""
        self._chips = _backend(self._where, config, 1)
        self._tables = _backend(self._where, config, SLOW_FACTOR)
        self._failed = 0
        self._refusals = Refusals(self._can_read)
        self._told = False

    def __reduce__(self) -> tuple[type[ObjectStore], tuple[str, Settings]]:
        return ObjectStore, (self._url, self._config)

    def __repr__(self) -> str:
        return f"<ObjectStore {self.where}>"

    @property
    def where(self) -> str:
        return self._where

    def href(self, key: str) -> str:
        return self._where + clean_key(key)

    def get(self, key: str) -> bytes:
        from obstore import exceptions

        _runtime.use(self.where)
        if given_up():
            raise CancelledError(f"fetching {key} was given up")
        backend = self._chips if of_sample(clean_key(key)) else self._tables
        limit, began = limit_of(key), time.monotonic()
        try:
            answer = backend.get(key)
            size = int(answer.meta["size"])
            if size > limit:
                raise UnreadableError(key, f"{size:,} bytes, more than the {limit:,} that it may have")
            encoding = str(answer.attributes.get("Content-Encoding", ""))
            body = bytes(answer.bytes())
        except (exceptions.NotFoundError, FileNotFoundError):
            self._failed = 0
            raise NotThereError(key) from None
        except (exceptions.PermissionDeniedError, exceptions.AlreadyExistsError, PermissionError) as error:
            raise self._refused(key, str(error)) from error
        except (exceptions.UnauthenticatedError, exceptions.BaseError, OSError, ValueError) as error:
            if isinstance(error, ExplorerError):
                raise
            raise self._failure(key, str(error)) from error
        try:
            body = decoded(body, encoding, key, limit)
        except EOFError as error:
            raise UnreadableError(key, f"cut short: {error}") from error
        self._failed = 0
        self._refusals.was_read(key, began, len(body))
        return body

    def list(self, folder: str) -> Iterator[str]:
        from obstore import exceptions

        _runtime.use(self.where)
        prefix = "" if folder in ("", ".") else clean_key(folder.rstrip("/"))
        try:
            found: Any = self._tables.list_with_delimiter(prefix or None)
        except (exceptions.BaseError, OSError) as error:
            raise StoreError(f"cannot list {folder} in {self.where}: {_reason(str(error))}") from error
        names = [f"{path.rsplit('/', 1)[-1]}/" for path in found["common_prefixes"]]
        names += [entry["path"].rsplit("/", 1)[-1] for entry in found["objects"]]
        return iter(sorted(names))

    def check(self) -> None:
        """Ask once whether the store is there, and once it has refused everything, whether it still does.

        Raises `StoreError`.
        """
        from obstore import exceptions

        _runtime.use(self.where)
        try:
            self._chips.head("explorer-is-it-there")
        except (exceptions.NotFoundError, FileNotFoundError):
            pass
        except (exceptions.PermissionDeniedError, exceptions.AlreadyExistsError, PermissionError):
            pass  # what stores answer for an absent key as well
        except (exceptions.BaseError, OSError, ValueError) as error:
            raise StoreError(f"cannot reach {self.where}: {_reason(str(error))}") from error
        if self._refusals.still():
            raise StoreError(f"{self.where} refuses what it gave before: {_CREDENTIALS_REMEDY}")

    def forget(self, key: str) -> None:
        """Fetch a key anew the next time, as is done anyway: nothing is kept here."""

    def _can_read(self, key: str) -> bool:
        """Whether the store gives a key, of which no byte is waited for."""
        from obstore import exceptions

        _runtime.use(self.where)
        try:
            self._chips.get(key)
        except (
            exceptions.NotFoundError, exceptions.PermissionDeniedError, exceptions.AlreadyExistsError,
            exceptions.UnauthenticatedError, FileNotFoundError, PermissionError,
        ):  # fmt: skip
            return False
        except (exceptions.BaseError, OSError, ValueError) as error:
            # Expired credentials: `_failure` would ask for this again, without end.
            if _status(str(error)) == 400:
                return False
            raise self._failure(key, str(error)) from error
        return True

    def _refused(self, key: str, text: str) -> ExplorerError:
        """What it means that a key is refused: absent while others can be read, else the store refuses."""
        if not self._refusals.is_absent(key, time.monotonic()):
            return StoreError(f"{self.where} refuses access to {key} ({_said(text)}): {_CREDENTIALS_REMEDY}")
        if not self._told:
            self._told = True
            logger.warning(
                "%s refuses %s and gives other files: taken as not there, as are more like it",
                self.where,
                key,
            )
        return NotThereError(key, f"{_said(text)}, and other files are given", sure=False)

    def _failure(self, key: str, text: str) -> ExplorerError:
        status = _status(text)
        code = error_code({}, text.encode())
        if status in ABSENT:
            return NotThereError(key, answered(status, code))
        if status == 400 and code in EXPIRED:
            return self._refused(key, text)
        if status in (401, 407):
            return StoreError(
                f"{self.where} refuses access to {key} ({_said(text)}): "
                f"{_CREDENTIALS_REMEDY if status == 401 else remedy(407)}"
            )
        self._failed += 1
        reason = _reason(text)
        if "unsupported scheme socks" in text:
            return StoreError(f"cannot reach {self.where}: {proxies.socks_refused(self.where.split('/')[2])}")
        # obstore has one class for all of these.
        if "onnect" in text or "dns" in text.lower():
            return StoreError(
                f"cannot reach {self.where}: {_short(text)}; check the address and the network, then try again"
            )
        if self._failed >= GIVING_UP:
            return StoreError(f"{self.where} fails for every file: {reason}")
        return UnreadableError(key, reason)


def _backend(url: str, config: Settings, slowness: int) -> Backend:
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError:
        raise StoreError(f"{url} needs one more package: pip install 'rapidai4eo-explorer[cloud]'") from None
    scheme = url.split("://", 1)[0]
    family = "s3" if scheme.startswith("s3") else "gs" if scheme == "gs" else "az"
    options: dict[str, Any] = {}
    if not any(os.environ.get(name) for name in _CREDENTIALS[family]):
        options["skip_signature"] = True
    try:
        return from_url(
            url,
            client_options={
                "allow_http": any(os.environ.get(name, "").startswith("http://") for name in _ENDPOINTS),
                "connect_timeout": timedelta(seconds=config.http_connect_timeout),
                "timeout": timedelta(seconds=config.http_read_timeout * slowness),
            },
            retry_config={
                "max_retries": config.http_retries,
                "retry_timeout": timedelta(seconds=config.http_total_timeout * slowness),
                "backoff": {
                    "init_backoff": timedelta(seconds=BACKOFF),
                    "max_backoff": timedelta(seconds=BACKOFF_MAX),
                },
            },
            **options,
        )
    except (BaseError, ValueError) as error:
        raise CorpusNotFoundError(f"{url} cannot be opened: {_short(str(error))}") from error


def _status(text: str) -> int:
    """The status that an error of obstore tells of; 0 where it tells of none."""
    found = re.search(r"status code: (\d{3})\b", text)
    return int(found[1]) if found else 0


def _reason(text: str) -> str:
    """Why a request failed: what the server answered, with what to do, else obstore's own words."""
    status = _status(text)
    return answered(status, error_code({}, text.encode())) if status else _short(text)


def _said(text: str) -> str:
    return f"{_status(text) or 'refused'} {error_code({}, text.encode())}".strip()


def _short(text: str) -> str:
    """The first sentence of obstore's many lines."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[0].removesuffix(" - HTTP error:").strip()[:160] if lines else "no reason given"
