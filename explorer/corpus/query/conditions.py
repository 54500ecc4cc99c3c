"""The conditions that a query takes, with their types: a checker then finds a misspelt one before it runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
from shapely.geometry.base import BaseGeometry

from explorer.corpus.query.alike import Alike
from explorer.corpus.query.embedding_area import EmbeddingArea
from explorer.corpus.query.filters import Filters
from explorer.corpus.query.opinion_conditions import ClassPair, Differ, Disagreement, Says

if TYPE_CHECKING:
    import geopandas as gpd

Day = str | dt.date | np.datetime64
Interval = tuple[float | None, float | None]


class Conditions(TypedDict, total=False):
    """What `Corpus.query` can be asked, each by name; see `explorer.corpus.query.query.query` and `Filters`."""

    bbox: tuple[float, float, float, float] | list[float] | np.ndarray
    """West, south, east, north in degrees (EPSG:4326)."""
    geometry: BaseGeometry | Mapping[str, Any] | gpd.GeoSeries | gpd.GeoDataFrame
    classes: int | str | Iterable[int | str]
    """Codes or names of `level`."""
    level: int
    min_fraction: float
    max_fraction: float
    start: Day
    end: Day
    ids: str | Iterable[str]
    filters: Filters | str
    largest: int | str | Iterable[int | str]
    purity: Interval
    mixture: tuple[int | None, int | None]
    countries: str | Iterable[str]
    regions: str | Iterable[str]
    near: tuple[float, float, float]
    """Latitude and longitude in degrees, and kilometres."""
    zones: int | Iterable[int]
    review: str | Iterable[str]
    suspicion: Interval
    change: Interval
    imagery: str | Iterable[str]
    disagreement: str | Disagreement | Iterable[str | Disagreement]
    """How far an opinion is from the label: `"made-up-good:0.3-1"`, or a `Disagreement`."""
    says: str | Says | Iterable[str | Says]
    class_pair: str | ClassPair | Iterable[str | ClassPair]
    differ: str | Differ | Iterable[str | Differ]
    embedding: str | EmbeddingArea
    """A part of an embedding map: `"made-up:pca:-0.2_0.1~0.3_0.4"`, or an `EmbeddingArea`."""
    alike: str | Alike
    """What a search for what is alike finds: `"33N_15E-200N_01_09;by:season;n:50"`, in the words of `explorer.similar.search`."""
