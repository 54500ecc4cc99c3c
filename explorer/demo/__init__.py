"""The synthetic demo corpus: half a million samples of a believable Europe, made on demand."""

from __future__ import annotations

from explorer.demo.showcase import FEATURED, find
from explorer.demo.store import DEFAULT_COUNT, DemoStore
from explorer.demo.writer import write

__all__ = ["DEFAULT_COUNT", "DemoStore", "featured", "write"]


def featured(seed: int = 0, store: DemoStore | None = None) -> list[str]:
    """Ids of eight photogenic samples with correct labels; the first is what a page opens with."""
    table = (store or DemoStore(seed)).table
    return [table.ids[row].as_py() for row in find(table, FEATURED, set())]
