"""The demo corpus as a store: half a million samples, every file of them made when it is asked for."""

from __future__ import annotations

import builtins
import datetime as dt
import re
from collections import OrderedDict
from collections.abc import Iterator
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd
from scipy import sparse

from explorer.core import forking
from explorer.core.errors import InvalidSampleIdError, NotThereError, UnknownDateError
from explorer.core.grid import Cell, parse
from explorer.core.products import PF_QA, PF_SR, PRODUCTS, S2_SR, SYNTHETIC_KEY, SYNTHETIC_NOTE
from explorer.corpus.stores.store import clean_key
from explorer.demo import geography, label_errors, landscape, noise, resources, showcase, table, tiff
from explorer.demo.phenology import Climate
from explorer.demo.render import QA_BANDS, Renderer

DEFAULT_COUNT = 500_000
_SCENES = 24  # kept ready, about 5 MB each
_CHIP = re.compile(r"imagery/([^/]+)/([^/]+)/([^/]+)/([^/]+)/([^/]+)\.tif")
_LABEL = re.compile(r"labels/([^/]+)/([^/]+)/labels_([^/]+)\.geojson")

# where fields are large, or small, and where hedges stand: (lon, lat, radius in km, factor)
_LARGE = ((3.0, 49.3, 170, 2.2), (12.0, 52.8, 180, 3.0), (27.0, 44.5, 200, 2.6), (18.5, 46.8, 190, 2.0),
          (0.0, 52.5, 100, 1.9), (15.0, 50.0, 140, 1.8), (-4.5, 41.5, 130, 1.5), (33.0, 39.0, 220, 1.4))  # fmt: skip
_SMALL = ((21.5, 50.8, 190, 0.65), (-8.5, 41.5, 110, 0.7), (14.5, 41.5, 160, 0.45), (22.5, 39.5, 220, 0.5),
          (20.0, 43.0, 200, 0.55), (11.5, 45.5, 130, 0.4), (3.5, 51.0, 110, 0.35))  # fmt: skip
_HEDGED = ((-8.0, 53.2, 200, 0.75), (-3.5, 52.5, 180, 0.6), (-1.5, 48.4, 190, 0.6), (2.0, 46.5, 160, 0.4),
           (9.5, 54.3, 90, 0.4), (-7.5, 43.0, 130, 0.4), (6.0, 50.5, 100, 0.3))  # fmt: skip


@forking.remake_cached
class DemoStore:
    """A synthetic corpus behind the store protocol; the same seed gives the same bytes, always.

    Safe for many threads. `samples`, `fractions` and `truth` give in one go what a real corpus spreads over files.
    """

    worth_prefetching = False
    """Chips are made on demand: to make them ahead costs the processor that the page needs."""

    def __init__(self, seed: int = 0, count: int = DEFAULT_COUNT) -> None:
        self.seed = seed
        self.count = count
        self._lock = forking.Lock()
        self._scenes: OrderedDict[int, _Slot] = OrderedDict()
        self._table: table.Table | None = None

    def __reduce__(self) -> tuple[type[DemoStore], tuple[int, int]]:
        return DemoStore, (self.seed, self.count)

    @property
    def where(self) -> str:
        """The place, as a person would name it."""
        return (
            "demo"
            if self.seed == 0 and self.count == DEFAULT_COUNT
            else f"demo (seed {self.seed}, {self.count} samples)"
        )

    @property
    def table(self) -> table.Table:
        """The table of all samples."""
        with self._lock:
            if self._table is None:
                self._table = table.load(self.count, self.seed, showcase.featured)
            return self._table

    # -- tables --------------------------------------------------------------------------------------------

    def samples(self) -> pd.DataFrame:
        """`lon, lat` (degrees), `x, y` (EPSG:3857), `clc` (int16, as labelled), `fraction` (float32) by `sample_id`."""
        return self.table.frame.copy(deep=False)

    def fractions(self) -> sparse.csr_matrix:
        """Fractions as labelled, `(n, 44)` float32 in the order of `corine.codes(3)`, rows as in `samples`."""
        table = self.table.labelled
        shares = table.data.astype(np.float32) / np.float32(1000)
        return sparse.csr_matrix((shares, table.indices, table.indptr), shape=table.shape, copy=False)

    def truth(self) -> pd.DataFrame:
        """The samples whose label is wrong, by `sample_id`.

        `kind` (swapped, construction, clear-cut, new-crop), `what` in words, `labelled` and `true` codes of the
        part in question, `changed` (ISO date, empty where nothing changed), `true_fractions` as `211:0.6;133:0.4`.
        """
        t = self.table
        rows = np.flatnonzero(t["kind"])
        kind, old, new, day = (t[name][rows] for name in ("kind", "old", "new", "day"))
        sentences = {
            k: label_errors.describe(*k)
            for k in set(zip(kind.tolist(), old.tolist(), new.tolist(), strict=True))
        }
        start = dt.date(2018, 1, 1)
        return pd.DataFrame(
            {
                "kind": pd.Series(np.array(label_errors.KINDS, dtype=object)[kind], dtype="str").to_numpy(),
                "what": [sentences[k] for k in zip(kind.tolist(), old.tolist(), new.tolist(), strict=True)],
                "labelled": old,
                "true": new,
                "changed": [(start + dt.timedelta(int(d))).isoformat() if d >= 0 else "" for d in day],
                "true_fractions": [
                    ";".join(
                        f"{c}:{v:g}"
                        for c, v in sorted(t.fractions(int(r), true=True).items(), key=lambda i: -i[1])
                    )
                    for r in rows
                ],
            },
            index=t.frame.index[rows],
        )

    # -- the store protocol --------------------------------------------------------------------------------

    def get(self, key: str) -> bytes:
        """The whole of one file. Raises `NotThereError` if the demo has no such file."""
        key = clean_key(key)
        if match := _CHIP.fullmatch(key):
            return self._chip(key, match[3], match[4], match[5])
        if match := _LABEL.fullmatch(key):
            row, cell = self._row(key, match[3])
            if cell.label_key != key:
                raise NotThereError(key)
            return resources.label(cell, self.table.fractions(row))
        if key == resources.LABELS:
            return resources.labels_csv(self.table.frame.index, self.table.labelled)
        if key == resources.GEOMETRIES:
            return resources.geometries(self.table.frame.index)
        if key == resources.MAPPINGS:
            return resources.mappings_csv()
        if key == SYNTHETIC_KEY:
            return SYNTHETIC_NOTE.encode()
        raise NotThereError(key)

    def list(self, folder: str) -> Iterator[str]:
        """Names directly in a folder, sorted, folders ending in `/`; nothing where it is absent."""
        parts = [p for p in folder.rstrip("/").split("/") if p not in ("", ".")]
        if not parts:
            return iter(("imagery/", "labels/", "resources/"))
        root, depth = parts[0], len(parts)
        if root == "resources" and depth == 1:
            keys = (resources.LABELS, resources.GEOMETRIES, resources.MAPPINGS, SYNTHETIC_KEY)
            return iter(sorted(key.split("/")[1] for key in keys))
        if root not in ("imagery", "labels"):
            return iter(())
        if depth <= 3:
            return iter(self._tree(root, tuple(parts[1:])))
        if root == "imagery" and depth in (4, 5):
            try:
                _, cell = self._row(folder, parts[3])
            except NotThereError:
                return iter(())
            if "/".join(parts[1:4]) != cell.folder:
                return iter(())
            if depth == 4:
                return iter(sorted(f"{p}/" for p in PRODUCTS))
            if parts[4] in PRODUCTS:
                return iter([f"{stem}.tif" for stem in PRODUCTS[parts[4]].date_keys])
        return iter(())

    def href(self, key: str) -> str:
        """A name for the file; nothing outside this process can open it."""
        return f"demo:{clean_key(key)}"

    # -- behind it -----------------------------------------------------------------------------------------

    @cached_property
    def _tiles(self) -> dict[str, dict[str, np.ndarray]]:
        """Zone -> tile -> rows."""
        t = self.table
        frame = pd.DataFrame({name: t[name] for name in ("zone", "tile_x", "tile_y")})
        tree: dict[str, dict[str, np.ndarray]] = {}
        for key, rows in frame.groupby(["zone", "tile_x", "tile_y"]).indices.items():
            zone, x, y = cast("tuple[int, int, int]", key)
            tree.setdefault(f"{zone:02d}N", {})[f"{x}E-{y}N"] = np.asarray(rows)
        return tree

    def _tree(self, root: str, parts: tuple[str, ...]) -> builtins.list[str]:
        if not parts:
            return sorted(f"{zone}/" for zone in self._tiles)
        tiles = self._tiles.get(parts[0], {})
        if len(parts) == 1:
            return sorted(f"{tile}/" for tile in tiles)
        ids = sorted(self.table.ids[int(r)].as_py() for r in tiles.get(parts[1], ()))
        return [f"labels_{i}.geojson" for i in ids] if root == "labels" else [f"{i}/" for i in ids]

    def _row(self, key: str, sample_id: str) -> tuple[int, Cell]:
        try:
            cell = parse(sample_id)
        except InvalidSampleIdError:
            raise NotThereError(key) from None
        row = self.table.find(cell)
        if row is None:
            raise NotThereError(key)
        return row, cell

    def _chip(self, key: str, sample_id: str, product_id: str, stem: str) -> bytes:
        product = PRODUCTS.get(product_id)
        if product is None:
            raise NotThereError(key)
        row, cell = self._row(key, sample_id)
        try:
            date = product.parse_date(stem)
        except UnknownDateError:
            raise NotThereError(key) from None
        if product.key(cell.folder, date) != key:
            raise NotThereError(key)
        return encode(self.renderer(row), product_id, product.dates.index(date), cell)

    def renderer(self, row: int) -> Renderer:
        """The renderer of the sample in a row of the table; the last few are kept."""
        t = self.table
        with self._lock:
            slot = self._scenes.setdefault(row, _Slot())
            self._scenes.move_to_end(row)
            while len(self._scenes) > _SCENES:
                self._scenes.popitem(last=False)
        with slot.lock:  # two threads that want the same scene build it once
            if slot.renderer is None:
                slot.renderer = build(t, row, self.seed)
            return slot.renderer


class _Slot:
    """A place for one scene, with its own lock."""

    __slots__ = ("lock", "renderer")

    def __init__(self) -> None:
        self.lock = forking.Lock()
        self.renderer: Renderer | None = None


def encode(renderer: Renderer, product_id: str, index: int, cell: Cell) -> bytes:
    """One chip as the corpus stores it."""
    if product_id == PF_SR.id:
        return tiff.encode(renderer.planet_fusion(index), cell, PF_SR.pixel_size)
    if product_id == S2_SR.id:
        return tiff.encode(renderer.sentinel2(index), cell, S2_SR.pixel_size, S2_SR.nodata)
    return tiff.encode(renderer.quality(index), cell, PF_QA.pixel_size, names=QA_BANDS)


def build(t: table.Table, row: int, seed: int) -> Renderer:
    """The landscape of a row of the table, as it truly is."""
    cell = t.cell(row)
    place = geography.setting(t["lon"][row : row + 1], t["lat"][row : row + 1], seed)
    climate = Climate(
        float(place.warmth[0]), float(place.mediterranean[0]), float(place.oceanic[0]), float(place.lat[0]),
        float(place.height[0]),
    )  # fmt: skip
    near = [
        float(geography.near_spots(spots, place.east, place.north)[0]) for spots in (_LARGE, _SMALL, _HEDGED)
    ]
    key = (seed, cell.zone, cell.tile_x, cell.tile_y, cell.row, cell.col)
    rng = noise.rng(*key)
    area = (
        21_000 * max(near[0], 1.0) * (near[1] if near[1] > 0.05 else 1.0) * float(np.exp(rng.normal(0, 0.35)))
    )
    event = None
    if t["day"][row] >= 0:
        event = landscape.Event(int(t["new"][row]), int(t["old"][row]), int(t["day"][row]))
    scene = landscape.build(
        t.fractions(row, true=True),
        climate,
        float(place.relief[0]),
        float(np.clip(area, 4000, 90_000)),
        near[2],
        rng,
        event,
    )
    return Renderer(scene, key)
