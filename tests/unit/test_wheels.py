"""The table of systems that `.ci/wheels.py` prints, from what a made-up uv answers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

REFUSES = "error: No solution found\n  cause: Because {package}==1.0 has no usable\n wheels and the explorer depends on it"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="the made-up uv is a script with a first line")


def table(folder: Path, answers: str) -> subprocess.CompletedProcess[str]:
    """What is printed where `uv` runs the lines `answers`, with `given` what it was called with and `macos` its version."""
    uv = folder / "uv"
    lines = [
        "import os, sys",
        "given = ' '.join(sys.argv)",
        "macos = os.environ.get('MACOSX_DEPLOYMENT_TARGET', '')",
    ]
    uv.write_text("\n".join([f"#!{sys.executable}", *lines, answers, ""]), encoding="utf-8")
    uv.chmod(0o755)
    return subprocess.run(
        [sys.executable, REPOSITORY / ".ci/wheels.py"], env={"PATH": str(folder)}, capture_output=True, text=True, check=False
    )  # fmt: skip


def rows(printed: str) -> dict[str, list[str]]:
    split = [re.split(r" *\| *", line.strip("| ")) for line in printed.splitlines()]
    return {row[0]: row[1:] for row in split}


def test_the_table_names_what_has_no_wheel(tmp_path: Path) -> None:
    answers = (
        f"if '--extra=data' in given and macos == '14.0': sys.exit({REFUSES.format(package='netcdf4')!r})\n"
        f"if '--extra=compute' in given and 'aarch64-many' in given: sys.exit({REFUSES.format(package='dask')!r})\n"
        f"if 'x86_64-apple' in given: sys.exit({REFUSES.format(package='numba')!r})"
    )
    done = table(tmp_path, answers)
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    pythons = len(found["system"])
    assert found["system"][0] == "3.11"
    assert found["Windows, x86-64"] == ["all"] * pythons
    assert found["macOS 14, Apple silicon"] == ["all but `data` (netcdf4), `test` (netcdf4)"] * pythons
    assert (
        found["Linux, ARM"] == ["all but `compute` (dask)"] * pythons
    )  # comes with distributed, which it names
    assert found["macOS 15, Apple silicon"] == ["all"] * pythons
    assert found["macOS 15, Intel"] == ["none: numba"] * pythons


def test_another_failure_is_no_missing_wheel(tmp_path: Path) -> None:
    done = table(tmp_path, "sys.exit('error: no network')")
    assert done.returncode == 1
    assert "uv failed for another reason, on Linux, x86-64 with Python 3.11" in done.stderr
    assert "no network" in done.stderr


def test_the_documented_table_has_the_systems_and_pythons_that_are_asked_about(tmp_path: Path) -> None:
    asked = rows(table(tmp_path, "").stdout)
    documented = (REPOSITORY / "assets/docs/measurements.md").read_text(encoding="utf-8")
    begin = documented.index("| system |")
    shown = rows(documented[begin : documented.index("\n\n", begin)])
    assert shown.keys() == asked.keys()
    assert shown["system"] == asked["system"]
