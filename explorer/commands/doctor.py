"""The command `doctor`: what is assumed of a corpus, what its files say, what follows, what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.commands import shared

if TYPE_CHECKING:
    from rich.table import Table

    from explorer.corpus.doctor import Check, Diagnosis

WRONG = 1
"""What the command ends with where something would be wrong or missing."""
_WIDTH = 160
_STYLES = {"ok": "green", "told": "cyan", "wrong": "red", "missing": "yellow"}


def doctor(
    corpus: shared.CorpusArg,
    samples: Annotated[
        int, typer.Option(min=1, max=100_000, metavar="N", help="Read files of this many samples.")
    ] = 20,
    as_json: shared.AsJson = False,
) -> None:
    """Hold what the explorer assumes of a corpus against some of its files; end with 1 if anything would be wrong or missing."""
    from explorer.corpus import doctor as examination

    with (
        shared.opened(corpus, tells_warnings=True) as opened,
        shared.progress_bar("Reading files") as progress,
    ):
        found = examination.examine(opened, samples, progress)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    else:
        _print(found)
    if not found.healthy:
        raise typer.Exit(WRONG)


def _print(found: Diagnosis) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:  # five columns of texts, in a file or a pipe
        console.width = max(console.width, _WIDTH)
    console.print(shared.plain(found.where), markup=False, highlight=False, style="bold")
    console.print(_table(found.checks), markup=False, highlight=False)
    bad = sum(check.state in ("wrong", "missing") for check in found.checks)
    console.print(
        f"{found.files:,} files read in {found.seconds:.1f} s; "
        + (f"{bad} would be wrong or missing" if bad else "nothing would be wrong or missing"),
        markup=False, highlight=False,
    )  # fmt: skip


def _table(checks: list[Check]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(show_lines=True)
    for name, ratio in (("What", 2), ("Assumed", 3), ("Found", 4), ("What follows", 3), ("What to do", 3)):
        table.add_column(name, overflow="fold", ratio=ratio)
    for check in checks:
        what = Text(f"{check.subject}\n")
        what.append(check.state, style=_STYLES[check.state])
        table.add_row(
            what, *(shared.plain(text) for text in (check.assumed, check.found, check.follows, check.todo))
        )
    return table
