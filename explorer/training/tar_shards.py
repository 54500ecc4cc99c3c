"""A pack as WebDataset shards: tar files by split, of each sample its cubes as .npy and what is known of it as .json.

Names, and how files of one sample belong together: https://github.com/webdataset/webdataset.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core import atomic_file, corine
from explorer.core.products import REFLECTANCE_SCALE
from explorer.corpus.imagery import stack
from explorer.training.labels import OPEN, TEXTS

if TYPE_CHECKING:
    from explorer.training.parts import Part
    from explorer.training.plan import Plan

ABOUT = "dataset.json"


class TarWriter:
    """See `parts.Writer`. A part whose samples are of several splits is as many files."""

    def begin(self, folder: Path, plan: Plan, about: dict[str, Any]) -> None:
        folder.mkdir()
        self._tell(folder, plan, about)

    def write(self, folder: Path, part: Part) -> dict[str, str]:
        table, checksums = part.piece.table, {}
        for split, rows in table.groupby("split", sort=False).indices.items():
            name = f"{split}-{part.piece.number:06d}.tar"
            with atomic_file.replacing(folder / name) as path:
                self._write(path, part, np.asarray(rows))
                checksums[name] = sha256(path)
        return checksums

    def _write(self, path: Path, part: Part, rows: np.ndarray) -> None:
        table = part.piece.table
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
            for row in map(int, rows):
                sample_id = str(table.index[row])
                about = _about(table.iloc[row])
                for name, data in part.data.items():
                    about[f"{name} status"] = part.status[name][row].tolist()
                    held = io.BytesIO()
                    np.save(held, data[row])
                    _add(tar, f"{sample_id}.{name.lower()}.npy", held.getvalue())
                _add(tar, f"{sample_id}.json", json.dumps({"sample_id": sample_id, **about}).encode())

    def end(
        self,
        folder: Path,
        plan: Plan,
        status: dict[str, np.ndarray],
        checksums: dict[str, str],
        about: dict[str, Any],
    ) -> None:
        self._tell(folder, plan, about | {"sha256": dict(sorted(checksums.items()))})

    def _tell(self, folder: Path, plan: Plan, about: dict[str, Any]) -> None:
        products = {
            cubes.product.id: {
                "dims": list(stack.DIMS[1:]), "shape": list(cubes.shape), "dates": [cubes.product.stem(d) for d in cubes.dates],
                "bands": list(cubes.product.band_names), "scale_factor": REFLECTANCE_SCALE, "_FillValue": stack.nodata_of(cubes.product),
                "metres_a_pixel": cubes.product.pixel_size,
            }
            for cubes in plan.cubes
        }  # fmt: skip
        with atomic_file.replacing(folder / ABOUT) as path:
            path.write_text(json.dumps({**about, "cubes": products}, indent=1), encoding="utf-8")


def sha256(path: Path) -> str:
    """Of a file, as 64 hexadecimal digits. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _about(row: Any) -> dict[str, Any]:
    label = {
        str(code): round(float(value), 6)
        for code in corine.codes(3)
        if (value := row[f"fraction_{code}"]) > 0
    }
    original = {
        str(code): round(float(value), 6)
        for code in corine.codes(3)
        if (value := row.get(f"original_{code}", 0.0)) > 0
    }
    numbers = {
        name: row[name].item()
        for name in ("lon", "lat", "epsg", "left", "bottom", "block", "main_class", OPEN)
    }
    texts = {name: str(row[name]) for name in ("split", "tile", *TEXTS)}
    return {"label": label, **({"label_original": original} if original else {}), **texts, **numbers}  # fmt: skip


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)  # no time and no owner: the same samples give the same bytes
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))
