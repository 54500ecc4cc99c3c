"""What a forked child has to make anew, since only the thread that forked goes on in it.

A lock that another thread held stays locked in the child for ever, a queue has nobody who takes from it, and a connection
is the parent's as well: a reader that was used before the fork hung in the child. Owners of such things register here, or
use `Lock`, which also goes into another process by pickle, where it is a new one.
"""

from __future__ import annotations

import os
import threading
import weakref
from functools import cached_property
from types import TracebackType
from typing import Protocol, TypeVar

HOLD_S = 1.0
"""How long a fork waits, at most, for those who are in the middle of what does not survive one."""


class Remade(Protocol):
    """An owner of locks, threads or connections."""

    def after_fork(self) -> None:
        """Make them anew. Called in the child, where there is one thread."""


class Held(Protocol):
    """A gate to code whose own locks cannot be made anew (GDAL, counters): nobody is in there while a process forks."""

    def hold(self, seconds: float) -> None:
        """Wait until nobody is inside, `seconds` at most, and let nobody in."""

    def let_go(self) -> None:
        """Let them in again, in the parent."""


# By id; a WeakSet cannot be gone through while another thread adds to it.
_remade: weakref.WeakValueDictionary[int, Remade] = weakref.WeakValueDictionary()
_held: weakref.WeakValueDictionary[int, Held] = weakref.WeakValueDictionary()
_classes: list[type] = []
_one_fork = threading.Lock()
_holding: list[Held] = []

T = TypeVar("T")


def remake(owner: Remade) -> None:
    """Have an owner told in each child that this process forks. It is held weakly."""
    _remade[id(owner)] = owner


def keep_out(gate: Held) -> None:
    """Have a gate closed while this process forks. It is held weakly."""
    _held[id(gate)] = gate


def remake_cached(kind: type[T]) -> type[T]:
    """A class whose cached properties take long: Python 3.11 computes them under one lock of the class."""
    _classes.append(kind)
    return kind


class Lock:
    """A lock that a thread may take more than once; free in a forked child, and after a pickle."""

    def __init__(self) -> None:
        self.after_fork()
        remake(self)

    def after_fork(self) -> None:
        """Be free."""
        self._lock = threading.RLock()

    def __reduce__(self) -> tuple[type[Lock], tuple[()]]:
        return Lock, ()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


def _before() -> None:
    _one_fork.acquire()
    _holding.extend(gate for ref in _held.valuerefs() if (gate := ref()) is not None)
    for gate in _holding:
        gate.hold(HOLD_S)


def _in_parent() -> None:
    for gate in _holding:
        gate.let_go()
    _holding.clear()
    _one_fork.release()


def _in_child() -> None:
    global _one_fork
    _one_fork = threading.Lock()
    _holding.clear()
    for ref in _remade.valuerefs():
        if (owner := ref()) is not None:
            owner.after_fork()
    for kind in _classes:
        for found in vars(kind).values():
            if isinstance(found, cached_property) and hasattr(found, "lock"):
                found.lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
