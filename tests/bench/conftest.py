"""What holds for every bench: it is marked as one, compares itself with a plain way of doing the same, and in full keeps its limits."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.bench import forms


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A bench fails without a baseline of the same run (times alone drift with the machine), in full also by a missed limit."""
    assert item.get_closest_marker("bench"), (
        "mark it with pytest.mark.bench, or it runs in full among the tests"
    )
    forms.RATIOS.clear()
    forms.MISSED.clear()
    forms.STEPS_BACK.clear()
    result = yield
    assert forms.RATIOS, "the bench told no ratio to a plain way in the same run: see tests/bench/forms.py"
    assert not forms.STEPS_BACK, "a step back: " + "; ".join(forms.STEPS_BACK)
    assert forms.SHORT or not forms.MISSED, "missed: " + "; ".join(forms.MISSED)
    return result
