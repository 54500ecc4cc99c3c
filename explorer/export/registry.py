"""All that can be written to a file: what it is called, how its file may end, what can be asked of it.

The command `export`, the page's panel and Python write the same files by this table.
"""

from __future__ import annotations

import inspect
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.errors import InvalidQueryError, OutputError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.tables import formats
from explorer.export import files

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.export.credit import Credit
    from explorer.export.scene import Missing, Progress
    from explorer.export.stories import Story
    from explorer.opinions.question import Question

FIGURE = (".png", ".svg", ".pdf")
MEDIA = files.ANIMATIONS | {
    ".nc": "application/x-netcdf", ".zarr.zip": "application/zip", ".tif": "image/tiff", ".png": "image/png",
    ".svg": "image/svg+xml", ".pdf": "application/pdf", ".csv": "text/csv", ".html": "text/html",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}  # fmt: skip
"""Ending -> media type."""
_EXTRAS = {
    ".mp4": ("av", "video"), ".webm": ("av", "video"), ".nc": ("netCDF4", "data"), ".zarr": ("zarr", "data"),
    ".zarr.zip": ("zarr", "data"), ".pptx": ("pptx", "slides"),
}  # fmt: skip
_NOT_ASKED = ("progress", "cancel")

Cancel = threading.Event | None


@dataclass(frozen=True, slots=True)
class Export:
    """A kind of file. `write(corpus, sample_id, path, **arguments)` writes one and says whom to name."""

    endings: tuple[str, ...]
    write: Callable[..., Credit]
    of_many: bool = False
    """Whether it is of several samples, and takes their ids in place of one."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What can be asked of it, by name."""
        parameters = inspect.signature(self.write).parameters.values()
        return tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.name not in _NOT_ASKED)


def write(
    corpus: Corpus,
    what: str,
    sample: str | Iterable[str],
    path: Path | str,
    *,
    progress: Progress | None = None,
    cancel: Cancel = None,
    **asked: Any,
) -> Credit:
    """Write a file of a sample (or samples) as `EXPORTS` has it, all or nothing; whom to name for it. Blocks.

    Raises `InvalidQueryError` for what there is not, `OutputError` where it cannot be written or a library is missing,
    `CancelledError`, and what reading a sample raises.
    >>> named = write(corpus, "frame", corpus.default_sample, folder / "july.tif", date="2018-07-02", values=True, composite="index:NDVI")
    >>> write(corpus, "label", corpus.default_sample, folder / "label.png", month=7)
    Traceback (most recent call last):
    explorer.core.errors.InvalidQueryError: a label takes no month
    """
    export = find(what)
    check_ending(what, path)
    takes = export.arguments
    for name in asked:
        if name not in takes:
            can = f"; it takes {', '.join(takes)}" if takes else ""
            raise InvalidQueryError(f"a {what} takes no {name}{can}")
    return export.write(corpus, sample, Path(path), progress=progress, cancel=cancel, **asked)


def find(what: str) -> Export:
    """A kind of file by its name. Raises `InvalidQueryError`."""
    if what not in EXPORTS:
        raise InvalidQueryError(f"{what[:30]!r} cannot be written; there are {', '.join(EXPORTS)}")
    return EXPORTS[what]


def check_ending(what: str, path: Path | str) -> str:
    """The ending of a file, which is its format. Raises `OutputError` for one that this kind cannot have."""
    endings = find(what).endings
    name = Path(path).name.lower()
    found = [ending for ending in endings if name.endswith(ending)]
    if not found:
        raise OutputError(f"cannot write {what} as {Path(path).name}; its file ends in {', '.join(endings)}")
    return max(found, key=len)


def lacking() -> dict[str, str]:
    """Endings that cannot be written here -> what to install."""
    return {
        ending: f"{ending.removesuffix('.zip')} needs {library}: pip install 'rapidai4eo-explorer[{extra}]'"
        for ending, (library, extra) in _EXTRAS.items()
        if find_spec(library) is None
    }


# -- one writer a kind: what stands after the star can be asked of it -------------------------------------------


def _animation(corpus: Corpus, sample_id: str, path: Path, *, product: str = PF_SR.id, composite: str = "true", stretch: str = "natural",
               dates: Iterable[Any] | None = None, start: Any = None, end: Any = None, step: int = 1,
               missing: Missing = "mark", fps: float = files.FPS, scale: int = 3, pins: Iterable[Sequence[Any]] = (),
               chart: str | bool = "NDVI", overlay: str = "", ground: bool = False,
               progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import animation
    from explorer.export.frames import Style

    return animation.write(
        corpus, sample_id, path, product=product, composite=composite, stretch=stretch, dates=dates, start=start, end=end,
        step=step, missing=missing, fps=fps, pins=pins, chart=chart, style=Style(scale=scale, overlay=overlay, ground=ground),
        progress=progress, cancel=cancel,
    ).credit  # fmt: skip


def _tour(corpus: Corpus, sample_id: str, path: Path, *, pins: Iterable[Sequence[Any]] = (), date: Any = None, composite: str = "true",
          stretch: str = "natural", chart: str = "NDVI", seconds: float = 8.0, scale: int = 3,
          progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import scene, tour

    named = scene.check_pins(pins)
    return tour.write(
        corpus, sample_id, path, pin=named[-1][:2] if named else None, date=date, composite=composite, stretch=stretch,
        chart=chart, seconds=seconds, scale=scale, progress=progress, cancel=cancel,
    )  # fmt: skip


def _cube(corpus: Corpus, sample_id: str, path: Path, *, product: str = PF_SR.id, dates: Iterable[Any] | None = None,
          start: Any = None, end: Any = None, bands: Sequence[str] | None = None,
          progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import data

    zipped = path.suffix.lower() == ".zip"
    target = path.with_suffix("") if zipped else path
    named = data.write_cube(
        corpus, sample_id, target, product=product, dates=dates, start=start, end=end, bands=bands, progress=progress,
        cancel=cancel,
    )  # fmt: skip
    if zipped:
        # Stored, not packed again; the store is at the root, as Zarr's own ZipStore has it.
        with files.replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as packed:
            for file in sorted(target.rglob("*")):
                if file.is_file():
                    packed.write(file, file.relative_to(target).as_posix())
        shutil.rmtree(target)
    return named


def _frame(corpus: Corpus, sample_id: str, path: Path, *, date: Any, product: str = PF_SR.id, composite: str = "true",
           stretch: str | None = None, values: bool = False, pins: Iterable[Sequence[Any]] = (), overlay: str = "", ground: bool = False,
           progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    look: dict[str, Any] = {
        "product": product,
        "composite": composite,
        "stretch": stretch,
        "progress": progress,
        "cancel": cancel,
    }
    if path.suffix.lower() == ".tif":
        from explorer.export import data

        if overlay or ground:
            raise InvalidQueryError(
                "land cover and what was seen on the ground lie over a figure: write it as .png, .svg or .pdf"
            )
        return data.write_frame(corpus, sample_id, date, path, values=values, **look)
    from explorer.export import figures

    return figures.picture(corpus, sample_id, date, pins=pins, overlay=overlay, ground=ground, **look).save(
        path
    )


def _sheet(corpus: Corpus, sample_id: str, path: Path, *, count: int = 12, dates: Iterable[Any] | None = None, start: Any = None,
           end: Any = None, product: str = PF_SR.id, composite: str = "true", stretch: str = "natural",
           pins: Iterable[Sequence[Any]] = (), progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import figures

    return figures.sheet(
        corpus, sample_id, count=count, dates=dates, start=start, end=end, product=product, composite=composite,
        stretch=stretch, pins=pins, progress=progress, cancel=cancel,
    ).save(path)  # fmt: skip


def _pair(corpus: Corpus, sample_id: str, path: Path, *, dates: Sequence[Any], product: str = PF_SR.id, composite: str = "true",
          stretch: str = "natural", pins: Iterable[Sequence[Any]] = (), overlay: str = "", ground: bool = False,
          progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import figures

    if len(dates) != 2:
        raise InvalidQueryError("a pair is of two dates: name both (--date 2018-04-03 --date 2018-07-02)")
    return figures.pair(
        corpus, sample_id, *dates, product=product, composite=composite, stretch=stretch, pins=pins, overlay=overlay,
        ground=ground, progress=progress, cancel=cancel,
    ).save(path)  # fmt: skip


def _months(corpus: Corpus, sample_id: str, path: Path, *, composite: str = "true", stretch: str = "natural",
            pins: Iterable[Sequence[Any]] = (), progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import figures

    return figures.months(
        corpus, sample_id, composite=composite, stretch=stretch, pins=pins, progress=progress, cancel=cancel
    ).save(path)


def _bands(corpus: Corpus, sample_id: str, path: Path, *, date: Any, product: str = S2_SR.id,
           progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import figures

    return figures.bands(corpus, sample_id, date, product=product, progress=progress, cancel=cancel).save(
        path
    )


def _profile(corpus: Corpus, sample_id: str, path: Path, *, pins: Iterable[Sequence[Any]] = (), box: Sequence[float] | None = None,
             curves: Sequence[str] = (), date: Any = None, progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    if path.suffix.lower() == ".csv":
        from explorer.export import data, scene

        scene.read(corpus, sample_id, PF_SR, progress, cancel)
        return data.write_table(
            corpus, data.profile_table(corpus, sample_id, pins, box=box, indices=curves or ("NDVI",)), path
        )
    from explorer.export import charts

    _no_region(box)
    return charts.profile(
        corpus,
        sample_id,
        pins,
        charts=curves or ("bands", "NDVI"),
        date=date,
        progress=progress,
        cancel=cancel,
    ).save(path)


def _spectrum(corpus: Corpus, sample_id: str, path: Path, *, pins: Iterable[Sequence[Any]] = (), box: Sequence[float] | None = None,
              months: Iterable[Any] = (), progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.analysis import spectra

    wanted = list(months) or spectra.SUMMER
    if path.suffix.lower() == ".csv":
        from explorer.export import data

        return data.write_table(
            corpus, data.spectrum_table(corpus, sample_id, pins, box=box, months=wanted), path
        )
    from explorer.export import charts

    _no_region(box)
    return charts.spectrum(corpus, sample_id, pins, months=wanted, progress=progress, cancel=cancel).save(
        path
    )


def _label(
    corpus: Corpus, sample_id: str, path: Path, progress: Progress | None = None, cancel: Cancel = None
) -> Credit:
    from explorer.export import charts

    return charts.label(corpus, sample_id).save(path)


def _samples(
    corpus: Corpus, ids: Iterable[str], path: Path, progress: Progress | None = None, cancel: Cancel = None
) -> Credit:
    from explorer.export import data

    return data.write_samples(corpus, ids, path)


def _judgement(corpus: Corpus, ids: Iterable[str], path: Path, *, question: Question | str,
               progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import judgement
    from explorer.opinions.question import parse

    asked, mask = parse(question) if isinstance(question, str) else question, judgement.mask_of(corpus, ids)
    if path.suffix.lower() == ".csv":
        return judgement.table(corpus, asked, path, mask)
    return judgement.figure(corpus, asked, mask).save(path)


def _judged(corpus: Corpus, ids: Iterable[str], path: Path, *, question: Question | str,
            progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import judgement
    from explorer.opinions.question import parse

    asked = parse(question) if isinstance(question, str) else question
    return judgement.write_samples(corpus, asked, path, judgement.mask_of(corpus, ids))


def _page(corpus: Corpus, ids: Iterable[str], path: Path, *, story: Story | None = None, link: str = "", presenter_notes: bool = False,
          progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import page

    made = page.make(
        corpus, tuple(ids), story=story, link=link, presenter_notes=presenter_notes, progress=progress
    )
    with files.replacing(path) as part:
        part.write_text(made.html, encoding="utf-8")
    return _all_of(corpus)


def _slides(corpus: Corpus, _ids: Iterable[str], path: Path, *, story: Story, video: bool = True,
            progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import slides

    slides.write(corpus, story, path, video=video, progress=progress)
    return _all_of(corpus)


def _handout(corpus: Corpus, _ids: Iterable[str], path: Path, *, story: Story, base_url: str = "",
             progress: Progress | None = None, cancel: Cancel = None) -> Credit:  # fmt: skip
    from explorer.export import handout

    handout.write(corpus, story, path, base_url=base_url, progress=progress, cancel=cancel)
    return _all_of(corpus)


def _all_of(corpus: Corpus) -> Credit:
    from explorer.export import credit

    return credit.of(corpus, (PF_SR.id, S2_SR.id, "labels"))


def _no_region(box: Sequence[float] | None) -> None:
    if box is not None:
        raise InvalidQueryError("--box is for the table of a profile or spectrum: write it as .csv")


EXPORTS = {
    "animation": Export(tuple(files.ANIMATIONS), _animation),
    "tour": Export((".mp4", ".webm"), _tour),
    "cube": Export((".nc", ".zarr", ".zarr.zip"), _cube),
    "frame": Export((".tif", *FIGURE), _frame),
    "sheet": Export(FIGURE, _sheet),
    "pair": Export(FIGURE, _pair),
    "months": Export(FIGURE, _months),
    "bands": Export(FIGURE, _bands),
    "profile": Export((".csv", *FIGURE), _profile),
    "spectrum": Export((".csv", *FIGURE), _spectrum),
    "label": Export(FIGURE, _label),
    "samples": Export(tuple(formats.ENDINGS), _samples, of_many=True),
    "judgement": Export((".csv", *FIGURE), _judgement, of_many=True),
    "judged-samples": Export(tuple(formats.ENDINGS), _judged, of_many=True),
    "page": Export((".html", ".htm"), _page, of_many=True),
    "slides": Export((".pptx",), _slides, of_many=True),
    "handout": Export((".pdf",), _handout, of_many=True),
}
"""Name -> kind of file."""
