"""What imagery of a corpus is on this machine: the folders of a directory, listed once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from explorer.core.products import PRODUCTS, Product
from explorer.corpus.imagery.file_names import is_chip
from explorer.corpus.stores.symlinks import Links


def in_folder(root: Path, ids: pd.Index, patterns: Mapping[str, str] | None = None) -> dict[str, np.ndarray]:
    """Product id -> which samples have a folder of it that holds a chip, bool `(n,)`.

    Only folders of the corpus's layout that exist are listed: a partial copy is found out in moments. Links are
    followed as `DirectoryStore` does. `patterns` as of `DatedStore`.
    """
    found = {name: np.zeros(len(ids), bool) for name in PRODUCTS}
    links = Links(os.path.realpath(root))
    samples = [
        sample
        for zone in _folders(links, "imagery")
        for tile in _folders(links, zone)
        for sample in _folders(links, tile)
    ]
    names = pd.Index([sample.rsplit("/", 1)[-1] for sample in samples], dtype=object)
    for sample, row in zip(samples, ids.get_indexer(names), strict=True):
        if row < 0:
            continue
        for product in _folders(links, sample):
            name = product.rsplit("/", 1)[-1]
            if name in found and _holds_a_file(links, product, PRODUCTS[name], patterns or {}):
                found[name][row] = True
    return found


def _folders(links: Links, key: str) -> list[str]:
    """Keys of the folders in a folder."""
    try:
        with os.scandir(os.path.join(links.root, key)) as entries:
            return [
                f"{key}/{entry.name}"
                for entry in entries
                if entry.is_dir() and not (entry.is_symlink() and links.leads_out(f"{key}/{entry.name}"))
            ]
    except OSError:  # not there, or not ours to read: nothing at hand
        return []


def _holds_a_file(links: Links, key: str, product: Product, patterns: Mapping[str, str]) -> bool:
    try:
        with os.scandir(os.path.join(links.root, key)) as entries:
            return any(is_chip(product, entry.name, patterns) for entry in entries)
    except OSError:
        return False
