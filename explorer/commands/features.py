"""`explorer features ...`: tables of features beside a corpus: measured from its images, or embeddings that others computed."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Annotated

import typer

from explorer.commands import shared
from explorer.core.errors import InvalidQueryError

features = shared.Commands(
    no_args_is_help=True,
    help="Features and embeddings of samples, which `More like this` compares: measured, added, listed, removed.",
)


class Measure(StrEnum):
    """What can be measured of a sample."""

    FAST = "fast"
    SCORE = "score"


@features.command("compute")
def compute(
    corpus: shared.CorpusArg,
    measure: Annotated[
        Measure,
        typer.Option(
            "--set",
            help="fast: 12 dates and 12 months, 25 samples a second and core; score: what `score` measures, some 2 seconds each.",
        ),
    ] = Measure.FAST,
    name: Annotated[str, typer.Option(metavar="NAME", help="Keep the fast set under another name.")] = "fast",
    bbox: shared.Bbox = None,
    samples: shared.Samples = None,
    ids: shared.Ids = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help="The same seed chooses the same samples.")
    ] = 0,
    scheduler: shared.Scheduler = None,
    workers: shared.Workers = None,
) -> None:
    """Measure features of samples; what was measured before is kept, also after a kill."""
    from explorer.review import score

    conditions = shared.conditions(bbox, ids=ids)
    with shared.opened(corpus) as opened:
        found = opened.query(**conditions) if conditions else opened.samples
        if samples is not None and samples < len(found):
            found = found.sample(samples, random_state=seed)
        if not len(found):
            raise InvalidQueryError("no sample meets these conditions")
        said = shared.for_workers(opened)
        begun = time.monotonic()
        with shared.progress_bar("Measuring samples", lines=True) as progress:
            if measure is Measure.FAST:
                opened.features.compute(
                    found.index, name=name, opens=corpus, said=said, scheduler=scheduler, workers=workers, progress=progress
                )  # fmt: skip
            elif name != "fast":
                raise InvalidQueryError(
                    "the features of score have the name score; --name is for the fast set"
                )
            else:
                score.compute(
                    list(found.index), score.folder(opened.where), opens=corpus, said=said, scheduler=scheduler,
                    workers=workers, progress=progress,
                )  # fmt: skip
        seconds = time.monotonic() - begun
        kept = opened.features[name if measure is Measure.FAST else "score"]
        typer.echo(
            f"{kept.about.name}: {len(kept):,} of {len(opened.samples):,} samples are measured, {len(kept.columns):,} features each, in {seconds:,.0f} s now"
        )


class Method(StrEnum):
    """How samples can be placed in two dimensions."""

    PCA = "pca"
    PACMAP = "pacmap"
    UMAP = "umap"
    OPENTSNE = "opentsne"


@features.command("map")
def embedding_map(
    corpus: shared.CorpusArg,
    table: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Of which features; those of the most samples where none is named."
        ),
    ] = None,
    method: Annotated[
        Method, typer.Option(help="pca needs no further packages; the others come with the extra `embed`.")
    ] = Method.PCA,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same map.")] = 0,
) -> None:
    """Place samples in two dimensions by their features, so that like ones lie together: what the page's embedding map draws."""
    from explorer.similar.embedding_maps import METHODS

    with shared.opened(corpus) as opened:
        name = table or opened.features.usual
        if not name:
            raise InvalidQueryError(
                "no features are known of this corpus; measure some with: explorer features compute CORPUS"
            )
        found = opened.features[name]
        begun = time.monotonic()
        opened.features.maps.make(found, method.value, seed)
        typer.echo(
            shared.plain(
                f"{name}: {len(found):,} samples are placed by {METHODS[method.value]}, in {time.monotonic() - begun:,.0f} s"
            )
        )


@features.command("add")
def add(
    corpus: shared.CorpusArg,
    table: Annotated[
        str,
        typer.Argument(
            metavar="NAME=FILE.parquet",
            help="Its name, and a file with sample_id and a column of vectors or a column a dimension.",
        ),
    ],
    source: Annotated[str, typer.Option(help="Whom to name.")] = "",
    licence: Annotated[str, typer.Option(help="On which terms.")] = "",
    note: Annotated[str, typer.Option(help="What else is to be known.")] = "",
    unit: Annotated[str, typer.Option(help="Unit of its numbers.")] = "",
    only_known: Annotated[
        bool, typer.Option("--only-known", help="Leave out rows of samples that the corpus has not.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is kept under that name.")] = False,
) -> None:
    """Keep embeddings that somebody computed (TESSERA, AlphaEarth, Clay, Prithvi, your own), after checking each row."""
    name, equals, file = table.partition("=")
    if not equals or not file:
        raise InvalidQueryError(f"{table[:60]!r} is no NAME=FILE.parquet")
    with shared.opened(corpus) as opened:
        found = opened.features.add(
            name,
            file,
            source=source,
            licence=licence,
            note=note,
            unit=unit,
            only_known=only_known,
            replace=replace,
        )
        typer.echo(
            f"Added {shared.plain(found.about.name)}: {len(found):,} of {len(opened.samples):,} samples, {len(found.columns):,} numbers each"
        )


@features.command("nearest")
def nearest(
    corpus: shared.CorpusArg,
    search: Annotated[
        str,
        typer.Argument(
            metavar="SEARCH",
            help="A sample's id, or several joined by dots, then words as in the page's link: 'ID;by:season;label:231;other;n:50'.",
        ),
    ],
    output: shared.OutputOpt = None,
) -> None:
    """The samples that look most like others, the nearest first: id, distance and label, as CSV."""
    from explorer.similar import search as similar

    with shared.opened(corpus) as opened:
        found = similar.find(opened, search)
        text = similar.to_pandas(opened, found).round(4).to_csv()
        shared.write_output(text, output)
        conditions = similar.conditions(found.search)
        told = f"{found.search.what}, {conditions}" if conditions else found.search.what
        typer.echo(f"The nearest of {found.among:,} to {told}, by {found.how}", err=True)


@features.command("list")
def list_(corpus: shared.CorpusArg) -> None:
    """What is there, with how many samples, whom to name and on which terms."""
    with shared.opened(corpus) as opened:
        for name, found in opened.features.items():
            about = found.about
            parts = [
                f"{len(found):,} samples, {len(found.columns):,} numbers each; compares by {', '.join(found.spaces)}",
                about.note, f"added {about.added}" if about.added else "", about.licence or "no licence is told",
                about.source or "no source is told",
            ]  # fmt: skip
            typer.echo(shared.plain(f"{name}: {'; '.join(part.rstrip('.') for part in parts if part)}"))
        if not len(opened.features):
            typer.echo("No features are there: measure some with `explorer features compute CORPUS`")


@features.command("remove")
def remove(
    corpus: shared.CorpusArg,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What the table is called, as the list has it.")
    ],
) -> None:
    """Delete the table that is kept under a name."""
    with shared.opened(corpus) as opened:
        opened.features.remove(name)
    typer.echo(f"Removed {shared.plain(name)}")
