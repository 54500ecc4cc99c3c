"""The camera tour: its way, what each stage shows, the file."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from explorer.cli import app
from explorer.core.errors import CancelledError, InvalidQueryError, OutputError
from explorer.core.grid import transformer
from explorer.corpus.corpus import Corpus
from explorer.export import map_ground, registry, tour
from explorer.export.tour import Tour
from explorer.export.zoom_path import eased, zoom_path
from tests import corpora

Make = Callable[..., Tour]


@pytest.fixture
def make(tiny_corpus: Corpus) -> Make:
    def made(**changed: Any) -> Tour:
        asked: dict[str, Any] = {
            "pin": (40, 150), "date": "2018-01-13", "composite": "true", "stretch": "natural", "chart": "NDVI", "seconds": 4,
            "scale": 1,
        }  # fmt: skip
        return Tour(tiny_corpus, corpora.FULL, **(asked | changed))

    return made


def test_a_way_is_d3s() -> None:
    # d3-interpolate 3: interpolateZoom([0, 0, 10], [100, 50, 20])
    way = zoom_path((0, 0, 10), (100, 50, 20))
    assert way(0) == pytest.approx((0, 0, 10))
    assert way(1) == pytest.approx((100, 50, 20))
    x, y, width = way(0.5)
    assert (x / 100, y / 50) == pytest.approx((1 / 3, 1 / 3))  # the wider end is further on
    assert width > 100  # out, and in again
    assert zoom_path((5, 6, 100), (5, 6, 1))(0.5) == pytest.approx((5, 6, 10))
    with pytest.raises(ValueError, match="more than 0"):
        zoom_path((0, 0, 0), (1, 1, 1))


def test_a_way_has_the_same_speed_everywhere() -> None:
    # The metric of van Wijk and Nuij: ds^2 = (rho^2 / w^2) du^2 + dw^2 / (rho^2 w^2)
    way = zoom_path((0, 0, 3), (80, -60, 40))
    at = np.array([way(t) for t in np.linspace(0, 1, 2001)])
    du = np.hypot(*np.diff(at[:, :2], axis=0).T)
    dw, middle = np.diff(at[:, 2]), (at[1:, 2] + at[:-1, 2]) / 2
    steps = np.sqrt(2 * du**2 / middle**2 + dw**2 / (2 * middle**2))
    assert steps.max() / steps.min() == pytest.approx(1, abs=1e-3)


def test_eased_begins_and_ends_slowly() -> None:
    assert [eased(t) for t in (-1, 0, 0.5, 1, 2)] == [0, 0, 0.5, 1, 1]
    assert eased(0.1) < 0.1
    assert eased(0.9) > 0.9


def test_the_camera_goes_from_europe_to_the_pixel_without_a_jump(make: Make, tiny_corpus: Corpus) -> None:
    made = make()
    views = [made.view(share) for share in np.linspace(0, 1, 801)]
    assert views[0] == tour.EUROPE
    lon, lat = transformer(3857, 4326).transform(*views[-1][:2])
    assert (lon, lat) == pytest.approx(tiny_corpus.cell(corpora.FULL).centre, abs=0.01)
    widths = np.array([wide for *_, wide in views])
    assert widths[-1] < 1_000 < 5e6 < widths[0]
    for (x0, y0, w0), (x1, y1, w1) in itertools.pairwise(views):
        assert math.hypot(x1 - x0, y1 - y0) < 0.2 * max(w0, w1)
        assert 0.8 < w1 / w0 < 1.25


def test_the_pinned_pixel_is_where_its_mark_is(make: Make, tiny_corpus: Corpus) -> None:
    made = make(pin=(40, 150))
    lon, lat = transformer(3857, 4326).transform(*made._ground(40.5, 150.5))
    assert tiny_corpus.cell(corpora.FULL).pixel(lon, lat, 3.0) == (40, 150)


def test_the_picture_lies_as_it_was_taken(make: Make) -> None:
    made = make()
    share = 0.71  # the camera holds at the picture
    frame = made.frame(round(share * (made.count - 1)))
    view = made.view(share)
    picture = np.asarray(made._picture)[..., :3]
    places = [(row, col) for row in (30, 100, 160) for col in (30, 100, 170)]
    at = made._pixels(view, np.array([made._ground(row + 0.5, col + 0.5) for row, col in places]))
    for (row, col), (x, y) in zip(places, at, strict=True):
        near = picture[row - 3 : row + 4, col - 3 : col + 4].reshape(-1, 3).astype(int)
        seen = frame[round(y), round(x)].astype(int)
        assert (np.abs(near - seen).sum(axis=1)).min() < 40


def test_samples_are_seen_from_afar_and_the_profile_grows_at_the_end(make: Make) -> None:
    made = make()
    plain = map_ground.ground(tour.EUROPE, made.size)
    assert (made.frame(0) != np.asarray(plain)).any()
    box = (slice(None), slice(made.size[0] // 2, None))
    shares = [round(share * (made.count - 1)) for share in (0.81, 0.88, 0.93, 1.0)]
    before, *grown = (made.frame(number)[box] for number in shares)
    inked = [int((np.abs(frame.astype(int) - 255).sum(axis=-1) > 200).sum()) for frame in grown]
    assert (before != grown[0]).any()
    assert inked[0] < inked[1] < inked[2]


def test_names_lie_apart(make: Make) -> None:
    made = make(scale=3)
    for stage in (1, 2):
        places = made._pixels(
            made._views[stage], np.array([(n.x, n.y) for n in made._names if n.stage == stage] or [(0, 0)])
        )
        for i, one in enumerate(places):
            assert all(np.abs(one - other).max() > 15 for other in places[i + 1 :])


@pytest.mark.parametrize("ending", tour.FORMATS)
def test_a_file_has_its_length_size_and_credit(tiny_corpus: Corpus, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"tour{ending}"
    seen: list[tuple[int, int]] = []
    named = registry.write(
        tiny_corpus, "tour", corpora.FULL, path, pins=[(1, 2)], seconds=4, scale=1, progress=lambda *one: seen.append(one)
    )  # fmt: skip
    assert seen[-1] == (100, 100)
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        assert (stream.width, stream.height, float(stream.average_rate or 0)) == (640, 360, 25.0)
        assert sum(1 for _ in video.decode(stream)) == 100
        told = {key.lower(): value for key, value in {**video.metadata, **stream.metadata}.items()}
        assert "Planet Labs" in told["comment"]
    assert "Planet Labs" in named.line


def test_given_up_it_leaves_nothing(tiny_corpus: Corpus, tmp_path: Path) -> None:
    cancel = threading.Event()

    def progress(done: int, _total: int) -> None:
        if done == 3:
            cancel.set()

    with pytest.raises(CancelledError):
        tour.write(
            tiny_corpus,
            corpora.FULL,
            tmp_path / "a.mp4",
            seconds=4,
            scale=1,
            progress=progress,
            cancel=cancel,
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "asked", [{"seconds": 3.9}, {"seconds": 21}, {"seconds": True}, {"scale": 5}, {"chart": "nonsense"}]
)
def test_what_cannot_be_a_tour(tiny_corpus: Corpus, tmp_path: Path, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidQueryError):
        registry.write(tiny_corpus, "tour", corpora.FULL, tmp_path / "a.mp4", **asked)
    with pytest.raises(OutputError):
        registry.write(tiny_corpus, "tour", corpora.FULL, tmp_path / "a.gif")


def test_the_command(tiny_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    run = CliRunner().invoke(
        app,
        [
            "tour",
            str(tiny_folder),
            corpora.FULL,
            "-o",
            str(path),
            "--pin",
            "3,4",
            "--seconds",
            "4",
            "--scale",
            "1",
        ],
    )
    assert run.exit_code == 0, run.output
    assert path.read_bytes()[:4] == b"\x1aE\xdf\xa3"
    assert "non-commercial" in run.output
