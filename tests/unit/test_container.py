"""What the container's files say exists: commands, options, settings, extras, files; and both files agree."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer.main
import yaml
from sqlalchemy.engine import make_url

from explorer.cli import app
from explorer.core.config import Settings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {f"EXPLORER_{field.upper()}" for field in Settings.model_fields}
GIVEN = {"DATABASE_PASSWORD": "secret"}


@pytest.fixture(scope="module")
def image() -> ModuleType:
    spec = importlib.util.spec_from_file_location("image", ROOT / ".ci/image.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def dockerfile(image: ModuleType) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = image.instructions(image.DOCKERFILE.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def compose(image: ModuleType) -> dict[str, Any]:
    text = image.interpolated(image.COMPOSE.read_text(encoding="utf-8"), GIVEN)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def said(dockerfile: list[tuple[str, str]], name: str) -> list[str]:
    return [text for instruction, text in dockerfile if instruction == name]


def understood(words: list[str]) -> dict[str, Any]:
    """The options of a command as the explorer itself reads them; it ends the test where it does not know one."""
    command: Any = dict(typer.main.get_group(app).commands)[words[0]]
    parameters: dict[str, Any] = command.make_context(words[0], list(words[1:])).params
    return parameters


def test_the_image_starts_a_command_that_exists(dockerfile: list[tuple[str, str]]) -> None:
    (entry,), (command,) = said(dockerfile, "ENTRYPOINT"), said(dockerfile, "CMD")
    assert yaml.safe_load(entry)[1:] == ["-m", "explorer"]
    options = understood(yaml.safe_load(command))
    assert (options["address"], options["open_browser"]) == ("0.0.0.0", False)
    (port,) = said(dockerfile, "EXPOSE")
    assert int(port) == options["port"]
    (health,) = said(dockerfile, "HEALTHCHECK")
    assert f", {port}, " in health
    assert "'/health'" in health


def test_the_image_is_made_of_files_that_are_there_by_a_target_that_is(
    dockerfile: list[tuple[str, str]],
) -> None:
    sources = [word for text in said(dockerfile, "COPY") for word in text.split()[:-1]]
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert all((ROOT / source).exists() for source in sources)
    assert sorted(let_in) == sorted(["# Only what the Dockerfile copies.", "*", *(f"!{s}" for s in sources), "**/__pycache__"])  # fmt: skip
    (make,) = (text for text in said(dockerfile, "RUN") if "make " in text and "apt-get" not in text)
    words = shlex.split(make)
    target, extras = words[words.index("make") + 1], next(w for w in words if w.startswith("EXTRAS="))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"{target.replace('.venv', '$(VENV)')}:" in makefile
    assert "[$(EXTRAS)]" in makefile
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras.removeprefix("EXTRAS=").split(",")) <= set(project["optional-dependencies"])


def test_the_image_is_not_root_and_keeps_things_in_its_volumes(dockerfile: list[tuple[str, str]]) -> None:
    (user,), (volumes,) = said(dockerfile, "USER"), said(dockerfile, "VOLUME")
    assert int(user) > 0
    env = dict(word.split("=", 1) for text in said(dockerfile, "ENV") for word in shlex.split(text))
    assert {name for name in env if name.startswith("EXPLORER_")} <= SETTINGS
    assert {env["EXPLORER_CACHE_DIR"], env["EXPLORER_DATA_DIR"]} == set(yaml.safe_load(volumes))


def test_compose_starts_the_image_with_options_and_settings_that_exist(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]]
) -> None:
    service = compose["services"]["explorer"]
    options = understood(service["command"])
    assert (options["address"], options["open_browser"]) == ("0.0.0.0", False)
    assert {name for name in service["environment"] if name.startswith("EXPLORER_")} <= SETTINGS
    assert (
        ROOT / ".docker" / service["build"]["context"] / service["build"]["dockerfile"]
    ).resolve() == ROOT / ".docker/Dockerfile"
    assert [port.rsplit(":", 1)[1] for port in service["ports"]] == said(dockerfile, "EXPOSE")
    mounted = {volume.split(":")[1] for volume in service["volumes"]}
    assert set(yaml.safe_load(said(dockerfile, "VOLUME")[0])) <= mounted
    named = {v.split(":")[0] for s in compose["services"].values() for v in s["volumes"]}
    assert named == set(compose["volumes"])


def test_compose_keeps_verdicts_in_its_own_database(compose: dict[str, Any]) -> None:
    explorer, database = compose["services"]["explorer"], compose["services"]["database"]
    url, env = make_url(explorer["environment"]["EXPLORER_REVIEW_DATABASE"]), database["environment"]
    assert url.get_backend_name() == "postgresql"
    assert (url.host, url.username, url.database) == ("database", env["POSTGRES_USER"], env["POSTGRES_DB"])
    assert explorer["environment"]["PGPASSWORD"] == env["POSTGRES_PASSWORD"] == GIVEN["DATABASE_PASSWORD"]
    assert explorer["depends_on"]["database"]["condition"] == "service_healthy"
    assert "ports" not in database


def test_nothing_starts_without_a_password_for_the_database(image: ModuleType) -> None:
    with pytest.raises(SystemExit, match="DATABASE_PASSWORD"):
        image.interpolated(image.COMPOSE.read_text(encoding="utf-8"), {})


def test_every_variable_of_compose_is_told(image: ModuleType) -> None:
    told = (ROOT / "assets" / "docs" / "running.md").read_text(encoding="utf-8")
    for name in set(re.findall(r"\$\{(\w+)", image.COMPOSE.read_text(encoding="utf-8"))):
        assert f"`{name}`" in told, f"running.md does not tell {name} of .docker/compose.yaml"
