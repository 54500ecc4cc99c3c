"""Write a part of the demo corpus to disk, in the layout of the real one."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from explorer.core.errors import InvalidQueryError, StoreError
from explorer.core.products import PRODUCTS, SYNTHETIC_KEY
from explorer.demo import models, resources, showcase
from explorer.demo.store import DEFAULT_COUNT, DemoStore, encode

MAX_WRITTEN = 5_000
"""A sample takes about 40 MB on disk."""
Progress = Callable[[int, int], None]


def write(
    directory: str | os.PathLike[str], samples: int = 24, seed: int = 0, progress: Progress | None = None
) -> list[str]:
    """Write imagery, labels and resources of `samples` varied samples; their ids.

    What is wrong with some of the labels goes to `<directory>-truth.csv`, beside the corpus and never in it; so does what two made-up
    models say, `<directory>-made-up-good.csv` and `-made-up-confused.csv`.
    `progress` is called with (samples done, samples in all). Raises `InvalidQueryError` for a count that makes no
    sense and for a directory that is not empty, `StoreError` where it cannot be written.
    """
    if not 1 <= samples <= MAX_WRITTEN:
        raise InvalidQueryError(f"a demo corpus on disk can have 1 to {MAX_WRITTEN} samples, not {samples}")
    root = Path(directory).expanduser()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise InvalidQueryError(
            f"{root} is there and is not an empty folder; give another, or remove it first"
        )
    store = DemoStore(seed, DEFAULT_COUNT)
    rows = showcase.choose(store.table, samples)
    ids = [store.table.ids[row].as_py() for row in rows]
    try:
        _file(
            root / SYNTHETIC_KEY, store.get(SYNTHETIC_KEY)
        )  # first: a part of a demo is no corpus of Planet's
        with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 4)) as pool:
            for done, row in enumerate(rows):
                if progress:
                    progress(done, len(rows))
                _sample(store, row, root, pool)
        if progress:
            progress(len(rows), len(rows))
        index = store.table.frame.index[rows]
        _file(root / resources.LABELS, resources.labels_csv(index, store.table.labelled[rows]))
        _file(root / resources.GEOMETRIES, resources.geometries(index))
        _file(root / resources.MAPPINGS, resources.mappings_csv())
        truth = store.truth()
        truth[truth.index.isin(ids)].to_csv(f"{root}-truth.csv")
        for model in models.MODELS:
            models.table(store.table.true[rows], index, model, seed).to_csv(f"{root}-{model.name}.csv")
    except OSError as error:
        raise StoreError(f"cannot write the demo corpus to {root}: {error.strerror or error}") from error
    return ids


def _file(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _sample(store: DemoStore, row: int, root: Path, pool: ThreadPoolExecutor) -> None:
    cell = store.table.cell(row)
    renderer = store.renderer(row)
    jobs = []
    for product in PRODUCTS.values():
        folder = root / product.folder(cell.folder)
        folder.mkdir(parents=True, exist_ok=True)
        jobs += [(product.id, i, folder / f"{stem}.tif") for i, stem in enumerate(product.date_keys)]

    def one(job: tuple[str, int, Path]) -> None:
        product_id, index, path = job
        path.write_bytes(encode(renderer, product_id, index, cell))

    list(pool.map(one, jobs))
    _file(root / cell.label_key, resources.label(cell, store.table.fractions(row)))
