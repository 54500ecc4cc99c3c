"""The docs name every command, option and setting, and every command that they show is understood."""

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


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


COMMANDS_PAGE, SERVER_PAGE = "assets/docs/commands.md", "assets/docs/running.md"
WITH_COMMANDS = [
    "README.md",
    *(f"assets/docs/{path.name}" for path in sorted((ROOT / "assets" / "docs").glob("*.md"))),
]


def commands(group: Any, *before: str) -> dict[tuple[str, ...], Any]:
    """Commands by the words that call them."""
    found: dict[tuple[str, ...], Any] = {}
    for name, command in group.commands.items():
        words = (*before, name)
        found |= commands(command, *words) if hasattr(command, "commands") else {words: command}
    return found


COMMANDS = commands(typer.main.get_group(app))
OPTIONS = sorted(
    (words, option)
    for words, command in COMMANDS.items()
    for parameter in command.params
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("--") and option != "--help"
)


def called(words: list[str]) -> tuple[str, ...] | None:
    """The command that words call."""
    return next((words_of for n in (2, 1) if (words_of := tuple(words[:n])) in COMMANDS), None)


def shown_commands(path: str) -> list[list[str]]:
    """Every `explorer ...` line in the code of a page, split as a shell would."""
    text = text_of(path)
    code = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", text)
    lines = [line.replace("\\\n", " ") for block in code for line in block.replace("\\\n", " ").splitlines()]
    found = []
    for line in [*lines, *inline]:
        match = re.match(r"^\s*\$?\s*(?:(?:python3? -m )?explorer|rapidai4eo-explorer) +(.+)$", line)
        if match:
            found.append(shlex.split(match[1], comments=True))
    return found


@pytest.mark.parametrize("command", sorted(COMMANDS), ids=" ".join)
def test_every_command_is_told(command: tuple[str, ...]) -> None:
    assert any(called(words) == command for words in shown_commands(COMMANDS_PAGE)), (
        f"{COMMANDS_PAGE} does not show `explorer {' '.join(command)}`"
    )


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_is_told(command: tuple[str, ...], option: str) -> None:
    assert re.search(rf"{re.escape(option)}\b", text_of(COMMANDS_PAGE)), (
        f"{COMMANDS_PAGE} does not name {option} of {' '.join(command)}"
    )


@pytest.mark.parametrize("path", WITH_COMMANDS)
def test_every_command_that_is_shown_is_understood(path: str) -> None:
    groups = {words[0] for words in COMMANDS if len(words) == 2}
    for words in shown_commands(path):
        if words[0].startswith("-") or (words[0] in groups and len(words) == 1):
            continue
        command = called(words)
        assert command, f"{path} shows {' '.join(words)}, which is no command"
        known = {
            option
            for parameter in COMMANDS[command].params
            for option in (*parameter.opts, *parameter.secondary_opts)
        } | {"-h", "--help"}
        for word in words[len(command) :]:
            option = word.split("=")[0].strip("[].")
            if re.match(r"--?[a-z]", option):
                assert option in known, f"{path} shows {option}, which {' '.join(command)} does not have"


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_setting_is_told(field: str) -> None:
    assert f"| `EXPLORER_{field.upper()}`" in text_of(
        SERVER_PAGE
    ) or f", `EXPLORER_{field.upper()}` |" in text_of(SERVER_PAGE)


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
    assert f"make {target}" in text_of("README.md") + text_of("CONTRIBUTING.md")


SECURITY = text_of("assets/docs/security.md")


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`(?:tests/browser/)?((?:test_\w+|bombs))(?:\.py)?`", SECURITY)))
)
def test_every_attack_that_is_told_has_its_test(name: str) -> None:
    assert list((ROOT / "tests").rglob(f"{name}.py")), (
        f"assets/docs/security.md names {name}, which is no file"
    )


def test_every_setting_named_in_the_docs_exists() -> None:
    known = {f"EXPLORER_{field.upper()}" for field in Settings.model_fields}
    for path in WITH_COMMANDS:
        named = set(re.findall(r"\bEXPLORER_[A-Z0-9_]+", text_of(path)))
        assert {name for name in named if not name.startswith("EXPLORER_BENCH")} <= known, path
