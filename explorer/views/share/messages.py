"""What the panel for links and files and its script tell each other."""

from __future__ import annotations

from explorer.views.common.message_fields import Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser


class ToShare(ToBrowser):
    """A file comes piece by piece: `file` tells of it, each `piece` is asked for by `next`."""

    def begun(self, *, name: str) -> None: ...
    def file(self, *, name: str, media: str, size: int) -> None:
        """It is made; `size` in bytes."""

    def offer(self, *, dates: list[str], terms: str, lacking: dict[str, str], counts: list[int]) -> None:
        """What files can be made of; `lacking` says why an ending cannot."""

    def piece(self, *, data: bytes, last: bool) -> None: ...
    def progress(self, *, done: int, total: int, reading: bool) -> None: ...
    def state(
        self,
        *,
        link: str,
        served: bool,
        hidden: bool,
        sample: str | None,
        date: str,
        what: str,
        values: bool,
        pins: int,
        story: bool,
        code: list[dict[str, str]],
    ) -> None:
        """What is shown. `values`: it has values, not colours alone; `code` has `view`, `title` and `text` of Python."""

    def toggle(self) -> None: ...
    def trouble(self, *, text: str) -> None: ...


class FromShare(FromBrowser):
    """Files that are asked for."""

    def cancel(self) -> None: ...
    def make(
        self,
        *,
        kind: Word,
        first: Word,
        last: Word,
        ending: Word,
        product: Word = "",
        other: Word = "",
        pins: bool = False,
        chart: bool = False,
        skip: bool = False,
        story: bool = False,
        fps: Number = 0,
        scale: Number = 0,
        count: Number = 0,
        base_url: Word = "",
        seconds: Number = 8,
    ) -> None:
        """A file of the dates from `first` to `last` (`export.export_jobs`); `base_url` is the page's address, of a
        handout, `seconds` the length of a tour.
        """

    def next(self) -> None: ...
    def open(self, *, open: bool) -> None: ...
