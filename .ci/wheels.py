"""On which systems and Pythons do the pinned versions install without a compiler? `python .ci/wheels.py`, which needs uv.

Prints a table for assets/docs/measurements.md. uv resolves for each system with its own markers and downloads no wheel. A
Python is asked about by its first release (3.11.0), since Debian 12 has an early one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SYSTEMS = {
    "Linux, x86-64": ("x86_64-manylinux_2_28", ""),
    "Linux, ARM": ("aarch64-manylinux_2_28", ""),
    "Windows, x86-64": ("windows", ""),
    "macOS 14, Apple silicon": ("aarch64-apple-darwin", "14.0"),
    "macOS 15, Apple silicon": ("aarch64-apple-darwin", "15.0"),
    "macOS 15, Intel": ("x86_64-apple-darwin", "15.0"),
}
"""What uv calls a system, and the macOS that wheels may ask for."""


def missing(uv: str, python: str, system: str, extras: list[str]) -> str:
    """What has no wheel, as uv says it; empty if all of base and extras have one."""
    platform, macos = SYSTEMS[system]
    asked = [
        uv, "pip", "compile", "pyproject.toml", "--constraint", "constraints.txt", "--only-binary", ":all:", "--quiet",
        "--python-version", python, "--python-platform", platform, *(f"--extra={one}" for one in extras),
    ]  # fmt: skip
    environment = os.environ | ({"MACOSX_DEPLOYMENT_TARGET": macos} if macos else {})
    done = subprocess.run(asked, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    found = re.search(r"(\S+)==\S+ has no (?:usable )?wheels", " ".join(done.stderr.split()))
    if found is None:
        raise SystemExit(f"uv failed for another reason, on {system} with Python {python}:\n{done.stderr}")
    return found[1]


def cell(uv: str, python: str, system: str, extras: dict[str, list[str]]) -> str:
    """What the table says of one system and Python: extras that name a package without a wheel are left out, until the rest is there."""
    left, without = list(extras), []
    while package := missing(uv, python, system, left):
        at_fault = [extra for extra in left if normal(package) in map(normal, extras[extra])]
        if not at_fault and not missing(
            uv, python, system, []
        ):  # it comes with something that an extra names
            at_fault = [extra for extra in left if missing(uv, python, system, [extra]) == package]
        if not at_fault:
            return f"none: {package}"
        without += [f"`{extra}` ({package})" for extra in at_fault]
        left = [extra for extra in left if extra not in at_fault]
    return f"all but {', '.join(sorted(without))}" if without else "all"


def normal(requirement: str) -> str:
    """The name of a package without bounds, as PyPI compares names."""
    name = re.match(r"[\w.-]+", requirement)
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else requirement


def main() -> None:
    """Print the table, a row a system."""
    uv = shutil.which("uv") or sys.exit("uv is not on PATH: python -m pip install uv")
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pythons = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    print(f"| system | {' | '.join(pythons)} |")
    print("|---" * (1 + len(pythons)) + "|")
    for system in SYSTEMS:
        cells = [cell(uv, python, system, project["optional-dependencies"]) for python in pythons]
        print(f"| {system} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
