"""Pan and zoom of the embedding map, beside the sample map's picture of the same samples in the same run.

Run by `make bench`, or alone: python -m tests.bench.bench_embedding. The demo's samples (in full all 500,000) at 900 x 700 px, PCA of the made-up
features; all samples in colour, and half of them in colour over the others in grey. Processor time of one process, the best of some rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from explorer.corpus.query.filters import Filters
from explorer.demo import open_demo
from explorer.views.embedding import embedding_layers
from explorer.views.embedding.embedding_layers import Ground
from explorer.views.map.raster import View, shared_raster
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

PLACES = forms.sized(500_000, 20_000)
ROUNDS = forms.sized(7, 2)
SIZE = (900, 700)
PART = 0.06
"""Width of a part, of the whole: about as many samples (20,000 of 500,000) as the map shows of a country and what is around it."""
MOST = {"all in colour": 1.3, "half in grey": 2.5}
"""What a redraw may take beside one of the map. What filters leave out is a layer of its own, which is drawn too."""


def best(job: Callable[[], object]) -> float:
    """Processor seconds of the fastest round, the first one (which compiles) left out."""
    job()
    return min(forms.rounds(job, ROUNDS, time.process_time))


def parts(on: Ground, width: float) -> list[View]:
    """Views of a part of the embedding map, one where its samples lie most densely and those that a pan reaches from there."""
    x, y = np.median(on.places, axis=0)
    side = width * (on.home[1] - on.home[0])
    return [
        on.view(
            (x + step * side / 4 - side / 2, x + step * side / 4 + side / 2, y - side / 2, y + side / 2),
            *SIZE,
        )
        for step in range(-2, 3)
    ]


def test_pan_and_zoom_of_the_embedding_map() -> None:
    with open_demo(count=PLACES) as corpus:
        on = embedding_layers.ground(corpus, "made-up", "pca")
        half = np.arange(0, PLACES, 2)
        drawn = {
            "all in colour": None,
            "half in grey": half,
        }
        layers = {
            name: embedding_layers.layers(
                corpus, on, rows, "class", level=3, colours="official", theme="light", opinion="", filters=Filters()
            )
            for name, rows in drawn.items()
        }  # fmt: skip
        on_map = shared_raster(corpus).layer()
        x, y = (corpus.samples[name].to_numpy() for name in ("x", "y"))
        europe = View((x.min(), x.max()), (y.min(), y.max()), *SIZE)
        middle = float(np.median(x)), float(np.median(y))
        country = [
            View((middle[0] + step * 2e5 - 4.5e5, middle[0] + step * 2e5 + 4.5e5), (middle[1] - 3.5e5, middle[1] + 3.5e5), *SIZE)
            for step in range(-2, 3)
        ]  # fmt: skip
        views = {"whole": ([on.view(on.home, *SIZE)], [europe]), "a part, panned": (parts(on, PART), country)}
        for what, (ours, theirs) in views.items():
            plain = best(lambda shown=theirs: [on_map.image(view) for view in shown]) / len(theirs)  # type: ignore[misc]
            for name, layer in layers.items():
                seconds = best(lambda shown=ours, one=layer: [one.picture(view) for view in shown]) / len(ours)  # type: ignore[misc]  # fmt: skip
                print(f"{what}, {name}: {1000 * seconds:.1f} ms, the map {1000 * plain:.1f} ms")  # noqa: T201
                forms.ratio(f"embedding map, {what}, {name} / map", seconds, plain)
                forms.limit(f"embedding map, {what}, {name} / map", seconds / plain, most=MOST[name])


def main() -> None:
    """The numbers."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
