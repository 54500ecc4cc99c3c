"""Open the demo as a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.demo.showcase import FEATURED, find
from explorer.demo.store import DEFAULT_COUNT, DemoStore

if TYPE_CHECKING:
    from explorer.config import Settings
    from explorer.corpus.corpus import Corpus


def featured(seed: int = 0, store: DemoStore | None = None) -> list[str]:
    """Ids of eight photogenic samples with correct labels; the first is what a page opens with."""
    table = (store or DemoStore(seed)).table
    return [table.ids[row].as_py() for row in find(table, FEATURED, set())]


def open_demo(*, config: Settings | None = None, seed: int = 0, count: int = DEFAULT_COUNT) -> Corpus:
    """The demo corpus, its table made (some seconds, the first time) or read from the user's cache folder."""
    # Here, not above: who only wants the store's bytes need not load the readers and xarray.
    from explorer.corpus.corpus import Corpus
    from explorer.corpus.index import SampleIndex
    from explorer.corpus.labels import Fractions

    store = DemoStore(seed, count)
    samples = store.samples()
    index = SampleIndex(samples, lambda: Fractions(samples.index, store.fractions()), store.where)
    return Corpus(store, index, config=config, featured=featured(seed, store))
