"""Legends: the classes of a map or a model, and for each the classes of CORINE that it stands for.

Those that are shipped are files in `assets/legends/`, in the form that people write their own in (YAML or JSON):

    title: ESA WorldCover 2021
    source: Zanaga, D., et al. (2022) ESA WorldCover 10 m 2021 v200, https://doi.org/10.5281/zenodo.7254221
    licence: CC BY 4.0
    nodata: [0]
    classes:
      - {value: 10, title: Tree cover, colour: "#006400", corine: [31]}
      - {value: 90, title: Herbaceous wetland, colour: "#0096a0", corine: [41, 421]}

`value` is what a raster's pixel or a table's cell says: a whole number, or a text. `corine` has codes of any level (a code of
level 1 or 2 stands for all below it); without any, the class has no counterpart in CORINE. Several classes may stand for one
code (common wheat and durum wheat for 211). A colour may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import yaml

from explorer.core import corine, yaml_nodes
from explorer.core.assets import asset
from explorer.core.errors import LegendError, UnknownClassError
from explorer.review import groupings
from explorer.review.groupings import NOT_NAMED, OUTSIDE, Grouping

MAX_BYTES = 200_000
MAX_CLASSES = 500
MAX_TEXT = 120
MAX_SOURCE = 1_000
CORINE = "corine"
"""The id of CORINE's own 44 classes, by their level-3 codes."""
NO_COLOUR = "#828c96"

Value = int | str


@dataclass(frozen=True, slots=True)
class LegendClass:
    """One class: `value` as data say it, `colour` as `#rrggbb`, `corine` the level-3 codes that it stands for (none: no counterpart)."""

    value: Value
    title: str
    colour: str
    corine: tuple[int, ...]


@dataclass(frozen=True)
class Legend:
    """The classes of a map or a model, in their order; `nodata` are values that say nothing of the ground."""

    id: str
    title: str
    source: str
    licence: str
    classes: tuple[LegendClass, ...]
    nodata: tuple[Value, ...] = ()

    @property
    def values(self) -> tuple[Value, ...]:
        """The value of each class."""
        return tuple(one.value for one in self.classes)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of a class by its value as text, and by its title in lower case where no value reads like that."""
        found = {one.title.casefold(): i for i, one in enumerate(self.classes)}
        return found | {str(one.value): i for i, one in enumerate(self.classes)}

    def place(self, name: object) -> int | None:
        """The place of the class with this value or title, None where there is none.

        >>> find("corine").place(211), find("corine").place("Pastures"), find("corine").place("maize")
        (11, 17, None)
        """
        text = str(name).strip()
        found = self.places.get(text)
        return self.places.get(text.casefold()) if found is None else found

    @cached_property
    def is_corine(self) -> bool:
        """Whether its classes are CORINE's 44, each its own."""
        return self.values == corine.codes(3) and all(one.corine == (one.value,) for one in self.classes)

    def groups(self, grouping: Grouping) -> np.ndarray:
        """The group of each class, int64 `(classes,)`: `NOT_NAMED` where its CORINE codes are in several groups, `OUTSIDE` in none."""
        return np.array([_group(one.corine, grouping) for one in self.classes], np.int64)

    @cached_property
    def grouping(self) -> Grouping:
        """The finest groups of CORINE's classes that the legend tells apart: classes that share a code are one group.

        CORINE's levels themselves where its classes are those. Raises `LegendError` where no class has a counterpart in CORINE.
        """
        for level in (3, 2, 1):
            of_level = groupings.of_level(level)
            if (
                self.values == of_level.codes
                and tuple(one.corine for one in self.classes) == of_level.members
            ):
                return of_level
        groups: list[tuple[list[str], set[int]]] = []
        for one in self.classes:
            if not one.corine:
                continue
            titles, codes = [one.title], set(one.corine)
            for other in [group for group in groups if group[1] & codes]:
                groups.remove(other)
                titles, codes = [*other[0], *titles], other[1] | codes
            groups.append((titles, codes))
        if not groups:
            raise LegendError(self.title, None, "no class stands for a class of CORINE (corine: [...])")
        groups.sort(key=lambda group: min(group[1]))
        made: dict[str, Sequence[int]] = {}
        for titles, codes in groups:
            title = titles[0] if len(titles) == 1 else f"{titles[0]} and {len(titles) - 1} more"
            made[title[:MAX_TEXT]] = sorted(codes)
        return groupings.made(self.id, made, self.source)


def _group(codes: Sequence[int], grouping: Grouping) -> int:
    found = {grouping.group(code) for code in codes}
    if not found:
        return OUTSIDE
    return found.pop() if len(found) == 1 else NOT_NAMED


@cache
def of_level(level: int) -> Legend:
    """CORINE's own classes on a level (1 to 3) as a legend: `corine` for its 44, `corine-2` and `corine-1` above."""
    grouping = groupings.of_level(level)
    classes = tuple(
        LegendClass(one.code, one.title, one.hex, members)
        for one, members in zip(corine.classes(level), grouping.members, strict=True)
    )
    name = CORINE if level == 3 else f"{CORINE}-{level}"
    return Legend(
        name,
        f"CORINE Land Cover, level {level}",
        grouping.source,
        "free and open with attribution (Copernicus)",
        classes,
    )


@cache
def known() -> tuple[str, ...]:
    """Ids of the legends that come with the explorer."""
    files = sorted(path.stem for path in asset("legends").glob("*.yaml"))
    return (CORINE, f"{CORINE}-2", f"{CORINE}-1", *files)


@cache
def find(name: str) -> Legend:
    """A legend that comes with the explorer, by its id. Raises `LegendError`.

    >>> [one.title for one in find("corine-1").classes][:2]
    ['Artificial surfaces', 'Agricultural areas']
    """
    if name not in known():
        raise LegendError(name[:60], None, f"no legend is called so; there are {', '.join(known())}")
    levels = {CORINE: 3, f"{CORINE}-2": 2, f"{CORINE}-1": 1}
    return of_level(levels[name]) if name in levels else read(asset("legends") / f"{name}.yaml")


def named_or_read(text: str) -> Legend:
    """A legend by its id, else from the file of that path: what a command line names. Raises `LegendError`."""
    if text in known():
        return find(text)
    if not Path(text).is_file():
        raise LegendError(
            text[:60],
            None,
            f"no legend is called so, and there is no such file; there are {', '.join(known())}",
        )
    return read(Path(text))


def read(path: Path) -> Legend:
    """A legend from a YAML or JSON file; its id is the file's name. Raises `LegendError`, which names file, line and class."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise LegendError(str(path), None, f"it cannot be read ({error.strerror or error})") from error
    return parse(data, path.stem[:MAX_TEXT], str(path))


def parse(data: bytes, name: str, where: str = "the legend") -> Legend:
    """A legend from the bytes of a YAML or JSON file; `name` is its id, `where` what errors call it. Raises as `read`."""
    if len(data) > MAX_BYTES:
        raise LegendError(where, None, f"it has more than {MAX_BYTES:,} bytes, far more than a legend")
    try:
        root = yaml_nodes.compose(data.decode("utf-8-sig"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise LegendError(where, mark.line + 1 if mark else None, str(error.problem or error)) from error
    except UnicodeDecodeError as error:
        raise LegendError(where, None, "it is not UTF-8 text") from error
    except (yaml.YAMLError, ValueError) as error:
        raise LegendError(where, None, f"it is no YAML or JSON: {str(error)[:200]}") from error
    return _Reader(where).legend(root, name)


class _Reader:
    """Turns nodes into a legend."""

    def __init__(self, where: str) -> None:
        self._where = where

    def _wrong(self, node: yaml.Node | None, why: str) -> LegendError:
        return LegendError(self._where, node.start_mark.line + 1 if node is not None else None, why)

    def legend(self, root: yaml.Node | None, name: str) -> Legend:
        known = ("title", "source", "licence", "nodata", "classes")
        parts = self._mapping(root, "a legend", known, ("title", "classes"))
        nodes = parts["classes"]
        if not isinstance(nodes, yaml.SequenceNode) or not nodes.value:
            raise self._wrong(
                nodes, "classes has to be a list (- {value: 10, title: Tree cover, corine: [31]})"
            )
        if len(nodes.value) > MAX_CLASSES:
            raise self._wrong(nodes, f"{len(nodes.value)} classes; a legend has at most {MAX_CLASSES}")
        classes: list[LegendClass] = []
        seen: dict[str, int] = {}
        for node in nodes.value:
            one = self._class(node)
            for text in {str(one.value), one.title.casefold()}:
                if text in seen:
                    raise self._wrong(
                        node, f"{text[:40]!r} is the value or title of the class in line {seen[text]} too"
                    )
            seen |= dict.fromkeys((str(one.value), one.title.casefold()), node.start_mark.line + 1)
            classes.append(one)
        nodata = self._nodata(parts.get("nodata"), seen)
        source = self._line(parts["source"], "source", MAX_SOURCE) if "source" in parts else ""
        licence = self._line(parts["licence"], "licence", MAX_TEXT) if "licence" in parts else ""
        return Legend(
            name, self._line(parts["title"], "title", MAX_TEXT), source, licence, tuple(classes), nodata
        )

    def _nodata(self, node: yaml.Node | None, seen: Mapping[str, int]) -> tuple[Value, ...]:
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            raise self._wrong(node, "nodata has to be a list of values, as [0, 255]")
        values = tuple(self._value(one) for one in node.value)
        for one, value in zip(node.value, values, strict=True):
            if str(value) in seen:
                raise self._wrong(one, f"{value!r} is a class (line {seen[str(value)]}) and nodata")
        return values

    def _class(self, node: yaml.Node) -> LegendClass:
        parts = self._mapping(node, "a class", ("value", "title", "colour", "corine"), ("value", "title"))
        codes = self._codes(parts["corine"]) if "corine" in parts else ()
        colour = corine.land_cover(codes[0]).hex if codes else NO_COLOUR
        if "colour" in parts:
            colour = self._line(parts["colour"], "colour", 20).lower()
            if len(colour) != 7 or colour[0] != "#" or set(colour[1:]) - set("0123456789abcdef"):
                raise self._wrong(parts["colour"], f'colour is {colour!r}; it reads "#006400" (in quotes)')
        return LegendClass(
            self._value(parts["value"]), self._line(parts["title"], "title", MAX_TEXT), colour, codes
        )

    def _value(self, node: yaml.Node) -> Value:
        text = self._line(node, "value", MAX_TEXT)
        if node.tag != "tag:yaml.org,2002:int":
            return text
        try:
            return int(text)
        except ValueError:
            raise self._wrong(
                node, f"value {text[:20]!r} is no whole decimal number; a text goes in quotes"
            ) from None

    def _codes(self, node: yaml.Node) -> tuple[int, ...]:
        if not isinstance(node, yaml.SequenceNode):
            raise self._wrong(node, "corine has to be a list of codes, as [31] or [211, 212]")
        found: list[int] = []
        for one in node.value:
            text = self._line(one, "a code of CORINE", 20)
            try:
                code = corine.land_cover(int(text)).code if text.isascii() and text.isdecimal() else 0
            except UnknownClassError:
                code = 0
            if not code:
                raise self._wrong(one, f"{text!r} is no code of CORINE such as 311, 31 or 3")
            found += [below for below in corine.codes(3) if str(below).startswith(str(code))]
        return tuple(sorted(set(found)))

    def _mapping(
        self, node: yaml.Node | None, what: str, known: tuple[str, ...], needed: tuple[str, ...]
    ) -> Mapping[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(node, f"{what} is written as key: value, with {', '.join(known)}")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name not in known:
                raise self._wrong(key, f"{what} has no {name[:40]!r}; it has {', '.join(known)}")
            if name in found:
                raise self._wrong(key, f"{name} is there twice")
            found[name] = value
        for name in needed:
            if name not in found:
                raise self._wrong(
                    node, f"{what} needs a {name}" if name != "classes" else "a legend needs classes"
                )
        return found

    def _line(self, node: yaml.Node, key: str, longest: int) -> str:
        text = str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""
        if not text or not text.isprintable():
            raise self._wrong(node, f"{key} has to be one line of text")
        if len(text) > longest:
            raise self._wrong(node, f"{key} has {len(text)} characters; at most {longest} are read")
        return text
