"""Help: the drawer with keys, marks, words, version, citation and licences; all but the last three are the script's own."""

from __future__ import annotations

from typing import Any, ClassVar

from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.export import credit
from explorer.views.common.components import Component, SessionScheduler, source
from explorer.views.page.messages import ToHelp


class Help(Component):
    """The browser's side: the drawer."""

    _stylesheets: ClassVar[list[Any]] = [source("help.css")]
    script = ToHelp()


class HelpView:
    """Tells the drawer whom to name, and whether there is a guide to link to."""

    def __init__(self, corpus: Corpus, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._loop = corpus, loop
        self.help = Help(
            loop, bus=bus, margin=0, sizing_mode="stretch_width", styles={"grid-area": "note"}, css_classes=["area-note"]
        )  # fmt: skip
        self.help.on = {"ready": lambda _data: self._tell(), "again": lambda _data: self._tell()}

    def _tell(self) -> None:
        named = credit.of(self._corpus, (PF_SR.id, S2_SR.id, "labels"))
        self.help.script.facts(
            software=credit.SOFTWARE,
            citation=named.citation,
            lines=list(named.lines),
            licences=list(named.licences),
            terms=named.terms,
            guide=self._loop.served,
        )
