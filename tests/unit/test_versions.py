"""Bounds of what the package depends on, and what an audit of the pinned versions says."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests import audit, versions

CONSTRAINTS = (versions.PYPROJECT.parent / "constraints.txt").read_text(encoding="utf-8")
PINNED = dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;]+)", CONSTRAINTS, re.MULTILINE))


def test_every_dependency_has_a_lower_bound_that_the_pinned_version_keeps() -> None:
    pins = {name.lower().replace("_", "-"): Version(version) for name, version in PINNED.items()}
    for text in versions.lowest():
        name, low = text.split("==")
        assert Version(low) <= pins[name.lower().replace("_", "-")], text


def test_the_page_stands_on_private_parts_of_versions_that_are_bounded() -> None:
    project = tomllib.loads(versions.PYPROJECT.read_text(encoding="utf-8"))["project"]
    bounds = {(found := Requirement(text)).name: found.specifier for text in project["dependencies"]}
    for name, first_unknown in (("bokeh", "3.10.0"), ("panel", "1.10.0")):
        assert first_unknown not in bounds[name]
        assert PINNED[name] in bounds[name]


SOUND = {"name": "affine", "version": "3.0.1", "vulns": []}
HOLED = {"name": "pillow", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "bokeh", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("dependencies", "code", "said"),
    [
        ([SOUND], 0, "1 of 1 pinned versions were asked about; 0 known holes"),
        ([SOUND, HOLED], 1, "pillow 1.0: CVE-1, mended in 1.1"),
        ([SOUND, UNKNOWN], 2, "Not answered, hence not known: bokeh"),
        ([UNKNOWN], 2, "The registry cannot answer here"),
        ([], 2, "The registry cannot answer here"),
    ],
)
def test_an_audit_tells_holes_from_silence(
    dependencies: list[dict[str, object]], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"dependencies": dependencies}), encoding="utf-8")
    assert audit.main(path) == code
    assert said in capsys.readouterr().out


def test_an_audit_that_wrote_nothing_is_no_good_news(tmp_path: Path) -> None:
    assert audit.main(tmp_path / "none.json") == 2
