"""`explorer ground ...`: points and polygons that people saw on the ground, beside a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from explorer.commands import review, shared

ground = shared.Commands(
    no_args_is_help=True,
    help="Points and polygons seen on the ground (LUCAS, field visits, parcels): kept, listed, used as reference.",
)

NameArg = Annotated[str, typer.Argument(metavar="NAME", help="What they are called.")]


@ground.command("add")
def add(
    corpus: shared.CorpusArg,
    name: NameArg,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help=".csv, .geojson, .gpkg, .kml, .parquet and what else GDAL reads."
        ),
    ],
    legend: Annotated[
        str | None,
        typer.Option(
            metavar="ID|FILE",
            help="Legend of the classes; else LUCAS's where the file has its columns, or CORINE's.",
        ),
    ] = None,
    class_column: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of classes; else LC1, class, ...")
    ] = "",
    id_column: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of names; else POINT_ID, id, ...")
    ] = "",
    lon: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of longitudes of a CSV (x with --crs).")
    ] = "",
    lat: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of latitudes of a CSV (y with --crs).")
    ] = "",
    date_column: Annotated[str, typer.Option(metavar="COLUMN", help="Column of dates.")] = "",
    stratum: Annotated[
        str, typer.Option(metavar="COLUMN", help="Design: the stratum that each was drawn from.")
    ] = "",
    probability: Annotated[
        str, typer.Option(metavar="COLUMN", help="Design: probability of inclusion, 0 to 1.")
    ] = "",
    weight: Annotated[
        str, typer.Option(metavar="COLUMN", help="Design: how many units each stands for.")
    ] = "",
    crs: Annotated[
        str, typer.Option(metavar="EPSG:CODE", help="CRS, where the file does not say it; else degrees.")
    ] = "",
    layer: Annotated[str, typer.Option(help="Layer of a file that has several.")] = "",
    source: Annotated[str, typer.Option(help="Whom to name; else what the legend says.")] = "",
    licence: Annotated[str, typer.Option(help="On which terms; else what the legend says.")] = "",
    only_known: Annotated[
        bool,
        typer.Option("--only-known", help="Leave out rows whose class the legend lacks, and count them."),
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is kept under that name.")] = False,
) -> None:
    """Keep the points and polygons of a file that lie in samples."""
    from explorer.opinions.ground_files import Columns

    columns = Columns(class_column, id_column, lon, lat, date_column, stratum, probability, weight)
    with shared.opened(corpus) as opened:
        found = opened.ground.add(
            name, file, legend, columns=columns, crs=crs, layer=layer, source=source, licence=licence,
            only_known=only_known, replace=replace,
        )  # fmt: skip
        about = found.about
        typer.echo(
            f"Added {name}: {len(found):,} of {about.rows:,} rows, in {len(found.counts):,} samples; "
            f"{about.outside:,} lie in no sample, {about.without_class:,} have no class, {about.repaired:,} were mended"
        )


@ground.command("list")
def list_(corpus: shared.CorpusArg) -> None:
    """What is kept, with whom to name and on which terms."""
    with shared.opened(corpus) as opened:
        for name, found in opened.ground.items():
            about = found.about
            typer.echo(shared.plain(
                f"{name}: {len(found):,} in {len(found.counts):,} samples, {found.legend.title}; from {about.file}, added {about.added}; "
                f"{about.licence or 'no licence is told'}; {about.source or 'no source is told'}"
            ))  # fmt: skip
        if not len(opened.ground):
            typer.echo("No points or polygons are kept: add some with `explorer ground add CORPUS NAME FILE`")


@ground.command("remove")
def remove(corpus: shared.CorpusArg, name: NameArg) -> None:
    """Delete what is kept under a name."""
    with shared.opened(corpus) as opened:
        opened.ground.remove(name)
    typer.echo(f"Removed {shared.plain(name)}")


@ground.command("accuracy")
def accuracy(
    corpus: shared.CorpusArg,
    name: NameArg,
    level: review.ReviewLevel = 1,
    grouping: review.GroupingOpt = None,
    opinion: Annotated[
        str | None, typer.Option(metavar="NAME", help="Accuracy of this opinion; else of the labels.")
    ] = None,
) -> None:
    """Accuracy of the labels, or of an opinion, with the ground as reference, by the design that `add` was told."""
    with shared.opened(corpus) as opened:
        found = opened.ground[name].accuracy(
            level,
            grouping=review.find_grouping(grouping),
            opinion=None if opinion is None else opened.opinions[opinion],
        )
    review.echo_accuracy(found)
