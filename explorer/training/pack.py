"""Write a pack: the parts of a plan one after the other, to go on after whatever stopped it; in its place once all is there.

While it is written, everything is in a folder beside its place, `OUT.unfinished`: the plan, a line for each part that is whole, and
the data. A part counts once its line is there, so a kill at any moment costs one part.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from explorer.core import atomic_file
from explorer.core.errors import OutputError
from explorer.corpus.imagery.cube import Status
from explorer.export import credit
from explorer.training import reading
from explorer.training.parts import COULD_NOT_BE_HAD, Writer
from explorer.training.plan import Plan
from explorer.training.reading import FORMATS as FORMATS
from explorer.training.reading import writer_of

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

UNFINISHED = ".unfinished"
_PLAN, _SAMPLES, _DONE, _DATA, _LOCK = "plan.json", "samples.parquet", "done.txt", "data", "lock"


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
    opens: str | None = None,
    said: Mapping[str, object] | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
) -> Packed:
    """Write a plan as one Zarr store, or as a folder of WebDataset shards; go on where the same was begun before.

    All is done in this process; with `workers` (more than 1) by so many processes of this machine, with `scheduler` by a running Dask cluster whose
    workers see corpus and `path` by the same names. `opens` is what they open the corpus by, where not `Corpus.where`, `said` settings that they
    would not have. How it is done may be another each time it goes on.

    Raises `OutputError` where something is at `path`, or another pack was begun there; `InvalidQueryError` for another format;
    `StoreError` where the corpus cannot be read, `CancelledError`: what was written stays for the next run.
    """
    writer, target = writer_of(format), Path(path).absolute()
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
        pieces = [plan.piece(number) for number in range(plan.shards) if number not in done]
        there, fresh = len(plan) - sum(map(len, pieces)), 0
        tell = progress or (lambda done, total: None)
        tell(there, len(plan))
        if scheduler is None and workers in (None, 1):
            written = reading.write_here(corpus, pieces, writer, data, cancel)
        else:
            written = reading.write_elsewhere(
                opens or corpus.where, said or {}, pieces, format, data, cancel=cancel, scheduler=scheduler, workers=workers
            )  # fmt: skip
        with open(work / _DONE, "a", encoding="utf-8") as journal, closing(written):
            journal.write("\n" * torn)
            for one in written:
                line = {"part": one.number, "status": one.status, "sha256": one.checksums}
                journal.write(json.dumps(line) + "\n")
                journal.flush()
                done[one.number] = line
                fresh += one.samples
                tell(there + fresh, len(plan))
        made = _end(writer, data, plan, [done[number] for number in range(plan.shards)], about)
        data.rename(target)
    shutil.rmtree(work, ignore_errors=True)
    return replace(made, path=target, fresh=fresh)


def _end(
    writer: Writer, data: Path, plan: Plan, lines: list[dict[str, Any]], about: dict[str, Any]
) -> Packed:
    """Write what is known once all parts are there, from the lines that the journal has of them."""
    status = {
        cubes.product.id: reading.statuses([text for line in lines for text in line["status"][cubes.product.id]])
        for cubes in plan.cubes
    }  # fmt: skip
    checksums = {name: text for line in lines for name, text in line.get("sha256", {}).items()}
    missing = {name: int((found != Status.THERE).sum()) for name, found in status.items()}
    lost = sum(int((found == COULD_NOT_BE_HAD).sum()) for found in status.values())
    about |= {"complete": True, "dates_missing": missing, "dates_that_could_not_be_had": lost}
    for leftover in data.rglob("*.partial"):  # of a writer that was killed
        leftover.unlink(missing_ok=True)
    writer.end(data, plan, status, checksums, about)
    return Packed(data, len(plan), 0, missing, lost, about)


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


def _done(path: Path) -> tuple[dict[int, dict[str, Any]], bool]:
    """The lines of the parts that are whole (`reading.Written`); and whether a line was cut off."""
    if not path.is_file():
        return {}, False
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    torn, found = lines.pop() != "", {}
    for line in lines:
        try:
            one = json.loads(line)
            found[int(one["part"])] = {"status": one["status"], "sha256": one.get("sha256", {})}
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
    if sys.platform == "win32":  # nobody is kept from it
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _begun(target: Path) -> Path:
    return target.with_name(target.name + UNFINISHED)
