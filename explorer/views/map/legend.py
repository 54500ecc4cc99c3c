"""The legend: classes with colours, counts and shares; a click isolates one; the filters as chips."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from explorer.core.errors import ExplorerError
from explorer.corpus.query.opinion_conditions import Says
from explorer.views.common import palettes
from explorer.views.common.components import Component, SessionScheduler, source
from explorer.views.common.map_state import LEVELS
from explorer.views.common.selection import Selection
from explorer.views.map.map_shown import Shown
from explorer.views.map.messages import FromLegend, ToLegend


class Legend(Component):
    """The browser's side of the legend."""

    _stylesheets: ClassVar[list[Any]] = [source("legend.css")]
    script = ToLegend()
    from_script = FromLegend


class LegendView:
    """Says what is shown, and changes the filters."""

    def __init__(self, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._state = selection.map
        self._shown: Shown | None = None
        self._total = 0
        self._most: int | None = None
        self.legend = Legend(loop, bus=bus, sizing_mode="stretch_width", margin=0)
        self.legend.on = {
            "level": self._level, "isolate": self._isolate, "remove": self._remove, "again": lambda _data: self._send(),
        }  # fmt: skip

    def show(self, found: Shown, total: int) -> None:
        """Tell counts; `total` is the number of all samples."""
        self._shown, self._total = found, total
        self._send()

    def density(self, most: int | None) -> None:
        """The key to the density of samples; None where classes are shown."""
        self._most = most
        colours = palettes.of_density(self._state.theme)[1:] if most is not None else []
        self.legend.script.density(most=most, colours=colours[::16] + colours[-1:])

    def scale(self, shade: str, opinion: str) -> None:
        """The key to what the map shows in place of the labels' classes."""
        words = {
            "change": "cover lost",
            "disagreement": "differs",
            "opinion": f"Classes: what {opinion} says",
        }
        title = {
            "change": "Probability that cover was lost from 2018 to 2019; grey: not known",
            "disagreement": f"How far {opinion} is from the label: half the sum of the differences of their fractions; grey: not said",
            "opinion": f"The largest class of what {opinion} says, in place of the label's",
        }
        colours = (
            palettes.of_change(self._state.theme)[2:103:10] if shade in ("change", "disagreement") else []
        )
        self.legend.script.scale(colours=colours, words=words.get(shade, ""), title=title.get(shade, ""))

    def restyle(self) -> None:
        """Other colours."""
        self._send()

    def _send(self) -> None:
        found, state = self._shown, self._state
        if found is None:
            return
        colours = palettes.hexes(palettes.class_table(found.level, state.palette))
        self.legend.script.rows(
            rows=found.legend(colours),
            level=state.level,
            chips=state.chips(found.filters),
            count=len(found.set),
            total=self._total,
        )

    def _level(self, data: dict[str, Any]) -> None:
        if data.get("level") in LEVELS:
            # Classes isolated on one level would hide what the other level is asked to show.
            says = "says" if self._shown is not None and self._shown.said else "largest"
            self._state.param.update(
                level=data["level"], filters=self._state.filters.without("largest", says)
            )

    def _isolate(self, data: dict[str, Any]) -> None:
        """A click isolates a class, again releases it; `add` adds it to the others, or takes it from them.

        Of the labels, or of what the opinion says that is drawn.
        """
        code, filters, found = data.get("code"), self._state.filters, self._shown
        if not isinstance(code, int) or found is None:
            return
        before = found.isolated if found.said else filters.largest
        if data.get("add"):
            chosen = tuple(c for c in before if c != code)
            chosen = chosen if code in before else (*chosen, code)
        else:
            chosen = () if before == (code,) else (code,)
        try:
            if found.said:
                others = tuple(one for one in filters.says if one.name != found.said)
                own = (Says(found.said, tuple(map(str, chosen))),) if chosen and code else ()
                self._state.filters = replace(filters, says=(*others, *own))
                return
            self._state.filters = replace(filters, largest=chosen)
        except ExplorerError:
            return  # no class of this nomenclature: nobody clicked that

    def _remove(self, data: dict[str, Any]) -> None:
        self._state.remove_chip(data.get("name"))
