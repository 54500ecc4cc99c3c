"""Opening a corpus, wherever it is, and building its index: the one place that knows corpora, the demo and remote ones."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.request import url2pathname

from explorer.core.config import Settings, settings
from explorer.core.errors import CorpusFormatError, CorpusNotFoundError
from explorer.corpus import index_building
from explorer.corpus.corpus import Corpus
from explorer.corpus.profile import of_corpus
from explorer.corpus.stac import stac
from explorer.corpus.stores.store import DirectoryStore, Store, is_synthetic
from explorer.corpus.tables import index as sample_index
from explorer.corpus.tables.sources import Progress


def open_corpus(
    where: str | os.PathLike[str] = "demo",
    *,
    config: Settings | None = None,
    progress: Progress | None = None,
) -> Corpus:
    """Open a corpus: a folder in its layout, a URL (https, s3, az, gs), a STAC file or its URL, or the word `demo`.

    A folder of that name is `./demo` or a `Path`. The URL of a corpus's `stac-v1.0/catalog.json` means that corpus. Another catalog, collection or item, and a file on
    disk, means what it leads to.

    Raises `CorpusNotFoundError` where there is none, `StoreError` where a server does not answer or refuses.
    """
    text = os.fspath(where)
    if _is_demo(where):
        from explorer.demo import open_demo  # only this word needs it

        return open_demo(config=config)
    if "://" in text and not text.startswith("file://"):
        from explorer.corpus import remote_corpus  # its clients are only paid for by those who go out

        remote_store, remote_index, profile = remote_corpus.open_remote(text, config or settings(), progress)
        return Corpus(remote_store, remote_index, config=config, profile=profile)
    path = _local(text)
    if path.is_file() and path.suffix.lower() == ".json":
        store, index = index_building.open_stac(path, progress, config)
        return Corpus(store, index, config=config)
    return Corpus(DirectoryStore(path), config=config, progress=progress)


def _is_demo(where: str | os.PathLike[str]) -> bool:
    """Whether it is the word; a `Path` is a folder, whatever its name."""
    return isinstance(where, str) and where == "demo"


def _local(text: str) -> Path:
    """What a path or `file://` URL names on this machine; of a corpus's own STAC folder, the corpus."""
    if not text:
        raise CorpusNotFoundError("no corpus is named; give a folder, a URL, a STAC file, or the word demo")
    path = Path(
        url2pathname(text.removeprefix("file://")) if text.startswith("file://") else text
    ).expanduser()
    if path.name == stac.STAC_FOLDER and (path / "catalog.json").is_file():
        return path.parent  # its links lead to what lies beside it
    return path


_OF_WORKER: dict[str, Corpus] = {}


def corpus_of_worker(where: str, said: Mapping[str, object]) -> Corpus:
    """The corpus that a worker of a cluster measures, opened once a process; `said` are settings that its command line has not. Raises as `open_corpus`."""
    key = json.dumps([where, said], default=str)
    if key not in _OF_WORKER:
        _OF_WORKER[key] = open_corpus(where, config=settings().model_copy(update=dict(said)))
    return _OF_WORKER[key]


def reindex(
    where: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    config: Settings | None = None,
) -> Path:
    """Build the index of a corpus (a folder, a URL, or the word `demo`) from its own files and write it; the file.

    It goes where `open_corpus` finds it (`default_path`), or to `output`. Raises as `build` and `write`.
    """
    store: Store
    if _is_demo(where):
        demo = open_corpus("demo", progress=progress)
        store, index = demo.store, demo.index
    else:
        store = _store_of(os.fspath(where), config or settings())
        index = index_building.build(
            store, progress, rebuild=True, labels=of_corpus(store, config or settings()).labels
        )
    why = sample_index.why_not_kept(index)
    if why and output is None:
        raise CorpusFormatError(
            stac.CATALOG_KEY, f"{why}, which an index cannot say; open this corpus by its catalog.json"
        )
    return sample_index.write(
        index, output or sample_index.default_path(store), progress, synthetic=is_synthetic(store)
    )


def _store_of(where: str, config: Settings) -> Store:
    if "://" not in where or where.startswith("file://"):
        return DirectoryStore(_local(where))
    from explorer.corpus.stores.remote import store_of  # its clients are only paid for by those who go out

    folder, key = stac.split_url(where)
    return store_of(where if key else folder, config)
