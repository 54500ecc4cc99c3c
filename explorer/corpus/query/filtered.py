"""Queries with all conditions: those of `query`, which look into space and time, and those of `Filters`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explorer.core.errors import InvalidQueryError
from explorer.corpus.query.filters import Filters
from explorer.corpus.query.query import query

if TYPE_CHECKING:
    from explorer.corpus.query.filter_table import FilterTable
    from explorer.corpus.tables.index import SampleIndex

_CONDITIONS = {"bbox", "geometry", "classes", "level", "min_fraction", "start", "end", "ids"}
_FILTERS = {"largest", "purity", "mixture", "countries", "zones", "review", "suspicion", "imagery"}


def filtered(index: SampleIndex, table: FilterTable, **conditions: Any) -> pd.DataFrame:
    """`query`, and beside its conditions those of `Filters`: by name, or whole as `filters` (an object or its text).

    Raises as `query`, and `InvalidQueryError` for an unknown condition, or what this corpus cannot tell.
    """
    whole = conditions.pop("filters", None)
    if isinstance(whole, str):
        whole, problems = Filters.parse(whole)
        if problems:
            raise InvalidQueryError(" ".join(problems))
    own = {name: conditions.pop(name) for name in _FILTERS & conditions.keys()}
    unknown = conditions.keys() - _CONDITIONS
    if unknown:
        raise InvalidQueryError(
            f"no condition {min(unknown)!r}; there are {', '.join(sorted(_CONDITIONS | _FILTERS))}, filters"
        )
    found = query(index, **conditions)
    masks = [part.mask(table) for part in (whole, Filters(**own)) if part]
    if not masks:
        return found
    rows = index.samples.index.get_indexer(found.index) if len(found) < len(index) else slice(None)
    keep = np.logical_and.reduce(masks)[rows]
    kept = found.loc[keep]
    kept.attrs = found.attrs
    return kept
