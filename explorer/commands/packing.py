"""`explorer pack`: samples, cubes and labels in one store to train on; `explorer check-pack`: whether one is whole."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.commands import shared

if TYPE_CHECKING:
    from explorer.training.pack import Packed

INTERRUPTED = 130
"""What a command ends with that Ctrl-C ended, as shells have it."""
WRONG = 1
"""What `check-pack` ends with where something is wrong."""


class Format(StrEnum):
    """What is written."""

    ZARR = "zarr"
    WEBDATASET = "webdataset"


class Labels(StrEnum):
    """Whose labels."""

    ORIGINAL = "original"
    CORRECTED = "corrected"


def pack(
    corpus: shared.CorpusArg,
    output: Annotated[Path, typer.Argument(metavar="OUT", help="The .zarr store to write, or a new folder.")],
    query: Annotated[
        str | None,
        typer.Option(metavar="PHRASE", help='Which samples, as in the search: "vineyards Italy >= 80 %".'),
    ] = None,
    filters: Annotated[
        str | None, typer.Option("--filter", metavar="TEXT", help="As a link has it: 'purity:0.8-1'.")
    ] = None,
    ids: shared.Ids = None,
    product: Annotated[
        list[str] | None,
        typer.Option("--products", metavar="ID", help="PF-SR (without it) or S2-SR; repeatable."),
    ] = None,
    dates: Annotated[
        list[str] | None,
        typer.Option(metavar="DATES", help="A day, month, year, or FIRST:LAST; repeatable; all of them."),
    ] = None,
    labels: Annotated[
        Labels, typer.Option(help="The corpus's, or corrected by reviewers' verdicts.")
    ] = Labels.ORIGINAL,
    split: Annotated[
        str, typer.Option(metavar="TRAIN,VAL,TEST", help="Shares of the samples in percent.")
    ] = "70,15,15",
    block_km: Annotated[float, typer.Option(help="Width of the blocks that stay in one split, km.")] = 24.0,
    gap_km: Annotated[float, typer.Option(help="Least distance between samples of two splits, km.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same split.")] = 0,
    format: Annotated[  # noqa: A002 - the option's name
        Format, typer.Option(help="One Zarr store, or a folder of WebDataset shards.")
    ] = Format.ZARR,
    shard_mb: Annotated[float, typer.Option(help="Size of a shard before it is packed, MB.")] = 256.0,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="tcp://HOST:PORT", help="A running Dask scheduler, whose workers see CORPUS and OUT."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes on this machine; this one alone.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="File or postgresql://... of the verdicts; else as the settings say."
        ),
    ] = None,
) -> None:
    """Write samples for training: cubes, labels and splits without leaks; goes on where it was stopped."""
    from explorer.review.records import Records
    from explorer.training import pack as packing
    from explorer.training import plan
    from explorer.training.splits import SplitSpec

    spec = SplitSpec.parse(split, block_km=block_km, gap_km=gap_km, seed=seed)
    conditions = {"find": query, "filters": filters, "ids": None if ids is None else shared.listed(ids)}
    with ExitStack() as stack:
        opened = stack.enter_context(shared.opened(corpus))
        found = shared.found_by(
            opened, {name: value for name, value in conditions.items() if value is not None}
        )
        records = None
        if labels is Labels.CORRECTED:
            records = stack.enter_context(Records.open(opened, database))
        planned = plan.make(
            opened, found, products=product or ("PF-SR",), dates=[_period(text) for text in dates] if dates else None,
            records=records, split=spec, shard_mb=shard_mb,
        )  # fmt: skip
        tell = stack.enter_context(shared.progress_bar("Packing samples", lines=True))
        try:
            made = packing.pack(
                opened, planned, output, format=format.value, progress=tell, opens=corpus, said=shared.for_workers(opened),
                scheduler=scheduler, workers=workers,
            )  # fmt: skip
        except KeyboardInterrupt:
            typer.secho(
                f"Stopped. What is written is in {output}{packing.UNFINISHED}; the same command goes on there",
                err=True, fg=typer.colors.YELLOW,
            )  # fmt: skip
            raise typer.Exit(INTERRUPTED) from None
    _tell(made)


def _period(text: str) -> str | slice:
    first, colon, last = text.partition(":")
    return slice(first.strip() or None, last.strip() or None) if colon else text.strip()


def _tell(made: Packed) -> None:
    """What was written, and what the split was measured to be."""
    about = made.attributes
    counts = ", ".join(f"{name} {count:,}" for name, count in about["split_counts"].items())
    typer.echo(f"Wrote {made.samples:,} samples to {made.path}: {counts}")
    if made.fresh < made.samples:
        typer.echo(f"{made.samples - made.fresh:,} of them were there from before", err=True)
    least = about["split_least_distance_km"]
    typer.echo(
        (
            f"Samples lie in {least}; "
            if isinstance(least, str)
            else f"Samples of different splits are {least:,.2f} km or more apart; "
        )
        + f"{about['split_tiles_shared']} tiles are shared; classes differ by {100 * about['split_class_deviation']:.1f} % at most",
        err=True,
    )
    for name, count in made.missing.items():
        if count:
            typer.echo(f"{name}: {count:,} dates are not there; their pixels are missing", err=True)
    if made.lost:
        typer.secho(
            f"{made.lost:,} files could not be had; pack again once they can",
            err=True,
            fg=typer.colors.YELLOW,
        )
    typer.echo(f"{about['attribution']}. {about.get('comment', '')}".strip(), err=True)


def check_pack(
    path: Annotated[
        Path, typer.Argument(metavar="PACK", help="A .zarr store, or a folder of WebDataset shards.")
    ],
    quick: Annotated[bool, typer.Option("--quick", help="Leave the pixels unread.")] = False,
) -> None:
    """Hold a pack, of whomever, against itself: ids, places, labels, splits without leaks, terms, pixels; end with 1 if anything is wrong."""
    from explorer.training import checking

    with shared.progress_bar("Reading samples", lines=True) as tell:
        found = checking.check(path, imagery=not quick, progress=tell)
    for problem in found.problems:
        typer.echo(shared.plain(str(problem)))
    if not found.whole:
        typer.secho(f"{path}: {len(found.problems):,} wrong", err=True, fg=typer.colors.YELLOW)
        raise typer.Exit(WRONG)
    split = (
        ""
        if found.split is None
        else ", ".join(f"{name} {count:,}" for name, count in found.split.counts.items())
    )
    unread = "" if found.imagery else "; its pixels were not read"
    typer.echo(
        f"{path} is whole: {found.samples:,} samples of {' and '.join(found.products)}, {split}{unread}"
    )
