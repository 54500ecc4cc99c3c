"""What people saw on the ground beside a corpus, by name: `corpus.ground`. Points and polygons, joined to the samples in whose cells they lie."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.core import grid
from explorer.core.atomic_file import replacing
from explorer.core.errors import (
    CorpusFormatError,
    GroundError,
    InvalidQueryError,
    OutputError,
    UnknownGroundError,
)
from explorer.core.products import CELL_SIZE_M, PF_SR, SYNTHETIC_LICENSE
from explorer.demo import visits
from explorer.demo.store import DemoStore
from explorer.opinions import ground_files, kept_files, legends
from explorer.opinions.collection import check_name
from explorer.opinions.ground_files import Columns, Counts
from explorer.opinions.kept_files import KeptFiles, one_line
from explorer.opinions.legends import Legend, LegendClass
from explorer.review import estimators, groupings
from explorer.review.groupings import Grouping

if TYPE_CHECKING:
    import geopandas as gpd

    from explorer.corpus.corpus import Corpus
    from explorer.opinions.opinion import Opinion

VERSION = 1
MAX_KEPT = 100
MAX_ROWS = 5_000_000
"""Points and polygons in samples, of one file: more is no longer a table that a page can show."""
_META = b"rapidai4eo_ground"
_DETAILED = 1
"""Featured samples of the demo whose parcels are made, beside the one that a page begins with."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a set of points or polygons: its name, whom to name and on which terms, and what became of the file's rows."""

    name: str
    source: str = ""
    licence: str = ""
    file: str = ""
    added: str = ""
    """ISO date and time, UTC."""
    rows: int = 0
    """Of the file."""
    without_class: int = 0
    outside: int = 0
    """Those that lie in no sample's cell; they are not kept."""
    repaired: int = 0
    synthetic: bool = False
    """Whether it is made up, as the demo's are."""

    @property
    def credit(self) -> str:
        """Whom to name, and on which terms."""
        made_up = "made up" if self.synthetic else ""
        return "; ".join(filter(None, (self.source, made_up, self.licence)))


class GroundTruth:
    """Points and polygons of one file that lie in samples' cells, with their classes in a legend.

    `table`: a row a point or polygon and sample, `sample_id`, `id`, `value`, `place`, `date`, `stratum`, `probability`, `share` (of the cell's
    area that a polygon covers; NaN of a point) and its geometry in degrees, sorted by sample; read on first use.
    """

    def __init__(
        self, corpus: Corpus, about: About, legend: Legend, path: Path | Callable[[], gpd.GeoDataFrame]
    ) -> None:
        self.corpus, self.about, self.legend, self._path = corpus, about, legend, path

    def __repr__(self) -> str:
        return (
            f"<GroundTruth {self.about.name}: {len(self):,} in {self.table['sample_id'].nunique():,} samples>"
        )

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def table(self) -> gpd.GeoDataFrame:
        """All of it. Raises `CorpusFormatError` where its file is damaged."""
        import geopandas as gpd

        if callable(self._path):
            return self._path()
        try:
            found = gpd.read_parquet(self._path)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise CorpusFormatError(
                str(self._path), "no points or polygons of this explorer, or damaged"
            ) from error
        found["sample_id"] = found["sample_id"].astype(object)
        there = self.corpus.index.rows(found["sample_id"]) >= 0  # a corpus may have lost samples since
        return found[there].reset_index(drop=True)

    def at(self, sample_id: str, size: int = PF_SR.size) -> gpd.GeoDataFrame:
        """The points and polygons in a sample's cell, with what a page shows of them.

        Columns of `table`, `title` and `colour` of the class, `row` and `col` of a point (of a polygon's inner point) in a chip of `size`
        pixels along an edge, from its upper left corner, whole numbers being the corners of pixels; float64. The geometry is in metres of the cell's UTM zone,
        polygons cut to the cell. Empty where nothing lies there. Raises as `Corpus.cell`.
        """
        import shapely

        cell = self.corpus.cell(sample_id)
        found = self.table[self._start(sample_id) : self._start(sample_id, "right")].to_crs(cell.epsg)
        left, bottom, right, top = cell.bounds
        outline = shapely.box(left, bottom, right, top)
        shapes = found.geometry.to_numpy()
        areas = shapely.get_dimensions(shapes) == 2
        shapes = np.where(areas, shapely.intersection(shapes, outline), shapes)
        inner = shapely.point_on_surface(shapes)
        place = found["place"].to_numpy()
        return found.assign(
            title=[self.legend.classes[i].title for i in place],
            colour=[self.legend.classes[i].colour for i in place],
            row=(top - shapely.get_y(inner)) / CELL_SIZE_M * size,
            col=(shapely.get_x(inner) - left) / CELL_SIZE_M * size,
        ).set_geometry(shapes, crs=cell.epsg).reset_index(drop=True)  # fmt: skip

    def _start(self, sample_id: str, side: Any = "left") -> int:
        return int(self.table["sample_id"].searchsorted(sample_id, side))

    @cached_property
    def mercator(self) -> np.ndarray:
        """Where each of `table` is on a map, of a polygon an inner point: metres of EPSG:3857, float64 `(n, 2)`, x and y. Raises as `table`."""
        import shapely

        inner = self.table.geometry.to_numpy().copy()
        wide = shapely.get_type_id(inner) != shapely.GeometryType.POINT
        inner[wide] = shapely.point_on_surface(inner[wide])
        x, y = grid.transformer(4326, 3857).transform(shapely.get_x(inner), shapely.get_y(inner))
        return np.stack([x, y], axis=1)

    @cached_property
    def first_rows(self) -> np.ndarray:
        """Of `table`, whether a row is the first of its point or polygon: one that lies in several samples has several rows; bool `(n,)`."""
        places = pd.DataFrame({"id": self.table["id"], "x": self.mercator[:, 0], "y": self.mercator[:, 1]})
        return ~places.duplicated().to_numpy()

    @cached_property
    def counts(self) -> pd.Series:
        """How many lie in each sample that has any, by `sample_id`."""
        return self.table.groupby("sample_id").size().rename("count")

    def accuracy(
        self,
        level: int = 1,
        *,
        grouping: Grouping | str | None = None,
        opinion: Opinion | None = None,
        confidence: float = 0.95,
    ) -> estimators.Accuracy:
        """Accuracy of the labels (or of an opinion) with the ground as reference, by the design that the file tells.

        The class of the map is the largest of the label of the cell, that of the reference what was seen at the point. Each unit counts by
        1 over its probability of inclusion, in its stratum: the stratified estimator of Stehman (2014) and Olofsson et al. (2014), as
        `review.accuracy`. What is in several groups or none is left out, and `notes` says how many. Raises `InvalidQueryError` where the design is
        not told, or nothing is left.
        """
        chosen = groupings.choose(level, grouping)
        table = self.table
        probability = table["probability"].to_numpy(np.float64)
        if not np.isfinite(probability).all():
            raise InvalidQueryError(
                f"{self.about.name} tells no probability of inclusion (nor weight) of its units: without the design no "
                "accuracy can be estimated. Add it again with --probability COLUMN or --weight COLUMN, and --stratum COLUMN where it was stratified"
            )
        of_map = chosen.of_corpus(self.corpus) if opinion is None else opinion.of_corpus(chosen)
        mapped = of_map[self.corpus.index.rows(table["sample_id"])]
        reference = self.legend.groups(chosen)[table["place"].to_numpy()]
        unsaid, unmapped = reference <= 0, mapped <= 0
        kept = np.flatnonzero(~unsaid & ~unmapped)
        if not len(kept):
            raise InvalidQueryError(
                f"no unit of {self.about.name} has a class of the grouping {chosen.name} and lies in a sample with one"
            )
        weight = 1 / probability[kept]
        strata, group = np.unique(table["stratum"].to_numpy(object)[kept].astype(str), return_inverse=True)
        share = np.bincount(group, weight, len(strata))
        sampled = estimators.Sampled.stratified(
            group, share / share.sum(), weight=weight, confidence=confidence
        )
        mapped, reference = mapped[kept], reference[kept]
        classes = sorted({*mapped.tolist(), *reference.tolist()})
        weights = np.array([weight[mapped == one].sum() for one in classes]) / weight.sum()
        found = estimators.from_sampled(
            sampled, mapped, reference, weights, classes, confidence, dict[estimators.Label, str](chosen.names.items()),
            f"Points or polygons by their probability of inclusion, in {len(strata)} strata" if len(strata) > 1
            else "Points or polygons by their probability of inclusion",
        )  # fmt: skip
        return _with_notes(found, self._notes(table, kept, unsaid, unmapped, chosen))

    def _notes(
        self,
        table: pd.DataFrame,
        kept: np.ndarray,
        unsaid: np.ndarray,
        unmapped: np.ndarray,
        chosen: Grouping,
    ) -> list[str]:
        samples = table["sample_id"].to_numpy(object)[kept]
        notes = [
            f"{len(kept):,} units of {self.about.name} in {len(set(samples)):,} samples. A unit is what was seen at a place; the map's class is that of its cell of 36 ha."
        ]
        if unsaid.any():
            notes.append(
                f"Left out: {int(unsaid.sum()):,} units whose class is in several groups of {chosen.name}, or in none."
            )
        if unmapped.any():
            notes.append(
                f"Left out: {int(unmapped.sum()):,} units in samples to which the map gives no class."
            )
        if len(set(samples)) < len(samples):
            notes.append(
                "Several units lie in one cell; intervals take units as independent, and may be too narrow."
            )
        return notes


def _with_notes(found: estimators.Accuracy, notes: list[str]) -> estimators.Accuracy:
    from dataclasses import replace

    return replace(found, notes=(*notes, *found.notes))


class Ground(Mapping[str, GroundTruth]):
    """Sets of points and polygons by name, in the order of their names: a file each in the data folder. For many threads.

    >>> list(corpus.ground)
    ['made-up-parcels', 'made-up-visits']
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._made_up = made_up(corpus)
        self._kept = KeptFiles(kept_files.folder("ground", corpus.where, corpus.config.data_dir), self._open)

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._kept.folder

    def _open(self, path: Path) -> GroundTruth:
        return GroundTruth(self._corpus, *_read_about(path), path)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._made_up, *self._kept.paths()}))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in self._made_up or name in self._kept.paths()

    def __getitem__(self, name: str) -> GroundTruth:
        """The set of a name. Raises `UnknownGroundError`, and `CorpusFormatError` where its file is damaged."""
        kept = self._kept.get(name) or self._made_up.get(name)
        if kept is None:
            raise UnknownGroundError(str(name), self)
        return kept

    def add(
        self,
        name: str,
        file: str | os.PathLike[str],
        legend: Legend | str | os.PathLike[str] | None = None,
        *,
        columns: Columns | None = None,
        crs: str = "",
        layer: str = "",
        source: str = "",
        licence: str = "",
        only_known: bool = False,
        replace: bool = False,
    ) -> GroundTruth:
        """Read a file of points or polygons and keep those in samples' cells under a name, whole or not at all.

        `legend`: a `Legend`, the id of one that is shipped, or a file; without it LUCAS's where the file has its columns, else CORINE's.
        Else as `ground_files.read`. Raises `GroundError`, `LegendError`, `InvalidQueryError`, `OutputError`.
        """
        name, path = check_name(name), Path(file).expanduser()
        files = self._kept.paths()
        if name in files and not replace:
            raise InvalidQueryError(
                f"points or polygons are called {name} already; give another name, or replace them (--replace, replace=True)"
            )
        if len(files) >= MAX_KEPT and name not in files:
            raise InvalidQueryError(
                f"{MAX_KEPT} sets of points and polygons are kept already; remove one first"
            )
        chosen = _legend_of(legend, path)
        counts = Counts()
        parts: list[gpd.GeoDataFrame] = []
        inside = 0
        for part in ground_files.read(
            path, chosen, columns, crs=crs, layer=layer, only_known=only_known, counts=counts
        ):
            joined = join(part, self._corpus.samples.index, self._cells)
            inside += joined["row"].nunique()
            parts.append(joined)
            if sum(map(len, parts)) > MAX_ROWS:
                raise GroundError(str(path), f"more than {MAX_ROWS:,} of them lie in samples; take a part")
        table = pd.concat(parts, ignore_index=True)
        if not len(table):
            raise GroundError(str(path), self._why_nowhere(counts, path, chosen, columns, crs, layer))
        about = About(
            name, one_line(source or chosen.source), one_line(licence or chosen.licence), path.name,
            dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), counts.rows, counts.without_class,
            counts.rows - counts.without_class - inside, counts.repaired,
        )  # fmt: skip
        _write(self._kept.path_of(name), about, chosen, table.drop(columns="row"))
        return self[name]

    def remove(self, name: str) -> None:
        """Forget a set and delete its file. Raises `UnknownGroundError`, `OutputError`."""
        if not self._kept.remove(name):
            raise UnknownGroundError(name, self)

    @cached_property
    def _cells(self) -> Any:
        """A tree of the samples' outlines."""
        import shapely

        return shapely.STRtree(grid.footprints(self._corpus.samples.index))

    def _why_nowhere(
        self, counts: Counts, path: Path, legend: Legend, columns: Columns | None, crs: str, layer: str
    ) -> str:
        if counts.without_class == counts.rows:
            return f"none of its {counts.rows:,} rows has a class of the legend {legend.title!r}"
        swapped = next(iter(ground_files.read(path, legend, columns, crs=crs, layer=layer, only_known=True)))
        bounds = swapped.total_bounds
        where = self._corpus.samples
        text = (
            f"none of its {counts.rows:,} rows lies in a sample: they are from {bounds[0]:.2f} to {bounds[2]:.2f} degrees east and "
            f"{bounds[1]:.2f} to {bounds[3]:.2f} north"
        )
        lon, lat = swapped.geometry.representative_point().x, swapped.geometry.representative_point().y
        near = (
            lon.between(where["lat"].min(), where["lat"].max())
            & lat.between(where["lon"].min(), where["lon"].max())
        ).mean()
        far = ~(
            lon.between(where["lon"].min(), where["lon"].max())
            & lat.between(where["lat"].min(), where["lat"].max())
        ).any()
        return f"{text}; are longitude and latitude swapped?" if near > 0.5 and far else text


def made_up(corpus: Corpus) -> dict[str, GroundTruth]:
    """The demo's visits and parcels, by name, made on first use; none of any other corpus."""
    store = corpus.store
    store = getattr(store, "base", store)
    if not isinstance(store, DemoStore):
        return {}
    legend = legends.find(legends.CORINE)

    def table(make: Callable[[DemoStore, list[int]], gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
        import shapely

        wanted = {one for one in (*corpus.featured[:_DETAILED], corpus.default_sample) if one is not None}
        found = make(store, np.sort(corpus.index.rows(wanted)).tolist())
        geometry = found.geometry.to_numpy()
        share = np.full(len(found), np.nan)
        areas = np.flatnonzero(shapely.get_dimensions(geometry) == 2)
        cells = grid.footprints(found["sample_id"].iloc[areas])
        share[areas] = shapely.area(geometry[areas]) / shapely.area(np.asarray(cells))
        found = found.assign(
            place=found["value"].map(legend.place).to_numpy(np.int32),
            stratum="",
            probability=np.nan,
            share=share,
        )
        return found.sort_values(["sample_id", "id"], kind="stable").reset_index(drop=True)

    def of(name: str, make: Callable[[DemoStore, list[int]], gpd.GeoDataFrame]) -> GroundTruth:
        about = About(name, "The demo of this explorer", SYNTHETIC_LICENSE, synthetic=True)
        return GroundTruth(corpus, about, legend, partial(table, make))

    return {
        name: of(name, make)
        for name, make in ((visits.PARCELS, visits.parcels), (visits.VISITS, visits.visits))
    }


def join(shapes: gpd.GeoDataFrame, sample_ids: pd.Index, cells: Any) -> gpd.GeoDataFrame:
    """Points and polygons (EPSG:4326) with the samples in whose cells they lie: a row for each pair, with `sample_id`, `row` and `share`.

    `cells` is a `shapely.STRtree` of the samples' outlines in degrees, `row` the position in `shapes`, `share` the part of the cell's area that a
    polygon covers (NaN of a point). A point on the line between two cells is in the first; a polygon that only touches a cell is not in it.
    """
    import shapely

    geometry = shapes.geometry.to_numpy()
    row, cell = cells.query(geometry, predicate="intersects")
    order = np.lexsort((cell, row))
    row, cell = row[order], cell[order]
    share = np.full(len(row), np.nan)
    area = shapely.get_dimensions(geometry[row]) == 2
    outlines = cells.geometries[cell[area]]
    share[area] = shapely.area(shapely.intersection(geometry[row[area]], outlines)) / shapely.area(outlines)
    zones = sample_ids[cell].str[:2].to_numpy(object)
    again = pd.DataFrame({"row": row, "zone": zones}).duplicated().to_numpy() & ~area
    kept = ~again & ~(share <= 0)
    found = shapes.iloc[row[kept]].reset_index(drop=True)
    found.insert(0, "sample_id", sample_ids[cell[kept]].to_numpy(object))
    return found.assign(share=share[kept], row=row[kept])


def _legend_of(legend: Legend | str | os.PathLike[str] | None, path: Path) -> Legend:
    if isinstance(legend, Legend):
        return legend
    if legend is not None:
        return legends.named_or_read(os.fspath(legend))
    if path.suffix.lower() == ".csv" and path.is_file():
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            head = {one.strip().strip('"').lower() for one in file.readline(100_000).split(",")}
        if {"point_id", "lc1"} <= head:
            return legends.find("lucas-2018")
    return legends.find(legends.CORINE)


def _write(path: Path, about: About, legend: Legend, table: gpd.GeoDataFrame) -> None:
    ordered = table.sort_values(["sample_id", "id"], kind="stable").reset_index(drop=True)
    meta = {"version": VERSION, "about": asdict(about), "legend": asdict(legend)}
    try:
        with replacing(path) as part:
            ordered.to_parquet(part, schema_version="1.1.0", compression="zstd")
            arrow = pq.read_table(part)
            arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), _META: json.dumps(meta)})
            with part.open("wb") as file:
                pq.write_table(arrow, file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def _read_about(path: Path) -> tuple[About, Legend]:
    try:
        meta = json.loads((pq.read_schema(path).metadata or {})[_META])
        if meta["version"] != VERSION:
            raise CorpusFormatError(
                str(path), f"points and polygons of version {meta['version']}, not {VERSION}"
            )
        kept = meta["legend"]
        classes = tuple(LegendClass(**one | {"corine": tuple(one["corine"])}) for one in kept["classes"])
        return About(**meta["about"]), Legend(**kept | {"classes": classes, "nodata": tuple(kept["nodata"])})
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        if isinstance(error, CorpusFormatError):
            raise
        raise CorpusFormatError(str(path), "no points or polygons of this explorer, or damaged") from error
