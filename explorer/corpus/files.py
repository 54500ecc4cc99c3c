"""One file of a corpus, whatever it is: its key taken apart, its bytes checked."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.core import grid
from explorer.core.errors import ChipError, CorpusFormatError
from explorer.core.grid import Cell
from explorer.core.products import PRODUCTS, Product
from explorer.corpus.imagery.decoder import Decoder
from explorer.corpus.stores.store import Store
from explorer.corpus.tables.label_files import read_file


@dataclass(frozen=True, slots=True)
class FileKey:
    """A chip or, where `product` is None, a label, by its key."""

    key: str
    cell: Cell
    product: Product | None

    @classmethod
    def of(cls, key: str) -> FileKey:
        """Take a key of the corpus's layout apart. Raises `InvalidSampleIdError` for other keys."""
        parts = key.split("/")
        if parts[0] == "labels":
            name = parts[-1].removeprefix("labels_").removesuffix(".geojson")
            return cls(key, grid.parse(name), None)
        sample_id, product = (parts[3], parts[4]) if len(parts) == 6 else ("", "")
        return cls(key, grid.parse(sample_id), PRODUCTS.get(product))


def verify(data: bytes, file: FileKey, decoder: Decoder | None = None) -> None:
    """Raise `ChipError` or `CorpusFormatError` where the bytes are not what the key says."""
    if file.product is not None:
        (decoder or Decoder()).read(data, file.product, file.cell, file.key)
        return
    label = read_file(data, file.key, decoder.classes if decoder is not None else None)
    if label.sample_id not in (None, file.cell.sample_id):
        raise CorpusFormatError(file.key, f"it says that it is of sample {str(label.sample_id)[:40]}")


def fetch(store: Store, file: FileKey, decoder: Decoder | None = None) -> bytes:
    """The bytes of a file, verified; fetched once more where they are not what they should be.

    Raises as `Store.get` and `verify`.
    """
    data = store.get(file.key)
    forget = getattr(store, "forget", None)
    try:
        verify(data, file, decoder)
    except (ChipError, CorpusFormatError):
        if forget is None:  # a folder gives the same again
            raise
        forget(file.key)
        data = store.get(file.key)
        verify(data, file, decoder)
    return data


def origin(store: Store) -> Store:
    """The store below a cache: what is copied or checked shall come from the corpus itself."""
    return getattr(store, "store", store)
