"""`explorer review ...`: verdicts as files, and what they come to."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.commands import shared
from explorer.core.errors import InvalidQueryError, NotThereError

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.review.estimators import Accuracy
    from explorer.review.groupings import Grouping
    from explorer.review.records import Records

review = shared.Commands(
    no_args_is_help=True, help="Verdicts as files; agreement of reviewers; accuracy of the labels."
)

FileArg = Annotated[
    Path, typer.Argument(metavar="FILE", help=".csv, .geojson, .parquet, or .json (STAC label items).")
]
DatabaseOpt = Annotated[
    str | None,
    typer.Option(metavar="URL", help="File or postgresql://... of the verdicts; else as the settings say."),
]
QueueOpt = Annotated[
    str | None, typer.Option(metavar="QUEUE", help="The random draw; else that with most verdicts.")
]
AllOpt = Annotated[
    bool, typer.Option("--all", help="Count all verdicts, also of samples not drawn at random.")
]
HalfWidth = Annotated[
    float,
    typer.Option(min=0.0001, max=0.9999, help="Half the interval that the plan aims at; 0.02 is ± 2 %."),
]
GroupingOpt = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        help="Groups of classes in place of a level: bigearthnet-19, or a YAML or JSON file as {Forest: [31], Water: [51, 52]}.",
    ),
]
BlindOpt = Annotated[
    bool, typer.Option("--blind", help="Count only verdicts given while the label was hidden.")
]
ReviewLevel = Annotated[int, typer.Option("--level", min=1, max=3, help="Level of the classes.")]


@contextmanager
def with_records(corpus: str, database: str | None) -> Iterator[tuple[Corpus, Records]]:
    """A corpus and its verdicts, closed afterwards."""
    from explorer.review.records import Records

    with shared.opened(corpus) as found, Records.open(found, database) as records:
        yield found, records


@review.command("export")
def export_(corpus: shared.CorpusArg, file: FileArg, database: DatabaseOpt = None) -> None:
    """Write every row of a review to a file that imports back to the same."""
    from explorer.review import exchange

    ending = exchange.ending_of(file)
    with with_records(corpus, database) as (_, records):
        data = exchange.write(records, ending)
        count = len(records.history())
    shared.write_file(data, file)
    typer.echo(f"Wrote {count:,} rows to {file}")


@review.command("import")
def import_(corpus: shared.CorpusArg, file: FileArg, database: DatabaseOpt = None) -> None:
    """Add the verdicts of a file: all, or none where one is wrong; none twice."""
    from explorer.review import exchange

    ending = exchange.ending_of(file)
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise NotThereError(str(file)) from None
    except OSError as error:
        raise InvalidQueryError(f"cannot read {file}: {error.strerror}") from error
    with with_records(corpus, database) as (_, records):
        receipts = exchange.load(records, data, ending, file.name)
    typer.echo(exchange.describe(receipts))


@review.command("imports")
def imports_(corpus: shared.CorpusArg, database: DatabaseOpt = None) -> None:
    """List the files that brought verdicts, oldest first."""
    from explorer.review import imports

    with with_records(corpus, database) as (_, records):
        found = imports.every(records)
    for one in found:
        when = f"{one.time:%Y-%m-%d %H:%M} UTC" if one.time else ""
        gone = f"  taken back on {one.undone:%Y-%m-%d %H:%M} UTC" if one.undone else ""
        typer.echo(shared.plain(f"{one.id}  {when}  {one.rows:,} rows  {one.source}{gone}"))
    typer.echo(f"{len(found):,} imports are known", err=True)


@review.command("undo-import")
def undo_import_(
    corpus: shared.CorpusArg,
    import_id: Annotated[
        str, typer.Argument(metavar="IMPORT", help="As `explorer review imports` lists it.")
    ],
    database: DatabaseOpt = None,
) -> None:
    """Take back all verdicts that one import added; the corrected file can then be imported."""
    from explorer.review import imports

    with with_records(corpus, database) as (_, records):
        found = imports.undo(records, import_id)
    typer.echo(shared.plain(f"{found.rows:,} rows of {found.source} taken back"))


@review.command("backup")
def backup_(
    corpus: shared.CorpusArg,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .sqlite file to write.")],
    database: DatabaseOpt = None,
) -> None:
    """Copy the database of verdicts to a file, also while a server writes to it."""
    with with_records(corpus, database) as (_, records):
        records.database.backup(file)
        where = records.where
    typer.echo(shared.plain(f"Wrote a copy of {where} to {file}"))


@review.command("agreement")
def agreement_(
    corpus: shared.CorpusArg,
    of: Annotated[str, typer.Option(help="judgement, or class: what reviewers say is there.")] = "judgement",
    level: ReviewLevel = 3,
    output: shared.OutputOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Show how far reviewers agree; -o FILE.csv writes the samples on which they differ."""
    from explorer.review import agreement

    with with_records(corpus, database) as (_, records):
        current = records.current()
        waiting = int((records.final()["state"] == "disputed").sum())
    found = agreement.measure(agreement.ratings(current, of, level))
    differ = agreement.disagreements(current, of, level)
    if output == shared.STDOUT:
        shared.write_table(differ, output)
        return
    shared.echo_table(found.table())
    if len(found.pairs):
        shared.echo_table(found.pairs)
    for note in found.notes:
        typer.echo(note)
    typer.echo(f"{waiting:,} samples wait for a decision")
    shared.write_table(differ, output)


@review.command("accuracy")
def accuracy_(
    corpus: shared.CorpusArg,
    level: ReviewLevel = 1,
    queue: QueueOpt = None,
    everything: AllOpt = False,
    half_width: HalfWidth = 0.02,
    output: shared.OutputOpt = None,
    database: DatabaseOpt = None,
    grouping: GroupingOpt = None,
    blind: BlindOpt = False,
) -> None:
    """Estimate accuracies and areas from the verdicts; -o FILE.csv writes the table."""
    from explorer.review import accuracy, planning

    chosen = find_grouping(grouping)
    with with_records(corpus, database) as (opened, records):
        found = accuracy.from_records(
            opened, records, level, queue=queue, drawn_only=not everything, grouping=chosen, blind_only=blind
        )
    if output != shared.STDOUT:
        echo_accuracy(found)
        more = planning.plan(found, half_width).more
        typer.echo(f"{more:,} more reviews for ± {100 * half_width:g} % of the overall accuracy")
    shared.write_table(found.table(), output)


@review.command("report")
def report_(
    corpus: shared.CorpusArg,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The .html file to write.")],
    level: ReviewLevel = 1,
    queue: QueueOpt = None,
    everything: AllOpt = False,
    half_width: HalfWidth = 0.02,
    database: DatabaseOpt = None,
    grouping: GroupingOpt = None,
    blind: BlindOpt = False,
) -> None:
    """Write the answer of a review as one HTML file that needs nothing else."""
    from explorer.review import report

    chosen = find_grouping(grouping)
    with with_records(corpus, database) as (opened, records):
        text = report.html(
            opened, records, level, queue=queue, drawn_only=not everything, half_width=half_width, grouping=chosen,
            blind_only=blind,
        )  # fmt: skip
    shared.write_output(text, output)


@review.command("forecast")
def forecast_(
    corpus: shared.CorpusArg,
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="A random draw, as random:n=200,seed=3.")],
) -> None:
    """Show what a random draw can tell before anybody reviews it, and which strata or size can tell enough."""
    from explorer.review import forecast
    from explorer.review.queue import QueueSpec

    spec = QueueSpec.parse(queue)
    with shared.opened(corpus) as opened:
        found = forecast.forecast(opened, spec)
        options = forecast.options(opened, spec)
    shared.echo_table(found.strata)
    typer.echo(found.sentence)
    for note in found.notes:
        typer.echo(shared.plain(note))
    for one in options:
        size = f"{one.enough:,} samples are enough" if one.enough else "no size that is offered is enough"
        typer.echo(
            f"{shared.plain(one.title)}: {len(one.forecast.strata)} strata, ± {100 * one.forecast.half_width:.1f} % overall, {size} "
            "for each stratum alone"
        )


@review.command("draws")
def draws_(corpus: shared.CorpusArg, database: DatabaseOpt = None) -> None:
    """List the random draws that are kept."""
    from explorer.review import draws

    with with_records(corpus, database) as (_, records):
        found = draws.every(records)
    for one in found:
        when = one.time.strftime("%Y-%m-%d %H:%M UTC") if one.time else ""
        typer.echo(
            shared.plain(
                f"{when}  {one.text}  {len(one.draw):,} of {one.population:,}  labels {one.labels_version}  {one.reviewer}"
            )
        )
    typer.echo(f"{len(found):,} draws are kept", err=True)


def find_grouping(text: str | None) -> Grouping | None:
    """The grouping that an option names, or the file of one; None without it. Raises `InvalidQueryError`."""
    from explorer.review import groupings

    return groupings.named_or_read(text) if text else None


def echo_accuracy(found: Accuracy) -> None:
    """Estimates for people to read: classes, overall, bounds, and what is to be said of them."""
    shown = [
        name
        for name in found.table().columns
        if not name.endswith("_ci") and "_ha" not in name and name != "weight"
    ]
    shared.echo_table(found.table()[shown].reset_index())
    typer.echo(_overall(found))
    if found.undecided:
        typer.echo(f"bounds by what is not decided: {100 * found.worst:.1f} to {100 * found.best:.1f} %")
    if math.isfinite(found.overlap):
        typer.echo(f"overlap of the fractions {100 * found.overlap:.1f} %")
    for note in found.notes:
        typer.echo(shared.plain(note))


def _overall(found: Accuracy) -> str:
    """The overall accuracy in words."""
    if not math.isfinite(found.overall):
        return f"overall accuracy is not known yet, after {found.n:,} samples"
    text = f"overall accuracy {100 * found.overall:.1f} %"
    if found.exact:
        return f"{text}, exactly: all {found.n:,} samples were judged"
    if not math.isfinite(found.overall_low):
        return f"{text}, with no interval yet, {found.n:,} samples"
    percent = 100 * found.confidence
    return f"{text} ({100 * found.overall_low:.1f} to {100 * found.overall_high:.1f} %, {percent:g} % confidence), {found.n:,} samples"
