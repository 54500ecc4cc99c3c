"""The plugin that puts delays between threads does so, and what it delays still works."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY


@pytest.mark.nightly
def test_a_page_s_tests_hold_with_delays_between_its_threads() -> None:
    chosen = "tests/unit/test_profile_charts.py::test_the_samples_spread_comes_behind_and_not_with_every_pin"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.delays", "-p", "no:cacheprovider", chosen],
        cwd=REPOSITORY, env={**os.environ, "DELAYS": "2"}, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:]
    told = re.search(r"(\d+) random delays between threads \(DELAYS=2\)", run.stdout)
    assert told is not None
    assert int(told[1]) > 5
