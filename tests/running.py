"""A server of the page in a thread of its own, for tests that speak HTTP to it."""

from __future__ import annotations

import asyncio
import threading
import urllib.error
import urllib.request
from typing import Any

from explorer import ports, serving
from explorer.corpus.corpus import Corpus
from explorer.page_making import MakePage

SECONDS = 60.0


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
