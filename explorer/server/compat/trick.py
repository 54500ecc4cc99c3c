"""What each trick on a library's private parts has to say of itself, and when it is off."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_LOG = logging.getLogger("explorer")


@dataclass
class Trick:
    """A faster way through private parts of a library; without it the page does the same on public API."""

    name: str
    buys: str
    """What was measured."""
    known: tuple[str, ...]
    """The versions it was tried with, as requirements: `bokeh>=3.9.1,<3.10`."""
    upstream: str
    """The heading in assets/docs/upstream.md that asks the library for a public way."""
    differs: Callable[[], str]
    """What of the library is not as the trick takes it to be; empty where all is."""
    put: Callable[[], None] = field(default=lambda: None)
    """Set what is to be set once in a process."""
    on: bool = False

    def install(self) -> None:
        """Turn it on, once. Where the library differs it stays off, with one line in the log."""
        if self.on:
            return
        try:
            why = self.differs()
        except Exception as error:  # noqa: BLE001  whatever the library does now, the page works without the trick
            why = f"{type(error).__name__}: {error}"
        if why:
            _LOG.warning(
                "%s is off: %s; it is known for %s. The page works, slower",
                self.name, why, ", ".join(self.known), extra={"event": "compat"},
            )  # fmt: skip
            return
        self.put()
        self.on = True


def lacking(thing: Any, *names: str) -> str:
    """What a guard says where a class, module or instance lacks one of these attributes; empty where it has all."""
    label = getattr(thing, "__name__", type(thing).__name__)
    return ", ".join(f"{label} has no {name}" for name in names if not hasattr(thing, name))


def takes(function: Callable[..., Any], *names: str) -> str:
    """What a guard says where a function takes other parameters than these; empty where it takes them."""
    found = tuple(inspect.signature(function).parameters)
    return "" if found == names else f"{function.__qualname__} takes {', '.join(found) or 'nothing'}"


def uses(function: Any, *names: str) -> str:
    """What a guard says where a function's code names none of these attributes any longer; empty where it names all."""
    return ", ".join(
        f"{function.__qualname__} knows no {name}" for name in names if name not in function.__code__.co_names
    )
