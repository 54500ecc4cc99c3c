"""Files that are made in a thread and sent through a component, one at a time."""

from __future__ import annotations

from collections.abc import Callable

from explorer.core.errors import ExplorerError
from explorer.views.common.components import WAIT, Component, Loop


class FileMaker:
    """Makes a component's files. What cannot be made is told in the message `trouble`, with the reason as `text`."""

    def __init__(self, loop: Loop, component: Component, trouble: str = "trouble") -> None:
        self._loop, self._component, self._trouble = loop, component, trouble
        self._busy = False

    def make(self, job: Callable[[], bytes], name: str, media: str, kind: str = "file") -> None:
        """Send what a job gives as a message of a kind, with name and media type; the next one only after it."""
        if self._busy:
            self._component.send(self._trouble, text=WAIT)
            return
        self._busy = True

        def attempt() -> bytes | str:
            try:
                return job()
            except ExplorerError as error:
                return str(error)

        def failed() -> None:
            self._busy = False

        def done(result: bytes | str) -> None:
            self._busy = False
            if isinstance(result, str):
                self._component.send(self._trouble, text=result)
            else:
                self._component.send(kind, name=name, media=media, bytes=result)

        self._loop.work(attempt, done, failed)
