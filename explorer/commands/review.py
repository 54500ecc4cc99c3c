"""`explorer review ...`: verdicts as files, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.commands import shared
from explorer.errors import InvalidQueryError, NotThereError

if TYPE_CHECKING:
    import pandas as pd

    from explorer.corpus.corpus import Corpus
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
ReviewLevel = Annotated[int, typer.Option("--level", min=1, max=3, help="Level of the classes.")]


@contextmanager
def _opened(corpus: str, database: str | None) -> Iterator[tuple[Corpus, Records]]:
    from explorer.review.records import Records

    with shared.opened(corpus) as found, Records.open(found, database) as records:
        yield found, records


@review.command("export")
def export_(corpus: shared.CorpusArg, file: FileArg, database: DatabaseOpt = None) -> None:
    """Write every row of a review to a file that imports back to the same."""
    from explorer.review import exchange

    ending = exchange.ending_of(file)
    with _opened(corpus, database) as (_, records):
        data = exchange.write(records, ending)
        count = len(records.history())
    with shared.writing(file):
        file.write_bytes(data)
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
    with _opened(corpus, database) as (_, records):
        receipts = exchange.load(records, data, ending, file.name)
    typer.echo(exchange.describe(receipts))


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

    with _opened(corpus, database) as (_, records):
        current = records.current()
    found = agreement.measure(agreement.ratings(current, of, level))
    differ = agreement.disagreements(current, of, level)
    _echo(found.table())
    if len(found.pairs):
        _echo(found.pairs)
    for note in found.notes:
        typer.echo(note)
    typer.echo(f"{len(differ):,} samples wait for a decision")
    _write_table(differ, output)


@review.command("accuracy")
def accuracy_(
    corpus: shared.CorpusArg,
    level: ReviewLevel = 1,
    queue: QueueOpt = None,
    everything: AllOpt = False,
    half_width: HalfWidth = 0.02,
    output: shared.OutputOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Estimate accuracies and areas from the verdicts; -o FILE.csv writes the table."""
    from explorer.review import accuracy, planning

    with _opened(corpus, database) as (opened, records):
        found = accuracy.from_records(opened, records, level, queue=queue, drawn_only=not everything)
    _echo(found.table().drop(columns=["mapped_ha", "area_ha", "area_ha_ci"]).reset_index())
    half = 100 * found.overall_ci
    typer.echo(f"overall accuracy {100 * found.overall:.1f} ± {half:.1f} % (95 %), {found.n:,} samples")
    for note in found.notes:
        typer.echo(note)
    more = planning.plan(found, half_width).more
    typer.echo(f"{more:,} more reviews for ± {100 * half_width:g} % of the overall accuracy")
    _write_table(found.table(), output)


@review.command("report")
def report_(
    corpus: shared.CorpusArg,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The .html file to write.")],
    level: ReviewLevel = 1,
    queue: QueueOpt = None,
    everything: AllOpt = False,
    half_width: HalfWidth = 0.02,
    database: DatabaseOpt = None,
) -> None:
    """Write the answer of a review as one HTML file that needs nothing else."""
    from explorer.review import report

    with _opened(corpus, database) as (opened, records):
        text = report.html(
            opened, records, level, queue=queue, drawn_only=not everything, half_width=half_width
        )
    with shared.writing(output):
        output.write_text(text, encoding="utf-8")
    typer.echo(f"Wrote {output}")


def _echo(table: pd.DataFrame) -> None:
    formats: Any = lambda value: f"{value:.3f}"  # noqa: E731 - pandas wants a callable
    text = table.to_string(index=False, float_format=formats, na_rep="not known", max_colwidth=40)
    typer.echo(shared.plain(text, keep="\n"))


def _write_table(table: pd.DataFrame, output: Path | None) -> None:
    if output is None:
        return
    from explorer.corpus.cells import neutral

    with shared.writing(output):
        neutral(table).to_csv(output, lineterminator="\r\n")
    typer.echo(f"Wrote {output}", err=True)
