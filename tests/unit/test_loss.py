"""The date since which cover is lost: of made series, and of the demo's planted clearings."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis import features, loss
from explorer.demo import open_demo
from explorer.demo.label_errors import KINDS
from explorer.demo.store import DemoStore

DAYS = np.arange(0, 729, 15.0)


def ground(pieces: int = 40, seed: int = 0) -> np.ndarray:
    """NDVI `(time, pieces)` of a wood with a season and noise."""
    rng = np.random.default_rng(seed)
    season = 0.65 + 0.2 * np.sin(2 * np.pi * (DAYS - 100) / 365.25)
    return season[:, None] + rng.normal(0, 0.02, (len(DAYS), pieces))


@pytest.mark.parametrize("day", [120, 250, 400, 600])
def test_a_clearing_of_a_third_of_the_ground_is_dated_to_the_next_image(day: int) -> None:
    values = ground()
    values[day <= DAYS, :14] -= 0.35
    assert abs(loss.day_of_loss(DAYS, values) - day) <= 15


def test_ground_that_keeps_its_cover_has_no_date() -> None:
    assert np.isnan(loss.day_of_loss(DAYS, ground()))
    greener = ground()
    greener[DAYS >= 300] += 0.2
    assert np.isnan(loss.day_of_loss(DAYS, greener))


def test_what_is_unknown_or_of_one_year_has_no_date() -> None:
    assert np.isnan(loss.day_of_loss(DAYS, np.full((len(DAYS), 5), np.nan)))
    assert np.isnan(loss.day_of_loss(DAYS[:24], ground()[:24]))


def test_the_demos_clearings_are_dated() -> None:
    """Of felled woods that the demo has planted, most are dated to within two images."""
    store = DemoStore(0, 20_000)
    table = store.table
    corpus = open_demo(count=20_000)
    try:
        rows = np.flatnonzero((table["kind"] == KINDS.index("clear-cut")) & (table["fraction"] > 0.6))[:6]
        off = []
        for row in rows:
            found = features.measure_sample(corpus, table.ids[int(row)].as_py()).lost
            off.append(abs(found - float(table["day"][row])))
    finally:
        corpus.close()
    assert np.sum(np.array(off) <= 30) >= 5, off
