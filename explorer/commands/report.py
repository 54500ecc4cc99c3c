"""`explorer report`: the data card of a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.commands import shared

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus


def report(
    corpus: shared.CorpusArg,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The .html file to write.")],
    query: Annotated[
        str | None,
        typer.Option(metavar="PHRASE", help='Only these, as in the search: "vineyards Italy >= 80 %".'),
    ] = None,
    filters: Annotated[
        str | None, typer.Option("--filter", metavar="TEXT", help="As a link has it: 'purity:0.8-1'.")
    ] = None,
    level: shared.Level = 3,
    samples: Annotated[
        int, typer.Option(min=0, max=1000, metavar="N", help="Read quality layers of this many samples.")
    ] = 8,
    seed: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help="The same seed reads the same samples.")
    ] = 0,
) -> None:
    """Write what is in a corpus as one HTML file: numbers, figures, what is wrong, terms; it needs no network."""
    from explorer.dataset import card, facts

    conditions = {name: value for name, value in (("find", query), ("filters", filters)) if value is not None}
    with shared.opened(corpus) as opened:
        _with_reviews(opened)
        rows = facts.rows_of(opened, shared.found_by(opened, conditions)) if conditions else None
        with shared.progress_bar("Looking at samples", lines=True) as progress:
            text = card.html(
                opened, rows, chosen=" and ".join(conditions.values()), level=level, seed=seed, read=samples, progress=progress
            )  # fmt: skip
    shared.write_output(text, output)


def _with_reviews(corpus: Corpus) -> None:
    """Let the corpus know of the verdicts that are kept of it, where there are any."""
    from explorer.review import consensus
    from explorer.review.records import Records
    from explorer.review.verdict_table import corpus_name, default_place

    place = default_place(corpus.config, corpus.config.review_corpus or corpus_name(corpus))
    if isinstance(place, Path) and not place.exists():
        return  # opening would make a file
    with Records.open(corpus) as records:
        corpus.extras = consensus.with_states(corpus.extras, records.states())
