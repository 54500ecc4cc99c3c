"""What changed the view, step by step: what Ctrl+Z takes back. The view is what a link says of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from explorer.views.common.map_state import MapLink
from explorer.views.common.selection import Link

MAX_STEPS = 50
_JOINS_S, _FOLLOWS_S = 1.5, 3.0
"""Seconds without a change after which a drag has ended; in which what a step brings about (a flight of the map, the nearest date) has come."""
_MAP = "map."
_OF_SAMPLE = {"pixels", "names", "regions"}
_NOT_UNDONE = {"problems", "map", "review", "blind", "story", "keep_marks"}
"""What a review and a presentation have of their own, and how the page works rather than what it shows."""
_FOLLOWING = {"view", "sentinel", "charts", _MAP + "place"}
"""What changes by itself after one of `_LEADING` has changed, and the browser does not say so."""
_LEADING = {"sample", "panel", "gallery", _MAP + "filters", _MAP + "area"}
WORDS = {
    "sample": "sample", "date": "date", "pixels": "pins", "names": "names of pins", "regions": "regions", "composite": "picture",
    "stretch": "stretch", "curves": "curves", "sentinel": "Sentinel-2 panel", "view": "view of the picture", "playback": "dates that play",
    "charts": "part of the charts that is seen", "table": "table of samples", "gallery": "gallery", "similar": "search for what is alike", "judge": "judgement of a model", "dataset": "what is in the dataset", "embedding": "embedding map",
    "panel": "enlarged panel", "opinion": "opinion beside the label", "overlay": "land cover over the pictures", "ground_marks": "marks of what was seen on the ground", "map.filters": "filters", "map.area": "area", "map.level": "level of the classes",
    "map.shade": "what the map shows", "map.palette": "colours", "map.theme": "theme", "map.base": "basemap",
    "map.names": "names on the map", "map.ground": "marks of what was seen on the ground on the map", "map.place": "place of the map",
}  # fmt: skip
"""What a step changed, in words, by the names that it has in `state_of`."""

State = Mapping[str, Any]
"""What can be undone of a link, by names: fields of `Link`, and of `MapLink` with `map.` before them."""


def state_of(link: Link) -> dict[str, Any]:
    """What can be undone of what a link says."""
    own = {f.name: getattr(link, f.name) for f in fields(Link) if f.name not in _NOT_UNDONE}
    own["playback"] = replace(link.playback, motion="")  # whether the dates play is no view
    return own | {_MAP + f.name: getattr(link.map, f.name) for f in fields(MapLink) if f.name != "problems"}


def with_state(link: Link, state: State) -> Link:
    """A link that says something else of what `state` names."""
    of_map = {name.removeprefix(_MAP): value for name, value in state.items() if name.startswith(_MAP)}
    own = {name: value for name, value in state.items() if not name.startswith(_MAP)}
    return replace(link, **own, map=replace(link.map, **of_map))


@dataclass
class Step:
    """One change of the view: what it changed, as it was and as it is."""

    number: int
    before: dict[str, Any]
    after: dict[str, Any]
    changed_at: float

    @property
    def words(self) -> str:
        """What it changed: `sample, pins`. What only follows from the rest is left out."""
        follows = _FOLLOWING | {"date"} if _LEADING & self.before.keys() else set()
        if "sample" in self.before:
            follows |= _OF_SAMPLE
        names = [name for name in self.before if name not in follows]
        return ", ".join(WORDS.get(name, name) for name in names)


class ViewHistory:
    """The steps of one session, at most 50; a burst of changes (a drag, a wheel, arrow keys) is one.

    Call `note` with what is shown after each change that may be undone, `amend` after others. `clock` tells seconds.
    """

    def __init__(self, link: Link, clock: Callable[[], float] = time.monotonic) -> None:
        self._known = state_of(link)
        self._clock = clock
        self._done: deque[Step] = deque(maxlen=MAX_STEPS)
        self._undone: list[Step] = []
        self._count = 0
        self._follows_until = clock() + _FOLLOWS_S

    def note(self, link: Link) -> Step | None:
        """What is shown now. The step that it made, or None where it belongs to the one before."""
        now = self._clock()
        before, after = self._difference(link)
        if not before:
            return None
        gradual = _is_gradual(before, after)
        if now < self._follows_until and gradual and before.keys() <= _FOLLOWING:
            self._follow(before, after)
            return None
        last = self._done[-1] if self._done and not self._undone else None
        if (
            last is not None
            and gradual
            and now - last.changed_at < _JOINS_S
            and before.keys() <= last.before.keys()
            and _is_gradual(last.before, last.after)
        ):
            last.after.update(after)
            last.changed_at = now
            return None
        self._undone.clear()
        self._count += 1
        step = Step(self._count, before, after, now)
        self._done.append(step)
        self._follows_until = now + _FOLLOWS_S if _LEADING & before.keys() else 0.0
        return step

    def amend(self, link: Link) -> None:
        """What is shown now, by nobody's choice: as a date that plays, or that a sample lacks."""
        before, after = self._difference(link)
        if before and self._clock() < self._follows_until:
            self._follow(before, after)

    def undo(self, link: Link, number: int | None = None) -> tuple[Link, Step] | None:
        """What to show instead, and the step that it takes back: the last one, or that of a number, where nothing has changed the same since."""
        step = self._done[-1] if self._done and number is None else self._untouched(number)
        if step is None:
            return None
        self._done.remove(step)
        self._undone.append(step)
        return self._shown(link, step.before), step

    def redo(self, link: Link) -> tuple[Link, Step] | None:
        """What to show again, and the step that was taken back last."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        return self._shown(link, step.after), step

    def forget(self) -> None:
        """Nothing of what has been done until now can be undone."""
        self._done.clear()
        self._undone.clear()

    def is_untouched(self, number: int) -> bool:
        """Whether the step of a number can be taken back: nothing has changed the same since."""
        return self._untouched(number) is not None

    def _untouched(self, number: int | None) -> Step | None:
        changed: set[str] = set()
        for step in reversed(self._done):
            if step.number == number:
                return None if changed & step.before.keys() else step
            changed |= step.before.keys() | (_OF_SAMPLE if "sample" in step.before else set())
        return None

    def _difference(self, link: Link) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is another than was known last, as it was and as it is."""
        known, self._known = self._known, state_of(link)
        before = {name: known[name] for name, value in self._known.items() if value != known[name]}
        return before, {name: self._known[name] for name in before}

    def _follow(self, before: State, after: State) -> None:
        """Add to the last step what came of it; nothing where that was taken back: what comes now is of the way back."""
        if self._done and not self._undone and _LEADING & self._done[-1].before.keys():
            step = self._done[-1]
            step.before.update({name: value for name, value in before.items() if name not in step.before})
            step.after.update(after)

    def _shown(self, link: Link, state: State) -> Link:
        shown = with_state(link, state)
        self._known = state_of(shown)
        self._follows_until = self._clock() + _FOLLOWS_S if (_LEADING | _FOLLOWING) & state.keys() else 0.0
        return shown


def _is_gradual(before: State, after: State) -> bool:
    """Whether it is a movement, of which a hand makes many: of date, map, picture, a pin or a region."""
    return all(_moves(name, value, after[name]) for name, value in before.items())


def _moves(name: str, before: Any, after: Any) -> bool:
    if name in ("date", _MAP + "place"):
        return True
    if name == "view":
        return bool((before.mode, before.layer) == (after.mode, after.layer))
    if name == "playback":
        return bool((before.speed, before.loop) == (after.speed, after.loop))
    if name == "sentinel":
        both = before.large is not None and after.large is not None
        return both and replace(before, large=None) == replace(after, large=None) and (
            (before.large.mode, before.large.month, before.large.band) == (after.large.mode, after.large.month, after.large.band)
        )  # fmt: skip
    if name in ("pixels", "regions"):
        return is_moved(before, after)
    return False


def is_moved(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    """Whether one of several has another place, and the others are where they were."""
    return len(before) == len(after) and sum(a != b for a, b in zip(before, after, strict=True)) == 1
