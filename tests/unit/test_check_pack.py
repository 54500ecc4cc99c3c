"""Packs are held against themselves: one that is whole is, and of each damage it is said where it is."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from typer.testing import CliRunner

from explorer.cli import app
from explorer.core.errors import CorpusFormatError
from explorer.demo import open_demo
from explorer.training import checking, pack, plan
from explorer.training.splits import SplitSpec


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of each format, of the same samples: both products, a month, three shards."""
    folder = tmp_path_factory.mktemp("packs")
    with open_demo(count=400) as corpus:
        ids = corpus.samples.index[corpus.samples["clc"] > 0][:6]
        planned = plan.make(
            corpus, ids, products=["PF-SR", "S2-SR"], dates="2018-07", shard_mb=4.5, split=SplitSpec((0.5, 0.25, 0.25))
        )  # fmt: skip
        for format in pack.FORMATS:  # noqa: A001
            pack.pack(corpus, planned, folder / format, format=format)
    return folder


@pytest.fixture
def copy(packs: Path, tmp_path: Path) -> Callable[[str], Path]:
    return lambda name: Path(shutil.copytree(packs / name, tmp_path / name))


@pytest.mark.parametrize("format", pack.FORMATS)
def test_a_pack_that_is_whole_is_found_so(packs: Path, format: str) -> None:  # noqa: A002
    told: list[tuple[int, int]] = []
    found = checking.check(packs / format, progress=lambda *done: told.append(done))
    assert found.problems == ()
    assert found.whole
    assert (found.samples, found.products) == (6, ("PF-SR", "S2-SR"))
    assert found.split is not None
    assert sum(found.split.counts.values()) == 6
    assert told[-1][0] == told[-1][1] > 0
    done = CliRunner().invoke(app, ["check-pack", str(packs / format), "--quick"])
    assert done.exit_code == 0, done.output
    assert "is whole: 6 samples of PF-SR and S2-SR" in done.output
    assert "not read" in done.output


def attributes(root: Path, **values: Any) -> None:
    """Set attributes of a store, or take them away (`None`), in the file itself."""
    path = root / "zarr.json"
    told = json.loads(path.read_text())
    for name, value in values.items():
        told["attributes"].pop(name) if value is None else told["attributes"].update({name: value})
    path.write_text(json.dumps(told))


def change(root: Path, name: str, row: Any, value: Any) -> None:
    zarr.open_array(root, path=name, mode="r+")[row] = value


def flip(path: Path, at: float = 0.3) -> None:
    """Another byte in a file, at a part of its length."""
    data = bytearray(path.read_bytes())
    data[int(at * len(data))] ^= 0x55
    path.write_bytes(bytes(data))


def chunk(folder: Path) -> Path:
    return next(path for path in sorted(folder.rglob("*")) if path.is_file())


def shard(root: Path, number: int = 2, product: str = "PF-SR") -> Path:
    return chunk(root / product / "surface_reflectance" / "c" / str(number))


def leak(root: Path) -> None:
    ids = zarr.open_array(root, path="sample_id", mode="r+")
    kept = ids[:]
    first = kept[list(zarr.open_array(root, path="split", mode="r")[:]).index("train")]
    other = list(zarr.open_array(root, path="split", mode="r")[:]).index("val")
    row, col = (int(part) for part in first.rsplit("_", 2)[1:])
    ids[other] = f"{first.rsplit('_', 2)[0]}_{row:02d}_{col % 40 + 1:02d}"


def later(root: Path, days: int) -> None:
    times = zarr.open_array(root, path="PF-SR/time", mode="r+")
    times[:] = times[:] + days


@pytest.mark.parametrize(
    ("damage", "where", "named"),
    [
        (lambda root: shutil.rmtree(shard(root).parents[3]), "PF-SR/surface_reflectance/c/2", "is not there"),
        (lambda root: flip(shard(root)), "PF-SR/surface_reflectance/c/2", "damaged"),
        (lambda root: flip(shard(root), 0.99), "PF-SR/surface_reflectance/c/2", "damaged"),
        (lambda root: shard(root).write_bytes(shard(root).read_bytes()[:5000]), "PF-SR/surface_reflectance/c/2", "damaged"),
        (lambda root: flip(chunk(root / "label" / "c")), "label", "cannot be read"),
        (lambda root: shutil.rmtree(root / "S2-SR"), "S2-SR", "cannot be read"),
        (lambda root: change(root, "S2-SR/date_status", slice(None), 2), "S2-SR/surface_reflectance", "not there by their status"),
        (lambda root: change(root, "PF-SR/surface_reflectance", 1, -32768), "PF-SR/surface_reflectance", "no pixels"),
        (lambda root: change(root, "label", (0, slice(None)), 0.2), "label", "add up to 1"),
        (lambda root: change(root, "label", (0, 0), np.nan), "label", "not 0 to 1"),
        (lambda root: change(root, "main_class", 0, 999), "main_class", "largest"),
        (lambda root: change(root, "lon", 3, 0.0), "lon", "not the place"),
        (lambda root: change(root, "epsg", 3, 32601), "epsg", "not the place"),
        (lambda root: change(root, "sample_id", 0, "../../x"), "sample_id", "x"),
        (lambda root: change(root, "sample_id", 0, zarr.open_array(root, path="sample_id")[1]), "sample_id", "twice"),
        (lambda root: change(root, "PF-SR/sample_id", 0, "y"), "PF-SR/sample_id", "not those of the root"),
        (leak, "split", "a leak"),
        (lambda root: change(root, "split", 0, "trial"), "split", "not train, val, test or gap"),
        (lambda root: attributes(root, split_least_distance_km=0.2), "attributes", "split_least_distance_km"),
        (lambda root: attributes(root, split=None), "attributes", "gap_km"),
        (lambda root: attributes(root, license=None), "attributes", "no license"),
        (lambda root: attributes(root, attribution=" "), "attributes", "no attribution"),
        (lambda root: attributes(root, complete=False), "attributes", "not complete"),
        (lambda root: attributes(root, products=[["PF-SR"], "S2-SR"]), "attributes", "products"),
        (lambda root: later(root, 1), "PF-SR/time", "not dates of PF-SR: 2018-07-03"),
        (lambda root: later(root, -40_000), "PF-SR/time", "not dates of PF-SR"),
        (lambda root: attributes(root / "PF-SR" / "time", units="moons"), "PF-SR", "cannot be read"),
    ],
)  # fmt: skip
def test_damage_to_a_store_is_found_where_it_is(
    copy: Callable[[str], Path], damage: Callable[[Path], object], where: str, named: str
) -> None:
    root = copy("zarr")
    damage(root)
    found = checking.check(root)
    assert not found.whole
    assert any(one.where.startswith(where) and named in one.problem for one in found.problems), found.problems


def tar(root: Path) -> Path:
    return sorted(root.glob("*.tar"))[0]


def told(root: Path, **values: Any) -> None:
    path = root / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def cubes(root: Path, **values: Any) -> None:
    said = json.loads((root / "dataset.json").read_text())["cubes"]
    told(root, cubes=said | {"PF-SR": said["PF-SR"] | values})


def retold(root: Path, **values: Any) -> None:
    """A file whose first sample says something else."""
    with tarfile.open(tar(root)) as given:
        entries = [(entry.name, given.extractfile(entry).read()) for entry in given]  # type: ignore[union-attr]
    first = next(name for name, _ in entries if name.endswith(".json"))
    with tarfile.open(tar(root), "w", format=tarfile.USTAR_FORMAT) as made:
        for name, body in entries:
            sent = json.dumps(json.loads(body) | values).encode() if name == first else body
            entry = tarfile.TarInfo(name)
            entry.size = len(sent)
            made.addfile(entry, io.BytesIO(sent))


@pytest.mark.parametrize(
    ("damage", "where", "named"),
    [
        (lambda root: tar(root).unlink(), "", "is not there"),
        (lambda root: flip(tar(root), 0.5), "", "SHA-256"),
        (lambda root: tar(root).write_bytes(tar(root).read_bytes()[:3000]), "", "damaged"),
        (
            lambda root: shutil.copy(tar(root), root / "train-999999.tar"),
            "train-999999.tar",
            "does not belong",
        ),
        (lambda root: shutil.copy(tar(root), root / "train-999999.tar"), "train-999999.tar", "twice"),
        (lambda root: told(root, complete=False), "attributes", "not complete"),
        (lambda root: told(root, cubes={}), "dataset.json, PF-SR", "not described"),
        (lambda root: told(root, split_tiles_shared=4), "attributes", "split_tiles_shared"),
        (
            lambda root: cubes(root, dates=["x"] * 6),
            "dataset.json, PF-SR",
            "not dates of PF-SR: x and 5 more",
        ),
        (lambda root: cubes(root, dates=[["x"]] * 6), "dataset.json, PF-SR", "not dates of PF-SR"),
        (lambda root: cubes(root, dates=["2018-07-02"] * 6), "dataset.json, PF-SR", "do not ascend"),
        (lambda root: cubes(root, bands=["a"]), "dataset.json, PF-SR", "bands are to be blue"),
        (lambda root: cubes(root, scale_factor=5), "dataset.json, PF-SR", "scale_factor 0.0001"),
        (lambda root: retold(root, main_class=[1]), "", "main_class is [1], neither a number nor a text"),
        (lambda root: retold(root, main_class={}), "", "main_class is {}, neither"),
        (lambda root: retold(root, epsg=10**400), "", "neither a number nor a text"),
    ],
)
def test_damage_to_shards_of_tar_is_found(
    copy: Callable[[str], Path], damage: Callable[[Path], object], where: str, named: str
) -> None:
    root = copy("webdataset")
    damage(root)
    found = checking.check(root)
    assert any(one.where.startswith(where) and named in one.problem for one in found.problems), found.problems


@pytest.mark.parametrize("format", pack.FORMATS)
def test_whatever_byte_is_damaged_a_problem_is_told_and_nothing_else_happens(
    copy: Callable[[str], Path], format: str  # noqa: A002
) -> None:  # fmt: skip
    root = copy(format)
    random = np.random.default_rng(5)
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and "S2-SR" not in path.parts]
    for path in random.permutation(np.array(files, object))[:20]:
        kept = path.read_bytes()
        flip(path, random.random())
        try:
            checking.check(root, imagery=False)
        except CorpusFormatError:
            pass
        path.write_bytes(kept)


def test_what_is_no_pack_or_not_finished_is_said(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["check-pack", str(tmp_path)])
    assert done.exit_code == 2
    assert "there is no pack" in done.output
    (tmp_path / "a.zarr.unfinished").mkdir()
    with pytest.raises(CorpusFormatError, match="not finished"):
        checking.check(tmp_path / "a.zarr")


def test_the_command_ends_with_1_where_something_is_wrong(copy: Callable[[str], Path]) -> None:
    root = copy("zarr")
    attributes(root, license=None)
    done = CliRunner().invoke(app, ["check-pack", str(root)])
    assert done.exit_code == 1
    assert "attributes: no license" in done.output
