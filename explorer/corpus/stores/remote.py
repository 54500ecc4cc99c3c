"""The store that a URL means."""

from __future__ import annotations

from explorer.core.config import Settings
from explorer.core.errors import CorpusNotFoundError
from explorer.corpus.stores.http import HttpStore
from explorer.corpus.stores.objects import SCHEMES, ObjectStore
from explorer.corpus.stores.store import Store


def store_of(url: str, config: Settings) -> Store:
    """The store that a URL means. Raises `CorpusNotFoundError` for one that means none."""
    scheme = url.split("://", 1)[0].lower()
    if scheme in ("http", "https"):
        return HttpStore(url, config)
    if scheme in SCHEMES:
        return ObjectStore(url, config)
    raise CorpusNotFoundError(
        f"{url[:80]!r}: a corpus is a folder, the word demo, or a URL with http, https, {', '.join(SCHEMES)}"
    )
