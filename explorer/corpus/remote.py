"""Opening a corpus by URL: its store, with chips kept on disk, and its sample table, kept on disk as well."""

from __future__ import annotations

import logging

from explorer.config import Settings
from explorer.corpus import index as sample_index
from explorer.corpus.cache import CHIPS, CachedStore
from explorer.corpus.http import HttpStore
from explorer.corpus.objects import SCHEMES, ObjectStore
from explorer.corpus.sources import MAPPINGS, Progress
from explorer.corpus.store import Store
from explorer.errors import CorpusNotFoundError, ExplorerError

logger = logging.getLogger("explorer")


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


def open_remote(
    url: str, config: Settings, progress: Progress | None = None
) -> tuple[CachedStore, sample_index.SampleIndex]:
    """A remote corpus: its store, and its samples from where they were kept the last time, else from the corpus.

    Raises `CorpusNotFoundError`, and `StoreError` where the server does not answer or refuses.
    """
    store = CachedStore(store_of(url, config), config.cache_dir / CHIPS, config.chip_cache_bytes)
    path = sample_index.default_path(store)
    try:
        if not path.is_file():
            store.check(MAPPINGS)  # an unreachable host is one clear error, not one a source
        index = sample_index.build(store, progress)
    except ExplorerError:
        store.close()
        raise
    if not path.is_file() and not index.moved:
        try:
            sample_index.write(index, path)
        except ExplorerError as error:
            logger.warning("%s: its table is read anew each time (%s)", store.where, error)
    return store, index
