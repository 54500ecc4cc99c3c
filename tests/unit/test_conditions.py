"""The types of a query's conditions name what a query takes, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from explorer.corpus.query import query
from explorer.corpus.query.conditions import Conditions
from explorer.corpus.query.filters import Filters

ROOT = Path(__file__).parents[2]
USE = """
from explorer import open_corpus

corpus = open_corpus("demo")
corpus.query("vineyards Italy", classes=[211], bbox=(2, 45, 4, 52), purity=(0.8, 1), countries="France", largest=[312])
corpus.query(clases=[211])
corpus.query(bbox=(2, 45, 4))
corpus.query(purity=0.8)
"""


def test_every_condition_has_a_type() -> None:
    given = set(Conditions.__annotations__)
    assert given == ({field.name for field in fields(Filters)} | query.OWN | {"filters"}) - {"find"}


def test_a_checker_finds_what_no_query_takes(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(USE)
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(tmp_path / "use.py")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False).stdout
    lines = {line.split(":")[1] for line in said.splitlines() if "use.py" in line and ": error:" in line}
    assert lines == {"6", "7", "8"}, said
