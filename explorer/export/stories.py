"""Stories: ordered states of the page with a title, a note and a time each, as YAML files that people can write.

A state's link is the page's URL query; here it is text, of which only what files and the player need is read. Its `play` says
whether the view holds at its date (`hold`) or plays (`run`, with the range and speed); without either it runs after a while.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

import yaml

from explorer.analysis import picture_view, playback
from explorer.analysis.picture_view import PictureView
from explorer.analysis.playback import Playback
from explorer.core import yaml_nodes
from explorer.core.assets import asset
from explorer.core.errors import InvalidQueryError, OutputError, StoryError, UnknownDateError
from explorer.core.products import PF_SR

MAX_BYTES = 256 * 1024
MAX_STATES = 200
MAX_LINE = 200
"""Characters of a title or an author."""
MAX_LINK = 4000
MAX_NOTE = 8000
MAX_SECONDS = 3600.0
STANDARD_SECONDS = 20.0
"""How long a state stays where the story does not say."""


@dataclass(frozen=True, slots=True)
class State:
    """One step of a story. `link` is a URL's query with its `?`; `note` and `presenter` are Markdown; None `seconds`
    leaves the time to who plays it.
    """

    link: str
    title: str
    note: str = ""
    presenter: str = ""
    seconds: float | None = None

    @property
    def query(self) -> dict[str, str]:
        """What the link says, the last of each key."""
        return {key: values[-1] for key, values in parse_qs(self.link.lstrip("?")).items()}

    @property
    def sample(self) -> str | None:
        """The sample that the link names."""
        return self.query.get("sample")

    @property
    def date(self) -> dt.date | None:
        """The date of the animation that the link names; None where it names none that there is."""
        try:
            return PF_SR.parse_date(self.query.get("date", "")[:40])
        except UnknownDateError:
            return None

    @property
    def view(self) -> PictureView:
        """How the link looks at the picture: two dates, zoom, what lies on top; as on a fresh page where it cannot be read."""
        try:
            return picture_view.parse(self.query.get("view", ""))
        except InvalidQueryError:
            return PictureView()

    @property
    def playback(self) -> Playback:
        """How the link plays the dates, or holds; as on a fresh page where it cannot be read."""
        try:
            return playback.parse(self.query.get("play", ""))
        except InvalidQueryError:
            return Playback()

    def playing(self, wanted: Playback) -> State:
        """The same state whose link plays, or holds, as `wanted`."""
        return self._with(play=str(wanted))

    def _with(self, **keys: str) -> State:
        """The same state whose link says this of some keys; of an empty one nothing."""
        others = [(k, v) for k, v in parse_qsl(self.link.lstrip("?")) if k not in keys]
        said = [*others, *((k, v) for k, v in keys.items() if v)]
        return replace(self, link="?" + urlencode(said, safe=",;:"))

    @property
    def pixels(self) -> tuple[tuple[int, int], ...]:
        """The pinned pixels that the link names, (row, col) of the 3 m grid; what is none is left out."""
        found = []
        for pair in self.query.get("pixels", "").split(";"):
            numbers = pair.split(",")
            if len(numbers) == 2 and all(n.isascii() and n.isdigit() and len(n) < 4 for n in numbers):
                row, col = int(numbers[0]), int(numbers[1])
                if row < PF_SR.size and col < PF_SR.size:
                    found.append((row, col))
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Story:
    """States in order, under a title."""

    title: str
    states: tuple[State, ...]
    author: str = ""

    @property
    def samples(self) -> tuple[str, ...]:
        """The samples that the states show, each once, in order."""
        return tuple(dict.fromkeys(state.sample for state in self.states if state.sample))


def before_and_after(
    state: State, before: dt.date, after: dt.date, *, swipe: bool = False
) -> tuple[State, ...]:
    """Views that compare two dates at the place of `state`: one a date, which hold, or one in which they are swiped.

    >>> [one.title for one in before_and_after(State("?date=2018-07-02", ""), dt.date(2018, 8, 21), dt.date(2018, 9, 10))]
    ['Before: 21 Aug 2018', 'After: 10 Sep 2018']
    """
    first, second = f"{before.day} {before:%b %Y}", f"{after.day} {after:%b %Y}"
    held = state.playing(Playback("hold"))
    if swipe:
        view = replace(state.view, mode="swipe", other=after)
        return (
            replace(
                held._with(date=before.isoformat(), view=str(view)),
                title=f"Before and after: {first} and {second}",
            ),
        )
    view = replace(state.view, mode="single", other=None, split=0.5)
    return tuple(
        replace(held._with(date=date.isoformat(), view=str(view)), title=title)
        for date, title in ((before, f"Before: {first}"), (after, f"After: {second}"))
    )


def load(path: str | os.PathLike[str]) -> Story:
    """Read a story file. Raises `StoryError`, which names the line."""
    place = Path(path)
    try:
        with place.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise StoryError(str(place), None, f"it cannot be read ({error.strerror or error})") from error
    try:
        return loads(data.decode("utf-8-sig"), str(place))
    except UnicodeDecodeError as error:
        raise StoryError(str(place), None, "it is not UTF-8 text") from error


def loads(text: str, name: str = "story") -> Story:
    """A story from YAML text; `name` is what errors call it. Raises `StoryError`.

    >>> story = loads('''
    ... title: A year
    ... states:
    ... - {title: May, link: "?sample=31N_12E-218N_40_30&date=2018-05-28"}
    ... ''')
    >>> story.states[0].date
    datetime.date(2018, 5, 28)
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise StoryError(name, None, f"it has more than {MAX_BYTES // 1024} KB, far more than a story")
    try:
        root = yaml_nodes.compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise StoryError(name, mark.line + 1 if mark else None, str(error.problem or error)) from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: PyYAML's own for numbers in escapes
        raise StoryError(name, None, f"it is no YAML: {str(error)[:200]}") from error
    return _Reader(name).story(root)


def dumps(story: Story) -> str:
    """A story as YAML text that `loads` reads back."""
    states = []
    for state in story.states:
        one: dict[str, Any] = {"title": state.title, "link": state.link}
        if state.seconds is not None:
            one["seconds"] = int(state.seconds) if state.seconds == int(state.seconds) else state.seconds
        one |= {key: v for key in ("note", "presenter") if (v := getattr(state, key))}
        states.append(one)
    document = {"title": story.title, **({"author": story.author} if story.author else {}), "states": states}
    return yaml.dump(document, Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=110)


def dump(story: Story, path: str | os.PathLike[str]) -> None:
    """Write a story file. Raises `OutputError`."""
    try:
        Path(path).write_text(dumps(story), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def shipped() -> dict[str, Story]:
    """The stories that come with the demo, by the name of their file."""
    return {path.stem: load(path) for path in sorted(asset("stories").glob("*.yaml"))}


class _Blocks(yaml.SafeDumper):
    """Writes text of several lines as a block, so that a note reads like one."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Blocks.add_representer(str, _text)


class _Reader:
    """Turns nodes into a story. Every scalar is text as written: a title may be 2018, and a note may be `no`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _wrong(self, node: yaml.Node | None, why: str) -> StoryError:
        return StoryError(self._name, node.start_mark.line + 1 if node is not None else None, why)

    def story(self, root: yaml.Node | None) -> Story:
        parts = self._mapping(root, "a story", ("title", "author", "states"), ("title", "states"))
        states = parts["states"]
        if not isinstance(states, yaml.SequenceNode) or not states.value:
            raise self._wrong(states, "states has to be a list (- title: ...) with at least one state")
        if len(states.value) > MAX_STATES:
            raise self._wrong(states, f"{len(states.value)} states; a story has at most {MAX_STATES}")
        title = self._line(parts["title"], "title")
        author = self._line(parts["author"], "author") if "author" in parts else ""
        return Story(title, tuple(self._state(node) for node in states.value), author)

    def _state(self, node: yaml.Node) -> State:
        keys = ("title", "link", "note", "presenter", "seconds")
        parts = self._mapping(node, "a state", keys, ("title", "link"))
        link = self._line(parts["link"], "link", MAX_LINK)
        texts = {
            key: self._scalar(parts[key], key, MAX_NOTE).strip()
            for key in ("note", "presenter")
            if key in parts
        }
        return State(
            link=link if link.startswith("?") else "?" + link,
            title=self._line(parts["title"], "title"),
            seconds=self._seconds(parts["seconds"]) if "seconds" in parts else None,
            **texts,
        )

    def _mapping(
        self, node: yaml.Node | None, what: str, known: tuple[str, ...], needed: tuple[str, ...]
    ) -> Mapping[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(node, f"{what} is written as key: value, with {', '.join(known)}")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name not in known:
                raise self._wrong(key, f"{what} has no {str(name)[:40]!r}; it has {', '.join(known)}")
            if name in found:
                raise self._wrong(key, f"{name} is there twice")
            found[name] = value
        for name in needed:
            if name not in found:
                raise self._wrong(node, f"{what} needs a {name}")
        return found

    def _scalar(self, node: yaml.Node, key: str, longest: int) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._wrong(node, f"{key} has to be text")
        text = str(node.value)
        if len(text) > longest:
            raise self._wrong(node, f"{key} has {len(text)} characters; at most {longest} are read")
        return text

    def _line(self, node: yaml.Node, key: str, longest: int = MAX_LINE) -> str:
        text = self._scalar(node, key, longest).strip()
        if not text or not text.isprintable():
            raise self._wrong(node, f"{key} has to be one line of text")
        return text

    def _seconds(self, node: yaml.Node) -> float:
        text = self._scalar(node, "seconds", 40)
        try:
            value = float(text)
        except ValueError:
            value = 0.0
        if not 0 < value <= MAX_SECONDS:  # not a number fails too
            raise self._wrong(node, f"seconds is {text[:20]!r}; it runs from 0 to {MAX_SECONDS:g}")
        return value
