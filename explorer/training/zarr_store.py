"""A pack as one Zarr store (format 3): labels, places and splits in its root, a group a product with the cubes, sharded."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from explorer.core import corine
from explorer.core.errors import OutputError
from explorer.core.products import CITATION, REFLECTANCE_SCALE
from explorer.corpus.imagery import stack
from explorer.training.labels import OPEN, TEXTS
from explorer.training.parts import STATUS_MEANINGS

if TYPE_CHECKING:
    from explorer.training.parts import Part
    from explorer.training.plan import Cubes, Plan

CUBE = "surface_reflectance"
STATUS = "date_status"
_CHUNK_BYTES = 4_000_000
"""Of a piece that is read at once, before it is packed."""
_ABOUT = {
    "split": {"long_name": "train, val or test; gap: too near to another split, used for nothing"},
    "block": {"long_name": "block of tiles that stays in one split"},
    "tile": {"long_name": "24 km tile of the corpus's grid"},
    "lon": {"standard_name": "longitude", "units": "degrees_east", "long_name": "longitude of the centre"},
    "lat": {"standard_name": "latitude", "units": "degrees_north", "long_name": "latitude of the centre"},
    "epsg": {"long_name": "EPSG code of the UTM zone of left, bottom, x and y"},
    "left": {"units": "metre", "long_name": "western edge in the zone of epsg"},
    "bottom": {"units": "metre", "long_name": "southern edge in the zone of epsg"},
    "main_class": {"long_name": "CORINE level-3 code of the largest fraction; 0: no label"},
    OPEN: {"units": "1", "long_name": "part that reviewers reject and name no class for"},
    "label_source": {"long_name": "original, confirmed or corrected"},
    "review_state": {"long_name": "correct, wrong, unsure or disputed; empty: not reviewed"},
    "decided_by": {"long_name": "one, agreement, majority or adjudication"},
    "verdict_id": {"long_name": "id of the verdict whose label counts"},
    "verdict_ids": {"long_name": "ids of all current verdicts"},
    "verdict_reviewer": {"long_name": "who gave that verdict"},
    "verdict_time": {"long_name": "when, UTC"},
}


class ZarrWriter:
    """See `parts.Writer`."""

    def __init__(self) -> None:
        if find_spec("zarr") is None:
            raise OutputError("this needs zarr: pip install 'rapidai4eo-explorer[data]'")

    def begin(self, folder: Path, plan: Plan, about: dict[str, Any]) -> None:
        import zarr
        from zarr.codecs import BloscCodec, Crc32cCodec

        root = _root(plan, about)
        summed = {name: {"compressors": _summed()} for name in root.variables}
        root.to_zarr(folder, mode="w", zarr_format=3, consolidated=False, encoding=summed)
        for cubes in plan.cubes:
            name = cubes.product.id
            _coordinates(plan, cubes).to_zarr(folder, group=name, mode="w", zarr_format=3, consolidated=False)
            shape, step = (len(plan), *cubes.shape), _times(cubes)
            shard = (plan.shard_samples, -(-shape[1] // step) * step, *shape[2:])
            fill = stack.nodata_of(cubes.product)
            zarr.open_group(folder, mode="r+", path=name).create_array(
                CUBE, shape=shape, dtype=stack.stored_dtype(cubes.product), chunks=(1, step, *shape[2:]), shards=shard,
                fill_value=fill, dimension_names=stack.DIMS,
                compressors=(BloscCodec(cname="zstd", clevel=3, shuffle="shuffle"), Crc32cCodec()),
                attributes={
                    "long_name": cubes.product.title, "standard_name": "surface_bidirectional_reflectance", "units": "1",
                    "scale_factor": REFLECTANCE_SCALE, "_FillValue": fill, "ancillary_variables": STATUS, "references": CITATION,
                },
            )  # fmt: skip

    def write(self, folder: Path, part: Part) -> dict[str, str]:
        import zarr

        for name, data in part.data.items():
            zarr.open_array(folder, path=f"{name}/{CUBE}", mode="r+")[part.piece.rows] = data
        return {}  # each chunk has its own

    def end(
        self,
        folder: Path,
        plan: Plan,
        status: dict[str, np.ndarray],
        checksums: dict[str, str],
        about: dict[str, Any],
    ) -> None:
        import zarr

        flags: dict[str, Any] = {"flag_values": list(range(5)), "flag_meanings": STATUS_MEANINGS}
        for name, found in status.items():
            group = zarr.open_group(folder, mode="r+", path=name)
            group.create_array(
                STATUS, data=found, chunks=(min(len(found), 10_000), found.shape[1]), dimension_names=stack.DIMS[:2],
                attributes={"long_name": "what is known of each date", **flags}, overwrite=True, compressors=_summed(),
            )  # fmt: skip
        zarr.open_group(folder, mode="r+").update_attributes(about)
        with (
            warnings.catch_warnings()
        ):  # not part of the format yet: who does not know it reads on without it
            warnings.filterwarnings("ignore", "Consolidated metadata is currently not part")
            zarr.consolidate_metadata(folder)


def _root(plan: Plan, about: dict[str, Any]) -> xr.Dataset:
    """All that is known of the samples, without their cubes."""
    table = plan.table
    codes = corine.codes(3)
    found = xr.Dataset(attrs=about)
    found = found.assign_coords(
        {
            "sample_id": ("sample", _texts(table.index)),
            "class": ("class", np.array(codes, np.int16), {"long_name": "CORINE Land Cover level-3 code"}),
            "class_name": ("class", _texts(corine.land_cover(code).title for code in codes)),
        }
    )
    for name, attrs in _ABOUT.items():
        column = table[name]
        text = name in TEXTS or name in ("split", "tile")
        found[name] = ("sample", _texts(column) if text else column.to_numpy(), attrs)
    fraction = {"units": "1", "comment": "rows of zeros have no label"}
    found["label"] = (
        ("sample", "class"),
        plan.fractions(),
        fraction | {"long_name": f"fraction of each class, {plan.labels}"},
    )
    found["label_original"] = (
        ("sample", "class"),
        plan.fractions("original"),
        fraction | {"long_name": "fraction of each class in the corpus"},
    )
    return found.set_coords(["lon", "lat", "epsg", "left", "bottom", "split"])  # fmt: skip


def _coordinates(plan: Plan, cubes: Cubes) -> xr.Dataset:
    """The coordinates of one product's cubes."""
    given = stack.coordinates(
        plan.cells[:1], cubes.product, list(cubes.positions), list(range(len(cubes.product.bands)))
    )
    kept = {name: value for name, value in given.items() if "sample" not in value[0]}
    found = xr.Dataset(coords={**kept, "sample_id": ("sample", _texts(plan.table.index))})
    found = found.assign_coords(band=("band", _texts(found["band"].to_numpy()), {"long_name": "band"}))
    found["time"].encoding = {
        "units": "days since 2018-01-01 10:30:00",
        "calendar": "standard",
        "dtype": "int32",
    }
    found["time"].attrs |= {"standard_name": "time", "axis": "T"}
    return found  # fmt: skip


def _summed() -> Any:
    """A codec whose frames have a checksum, so that who reads hears of damage."""
    from zarr.codecs import ZstdCodec

    return ZstdCodec(level=3, checksum=True)


def _times(cubes: Cubes) -> int:
    """Dates of a piece that is read at once."""
    times = cubes.shape[0]
    return max(1, min(times, _CHUNK_BYTES * times // cubes.nbytes))


def _texts(values: Any) -> np.ndarray:
    return np.array([str(value) for value in values], dtype=object)
