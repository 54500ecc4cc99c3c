"""Confidence intervals of shares that stay inside 0 to 1 and cover what they promise, also close to the ends.

The usual `estimate ± z x standard error` (Wald) leaves 0 to 1, has no width where all agree, and covers far less than its name
close to 0 and 1: Brown, L. D., Cai, T. T. & DasGupta, A. (2001) Interval Estimation for a Binomial Proportion. Statistical Science
16, 101-133. Here intervals are those of a simple random sample of the effective size (what a simple draw would have to have for the
same standard error), after Korn, E. L. & Graubard, B. I. (1998) Confidence intervals for proportions with small expected number of
positive counts estimated from survey data. Survey Methodology 24, 193-201. Franco, C., Little, R. J. A., Louis, T. A. & Slud, E. V.
(2019) Comparative Study of Confidence Intervals for Proportions in Complex Sample Surveys. Journal of Survey Statistics and
Methodology 7, 334-364, compares both.
"""

from __future__ import annotations

import math

from scipy import special

from explorer.core.errors import InvalidQueryError


def check(confidence: float) -> None:
    """Raises `InvalidQueryError` for what is no confidence."""
    if not 0 < confidence < 1:
        raise InvalidQueryError(f"a confidence lies between 0 and 1, not {confidence}")


def wald(share: float, error: float, confidence: float = 0.95) -> tuple[float, float]:
    """`share ± z x error`, as it is published; it may leave 0 to 1."""
    half = normal_quantile(confidence) * error
    return share - half, share + half


def wilson(
    share: float, size: float, confidence: float = 0.95, freedom: float = math.inf
) -> tuple[float, float]:
    """Wilson's interval (1927) of a share found in a simple random sample of an effective `size`.

    `freedom`: degrees of freedom of the standard error that the size comes from (Student's t in place of z).
    NaN where the size is not known; of no width where it is infinite (all was judged).
    """
    if not (math.isfinite(share) and size > 0):
        return math.nan, math.nan
    square = _quantile(confidence, freedom) ** 2
    centre = (share + square / (2 * size)) / (1 + square / size)
    inner = max(share * (1 - share), 0.0) / size + square / (4 * size * size)
    half = math.sqrt(square * inner) / (1 + square / size)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def korn_graubard(
    share: float, size: float, confidence: float = 0.95, freedom: float = math.inf, judged: float = math.inf
) -> tuple[float, float]:
    """Clopper and Pearson's interval (1934) at an effective `size`: it covers at least what it says.

    `freedom` of the standard error and the number `judged` reduce the size as Korn and Graubard do. NaN and no width as `wilson`.
    >>> low, high = korn_graubard(1.0, 10)  # 0.025 ** (1 / 10)
    >>> round(low, 2), high
    (0.69, 1.0)
    """
    if not (math.isfinite(share) and size > 0):
        return math.nan, math.nan
    if math.isinf(size):
        return share, share
    if judged > 1 and math.isfinite(freedom):
        size *= (_quantile(confidence, judged - 1) / _quantile(confidence, freedom)) ** 2
    hits, misses, tail = size * share, size * (1 - share), (1 - confidence) / 2
    low = 0.0 if hits <= 0 else float(special.betaincinv(hits, misses + 1, tail))
    high = 1.0 if misses <= 0 else float(special.betaincinv(hits + 1, misses, 1 - tail))
    return low, high


def of_share(
    share: float,
    size: float,
    confidence: float = 0.95,
    *,
    freedom: float = math.inf,
    judged: float = math.inf,
) -> tuple[float, float]:
    """The interval that the review reports: Wilson's, whose coverage is nearest to its name (`tests/bench/bench_coverage.py`).

    Where all agree or none does, Korn and Graubard's: nothing is known there of the spread, so it is the careful one.
    """
    if share <= 0 or share >= 1:
        return korn_graubard(share, size, confidence, freedom, judged)
    return wilson(share, size, confidence, freedom)


def normal_quantile(confidence: float) -> float:
    """The z of a two-sided interval: 1.96 for 0.95."""
    return float(special.ndtri(0.5 + confidence / 2))


def _quantile(confidence: float, freedom: float) -> float:
    if math.isinf(freedom):
        return normal_quantile(confidence)
    return float(special.stdtrit(max(freedom, 1.0), 0.5 + confidence / 2))
