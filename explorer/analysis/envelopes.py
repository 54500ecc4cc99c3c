"""The season that is usual for a class: the 10th to 90th percentile of its samples, month by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explorer.analysis import features
from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.corpus.tables import places

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

COLUMNS = ("month", "p10", "median", "p90", "count")
LEAST = 5
"""Fewer samples show no range."""
PURE = 0.6
"""Fraction of a class from which on a sample shows its season."""
AT_HAND = 24
"""Samples that are measured where no curves are given."""
CLIMATE = {"south": (-90.0, 45.0), "middle": (45.0, 55.0), "north": (55.0, 90.0)}
"""Regions by latitude in degrees: from, to."""
_LEAST_FAR = 0.5  # ranges beyond which a month is told of
_LEAST_RANGE = {"NDVI": 0.05, "NDWI": 0.05}  # an envelope narrower than this is widened; bands: 100 DN


def of_class(
    corpus: Corpus,
    code: int,
    index: str = "NDVI",
    region: str | None = None,
    *,
    curves: pd.DataFrame | None = None,
    purity: float = PURE,
) -> pd.DataFrame:
    """The usual season of a class: `month` (datetime), `p10`, `median`, `p90` (DN, or the index), `count` samples.

    `index` is `NDVI`, `NDWI`, a Planet Fusion band (24 months), or `B05`, `B07`, `B11`, `B12` of Sentinel-2 (12).
    `region` is a country's name, or `south`, `middle` or `north` by latitude (`CLIMATE`). `curves` are those that
    `score` wrote (`explorer.review.score.measured(folder, "curves")`); without them, up to 24 samples are measured
    now. NaN where fewer than five samples were. Raises `UnknownClassError`, `InvalidQueryError`.
    """
    corine.land_cover(code)
    months = _months(index)
    chosen = in_region(corpus, region)
    pure = corpus.query(classes=[code], min_fraction=purity).index
    ids = pure[chosen.reindex(pure).to_numpy(bool)]
    if curves is None:
        curves = at_hand(corpus, ids)
    own = curves.loc[curves.index.intersection(ids), [f"{index} {month}" for month in months]].to_numpy()
    return _table(own, months, {"class": code, "index": index, "region": region or "all", "purity": purity})


def at_hand(corpus: Corpus, ids: Iterable[str], most: int = AT_HAND) -> pd.DataFrame:
    """Curves of some samples, spread evenly over those given, read now: by `sample_id`, columns `curve_names()`."""
    found = list(ids)
    some = (
        [found[i] for i in np.unique(np.linspace(0, len(found) - 1, min(most, len(found))).astype(int))]
        if found
        else []
    )
    rows = [features.measure_sample(corpus, sample_id).curves for sample_id in some]
    names = list(features.curve_names())
    return pd.DataFrame(np.reshape(rows, (len(some), len(names))), index=some, columns=names)


def in_region(corpus: Corpus, region: str | None) -> pd.Series:
    """Which samples lie in a country, or a zone of `CLIMATE`; all for None. bool by `sample_id`."""
    samples = corpus.samples
    if region is None:
        return pd.Series(True, index=samples.index)
    if region in CLIMATE:
        south, north = CLIMATE[region]
        return (samples["lat"] >= south) & (samples["lat"] < north)
    names = [country.name.casefold() for country in places.countries()]
    if region.casefold() not in names:
        raise InvalidQueryError(f"no region {region[:60]!r}: name a country, or {', '.join(CLIMATE)}")
    return pd.Series(corpus.filter_table.country == names.index(region.casefold()), index=samples.index)


def deviations(
    curves: pd.DataFrame,
    labels: np.ndarray,
    codes: np.ndarray,
    *,
    weight: np.ndarray | None = None,
    most: int = 3,
) -> list[list[str]]:
    """For each sample, in words, where its curves leave the range of its class: at most `most`, farthest first.

    `curves` by sample, columns `curve_names()`; `labels` `(n, classes)` fractions; `weight` `(n,)`, 0 to 1: samples
    below one half are left out of the ranges. Empty for classes with fewer than five samples.
    """
    values = curves.to_numpy(np.float64)
    largest = labels.argmax(axis=1)
    trusted = np.ones(len(values), bool) if weight is None else weight >= 0.5
    out: list[list[str]] = [[] for _ in range(len(values))]
    for column in np.unique(largest):
        mine = largest == column
        usual = mine & trusted & (labels[:, column] >= np.median(labels[mine, column]))
        if usual.sum() < LEAST:
            continue
        with np.errstate(all="ignore"):
            low, high = _percentiles(values[usual], (10, 90))
        width = np.maximum(high - low, [_LEAST_RANGE.get(name.split()[0], 100.0) for name in curves.columns])
        far = np.where(
            values[mine] < low, (values[mine] - low) / width, np.clip((values[mine] - high) / width, 0, None)
        )
        for row, one in zip(np.flatnonzero(mine), np.nan_to_num(far), strict=True):
            out[row] = _in_words(pd.Series(one, index=curves.columns), int(codes[column]), most)
    return out


def _in_words(far: pd.Series, code: int, most: int) -> list[str]:
    """Runs of months on one side of the range, the farthest first, one for each band or index."""
    runs: list[tuple[float, str]] = []
    for name, group in far.groupby(far.index.str.split(" ").str[0], sort=False):
        values = group.to_numpy()
        peak = int(np.abs(values).argmax())
        if abs(values[peak]) < _LEAST_FAR:
            continue
        same = np.sign(values) == np.sign(values[peak])
        first = last = peak
        while first > 0 and same[first - 1] and abs(values[first - 1]) >= _LEAST_FAR:
            first -= 1
        while last < len(values) - 1 and same[last + 1] and abs(values[last + 1]) >= _LEAST_FAR:
            last += 1
        span = group.index[[first, last]].str.split(" ").str[1]
        when = span[0] if first == last else f"{span[0]} to {span[1]}"
        side = "below" if values[peak] < 0 else "above"
        text = (
            f"{name} {side} usual in {when}, by up to {abs(values[peak]):.1f} x the 10-90 % range of {code}"
        )
        runs.append((abs(float(values[first : last + 1].sum())), text))
    return [text for _, text in sorted(runs, key=lambda run: -run[0])[:most]]


def _months(index: str) -> list[str]:
    found = [name.split(" ")[1] for name in features.curve_names() if name.split(" ")[0] == index]
    if not found:
        known = dict.fromkeys(name.split(" ")[0] for name in features.curve_names())
        raise InvalidQueryError(f"no curve of {index[:40]!r}; there are {', '.join(known)}")
    return found


def _table(values: np.ndarray, months: list[str], about: Mapping[str, object]) -> pd.DataFrame:
    count = np.isfinite(values).sum(axis=0) if len(values) else np.zeros(len(months), int)
    low, middle, high = (
        _percentiles(values, (10, 50, 90)) if len(values) else np.full((3, len(months)), np.nan)
    )
    table = pd.DataFrame(
        {"month": pd.to_datetime(months), "p10": low, "median": middle, "p90": high, "count": count}
    )
    table.loc[table["count"] < LEAST, ["p10", "median", "p90"]] = np.nan
    table.attrs.update(about)
    return table


def _percentiles(values: np.ndarray, which: tuple[int, ...]) -> np.ndarray:
    """Percentiles of what is known in each column, NaN where nothing is, `(which, columns)`."""
    known = np.isfinite(values).any(axis=0)
    out = np.full((len(which), values.shape[1]), np.nan)
    if known.any():
        out[:, known] = np.nanpercentile(values[:, known], which, axis=0)
    return out
