"""The Python that README and docs show runs, block after block, on a small demo."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import explorer
from explorer.analysis import envelopes
from explorer.demo import open_demo
from explorer.review import queue
from explorer.review.records import Records
from explorer.review.verdicts import Verdict

ROOT = Path(__file__).resolve().parents[2]


def blocks(path: str) -> list[str]:
    return re.findall(
        r"^```python\n(.*?)^```", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.mark.nightly
def test_the_python_that_is_shown_passes_a_strict_type_check(tmp_path: Path) -> None:
    """As a reader's own files: mypy's strict mode, with the settings of this project for libraries without types."""
    for path in ("README.md", "assets/docs/python.md", "assets/docs/review.md", "assets/docs/commands.md"):
        name = Path(path).stem.lower()
        (tmp_path / f"lines_of_{name}.py").write_text("\n\n".join(blocks(path)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", *map(str, sorted(tmp_path.glob("*.py")))],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def judged(corpus: Any) -> None:
    """Two reviewers' verdicts of a draw: what accuracy and agreement are measured of."""
    todo = queue.build("random:n=60,seed=2,by=1,minimum=4", corpus)
    with Records.open(corpus) as records:
        for number, sample_id in enumerate(todo.ids):
            stratum, probability = todo.drawn(sample_id)
            for reviewer in ("Anna", "Ben")[: 1 + number % 2]:
                said = "wrong" if number % 7 == 3 else "correct"
                given = {"queue": todo.text, "stratum": stratum, "probability": probability}
                records.add(
                    Verdict(sample_id, reviewer, said, suggested=512 if said == "wrong" else None, **given)  # type: ignore[arg-type]
                )


def stand_in_for_torch() -> Any:
    """What train.md uses of PyTorch, which is a gigabyte: a base class without methods, and arrays as they are."""
    return SimpleNamespace(
        utils=SimpleNamespace(data=SimpleNamespace(Dataset=object)), from_numpy=lambda array: array,
        Tensor=type("Tensor", (), {}),  # SciPy asks whether what it is given is one
    )  # fmt: skip


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "assets/docs/commands.md",
        "assets/docs/guide.md",
        "assets/docs/opinions.md",
        "assets/docs/python.md",
        "assets/docs/review.md",
        "assets/docs/similar.md",
        "assets/docs/train.md",
    ],
)
def test_the_python_that_is_shown_runs(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = open_demo(count=2000)
    monkeypatch.setattr(explorer, "open_corpus", lambda where="demo": corpus)
    monkeypatch.setattr(envelopes, "at_hand", partial(envelopes.at_hand, most=envelopes.LEAST))
    monkeypatch.chdir(tmp_path)
    if path.endswith("train.md"):  # SciPy asks what it finds for more than this one has
        monkeypatch.setitem(sys.modules, "torch", stand_in_for_torch())
    names: dict[str, Any] = {}
    for number, code in enumerate(blocks(path)):
        if "accuracy.from_records" in code:
            judged(corpus)
        # Six samples are enough here, and the fewest of a class; what `score` wrote is not there, its own tests read it.
        code = re.sub(r"^score\.read.*\n", "", code.replace("[:100]", "[:6]"), flags=re.MULTILINE)
        exec(compile(code, f"{path}, Python block {number + 1}", "exec"), names)
    assert "corpus" in names
    if path.endswith("train.md"):
        assert names["image"].shape == (6, 4, 200, 200)
        assert 0 < names["image"].mean() < 1
        assert names["label"].sum() == pytest.approx(1, abs=0.01)
    if "records" in names:
        names["records"].close()
    corpus.close()
