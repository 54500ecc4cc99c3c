"""Whether a pack, of whomever, is whole and what it says of itself: `check`."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from explorer.core.errors import CorpusFormatError
from explorer.training import check_rules, check_tars, check_zarr, splits
from explorer.training.check_rules import Problem, Progress
from explorer.training.tar_shards import ABOUT


@dataclass(frozen=True)
class Checked:
    """What was found: `problems`, none in a pack that is whole."""

    samples: int
    products: tuple[str, ...]
    problems: tuple[Problem, ...]
    split: splits.Check | None = None
    """What the split is measured to be; `None` where its ids or splits cannot be read."""
    imagery: bool = field(default=True)
    """Whether the pixels were read."""

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def check(path: str | os.PathLike[str], *, imagery: bool = True, progress: Progress | None = None) -> Checked:
    """Hold a pack, of either format and of whomever, against itself; with `imagery` all its pixels are read, a sample at a time.

    `progress` is called with samples read and samples in all. Raises `CorpusFormatError` where there is no pack at `path`.
    """
    folder, tell = Path(path), progress or (lambda done, total: None)
    unfinished = folder.with_name(folder.name + ".unfinished")
    if not folder.exists() and unfinished.is_dir():
        raise CorpusFormatError(
            str(path), f"it is not finished: {unfinished.name} is there; give the same `explorer pack` again"
        )
    if (folder / ABOUT).is_file():
        read = check_tars.read
    elif (folder / "zarr.json").is_file():
        read = check_zarr.read
    else:
        raise CorpusFormatError(str(path), "there is no pack: neither a zarr.json nor a dataset.json")
    held, problems = read(folder, imagery, tell)
    problems += [*check_rules.said(held.about), *(strange := list(check_rules.ids_of(held.table.index)))]
    measured = None
    if not strange:
        problems += check_rules.of_samples(held)
        measured = check_rules.measured(held)
    return Checked(len(held.table), check_rules.products_of(held.about), tuple(problems), measured, imagery)
