"""The synthetic demo corpus: half a million samples of a believable Europe, made on demand."""

from __future__ import annotations

from explorer.demo.opening import featured, open_demo
from explorer.demo.store import DEFAULT_COUNT, DemoStore
from explorer.demo.writer import write

__all__ = ["DEFAULT_COUNT", "DemoStore", "featured", "open_demo", "write"]
