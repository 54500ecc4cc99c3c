"""Packs for training: whole after any stop, equal to the corpus, split so that no neighbours leak, labels with who corrected them."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import zarr
from scipy import sparse
from typer.testing import CliRunner

from explorer import open_corpus
from explorer.cli import app
from explorer.core import grid
from explorer.core.errors import CancelledError, InvalidQueryError, OutputError, UnknownSampleError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.review.records import Records
from explorer.review.verdicts import Adjustment, Verdict
from explorer.training import labels, pack, plan, reading, splits
from explorer.training.splits import SplitSpec
from tests import corpora

ALL = (corpora.FULL, corpora.BROKEN, corpora.BARE)


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    corpus = open_demo(count=3000)
    yield corpus
    corpus.close()


def kilometres(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Along the sphere, by the haversine formula: not the way that the code under test takes."""
    (lon, lat), (other_lon, other_lat) = ([math.radians(v) for v in place] for place in (first, second))
    half = (
        math.sin((other_lat - lat) / 2) ** 2
        + math.cos(lat) * math.cos(other_lat) * math.sin((other_lon - lon) / 2) ** 2
    )
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


# -- the split --------------------------------------------------------------------------------------------------


def neighbours() -> list[str]:
    """Samples side by side over four tiles, and over the border of two UTM zones."""
    cells = [
        grid.Cell(33, x, y, row, col)
        for x in (15, 16)
        for y in (200, 201)
        for row in range(1, 41, 3)
        for col in range(1, 41, 3)
    ]
    border = [grid.cell_at(11.95 + step * 0.012, 50.0 + north * 0.02) for step in range(12) for north in range(12)]  # fmt: skip
    return sorted({cell.sample_id for cell in [*cells, *border]})


def one_class(count: int) -> sparse.csr_matrix:
    return sparse.csr_matrix(np.ones((count, 1), np.float32))


@pytest.mark.parametrize("gap", [0.0, 3.0])
def test_no_two_splits_are_nearer_than_the_gap_and_none_share_a_tile(gap: float) -> None:
    ids = neighbours()
    at = splits.places(ids)
    names, block = splits.split(at, one_class(len(ids)), SplitSpec((0.5, 0.25, 0.25), gap_km=gap, seed=1))
    assert set(names) == {"train", "val", "test"} | ({"gap"} if gap else set())
    places = {one: tuple(grid.parse(one).centre) for one in ids}
    by_split = {
        name: [one for one, of in zip(ids, names, strict=True) if of == name] for name in splits.SPLITS
    }
    least = min(
        kilometres(places[a], places[b])
        for one, other in combinations(by_split.values(), 2)
        for a in one
        for b in other
    )
    assert least >= gap
    found = splits.check(at, names, one_class(len(ids)))
    assert found.distance_km == pytest.approx(least, rel=1e-6)
    assert found.shared_tiles == 0
    assert found.counts == {name: int((names == name).sum()) for name in ("train", "val", "test", "gap")}
    tiles = {one.rsplit("_", 2)[0]: set() for one in ids}
    for one, name in zip(ids, block, strict=True):
        tiles[one.rsplit("_", 2)[0]].add(name)
    assert all(len(of_tile) == 1 for of_tile in tiles.values())


def test_a_leak_is_measured() -> None:
    ids = neighbours()
    names = np.where(np.arange(len(ids)) % 2, "train", "test")
    found = splits.check(splits.places(ids), names, one_class(len(ids)))
    assert found.shared_tiles > 4
    assert found.distance_km < 2


def test_each_class_has_its_share_in_each_split(demo: Corpus) -> None:
    at, fractions = splits.places(demo.samples.index), demo.index.fractions.matrix
    names, block = splits.split(at, fractions, SplitSpec(seed=4))
    found = splits.check(at, names, fractions)
    assert found.deviation < 0.03
    # Blocks at random, which nobody gives out by class, are worse: that is what the number is measured against.
    given = np.random.default_rng(0).choice(3, p=(0.7, 0.15, 0.15), size=block.max() + 1)[block]
    assert splits.check(at, np.array(splits.SPLITS)[given], fractions).deviation > 1.5 * found.deviation


def test_the_seed_decides(demo: Corpus) -> None:
    at, fractions = splits.places(demo.samples.index), demo.index.fractions.matrix
    first, again, other = (splits.split(at, fractions, SplitSpec(seed=seed))[0] for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).mean() > 0.1


def test_larger_blocks_hold_whole_tiles(demo: Corpus) -> None:
    at = splits.places(demo.samples.index)
    small, large = splits.blocks(at), splits.blocks(at, 200)
    assert large.max() < small.max() / 10
    assert (at.assign(block=large).groupby(["zone", "tile_x", "tile_y"])["block"].nunique() == 1).all()


@pytest.mark.parametrize(
    ("text", "others", "named"),
    [
        ("70,30", {}, "three shares"),
        ("a,b,c", {}, "three shares"),
        ("70,20,20", {}, "add up to 1"),
        ("0,50,50", {}, "train has some"),
        ("70,15,15", {"block_km": 10}, "24 km"),
        ("70,15,15", {"block_km": math.nan}, "24 km"),
        ("70,15,15", {"gap_km": -1}, "gap"),
    ],
)
def test_a_split_that_cannot_be_is_named(text: str, others: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidQueryError, match=named):
        SplitSpec.parse(text, **others)


# -- labels -----------------------------------------------------------------------------------------------------


def test_corrected_labels_say_who_corrected_them(tiny_corpus: Corpus, tmp_path: Path) -> None:
    own = tiny_corpus.labels(corpora.FULL)
    largest = int(own.index[0])
    with Records.open(tiny_corpus, tmp_path / "v.sqlite") as records:
        said = records.add(
            Verdict(corpora.FULL, "Anna", "wrong", adjustments=(Adjustment(largest, "reject"), Adjustment(512, "add", 0.1)))
        )  # fmt: skip
        records.add(Verdict(corpora.BROKEN, "Anna", "correct"))
        ids = tiny_corpus.samples.index
        told, found = labels.table(tiny_corpus, ids, records)
    row = told.loc[corpora.FULL]
    assert (row["label_source"], row["review_state"], row["decided_by"]) == ("corrected", "wrong", "one")
    assert (row["verdict_id"], row["verdict_reviewer"]) == (said.id, "Anna")
    assert row["verdict_time"].startswith(said.verdict.time.strftime("%Y-%m-%dT%H:%M:%S"))  # type: ignore[union-attr]
    columns = {code: i for i, code in enumerate(tiny_corpus.fractions.columns)}
    new = found[ids.get_loc(corpora.FULL)]
    assert new[columns[largest]] == 0
    assert new[columns[512]] == pytest.approx(0.1, abs=1e-6)
    assert new.sum() + row["label_open"] == pytest.approx(1)
    assert row["label_open"] > 0
    assert told.loc[corpora.BROKEN, "label_source"] == "confirmed"
    assert told.loc[corpora.BARE, "label_source"] == "original"
    assert told.loc[corpora.BARE, "verdict_id"] == ""


def test_what_is_disputed_keeps_its_label(tiny_corpus: Corpus, tmp_path: Path) -> None:
    with Records.open(tiny_corpus, tmp_path / "v.sqlite") as records:
        records.add(Verdict(corpora.FULL, "Anna", "wrong", suggested=512))
        records.add(Verdict(corpora.FULL, "Ben", "correct"))
        told, found = labels.table(tiny_corpus, tiny_corpus.samples.index, records)
    row = tiny_corpus.samples.index.get_loc(corpora.FULL)
    assert told.loc[corpora.FULL, ["label_source", "review_state", "verdict_id"]].tolist() == ["original", "disputed", ""]  # fmt: skip
    assert len(told.loc[corpora.FULL, "verdict_ids"].split()) == 2
    assert (found[row] == tiny_corpus.fractions.to_numpy()[row]).all()


# -- the store --------------------------------------------------------------------------------------------------


def test_a_store_holds_what_the_corpus_holds(tiny_corpus: Corpus, tmp_path: Path) -> None:
    planned = plan.make(tiny_corpus, ALL, products=["PF-SR", "S2-SR"], shard_mb=100)
    assert planned.shards == 2
    told: list[tuple[int, int]] = []
    made = pack.pack(tiny_corpus, planned, tmp_path / "all.zarr", progress=lambda *done: told.append(done))
    assert told[0] == (0, 3)
    assert told[-1] == (3, 3)
    root = xr.open_zarr(made.path)
    ids = root["sample_id"].values.tolist()
    assert sorted(ids) == sorted(ALL)
    for product in ("PF-SR", "S2-SR"):
        expected = tiny_corpus.stack(ids, product, chunks=None)
        with xr.open_zarr(made.path, group=product, mask_and_scale=False) as raw:
            assert raw.surface_reflectance.dims == ("sample", "time", "band", "y", "x")
            assert (raw.surface_reflectance.values == expected.values).all()
            assert raw.surface_reflectance.attrs["units"] == "1"
            assert (raw.time.values == expected.time.values).all()
            assert raw.band.values.tolist() == expected.band.values.tolist()
        with xr.open_zarr(made.path, group=product) as masked:
            reflectance = expected.rapidai4eo.reflectance()
            np.testing.assert_allclose(masked.surface_reflectance.values, reflectance.values, rtol=1e-5)
            there = np.isfinite(masked.surface_reflectance.values).any(axis=(2, 3, 4))
            assert ((masked.date_status.values == 1) >= there).all()
            assert "could_not_be_had" in masked.date_status.attrs["flag_meanings"]
    own = tiny_corpus.fractions.loc[ids].to_numpy()
    assert (root["label"].values == own).all()
    assert root["class"].values.tolist() == tiny_corpus.fractions.columns.tolist()
    for number, sample_id in enumerate(ids):
        cell = grid.parse(sample_id)
        assert (root["left"].values[number], root["bottom"].values[number]) == cell.bounds[:2]
        assert root["epsg"].values[number] == cell.epsg
        assert (root["lon"].values[number], root["lat"].values[number]) == pytest.approx(cell.centre)
    for name in ("license", "attribution", "references", "split_least_distance_km", "split_tiles_shared"):
        assert root.attrs[name] not in ("", None), name
    assert root.attrs["complete"] is True
    assert made.missing["PF-SR"] == int((xr.open_zarr(made.path, group="PF-SR").date_status != 1).sum())
    stored = zarr.open_array(made.path / "PF-SR" / "surface_reflectance", mode="r")
    assert stored.shards is not None
    assert stored.chunks[0] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zarr"]


def test_shards_of_tar_hold_the_same(tiny_corpus: Corpus, tmp_path: Path) -> None:
    planned = plan.make(tiny_corpus, ALL, dates="2018-01", shard_mb=100)
    made = pack.pack(tiny_corpus, planned, tmp_path / "shards", format="webdataset")
    about = json.loads((made.path / "dataset.json").read_text(encoding="utf-8"))
    assert about["complete"] is True
    assert about["cubes"]["PF-SR"]["bands"] == list(PF_SR.band_names)
    found = {}
    for path in made.path.glob("*.tar"):
        with tarfile.open(path) as tar:
            held = {name: tar.extractfile(name).read() for name in tar.getnames()}  # type: ignore[union-attr]
        for name, data in held.items():
            sample_id, _, ending = name.partition(".")
            if ending == "json":
                assert json.loads(data)["split"] == path.name.split("-")[0]
                label = {int(code): value for code, value in json.loads(data)["label"].items()}
                assert label == pytest.approx(tiny_corpus.labels(sample_id).to_dict(), abs=1e-5)
            else:
                found[sample_id] = np.load(BytesIO(data))
    assert sorted(found) == sorted(ALL)
    expected = tiny_corpus.stack(list(found), dates="2018-01", chunks=None).values
    assert (np.stack(list(found.values())) == expected).all()


@pytest.mark.parametrize("format", pack.FORMATS)
def test_what_was_stopped_goes_on(tiny_corpus: Corpus, tmp_path: Path, format: str) -> None:  # noqa: A002
    planned = plan.make(tiny_corpus, ALL, dates="2018-01", shard_mb=1)
    assert planned.shards == 3
    stop, out = threading.Event(), tmp_path / "out.zarr"
    with pytest.raises(CancelledError):
        pack.pack(tiny_corpus, planned, out, format=format, cancel=stop, progress=lambda done, _: done and stop.set())  # fmt: skip
    assert not out.exists()
    work = tmp_path / "out.zarr.unfinished"
    if format == "zarr":
        assert zarr.open_group(work / "data", mode="r").attrs["complete"] is False
    done = (work / "done.txt").read_text()
    assert 1 <= done.count("\n") < 3
    (work / "done.txt").write_text(done + done[:20])  # a line that a kill cut off
    made = pack.pack(tiny_corpus, planned, out, format=format)
    assert made.fresh == 3 - done.count("\n")
    whole = pack.pack(tiny_corpus, planned, tmp_path / "whole.zarr", format=format)
    files = {path.relative_to(out) for path in out.rglob("*") if path.is_file()}
    assert files == {path.relative_to(whole.path) for path in whole.path.rglob("*") if path.is_file()}
    for path in files - {Path("zarr.json"), Path("dataset.json")}:  # these have the time
        assert (out / path).read_bytes() == (whole.path / path).read_bytes(), path
    with pytest.raises(OutputError, match="there already, and whole"):
        pack.pack(tiny_corpus, planned, out, format=format)


def test_a_pack_that_was_killed_goes_on(tiny_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.zarr"
    command = [sys.executable, "-m", "explorer", "pack", str(tiny_folder), str(out), "--shard-mb", "1"]
    begun = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    journal = tmp_path / "out.zarr.unfinished" / "done.txt"
    end = time.monotonic() + 120
    while not (journal.exists() and journal.stat().st_size) and time.monotonic() < end and begun.poll() is None:  # fmt: skip
        time.sleep(0.01)
    begun.send_signal(signal.SIGKILL)
    begun.wait()
    done = CliRunner().invoke(app, command[3:])
    assert done.exit_code == 0, done.output
    with open_corpus(tiny_folder) as corpus, xr.open_zarr(out, group="PF-SR", mask_and_scale=False) as found:
        expected = corpus.stack(found["sample_id"].values.tolist(), chunks=None)
        assert (found.surface_reflectance.values == expected.values).all()


def test_after_kill_9_a_cluster_packs_only_the_rest(tiny_folder: Path, tmp_path: Path) -> None:
    from distributed import LocalCluster

    out, asked = tmp_path / "out.zarr", ["--dates", "2018-01", "--shard-mb", "1"]
    command = [sys.executable, "-m", "explorer", "pack", str(tiny_folder), str(out), *asked, "--workers", "2"]
    begun = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
    journal = tmp_path / "out.zarr.unfinished" / "done.txt"
    end = time.monotonic() + 120
    while not (journal.exists() and journal.stat().st_size) and time.monotonic() < end and begun.poll() is None:  # fmt: skip
        time.sleep(0.002)
    os.killpg(begun.pid, signal.SIGKILL)  # it, and the workers that it started
    begun.wait()
    done = journal.read_text()
    journal.write_text(done[: done.index("\n") + 1])  # one part, however fast the others were
    (tmp_path / "out.zarr.unfinished" / "data" / "PF-SR" / "cut.partial").write_bytes(b"x")
    cluster = LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=None, host="127.0.0.1"
    )  # fmt: skip
    with cluster, open_corpus(tiny_folder) as corpus:
        ids = list(corpus.samples.index)
        planned = plan.make(corpus, ids, dates="2018-01", shard_mb=1)
        made = pack.pack(corpus, planned, out, scheduler=cluster.scheduler_address)
        whole = pack.pack(corpus, planned, tmp_path / "whole.zarr")
    assert made.fresh == len(ids) - 1
    files = {path.relative_to(out) for path in out.rglob("*") if path.is_file()}
    assert files == {path.relative_to(whole.path) for path in whole.path.rglob("*") if path.is_file()}
    for path in files - {Path("zarr.json")}:  # it has the time
        assert (out / path).read_bytes() == (whole.path / path).read_bytes(), path


def test_a_worker_that_does_not_see_the_place_says_so(tiny_corpus: Corpus, tmp_path: Path) -> None:
    piece = plan.make(tiny_corpus, ALL, dates="2018-01").piece(0)
    with pytest.raises(OutputError, match=r"does not see .*elsewhere"):
        reading._one("demo", {}, "zarr", tmp_path / "elsewhere", piece)


def test_only_the_same_pack_goes_on(tiny_corpus: Corpus, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(CancelledError):
        pack.pack(tiny_corpus, plan.make(tiny_corpus, ALL, dates="2018-01"), tmp_path / "o.zarr", cancel=stop)
    for given, named in [
        ({"dates": "2018-02"}, "dates"),
        ({"dates": "2018-01", "split": SplitSpec(seed=1)}, "split"),
        ({"dates": "2018-01", "products": ["S2-SR"]}, "products"),
    ]:
        with pytest.raises(OutputError, match=f"begun with other .*{named}"):
            pack.pack(tiny_corpus, plan.make(tiny_corpus, ALL, **given), tmp_path / "o.zarr")
    with pytest.raises(OutputError, match="format"):
        pack.pack(tiny_corpus, plan.make(tiny_corpus, ALL, dates="2018-01"), tmp_path / "o.zarr", format="webdataset")  # fmt: skip


def test_two_do_not_write_one_pack(tiny_corpus: Corpus, tmp_path: Path) -> None:
    planned = plan.make(tiny_corpus, ALL, dates="2018-01")

    def second(done: int, _total: int) -> None:
        if done == 0:
            with pytest.raises(OutputError, match="another process"):
                pack.pack(tiny_corpus, planned, tmp_path / "o.zarr")

    assert pack.pack(tiny_corpus, planned, tmp_path / "o.zarr", progress=second).fresh == 3


@pytest.mark.parametrize(
    ("given", "error", "named"),
    [
        ({"samples": []}, InvalidQueryError, "nothing to pack"),
        ({"samples": ["33N_15E-200N_02_02"]}, UnknownSampleError, "33N_15E-200N_02_02"),
        ({"products": ["PF-QA"]}, InvalidQueryError, "PF-QA"),
        ({"products": []}, InvalidQueryError, "at least one product"),
        ({"shard_mb": 0}, InvalidQueryError, "0 MB"),
    ],
)
def test_a_plan_that_cannot_be_is_named(
    tiny_corpus: Corpus, given: dict[str, Any], error: type[Exception], named: str
) -> None:
    with pytest.raises(error, match=named):
        plan.make(tiny_corpus, **({"samples": ALL} | given))


def test_the_command_says_what_it_did(tiny_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.zarr"
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(ALL[:2]))
    asked = ["pack", str(tiny_folder), str(out), "--ids", str(ids), "--dates", "2018-01:2018-02"]
    done = CliRunner().invoke(
        app, [*asked, "--labels", "corrected", "--database", str(tmp_path / "v.sqlite")]
    )
    assert done.exit_code == 0, done.output
    assert "Wrote 2 samples" in done.output
    assert "dates are not there" in done.output
    assert xr.open_zarr(out).attrs["labels"] == "corrected"
    assert "there already" in CliRunner().invoke(app, asked).output
    away = [*asked[:2], str(tmp_path / "q.zarr"), *asked[3:], "--scheduler", "nonsense://127.0.0.1:1"]
    assert "no Dask scheduler" in CliRunner().invoke(app, away).output
    bad = CliRunner().invoke(app, ["pack", str(tiny_folder), str(tmp_path / "p.zarr"), "--dates", "2021"])
    assert bad.exit_code == 2
    assert "2021" in bad.output
    assert not list(tmp_path.glob("p.zarr*"))
