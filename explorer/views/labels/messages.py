"""What the labels panel and its script say to each other."""

from __future__ import annotations

from explorer.views.common.message_fields import Word
from explorer.views.common.messages import FromBrowser, ToBrowser


class ToBars(ToBrowser):
    """HTML is the server's own: what a corpus says in it is escaped."""

    def label(self, *, html: str) -> None: ...

    def opinions(self, *, names: list[str], chosen: str) -> None: ...


class FromBars(FromBrowser):
    """Which opinion is to stand beside the label; an empty name: none."""

    def choose(self, *, opinion: Word) -> None: ...
    def judge(self) -> None:
        """Hold that opinion, or the first, against the labels of all samples."""
