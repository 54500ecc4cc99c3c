"""What filters ask of each sample: one column a question, made on first use, shared by all sessions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from explorer.core import corine, forking
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PRODUCTS
from explorer.corpus.query.alike import Likeness
from explorer.corpus.query.cover_change import HOW_TO_KNOW
from explorer.corpus.query.embedding_area import EmbeddingPlaces
from explorer.corpus.query.opinion_conditions import OpinionColumns
from explorer.corpus.tables import places, towns
from explorer.corpus.tables.index import SampleIndex
from explorer.corpus.tables.labels import Fractions

UNREVIEWED = "none"
"""The state of a sample that nobody reviewed."""
_EXTRAS = ("review", "suspicion", "change")
_MASK_BYTES = 100_000_000
"""Memory for masks of conditions asked before."""

AtHand = Callable[[], dict[str, np.ndarray]]
"""Product id -> which samples have it at hand, bool `(n,)`; may take seconds."""


class OfFeatures(EmbeddingPlaces, Likeness, Protocol):
    """What features of samples are asked."""


class FilterTable:
    """Columns `(n,)` in the order of `samples`. It may be used from many threads.

    `extras` has what later work knows of samples, by `sample_id`: `review` (text), `suspicion` and `change` (0 to 1), each
    optional, for some samples or all. `imagery` finds out what is at hand. `opinions` gives what opinions say, `embeddings` features with their embedding maps, as they are by then.
    """

    def __init__(
        self,
        index: SampleIndex,
        extras: pd.DataFrame | None = None,
        imagery: AtHand | None = None,
        opinions: Callable[[], OpinionColumns] | None = None,
        embeddings: Callable[[], OfFeatures] | None = None,
    ) -> None:
        self._extras, self._imagery, self._opinions, self._embeddings = extras, imagery, opinions, embeddings
        self.index = index
        """The samples that it is of."""
        self._lock = forking.Lock()
        self._columns: dict[Hashable, np.ndarray] = {}
        self._masks: OrderedDict[Hashable, np.ndarray] = OrderedDict()
        self.all = _frozen(np.ones(len(index), bool))
        """No condition: all samples, bool `(n,)`."""

    def __len__(self) -> int:
        return len(self.index)

    @property
    def fractions(self) -> Fractions:
        """Fractions of all samples."""
        return self.index.fractions

    @property
    def offers(self) -> frozenset[str]:
        """Names of what may be absent and is here: `review`, `suspicion`, `change`, `imagery`."""
        known = {name for name in _EXTRAS if self._extras is not None and name in self._extras}
        return frozenset(known | ({"imagery"} if self._imagery is not None else set()))

    def largest(self, level: int) -> np.ndarray:
        """Code of the largest class on a level, int16, 0 without a label; fractions of a branch add up."""
        if level == 3:
            return self._column("largest3", lambda: self.index.samples["clc"].to_numpy(np.int16))
        return self._column(f"largest{level}", lambda: _dominant(*self.fractions.at_level(level)))

    def position(self, level: int) -> np.ndarray:
        """Row of `corine.colour_table(level)` of the largest class on a level, uint8."""
        return self._column(f"position{level}", lambda: corine.positions(self.largest(level), level))

    @property
    def purity(self) -> np.ndarray:
        """Fraction of the largest level-3 class, 0 to 1, float32."""
        return self._column("purity", lambda: self.index.samples["fraction"].to_numpy(np.float32))

    def largest_fraction(self, level: int) -> np.ndarray:
        """Fraction of the largest class on a level, 0 to 1, float32; fractions of a branch add up."""

        def make() -> np.ndarray:
            _, matrix = self.fractions.at_level(level)
            return np.asarray(matrix.max(axis=1).toarray(), np.float32).ravel()

        return self.purity if level == 3 else self._column(f"fraction{level}", make)

    @property
    def mixture(self) -> np.ndarray:
        """Number of level-3 classes with a fraction, uint8."""

        def make() -> np.ndarray:
            matrix = self.fractions.matrix
            if matrix.nnz and matrix.data.min() > 0:
                return np.diff(matrix.indptr).astype(np.uint8)
            return np.asarray((matrix > 0).sum(axis=1)).ravel().astype(np.uint8)

        return self._column("mixture", make)

    @property
    def country(self) -> np.ndarray:
        """Position in `places.countries()`, int16, `places.NOWHERE` where in none."""
        samples = self.index.samples
        return self._column(
            "country", lambda: places.countries_of(samples["lon"].to_numpy(), samples["lat"].to_numpy())
        )

    @property
    def region(self) -> np.ndarray:
        """Position in `towns.regions()`, int16, `places.NOWHERE` where in none: the region of the nearest town of the sample's country."""
        samples, country = self.index.samples, self.country
        return self._column(
            "region",
            lambda: towns.regions_of(samples["lon"].to_numpy(), samples["lat"].to_numpy(), country),
        )

    def metres_from(self, lat: float, lon: float) -> np.ndarray:
        """Metres of each sample's centre from a place (degrees), float64; not kept."""
        samples = self.index.samples
        return towns.metres_from(lat, lon, samples["lat"].to_numpy(), samples["lon"].to_numpy())

    @property
    def zone(self) -> np.ndarray:
        """UTM zone, 1 to 60, int8: the first two characters of an id."""

        def make() -> np.ndarray:
            digits = pc.utf8_slice_codeunits(pa.array(self.index.samples.index, pa.string()), 0, 2)
            return np.asarray(pc.cast(digits, pa.int8()))

        return self._column("zone", make)

    @property
    def review(self) -> np.ndarray:
        """State of review as text, `UNREVIEWED` where none is known. Raises `InvalidQueryError`."""
        return self._column(
            "review", lambda: self._extra("review").fillna(UNREVIEWED).astype(str).to_numpy("U60")
        )

    @property
    def suspicion(self) -> np.ndarray:
        """How suspect the label is, 0 to 1, float32, NaN where not known. Raises `InvalidQueryError`."""
        return self._column("suspicion", lambda: self._extra("suspicion").to_numpy(np.float32))

    @property
    def change(self) -> np.ndarray:
        """Probability that cover was lost from 2018 to 2019, 0 to 1, float32, NaN where not known. Raises `InvalidQueryError`."""
        return self._column("change", lambda: self._extra("change").to_numpy(np.float32))

    @property
    def lost(self) -> np.ndarray:
        """The date on which that is first seen as text (`2018-09-04`), empty where none is known."""
        if self._extras is None or "lost" not in self._extras:
            return self._column("lost", lambda: np.full(len(self), "", "U10"))
        return self._column("lost", lambda: self._extra("lost").fillna("").astype(str).to_numpy("U10"))

    def at_hand(self, product: str) -> np.ndarray:
        """Which samples have a product at hand. Raises `InvalidQueryError` where that cannot be told."""
        if self._imagery is None:
            raise InvalidQueryError(
                "what imagery is at hand can be told of a corpus in a folder only; leave it out"
            )
        key = ("at hand", product)
        with self._lock:
            if key not in self._columns:
                found = self._imagery()
                for name in PRODUCTS:
                    self._columns["at hand", name] = _frozen(found.get(name, np.zeros(len(self), bool)))
            return self._columns[key]

    @property
    def opinions(self) -> OpinionColumns:
        """What opinions say of the samples. Raises `InvalidQueryError` where none can be had."""
        if self._opinions is None:
            raise InvalidQueryError("no opinions are kept of these samples; leave their conditions out")
        return self._opinions()

    def has_opinion(self, name: str) -> bool:
        """Whether there is an opinion of that name now."""
        return self._opinions is not None and name in self._opinions()

    @property
    def embeddings(self) -> OfFeatures:
        """The features of the samples, with their embedding maps. Raises `InvalidQueryError` where none can be had."""
        if self._embeddings is None:
            raise InvalidQueryError(
                "no features are kept of these samples; leave the embedding map, and what is alike, out"
            )
        return self._embeddings()

    def has_embedding(self, name: str, method: str) -> bool:
        """Whether there is such an embedding map now."""
        return self._embeddings is not None and self._embeddings().has_map(name, method)

    def can_find(self, text: str) -> bool:
        """Whether a search for what is alike can be asked now."""
        return self._embeddings is not None and self._embeddings().can_find(text)

    def kept(self, key: Hashable, make: Callable[[], np.ndarray]) -> np.ndarray:
        """The mask of a condition, made on first use, dropped when others need its memory."""
        with self._lock:
            if key in self._masks:
                self._masks.move_to_end(key)
                return self._masks[key]
        mask = _frozen(np.asarray(make(), bool))
        with self._lock:
            self._masks[key] = mask
            while len(self._masks) > max(4, _MASK_BYTES // max(len(self), 1)):
                self._masks.popitem(last=False)
        return mask

    def _extra(self, name: str) -> pd.Series:
        if self._extras is None or name not in self._extras:
            how = "" if name == "review" else f", or compute it with: {HOW_TO_KNOW}"
            raise InvalidQueryError(
                f"nothing is known of the {name} of this corpus's samples; leave it out{how}"
            )
        return self._extras[name].reindex(self.index.samples.index)

    def _column(self, name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        with self._lock:
            if name not in self._columns:
                self._columns[name] = _frozen(make())
            return self._columns[name]


def _frozen(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.setflags(write=False)
    return view


def _dominant(codes: tuple[int, ...], matrix: sparse.csr_matrix) -> np.ndarray:
    """Code of each row's largest entry, int16 `(n,)`, 0 for an empty row; of equal ones the lowest code."""
    found = np.zeros(matrix.shape[0], np.int16)
    lengths = np.diff(matrix.indptr)
    filled = np.flatnonzero(lengths)
    if filled.size:
        starts = matrix.indptr[:-1][filled]
        largest = np.maximum.reduceat(matrix.data, starts)
        is_largest = matrix.data == np.repeat(largest, lengths[filled])
        column = np.minimum.reduceat(np.where(is_largest, matrix.indices, len(codes)), starts)
        found[filled] = np.where(largest > 0, np.array(codes, np.int16)[column], 0)
    return found
