"""`explorer animate` and `explorer export`: a sample's animation, data and figures as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.commands import shared
from explorer.errors import InvalidQueryError, OutputError

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.export.credit import Credit

    Progress = Callable[[int, int], None]

SampleArg = Annotated[str, typer.Argument(metavar="SAMPLE_ID")]
File = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.")]
Product = Annotated[str, typer.Option(metavar="ID", help="PF-SR (Planet Fusion) or S2-SR (Sentinel-2).")]
Composite = Annotated[
    str, typer.Option(help="As in a link: true, false, band:NAME, index:NAME, expr:FORMULA ...")
]
Stretch = Annotated[str, typer.Option(help="As in a link: fixed, frame, LOW-HIGH, gGAMMA, same.")]
OwnStretch = Annotated[
    str | None,
    typer.Option(
        "--stretch",
        help="As in a link; a frame's own without it, so that no other date is read; fixed for all else.",
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


WHAT = {
    "cube": ".nc, .zarr",
    "frame": ".tif, .png, .svg, .pdf",
    "sheet": ".png, .svg, .pdf",
    "pair": ".png, .svg, .pdf",
    "months": ".png, .svg, .pdf",
    "bands": ".png, .svg, .pdf",
    "profile": ".csv, .png, .svg, .pdf",
    "spectrum": ".csv, .png, .svg, .pdf",
    "label": ".png, .svg, .pdf",
    "samples": ".parquet, .geojson, .csv",
}
"""What `export` writes, and the endings that it can have."""


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
) -> None:
    """Write data or figures: a cube, a date, a sheet of dates, profiles, spectra, labels, samples."""
    if what not in WHAT:
        raise InvalidQueryError(f"--what {what[:30]!r} is unknown; there are {', '.join(WHAT)}")
    if output.suffix.lower() not in WHAT[what].split(", "):
        raise OutputError(f"cannot write {what} as {output.name}; its file ends in {WHAT[what]}")
    if what != "samples" and len(sample_ids) > 1 and "{id}" not in str(output):
        raise InvalidQueryError(
            f"{len(sample_ids)} samples need as many files: write {{id}} in the name, as '{{id}}{output.suffix}'"
        )
    wanted = _Wanted(
        what, product, composite, stretch or ("frame" if what == "frame" else "fixed"), date or [], start, end, band or None, [_pin(text) for text in pin or ()],
        box, curve or [], month or [], count, values,
    )  # fmt: skip
    with shared.opened(corpus) as opened:
        if what == "samples":
            from explorer.export import data

            with shared.writing(output):
                credit = data.write_samples(opened, sample_ids, output)
            _told(output, credit)
            return
        for number, sample_id in enumerate(sample_ids):
            opened.cell(sample_id)  # an id is in the file's name: it is one before it is used
            path = Path(str(output).replace("{id}", sample_id))
            with shared.writing(path), shared.progress_bar(f"Reading {sample_id}") as progress:
                credit = _export(opened, sample_id, path, wanted, progress)
            typer.echo(f"Wrote {path}")
            if number == len(sample_ids) - 1:
                typer.echo(credit.notice(), err=True)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What `export` was asked for."""

    what: str
    product: str
    composite: str
    stretch: str
    dates: list[str]
    start: str | None
    end: str | None
    bands: list[str] | None
    pins: list[tuple[int, int, str]]
    box: tuple[float, float, float, float] | None
    curves: list[str]
    months: list[str]
    count: int
    values: bool

    def one_date(self) -> str:
        if len(self.dates) != 1:
            raise InvalidQueryError(f"{self.what} is of one date: name it (--date 2018-07-02)")
        return self.dates[0]


def _export(corpus: Corpus, sample_id: str, path: Path, wanted: _Wanted, progress: Progress) -> Credit:
    """One sample's file."""
    from explorer.export import charts, data, figures

    what, ending = wanted.what, path.suffix.lower()
    if what == "cube":
        return data.write_cube(
            corpus, sample_id, path, product=wanted.product, dates=wanted.dates or None, start=wanted.start,
            end=wanted.end, bands=wanted.bands, progress=progress,
        )  # fmt: skip
    look: dict[str, Any] = {"composite": wanted.composite, "stretch": wanted.stretch, "progress": progress}
    if what == "frame" and ending == ".tif":
        return data.write_frame(
            corpus, sample_id, wanted.one_date(), path, product=wanted.product, values=wanted.values, **look
        )
    if what in ("profile", "spectrum") and ending == ".csv":
        if what == "profile":
            indices = wanted.curves or ["NDVI"]
            table = data.profile_table(corpus, sample_id, wanted.pins, box=wanted.box, indices=indices)
        else:
            months = wanted.months or spectra_months()
            table = data.spectrum_table(corpus, sample_id, wanted.pins, box=wanted.box, months=months)
        return data.write_table(corpus, table, path)
    if wanted.box is not None:
        raise InvalidQueryError("--box is for the table of a profile or spectrum: write it as .csv")
    pins = wanted.pins
    if what == "frame":
        plate = figures.picture(
            corpus, sample_id, wanted.one_date(), product=wanted.product, pins=pins, **look
        )
    elif what == "pair":
        if len(wanted.dates) != 2:
            raise InvalidQueryError("a pair is of two dates: name both (--date 2018-04-03 --date 2018-07-02)")
        plate = figures.pair(corpus, sample_id, *wanted.dates, product=wanted.product, pins=pins, **look)
    elif what == "sheet":
        plate = figures.sheet(
            corpus, sample_id, count=wanted.count, dates=wanted.dates or None, start=wanted.start, end=wanted.end,
            product=wanted.product, pins=pins, **look,
        )  # fmt: skip
    elif what == "months":
        plate = figures.months(corpus, sample_id, pins=pins, **look)
    elif what == "bands":
        plate = figures.bands(corpus, sample_id, wanted.one_date(), product=wanted.product, progress=progress)
    elif what == "profile":
        drawn = wanted.curves or ["bands", "NDVI"]
        when = wanted.one_date() if wanted.dates else None
        plate = charts.profile(corpus, sample_id, pins, charts=drawn, date=when, progress=progress)
    elif what == "spectrum":
        plate = charts.spectrum(
            corpus, sample_id, pins, months=wanted.months or spectra_months(), progress=progress
        )
    else:
        plate = charts.label(corpus, sample_id)
    return plate.save(path)


def spectra_months() -> tuple[int, ...]:
    """The months of a spectrum where nobody names any."""
    from explorer.analysis import spectra

    return spectra.SUMMER


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
