"""Two made-up models of land cover, so that second opinions can be tried: a good one, and one that confuses pastures and arable land."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from explorer.core.corine import COLUMNS, codes
from explorer.demo.label_errors import NEIGHBOURS
from explorer.demo.places import CLASSES

_ROWS = 50_000
_ARABLE, _PASTURES = 211, 231


@dataclass(frozen=True, slots=True)
class Model:
    """A made-up model: `mistaken` is the share of samples whose cover it takes for a similar one, `confused` the mean part of pastures
    that it takes for arable land, and of arable land for pastures.
    """

    name: str
    what: str
    mistaken: float
    confused: float = 0.0


MODELS = (
    Model("made-up-good", "A made-up model that is mostly right.", 0.07),
    Model("made-up-confused", "A made-up model that confuses pastures and arable land.", 0.1, 0.45),
)


def predict(cover: sparse.csr_matrix, model: Model, seed: int = 0) -> np.ndarray:
    """What a model says where this is the true `cover` `(n, 44)`, in thousandths: float32 `(n, 44)`, columns as `corine.codes(3)`.

    Each row adds up to 1. The same each time.
    """
    near = _similar()
    rng = np.random.default_rng([seed, 20, MODELS.index(model)])
    found = np.empty((cover.shape[0], CLASSES), np.float32)
    arable, pastures = codes(3).index(_ARABLE), codes(3).index(_PASTURES)
    for start in range(0, len(found), _ROWS):
        true = cover[start : start + _ROWS].toarray().astype(np.float32) / 1000
        n = len(true)
        blurred = rng.beta(1.2, 9, n)  # of each sample's cover, how much is given to similar classes
        wrong = rng.random(n) < model.mistaken
        blurred[wrong] = rng.uniform(0.5, 0.9, int(wrong.sum()))
        said = true + blurred.astype(np.float32)[:, None] * (true @ near - true)
        if model.confused:
            to_arable, to_pastures = rng.beta(1, 1 / model.confused - 1, (2, n)).astype(np.float32)
            moved = said[:, pastures] * to_arable - said[:, arable] * to_pastures
            said[:, arable] += moved
            said[:, pastures] -= moved
        said = np.where(said < 0.01, 0, said)  # as a model's output is often cut
        found[start : start + n] = said / said.sum(axis=1, keepdims=True)
    return found


def table(cover: sparse.csr_matrix, ids: pd.Index, model: Model, seed: int = 0) -> pd.DataFrame:
    """The same as a table to write: a row a sample, a column a class (`clc_111`), rounded to 0.0001."""
    return pd.DataFrame(predict(cover, model, seed), ids, list(COLUMNS)).round(4)


def _similar() -> np.ndarray:
    """How a class is divided among those that it is taken for, float32 `(44, 44)`; rows add up to 1."""
    place = {code: i for i, code in enumerate(codes(3))}
    table = np.zeros((CLASSES, CLASSES), np.float32)
    for code, others in NEIGHBOURS.items():
        for other in others:
            table[place[code], place[other]] = 1 / len(others)
    return table
