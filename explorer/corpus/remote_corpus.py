"""Opening a corpus by URL: its store, with chips kept on disk, and its sample table, kept on disk as well."""

from __future__ import annotations

import logging
from pathlib import Path

from explorer.core.atomic_file import replacing
from explorer.core.config import Settings
from explorer.core.errors import (
    CorpusFormatError,
    CorpusNotFoundError,
    ExplorerError,
    NotThereError,
    StoreError,
    UnreadableError,
)
from explorer.corpus import index_building
from explorer.corpus.profile import PROFILE_KEY, CorpusProfile, LabelSettings, of_corpus, parse, text_of
from explorer.corpus.stac.stac_links import split_url
from explorer.corpus.stores.cache import CHIPS, CachedStore
from explorer.corpus.stores.remote import store_of
from explorer.corpus.stores.store import Store
from explorer.corpus.tables import index as sample_index
from explorer.corpus.tables.sources import Progress

logger = logging.getLogger("explorer")


def open_remote(
    url: str, config: Settings, progress: Progress | None = None
) -> tuple[CachedStore, sample_index.SampleIndex, CorpusProfile]:
    """A remote corpus: its store, its samples from where they were kept the last time, else from the corpus, its profile.

    The URL of its `stac-v1.0/catalog.json` means the corpus; that of another STAC file, what it leads to.
    Raises `CorpusNotFoundError`, and `StoreError` where the server does not answer or refuses.
    """
    url, key = split_url(url)
    store = CachedStore(store_of(url, config), config.cache_dir / CHIPS, config.chip_cache_bytes)
    path = sample_index.cached_path(store, config.cache_dir, key or "")
    try:
        profile = _profile(store, config, path.with_suffix(".toml"))
        labels = profile.labels
        index = _kept(path, labels) or (None if key else _built_there(store, path, labels))
        if index is not None:
            index_building.ask_stac(index, store)
        else:
            if key:
                index = index_building.from_stac(store, key, progress, labels)
            else:
                index = index_building.build(store, progress, rebuild=True, labels=labels)
            _keep(index, path, store)
        if key:
            index.again = None  # another process would make that of the whole corpus
    except ExplorerError as error:
        store.close()
        led_away = getattr(store.store, "led_away", None)
        if led_away and isinstance(error, (CorpusNotFoundError, UnreadableError)):
            # That is what is wrong, not each of its files.
            raise StoreError(f"{store.where} is {led_away}") from error
        raise
    return store, index, profile


def _profile(store: Store, config: Settings, kept: Path) -> CorpusProfile:
    """The corpus's profile, asked for each time; as it was the last time while the server does not answer."""
    if config.profile:
        return of_corpus(store, config)
    try:
        text = text_of(store)
    except StoreError as error:
        if isinstance(error, UnreadableError) or not kept.is_file():
            raise
        logger.warning("%s; its profile is that of the last time", error)
        text = kept.read_bytes()
    found = parse(text, PROFILE_KEY)
    try:
        if not kept.is_file() or kept.read_bytes() != text:
            with replacing(kept) as part:
                part.write_bytes(text)
    except OSError as error:
        logger.warning("cannot keep the profile of %s: %s", store.where, error.strerror or error)
    return found


def _kept(path: Path, labels: LabelSettings) -> sample_index.SampleIndex | None:
    try:
        index = sample_index.read(path) if path.is_file() else None
    except CorpusFormatError as error:
        logger.warning("%s; it is made anew", error)
        return None
    if index is None or index.settled != labels.to_text():
        return None
    return index_building.Kept.mark(index, path)


def _built_there(store: Store, path: Path, labels: LabelSettings) -> sample_index.SampleIndex | None:
    """The index that the corpus itself holds, as a download does. An unreachable host is found out here, once."""
    try:
        data = store.get(sample_index.INDEX_KEY)
    except (NotThereError, UnreadableError):
        return None
    try:
        with replacing(path) as part:
            part.write_bytes(data)
        index = sample_index.read(path)
        if index.settled == labels.to_text():
            return index_building.Kept.mark(index, path)
        logger.warning(
            "%s: its own index was built with other settings of labels; it is made anew", store.where
        )
    except OSError as error:
        logger.warning("cannot keep the table of %s: %s", store.where, error.strerror or error)
    except CorpusFormatError as error:
        logger.warning("%s: its own index cannot be read (%s)", store.where, error)
        path.unlink(missing_ok=True)
    return None


def _keep(index: sample_index.SampleIndex, path: Path, store: Store) -> None:
    if sample_index.why_not_kept(index):
        return
    try:
        index_building.Kept.mark(index, sample_index.write(index, path))
    except ExplorerError as error:
        logger.warning("%s: its table is read anew each time (%s)", store.where, error)
