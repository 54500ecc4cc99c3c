"""The two forms of every bench: in full, to measure; short, in `make test`, so that none stops working unseen.

`EXPLORER_BENCH=short` makes a bench take few rounds and small sizes. It does the same steps and prints the same lines, but the
numbers of so few rounds say nothing, so a limit that is missed is printed and fails nothing. In full it fails the bench.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.bench import usual

T = TypeVar("T")

FORM = os.environ.get("EXPLORER_BENCH", "full")
if FORM not in ("full", "short"):
    raise SystemExit(f"EXPLORER_BENCH is {FORM!r}; it can be 'short' or 'full'")
SHORT = FORM == "short"
RATIOS: list[str] = []
MISSED: list[str] = []
"""The ratios that were told and the limits that were missed, of the bench that runs (`conftest.py`)."""
STEPS_BACK: list[str] = []
"""Ratios that are not what they usually are: these fail the short form too (`usual.py`)."""


def sized(full: T, short: T) -> T:
    """What the form takes: rounds, a count, seconds."""
    return short if SHORT else full


def rounds(
    job: Callable[[], object], count: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Seconds of each of `count` runs, by a clock: `time.process_time` where others share the machine."""
    found = []
    for _ in range(count):
        begun = clock()
        job()
        found.append(clock() - begun)
    return found


def limit(what: str, value: float, *, most: float = math.inf, least: float = -math.inf) -> None:
    """Print it if a number misses its limit. A bench in full then fails once it has measured everything."""
    if least <= value <= most:
        return
    bounds = [f"at most {most:g}"] * (most < math.inf) + [f"at least {least:g}"] * (least > -math.inf)
    MISSED.append(f"{what}: {value:.4g}, to be {' and '.join(bounds)}")
    print(f"missed{', which fails only the full form' * SHORT}: {MISSED[-1]}")  # noqa: T201 - a benchmark prints


def ratio(what: str, ours: float, baseline: float) -> None:
    """Print `ours` beside the plain way's number of the same run. A bench that tells no ratio fails (`conftest.py`)."""
    assert 0 < ours < math.inf, f"{what}: {ours} was measured"
    assert 0 < baseline < math.inf, f"{what}: the baseline measured {baseline}"
    if wrong := usual.stepped_back(what, ours / baseline):
        STEPS_BACK.append(wrong)
    RATIOS.append(f"ratio: {what}: {ours / baseline:.3g}")
    print(RATIOS[-1])  # noqa: T201 - a benchmark prints


def run(file: str) -> None:
    """Run one bench's file by hand, in the form that the environment names."""
    raise SystemExit(pytest.main(["-m", "bench", "-s", file]))
