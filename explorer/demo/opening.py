"""Open the demo as a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.demo.store import DEFAULT_COUNT, DemoStore

if TYPE_CHECKING:
    from explorer.core.config import Settings
    from explorer.corpus.corpus import Corpus
    from explorer.corpus.tables.index import SampleIndex


def featured(seed: int = 0, store: DemoStore | None = None) -> list[str]:
    """Ids of eight photogenic samples with correct labels; the first is what a page opens with."""
    table = (store or DemoStore(seed)).table
    return [table.ids[row].as_py() for row in table.featured]


def open_demo(*, config: Settings | None = None, seed: int = 0, count: int = DEFAULT_COUNT) -> Corpus:
    """The demo corpus, its table made (some seconds, the first time) or read from the user's cache folder."""
    from explorer.corpus.corpus import Corpus

    store = DemoStore(seed, count)
    return Corpus(store, index_of(store), config=config, featured=featured(seed, store))


def index_of(store: DemoStore) -> SampleIndex:
    """The samples of a demo store; fractions are made on first use."""
    # Here, not above: who only wants the store's bytes need not load the readers and xarray.
    from explorer.corpus.tables.index import SampleIndex
    from explorer.corpus.tables.labels import Fractions

    samples = store.samples()
    index = SampleIndex(samples, lambda: Fractions(samples.index, store.fractions()), store.where)
    index.again = index_of
    return index
