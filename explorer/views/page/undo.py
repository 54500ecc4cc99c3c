"""Undo and redo of what changed the view, and a line that says what was taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

from explorer.views.common.components import Component, SessionScheduler, bounded_int, source
from explorer.views.common.map_state import MapState
from explorer.views.common.selection import (
    MAX_PIXELS,
    REGION_LETTERS,
    Link,
    Selection,
)
from explorer.views.common.view_history import State, Step, ViewHistory, is_moved
from explorer.views.page.messages import FromToast, ToToast

_MOST_NUMBERS = 1 << 53


class Toast(Component):
    """The browser's side: the line at the foot of the page, and the keys."""

    _stylesheets: ClassVar[list[Any]] = [source("toast.css")]
    script = ToToast()
    from_script = FromToast


class UndoView:
    """Watches a session's view and takes its changes back; `show` makes the page show what a link says.

    A review and a presentation are safe from it: labels that are hidden stay hidden, and the sample under review stays. While samples
    are judged, only what was changed on the sample that is shown can be undone; verdicts never are (the review has its own undo). While
    somebody presents, nothing is.
    """

    def __init__(
        self, selection: Selection, loop: SessionScheduler, bus: str, show: Callable[[Link], None]
    ) -> None:
        self._selection, self._session, self._show = selection, selection.session, show
        self._history = ViewHistory(selection.link())
        self._together = 0
        self._offered: int | None = None
        """The step that the line at the foot of the page offers to undo."""
        self._presented: str | None = None
        self.toast = Toast(loop, bus=bus, margin=0, sizing_mode="fixed", width=0, height=0)
        self.toast.on = {"undo": self._undo, "redo": lambda _data: self._redo()}

    def begin(self) -> None:
        """From now on changes are steps: what is shown now is what the page was opened with."""
        self._history = ViewHistory(self._selection.link())
        selection, session = self._selection, self._session
        selection.param.watch(
            lambda *_e: self._changed(), [name for name in selection.param if name != "name"]
        )
        selection.map.param.watch(lambda *_e: self._changed(), list(MapState.FIELDS))
        session.param.watch(lambda *_e: self._forget(), ["reviewing", "judging", "blind", "labels_hidden"])
        session.param.watch(lambda _e: self._presents(), "presenting")

    @contextmanager
    def one_step(self) -> Iterator[None]:
        """All changes within this are one step, of which nothing is said: somebody asked for all of it."""
        self._together += 1
        try:
            yield
        finally:
            self._together -= 1
            if not self._together:
                self._changed(quiet=True)

    def _changed(self, *, quiet: bool = False) -> None:
        if self._together:
            return
        session, link = self._session, self._selection.link()
        if session.presenting or not session.date_chosen:
            self._history.amend(link)
            return
        step = self._history.note(link)
        if step is not None and session.judging and "sample" in step.before:
            self._forget()
        elif step is not None:
            if self._offered is not None and not self._history.is_untouched(self._offered):
                self._hide()
            if not quiet and (text := taken_away(step.before, step.after)):
                self._offered = step.number
                self.toast.script.say(text=text, action="Undo", step=step.number)

    def _presents(self) -> None:
        """A presentation begins or ends: what was done before it can be undone after it, unless another sample is shown by then."""
        if self._session.presenting:
            self._presented = self._selection.sample_id
            self._hide()
        elif self._presented != self._selection.sample_id:
            self._forget()

    def _forget(self) -> None:
        self._history.forget()
        self._hide()

    def _hide(self) -> None:
        self._offered = None
        self.toast.script.hide()

    def _undo(self, data: dict[str, Any]) -> None:
        """The last step, or the one that is offered."""
        if self._session.presenting:
            return
        number = bounded_int(data, "step", _MOST_NUMBERS)
        found = self._history.undo(self._selection.link(), number)
        self._take(found, "Undone", "Redo", "Nothing to undo")

    def _redo(self) -> None:
        if not self._session.presenting:
            self._take(self._history.redo(self._selection.link()), "Done again", "Undo", "Nothing to redo")

    def _take(self, found: tuple[Link, Step] | None, done: str, action: str, nothing: str) -> None:
        self._offered = None
        if found is None:
            where = " on this sample. Z takes back a verdict" if self._session.judging else ""
            self.toast.script.say(text=f"{nothing}{where}.", action="", step=None)
            return
        link, step = found
        self._together += 1
        try:
            # A review, blind or not, and a story go on as they are.
            self._show(replace(link, review="", blind=False, story=""))
        finally:
            self._together -= 1
            self._history.amend(self._selection.link())
        self.toast.script.say(text=f"{done}: {step.words}.", action=action, step=None)


def taken_away(before: State, after: State) -> str:
    """What a change of the view took away, in a sentence; empty where it took nothing that somebody may miss.

    >>> taken_away({"pixels": ((1, 2), (3, 4))}, {"pixels": ((9, 9),)})
    '2 pins replaced.'
    """
    if "sample" in before:
        parts = [_left_behind(before, after)]
    else:
        parts = [_pins(before, after), _regions(before, after), _filters(before, after)]
    text = ", ".join(filter(None, parts))
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _left_behind(before: State, after: State) -> str:
    """Pins and regions that another sample does not have; the usual pin, and one that a click has moved, nobody misses."""
    pixels, regions = before.get("pixels", ()), before.get("regions", ())
    named = any(before.get("names", ()))
    count = len(pixels) if named or len(pixels) > 1 else 0
    parts = [_count(n, what) for n, what in ((count, "pin"), (len(regions), "region")) if n]
    if not parts:
        return ""
    verb = "stays" if count + len(regions) == 1 else "stay"
    return f"{' and '.join(parts)} {verb} with the last sample (Keep takes them along)"


def _pins(before: State, after: State) -> str:
    had, has = before.get("pixels", ()), after.get("pixels", ())
    lost, new = [one for one in had if one not in has], [one for one in has if one not in had]
    name = next(iter(before.get("names", ())), "")
    if len(had) == 1 and lost and name:
        return f"pin {name} replaced"
    if not lost or len(had) == 1 or is_moved(had, has):
        return ""
    why = f": {MAX_PIXELS} are the most" if len(had) == len(has) == MAX_PIXELS and len(lost) == 1 else ""
    return f"{_count(len(lost), 'pin')} {'replaced' if new else 'removed'}{why}"


def _regions(before: State, after: State) -> str:
    had, has = before.get("regions", ()), {one.points for one in after.get("regions", ())}
    lost = [i for i, one in enumerate(had) if one.points not in has]
    if not lost or len(had) <= len(has):
        return ""
    if len(lost) > 1:
        return f"{_count(len(lost), 'region')} removed"
    return f"region {had[lost[0]].name or REGION_LETTERS[lost[0]]} removed"


def _filters(before: State, after: State) -> str:
    """Filters that went together, gave way to others, or went with something else; and the area. One that was taken away alone is nobody's surprise."""
    parts = []
    if "map.filters" in before:
        had, has = before["map.filters"].names(), after["map.filters"].names()
        lost, new = set(had) - set(has), set(has) - set(had)
        if len(lost) > 1 or (lost and (new or len(before) > 1)):
            parts.append(f"{_count(len(lost), 'filter')} {'replaced' if new else 'removed'}")
    if before.get("map.area") is not None:
        parts.append(f"area {'removed' if after['map.area'] is None else 'replaced'}")
    return ", ".join(parts)
