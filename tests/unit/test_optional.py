"""What an extra brings is asked for in one sentence, and the page does without it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests import corpora

REPOSITORY = Path(__file__).resolve().parents[2]
COMPUTE = ("cleanlab", "dask", "distributed", "joblib", "sklearn")
BLOCKED = "import sys; sys.modules.update(dict.fromkeys({0!r}))\n"


def run(blocked: tuple[str, ...], code: str) -> str:
    """What Python prints in a process in which some packages cannot be imported."""
    ended = subprocess.run(
        [sys.executable, "-c", BLOCKED.format(blocked) + code],
        capture_output=True, text=True, timeout=120, check=False, cwd=REPOSITORY,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout


TOLD = "try:\n    {}\nexcept Exception as error:\n    print(type(error).__name__, error)"


@pytest.mark.parametrize(
    ("code", "purpose"),
    [
        ("from explorer.review import issues", "judging labels needs cleanlab"),
        (
            "import explorer.corpus.dask_jobs as d; list(d.each([1], str))",
            "work over a whole corpus needs distributed",
        ),
        (
            "import explorer; c = explorer.open_corpus('demo'); c.stack(c.samples.index[:1], chunks={'time': 1})",
            "a lazy stack (chunks=) needs dask",
        ),
    ],
)
def test_what_needs_an_extra_says_what_to_install(code: str, purpose: str) -> None:
    told = run(COMPUTE, TOLD.format(code))
    assert told.startswith(f"MissingPackageError {purpose}"), told
    assert told.endswith("which is not installed: pip install 'rapidai4eo-explorer[compute]'\n")


def test_a_page_is_made_without_any_extra() -> None:
    extras = (
        *COMPUTE,
        "spyndex",
        "av",
        "pptx",
        "segno",
        "imagecodecs",
        "netCDF4",
        "zarr",
        "obstore",
        "psycopg",
    )
    code = (
        "import explorer\n"
        "page = explorer.Explorer(explorer.open_corpus('demo'))\n"
        "print(page.selection.sample_id)\n"
        "page.close()\n"
    )
    assert run(extras, code).strip()


def test_everything_that_an_extra_brings_is_tested() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for name in ("cloud", "compute", "data", "fast", "postgres", "slides", "video"):
        assert set(extras[name]) <= set(extras["test"]), name


def test_chips_are_the_same_without_the_fast_decoder(tmp_path: Path) -> None:
    corpora.write_corpus(tmp_path)
    code = (
        "import hashlib, explorer\n"
        f"cube = explorer.open_corpus({str(tmp_path)!r}).planet_fusion({corpora.FULL!r})\n"
        "print(cube.shape, cube.dtype, hashlib.sha256(cube.values.tobytes()).hexdigest())\n"
    )
    assert run((), code) == run(("imagecodecs",), code)
