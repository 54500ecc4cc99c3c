"""Animations as files: read back by other programs, named after their terms, whole or not there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from explorer import cli
from explorer.core import corine
from explorer.core.errors import CancelledError, InvalidQueryError, OutputError
from explorer.corpus.corpus import Corpus
from explorer.export import animation, credit, frames
from explorer.export.frames import Style
from tests import corpora

SAMPLE = corpora.FULL
PIN = (120, 80)
SMALL = {"scale": 1, "end": "2018-02", "pins": [PIN]}
ENDINGS = sorted(animation.FORMATS)
VIDEO = {".mp4": "h264", ".webm": "vp9"}
FFPROBE = shutil.which("ffprobe")


def read_back(path: Path) -> list[np.ndarray]:
    """Every frame as uint8 RGB."""
    if path.suffix in VIDEO:
        with av.open(str(path)) as video:
            return [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    image = Image.open(path)
    found = []
    for number in range(image.n_frames):
        image.seek(number)
        found.append(np.asarray(image.convert("RGB")))
    return found


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_reads_back_frame_by_frame(tiny_corpus: Corpus, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    painter = animation.write(tiny_corpus, SAMPLE, path, **SMALL)
    found = read_back(path)
    assert len(found) == len(painter.steps) == 12
    for number in (0, 5, 11):
        frame = painter.frame(number)
        assert found[number].shape == frame.shape
        assert np.abs(found[number].astype(int) - frame).mean() < 6
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", ENDINGS)
def test_frames_keep_their_order_and_speed(tiny_corpus: Corpus, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    painter = animation.write(tiny_corpus, SAMPLE, path, fps=5, scale=1, end="2018-02")
    _, top, _, _ = painter.picture_box
    found = read_back(path)
    for number, frame in enumerate(found):
        apart = [np.abs(frame[:top].astype(int) - painter.frame(i)[:top]).mean() for i in range(len(found))]
        assert int(np.argmin(apart)) == number
    if ending in VIDEO:
        with av.open(str(path)) as video:
            assert video.duration / av.time_base == pytest.approx(12 / 5, abs=0.05)
    else:
        assert Image.open(path).info.get("loop") == 0
        total = 0
        image = Image.open(path)
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            total += image.info["duration"]
        assert total == pytest.approx(12 / 5 * 1000, abs=50)


@pytest.mark.parametrize("ending", sorted(VIDEO))
def test_video_is_what_ordinary_players_play(tiny_corpus: Corpus, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    painter = animation.write(tiny_corpus, SAMPLE, path, **SMALL)
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        assert stream.codec_context.name in (VIDEO[ending], f"lib{VIDEO[ending]}", "libdav1d", "libvpx-vp9")
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.width, stream.height) == painter.size
        tags = {name.lower(): value for name, value in {**video.metadata, **stream.metadata}.items()}
    assert SAMPLE in tags["title"]
    assert credit.NON_COMMERCIAL in tags["copyright"]
    for words in (
        "sample_id: " + SAMPLE,
        "stretch: natural",
        "bands: red, green, blue",
        "RapidAI4EO explorer",
    ):
        assert words in tags["comment"]
    if ending == ".mp4":
        data = path.read_bytes()
        assert 0 < data.index(b"moov") < data.index(b"mdat")  # plays before it is all there


@pytest.mark.skipif(FFPROBE is None, reason="ffprobe is not installed (Debian: ffmpeg)")
@pytest.mark.parametrize("ending", [".mp4", ".webm", ".gif"])
def test_ffprobe_understands_it(tiny_corpus: Corpus, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    painter = animation.write(tiny_corpus, SAMPLE, path, **SMALL)
    done = subprocess.run(
        [str(FFPROBE), "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    told = json.loads(done.stdout)
    (stream,) = told["streams"]
    assert (stream["width"], stream["height"]) == painter.size
    assert int(stream["nb_read_frames"]) == 12
    assert float(told["format"]["duration"]) == pytest.approx(1.2, abs=0.05)
    if ending in VIDEO:
        assert stream["codec_name"] == VIDEO[ending]
        assert stream["pix_fmt"] == "yuv420p"
        assert stream["color_space"] == "bt709"
        assert stream["color_range"] == "tv"


def test_pictures_carry_their_terms_too(tiny_corpus: Corpus, tmp_path: Path) -> None:
    animation.write(tiny_corpus, SAMPLE, tmp_path / "a.gif", **SMALL)
    comment = Image.open(tmp_path / "a.gif").info["comment"].decode()
    animation.write(tiny_corpus, SAMPLE, tmp_path / "a.webp", **SMALL)
    packet = Image.open(tmp_path / "a.webp").info["xmp"].decode()
    for told in (comment, packet):
        assert SAMPLE in told
        assert credit.NON_COMMERCIAL in told
        assert "stretch: natural" in told


def test_a_gif_keeps_the_colours_of_the_label(tiny_corpus: Corpus, tmp_path: Path) -> None:
    painter = animation.write(tiny_corpus, SAMPLE, tmp_path / "a.gif", **SMALL)
    frame = painter.frame(0)
    bar = (frame == corine.land_cover(211).rgb).all(axis=2).sum(axis=1) > 50
    assert bar.sum() > 4
    assert (read_back(tmp_path / "a.gif")[0][bar] == frame[bar]).mean() > 0.98


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("when", ["reading", "painting"])
def test_cancelled_leaves_nothing(tiny_corpus: Corpus, tmp_path: Path, ending: str, when: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(b"what was there before")
    cancel = threading.Event()
    if when == "reading":
        cancel.set()
    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        if when == "painting" and (done, total) == (3, 12):
            cancel.set()

    with pytest.raises(CancelledError):
        animation.write(tiny_corpus, SAMPLE, path, progress=progress, cancel=cancel, **SMALL)
    assert path.read_bytes() == b"what was there before"
    assert list(tmp_path.iterdir()) == [path]


def test_progress_ends_with_the_last_frame(tiny_corpus: Corpus, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    animation.write(tiny_corpus, SAMPLE, tmp_path / "a.gif", progress=lambda *at: seen.append(at), **SMALL)
    assert {total for _, total in seen} == {12}  # chips first: natural colour needs no other dates
    assert seen[-13:] == [(12, 12), *((i, 12) for i in range(1, 13))]


def test_an_error_while_painting_leaves_nothing(
    tiny_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: frames.FramePainter, number: int) -> np.ndarray:
        raise MemoryError(number)

    monkeypatch.setattr(frames.FramePainter, "frame", broken)
    for ending in ENDINGS:
        with pytest.raises(MemoryError):
            animation.write(tiny_corpus, SAMPLE, tmp_path / f"a{ending}", **SMALL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options", "error"),
    [
        ("a.avi", {}, OutputError),
        ("a", {}, OutputError),
        ("no/folder/a.gif", {}, OutputError),
        ("a.gif", {"fps": 0}, InvalidQueryError),
        ("a.gif", {"fps": 1000}, InvalidQueryError),
        ("a.gif", {"scale": 9}, InvalidQueryError),
    ],
)
def test_what_cannot_be_written_is_said(
    tiny_corpus: Corpus, tmp_path: Path, name: str, options: dict, error: type[Exception]
) -> None:
    with pytest.raises(error):
        animation.write(tiny_corpus, SAMPLE, tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == []


def test_without_pyav_video_says_how_to_get_it(
    tiny_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(OutputError, match=r"rapidai4eo-explorer\[video\]"):
        animation.write(tiny_corpus, SAMPLE, tmp_path / "a.mp4")
    animation.write(tiny_corpus, SAMPLE, tmp_path / "a.gif", **SMALL)


def test_one_frame_is_an_animation_too(tiny_corpus: Corpus, tmp_path: Path) -> None:
    for ending in ENDINGS:
        animation.write(tiny_corpus, SAMPLE, tmp_path / f"a{ending}", dates=["2018-01-03"], scale=1)
        assert len(read_back(tmp_path / f"a{ending}")) == 1


def test_chart_and_style_are_choices(tiny_corpus: Corpus, tmp_path: Path) -> None:
    with_chart = animation.write(tiny_corpus, SAMPLE, tmp_path / "a.gif", **SMALL)
    without = animation.write(tiny_corpus, SAMPLE, tmp_path / "b.gif", chart=False, **SMALL)
    bare = Style(1, header=False, scale_bar=False, class_bar=False, attribution=False)
    bare_painter = animation.write(
        tiny_corpus, SAMPLE, tmp_path / "c.gif", style=bare, chart=False, end="2018-02"
    )
    assert with_chart.size[1] > without.size[1] > bare_painter.size[1] == 200
    assert "labels" not in bare_painter.credit.products


def test_the_command_writes_it_and_says_the_terms_once(tiny_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    done = CliRunner().invoke(
        cli.app,
        ["animate", str(tiny_folder), SAMPLE, "-o", str(path), "--scale", "1", "--end", "2018-02", "--pin",
         "120,80,field", "--curve", "bands", "--skip-missing", "--fps", "4", "--step", "2", "--ground"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert done.output.count(credit.NON_COMMERCIAL) == 1
    assert len(read_back(path)) == 5
    for wrong in (
        ["--pin", "1;2"],
        ["--pin", "500,2"],
        ["--composite", "swir"],
        ["--overlay", "nonsense"],
        ["-o", str(tmp_path / "a.doc")],
    ):
        done = CliRunner().invoke(cli.app, ["animate", str(tiny_folder), SAMPLE, "-o", str(path), *wrong])
        assert done.exit_code == cli.EXIT_ERROR
        assert "Error" in done.output
