"""A story as slides, as PPTX: each view as the page shows it (or as a video), the place on a map, the profile and the notes."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from explorer.analysis.picture_view import PictureView
from explorer.analysis.playback import Playback
from explorer.core import scratch_folders
from explorer.core.errors import InvalidQueryError, OutputError
from explorer.core.products import PF_SR
from explorer.export import animation, charts, credit, files, frames, notes, place_map, seen
from explorer.export.frames import FramePainter, Style
from explorer.export.seen import SeenView
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
_PICTURE = 5.6  # inches that are high enough for the picture, and for all beside it
_BESIDE = 7.4  # inches that it is wide at most, where something stands beside it
_MAP, _MAP_SHAPE = 1.45, 510 / 420  # inches that the map is high, and its width to that
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
    ids = seen.samples(story)
    for sample_id in ids:
        corpus.cell(sample_id)  # what is wrong is said before anything is read
    shown = [seen.read(state, sample_id) for state, sample_id in zip(story.states, ids, strict=True)]
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
    made: dict[SeenView, Path] = {}
    count = 0
    with scratch_folders.folder("slides") as folder, files.replacing(path) as part:
        draw = _Drawer(pptx, document, corpus, named, folder)
        draw.title(story)
        for number, (state, one) in enumerate(zip(story.states, shown, strict=True)):
            video_file = None
            if (
                not why
                and one.view.mode == "single"
                and one.panel not in ("profile", "map")
                and one.playback.motion != "hold"
            ):
                played = _what_plays(one)
                if played not in made:
                    made[played] = folder / f"{len(made)}.mp4"
                    _write_video(corpus, played, made[played])
                video_file = made[played]
                count += 1
            draw.state(state, one, video_file)
            if progress is not None:
                progress(number + 1, len(story.states))
        document.save(os.fspath(part))
    return Slides(1 + len(story.states), count, why)


def _library() -> Any:
    try:
        import pptx
        import pptx.util
    except ImportError as error:
        raise OutputError("slides need python-pptx: pip install 'rapidai4eo-explorer[slides]'") from error
    return pptx


def _what_plays(shown: SeenView) -> SeenView:
    """What of a view its video shows: views that are alike in this have one video."""
    return SeenView(
        shown.sample_id, composite=shown.composite, stretch=shown.stretch,
        view=PictureView(scale=shown.view.scale, row=shown.view.row, col=shown.view.col),
        playback=Playback(first=shown.playback.first, last=shown.playback.last),
    )  # fmt: skip


def _write_video(corpus: Corpus, played: SeenView, path: Path) -> None:
    first, last = played.playback.indices
    animation.write(
        corpus, played.sample_id, path, composite=played.composite, stretch=played.stretch, start=PF_SR.dates[first],
        end=PF_SR.dates[last], fps=FPS, style=Style(scale=SCALE, window=played.window, **_over(corpus, played)), chart=False, missing="skip",
    )  # fmt: skip


def _painter(corpus: Corpus, shown: SeenView, layer: str = "") -> FramePainter:
    style = Style(scale=SCALE, chart=None, window=shown.window, layer=layer, **_over(corpus, shown))
    return frames.painter(
        corpus, shown.sample_id, composite=shown.composite, stretch=shown.stretch, pins=shown.pins, style=style
    )  # fmt: skip


def _over(corpus: Corpus, shown: SeenView) -> dict[str, Any]:
    """What lies over the pictures of a view, for their style."""
    return {"overlay": seen.overlay_of(corpus, shown), "ground": shown.ground}


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

    def state(self, state: State, shown: SeenView, video: Path | None) -> None:
        slide = self._blank()
        self._bar(slide, 0, 0.86)
        size = 28 if len(state.title) < 60 else 20
        self._text(
            slide, (_LEFT, 0.08, WIDE - 2 * _LEFT, 0.7), state.title, size, _WHITE, bold=True, middle=True
        )
        words = notes.to_text(state.note)
        charts_wanted = bool(shown.pins) and shown.panel in ("", "profile")
        told = shown.date.isoformat()
        left = _LEFT
        if shown.panel != "profile" or not shown.pins:
            poster, told, (width, height) = self._poster(shown)
            alone = not words and not charts_wanted
            scale = min(_PICTURE / height, (WIDE - 2 * _LEFT if alone else _BESIDE) / width)
            across, down = width * scale, height * scale
            box = [self._inches(v) for v in (_LEFT, _TOP, across, down)]
            if video is None:
                slide.shapes.add_picture(str(poster), *box)
            else:
                slide.shapes.add_movie(
                    str(video), *box, poster_frame_image=str(poster), mime_type="video/mp4"
                )
            left = _LEFT + across + _GAP
        room = WIDE - _LEFT - left
        # Words stand beside the map, the chart below it; where there is neither, the map has their room.
        map_down = _MAP if words or charts_wanted else min(room / _MAP_SHAPE, _PICTURE)
        if left == _LEFT or room < _MAP * _MAP_SHAPE:
            map_down = 0.0
        map_across = map_down * _MAP_SHAPE
        if map_down:
            place = [self._inches(v) for v in (WIDE - _LEFT - map_across, _TOP, map_across, map_down)]
            slide.shapes.add_picture(self._map(shown.sample_id), *place)
        top = _TOP + (map_down + 0.15 if map_down else 0.0)
        if words:
            type_size = 18 if len(words) < _LETTERS else 14 if len(words) < 2 * _LETTERS else 11
            high = 2.55 if charts_wanted else _PICTURE
            self._text(
                slide,
                (left, _TOP - 0.05, room - map_across - (0.2 if map_down else 0.0), high),
                words,
                type_size,
                _INK,
            )
            top = _TOP + 2.6
        if charts_wanted:
            self._profile(slide, shown, (left, top, room, _TOP + _PICTURE - top), both=not words)
        self._text(
            slide,
            (_LEFT, HIGH - _FOOT, WIDE - 2 * _LEFT, 0.5),
            self._foot(shown.sample_id, told),
            10,
            _QUIET,
        )
        spoken = "\n\n".join(text for text in (notes.to_text(state.presenter), words) if text)
        slide.notes_slide.notes_text_frame.text = "\n".join(_printable(line) for line in spoken.split("\n"))

    # -- parts ---------------------------------------------------------------------------------------------

    def _poster(self, shown: SeenView) -> tuple[Path, str, tuple[int, int]]:
        """The picture of a view as the page shows it; its dates in words; width and height.

        One date alone is a frame as the video has it.
        """
        path = self._folder / f"poster-{self._count}.png"
        if shown.view.mode == "single" and shown.panel != "map":
            try:
                painter = _painter(self._corpus, shown, shown.view.layer)
            except InvalidQueryError:  # a layer that this sample has not
                painter = _painter(self._corpus, shown)
            number = min(
                range(len(painter.steps)),
                key=lambda i: abs(PF_SR.dates[painter.steps[i].index] - shown.date),
            )
            painter.image(number).save(path)
            step = painter.steps[number]
            return path, step.text + (f": {step.mark}" if step.mark else ""), painter.size
        found = seen.pictures(self._corpus, shown, scale=SCALE)
        found.image.save(path)
        return path, found.dates, found.image.size

    def _profile(
        self, slide: Any, shown: SeenView, box: tuple[float, float, float, float], *, both: bool
    ) -> None:
        """The pins' profile: the first index, and the bands above it where there is room for both."""
        wanted = (*((frames.BANDS,) if both else ()), shown.indices[0])
        left, top, across, down = box
        plate = charts.profile(
            self._corpus, shown.sample_id, shown.pins, charts=wanted, date=shown.date, height=charts.WIDTH * down / across
        )  # fmt: skip
        path = self._folder / f"profile-{self._count}.png"
        plate.save(path, scale=2.5)
        with Image.open(path) as image:
            width, height = image.size
        scale = min(across / width, down / height)
        at = (left, top + down - height * scale, width * scale, height * scale)
        slide.shapes.add_picture(str(path), *[self._inches(v) for v in at])

    def _map(self, sample_id: str) -> io.BytesIO:
        buffer = io.BytesIO()
        place_map.image(*self._corpus.cell(sample_id).centre).save(buffer, "PNG")
        buffer.seek(0)
        return buffer

    def _foot(self, sample_id: str, dates: str) -> str:
        lon, lat = self._corpus.cell(sample_id).centre
        where = f"{sample_id} · {abs(lat):.3f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.3f}° {'E' if lon >= 0 else 'W'}"
        where += f" · {dates}"
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
