"""What hosts of code and packagers read says what the project's own files say: conda recipe, workflows, templates, hooks."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from explorer import __version__
from explorer.core import products
from tests.conftest import REPOSITORY

PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, TOOLS = PYPROJECT["project"], PYPROJECT["tool"]
PROMISED = [
    found[1]
    for one in PROJECT["classifiers"]
    if (found := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", one))
]
"""The Pythons that the explorer says it works with, lowest first."""
CONSTRAINTS = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
PINS = [Requirement(line) for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
OF_CONDA = {"matplotlib": "matplotlib-base"}
"""Names that conda-forge has for others of PyPI."""
WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))


def read(path: str | Path) -> Any:
    return yaml.safe_load((REPOSITORY / path).read_text(encoding="utf-8"))


def commands(workflow: Any) -> list[str]:
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


def test_the_conda_recipe_asks_for_what_the_project_does() -> None:
    recipe = read(".conda/recipe.yaml")
    wanted = [f"python {PROJECT['requires-python']}"]
    for one in PROJECT["dependencies"]:
        name, bounds = re.fullmatch(r"([a-z0-9-]+)(.+)", one).groups()  # type: ignore[union-attr]
        wanted.append(f"{OF_CONDA.get(name, name)} {bounds}")
    assert recipe["requirements"]["run"] == wanted
    assert recipe["context"]["version"] == __version__
    scripts = [f"{name} = {where}" for name, where in PROJECT["scripts"].items()]
    assert recipe["build"]["python"]["entry_points"] == scripts
    assert recipe["about"]["license"] == PROJECT["license"]


def test_who_cites_the_explorer_cites_the_corpus_too() -> None:
    cited = read("CITATION.cff")
    assert (cited["version"], cited["license"]) == (__version__, PROJECT["license"])
    (data,) = cited["references"]
    (author, others) = data["authors"]
    said = (
        f'{author["family-names"]}, {author["given-names"]}, {others["name"]} ({data["year"]}) "{data["title"]}", '
        f"Version {data['version']}, {data['publisher']['name']}, https://doi.org/{data['doi']}"
    )
    assert said == products.CITATION


def test_each_python_that_is_promised_is_tried() -> None:
    lowest = PROJECT["requires-python"].removeprefix(">=")
    assert PROMISED[0] == lowest
    assert [f"3.{minor}" for minor in range(int(lowest[2:]), int(PROMISED[-1][2:]) + 1)] == PROMISED
    jobs = read(".github/workflows/ci.yml")["jobs"]
    (everything,) = [step["with"]["python-version"] for step in jobs["everything"]["steps"] if "with" in step]
    assert [everything, *jobs["pythons"]["strategy"]["matrix"]["python"]] == PROMISED
    assert jobs["systems"]["strategy"]["matrix"]["python"] == [PROMISED[0], PROMISED[-1]]


def test_the_same_pythons_are_named_everywhere() -> None:
    said = f"Python {PROMISED[0]} to {PROMISED[-1]}"
    assert f"On Linux with {said}," in (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert CONSTRAINTS.splitlines()[0].startswith(f"# What the explorer is tested with: {said}.")
    lowest = PROMISED[0]
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert f"sys.version_info < ({lowest.replace('.', ', ')})" in makefile
    assert f"needs Python {lowest} or newer" in makefile
    assert f"any system that Python {lowest} or newer" in (REPOSITORY / "README.md").read_text(
        encoding="utf-8"
    )
    (named,) = re.findall(r"make PYTHON=python(\S+) demo", makefile)
    assert named in PROMISED
    assert TOOLS["mypy"]["python_version"] == lowest
    assert TOOLS["ruff"]["target-version"] == f"py{lowest.replace('.', '')}"
    assert f"python >={lowest}" in read(".conda/recipe.yaml")["requirements"]["host"]


@pytest.mark.parametrize("python", PROMISED)
def test_each_python_gets_one_version_of_each_package(python: str) -> None:
    """The first release of a Python, as Debian has 3.11.2: pins must not ask for a later one without saying so."""
    release = f"{python}.0"
    here = {**default_environment(), "python_version": python, "python_full_version": release}
    active = [pin for pin in PINS if pin.marker is None or pin.marker.evaluate(here)]
    names = [canonicalize_name(pin.name) for pin in active]
    assert sorted(names) == sorted({canonicalize_name(pin.name) for pin in PINS})
    installed = {canonicalize_name(one.name): one for one in distributions()}
    refused = [
        f"{pin} needs Python {wanted}: give its line, and one of an older version, a marker"
        for pin in active
        if (one := installed.get(canonicalize_name(pin.name))) is not None
        and one.version in pin.specifier
        and (wanted := one.metadata.get("Requires-Python"))
        and release not in SpecifierSet(wanted)
    ]
    assert refused == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_run_files_that_are_there_and_may_write_nothing_by_default(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    named = [name for line in commands(workflow) for name in re.findall(r"(?:\.ci|tests)/[\w/.]+", line)]
    assert [name for name in named if not (REPOSITORY / name).exists()] == []
    targets = [
        target for job in workflow["jobs"].values() for target in job.get("strategy", {}).get("matrix", {}).get("target", ())
    ]  # fmt: skip
    assert [name for name in targets if f"\n{name}:" not in (REPOSITORY / "Makefile").read_text()] == []
    assert named or targets


def test_updates_are_looked_for_where_something_is_pinned() -> None:
    pins = {
        "github-actions": ".github/workflows", "pip": "constraints.txt", "npm": "tests/scripts/package-lock.json",
        "docker": ".docker/Dockerfile",
    }  # fmt: skip
    updates = {
        one["package-ecosystem"]: one["directory"] for one in read(".github/dependabot.yml")["updates"]
    }
    assert updates.keys() == pins.keys()
    for kind, pinned in pins.items():
        assert (REPOSITORY / pinned).exists()
        if kind != "github-actions":
            assert (REPOSITORY / updates[kind].strip("/")) == (REPOSITORY / pinned).parent


def test_forms_for_issues_ask_for_something() -> None:
    forms = [
        read(path) for path in (REPOSITORY / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config"
    ]
    assert len(forms) == 2
    for form in forms:
        assert {"name", "description", "labels", "body"} <= form.keys()
        fields = [field for field in form["body"] if field["type"] != "markdown"]
        assert len({field["id"] for field in fields}) == len(fields)
        assert any(field.get("validations", {}).get("required") for field in fields)


def test_hooks_run_the_tools_that_ci_runs() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (local,) = read(".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"  # no versions beside those of .venv
    for hook, of_lint in {
        "ruff-check": "ruff check", "ruff-format": "ruff format", "biome": "biome ci", "messages": "tests.scripts.message_types",
    }.items():  # fmt: skip
        (entry,) = [one["entry"] for one in local["hooks"] if one["id"] == hook]
        assert of_lint.replace(" ci", " check") in entry
        assert of_lint in makefile
