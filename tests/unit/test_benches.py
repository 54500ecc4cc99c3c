"""Benches run in a short form among the tests: what that form asks of a bench, and what it lets pass."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.bench import conftest, forms

BENCHES = sorted((Path(__file__).parents[1] / "bench").glob("bench_*.py"))


@pytest.mark.parametrize("path", BENCHES, ids=lambda path: path.stem)
def test_every_bench_is_collected_and_can_be_run_by_hand(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert "main" in functions
    assert any(name.startswith("test_") for name in functions)
    assert "pytest.mark.bench" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BENCHES, ids=lambda path: path.stem)
def test_no_bench_asserts_a_limit_by_itself(path: Path) -> None:
    """`forms.limit` alone knows the form; an `assert` of an order in a test function would fail the short one too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
    orders = [
        node.lineno
        for test in tests
        for node in ast.walk(test)
        if isinstance(node, ast.Assert)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE))
    ]
    assert not orders, f"{path.name}: lines {orders}"


def test_a_missed_limit_fails_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "SHORT", False)
    running = _run(marked=True)
    next(running)
    forms.ratio("ours / plain", 1.0, 4.0)
    forms.limit("writing, s", 0.9, most=1)
    forms.limit("drawn a second", 25, least=24.5)
    forms.limit("reading, s", 1.1, most=1)
    forms.limit("frames a second", 20, least=24.5)
    forms.limit("of nothing", float("nan"), most=1)
    all_of_them = r"missed: reading, s: 1\.1, to be at most 1; frames a second: 20, to be at least 24\.5; of nothing: nan"
    with pytest.raises(AssertionError, match=all_of_them):
        running.send(None)


def test_a_missed_limit_is_printed_in_short(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(forms, "SHORT", True)
    running = _run(marked=True)
    next(running)
    forms.ratio("ours / plain", 1.0, 4.0)
    forms.limit("writing, s", 0.9, most=1)
    assert "writing" not in capsys.readouterr().out
    forms.limit("reading, s", 1.1, most=1)
    assert "reading, s: 1.1, to be at most 1" in capsys.readouterr().out
    with pytest.raises(StopIteration):
        running.send(None)


@pytest.mark.parametrize("measured", [0.0, float("nan"), float("inf")])
def test_a_ratio_of_nothing_fails_in_either_form(measured: float) -> None:
    with pytest.raises(AssertionError, match="was measured"):
        forms.ratio("ours / plain", measured, 1.0)
    with pytest.raises(AssertionError, match="the baseline"):
        forms.ratio("ours / plain", 1.0, measured)


def _run(marked: bool) -> Generator[None, Any, Any]:
    item: Any = SimpleNamespace(get_closest_marker=lambda name: marked and name == "bench")
    return conftest.pytest_runtest_call(item)


def test_a_bench_without_a_ratio_fails() -> None:
    running = _run(marked=True)
    next(running)
    with pytest.raises(AssertionError, match="no ratio"):
        running.send(None)


def test_a_bench_with_a_ratio_passes(capsys: pytest.CaptureFixture[str]) -> None:
    running = _run(marked=True)
    next(running)
    forms.ratio("ours / plain", 1.0, 4.0)
    with pytest.raises(StopIteration):
        running.send(None)
    assert capsys.readouterr().out == "ratio: ours / plain: 0.25\n"


def test_a_bench_without_the_marker_fails() -> None:
    with pytest.raises(AssertionError, match=r"pytest\.mark\.bench"):
        next(_run(marked=False))


def test_an_unknown_form_is_refused_by_name() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from tests.bench import forms"],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"EXPLORER_BENCH": "shrt"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "'shrt'" in done.stderr
