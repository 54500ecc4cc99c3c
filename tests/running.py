"""A server of the page in a thread of its own, for tests that speak HTTP to it."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
import urllib.error
import urllib.request
import weakref
from pathlib import Path
from typing import Any

import pytest

from explorer import app
from explorer.corpus.corpus import Corpus
from explorer.server import ports, serving
from explorer.server.sessions import MakePage

SECONDS = 60.0


def processor_seconds(pid: int) -> float:
    """Of the processor that a process has taken, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Running:
    """Listens as soon as it is made, at `url`; `stop` it at the end."""

    def __init__(self, corpus: Corpus, make: MakePage, **options: Any) -> None:
        self.port = ports.usable("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.port}"
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(corpus, make, options), daemon=True)
        self._thread.start()
        assert self._up.wait(SECONDS)

    def _run(self, corpus: Corpus, make: MakePage, options: dict[str, Any]) -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        self.server = serving.make_server(
            corpus, make, port=self.port, address="127.0.0.1", verbose=False, **options
        )
        self.server.start()
        self.server.io_loop.add_callback(self._up.set)
        self.server.io_loop.start()
        self.server.unlisten()  # sockets that nobody closes are warned of in whichever test comes later

    def get(self, path: str, **headers: str) -> tuple[int, Any, bytes]:
        """Status, headers and body of an answer, also of a failure."""
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def stop(self) -> None:
        """End it, and its thread."""
        self.server.io_loop.add_callback(self.server.io_loop.stop)
        self._thread.join(SECONDS)


def pages_made(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[app.Explorer]]:
    """All pages that are made from now on, as they are made; it keeps none of them."""
    made: list[weakref.ref[app.Explorer]] = []
    init = app.Explorer.__init__

    def counted(self: app.Explorer, *args: Any, **options: Any) -> None:
        init(self, *args, **options)
        made.append(weakref.ref(self))

    monkeypatch.setattr(app.Explorer, "__init__", counted)
    return made


def wait_until_gone(pages: list[weakref.ref[app.Explorer]], seconds: float) -> None:
    """Wait until none of these pages is in memory."""
    deadline = time.monotonic() + seconds
    while left := sum(ref() is not None for ref in pages):
        gc.collect()
        assert time.monotonic() < deadline, f"{left} pages are still in memory"
        time.sleep(0.2)
