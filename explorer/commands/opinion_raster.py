"""`explorer opinion raster`: fractions of each sample's cell from a raster of land cover, kept as an opinion."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from explorer.commands import shared
from explorer.core.errors import InvalidQueryError


def raster(
    corpus: shared.CorpusArg,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the opinion is to be called.")],
    file: Annotated[
        str,
        typer.Option(
            "--raster", metavar="FILE|URL", help="A raster that GDAL reads, or the URL of a GeoTIFF."
        ),
    ],
    legend: Annotated[
        str,
        typer.Option(
            metavar="ID|FILE",
            help="Its legend: clcplus-backbone, esa-worldcover, dynamic-world, corine-raster (1 to 44), corine (111 to 523), or a file.",
        ),
    ],
    band: Annotated[int, typer.Option(min=1, help="The band that holds the classes.")] = 1,
    bbox: shared.Bbox = None,
    ids: shared.Ids = None,
    source: Annotated[str, typer.Option(help="Whom to name; else what the legend says.")] = "",
    licence: Annotated[str, typer.Option(help="On which terms; else what the legend says.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is kept under that name.")] = False,
    scheduler: shared.Scheduler = None,
    workers: shared.Workers = None,
) -> None:
    """Fractions of each sample's cell from a raster of land cover; a run that was stopped goes on where it was."""
    conditions = shared.conditions(bbox, ids=ids)
    with shared.opened(corpus) as opened:
        chosen = opened.query(**conditions).index if conditions else opened.samples.index
        if not len(chosen):
            raise InvalidQueryError("no sample meets these conditions")
        begun = time.monotonic()
        with shared.progress_bar("Measuring cells", lines=True) as progress:
            found = opened.opinions.add_raster(
                name, file, legend, ids=chosen, band=band, source=source, licence=licence, replace=replace,
                said={"allow_redirect": opened.config.allow_redirect},
                scheduler=scheduler, workers=workers, progress=progress,
            )  # fmt: skip
        seconds = time.monotonic() - begun
    typer.echo(f"Added {found.name}: {len(found):,} samples in {seconds:,.0f} s, {found.legend.title}")
    typer.echo(shared.plain(found.about.note))
