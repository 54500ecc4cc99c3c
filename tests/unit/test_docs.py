"""The README names every command, option and setting, and every command it shows is understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from explorer.cli import app
from explorer.core.config import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8") if (ROOT / "README.md").exists() else ""

COMMANDS: dict[str, Any] = dict(typer.main.get_group(app).commands)
OPTIONS = sorted(
    (name, option)
    for name, command in COMMANDS.items()
    for parameter in command.params
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("--") and option != "--help"
)


def shown_commands() -> list[list[str]]:
    """Every `explorer ...` line in the README's code, split as a shell would."""
    code = re.findall(r"^```[a-z]*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", README)
    lines = [line.replace("\\\n", " ") for block in code for line in block.replace("\\\n", " ").splitlines()]
    found = []
    for line in [*lines, *inline]:
        match = re.match(r"^\s*\$?\s*(?:(?:python3? -m )?explorer|rapidai4eo-explorer) +(.+)$", line)
        if match:
            found.append(shlex.split(match[1], comments=True))
    return found


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert any(words[:1] == [name] for words in shown_commands()), (
        f"README.md does not show `explorer {name}`"
    )


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_is_in_the_readme(name: str, option: str) -> None:
    assert re.search(rf"{re.escape(option)}\b", README), f"README.md does not name {option} of {name}"


def test_every_command_that_the_readme_shows_is_understood() -> None:
    for words in shown_commands():
        if words[0].startswith("-"):
            continue
        assert words[0] in COMMANDS, f"the README shows {words[0]}, which is no command"
        known = {
            option
            for parameter in COMMANDS[words[0]].params
            for option in (*parameter.opts, *parameter.secondary_opts)
        } | {"-h", "--help"}
        for word in words[1:]:
            option = word.split("=")[0].strip("[].")
            if re.match(r"--?[a-z]", option):
                assert option in known, f"the README shows {option}, which {words[0]} does not have"


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme(field: str) -> None:
    assert f"EXPLORER_{field.upper()}" in README


def test_every_setting_named_in_the_readme_exists() -> None:
    known = {f"EXPLORER_{field.upper()}" for field in Settings.model_fields}
    assert set(re.findall(r"\bEXPLORER_[A-Z0-9_]+", README)) <= known


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_setting_says_what_it_is(field: str) -> None:
    assert Settings.model_fields[field].description


@pytest.mark.parametrize(
    "target",
    [
        "demo",
        "test",
        "test-lowest",
        "test-newest",
        "bench",
        "guide",
        "monkey",
        "lint",
        "docs",
        "audit",
        "fuzz",
        "format",
        "scripts",
        "clean",
    ],
)
def test_every_make_target_is_told(target: str) -> None:
    told = README + (
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8") if (ROOT / "CONTRIBUTING.md").exists() else ""
    )
    assert f"make {target}" in told


SECURITY = (ROOT / "assets" / "docs" / "security.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`(?:tests/browser/)?((?:test_\w+|bombs))(?:\.py)?`", SECURITY)))
)
def test_every_attack_that_is_told_has_its_test(name: str) -> None:
    assert list((ROOT / "tests").rglob(f"{name}.py")), (
        f"assets/docs/security.md names {name}, which is no file"
    )


def test_every_setting_named_in_the_docs_exists() -> None:
    known = {f"EXPLORER_{field.upper()}" for field in Settings.model_fields}
    for path in (ROOT / "assets" / "docs").glob("*.md"):
        named = set(re.findall(r"\bEXPLORER_[A-Z0-9_]+", path.read_text(encoding="utf-8")))
        assert {name for name in named if not name.startswith("EXPLORER_BENCH")} <= known, path.name
