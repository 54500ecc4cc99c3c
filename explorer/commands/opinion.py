"""`explorer opinion ...`: what models and other maps say of the samples, kept beside a corpus and held against its labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.commands import opinion_raster, review, shared
from explorer.core.errors import InvalidQueryError

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

opinion = shared.Commands(
    no_args_is_help=True,
    help="Predictions of models and other maps beside the labels: add, list, score, compare.",
)

NameArg = Annotated[
    str, typer.Argument(metavar="NAME", help="What the opinion is called, as the list has it.")
]
LevelOpt = Annotated[
    int | None,
    typer.Option(
        "--level",
        min=1,
        max=3,
        help="Level of CORINE's classes; else the finest that the opinion tells apart.",
    ),
]
GroupingOpt = Annotated[
    str | None,
    typer.Option(
        "--grouping",
        metavar="NAME|FILE",
        help="Groups of classes in place of a level, as of `review accuracy`.",
    ),
]


@opinion.command("add")
def add_(
    corpus: shared.CorpusArg,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is to be called.")],
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=".parquet, .csv or .csv.gz with sample_id and a column a class, or class and fraction.",
        ),
    ],
    legend: Annotated[
        str | None,
        typer.Option(
            metavar="ID|FILE",
            help="Its classes: `opinion legends` lists those known; a YAML or JSON file; else CORINE's.",
        ),
    ] = None,
    source: Annotated[
        str, typer.Option(metavar="TEXT", help="Whom to name for it: a paper, a model's version.")
    ] = "",
    licence: Annotated[
        str, typer.Option(metavar="TEXT", help="On which terms it may be used, as CC BY 4.0.")
    ] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="What else is to be known of it.")] = "",
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="probability: values of a sample need not add up to 1.")
    ] = "",
    whole: Annotated[
        float, typer.Option(metavar="N", help="What a whole cell is written as; 100 for percent.")
    ] = 1.0,
    only_known: Annotated[
        bool, typer.Option("--only-known", help="Leave out rows of samples that this corpus does not have.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the opinion that has this name.")
    ] = False,
) -> None:
    """Read a table of predictions and keep it beside the corpus: all of it, or nothing where a row is wrong."""
    with shared.opened(corpus) as opened:
        found = opened.opinions.add(
            name, file, legend, source=source, licence=licence, note=note, kind=kind, whole=whole,
            only_known=only_known, replace=replace,
        )  # fmt: skip
        typer.echo(f"Added {found.name}: {len(found):,} samples in the classes of {found.legend.title}")
        for one in found.notes:
            typer.echo(one, err=True)


opinion.command("raster")(opinion_raster.raster)


@opinion.command("list")
def list_(corpus: shared.CorpusArg) -> None:
    """List the opinions of a corpus, and whom to name for each."""
    with shared.opened(corpus) as opened:
        for name, found in opened.opinions.items():
            about = found.about
            terms = "; ".join(filter(None, (about.source, about.licence, about.note)))
            when = f"  added {about.added[:10]}" if about.added else ""
            typer.echo(
                shared.plain(
                    f"{name}  {len(found):,} samples  {about.kind}  {found.legend.title}{when}  {terms}"
                )
            )
        typer.echo(f"{len(opened.opinions):,} opinions are there", err=True)


@opinion.command("remove")
def remove_(corpus: shared.CorpusArg, name: NameArg) -> None:
    """Forget an opinion and delete what is kept of it."""
    with shared.opened(corpus) as opened:
        opened.opinions.remove(name)
    typer.echo(f"Removed {name}")


@opinion.command("legends")
def legends_() -> None:
    """List the legends that come with the explorer."""
    from explorer.opinions import legends

    for name in legends.known():
        one = legends.find(name)
        typer.echo(shared.plain(f"{name}  {one.title}, {len(one.classes)} classes  {one.source}"))


@opinion.command("scores")
def scores_(
    corpus: shared.CorpusArg,
    name: NameArg,
    level: LevelOpt = None,
    grouping: GroupingOpt = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="PART", help="A row each country, zone, purity or class, in place of a row a class."
        ),
    ] = None,
    output: shared.OutputOpt = None,
) -> None:
    """Hold an opinion against the labels: precision, recall, F1 of each class; -o FILE.csv writes the table."""
    with shared.opened(corpus) as opened:
        found = opened.opinions[name]
        chosen = found.choose(level, review.find_grouping(grouping))
        if by is not None:
            table = found.scores_by(by, grouping=chosen)
            if output != shared.STDOUT:
                shared.echo_table(table.reset_index())
            shared.write_table(table, output)
            return
        result = found.scores(grouping=chosen)
    if output != shared.STDOUT:
        shared.echo_table(result.classes.reset_index())
        typer.echo(
            f"{result.samples:,} samples, {result.grouping}: agreement {100 * result.agreement:.1f} %, macro F1 "
            f"{result.macro_f1:.3f}, mAP {result.mean_average_precision:.3f}, mean disagreement of fractions "
            f"{result.disagreement:.3f}, calibration error {result.calibration_error:.3f}"
        )
        for one in result.notes:
            typer.echo(one, err=True)
    shared.write_table(result.classes, output)


@opinion.command("confusion")
def confusion_(
    corpus: shared.CorpusArg,
    name: NameArg,
    level: LevelOpt = None,
    grouping: GroupingOpt = None,
    fractions: Annotated[
        bool,
        typer.Option("--fractions", help="Weighted by fractions, in place of each sample's largest class."),
    ] = False,
    output: shared.OutputOpt = None,
) -> None:
    """Show the cross-table of labels (rows) and an opinion (columns); -o FILE.csv writes it."""
    with shared.opened(corpus) as opened:
        found = opened.opinions[name]
        table = found.confusion(
            level, review.find_grouping(grouping), by="fractions" if fractions else "largest"
        )
    if output != shared.STDOUT:
        shared.echo_table(table.reset_index())
    shared.write_table(table, output)


@opinion.command("compare")
def compare_(
    corpus: shared.CorpusArg,
    first: Annotated[str, typer.Argument(metavar="FIRST", help="An opinion.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="Another, of the same samples.")],
    level: LevelOpt = None,
    grouping: GroupingOpt = None,
    output: shared.OutputOpt = None,
) -> None:
    """Compare two opinions beside the same labels: which is nearer, and whether that may be chance."""
    with shared.opened(corpus) as opened:
        one, other = opened.opinions[first], opened.opinions[second]
        found = one.compare(other, level, review.find_grouping(grouping))
    table = found.table.rename_axis("measure")
    if output != shared.STDOUT:
        shared.echo_table(table.reset_index())
        typer.echo(
            shared.plain(
                f"{found.samples:,} samples; of {found.first_only:,} {first} alone has the label's class, of {found.second_only:,} "
                f"{second} alone (McNemar's test: p = {found.p_value:.2g})"
            )
        )
    shared.write_table(table, output)


@opinion.command("accuracy")
def accuracy_(
    corpus: shared.CorpusArg,
    name: NameArg,
    level: LevelOpt = None,
    grouping: GroupingOpt = None,
    queue: review.QueueOpt = None,
    everything: review.AllOpt = False,
    blind: review.BlindOpt = False,
    output: shared.OutputOpt = None,
    database: review.DatabaseOpt = None,
) -> None:
    """Estimate how right an opinion is by the verdicts of reviewers, as `review accuracy` does for the labels."""
    with review.with_records(corpus, database) as (opened, records):
        found = opened.opinions[name].accuracy(
            records,
            level,
            review.find_grouping(grouping),
            queue=queue,
            drawn_only=not everything,
            blind_only=blind,
        )
    if output != shared.STDOUT:
        review.echo_accuracy(found)
    shared.write_table(found.table(), output)


def show(corpus: Corpus, given: list[str]) -> None:
    """Show the opinions that `serve` was given as NAME=FILE, for this run. Raises `InvalidQueryError`, `OpinionError`."""
    for text in given:
        name, found, file = text.partition("=")
        if not found or not file:
            raise InvalidQueryError(f"an opinion is given as NAME=FILE, not as {text[:60]!r}")
        corpus.opinions.show(name, file)


def show_overlays(corpus: Corpus, given: list[str]) -> None:
    """Offer the rasters that `serve` was given as NAME=FILE,LEGEND, for this run. Raises `InvalidQueryError`, `RasterError`, `LegendError`."""
    for text in given:
        name, _, rest = text.partition("=")
        file, _, legend = rest.rpartition(",")
        if not name or not file or not legend:
            raise InvalidQueryError(
                f"a raster to lie over pictures is given as NAME=FILE,LEGEND, not as {text[:80]!r}"
            )
        corpus.overlays.show(name, file, legend)
