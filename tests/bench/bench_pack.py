"""Packing samples for training, beside writing a netCDF file a sample; then one sample after the other read at random from both.

Run by `make bench`, or alone: python -m tests.bench.bench_pack. The folder is a synthetic corpus in the real layout; its chips are
decoded in both ways. And the split of the demo's 500,000 samples, beside scikit-learn's stratified groups.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr
from sklearn.model_selection import StratifiedGroupKFold

from explorer import demo, open_corpus
from explorer.export import data
from explorer.training import pack, plan, splits
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

SAMPLES, DATES = forms.sized((24, "2018"), (3, "2018-07"))
READ = forms.sized(100, 6)
PLACES = forms.sized(500_000, 5_000)


def told(line: str) -> None:
    """Print a line of the table."""
    sys.stdout.write(line + "\n")


def size(folder: Path) -> float:
    """Bytes of all files, in MB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def test_a_pack_and_a_file_a_sample() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo.write(folder / "corpus", samples=SAMPLES, seed=0)
        with open_corpus(folder / "corpus") as corpus:
            ids = list(corpus.samples.index)
            days = [d.isoformat() for d in corpus.stack(ids[:1], dates=DATES)["time"].to_index().date]
            planned = plan.make(corpus, ids, dates=DATES, shard_mb=64)
            begun = time.perf_counter()
            made = pack.pack(corpus, planned, folder / "pack.zarr")
            packing = time.perf_counter() - begun
            corpus.cubes.forget()
            (folder / "files").mkdir()
            begun = time.perf_counter()
            for sample_id in ids:
                data.write_cube(corpus, sample_id, folder / "files" / f"{sample_id}.nc", dates=days)
            writing = time.perf_counter() - begun
        told(
            f"\n{SAMPLES} samples, {len(days)} dates of 4 bands of 200 x 200    seconds  samples/s     MB  files"
        )
        for title, seconds, path in (
            ("pack, Zarr in shards", packing, made.path),
            ("a netCDF a sample", writing, folder / "files"),
        ):
            count = sum(one.is_file() for one in path.rglob("*"))
            told(f"  {title:<44} {seconds:7.2f}  {SAMPLES / seconds:9.2f} {size(path):6.1f}  {count:5}")
        forms.ratio("packing / writing a netCDF a sample", packing, writing)
        forms.limit("packing / writing a netCDF a sample", packing / writing, most=1)

        cube = zarr.open_array(made.path / "PF-SR" / "surface_reflectance", mode="r")
        kept = zarr.open_group(made.path, mode="r")["sample_id"][:]
        wanted = np.random.default_rng(0).integers(0, SAMPLES, READ)
        begun = time.perf_counter()
        for row in wanted:
            found = cube[row]
        from_pack = (time.perf_counter() - begun) / READ
        begun = time.perf_counter()
        for row in wanted:
            with xr.open_dataset(folder / "files" / f"{kept[row]}.nc", mask_and_scale=False) as one:
                expected = one["surface_reflectance"].values
        from_file = (time.perf_counter() - begun) / READ
        there = zarr.open_array(made.path / "PF-SR" / "date_status", mode="r")[row] == 1
        assert (found[there] == expected).all()
        told(
            f"  a sample at random, from the pack {1000 * from_pack:.1f} ms, from its netCDF {1000 * from_file:.1f} ms"
        )
        forms.ratio("reading a sample from the pack / from its netCDF", from_pack, from_file)


def test_splitting_a_corpus() -> None:
    with demo.open_demo(count=PLACES) as corpus:
        fractions = corpus.index.fractions.matrix
        at = splits.places(corpus.samples.index)
        begun = time.perf_counter()
        names, block = splits.split(at, fractions, splits.SplitSpec())
        ours = time.perf_counter() - begun
        begun = time.perf_counter()
        found = splits.check(at, names, fractions)
        checking = time.perf_counter() - begun
        folds = StratifiedGroupKFold(n_splits=7, shuffle=True, random_state=0)
        begun = time.perf_counter()
        _, test = next(folds.split(np.zeros(len(block)), corpus.samples["clc"], block))
        plain = time.perf_counter() - begun
        theirs = np.full(len(block), "train")
        theirs[test] = "test"
        other = splits.check(at, theirs, fractions)
    told(
        f"\nsplit of {PLACES:,} samples in {block.max() + 1:,} blocks   seconds   largest difference of a class's share"
    )
    told(f"  by fractions, three splits, with a gap            {ours:7.2f}   {100 * found.deviation:.2f} %")
    told(f"  scikit-learn, the largest class, one of 7 folds   {plain:7.2f}   {100 * other.deviation:.2f} %")
    told(
        f"  checking it (distances, tiles, classes) {checking:.2f} s; nearest samples of two splits {found.distance_km:.2f} km"
    )
    forms.ratio("splitting / scikit-learn's stratified groups", ours, plain)
    forms.limit("splitting and checking, s", ours + checking, most=20)


def main() -> None:
    """Both tables."""
    test_a_pack_and_a_file_a_sample()
    test_splitting_a_corpus()


if __name__ == "__main__":
    main()
