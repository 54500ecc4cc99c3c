"""A corpus in an object store: `s3://bucket/folder`, `az://container/folder`, `gs://bucket/folder`.

obstore signs, retries with jitter and lists. Credentials, endpoints and Azure's account come from its own environment
variables (`AWS_...`, `AZURE_STORAGE_ACCOUNT_NAME`, `GOOGLE_...`); without credentials, requests go unsigned, as public
buckets want them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from explorer.config import Settings, settings
from explorer.corpus.http import BACKOFF, BACKOFF_MAX, GIVING_UP, SLOW_FACTOR
from explorer.corpus.store import MAX_CHIP_BYTES, MAX_RESOURCE_BYTES, clean_key, given_up, of_sample
from explorer.errors import (
    CancelledError,
    CorpusNotFoundError,
    ExplorerError,
    NotThereError,
    StoreError,
    UnreadableError,
)

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Backend

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


class ObjectStore:
    """A corpus in a bucket or container. Raises `CorpusNotFoundError` for a URL that obstore does not know."""

    def __init__(self, url: str, config: Settings | None = None) -> None:
        config = config or settings()
        self._where = url.strip().rstrip("/") + "/"
        self.concurrency = config.http_connections
        """How many requests are worth having in flight."""
        self._chips = _backend(self._where, config, 1)
        self._tables = _backend(self._where, config, SLOW_FACTOR)
        self._failed = 0

    def __repr__(self) -> str:
        return f"<ObjectStore {self.where}>"

    @property
    def where(self) -> str:
        return self._where

    def href(self, key: str) -> str:
        return self._where + clean_key(key)

    def get(self, key: str) -> bytes:
        from obstore import exceptions

        if given_up():
            raise CancelledError(f"fetching {key} was given up")
        small = of_sample(clean_key(key))
        limit = MAX_CHIP_BYTES if small else MAX_RESOURCE_BYTES
        try:
            answer = (self._chips if small else self._tables).get(key)
            size = int(answer.meta["size"])
            if size > limit:
                raise UnreadableError(key, f"{size:,} bytes, more than the {limit:,} that it may have")
            body = bytes(answer.bytes())
        except (exceptions.NotFoundError, FileNotFoundError):
            self._failed = 0
            raise NotThereError(key) from None
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError, PermissionError) as error:
            raise StoreError(
                f"{self.where} refuses access to {key}; check the address and the credentials in the environment"
            ) from error
        except ExplorerError:
            raise
        except (exceptions.BaseError, OSError, ValueError) as error:
            raise self._failure(key, str(error)) from error
        if len(body) != size:
            raise UnreadableError(key, f"cut short: {len(body):,} of {size:,} bytes")
        self._failed = 0
        return body

    def list(self, folder: str) -> Iterator[str]:
        from obstore import exceptions

        prefix = "" if folder in ("", ".") else clean_key(folder.rstrip("/"))
        try:
            found: Any = self._tables.list_with_delimiter(prefix or None)
        except (exceptions.NotFoundError, FileNotFoundError):
            return iter(())
        except (exceptions.BaseError, OSError) as error:
            raise StoreError(f"cannot list {folder} in {self.where}: {_short(str(error))}") from error
        names = [f"{path.rsplit('/', 1)[-1]}/" for path in found["common_prefixes"]]
        names += [entry["path"].rsplit("/", 1)[-1] for entry in found["objects"]]
        return iter(sorted(names))

    def check(self) -> None:
        """Ask once whether the store is there. Raises `StoreError`."""
        from obstore import exceptions

        try:
            self._chips.head("explorer-is-it-there")
        except (exceptions.NotFoundError, FileNotFoundError):
            return
        except (exceptions.BaseError, OSError, ValueError) as error:
            raise StoreError(f"cannot reach {self.where}: {_short(str(error))}") from error

    def forget(self, key: str) -> None:
        """Fetch a key anew the next time, as is done anyway: nothing is kept here."""

    def _failure(self, key: str, text: str) -> StoreError:
        self._failed += 1
        reason = _short(text)
        # obstore has one class for all of these.
        if "onnect" in text or "dns" in text.lower():
            return StoreError(
                f"cannot reach {self.where}: {reason}; check the address and the network, then try again"
            )
        if self._failed >= GIVING_UP:
            return StoreError(f"{self.where} fails for every file: {reason}; try again later")
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


def _short(text: str) -> str:
    """The first sentence of obstore's many lines."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[0].removesuffix(" - HTTP error:").strip()[:160] if lines else "no reason given"
