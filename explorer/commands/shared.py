"""What commands share: their common arguments, an open corpus, a progress bar, and errors of writing as one line."""

from __future__ import annotations

import errno
import functools
import inspect
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.core import atomic_file
from explorer.core.errors import ExplorerError, InvalidQueryError, OutputError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from explorer.core.config import Settings
    from explorer.corpus.corpus import Corpus

LINE_S = 20.0
"""Between lines of progress in a log, in seconds."""
MAX_LIST_BYTES = 100 * 2**20
"""Of a list of ids."""

CorpusArg = Annotated[
    str, typer.Argument(metavar="CORPUS", help="Folder, URL, catalog.json, or the word demo.")
]
OutputOpt = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.")]
STDOUT = Path("-")
"""In place of a file's name: standard output."""
_STDOUT_CLOSED = sys.stdout is None
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""Errors of a disk, quota or file that is full."""
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON in place of the table.")]
Bbox = Annotated[
    tuple[float, float, float, float] | None,
    typer.Option(metavar="W S E N", help="Box of longitudes and latitudes in degrees."),
]
Geometry = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Area: a file that GeoPandas reads, as GeoJSON.")
]
Classes = Annotated[
    list[str] | None,
    typer.Option("--class", metavar="CLASS", help="CORINE code or name; 0 is no label; repeatable."),
]
Level = Annotated[int, typer.Option(min=1, max=3, help="Level of those classes.")]
MinFraction = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, help="Least fraction of those classes together; without them, of the largest."
    ),
]
Start = Annotated[str | None, typer.Option(metavar="DATE", help="First date of the chips, as 2018-07-02.")]
End = Annotated[str | None, typer.Option(metavar="DATE", help="Last date of the chips.")]
Ids = Annotated[
    Path | None, typer.Option("--ids", metavar="FILE", help="Only these: a text file, one id a line.")
]
Samples = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Only N of them, chosen at random by --seed.")
]
Scheduler = Annotated[
    str | None, typer.Option(metavar="tcp://HOST:PORT", help="A running Dask scheduler; else this machine.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=1024, help="Processes on this machine; all its cores.")
]

AllowRedirect = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-redirect",
        metavar="HOST[:PORT]",
        help="Another host that a remote corpus may redirect to; repeatable.",
    ),
]

ProfileFile = Annotated[
    Path | None,
    typer.Option(
        "--profile", metavar="FILE", help="A rapidai4eo.toml, in place of the one beside the corpus: what its files do not say."
    ),
]  # fmt: skip


@dataclass(frozen=True)
class _Said:
    """What the command line says of the corpus, beside its place."""

    redirects: tuple[str, ...] = ()
    profile: Path | None = None


_NOTHING_SAID = _Said()
_said: ContextVar[_Said] = ContextVar("_said", default=_NOTHING_SAID)


class Commands(typer.Typer):
    """Commands of which those that open a corpus have `--allow-redirect` and `--profile`, without naming them themselves."""

    def command(self, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
        """As Typer's."""
        register = super().command(*args, **kwargs)

        def add(function: Any) -> Any:
            register(
                _of_a_corpus(function) if "corpus" in inspect.signature(function).parameters else function
            )
            return function

        return add


def _of_a_corpus(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command with the options of a corpus, which `chosen` then knows of."""
    options = {"allow_redirect": AllowRedirect, "profile": ProfileFile}

    @functools.wraps(function)
    def command(
        *args: Any, allow_redirect: list[str] | None = None, profile: Path | None = None, **kwargs: Any
    ) -> Any:
        from explorer.corpus.stores import redirects

        redirects.hosts(allow_redirect or ())
        token = _said.set(_Said(tuple(allow_redirect or ()), profile))
        try:
            return function(*args, **kwargs)
        finally:
            _said.reset(token)

    signature = inspect.signature(function, eval_str=True)
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in options.items()
    ]
    command.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), *more]
    )
    command.__annotations__ = {**inspect.get_annotations(function, eval_str=True), **options}
    return command


def chosen(config: Settings | None = None) -> Settings:
    """The settings (the process's, where none are given), with what the command line says of the corpus."""
    from explorer.core.config import settings

    config = config or settings()
    said = _said.get()
    update: dict[str, Any] = {}
    if said.redirects:
        update["allow_redirect"] = ",".join(filter(None, (config.allow_redirect, *said.redirects)))
    if said.profile is not None:
        update["profile"] = str(said.profile)
    return config.model_copy(update=update) if update else config


def conditions(
    bbox: tuple[float, float, float, float] | None = None,
    geometry: Path | None = None,
    classes: list[str] | None = None,
    level: int | None = None,
    min_fraction: float | None = None,
    start: str | None = None,
    end: str | None = None,
    ids: Path | None = None,
) -> dict[str, Any]:
    """The arguments of a query, those that were given."""
    given: dict[str, Any] = {
        "bbox": bbox,
        "geometry": None if geometry is None else read_area(geometry),
        "classes": classes or None,
        "level": level,
        "min_fraction": min_fraction,
        "start": start,
        "end": end,
        "ids": None if ids is None else listed(ids),
    }
    return {name: value for name, value in given.items() if value is not None}


def listed(path: Path) -> list[str]:
    """The ids of a text file, one a line. Raises `InvalidQueryError` for what is none."""
    try:
        if path.stat().st_size > MAX_LIST_BYTES:
            raise InvalidQueryError(f"{path} is larger than a list of ids can be")
        lines = path.read_text(encoding="utf-8-sig").split()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidQueryError(f"{path} cannot be read as a list of ids: {error}") from error
    if not lines:
        raise InvalidQueryError(f"{path} names no sample")
    return lines


def found_by(corpus: Corpus, conditions: dict[str, Any]) -> pd.DataFrame:
    """The rows that a query finds. Where it asks for what scoring found, with that."""
    from explorer.corpus.query import cover_change
    from explorer.corpus.query.filters import Filters

    asked = Filters.parse(str(conditions.get("filters", "")))[0].names()
    if {"suspicion", "change"} & set(asked):
        from explorer.review import score

        score.show(corpus)
    found = corpus.query(**conditions)
    return cover_change.with_change(corpus, found) if "change" in asked else found


@contextmanager
def opened(where: str, config: Settings | None = None, *, tells_warnings: bool = False) -> Iterator[Corpus]:
    """A corpus, closed afterwards. What is wrong with it is one line, unless the command tells it all."""
    from explorer.opening import open_corpus

    if where == "demo" and Path(where, "imagery").is_dir():
        typer.echo(
            "Note: demo is the synthetic corpus that is built in; for the folder write ./demo", err=True
        )
    logger = logging.getLogger("explorer")
    before = logger.level
    logger.setLevel(logging.ERROR)  # the warnings are in the index, and counted below
    try:
        with progress_bar("Opening") as progress:
            corpus = open_corpus(where, config=chosen(config), progress=progress)
    finally:
        logger.setLevel(before)
    count = len(corpus.index.warnings)
    if count and not tells_warnings:
        typer.secho(
            f"Warning: {count} found wrong in this corpus; to read what: python -m explorer info {where}",
            err=True,
            fg=typer.colors.YELLOW,
        )
    try:
        yield corpus
    finally:
        corpus.close()


def for_workers(corpus: Corpus) -> dict[str, object]:
    """Settings of this command line that processes which open the same corpus would not have (`said` of what runs over Dask)."""
    return {name: getattr(corpus.config, name) for name in ("profile", "allow_redirect")}


@contextmanager
def progress_bar(what: str, *, lines: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, which stays out of redirected output; called with (done, total).

    With `lines`, redirected output gets a line at once and then one every `LINE_S` seconds.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    if lines and not console.is_terminal:
        yield _in_lines(what)
        return
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _in_lines(what: str) -> Callable[[int, int], None]:
    """Progress for a log."""
    told = -LINE_S

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= LINE_S or done == total:
            told = time.monotonic()
            typer.echo(f"{what}: {done:,} of {total:,}", err=True)

    return tell


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """What cannot be written there is an `OutputError`, one line."""
    try:
        if not target.parent.is_dir():
            raise OutputError(f"cannot write {target}: there is no folder {target.parent}")
        yield
    except ExplorerError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or target}: {error.strerror or error}") from error


def to_terminal() -> bool:
    """Whether standard output is read by a person: others get all of a table, in a form for programs."""
    return sys.stdout.isatty()


def write_output(data: bytes | str, output: Path | None, told: str = "") -> None:
    """Write to a file, which is whole or not there, or to standard output (None, `-`); then `told` on stderr.

    Raises `OutputError`.
    """
    content = data.encode() if isinstance(data, str) else data
    if output is None or output == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    write_file(content, output)
    typer.echo(f"Wrote {told}{' to ' if told else ''}{output}", err=True)


def write_file(content: bytes, output: Path) -> None:
    """Write to a file, which is whole or not there. Raises `OutputError`."""
    with file_to_write(output) as part, part.open("ab") as file:
        file.write(content)


@contextmanager
def file_to_write(output: Path) -> Iterator[Path]:
    """What to append to, so that a file is whole at its place, or as it was before; a device or pipe itself. Raises `OutputError`."""
    with writing(output):
        if atomic_file.is_device(output) or (output.exists() and not output.is_file()):
            yield output  # what `>>` keeps stays
        else:
            with atomic_file.replacing(output) as part:
                yield part


def is_stdout_closed() -> bool:
    """Whether this process was begun without standard output (`>&-`)."""
    return _STDOUT_CLOSED


def stdout_for_closed() -> bool:
    """Where this process was begun without standard output, one that refuses to be written to; whether that is so.

    Python has None in its place, which drops what is written; the next file that is opened would get its descriptor.
    """
    if _STDOUT_CLOSED and sys.stdout is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    return _STDOUT_CLOSED


def give_up_stdout() -> None:
    """What standard output could not take is dropped: Python would try once more at its end, and complain."""
    with open(os.devnull, "wb") as nowhere, suppress(OSError, ValueError):  # a test's has no descriptor
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def plain(text: str, keep: str = "") -> str:
    """A text from files, blanks for what could move a terminal's cursor (but for the characters to `keep`)."""
    return "".join(c if c.isprintable() or c in keep else " " for c in text)


def read_area(path: Path) -> gpd.GeoDataFrame:
    """The features of a file. Raises `InvalidQueryError` where it cannot be read."""
    import geopandas as gpd

    try:
        return gpd.read_file(path)
    except Exception as error:  # whatever the reader says of a file that a user named
        raise InvalidQueryError(f"{path} cannot be read as an area: {str(error).splitlines()[0]}") from error


def echo_table(table: pd.DataFrame) -> None:
    """A table for people to read on the terminal."""
    formats: Any = lambda value: f"{value:.3f}"  # noqa: E731 - pandas wants a callable
    text = table.to_string(index=False, float_format=formats, na_rep="not known", max_colwidth=40)
    typer.echo(plain(text, keep="\n"))


def write_table(table: pd.DataFrame, output: Path | None) -> None:
    """A table as CSV to a file or standard output, if one is named; cells that a spreadsheet would run are made text."""
    if output is None:
        return
    from explorer.corpus.tables.csv_safety import neutral

    text = neutral(table).to_csv(lineterminator="\r\n")
    # Excel takes letters beyond ASCII for others without the mark; without such letters nobody needs it.
    marked = not text.isascii() and output != STDOUT
    write_output(text.encode("utf-8-sig" if marked else "utf-8"), output)
