"""What is typical of a class: spectra of samples that the labels call by it, one mosaic a sample read."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from explorer.analysis.spectra import class_spectrum
from explorer.core import forking
from explorer.core.errors import ChipError, NotThereError, UnreadableError
from explorer.core.products import S2_SR
from explorer.corpus.imagery.cube_cache import Cube

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

SAMPLES = 12
"""Of a class; each costs one chip of Sentinel-2."""
_TRIES = 3 * SAMPLES
_KEPT = 256
"""Spectra of a corpus in memory: about 2 kB each."""

_lock = forking.Lock()
_known: WeakKeyDictionary[Corpus, OrderedDict[tuple[int, dt.date], pd.DataFrame]] = WeakKeyDictionary()


def drawn_samples(corpus: Corpus, code: int, seed: int = 0) -> list[str]:
    """Ids of samples whose largest level-3 class is `code`, purest first (in tenths), else in an order drawn by `seed`.

    Where it is known which samples have Sentinel-2 at hand, only those. At most `_TRIES`.
    """
    table = corpus.filter_table
    mask = table.largest(3) == code
    if "imagery" in table.offers:
        mask = mask & table.at_hand(S2_SR.id)
    rows = np.flatnonzero(mask)
    chance = np.random.default_rng([seed, code]).random(len(rows))
    order = np.lexsort((chance, -np.round(table.purity[rows], 1)))
    return [str(name) for name in corpus.samples.index[rows[order[:_TRIES]]]]


def typical_spectrum(corpus: Corpus, code: int, month: dt.date) -> pd.DataFrame:
    """Median and 10th to 90th percentile of reflectance of a class in a month of 2018, by Sentinel-2 band.

    As `spectra.class_spectrum`, over up to `SAMPLES` samples of `drawn_samples`; holes and broken chips are left out. A
    label can be wrong, so this is what the labels call by that name. Kept in memory, so that it is read once a
    process. Empty where no such sample has that mosaic. Raises `StoreError`.
    """
    month = month.replace(day=1)
    with _lock:
        kept = _known.setdefault(corpus, OrderedDict())
        if (code, month) in kept:
            kept.move_to_end((code, month))
            return kept[code, month]
    cubes, sure = _cubes(corpus, code, month)
    table = class_spectrum(cubes, [month])
    if not sure:
        return table
    with _lock:
        kept[code, month] = table
        while len(kept) > _KEPT:
            kept.popitem(last=False)
    return table


def _cubes(corpus: Corpus, code: int, month: dt.date) -> tuple[list[Cube], bool]:
    """Cubes of which this one month is there, and whether no file failed that may be had another time."""
    index = S2_SR.dates.index(month)
    found: list[Cube] = []
    sure = True
    for sample_id in drawn_samples(corpus, code):
        cube = Cube(corpus.cell(sample_id), S2_SR)
        key = S2_SR.key(cube.cell.folder, month)
        try:
            data = corpus.store.get(key)
            cube.place(index, corpus.decoder.read(data, S2_SR, cube.cell, key))
        except (NotThereError, ChipError):
            continue
        except UnreadableError:
            sure = False
            continue
        found.append(cube)
        if len(found) == SAMPLES:
            break
    return found, sure
