"""Presenting: the page without its controls, and stories: states of the page in order, with notes and times."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from explorer.analysis.playback import Playback, playback_of
from explorer.core.errors import ExplorerError, StoryError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.export import notes, stories, view_titles
from explorer.export.stories import State, Story
from explorer.views.common.components import Component, LatestOnly, SessionScheduler, bounded_int, source
from explorer.views.common.map_state import SHADES
from explorer.views.common.selection import Selection, decode, encode
from explorer.views.present import live_tour
from explorer.views.present.live_tour import Stage
from explorer.views.present.messages import (
    FromPresenter,
    StateEdited,
    StatePlayback,
    StoryOffered,
    StoryPlayed,
    ToPresenter,
)

_EMPTY = Story("My story", ())
_MOST_KEPT = stories.MAX_BYTES // 2
"""Bytes of the texts of a story that is put together: its file has to be one that can be loaded."""


class Presenter(Component):
    """The browser's side: what the room sees, the drawer, the presenter's window."""

    _stylesheets: ClassVar[list[Any]] = [source("present.css")]
    script = ToPresenter()
    from_script = FromPresenter


class PresentView:
    """Plays stories and keeps the one that is being put together."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection, self._session = corpus, selection, selection.session
        self._reading, self._writing, self._rendering = LatestOnly(loop), LatestOnly(loop), LatestOnly(loop)
        """YAML and Markdown of people take seconds at worst: in threads."""
        self._own = _EMPTY
        self._story: Story | None = None
        self._before = ""
        self._stages: tuple[Stage, ...] = ()
        """Of the camera tour, while it runs."""
        self.active = False
        self.presenter = Presenter(
            loop, bus=bus, margin=0, sizing_mode="stretch_width", styles={"grid-area": "note"}, css_classes=["area-note"]
        )  # fmt: skip
        self.presenter.on = {
            "ready": self._ready, "again": self._ready, "begin": self._begin, "end": lambda _data: self.end(), "go": self._go,
            "collect": lambda _data: self._collect(), "edit": self._edit, "move": self._move, "remove": self._remove,
            "rename": self._rename, "show": self._show, "load": self._load, "playback": self._set_playback,
            "fly": lambda _data: self.fly(), "stage": self._stage, "pair": lambda _data: self._tell_pair(), "before_after": self._compare,
        }  # fmt: skip
        self._session.listen("toggle_stories", self.presenter.script.drawer)
        selection.param.watch(lambda *_e: self._tell_title(), ["sample_id", "panel", "gallery"])
        self._session.param.watch(lambda _e: self._tell_title(), "labels_hidden")

    @property
    def own(self) -> Story | None:
        """The story that is being put together, once it has a state."""
        return self._own if self._own.states else None

    def play(self, name: str) -> None:
        """Play one of the stories that come with the explorer. Raises `StoryError` where there is none of that name."""
        found = _shipped().get(name)
        if found is None:
            raise StoryError(name[:60], None, f"there is no such story; there are {', '.join(_shipped())}")
        self._start(found)

    def end(self) -> None:
        """Give the controls back, and what was shown before the story."""
        if not self.active:
            return
        self.active = self._session.note_shown = False
        played, self._story = self._story, None
        toured, self._stages = self._stages, ()
        self._rendering.cancel()
        self._selection.story = ""
        if played is not None:
            self._session.story_link = self._before
        self.presenter.script.off()
        self._changed()
        if toured:  # after the panels have their places: a map that is not seen cannot fly back
            self._session.story_link = self._before

    def fly(self) -> None:
        """Show the way from Europe to the pinned pixel, stage by stage; in a review it would tell labels."""
        selection, session = self._selection, self._session
        if session.labels_hidden or session.blind or selection.sample_id is None or self._story is not None:
            if self._story is None:
                self.presenter.script.trouble(
                    text="There is nowhere to fly: no sample is selected, or its label is hidden."
                )
            return
        if not self.active:
            self._start(None)
        query = self._before
        if not self._stages:
            query = self._before = selection.to_query()

        def found(stages: tuple[Stage, ...]) -> None:
            if self.active and self._story is None:
                self._stages = stages
                self._stage({"index": 0})

        self._rendering.submit(lambda: live_tour.stages(self._corpus, query), found)

    # -- playing --------------------------------------------------------------------------------------------------

    def _ready(self, data: dict[str, Any]) -> None:
        known = self._corpus.samples.index
        offers: list[StoryOffered] = [
            {"name": name, "title": story.title, "count": len(story.states)}
            for name, story in _shipped().items()
            if all(sample in known for sample in story.samples)
        ]
        self.presenter.script.shipped(stories=offers)
        text = data.get("own")
        if isinstance(text, str) and text and not self._own.states:

            def kept(found: Story | str) -> None:
                if (
                    isinstance(found, Story) and not self._own.states
                ):  # else of an older version, or of nobody: begin anew
                    self._own = found
                    self._tell_own()

            self._reading.submit(lambda: _read(text, "the story kept in this browser"), kept)

    def _begin(self, data: dict[str, Any]) -> None:
        name = data.get("story")
        try:
            if data.get("own"):
                self._start(self.own)
            elif isinstance(name, str):
                self.play(name)
            else:
                self._start(None)
        except ExplorerError as error:
            self.presenter.script.trouble(text=str(error))

    def _start(self, story: Story | None) -> None:
        if not self.active:
            self._before = self._selection.to_query()
        self.active, self._story, self._stages = True, story, ()
        name = next((name for name, one in _shipped().items() if one is story), "")
        self._selection.story = name

        def begun(told: StoryPlayed | None) -> None:
            if not self.active or self._story is not story:
                return
            credit = " · ".join(dict.fromkeys(self._corpus.attribution(p.id) for p in (PF_SR, S2_SR)))
            self._session.note_shown = False
            self.presenter.script.on(story=told, credit=credit)
            self._changed()
            if story is not None:
                self._go({"index": 0})
            self._tell_title()

        if story is None:
            begun(None)
        elif name:  # ours, and at once: a page can begin with it
            begun(_rendered_shipped(name))
        else:
            self._rendering.submit(lambda: _rendered(story), begun)

    def _go(self, data: dict[str, Any]) -> None:
        index = bounded_int(data, "index", stories.MAX_STATES)
        if self._story is None or index is None or index >= len(self._story.states):
            return
        state = self._story.states[index]
        self._session.note_shown = bool(state.note.strip())
        self.presenter.script.at(index=index)
        self._session.story_link = state.link
        self._changed()

    def _stage(self, data: dict[str, Any]) -> None:
        """Show one stage of the tour; the script asks for the next after a while."""
        index = bounded_int(data, "index", len(self._stages))
        if index is None or not self.active:
            return
        stage = self._stages[index]
        if stage.link:
            # The map stays where it is: it is not seen now.
            link = decode(stage.link)
            self._session.story_link = encode(replace(link, map=self._selection.map.link()))
        else:
            self._selection.param.update(panel="map", gallery=None)
            if stage.box is None:
                self._selection.map.place = None
            else:
                self._session.box_to_fit = stage.box
        self.presenter.script.stage(index=index, count=len(self._stages), title=stage.title)

    def _tell_title(self) -> None:
        """A view that is shown without a story is called after its sample; the date stands in the picture."""
        if self.active and self._story is None and not self._stages:
            self.presenter.script.titled(title=self._default_title(with_date=False))

    def _default_title(self, *, with_date: bool) -> str:
        found = self._selection
        label = not self._session.labels_hidden
        if label and (found.gallery is not None or found.panel == "map"):
            shown = "Gallery" if found.gallery is not None else SHADES[found.map.shade]
            return view_titles.of_samples(found.map.filters, shown)
        if with_date:
            return view_titles.of_view(
                self._corpus, found.sample_id, found.date, found.view.other, label=label
            )
        return view_titles.of_sample(self._corpus, found.sample_id, label=label) if found.sample_id else ""

    # -- the story that is being put together -------------------------------------------------------------------

    def _collect(self) -> None:
        title = self._default_title(with_date=True)[: stories.MAX_LINE]
        self._add(self._here(title))

    def _here(self, title: str) -> State:
        """What is shown, as a view of a story: it holds at its date, or plays on as it does now."""
        state = State(self._selection.to_query(review=False)[: stories.MAX_LINK], title)
        now = self._selection.playback
        return state.playing(replace(now, motion="run" if now.motion == "run" else "hold"))

    def _add(self, *states: State) -> None:
        self._keep((*self._own.states, *states)[: stories.MAX_STATES])

    def _tell_pair(self) -> None:
        """Which two dates can be compared: those that are, the ends of what plays, or the same season of both years."""
        selection = self._selection
        date, other, played = selection.date, selection.view.other, selection.playback
        if other is None and (played.first or played.last):
            date, other = (PF_SR.dates[index] for index in played.indices)
        elif other is None or other == date:
            other = PF_SR.nearest(dt.date(2018 if date.year == 2019 else 2019, date.month, min(date.day, 28)))
        before, after = sorted((date, other))
        self.presenter.script.pair(before=before.isoformat(), after=after.isoformat())

    def _compare(self, data: dict[str, Any]) -> None:
        """Views of two dates, the earlier one first."""
        dates = sorted({day for name in ("before", "after") if (day := _day(data.get(name)))})
        if len(dates) < 2:
            self.presenter.script.trouble(text="Before and after are two dates that differ.")
            return
        swipe = data.get("swipe") is True
        self._add(*stories.before_and_after(self._here(""), dates[0], dates[1], swipe=swipe))

    def _set_playback(self, data: dict[str, Any]) -> None:
        """Whether a view holds or plays, and what."""
        index = self._index(data)
        if index is None:
            return
        first, last = (_day(data.get(name)) for name in ("first", "last"))
        wanted = playback_of(
            data.get("motion"),
            PF_SR.dates.index(first) if first else None,
            PF_SR.dates.index(last) if last else None,
            data.get("speed"),
            data.get("loop"),
        )
        states = list(self._own.states)
        states[index] = states[index].playing(wanted)
        self._keep(tuple(states))

    def _edit(self, data: dict[str, Any]) -> None:
        index = self._index(data)
        if index is None:
            return
        said: dict[str, Any] = {}
        for name, most in (
            ("title", stories.MAX_LINE),
            ("note", stories.MAX_NOTE),
            ("presenter", stories.MAX_NOTE),
        ):
            if isinstance(data.get(name), str):
                said[name] = data[name][:most].strip()
        if "title" in said:
            said["title"] = " ".join(said["title"].split()) or self._own.states[index].title
        if "seconds" in data:
            said["seconds"] = _seconds(data["seconds"])
        states = list(self._own.states)
        states[index] = replace(states[index], **said)
        self._keep(tuple(states))

    def _move(self, data: dict[str, Any]) -> None:
        index, by = self._index(data), data.get("by")
        if index is None or by not in (-1, 1) or not 0 <= index + by < len(self._own.states):
            return
        states = list(self._own.states)
        states[index], states[index + by] = states[index + by], states[index]
        self._keep(tuple(states))

    def _remove(self, data: dict[str, Any]) -> None:
        index = self._index(data)
        if index is not None:
            self._keep((*self._own.states[:index], *self._own.states[index + 1 :]))

    def _rename(self, data: dict[str, Any]) -> None:
        if isinstance(data.get("title"), str):
            title = " ".join(data["title"].split())[: stories.MAX_LINE]
            self._own = replace(self._own, title=title or _EMPTY.title)
            self._tell_own()

    def _show(self, data: dict[str, Any]) -> None:
        index = self._index(data)
        if index is not None:
            self._session.story_link = self._own.states[index].link

    def _load(self, data: dict[str, Any]) -> None:
        text, name = data.get("text"), data.get("name")
        if not isinstance(text, str):
            return
        title = name[:80] if isinstance(name, str) and name else "the file"

        def read(found: Story | str) -> None:
            if isinstance(found, str):
                self.presenter.script.trouble(text=found)
                return
            self._own = found
            self._tell_own()

        self._reading.submit(lambda: _read(text, title), read)

    def _keep(self, states: tuple[State, ...]) -> None:
        if _size(states) > max(_MOST_KEPT, _size(self._own.states)):
            text = f"The story would have more than {_MOST_KEPT // 1024} KB of text: that was not kept."
            self.presenter.script.trouble(text=text)
        else:
            self._own = replace(self._own, states=states)
        self._tell_own()

    def _tell_own(self) -> None:
        own = self._own
        self._session.own_story = self.own
        told: list[StateEdited] = [
            {
                "title": one.title,
                "note": one.note,
                "presenter": one.presenter,
                "seconds": one.seconds,
                "playback": _told(one.playback),
            }
            for one in own.states
        ]
        self._writing.submit(
            lambda: stories.dumps(own) if own.states else "",
            lambda text: self.presenter.script.own(title=own.title, states=told, yaml=text),
        )

    def _index(self, data: dict[str, Any]) -> int | None:
        return bounded_int(data, "index", len(self._own.states))

    def _changed(self) -> None:
        self._session.presenting = self.active


@cache
def _shipped() -> dict[str, Story]:
    return stories.shipped()


@cache
def _rendered_shipped(name: str) -> StoryPlayed:
    return _rendered(_shipped()[name])


def _rendered(story: Story) -> StoryPlayed:
    """A story as the browser plays it, its notes as HTML."""
    return {
        "title": story.title,
        "states": [
            {
                "title": state.title,
                "html": notes.to_html(state.note),
                "presenter_html": notes.to_html(state.presenter),
                "seconds": state.seconds or stories.STANDARD_SECONDS,
                "motion": state.playback.motion,
            }
            for state in story.states
        ],
    }


def _told(found: Playback) -> StatePlayback:
    """How a view plays, for the form in which that is changed."""
    first, last = (PF_SR.dates[index].isoformat() for index in found.indices)
    return {"motion": found.motion, "first": first, "last": last, "speed": found.speed, "loop": found.loop}


def _day(value: Any) -> dt.date | None:
    """The date of the calendar that is nearest to a day, as a browser writes it; None where that is none."""
    try:
        return PF_SR.nearest(dt.date.fromisoformat(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _read(text: str, name: str) -> Story | str:
    """A story out of YAML, or what is wrong with it."""
    try:
        return stories.loads(text, name)
    except StoryError as error:
        return str(error)


def _size(states: tuple[State, ...]) -> int:
    """Bytes of a story's texts, roughly as its file has them."""
    return sum(
        len(text.encode("utf-8", "surrogatepass"))
        for one in states
        for text in (one.link, one.title, one.note, one.presenter)
    )


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds <= stories.MAX_SECONDS else None
