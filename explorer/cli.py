"""The commands: `python -m explorer ...`. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import errno
import io
import json
import shlex
import shutil
import sys
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from typer.core import TyperGroup

from explorer import __version__
from explorer.commands import (
    access,
    doctor,
    exports,
    features,
    ground,
    packing,
    pages,
    report,
    scoring,
    shared,
    transfer,
)
from explorer.commands import opinion as opinions
from explorer.commands import review as reviewing
from explorer.core.errors import ExplorerError, InvalidQueryError, OutputError
from explorer.core.products import SYNTHETIC_KEY
from explorer.corpus.tables.formats import ENDINGS
from explorer.export import files

if TYPE_CHECKING:
    import pandas as pd

    from explorer.corpus.corpus import Corpus

EXIT_ERROR = 2
"""What a command ends with when it could not do what was asked; also of unknown options."""
ROWS_SHOWN = 20
CORPUS_FOLDERS = ("imagery", "labels", "resources", "stac-v1.0")


class LogFormat(StrEnum):
    """What a line of the log is."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least that the log tells."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class _Commands(TyperGroup):
    """Turns what the explorer names as an error into one line; anything else is a bug and shows as one."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """As click's; a standard output that cannot be written to is one line, also of `--help`, which runs no command."""
        closed = shared.stdout_for_closed()
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            if closed and error.errno == errno.EBADF:
                where, why = "to standard output", "it is closed"
            elif error.errno in shared.NO_ROOM:
                where, why = str(error.filename or "to standard output"), str(error.strerror)
            else:
                raise
            typer.secho(f"Error: cannot write {where}: {why}", err=True, fg=typer.colors.RED)
            shared.give_up_stdout()
            raise SystemExit(EXIT_ERROR) from error

    def invoke(self, ctx: Any) -> Any:  # typer's Context moved from click to its own copy
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except ExplorerError as error:
            typer.secho(f"Error: {shared.plain(str(error))}", err=True, fg=typer.colors.RED)
            raise typer.Exit(EXIT_ERROR) from error


app = shared.Commands(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Look at the RapidAI4EO corpus. CORPUS is a folder in its layout, a URL, a STAC catalog.json, or the word demo.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"explorer {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if sys.platform == "win32" and not stream.isatty():  # a pipe is taken for one of an old code page
            stream.reconfigure(encoding="utf-8")
        stream.reconfigure(errors="replace")  # a terminal that has no degree sign shows a question mark


@app.command()
def serve(
    corpus: Annotated[
        str | None,
        typer.Argument(
            metavar="CORPUS",
            help="Folder, URL, catalog.json, or the word demo; without it EXPLORER_CORPUS, or demo.",
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port; 0 takes any that is free.")] = 5006,
    address: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for other machines.")
    ] = "127.0.0.1",
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-origin",
            metavar="HOST[:PORT]",
            help="A name that visitors use for this server; repeatable.",
        ),
    ] = None,
    prefix: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="The path under which it is called, as /user/x/proxy/absolute/5006, behind a hub.",
        ),
    ] = None,
    tiles: Annotated[
        bool | None, typer.Option("--tiles/--no-tiles", help="Offer online basemaps on the map.")
    ] = None,
    num_procs: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that serve together, one a core.")
    ] = 1,
    log_format: Annotated[LogFormat, typer.Option(help="What the log's lines are.")] = LogFormat.TEXT,
    log_level: Annotated[LogLevel, typer.Option(help="The least that the log tells.")] = LogLevel.INFO,
    login: Annotated[
        Path | None,
        typer.Option("--login", metavar="FILE", help="Let in who is in this file, which `password` writes."),
    ] = None,
    opinion: Annotated[
        list[str] | None,
        typer.Option(
            "--opinion",
            metavar="NAME=FILE",
            help="Show a table of predictions beside the labels, for this run; repeatable.",
        ),
    ] = None,
    overlay: Annotated[
        list[str] | None,
        typer.Option(
            "--overlay",
            metavar="NAME=FILE,LEGEND",
            help="Offer a raster of land cover to lie over the pictures, for this run; repeatable.",
        ),
    ] = None,
) -> None:
    """Serve the page and open it in the browser."""
    from explorer.core import logs
    from explorer.core.config import settings
    from explorer.server import ports, secret, workers

    logs.configure(log_format.value, log_level.value)
    if shared.is_stdout_closed():
        shared.give_up_stdout()  # a service needs nobody who reads
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # the address is told at once, through a pipe, too
    given = workers.inherited()
    if given is None:
        port = ports.usable(address, port)  # before the seconds that the rest takes
        ports.origins(address, port, allow_origin or ())
        below = ports.path_prefix(settings().prefix if prefix is None else prefix)
        if num_procs > 1:
            secret.hand_on(settings().cookie_secret.get_secret_value(), settings().data_dir)
            workers.run(num_procs, address, port, stuck=settings().stuck_seconds, prefix=below)
            return
    from explorer import app as page
    from explorer.review import score as scores

    said = {"tiles": tiles, "prefix": prefix, "login_file": None if login is None else str(login)}
    config = settings().model_copy(update={key: value for key, value in said.items() if value is not None})
    with shared.opened(corpus or config.corpus, config) as opened:
        scores.show(opened)
        opinions.show(opened, opinion or [])
        opinions.show_overlays(opened, overlay or [])
        page.serve(
            opened, port=port, address=address, open_browser=open_browser, allow_origins=allow_origin or (),
            given=given,
        )  # fmt: skip


@app.command()
def info(
    corpus: shared.CorpusArg,
    sample_id: Annotated[
        str | None, typer.Argument(metavar="SAMPLE_ID", help="Describe this sample.")
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Describe a corpus, or one sample: place, label, dates there and missing, means of the bands."""
    from rich.console import Console

    from explorer.commands import describe

    with shared.opened(corpus, tells_warnings=sample_id is None) as opened:
        if as_json:
            facts = describe.sample_facts(opened, sample_id) if sample_id else describe.corpus_facts(opened)
            typer.echo(json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False))
            return
        report = describe.sample_report(opened, sample_id) if sample_id else describe.corpus_report(opened)
        describe.print_to(Console(), report)


@app.command()
def profile(
    corpus: shared.CorpusArg,
    sample_id: Annotated[str, typer.Argument(metavar="SAMPLE_ID")],
    row: Annotated[int | None, typer.Option(help="Row of the 3 m pixel, from 0 at the top.")] = None,
    col: Annotated[int | None, typer.Option(help="Column of the 3 m pixel, from 0 at the left.")] = None,
    lon: Annotated[float | None, typer.Option(help="Longitude in degrees (EPSG:4326), with --lat.")] = None,
    lat: Annotated[float | None, typer.Option(help="Latitude in degrees (EPSG:4326), with --lon.")] = None,
    output: shared.OutputOpt = None,
) -> None:
    """Write a pixel's reflectance over all dates, both sensors, as tidy CSV."""
    given = [value is not None for value in (row, col, lon, lat)]
    if given not in ([True, True, False, False], [False, False, True, True]):
        raise InvalidQueryError("name one pixel: either --row and --col, or --lon and --lat")
    with shared.opened(corpus) as opened:
        from explorer.analysis import profiles
        from explorer.analysis.tables import to_csv

        if lon is not None and lat is not None:
            row, col = _pixel_at(opened, sample_id, lon, lat)
        table = profiles.pixel(opened, sample_id, row=cast(int, row), col=cast(int, col))
    shared.write_output(to_csv(table), output)


@app.command()
def query(
    corpus: shared.CorpusArg,
    find: Annotated[
        str | None,
        typer.Option(metavar="PHRASE", help='As in the search of the page: "vineyards Italy >= 80 %".'),
    ] = None,
    bbox: shared.Bbox = None,
    geometry: shared.Geometry = None,
    classes: shared.Classes = None,
    level: shared.Level = 3,
    min_fraction: shared.MinFraction = None,
    start: shared.Start = None,
    end: shared.End = None,
    filters: Annotated[
        str | None,
        typer.Option(
            "--filter", metavar="TEXT", help="As a link of the page has it: 'change:0.5-1;purity:0.8-1'."
        ),
    ] = None,
    hrefs: Annotated[
        bool, typer.Option("--hrefs", help="List the chips' URLs or paths, one a line.")
    ] = False,
    product: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="With --hrefs: PF-SR, PF-QA or S2-SR; repeatable.")
    ] = None,
    labels: Annotated[bool, typer.Option("--labels", help="With --hrefs: the label files too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write GeoJSON in place of the table.")] = False,
    output: shared.OutputOpt = None,
) -> None:
    """Find samples by space, label and time; write .csv, .geojson, .gpkg or .parquet, or list their chips.

    Without a file, a terminal gets a table of some, a pipe and -o - get CSV of all.
    """
    conditions = shared.conditions(bbox, geometry, classes, level, min_fraction, start, end)
    if find is not None:
        conditions["find"] = find
    if (product or labels) and not hrefs:
        raise InvalidQueryError("--product and --labels choose among files: give --hrefs with them")
    named = None if output == shared.STDOUT else output
    if as_json and (hrefs or named is not None):
        raise InvalidQueryError("--json is for standard output: give neither --hrefs nor a file with it")
    ending = "geojson" if as_json else "csv"
    if named is not None and not hrefs:
        ending = files.suffix(named, ENDINGS, "it").removeprefix(".")
    if filters is not None:
        conditions["filters"] = filters
    with shared.opened(corpus) as opened:
        found = shared.found_by(opened, conditions)
        if hrefs:
            lines = opened.hrefs(found, product or ("PF-SR", "S2-SR"), start=start, end=end, labels=labels)
            shared.write_output("".join(f"{line}\n" for line in lines), output)
        elif output is None and not as_json and shared.to_terminal():
            _print_samples(found)
        else:
            shared.write_output(_encoded(opened, found, ending), output, _samples(len(found)))


@app.command()
def index(
    corpus: shared.CorpusArg,
    output: shared.OutputOpt = None,
) -> None:
    """Read a corpus's own files once and write its table as GeoParquet, so that it opens at once."""
    from explorer import opening

    # A folder that is not there is told before the minutes that the corpus takes.
    place = nullcontext() if output is None else shared.writing(output)
    with place, shared.progress_bar("Reading the corpus") as progress:
        written = opening.reindex(corpus, output, progress, shared.chosen())
    typer.echo(f"Wrote {written}")


@app.command()
def catalog(
    corpus: shared.CorpusArg,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write catalog.json into.")],
    sample_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[SAMPLE_ID]...", help="Only these.")
    ] = None,
    per_date: Annotated[
        bool,
        typer.Option(
            "--per-date",
            help="An item a date, as odc-stac wants it; else a sample's dates are its item's assets.",
        ),
    ] = False,
) -> None:
    """Write a static STAC catalog of a corpus, or of some of its samples."""
    from explorer.corpus.stac import catalog as stac

    with shared.opened(corpus) as opened, shared.writing(directory):
        stac.write_static_catalog(opened, directory, sample_ids or None, per_date=per_date)
    typer.echo(f"Wrote {directory / 'catalog.json'}")


@app.command("make-demo")
def make_demo(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write; new or empty.")],
    samples: Annotated[int, typer.Option(min=1, help="How many samples.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same corpus.")] = 0,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the synthetic corpus that is in the folder.")
    ] = False,
) -> None:
    """Write a small synthetic corpus to disk in the real layout."""
    if force:
        if (
            any((directory / name).exists() for name in CORPUS_FOLDERS)
            and not (directory / SYNTHETIC_KEY).exists()
        ):
            raise OutputError(
                f"{directory} holds a corpus that does not say that it is made up; remove it yourself"
            )
        for folder in CORPUS_FOLDERS:
            shutil.rmtree(directory / folder, ignore_errors=True)
    from explorer import demo
    from explorer.corpus.stac import catalog as stac
    from explorer.opening import open_corpus

    with shared.writing(directory), shared.progress_bar("Making chips") as progress:
        demo.write(directory, samples=samples, seed=seed, progress=progress)
        made = open_corpus(directory)
        try:
            stac.write_static_catalog(made, directory / "stac-v1.0")
        finally:
            made.close()
    named = (
        "./demo" if str(directory) == "demo" else shlex.quote(str(directory))
    )  # the word is another corpus
    typer.echo(f"Wrote {_samples(samples)} to {directory}; open them with: python -m explorer serve {named}")


app.command()(exports.animate)
app.command()(exports.tour)
app.command()(exports.export)
app.command()(pages.page)
app.command()(access.password)
app.command()(scoring.score)
app.command()(packing.pack)
app.command()(packing.check_pack)
app.command()(report.report)
app.command()(pages.slides)
app.command()(pages.handout)
app.command()(doctor.doctor)
app.command()(transfer.download)
app.command()(transfer.check)
app.add_typer(transfer.cache, name="cache")
app.add_typer(reviewing.review, name="review")
app.add_typer(opinions.opinion, name="opinion")
app.add_typer(ground.ground, name="ground")
app.add_typer(features.features, name="features")


def _pixel_at(corpus: Corpus, sample_id: str, lon: float, lat: float) -> tuple[int, int]:
    from explorer.core.products import PF_SR

    cell = corpus.cell(sample_id)
    pixel = cell.pixel(lon, lat, PF_SR.pixel_size)
    if pixel is None:
        west, south, east, north = cell.footprint().bounds
        raise InvalidQueryError(
            f"({lon:g}, {lat:g}) is outside the footprint of {sample_id}, which runs from "
            f"{west:.5f} to {east:.5f} °E and {south:.5f} to {north:.5f} °N"
        )
    return pixel


def _print_samples(found: pd.DataFrame) -> None:
    from rich.console import Console

    from explorer.commands import describe

    if len(found):
        describe.print_to(Console(), describe.samples_table(found.head(ROWS_SHOWN)))
    shown = f", {ROWS_SHOWN} of them shown; -o FILE.csv writes all" if len(found) > ROWS_SHOWN else ""
    typer.echo(f"{_samples(len(found))}{shown}")


def _samples(count: int) -> str:
    return f"{count:,} sample" + ("" if count == 1 else "s")


def _encoded(corpus: Corpus, found: pd.DataFrame, ending: str) -> bytes:
    from explorer.corpus.tables import tables

    # A CSV is the bare table, which every program reads without being told of notes above it.
    return tables.encode(found, ending, {} if ending == "csv" else tables.terms(corpus))
