"""The wheel, made from the source archive, holds every file of the package and of assets/, and finds them there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest

from explorer import __version__

ROOT = Path(__file__).resolve().parents[2]

# The classes of the page read their scripts and styles when they are defined.
_READS = """
import importlib, pathlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import explorer
for found in pkgutil.walk_packages(explorer.__path__, "explorer."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
assert pathlib.Path(explorer.__file__).is_relative_to(sys.argv[1]), explorer.__file__
from explorer.export import stories
from explorer.core.assets import asset
assert asset("europe.geojson").is_relative_to(sys.argv[1]), asset("europe.geojson")
assert stories.shipped()
"""


def built(source: Path, target: Path, kind: str) -> Path:
    """What `python -m build` makes, without an environment of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)],
        cwd=source, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (made,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


@pytest.fixture(scope="module")
def wheel_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    away = tmp_path_factory.mktemp("wheel")
    # Python 3.11.2, Debian's, knows no filter for what it unpacks; 3.14 wants one.
    subprocess.run(["tar", "-xzf", built(ROOT, away, "sdist"), "-C", away], check=True)
    (source,) = (path for path in away.iterdir() if path.is_dir())
    return built(source, away, "wheel")


@pytest.fixture(scope="module")
def wheel(wheel_file: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(wheel_file) as found:
        yield found


def files(folder: str) -> list[str]:
    paths = (path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*") if path.is_file())
    return [path.as_posix() for path in paths if "__pycache__" not in path.parts]


def test_every_file_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    wanted = {f"explorer/{name}" for name in files("explorer")}
    assert inside == wanted | {f"explorer/_assets/{name}" for name in files("assets")}
    assert {
        "explorer/py.typed",
        "explorer/views/animation/animation.js",
        "explorer/views/components.bundle.js",
        "explorer/_assets/clc_legend.csv",
    } <= inside
    for name in inside - wanted:
        there = ROOT / "assets" / name.removeprefix("explorer/_assets/")
        assert wheel.read(name) == there.read_bytes()


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    info = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    told = Parser().parsestr(wheel.read(info).decode())
    assert (told["Name"], told["Requires-Python"]) == ("rapidai4eo-explorer", ">=3.11")
    entries = wheel.read(info.replace("METADATA", "entry_points.txt")).decode()
    assert "rapidai4eo-explorer = explorer.cli:app" in entries
    assert info.replace("METADATA", "licenses/LICENSE") in wheel.namelist()


def test_what_is_in_the_wheel_reads_its_own_files(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-P", "-c", _READS, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["rapidai4eo", "rapidai4eo-explorer"])
def test_installed_it_answers_by_both_names(wheel_file: Path, tmp_path: Path, name: str) -> None:
    """As `pipx run --spec WHEEL rapidai4eo` does it; what it depends on is here already."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(tmp_path), str(wheel_file)]  # fmt: skip
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = subprocess.run(
        [tmp_path / "bin" / name, "--version"], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert __version__ in told.stdout
