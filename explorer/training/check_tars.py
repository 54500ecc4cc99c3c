"""A pack as WebDataset shards, read for `checking`: each tar file from its beginning to its end, a sample at a time, nothing unpacked to disk."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from explorer.core import corine
from explorer.core.errors import CorpusFormatError
from explorer.core.products import PRODUCTS, REFLECTANCE_SCALE
from explorer.corpus.imagery import stack
from explorer.training import check_rules
from explorer.training.check_rules import Held, Problem, Progress
from explorer.training.tar_shards import ABOUT, sha256

_MAX_JSON = 20_000_000
_MOST = 1e12
"""No coordinate, code or fraction is larger."""
_HEADER = 4096
"""More than the head of a .npy file has."""


class _WrongError(Exception):
    """What is wrong with one sample."""


def read(folder: Path, imagery: bool, tell: Progress) -> tuple[Held, list[Problem]]:
    """What the samples' JSON says, and what is wrong with the files. Raises `CorpusFormatError`."""
    try:
        with (folder / ABOUT).open("rb") as file:
            about = json.loads(file.read(_MAX_JSON))
    except (OSError, ValueError, RecursionError) as error:
        raise CorpusFormatError(str(folder), f"{ABOUT} cannot be read ({error})") from error
    if not isinstance(about, dict):
        raise CorpusFormatError(str(folder), f"{ABOUT} is no JSON object")
    rows: dict[str, dict[str, Any]] = {}
    labels: list[np.ndarray] = []
    problems = list(_files(folder, about))
    wanted = {}
    for name in check_rules.products_of(about):
        try:
            wanted[name] = _shape(about, name)
        except _WrongError as error:
            problems.append(Problem(f"{ABOUT}, {name}", str(error)))
    counts = about.get("split_counts")
    total = sum(n for n in counts.values() if isinstance(n, int)) if isinstance(counts, dict) else 0
    for path in sorted(folder.glob("*.tar")):
        for found in _samples(path, wanted, imagery):
            if isinstance(found, Problem):
                problems.append(found)
                continue
            sample_id, row, label = found
            if sample_id in rows:
                problems.append(Problem(path.name, f"{sample_id} is there twice"))
                continue
            rows[sample_id] = row
            labels.append(label)
            tell(len(rows), max(total, len(rows)))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(check_rules.TOLD))
    table.index.name = "sample_id"
    empty = np.zeros((0, len(corine.codes(3))), np.float32)
    return Held(about, table, np.stack(labels) if labels else empty), problems


def _files(folder: Path, about: Mapping[str, Any]) -> Iterator[Problem]:
    """Whether the files are those that were written. Packs of others may have no checksums."""
    stated = about.get("sha256")
    if not isinstance(stated, dict):
        return
    there = {path.name for path in folder.glob("*.tar")}
    for name in sorted(set(stated) | there):
        if name not in there:
            yield Problem(name[:80], "it is not there")
        elif name not in stated:
            yield Problem(name[:80], f"it does not belong to this pack: {ABOUT} does not name it")
        elif sha256(folder / name) != stated[name]:
            yield Problem(name, "its SHA-256 is another: it was changed or damaged")


def _shape(about: Mapping[str, Any], name: str) -> tuple[int, ...]:
    """The shape of one product's cubes. Raises `_WrongError`."""
    cubes = about.get("cubes")
    said = cubes.get(name) if isinstance(cubes, dict) else None
    if not isinstance(said, dict) or not isinstance(said.get("dates"), list):
        raise _WrongError("its cubes are not described")
    expected = check_rules.expected_shape(PRODUCTS[name], len(said["dates"]))
    if said.get("shape") != list(expected) or said.get("_FillValue") != stack.nodata_of(PRODUCTS[name]):
        raise _WrongError(
            f"shape is to be {list(expected)}, and _FillValue {stack.nodata_of(PRODUCTS[name])}"
        )
    bands = list(PRODUCTS[name].band_names)
    if said.get("bands") != bands or said.get("scale_factor") != REFLECTANCE_SCALE:
        raise _WrongError(f"bands are to be {', '.join(bands)}, and scale_factor {REFLECTANCE_SCALE}")
    stems = {PRODUCTS[name].stem(day): day for day in PRODUCTS[name].dates}
    days = [stems.get(one, one) if isinstance(one, str) else one for one in said["dates"]]
    if strange := check_rules.not_of(PRODUCTS[name], days):
        raise _WrongError(strange)
    if days != sorted(set(days)):
        raise _WrongError("dates do not ascend")
    return expected


def _samples(
    path: Path, wanted: Mapping[str, tuple[int, ...]], imagery: bool
) -> Iterator[tuple[str, dict[str, Any], np.ndarray] | Problem]:
    """The samples of one file, each once its files have come by."""
    cubes: dict[str, np.ndarray | None] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for entry in tar:
                sample_id, _, ending = entry.name.partition(".")
                file = tar.extractfile(entry)
                try:
                    if file is None:
                        raise _WrongError("it is no file")
                    if ending != "json":
                        cubes[ending] = _cube(file, entry.size, ending, wanted, imagery)
                        continue
                    told = json.loads(file.read(_MAX_JSON))
                    row, label = _told(told, sample_id, path.name.partition("-")[0])
                    yield sample_id, row, label
                    yield from _held(path.name, sample_id, told, cubes, wanted)
                except (_WrongError, ValueError, OverflowError, RecursionError) as error:
                    yield Problem(path.name, f"{entry.name[:80]}: {' '.join(str(error).split())[:160]}")
                if ending == "json":
                    cubes = {}
    except (OSError, tarfile.TarError) as error:
        yield Problem(path.name, f"it is damaged ({str(error)[:160]})")


def _cube(
    file: IO[bytes], size: int, ending: str, wanted: Mapping[str, tuple[int, ...]], imagery: bool
) -> np.ndarray | None:
    """A cube, whose head says that it is of the expected shape before it is read. Raises `_WrongError`, `ValueError`."""
    name = ending.removesuffix(".npy").upper()
    if name not in wanted or not ending.endswith(".npy"):
        raise _WrongError("nobody knows what it is")
    head = io.BytesIO(file.read(_HEADER))
    version = np.lib.format.read_magic(head)
    if version != (1, 0):
        raise _WrongError(f"a .npy file of version {version}")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(head)
    expected, stored = wanted[name], stack.stored_dtype(PRODUCTS[name])
    if shape != expected or dtype != stored or fortran:
        raise _WrongError(f"it is {dtype} {shape}, not {stored} {expected}")
    if size != head.tell() + int(np.prod(expected)) * stored.itemsize:
        raise _WrongError(f"it has {size:,} bytes, which is not what its shape needs")
    if not imagery:
        return None
    file.seek(head.tell())
    return np.frombuffer(file.read(), stored).reshape(expected)


def _told(told: Any, sample_id: str, split: str) -> tuple[dict[str, Any], np.ndarray]:
    """Row and label of a sample's JSON. Raises `_WrongError`."""
    if not isinstance(told, dict) or told.get("sample_id") != sample_id:
        raise _WrongError("it is of another sample")
    if told.get("split") != split:
        raise _WrongError(f"its split is {str(told.get('split'))[:20]}, and its file is of {split}")
    given = told.get("label")
    place = {str(code): number for number, code in enumerate(corine.codes(3))}
    label = np.zeros(len(place), np.float32)
    if not isinstance(given, dict) or set(given) - set(place) or not all(_number(v) for v in given.values()):
        raise _WrongError("its label is not fractions of CORINE's level-3 classes")
    for code, value in given.items():
        label[place[code]] = value
    for name in check_rules.TOLD:
        value = told.get(name)
        if value is not None and not isinstance(value, str) and not (_number(value) and abs(value) <= _MOST):
            raise _WrongError(f"{name} is {str(value)[:40]}, neither a number nor a text")
    return {name: told.get(name) for name in check_rules.TOLD}, label


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _held(
    where: str, sample_id: str, told: Mapping[str, Any], cubes: Mapping[str, np.ndarray | None], wanted: Mapping[str, tuple[int, ...]]
) -> Iterator[Problem]:  # fmt: skip
    """Whether a sample has all its cubes, and in them what the status of its dates says."""
    for name, shape in wanted.items():
        key = f"{name.lower()}.npy"
        if key not in cubes:
            yield Problem(where, f"{sample_id} has no {key}")
            continue
        status = told.get(f"{name} status")
        if not isinstance(status, list) or len(status) != shape[0] or not all(_number(one) and 0 <= one <= 4 for one in status):  # fmt: skip
            yield Problem(where, f"{sample_id}: '{name} status' is not a number of 0 to 4 for each date")
            continue
        data = cubes[key]
        if data is not None:
            fill = stack.nodata_of(PRODUCTS[name])
            yield from check_rules.pixels(where, sample_id, PRODUCTS[name], data, np.array(status), fill)
