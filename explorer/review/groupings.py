"""Groups of CORINE classes to review and report by: its own three levels, BigEarthNet's 19 classes, and people's own in a file.

A file is YAML or JSON, group by group the codes that it holds, of any level (a code of level 1 or 2 stands for all below it):

    Built up: [1]
    Fields: [21, 22, 241, 242]
    Forest: [31]

Classes in no group are left out: samples of which they are the largest part are not in the population.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml
from scipy import sparse

from explorer.core import corine
from explorer.core.errors import InvalidQueryError, UnknownClassError

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

NOT_NAMED = 0
"""The reference class where a reviewer says that the label is wrong, and not what is there."""
OUTSIDE = -1
"""The reference class where what a reviewer says is there is in no group of a grouping."""
OTHER_FRACTIONS = -2
"""The reference class where the largest class is right, and the label is wrong all the same: its fractions are."""
TITLES = {
    NOT_NAMED: "Another class, not named",
    OUTSIDE: "A class outside of the grouping",
    OTHER_FRACTIONS: "The same largest class, with other fractions",
}
MAX_BYTES = 200_000
MAX_TITLE = 80


@dataclass(frozen=True)
class Grouping:
    """Groups of level-3 classes. `codes` name them: CORINE's own on a level, else 1, 2, 3 in the order of the file."""

    name: str
    codes: tuple[int, ...]
    titles: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    """Level-3 codes of each group; none is in two."""
    source: str = ""
    level: int = 0
    """1 to 3 for CORINE's own levels, 0 for any other grouping."""
    _of: dict[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look-up tables."""
        pairs = zip(self.codes, self.members, strict=True)
        object.__setattr__(self, "_of", {code: group for group, codes in pairs for code in codes})

    def title(self, code: int) -> str:
        """The name of a group, or of `NOT_NAMED`, `OUTSIDE`, `OTHER_FRACTIONS`."""
        return TITLES[code] if code in TITLES else self.titles[self.codes.index(code)]

    @cached_property
    def names(self) -> dict[int, str]:
        """Titles by code, also of what is no group."""
        return {**TITLES, **dict(zip(self.codes, self.titles, strict=True))}

    def group(self, code: int) -> int:
        """The group of a code of any level; `NOT_NAMED` where its classes are in several, `OUTSIDE` where in none.

        >>> of_level(1).group(311), of_level(3).group(31), find("bigearthnet-19").group(332)
        (3, 0, -1)
        """
        found = {self._of.get(one, OUTSIDE) for one in _below(code)}
        return found.pop() if len(found) == 1 else NOT_NAMED

    def largest(self, fractions: Mapping[int, float]) -> int | None:
        """The group with the largest sum of level-3 fractions, of equal ones the first; None where none has any."""
        sums = self.sums(fractions)
        return min(sums, key=lambda one: (-sums[one], one)) if sums else None

    def sums(self, fractions: Mapping[int, float]) -> dict[int, float]:
        """Level-3 fractions added up by group; what is in none is left out."""
        sums: dict[int, float] = {}
        for code, value in fractions.items():
            if value > 0 and code in self._of:
                sums[self._of[code]] = sums.get(self._of[code], 0.0) + value
        return sums

    def matrix(self, corpus: Corpus, ids: pd.Index | None = None) -> np.ndarray:
        """Fractions of samples (of all) by group, float64 `(n, groups)`; each sample's add up to 1, or 0 where it has none."""
        found = corpus.index.fractions
        rows = found.matrix if ids is None else found.align(ids).matrix
        sums = np.asarray((rows @ self._summing), np.float64)
        total = sums.sum(axis=1, keepdims=True)
        return np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)

    def add_up(self, rows: sparse.csr_matrix | np.ndarray) -> np.ndarray:
        """Level-3 fractions `(n, 44)` added up by group, float32 `(n, groups)`; what is in none is left out."""
        return np.asarray(rows @ self._summing, np.float32)

    def shares(self, corpus: Corpus, mask: np.ndarray | None = None) -> np.ndarray:
        """Mean of `matrix` over the samples of a mask that have any group, float64 `(groups,)`, without making it."""
        rows = (
            corpus.index.fractions.matrix
            if mask is None
            else corpus.index.fractions.matrix[np.flatnonzero(mask)]
        )
        total = np.asarray(rows @ self._summing.sum(axis=1), np.float64)
        each = np.divide(1, total, out=np.zeros(len(total)), where=total > 0)
        return np.asarray((rows.T @ each) @ self._summing, np.float64) / max(int((total > 0).sum()), 1)

    @cached_property
    def _summing(self) -> np.ndarray:
        place = {code: i for i, code in enumerate(self.codes)}
        table = np.zeros((len(corine.codes(3)), len(self.codes)), np.float32)
        for row, code in enumerate(corine.codes(3)):
            if code in self._of:
                table[row, place[self._of[code]]] = 1
        return table

    def of_corpus(self, corpus: Corpus) -> np.ndarray:
        """The group of each sample's largest class, int64 `(n,)`; 0 without a label, or with none in a group."""
        if self.level:
            return np.asarray(corpus.filter_table.largest(self.level), np.int64)
        shares = self.matrix(corpus)
        return np.where(shares.max(axis=1) > 0, np.array(self.codes, np.int64)[shares.argmax(axis=1)], 0)


@cache
def of_level(level: int) -> Grouping:
    """CORINE's classes on a level, 1 to 3. Raises `InvalidQueryError`."""
    if level not in (1, 2, 3):
        raise InvalidQueryError(f"CORINE has levels 1, 2 and 3, not {level}")
    covers = corine.classes(level)
    return Grouping(
        f"level {level}",
        tuple(one.code for one in covers),
        tuple(one.title for one in covers),
        tuple(_below(one.code) for one in covers),
        "CORINE Land Cover 2018, European Environment Agency",
        level,
    )


BIGEARTHNET = "bigearthnet-19"
_BIGEARTHNET: Mapping[str, Sequence[int]] = {
    "Urban fabric": (111, 112),
    "Industrial or commercial units": (121,),
    "Arable land": (211, 212, 213),
    "Permanent crops": (221, 222, 223, 241),
    "Pastures": (231,),
    "Complex cultivation patterns": (242,),
    "Land principally occupied by agriculture, with significant areas of natural vegetation": (243,),
    "Agro-forestry areas": (244,),
    "Broad-leaved forest": (311,),
    "Coniferous forest": (312,),
    "Mixed forest": (313,),
    "Natural grassland and sparsely vegetated areas": (321, 333),
    "Moors, heathland and sclerophyllous vegetation": (322, 323),
    "Transitional woodland, shrub": (324,),
    "Beaches, dunes, sands": (331,),
    "Inland wetlands": (411, 412),
    "Coastal wetlands": (421, 422),
    "Inland waters": (511, 512),
    "Marine waters": (521, 522, 523),
}
"""122 to 142, 332, 334, 335 and 423 have no class in it."""
SHIPPED = (BIGEARTHNET,)
_lock = threading.Lock()
_registered: dict[str, Grouping] = {}


@cache
def _shipped(name: str) -> Grouping:
    return made(
        name,
        _BIGEARTHNET,
        "Sumbul, G., et al. (2021) BigEarthNet-MM: A Large-Scale, Multimodal, Multilabel Benchmark Archive for Remote Sensing Image "
        "Classification and Retrieval. IEEE Geoscience and Remote Sensing Magazine 9, 174-180, "
        "https://doi.org/10.1109/MGRS.2021.3089174",
    )


def known() -> tuple[str, ...]:
    """Names of the groupings that there are beside CORINE's levels: those shipped, and those registered."""
    with _lock:
        return (*SHIPPED, *sorted(_registered))


def register(grouping: Grouping) -> None:
    """Make a grouping known in this process by its name, so that a queue's text can name it. Raises `InvalidQueryError`."""
    if grouping.name in SHIPPED:
        raise InvalidQueryError(f"{grouping.name} is shipped with the explorer; give yours another name")
    with _lock:
        _registered[grouping.name] = grouping


def find(name: str) -> Grouping:
    """A grouping by name: shipped, or registered. It reads no file. Raises `InvalidQueryError`."""
    if name.lower() in SHIPPED:
        return _shipped(name.lower())
    with _lock:
        if name in _registered:
            return _registered[name]
    raise InvalidQueryError(f"no grouping is called {name[:40]!r}; there are {', '.join(known())}")


def choose(level: int = 1, grouping: Grouping | str | None = None) -> Grouping:
    """The grouping given, or named; else a level of CORINE's. Raises `InvalidQueryError`."""
    if isinstance(grouping, Grouping):
        return grouping
    return find(grouping) if grouping else of_level(level)


def named_or_read(text: str) -> Grouping:
    """A grouping by its name, else from the file of that path: what a command line names. Raises `InvalidQueryError`."""
    try:
        return find(text)
    except InvalidQueryError:
        if not Path(text).is_file():
            raise InvalidQueryError(
                f"no grouping is called {text[:60]!r}, and there is no such file; there are {', '.join(known())}"
            ) from None
    return read(Path(text))


def read(path: Path) -> Grouping:
    """A grouping from a YAML or JSON file; its name is the file's. Raises `InvalidQueryError`, which names file and group."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidQueryError(f"cannot read {path}: {error.strerror}") from error
    return parse(data, path.stem[:MAX_TITLE], str(path))


def parse(data: bytes, name: str, where: str = "the grouping") -> Grouping:
    """A grouping from the bytes of a YAML or JSON file (JSON is YAML too). Raises as `read`."""
    if len(data) > MAX_BYTES:
        raise InvalidQueryError(f"{where} has more than {MAX_BYTES:,} bytes; groups of classes need few")
    try:
        text = data.decode("utf-8-sig")
        found = json.loads(text, object_pairs_hook=_pairs) if text.lstrip()[:1] == "{" else _from_yaml(text)
    except InvalidQueryError as error:
        raise InvalidQueryError(f"{where}: {error}") from None
    except (UnicodeDecodeError, ValueError, RecursionError, yaml.YAMLError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        at = f"line {line + 1}" if line is not None else type(error).__name__
        raise InvalidQueryError(f"{where} cannot be read as YAML or JSON ({at})") from error
    try:
        return made(name, found, where)
    except InvalidQueryError as error:
        raise InvalidQueryError(f"{where}: {error}") from None


def made(name: str, groups: Any, source: str = "") -> Grouping:
    """A grouping of group -> codes of any level. Raises `InvalidQueryError` that names the group and the code."""
    if not isinstance(groups, Mapping) or not groups:
        raise InvalidQueryError(
            "a grouping is group by group the codes that it holds, as Forest: [311, 312, 313]"
        )
    if len(groups) > len(corine.codes(3)):
        raise InvalidQueryError(f"{len(groups)} groups of {len(corine.codes(3))} classes cannot be")
    where: dict[int, str] = {}
    titles: list[str] = []
    members: list[tuple[int, ...]] = []
    for title, codes in groups.items():
        shown = _title(title)
        if not isinstance(codes, (list, tuple)) or not 0 < len(codes) <= 100:
            raise InvalidQueryError(f"group {shown!r} has no list of codes, as [311, 312]")
        own: list[int] = []
        for code in codes:
            own += [one for one in _codes(code, shown) if one not in own]
        for one in own:
            if one in where:
                raise InvalidQueryError(
                    f"class {one} is in the groups {where[one]!r} and {shown!r}; it can be in one"
                )
            where[one] = shown
        if shown.casefold() in {known.casefold() for known in titles}:
            raise InvalidQueryError(f"two groups are called {shown!r}")
        titles.append(shown)
        members.append(tuple(sorted(own)))
    return Grouping(name, tuple(range(1, len(titles) + 1)), tuple(titles), tuple(members), source)


def _title(title: object) -> str:
    text = title.strip() if isinstance(title, str) else ""
    if not 0 < len(text) <= 120 or any(ord(c) < 32 or c in "\u2028\u2029" for c in text):
        raise InvalidQueryError(f"{str(title)[:40]!r} is no name of a group: 1 to 120 letters on one line")
    return text


def _codes(code: object, title: str) -> tuple[int, ...]:
    text = str(code).strip()
    if isinstance(code, (bool, float)) or not text.isascii() or not text.isdecimal() or len(text) > 3:
        raise InvalidQueryError(
            f"group {title!r} has {text[:20]!r}, which is no code of CORINE such as 311, 31 or 3"
        )
    try:
        return _below(corine.land_cover(int(text)).code or -1)
    except UnknownClassError:
        raise InvalidQueryError(
            f"group {title!r} has {text}, which is no code of CORINE such as 311, 31 or 3"
        ) from None


@cache
def _below(code: int) -> tuple[int, ...]:
    """The level-3 codes of a code of any level. Raises `UnknownClassError`."""
    digits = str(corine.land_cover(code).code)
    return tuple(one for one in corine.codes(3) if str(one).startswith(digits))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise InvalidQueryError(f"{max(names, key=names.count)[:40]!r} is there twice")
    return found


class _Loader(yaml.SafeLoader):
    """YAML without aliases (a few lines of them can stand for gigabytes), and without a name twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            raise InvalidQueryError("it has an alias (*name); write the codes out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a name that is there twice."""
        pairs = [(str(self.construct_object(key, deep=True)), None) for key, _ in node.value]
        _pairs(pairs)
        return super().construct_mapping(node, deep)


def _from_yaml(text: str) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
