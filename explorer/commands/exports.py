"""`explorer animate` and `explorer export`: a sample's animation, data and figures as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.commands import shared
from explorer.errors import InvalidQueryError

if TYPE_CHECKING:
    from explorer.export.credit import Credit

SampleArg = Annotated[str, typer.Argument(metavar="SAMPLE_ID")]
File = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.")]
Product = Annotated[str, typer.Option(metavar="ID", help="PF-SR (Planet Fusion) or S2-SR (Sentinel-2).")]
Composite = Annotated[
    str, typer.Option(help="As in a link: true, false, band:NAME, index:NAME, expr:FORMULA ...")
]
Stretch = Annotated[str, typer.Option(help="As in a link: fixed, frame, LOW-HIGH, gGAMMA, same.")]
First = Annotated[str | None, typer.Option("--start", metavar="DATE", help="First date, as 2018-07-02.")]
Last = Annotated[str | None, typer.Option("--end", metavar="DATE", help="Last date.")]
Pins = Annotated[
    list[str] | None,
    typer.Option(
        "--pin", metavar="ROW,COL[,NAME]", help="A 3 m pixel, counted from the top left; repeatable."
    ),
]


def animate(
    corpus: shared.CorpusArg,
    sample_id: SampleArg,
    output: File,
    product: Product = "PF-SR",
    composite: Composite = "true",
    stretch: Stretch = "fixed",
    start: First = None,
    end: Last = None,
    step: Annotated[int, typer.Option(min=1, help="Every n-th date.")] = 1,
    fps: Annotated[float, typer.Option(help="Frames a second, 0.1 to 60.")] = 10.0,
    scale: Annotated[int, typer.Option(min=1, max=4, help="Size: 200 pixels times this.")] = 3,
    pin: Pins = None,
    chart: Annotated[bool, typer.Option("--chart/--no-chart", help="The pins' profile beneath.")] = True,
    curve: Annotated[
        str, typer.Option(metavar="NAME", help="What it shows: an index, expr:FORMULA, or bands.")
    ] = "NDVI",
    skip_missing: Annotated[
        bool,
        typer.Option("--skip-missing", help="Leave out dates that are not there, instead of marking them."),
    ] = False,
) -> None:
    """Write a sample's animation: .mp4, .webm, .gif or .webp, with date, scale, label, profile and attribution."""
    from explorer.export import animation

    pins = [_pin(text) for text in pin or ()]
    animation.check(output, fps)
    with (
        shared.opened(corpus) as opened,
        shared.writing(output),
        shared.progress_bar("Reading, painting") as progress,
    ):
        painter = animation.write(
            opened, sample_id, output, product=product, composite=composite, stretch=stretch, start=start, end=end,
            step=step, missing="skip" if skip_missing else "mark", fps=fps, scale=scale, pins=pins,
            chart=curve if chart else False, progress=progress,
        )  # fmt: skip
    _told(output, painter.credit)


def _pin(text: str) -> tuple[int, int, str]:
    row, _, rest = text.partition(",")
    col, _, name = rest.partition(",")
    if not (row.strip().isdecimal() and col.strip().isdecimal() and len(row) < 8 and len(col) < 8):
        raise InvalidQueryError(f"--pin {text[:40]!r} is not ROW,COL or ROW,COL,NAME")
    return int(row), int(col), name.strip()


def _told(output: Path, credit: Credit) -> None:
    """Say what was written, and on which terms: once, where the file is made."""
    typer.echo(f"Wrote {output}")
    typer.echo(credit.notice(), err=True)
