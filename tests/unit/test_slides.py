"""A story as slides: read back with python-pptx."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pptx
import pytest
from PIL import Image
from typer.testing import CliRunner

from explorer.cli import app
from explorer.core.errors import OutputError, StoryError, UnknownSampleError
from explorer.corpus.corpus import Corpus
from explorer.export import seen, slides, stories, video_encoders
from explorer.export.stories import State, Story
from tests import corpora

STORY = Story(
    "Two <b>states</b> & a \x0b line",
    (
        State(
            f"?sample={corpora.FULL}&date=2018-01-13&pixels=1,2;30,40&names=one",
            "First",
            "A **note**\n\n- with a list",
            "Say *this*",
        ),
        State("?composite=index:nonsense", "Second " * 15, "Longer. " * 60),
    ),
    "Somebody",
)


def texts(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def kinds(slide: Any) -> list[str]:
    return [str(shape.shape_type).split(" ")[0] for shape in slide.shapes]


def test_a_slide_a_state(tiny_corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "story.pptx"
    made = slides.write(tiny_corpus, STORY, path, video=False)
    assert (made.count, made.videos) == (3, 0)
    document = pptx.Presentation(str(path))
    assert document.slide_width / document.slide_height == pytest.approx(16 / 9, abs=1e-3)
    title, first, second = document.slides
    assert "Somebody" in texts(title)
    assert "Davis" in texts(title)
    assert "A note" in texts(first)
    assert "– with a list" in texts(first)
    assert first.notes_slide.notes_text_frame.text.startswith("Say this")
    assert kinds(first).count("PICTURE") == 3  # the frame, the map, the profile
    assert kinds(second).count("PICTURE") == 2  # no pixel is pinned
    for slide in document.slides:
        assert "Planet Labs" in texts(slide)
        assert "non-commercial" in texts(slide)
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= document.slide_width + 1
            assert shape.top + shape.height <= document.slide_height + 1
    assert document.core_properties.author == "Somebody"


def test_the_picture_is_the_frame_of_the_date(tiny_corpus: Corpus, tmp_path: Path) -> None:
    from explorer.export import frames

    path = tmp_path / "story.pptx"
    slides.write(tiny_corpus, STORY, path, video=False)
    picture = next(s for s in pptx.Presentation(str(path)).slides[1].shapes if hasattr(s, "image"))
    painter = frames.painter(
        tiny_corpus, corpora.FULL, pins=[(1, 2, "one"), (30, 40, "")], style=frames.Style(chart=None)
    )
    with Image.open(io.BytesIO(picture.image.blob)) as image:
        assert image.size == painter.size
        assert image.convert("RGB").tobytes() == painter.image(2).convert("RGB").tobytes()


def test_a_slide_without_a_note_gives_its_room_to_the_chart(tiny_corpus: Corpus, tmp_path: Path) -> None:
    link = f"?sample={corpora.FULL}&date=2018-01-13&pixels=1,2"
    states = (State(link, "With", "A note."), State(link, "Without"), State(link + "&panel=profile", "Chart"))
    slides.write(tiny_corpus, Story("t", states), tmp_path / "story.pptx", video=False)
    charts = [
        [s for s in slide.shapes if hasattr(s, "image")][-1]  # drawn last
        for slide in list(pptx.Presentation(str(tmp_path / "story.pptx")).slides)[1:]
    ]
    beside, below, alone = (chart.width * chart.height for chart in charts)
    assert 1.2 * beside < below < alone


def test_a_slide_shows_what_its_view_shows(tiny_corpus: Corpus, tmp_path: Path) -> None:
    link = f"?sample={corpora.FULL}&date=2018-01-13"
    states = (
        State(link + "&view=side:2018-02-02", "Two"),
        State(link + "&play=hold", "Held"),
        State(link, "Plays"),
    )
    made = slides.write(tiny_corpus, Story("t", states), tmp_path / "story.pptx")
    assert made.videos == 1
    two, held, plays = list(pptx.Presentation(str(tmp_path / "story.pptx")).slides)[1:]
    assert [kinds(slide).count("MEDIA") for slide in (two, held, plays)] == [0, 0, 1]
    picture = next(s for s in two.shapes if hasattr(s, "image"))
    expected = seen.pictures(tiny_corpus, seen.read(states[0], corpora.FULL)).image
    with Image.open(io.BytesIO(picture.image.blob)) as image:
        assert image.convert("RGB").tobytes() == expected.tobytes()
    assert "2018-01-13 (100 % gap-filled); 2018-02-02" in texts(two)


def test_with_its_animations(tiny_corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "story.pptx"
    made = slides.write(tiny_corpus, STORY, path)
    assert (made.videos, made.why) == (2, "")
    document = pptx.Presentation(str(path))
    assert kinds(document.slides[1]).count("MEDIA") == kinds(document.slides[2]).count("MEDIA") == 1
    media = {
        part.partname: part for part in document.part.package.iter_parts() if "video" in part.content_type
    }
    assert len(media) == 1  # of one sample, once
    assert next(iter(media.values())).blob[4:8] == b"ftyp"


def test_without_the_library_for_videos_there_are_pictures(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> None:
        raise OutputError("videos need PyAV")

    monkeypatch.setattr(video_encoders, "av_library", absent)
    stories.dump(Story("t", STORY.states[:1]), tmp_path / "story.yaml")
    arguments = [
        "slides",
        str(tiny_folder),
        "--story",
        str(tmp_path / "story.yaml"),
        "-o",
        str(tmp_path / "a.pptx"),
    ]
    run = CliRunner().invoke(app, arguments)
    assert run.exit_code == 0, run.output
    assert "Pictures only: videos need PyAV" in run.output
    assert "non-commercial" in run.output
    assert "PICTURE" in kinds(pptx.Presentation(str(tmp_path / "a.pptx")).slides[1])


def test_what_cannot_be_slides(tiny_corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(StoryError, match="names no sample"):
        slides.write(tiny_corpus, Story("t", (State("?", "t"),)), tmp_path / "a.pptx")
    with pytest.raises(OutputError, match="pptx"):
        slides.write(tiny_corpus, STORY, tmp_path / "a.ppt")
    with pytest.raises(UnknownSampleError):
        slides.write(
            tiny_corpus, Story("t", (State("?sample=33N_15E-200N_40_40", "t"),)), tmp_path / "a.pptx"
        )
    assert list(tmp_path.iterdir()) == []
