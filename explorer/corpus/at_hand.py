"""What imagery of a corpus is on this machine: the folders of a directory, listed once."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from explorer.products import PRODUCTS


def in_folder(root: Path, ids: pd.Index) -> dict[str, np.ndarray]:
    """Product id -> which samples have a folder of it that is not empty, bool `(n,)`.

    Only folders of the corpus's layout that exist are listed: a partial copy is found out in moments.
    """
    found = {name: np.zeros(len(ids), bool) for name in PRODUCTS}
    samples = [s for zone in _folders(root / "imagery") for tile in _folders(zone) for s in _folders(tile)]
    rows = ids.get_indexer(pd.Index([sample.name for sample in samples], dtype=object))
    for sample, row in zip(samples, rows, strict=True):
        if row < 0:
            continue
        for product in _folders(sample):
            if product.name in found and _holds_a_file(product):
                found[product.name][row] = True
    return found


def _folders(path: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:  # not there, or not ours to read: nothing at hand
        return []


def _holds_a_file(path: os.DirEntry[str]) -> bool:
    try:
        with os.scandir(path) as entries:
            return any(entry.name.endswith(".tif") for entry in entries)
    except OSError:
        return False
