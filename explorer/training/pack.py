"""Write a pack: the parts of a plan one after the other, to go on after whatever stopped it; in its place once all is there.

While it is written, everything is in a folder beside its place, `OUT.unfinished`: the plan, a line for each part that is whole, and
the data. A part counts once its line is there, so a kill at any moment costs one part.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explorer.core import atomic_file
from explorer.core.errors import InvalidQueryError, OutputError
from explorer.corpus.imagery import stack
from explorer.corpus.imagery.cube import Status
from explorer.export import credit, files
from explorer.training.parts import COULD_NOT_BE_HAD, Part, Writer
from explorer.training.plan import Plan

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

FORMATS = ("zarr", "webdataset")
UNFINISHED = ".unfinished"
_PLAN, _SAMPLES, _DONE, _DATA, _LOCK = "plan.json", "samples.parquet", "done.txt", "data", "lock"
_AT_ONCE = 2
"""Samples that are read side by side; the chips of each are read by the corpus's own threads."""


@dataclass(frozen=True)
class Packed:
    """What was written."""

    path: Path
    samples: int
    fresh: int
    """Samples that this run read; the others were there."""
    missing: dict[str, int]
    """Dates that are not there, by product, of all samples."""
    lost: int
    """Dates whose files could not be had: to be tried again, in a new pack."""
    attributes: dict[str, Any]


def pack(
    corpus: Corpus,
    plan: Plan,
    path: str | os.PathLike[str],
    *,
    format: str = "zarr",  # noqa: A002 - as the command has it
    progress: Callable[[int, int], None] | None = None,
    cancel: threading.Event | None = None,
) -> Packed:
    """Write a plan as one Zarr store, or as a folder of WebDataset shards; go on where the same was begun before.

    Raises `OutputError` where something is at `path`, or another pack was begun there; `InvalidQueryError` for another format;
    `StoreError` where the corpus cannot be read, `CancelledError`: what was written stays for the next run.
    """
    writer, target = _writer(format), Path(path).absolute()
    if target.exists():
        shutil.rmtree(_begun(target), ignore_errors=True) if not (_begun(target) / _DATA).exists() else None
        raise OutputError(f"{path} is there already, and whole; name another place, or remove it")
    if not target.parent.is_dir():
        raise OutputError(f"cannot write {path}: there is no folder {target.parent}")
    work = _begun(target)
    with _alone(work):
        plan = _go_on(work, plan, format)
        about = attributes(corpus, plan)
        data = work / _DATA
        if not data.is_dir():
            with atomic_file.replacing(data) as begun:
                writer.begin(begun, plan, about | {"complete": False})
        done, torn = _done(work / _DONE)
        fresh = 0
        todo = [number for number in range(plan.shards) if number not in done]
        there = len(plan) - sum(len(_numbers(plan.rows(number))) for number in todo)
        tell = progress or (lambda done, total: None)
        tell(there, len(plan))
        with (
            open(work / _DONE, "a", encoding="utf-8") as journal,
            closing(_read(corpus, plan, todo, cancel)) as parts,
        ):
            journal.write("\n" * torn)
            for part in parts:
                writer.write(data, plan, part)
                texts = {name: [_digits(row) for row in found] for name, found in part.status.items()}
                journal.write(json.dumps({"part": part.number, "status": texts}) + "\n")
                journal.flush()
                done[part.number] = texts
                fresh += part.rows.stop - part.rows.start
                tell(there + fresh, len(plan))
        status = {
            cubes.product.id: _statuses([text for number in range(plan.shards) for text in done[number][cubes.product.id]])
            for cubes in plan.cubes
        }  # fmt: skip
        missing = {name: int((found != Status.THERE).sum()) for name, found in status.items()}
        lost = sum(int((found == COULD_NOT_BE_HAD).sum()) for found in status.values())
        about |= {"complete": True, "dates_missing": missing, "dates_that_could_not_be_had": lost}
        writer.end(data, plan, status, about)
        data.rename(target)
    shutil.rmtree(work, ignore_errors=True)
    return Packed(target, len(plan), fresh, missing, lost, about)


def attributes(corpus: Corpus, plan: Plan) -> dict[str, Any]:
    """What a pack says of itself: whom to name, what was chosen, how it is split, and what the split was measured to be."""
    named = credit.of(corpus, [*(cubes.product.id for cubes in plan.cubes), "labels"])
    about = credit.about(named, f"RapidAI4EO samples for training: {len(plan):,} of {corpus.where}")
    return {
        "Conventions": "CF-1.11, ACDD-1.3",
        "title": about["title"],
        "source": "synthetic demo corpus" if corpus.synthetic else "RapidAI4EO corpus",
        "license": about["licence"],
        "attribution": about["attribution"],
        **({"comment": about["terms"]} if "terms" in about else {}),
        "references": about["citation"],
        "history": f"{about['made']} written by {about['software']}",
        "products": [cubes.product.id for cubes in plan.cubes],
        "labels": plan.labels,
        "split": asdict(plan.split) | {"shares": list(plan.split.shares)},
        "split_rule": (
            "whole 24 km tiles, those of one block together; whoever is nearer to another split than gap_km is in 'gap', used for nothing"
        ),
        **plan.check.attributes(),
    }


def _read(
    corpus: Corpus, plan: Plan, todo: list[int], cancel: threading.Event | None
) -> Generator[Part, None, None]:
    """The parts, each read while the one before is written."""
    with ThreadPoolExecutor(1, "pack-part") as ahead, ThreadPoolExecutor(_AT_ONCE, "pack-sample") as readers:
        stop = threading.Event()

        def read(number: int) -> Part:
            return _part(corpus, plan, number, readers, (cancel, stop))

        waiting = [ahead.submit(read, number) for number in todo[:1]]
        try:
            for at in range(len(todo)):
                part = waiting.pop().result()
                if at + 1 < len(todo):
                    waiting.append(ahead.submit(read, todo[at + 1]))
                yield part
        finally:
            stop.set()


def _part(
    corpus: Corpus, plan: Plan, number: int, readers: ThreadPoolExecutor, stops: tuple[threading.Event | None, ...]
) -> Part:  # fmt: skip
    rows = plan.rows(number)
    numbers = _numbers(rows)
    data, status = {}, {}
    for cubes in plan.cubes:
        product = cubes.product
        shape = (len(numbers), *cubes.shape)
        data[product.id] = np.full(shape, stack.nodata_of(product), stack.stored_dtype(product))
        status[product.id] = np.zeros(shape[:2], np.uint8)

    def fill(at: int) -> None:
        for cubes in plan.cubes:
            for stop in stops:
                files.check(stop)
            _fill(corpus, plan, numbers[at], cubes, data[cubes.product.id][at], status[cubes.product.id][at])

    list(readers.map(fill, range(len(numbers))))
    return Part(number, rows, data, status)


def _fill(corpus: Corpus, plan: Plan, row: int, cubes: Any, into: np.ndarray, status: np.ndarray) -> None:
    product, positions = cubes.product, list(cubes.positions)
    reading = corpus.cubes.open_some(plan.cells[row], product, positions)
    try:
        cube = reading.wait()
        stack.fill(into, cube, positions, list(range(len(product.bands))), stack.nodata_of(product))
        status[:] = cube.status[positions]
        status[np.isin(positions, list(reading.unread))] = COULD_NOT_BE_HAD
    finally:
        reading.release()


def _go_on(work: Path, plan: Plan, format: str) -> Plan:  # noqa: A002
    """The plan that was begun, with its splits and labels, if it is of the same choices; else the new one, written down.

    Labels are those of the begin: what reviewers say meanwhile would make two kinds of labels in one pack.
    """
    chosen = plan.choices | {"format": format}
    if (work / _PLAN).is_file():
        begun = json.loads((work / _PLAN).read_text(encoding="utf-8"))
        other = [name for name in chosen if begun.get(name) != json.loads(json.dumps(chosen[name]))]
        if other:
            raise OutputError(
                f"{work} holds a pack that was begun with other {', '.join(other)}; give the same choices to go on, or remove it"
            )
        table = pd.read_parquet(work / _SAMPLES)
        return Plan(plan.cubes, table, plan.labels, plan.split, plan.shard_samples, plan.place)
    plan.table.to_parquet(work / _SAMPLES)
    with atomic_file.replacing(work / _PLAN) as part:
        part.write_text(json.dumps(chosen), encoding="utf-8")
    return plan


def _done(path: Path) -> tuple[dict[int, dict[str, list[str]]], bool]:
    """The parts that are whole, with the status of their dates; and whether a line was cut off."""
    if not path.is_file():
        return {}, False
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    torn, found = lines.pop() != "", {}
    for line in lines:
        try:
            one = json.loads(line)
            found[int(one["part"])] = one["status"]
        except (ValueError, KeyError, TypeError):
            continue  # cut off by a kill: that part is written again
    return found, torn


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """The folder to write in, made where it is not there, for one process at a time. Raises `OutputError`."""
    try:
        work.mkdir(exist_ok=True)
        with open(work / _LOCK, "w", encoding="utf-8") as handle:
            if not _locks(handle.fileno()):
                raise OutputError(f"another process is writing to {work}; wait for it, or name another place")
            yield
    except OSError as error:
        if isinstance(error, OutputError) or type(error).__module__.startswith("explorer"):
            raise
        raise OutputError(f"cannot write {error.filename or work}: {error.strerror or error}") from error


def _locks(handle: int) -> bool:
    try:
        import fcntl
    except ImportError:  # on Windows: nobody is kept from it
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _writer(format: str) -> Writer:  # noqa: A002
    if format == "zarr":
        from explorer.training.zarr_store import ZarrWriter

        return ZarrWriter()
    if format == "webdataset":
        from explorer.training.tar_shards import TarWriter

        return TarWriter()
    raise InvalidQueryError(f"no format {format[:20]!r} for a pack; there are {', '.join(FORMATS)}")


def _begun(target: Path) -> Path:
    return target.with_name(target.name + UNFINISHED)


def _numbers(rows: slice) -> range:
    return range(rows.start, rows.stop)


def _digits(row: np.ndarray) -> str:
    return "".join(map(str, row.tolist()))


def _statuses(texts: list[str]) -> np.ndarray:
    joined = np.frombuffer("".join(texts).encode(), np.uint8) - ord("0")
    return joined.reshape(len(texts), -1)
