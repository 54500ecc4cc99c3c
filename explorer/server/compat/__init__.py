"""Tricks on private parts of Bokeh and Panel: nowhere else are such names used.

Each is a module with a `TRICK`: what it buys, for which versions it is known, and a guard that leaves it off where the library differs.
`EXPLORER_PLAIN=true` leaves all of them off. `tests/unit/test_compat.py` tries each on the real libraries, `tests/bench/bench_compat.py`
measures each by turns with and without.
"""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock

from explorer.server.compat import one_collection, spare_documents
from explorer.server.compat.trick import Trick

TRICKS: dict[str, Trick] = {module.TRICK.name: module.TRICK for module in (one_collection, spare_documents)}
_LOCK = Lock()
_ASKED: list[bool] = []


def install(*, plain: bool = False, without: Collection[str] = ()) -> None:
    """Turn the tricks on, once a process and before its first page; none where it is to be `plain`.

    `without` some, by name, so that they can be measured: who asks first decides. Raises `ValueError` for a name that is none.
    """
    if unknown := set(without) - set(TRICKS):
        raise ValueError(f"no trick is called {', '.join(sorted(unknown))}; there are {', '.join(TRICKS)}")
    with _LOCK:
        if _ASKED:
            return
        _ASKED.append(plain)
        for name, trick in TRICKS.items():
            if not plain and name not in without:
                trick.install()
