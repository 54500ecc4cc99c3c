"""Every failure the explorer names: one base class, one class a kind of failure.

A message says which thing is wrong, what was found, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class ExplorerError(Exception):
    """Base of all errors that the explorer raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are made again from `args`, here the whole message: those with arguments of their own could not be
        # sent from a worker process, and multiprocessing waited for ever for what its pool could not read.
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[ExplorerError], args: tuple[Any, ...], state: dict[str, Any]) -> ExplorerError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidSampleIdError(ExplorerError, ValueError):
    """A text that is not an id of the corpus's grid."""

    def __init__(self, sample_id: object, why: str) -> None:
        text = str(sample_id)
        shown = text if len(text) <= 60 else text[:57] + "..."
        super().__init__(
            f"{shown!r} is not a sample id: {why}. "
            "An id reads {zone}_{X}E-{Y}N_{row}_{col}, for example 33N_15E-200N_01_09."
        )


class UnknownSampleError(ExplorerError, KeyError):
    """A well-formed id that this corpus does not hold."""

    def __init__(self, sample_id: str, where: str, near: Iterable[str] = ()) -> None:
        hint = ", ".join(near)
        super().__init__(
            f"sample {sample_id} is not in the corpus {where}"
            + (f"; it has for example {hint}" if hint else "; corpus.samples lists those that are")
        )

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownBandError(ExplorerError, KeyError):
    """A band name that a product does not have."""

    def __init__(self, band: object, product: str, known: Iterable[str]) -> None:
        super().__init__(f"{product} has no band {band!r}; its bands are {', '.join(known)}")

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownDateError(ExplorerError, KeyError):
    """A date outside a product's calendar."""

    def __init__(self, date: object, product: str, calendar: str) -> None:
        super().__init__(f"{product} has no date {date}; {calendar}")

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownClassError(ExplorerError, KeyError):
    """A land cover code or name that CORINE does not have."""

    def __init__(self, code: object, level: int | None = None) -> None:
        at = f" at level {level}" if level else ""
        super().__init__(
            f"CORINE has no class {code!r}{at}; codes run from 1 to 5 (level 1), "
            "11 to 52 (level 2) and 111 to 523 (level 3)"
        )

    def __str__(self) -> str:
        return str(self.args[0])


class InvalidQueryError(ExplorerError, ValueError):
    """A query argument that cannot be understood."""


class ExpressionError(InvalidQueryError):
    """A formula over band names that is not one; `part` is what is wrong, `position` its character from 1."""

    def __init__(self, text: str, part: str, position: int, why: str) -> None:
        shown, named = (t if len(t) <= 60 else t[:57] + "..." for t in (text, part))
        super().__init__(f"formula {shown!r}: {named!r} at character {position} {why}")
        self.part = part
        self.position = position
        self.why = why


class CorpusNotFoundError(ExplorerError, FileNotFoundError):
    """Nothing that looks like a corpus at the place given."""


class CorpusFormatError(ExplorerError, ValueError):
    """A file of the corpus that is there but cannot be read as what it should be."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key = key
        self.why = why


class NotThereError(ExplorerError, FileNotFoundError):
    """A key that the store does not hold. Ordinary: dates can be absent.

    `sure` is False where the store only refused it while it gave other files: that is not worth remembering.
    """

    def __init__(self, key: str, why: str = "", sure: bool = True) -> None:
        super().__init__(f"{key} is not there" + (f" ({why})" if why else ""))
        self.key = key
        self.why = why
        self.sure = sure


class StoreError(ExplorerError, OSError):
    """The store itself fails: no permission, no network, a disk that does not answer."""


class UnreadableError(StoreError):
    """One file that is there and cannot be read, while the store itself works; `reason` is short, for a list."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"cannot read {key}: {reason}")
        self.key = key
        self.reason = reason


class LeadsOutError(UnreadableError):
    """A file or folder that is reached by a link out of the corpus's folder, at a level where none is followed."""

    def __init__(self, key: str) -> None:
        super().__init__(key, "a link that leads out of the corpus")


class ChipError(ExplorerError, ValueError):
    """A chip whose bytes are not the image they should be; `reason` is short, for a list."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CancelledError(ExplorerError):
    """Work that was given up because nobody waits for it any more."""


class StoryError(ExplorerError, ValueError):
    """A story file that is none; `line` counts from 1, None where no line is to blame."""

    def __init__(self, name: str, line: int | None, why: str) -> None:
        super().__init__(f"{name}{f', line {line}' if line else ''}: {why}")
        self.line = line


class RasterError(ExplorerError, ValueError):
    """A raster of land cover that cannot be read, or not as classes."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.why = why


class GroundError(ExplorerError, ValueError):
    """A file of points or polygons that cannot be taken; `row` (from 1, without the head) and `column` say where."""

    def __init__(self, where: str, why: str, row: int | None = None, column: str = "") -> None:
        at = "".join((f", row {row:,}" if row else "", f", column {column}" if column else ""))
        super().__init__(f"{where}{at}: {why}; nothing was added")
        self.row = row
        self.column = column


class UnknownGroundError(ExplorerError, KeyError):
    """A name under which no points or polygons are kept."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        there = ", ".join(known) or "none; add some with `explorer ground add CORPUS NAME FILE`"
        super().__init__(f"no points or polygons are called {name[:60]!r}; there are {there}")

    def __str__(self) -> str:
        return str(self.args[0])


class OutputError(ExplorerError, OSError):
    """A file or folder that was asked for and cannot be written."""


class MissingPackageError(ExplorerError, ImportError):
    """A part of the explorer needs a package that an extra brings (`pip install 'rapidai4eo-explorer[compute]'`)."""


class ServeError(ExplorerError, OSError):
    """The page cannot be served at the address and port asked for."""


class NoRoomError(ExplorerError):
    """A page that cannot be opened now: as many as there may be are open, for one address or in all."""


class LoginError(ExplorerError, ValueError):
    """Logging in is not set up as it could work."""


class InvalidVerdictError(ExplorerError, ValueError):
    """A value of a verdict that is not what it should be; `name` is the field."""

    def __init__(self, name: str, value: object, wanted: str) -> None:
        text = repr(value)
        shown = text if len(text) <= 60 else text[:57] + "..."
        super().__init__(f"a verdict's {name} is {shown}; it should be {wanted}")
        self.name = name


class ConflictingVerdictError(ExplorerError, ValueError):
    """An id under which something else is kept already."""

    def __init__(self, verdict_id: str) -> None:
        super().__init__(
            f"under the id {verdict_id} another verdict is kept already; give each verdict an id of its own (a UUID)"
        )


class RecordsError(ExplorerError, OSError):
    """The database of verdicts cannot do what was asked; nothing was changed."""


class RecordsReadOnlyError(RecordsError):
    """Verdicts can be read there, and none can be added."""


class RecordsFullError(RecordsError):
    """The disk or the database that keeps the verdicts is full."""


class RecordsUnreachableError(RecordsError):
    """The database server does not answer, or refuses."""


class RecordsBusyError(RecordsError):
    """Others kept the database locked for longer than one waits."""


class RecordsMovedError(RecordsError):
    """The file of verdicts was moved, deleted or replaced while it was in use."""


class ForeignRecordsError(RecordsError):
    """A file or database that is there, and is not one of verdicts."""


class RecordsVersionError(RecordsError):
    """A database of verdicts that a newer explorer made."""


class ExchangeError(ExplorerError, ValueError):
    """A file of verdicts that cannot be read; `line` (or row) and `column` say where."""

    def __init__(self, where: str, why: str, line: int | None = None, column: str = "") -> None:
        at = "".join((f", line {line}" if line else "", f", column {column}" if column else ""))
        super().__init__(f"{where}{at}: {why}; nothing was imported")
        self.line = line
        self.column = column


class LegendError(ExplorerError, ValueError):
    """A legend that is none, or none of that name; `line` counts from 1, None where no line is to blame."""

    def __init__(self, where: str, line: int | None, why: str) -> None:
        super().__init__(f"{where}{f', line {line}' if line else ''}: {why}")
        self.line = line


class OpinionError(ExplorerError, ValueError):
    """A table of a second opinion that cannot be taken; `line` (or row) and `column` say where."""

    def __init__(
        self, where: str, why: str, line: int | None = None, column: str = "", unit: str = "line"
    ) -> None:
        at = "".join((f", {unit} {line:,}" if line else "", f", column {column}" if column else ""))
        super().__init__(f"{where}{at}: {why}; nothing was added")
        self.line = line
        self.column = column


class UnknownOverlayError(ExplorerError, KeyError):
    """A name under which no map of land cover is known."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        there = ", ".join(known) or "none; name one with `explorer serve CORPUS --overlay NAME=FILE,LEGEND`"
        super().__init__(f"no map of land cover is called {name[:60]!r}; there are {there}")

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownOpinionError(ExplorerError, KeyError):
    """A name under which no opinion is kept."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = ", ".join(known)
        super().__init__(
            f"no opinion is called {name[:60]!r}; "
            + (
                f"there are {names}"
                if names
                else "none is there: add one with `explorer opinion add CORPUS NAME FILE`"
            )
        )

    def __str__(self) -> str:
        return str(self.args[0])


class FeaturesError(ExplorerError, ValueError):
    """A table of features that cannot be taken; `column` says where, empty where it is no column's fault."""

    def __init__(self, where: str, why: str, column: str = "") -> None:
        super().__init__(f"{where}{f', column {column}' if column else ''}: {why}; nothing was added")
        self.column = column


class UnknownFeaturesError(ExplorerError, KeyError):
    """A name under which no table of features is kept."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = ", ".join(known)
        super().__init__(
            f"no table of features is called {name[:60]!r}; "
            + (
                f"there are {names}"
                if names
                else "none is there: make one with `explorer features compute CORPUS`"
            )
        )

    def __str__(self) -> str:
        return str(self.args[0])
