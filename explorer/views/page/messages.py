"""What the page's head and its drawer about the corpus, and their scripts, tell each other."""

from __future__ import annotations

from typing import Annotated

from explorer.corpus.doctor import Check
from explorer.views.common.message_fields import Most, Word
from explorer.views.common.messages import FromBrowser, ToBrowser


class ToHead(ToBrowser):
    """The selected sample, the address, and what has to be said."""

    def notice(self, *, text: str) -> None: ...
    def sample(self, *, id: str | None, text: str, place: str, colour: str | None) -> None:
        """Its class and its colour, and where it is in words and degrees."""

    def url(self, *, search: str, push: bool) -> None:
        """The selection written down; `push`: as a new page of the history."""


class FromHead(FromBrowser):
    """Where to go, and which drawer to open."""

    def about(self) -> None: ...
    def go(self, *, text: Word) -> None: ...
    def link(self, *, search: Annotated[str, Most(65_536)]) -> None:
        """Another address by the browser's own buttons; as long as a server reads one."""

    def panel(self, *, name: Word) -> None: ...
    def random(self) -> None: ...
    def review(self) -> None: ...
    def share(self) -> None: ...
    def stories(self) -> None: ...


class ToHelp(ToBrowser):
    """Whom to name."""

    def facts(
        self, *, software: str, citation: str, lines: list[str], licences: list[str], terms: str, guide: bool
    ) -> None:
        """`lines` are attributions; `terms` is empty where use is free; `guide`: whether the server has the guide's pages."""


class ToAbout(ToBrowser):
    """What is known of the corpus."""

    def diagnosis(
        self, *, facts: list[list[str]], checks: list[Check], healthy: bool, files: int, samples: int, notes: list[str]
    ) -> None:  # fmt: skip
        """`facts` are names and what is said of them; `files` and `samples` were looked at."""

    def failed(self) -> None: ...
    def toggle(self) -> None: ...


class FromAbout(FromBrowser):
    """Asks for the diagnosis."""

    def look(self) -> None: ...
