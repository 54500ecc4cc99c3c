"""`explorer download`, `explorer check` and `explorer cache`: files of a corpus, copied, verified, kept."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from explorer.commands import shared
from explorer.core.errors import InvalidQueryError

if TYPE_CHECKING:
    from explorer.corpus.download import Report
    from explorer.corpus.stores.cache import ChipCache

WRONG = 1
"""What `check` ends with when something is wrong, and `download` when a file could not be had."""
SHOWN = 10

cache = typer.Typer(no_args_is_help=True, help="Show or clear the chips of remote corpora kept on disk.")


def download(
    corpus: shared.CorpusArg,
    directory: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder to copy to; what is there is kept.")
    ] = None,
    bbox: shared.Bbox = None,
    geometry: shared.Geometry = None,
    classes: shared.Classes = None,
    level: shared.Level = 3,
    min_fraction: shared.MinFraction = None,
    start: shared.Start = None,
    end: shared.End = None,
    ids: Annotated[
        list[str] | None, typer.Option("--id", metavar="SAMPLE_ID", help="This sample; repeatable.")
    ] = None,
    product: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="PF-SR, PF-QA or S2-SR; repeatable; all of them.")
    ] = None,
    list_only: Annotated[
        bool, typer.Option("--list", help="Print the URLs for another downloader, and copy nothing.")
    ] = False,
    output: shared.OutputOpt = None,
) -> None:
    """Copy the samples that a query finds to a folder that opens offline; go on where it stopped before."""
    from explorer.core.products import PRODUCTS
    from explorer.corpus import download as downloads

    if list_only == (directory is not None) or (output is not None and not list_only):
        raise InvalidQueryError(
            "give the folder to copy to, or --list (with -o FILE to write the list there)"
        )
    conditions = shared.conditions(bbox, geometry, classes, level, min_fraction, start, end)
    if ids:
        conditions["ids"] = ids
    with shared.opened(corpus) as opened:
        wanted = downloads.Wanted(opened.query(**conditions), product or tuple(PRODUCTS), start, end)
        if list_only:
            try:
                with _lines(output) as out:
                    out.writelines(f"{href}\n" for href in downloads.hrefs(opened, wanted))
                    out.flush()
            except (
                BrokenPipeError
            ):  # `| head` has read enough: nothing is wrong, which the system's 1 would say
                shared.give_up_stdout()
            return
        assert directory is not None
        with _transfer_bar() as show:
            report = downloads.download(opened, wanted, directory, show)
    typer.echo(
        f"{report.fetched:,} files fetched ({report.size / 1e6:,.1f} MB), {report.kept:,} were there, "
        f"{report.absent:,} are not in the corpus; open them with: python -m explorer serve {directory}"
    )
    if report.failed:
        for key, why in list(report.failed.items())[:SHOWN]:
            typer.secho(f"{shared.plain(key)}: {shared.plain(why)}", err=True, fg=typer.colors.YELLOW)
        typer.secho(
            f"{len(report.failed):,} files could not be had; the same command tries them again",
            err=True,
            fg=typer.colors.YELLOW,
        )
        raise typer.Exit(WRONG)


def check(
    corpus: shared.CorpusArg,
    sample: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only N samples, chosen at random.")
    ] = None,
    output: shared.OutputOpt = None,
) -> None:
    """Verify chips, labels and index; write a table of what is wrong (key, kind, problem), and end with 1 if any is."""
    from explorer.corpus import checking

    wrong = missing = 0
    with (
        shared.opened(corpus, tells_warnings=True) as opened,
        _lines(output) as out,
        shared.progress_bar("Checking files") as progress,
    ):
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("key", "kind", "problem"))
        for found in checking.check(opened, sample, progress):
            table.writerow((shared.plain(found.key), found.kind, shared.plain(found.problem)))
            if found.kind == checking.MISSING:
                missing += 1
            else:
                wrong += 1
    typer.echo(f"{wrong:,} wrong, {missing:,} incomplete", err=True)
    if wrong:
        raise typer.Exit(WRONG)


@cache.command("info")
def cache_info() -> None:
    """Show where chips are kept, how many, how much they take, and how much they may."""
    from explorer.core.config import settings

    kept = _cache()
    usage = kept.usage()
    typer.echo(f"folder  {kept.folder}")
    typer.echo(f"files   {usage.files:,}")
    typer.echo(f"size    {usage.size / 1e6:,.1f} MB")
    typer.echo(f"bound   {settings().chip_cache_bytes / 1e6:,.1f} MB")


@cache.command("clear")
def cache_clear() -> None:
    """Remove the chips that are kept, and nothing else in that folder."""
    removed = _cache().clear()
    typer.echo(f"Removed {removed.files:,} files, {removed.size / 1e6:,.1f} MB")


def _cache() -> ChipCache:
    from explorer.core.config import settings
    from explorer.corpus.stores.cache import CHIPS, ChipCache

    return ChipCache(settings().cache_dir / CHIPS, settings().chip_cache_bytes)


@contextmanager
def _lines(output: Path | None) -> Iterator[TextIO]:
    """Where to write a text: standard output, or a file that is there once all of it is. Raises `OutputError`."""
    if output is None or output == shared.STDOUT:
        yield sys.stdout
        return
    with shared.file_to_write(output) as part, part.open("a", encoding="utf-8", newline="") as file:
        yield file
    typer.echo(f"Wrote {output}", err=True)


@contextmanager
def _transfer_bar() -> Iterator[Callable[[Report], None]]:
    """A bar on stderr: files, bytes, rate and time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("Copying"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, rate="")
        begun = time.monotonic()

        def show(report: Report) -> None:
            seconds = max(time.monotonic() - begun, 0.1)
            rate = f"{report.size / 1e6:,.0f} MB, {report.size / 1e6 / seconds:,.1f} MB/s"
            bar.update(task, completed=report.done, total=report.total, rate=rate)

        yield show
