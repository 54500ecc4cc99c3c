"""`explorer score`: how suspect each label is, computed over a corpus, kept where the page finds it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from explorer.commands import shared
from explorer.core.errors import InvalidQueryError


def score(
    corpus: shared.CorpusArg,
    bbox: shared.Bbox = None,
    geometry: shared.Geometry = None,
    classes: shared.Classes = None,
    level: shared.Level = 3,
    min_fraction: shared.MinFraction = None,
    samples: shared.Samples = None,
    ids: shared.Ids = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the results; the page reads its own."),
    ] = None,
    scheduler: shared.Scheduler = None,
    workers: shared.Workers = None,
    opinion: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="An opinion that is further evidence; repeatable. None is used unasked."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same scores.")] = 0,
) -> None:
    """Compute how suspect each label is; what was computed before is kept, also after a kill."""
    from explorer.review import score as scoring

    conditions = shared.conditions(bbox, geometry, classes, level, min_fraction, ids=ids)
    with shared.opened(corpus) as opened:
        found = opened.query(**conditions)
        found = found[found["clc"] > 0]
        if samples is not None and samples < len(found):
            found = found.sample(samples, random_state=seed)
        if not len(found):
            raise InvalidQueryError("no sample with a label meets these conditions")
        for name in opinion or ():
            _ = opened.opinions[name]  # before hours of measuring
        into = out or scoring.folder(opened.where)
        begun = time.monotonic()
        with shared.progress_bar("Measuring samples", lines=True) as progress:
            fresh = scoring.compute(
                list(found.index), into,
                opens=corpus,
                said=shared.for_workers(opened),
                scheduler=scheduler, workers=workers, progress=progress,
            )  # fmt: skip
        seconds = time.monotonic() - begun
        if fresh:
            typer.echo(
                f"Measured {fresh:,} samples in {seconds:,.0f} s ({fresh / seconds:.2f} a second)", err=True
            )
        result = scoring.score(opened, into, seed=seed, opinions=opinion or ())
    judged = result[result["verdict"] == ""]
    typer.echo(
        f"Scored {len(judged):,} samples, {len(result) - len(judged):,} cannot be judged; "
        f"{int((judged['suspicion'] > 0.5).sum()):,} are more likely wrong than right"
    )
    if opinion:
        changed = int((judged["suspicion"] > 0.5).sum() - (judged["without_opinions"] > 0.5).sum())
        typer.echo(
            f"Evidence beside the imagery: {', '.join(dict.fromkeys(opinion))} ({changed:+,} labels more likely wrong than right)"
        )
    typer.echo(f"Wrote {into / scoring.SCORES}")
