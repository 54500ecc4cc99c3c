"""A bench whose ratio is half as good as usual fails, in the short form too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import usual


@pytest.mark.parametrize(("what", "value"), usual.LOW.items())
def test_what_takes_twice_its_share_is_a_step_back(what: str, value: float) -> None:
    assert not usual.stepped_back(what, 1.9 * value)
    assert "usually" in usual.stepped_back(what, 2.1 * value)


@pytest.mark.parametrize(("what", "value"), usual.HIGH.items())
def test_what_does_half_is_a_step_back(what: str, value: float) -> None:
    assert not usual.stepped_back(what, value / 1.9)
    assert "usually" in usual.stepped_back(what, value / 2.1)


def test_other_ratios_are_told_alone() -> None:
    assert not usual.stepped_back("anything / else", 99.0)


def test_what_is_guarded_is_measured() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8") for path in Path(usual.__file__).parent.glob("bench_*.py")
    )
    for what in {**usual.LOW, **usual.HIGH}:
        assert what.split(" / ")[0].split(" of ")[0].split(": median")[0] in sources
