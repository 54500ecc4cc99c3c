"""A story as slides: a picture or video, the place on a map, the profile and the notes of each state, as PPTX."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from explorer.core import scratch_folders
from explorer.core.errors import InvalidQueryError, OutputError, StoryError
from explorer.core.products import PF_SR
from explorer.export import animation, charts, credit, files, frames, notes, place_map
from explorer.export.frames import FramePainter, Style
from explorer.export.scene import Step
from explorer.export.stories import State, Story

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

FPS = 10.0
SCALE = 3
"""Of pictures and videos: 600 pixels and what stands around them."""
WIDE, HIGH = 13.333, 7.5
"""A 16:9 slide in inches, as PowerPoint has it."""
_DARK, _INK, _QUIET, _WHITE = "0F2A33", "17262E", "5A6A74", "FFFFFF"
_TOP, _LEFT, _GAP, _FOOT = 1.12, 0.5, 0.35, 0.62
_PICTURE = 5.6  # inches of its longer side at most
_LETTERS = 330  # of a note at its full size
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Slides:
    """Slides that were made: how many, how many of them with a video, and why the others have none (empty if all have)."""

    count: int
    videos: int
    why: str = ""


def write(
    corpus: Corpus,
    story: Story,
    path: str | os.PathLike[str],
    *,
    video: bool = True,
    progress: Progress | None = None,
) -> Slides:
    """Write a story as PPTX: a title and a slide a state. Videos need the extra `video`; without it, pictures do.

    A state that names no sample shows the last one's. Raises `OutputError` (also where python-pptx is not installed),
    `StoryError` where the first state names no sample, and what `Corpus.cell` and the store raise.
    """
    pptx = _library()
    files.suffix(path, (".pptx",), "slides")
    shown = _samples(story)
    for sample_id in shown:
        corpus.cell(sample_id)  # what is wrong is said before anything is read
    why = "" if video else "no video was wanted"
    if video:
        try:
            animation.check("a.mp4", FPS)
        except OutputError as error:
            why = str(error)
    document = pptx.Presentation()
    document.slide_width, document.slide_height = pptx.util.Inches(WIDE), pptx.util.Inches(HIGH)
    named = credit.of(corpus, ("PF-SR", "S2-SR", "labels"))
    _describe(document, story, named)
    videos: dict[str, Path] = {}
    with scratch_folders.folder("slides") as folder, files.replacing(path) as part:
        draw = _Drawer(pptx, document, corpus, named, folder)
        draw.title(story)
        for number, (state, sample_id) in enumerate(zip(story.states, shown, strict=True)):
            if not why and sample_id not in videos:
                videos[sample_id] = folder / f"{len(videos)}.mp4"
                animation.write(
                    corpus, sample_id, videos[sample_id], fps=FPS, scale=SCALE, chart=False, missing="skip"
                )
            draw.state(state, sample_id, videos.get(sample_id))
            if progress is not None:
                progress(number + 1, len(story.states))
        document.save(os.fspath(part))
    return Slides(1 + len(story.states), len(story.states) if not why else 0, why)


def _library() -> Any:
    try:
        import pptx
        import pptx.util
    except ImportError as error:
        raise OutputError("slides need python-pptx: pip install 'rapidai4eo-explorer[slides]'") from error
    return pptx


def _samples(story: Story) -> list[str]:
    """The sample of each state."""
    found: list[str] = []
    for state in story.states:
        sample = state.sample or (found[-1] if found else None)
        if sample is None:
            raise StoryError(story.title, None, "its first state names no sample: nothing can be shown")
        found.append(sample)
    return found


def _describe(document: Any, story: Story, named: credit.Credit) -> None:
    about = document.core_properties
    about.title, about.author = (_printable(text)[:250] for text in (story.title, story.author))
    about.comments = f"{named.notice()} {named.citation}"[:250]
    about.keywords = credit.SOFTWARE
    about.subject = named.licence[:250]


def _printable(line: str) -> str:
    """A line without what XML cannot hold."""
    return "".join(c for c in line if c.isprintable())


class _Drawer:
    """Puts things on slides, in inches."""

    def __init__(self, pptx: Any, document: Any, corpus: Corpus, named: credit.Credit, folder: Path) -> None:
        self._document, self._corpus, self._named, self._folder = document, corpus, named, folder
        self._inches, self._points = pptx.util.Inches, pptx.util.Pt
        from pptx.dml.color import RGBColor
        from pptx.enum.text import MSO_ANCHOR

        self._colour, self._middle = RGBColor.from_string, MSO_ANCHOR.MIDDLE
        self._count = 0

    def title(self, story: Story) -> None:
        slide = self._blank()
        self._bar(slide, 0, HIGH)
        self._text(slide, (0.9, 2.2, WIDE - 1.8, 1.7), story.title, 40, _WHITE, bold=True)
        if story.author:
            self._text(slide, (0.9, 3.95, WIDE - 1.8, 0.6), story.author, 20, _WHITE)
        last = [*self._named.lines, self._named.terms, f"Cite: {self._named.citation}"]
        self._text(slide, (0.9, 5.5, WIDE - 1.8, 1.6), "\n".join(line for line in last if line), 12, "B8C7CE")

    def state(self, state: State, sample_id: str, video: Path | None) -> None:
        slide = self._blank()
        self._bar(slide, 0, 0.86)
        size = 28 if len(state.title) < 60 else 20
        self._text(
            slide, (_LEFT, 0.08, WIDE - 2 * _LEFT, 0.7), state.title, size, _WHITE, bold=True, middle=True
        )
        poster, step, (width, height) = self._poster(state, sample_id)
        scale = _PICTURE / max(width, height)
        across, down = width * scale, height * scale
        box = [self._inches(v) for v in (_LEFT, _TOP, across, down)]
        if video is None:
            slide.shapes.add_picture(str(poster), *box)
        else:
            slide.shapes.add_movie(str(video), *box, poster_frame_image=str(poster), mime_type="video/mp4")
        left = _LEFT + across + _GAP
        room = WIDE - _LEFT - left
        map_down = 1.45
        map_across = map_down * 510 / 420
        place = [self._inches(v) for v in (WIDE - _LEFT - map_across, _TOP, map_across, map_down)]
        slide.shapes.add_picture(self._map(sample_id), *place)
        words = notes.to_text(state.note)
        type_size = 18 if len(words) < _LETTERS else 14 if len(words) < 2 * _LETTERS else 11
        self._text(slide, (left, _TOP - 0.05, room - map_across - 0.2, 2.55), words, type_size, _INK)
        self._profile(slide, state, sample_id, (left, _TOP + 2.6, room, _PICTURE - 2.6))
        self._text(
            slide, (_LEFT, HIGH - _FOOT, WIDE - 2 * _LEFT, 0.5), self._foot(sample_id, step), 10, _QUIET
        )
        spoken = "\n\n".join(text for text in (notes.to_text(state.presenter), words) if text)
        slide.notes_slide.notes_text_frame.text = "\n".join(_printable(line) for line in spoken.split("\n"))

    # -- parts ---------------------------------------------------------------------------------------------

    def _poster(self, state: State, sample_id: str) -> tuple[Path, Step, tuple[int, int]]:
        """The frame of the state's date, as the video has it, with its pins; its date; width and height."""
        painter = self._painter(state, sample_id)
        wanted = state.date or PF_SR.parse_date("2018-07-02")
        number = min(
            range(len(painter.steps)), key=lambda i: abs(PF_SR.parse_date(painter.steps[i].text) - wanted)
        )
        path = self._folder / f"poster-{self._count}.png"
        painter.image(number).save(path)
        return path, painter.steps[number], painter.size

    def _painter(self, state: State, sample_id: str) -> FramePainter:
        names = state.query.get("names", "").split(";")
        pins = [
            (row, col, names[i][:24] if i < len(names) else "")
            for i, (row, col) in enumerate(state.pixels[:8])
        ]
        composite, stretch = state.query.get("composite", "true"), state.query.get("stretch", "natural")
        style = Style(scale=SCALE, chart=None)
        try:
            return frames.painter(
                self._corpus, sample_id, composite=composite, stretch=stretch, pins=pins, style=style
            )
        except (
            InvalidQueryError
        ):  # a picture that the link does not spell right: the plain one is better than none
            return frames.painter(self._corpus, sample_id, pins=pins, style=style)

    def _profile(
        self, slide: Any, state: State, sample_id: str, box: tuple[float, float, float, float]
    ) -> None:
        if not state.pixels:
            return
        names = state.query.get("names", "").split(";")
        pins = [
            (row, col, names[i][:24] if i < len(names) else "")
            for i, (row, col) in enumerate(state.pixels[:8])
        ]
        plate = charts.profile(self._corpus, sample_id, pins, charts=("NDVI",), date=state.date)
        path = self._folder / f"profile-{self._count}.png"
        plate.save(path, scale=2.5)
        with Image.open(path) as image:
            width, height = image.size
        left, top, across, down = box
        scale = min(across / width, down / height)
        at = (left, top + down - height * scale, width * scale, height * scale)
        slide.shapes.add_picture(str(path), *[self._inches(v) for v in at])

    def _map(self, sample_id: str) -> io.BytesIO:
        """Europe with the place marked, PNG."""
        west, south, east, north = place_map.box()
        unit = (east - west) / 1020
        image = Image.new("RGB", (1020, round((north - south) / unit)), "#c9d9e4")
        draw = ImageDraw.Draw(image)
        for ring in place_map.rings():
            draw.polygon([((x - west) / unit, (north - y) / unit) for x, y in ring], fill="#b7c7ba")
        east_m, north_m = place_map.plane(*self._corpus.cell(sample_id).centre)
        x, y = (east_m - west) / unit, (north - north_m) / unit
        draw.ellipse((x - 30, y - 30, x + 30, y + 30), outline="#d6006c", width=14)
        buffer = io.BytesIO()
        image.resize((510, image.height // 2), Image.Resampling.LANCZOS).save(buffer, "PNG")
        buffer.seek(0)
        return buffer

    def _foot(self, sample_id: str, step: Step) -> str:
        lon, lat = self._corpus.cell(sample_id).centre
        where = f"{sample_id} · {abs(lat):.3f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.3f}° {'E' if lon >= 0 else 'W'}"
        where += f" · {step.text}" + (f": {step.mark}" if step.mark else "")
        return f"{where}\n{self._named.line}{' · ' if self._named.terms else ''}{self._named.terms}"

    def _blank(self) -> Any:
        self._count += 1
        layout = self._document.slide_layouts[6]
        return self._document.slides.add_slide(layout)

    def _bar(self, slide: Any, top: float, height: float) -> None:
        shape = slide.shapes.add_shape(1, 0, self._inches(top), self._inches(WIDE), self._inches(height))
        shape.fill.solid()
        shape.fill.fore_color.rgb = self._colour(_DARK)
        shape.line.fill.background()
        shape.shadow.inherit = False

    def _text(
        self,
        slide: Any,
        box: tuple[float, float, float, float],
        words: str,
        size: float,
        colour: str,
        *,
        bold: bool = False,
        middle: bool = False,
    ) -> None:
        frame = slide.shapes.add_textbox(*[self._inches(v) for v in box]).text_frame
        frame.word_wrap = True
        if middle:
            frame.vertical_anchor = self._middle
        for side in ("left", "right", "top", "bottom"):
            setattr(frame, f"margin_{side}", 0)
        for i, line in enumerate(words.split("\n")):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            paragraph.space_after = self._points(size * 0.35)
            run = paragraph.add_run()
            run.text = _printable(line)
            run.font.size, run.font.bold = self._points(size), bold
            run.font.color.rgb = self._colour(colour)
