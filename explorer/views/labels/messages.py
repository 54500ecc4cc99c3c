"""What the labels panel and its script say to each other."""

from __future__ import annotations

from explorer.opinions.ground_marks import GroundMark
from explorer.views.common.message_fields import Word
from explorer.views.common.messages import FromBrowser, ToBrowser


class ToBars(ToBrowser):
    """HTML is the server's own: what a corpus says in it is escaped."""

    def label(self, *, html: str) -> None: ...

    def alike(self, *, on_map: int, off: str) -> None:
        """How many samples that look like others are on the map; why none can be looked for, empty where they can."""

    def ground(
        self,
        *,
        marks: list[GroundMark],
        more: int,
        credits: list[str],
        problems: list[str],
        shown: bool,
    ) -> None:
        """What was seen on the ground of the sample (`ground_marks.GroundOfSample`); `shown`: the pictures show it."""

    def file(self, *, name: str, media: str, bytes: bytes) -> None: ...

    def opinions(self, *, names: list[str], chosen: str, may_add: bool) -> None:
        """`may_add`: the visitor may add one."""


class FromBars(FromBrowser):
    """Which opinion is to stand beside the label; an empty name: none."""

    def add_opinion(self) -> None:
        """Somebody wants to add an opinion."""

    def alike(self) -> None:
        """Show what looks like the sample."""

    def choose(self, *, opinion: Word) -> None: ...
    def clear(self) -> None:
        """Take what is alike off the map."""

    def show_ground(self, *, shown: bool) -> None:
        """Whether the pictures show what was seen on the ground."""

    def save(self, *, format: Word) -> None:
        """A file of what was seen on the ground of the sample."""

    def judge(self) -> None:
        """Hold that opinion, or the first, against the labels of all samples."""
