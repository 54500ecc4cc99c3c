"""Files that are made in a thread and sent through a component, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from explorer.core.errors import ExplorerError
from explorer.views.common.components import WAIT, SessionScheduler


class SendFile(Protocol):
    """A message with a file."""

    def __call__(self, *, name: str, media: str, bytes: bytes) -> None: ...  # noqa: A002  a field's name


class TakesFiles(Protocol):
    """A component's script that is told of files, and of what could not be made."""

    def file(self, *, name: str, media: str, bytes: bytes) -> None: ...  # noqa: A002  a field's name
    def trouble(self, *, text: str) -> None: ...


class FileMaker:
    """Makes the files of a component, for its script."""

    def __init__(self, loop: SessionScheduler, script: TakesFiles) -> None:
        self._loop, self._script = loop, script
        self._busy = False

    def make(self, job: Callable[[], bytes], name: str, media: str, send: SendFile | None = None) -> None:
        """Send what a job gives, as `file` or by another message; the next one only after it."""
        if self._busy:
            self._script.trouble(text=WAIT)
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
                self._script.trouble(text=result)
            else:
                (send or self._script.file)(name=name, media=media, bytes=result)

        self._loop.work(attempt, done, failed)
