"""`explorer animate` and `explorer export`: a sample's animation, data and figures as files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.commands import shared
from explorer.core.errors import InvalidQueryError
from explorer.export import registry

if TYPE_CHECKING:
    from explorer.export.credit import Credit

SampleArg = Annotated[str, typer.Argument(metavar="SAMPLE_ID")]
File = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.")]
Product = Annotated[str, typer.Option(metavar="ID", help="PF-SR (Planet Fusion) or S2-SR (Sentinel-2).")]
Composite = Annotated[
    str, typer.Option(help="As in a link: true, false, band:NAME, index:NAME, expr:FORMULA ...")
]
Stretch = Annotated[str, typer.Option(help="As in a link: natural, vivid, frame, LOW-HIGH, gGAMMA, same.")]
OwnStretch = Annotated[
    str | None,
    typer.Option(
        "--stretch",
        help="As in a link; natural colour without it, and of a frame of values its own range: no other date is read.",
    ),
]
First = Annotated[str | None, typer.Option("--start", metavar="DATE", help="First date, as 2018-07-02.")]
Last = Annotated[str | None, typer.Option("--end", metavar="DATE", help="Last date.")]
Pins = Annotated[
    list[str] | None,
    typer.Option(
        "--pin", metavar="ROW,COL[,NAME]", help="A 3 m pixel, counted from the top left; repeatable."
    ),
]

Overlay = Annotated[
    str,
    typer.Option(
        "--overlay", metavar="NAME[,PERCENT]", help="A map of land cover over the pictures, and how opaque."
    ),
]
Ground = Annotated[bool, typer.Option("--ground", help="Mark what was seen on the ground.")]


def animate(
    corpus: shared.CorpusArg,
    sample_id: SampleArg,
    output: File,
    product: Product = "PF-SR",
    composite: Composite = "true",
    stretch: Stretch = "natural",
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
    overlay: Overlay = "",
    ground: Ground = False,
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
        credit = registry.write(
            opened, "animation", sample_id, output, product=product, composite=composite, stretch=stretch, start=start, end=end,
            step=step, missing="skip" if skip_missing else "mark", fps=fps, scale=scale, pins=pins,
            chart=curve if chart else False, overlay=overlay, ground=ground, progress=progress,
        )  # fmt: skip
    _told(output, credit)


def tour(
    corpus: shared.CorpusArg,
    sample_id: SampleArg,
    output: File,
    pin: Annotated[
        str | None,
        typer.Option("--pin", metavar="ROW,COL", help="The 3 m pixel at its end; the middle without it."),
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="DATE", help="Date of the picture, as 2018-07-02.")
    ] = None,
    composite: Composite = "true",
    stretch: Stretch = "natural",
    curve: Annotated[
        str, typer.Option(metavar="NAME", help="Its profile: an index or expr:FORMULA.")
    ] = "NDVI",
    seconds: Annotated[float, typer.Option(help="Its length, 4 to 20 seconds.")] = 8.0,
    scale: Annotated[
        int, typer.Option(min=1, max=4, help="Size: 640 x 360, 960 x 540, 1280 x 720 or 1920 x 1080.")
    ] = 3,
) -> None:
    """Write a camera tour (.mp4, .webm) from Europe to a sample's picture and the profile of one pixel."""
    registry.check_ending("tour", output)
    pins = [_pin(pin)] if pin else []
    with (
        shared.opened(corpus) as opened,
        shared.writing(output),
        shared.progress_bar("Reading, painting") as progress,
    ):
        credit = registry.write(
            opened, "tour", sample_id, output, pins=pins, date=date, composite=composite, stretch=stretch, chart=curve,
            seconds=seconds, scale=scale, progress=progress,
        )  # fmt: skip
    _told(output, credit)


OWN_COMMANDS = ("animation", "tour", "page", "slides", "handout", "judgement", "judged-samples")
WHAT = tuple(name for name in registry.EXPORTS if name not in OWN_COMMANDS)
"""What `export` writes: all kinds of files without a command of their own."""
OF_ONE_DATE = ("frame", "bands")


def export(
    corpus: shared.CorpusArg,
    sample_ids: Annotated[list[str], typer.Argument(metavar="SAMPLE_ID...")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Its ending is the format; {id} in it is the sample's."
        ),
    ],
    what: Annotated[str, typer.Option(metavar="WHAT", help="One of: " + ", ".join(WHAT) + ".")],
    product: Product = "PF-SR",
    composite: Composite = "true",
    stretch: OwnStretch = None,
    date: Annotated[
        list[str] | None,
        typer.Option(metavar="DATE", help="Of a frame, of bands; twice for a pair; repeatable for a sheet."),
    ] = None,
    start: First = None,
    end: Last = None,
    band: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Of a cube; all of them; repeatable.")
    ] = None,
    pin: Pins = None,
    box: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(metavar="ROW COL ROW COL", help="A region, for the table of a profile or spectrum."),
    ] = None,
    curve: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Of a profile: an index or expr:FORMULA (a figure: bands too); repeatable."
        ),
    ] = None,
    month: Annotated[
        list[str] | None, typer.Option(metavar="MONTH", help="Of a spectrum, as 2018-07; repeatable.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Dates of a sheet.")] = 12,
    values: Annotated[
        bool, typer.Option("--values", help="A GeoTIFF of the values instead of their colours.")
    ] = False,
    overlay: Overlay = "",
    ground: Ground = False,
) -> None:
    """Write data or figures: a cube, a date, a sheet of dates, profiles, spectra, labels, samples."""
    if what not in WHAT:
        raise InvalidQueryError(f"--what {what[:30]!r} is unknown; there are {', '.join(WHAT)}")
    registry.check_ending(what, output)
    of_many = registry.EXPORTS[what].of_many
    if not of_many and len(sample_ids) > 1 and "{id}" not in str(output):
        raise InvalidQueryError(
            f"{len(sample_ids)} samples need as many files: write {{id}} in the name, as '{{id}}{output.suffix}'"
        )
    asked: dict[str, Any] = {
        "product": None if product == "PF-SR" else product, "composite": None if composite == "true" else composite,
        "stretch": stretch, "dates": date, "start": start, "end": end, "bands": band, "pins": [_pin(text) for text in pin or ()],
        "box": box, "curves": curve, "months": month, "count": None if count == 12 else count, "values": values,
        "overlay": overlay, "ground": ground,
    }  # fmt: skip
    if what == "profile":
        asked |= {"date": _one_of(what, date) if date else None, "dates": None}
    elif what in OF_ONE_DATE:
        asked |= {"date": _one_of(what, date), "dates": None}
    elif what == "pair":
        asked["dates"] = date or []
    given = {name: value for name, value in asked.items() if value or (name == "dates" and what == "pair")}
    _check_options(what, given)
    with shared.opened(corpus) as opened:
        if of_many:
            with shared.writing(output):
                credit = registry.write(opened, what, sample_ids, output, **given)
            _told(output, credit)
            return
        for number, sample_id in enumerate(sample_ids):
            opened.cell(sample_id)  # an id is in the file's name: it is one before it is used
            path = Path(str(output).replace("{id}", sample_id))
            with shared.writing(path), shared.progress_bar(f"Reading {sample_id}") as progress:
                credit = registry.write(opened, what, sample_id, path, progress=progress, **given)
            typer.echo(f"Wrote {path}")
            if number == len(sample_ids) - 1:
                typer.echo(credit.notice(), err=True)


def _one_of(what: str, dates: list[str] | None) -> str:
    if dates is None or len(dates) != 1:
        raise InvalidQueryError(f"{what} is of one date: name it (--date 2018-07-02)")
    return dates[0]


_OPTIONS = {"dates": "--date", "bands": "--band", "pins": "--pin", "curves": "--curve", "months": "--month"}


def _check_options(what: str, given: Iterable[str]) -> None:
    takes = registry.EXPORTS[what].arguments
    for name in given:
        if name not in takes:
            can = ", ".join(_OPTIONS.get(one, f"--{one}") for one in takes) or "none"
            raise InvalidQueryError(
                f"--what {what} takes no {_OPTIONS.get(name, f'--{name}')}; its options: {can}"
            )


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
