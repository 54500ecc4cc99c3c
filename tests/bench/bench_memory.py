"""What a process takes in memory: for the demo's table against the plain way, and in full for an idle server against its libraries alone.

Each number is of a process of its own: resident megabytes more than after the imports. The plain way reads the file, lets pandas copy the
columns, and asks pandas for the row of an id.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from explorer.demo import table
from explorer.server import ports
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

REPOSITORY = Path(__file__).resolve().parents[2]
COUNT = forms.sized(500_000, 50_000)
LIBRARIES = "panel, holoviews, geoviews, datashader, xarray, rioxarray, pystac"
_TOLD = """
import psutil
def resident(): return psutil.Process().memory_info().rss / 1e6
"""
_IMPORTS = f"""
import pandas as pd, pyarrow as pa
from explorer.demo import table
from explorer.demo.opening import open_demo
import explorer.corpus.corpus
open_demo(count=300).close()
path, count = table.cache_file({COUNT}, 0), {COUNT}
before = resident()
"""
_PLAIN = """
found = table.unpack(path.read_bytes(), count)
ids = pd.Index(pd.Series(found.ids.to_pylist(), dtype="str"), name="sample_id")
frame = pd.DataFrame({name: found[name] for name in ("lon", "lat", "x", "y", "clc", "fraction")}, index=ids)
assert ids[1000] in frame.index
"""
_OURS = """
corpus = open_demo(count=count)
assert corpus.samples.index[1000] in corpus
"""


def megabytes(code: str) -> float:
    """What a process that runs some Python prints last."""
    ended = subprocess.run(
        [sys.executable, "-c", _TOLD + code], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=300
    )  # fmt: skip
    return float(ended.stdout.split()[-1])


def of_an_idle_server() -> tuple[float, float]:
    """Megabytes of a server of the demo ten seconds after it is ready, and seconds of processor until its port is open."""
    import psutil

    port = ports.usable("127.0.0.1", 0)
    command = [sys.executable, "-m", "explorer", "serve", "demo", "--no-open", "--port", str(port)]
    started = subprocess.Popen(command, cwd=REPOSITORY, env=os.environ, stdout=subprocess.DEVNULL)
    process = psutil.Process(started.pid)
    opened = 0.0
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
                    opened = opened or sum(process.cpu_times()[:2])
                    if json.load(answer)["ready"]:
                        break
            except OSError:
                assert started.poll() is None, "the server ended"
            time.sleep(0.1)
        time.sleep(10)
        return process.memory_info().rss / 1e6, opened
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(30)


def test_memory() -> None:
    table.load(COUNT, 0)  # made once, if it never was
    ours = megabytes(_IMPORTS + _OURS + "print(resident() - before)")
    plain = megabytes(_IMPORTS + _PLAIN + "print(resident() - before)")
    _say(f"the demo's table of {COUNT:,} samples: {ours:.0f} MB, the plain way {plain:.0f}")
    forms.ratio("memory of the demo's table / read and asked by pandas", ours, plain)
    forms.limit("memory of the demo's table / plain", ours / plain, most=0.5)
    if not forms.SHORT:
        alone = megabytes(f"import {LIBRARIES}\nprint(resident())")
        idle, opened = of_an_idle_server()
        _say(
            f"an idle server {idle:.0f} MB, its libraries alone {alone:.0f}; port open after {opened:.1f} s of processor"
        )
        forms.ratio("an idle server / its libraries alone", idle, alone)


def _say(line: str) -> None:
    print(line)  # noqa: T201 - a benchmark prints


def main() -> None:
    """Run by hand."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
