"""Parsers of our own, fed by atheris, which follows the branches that they take; `make fuzz`, or one of them for longer:

python -m tests.coverage_guided chip -max_total_time=600

What libraries parse (YAML, JSON, CSV, GDAL's formats) is left to hypothesis (`tests/faults/test_fuzz.py`): there are no branches to follow.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=[
        "explorer.corpus.imagery.tiff_fast", "explorer.core.grid", "explorer.corpus.tables.ids", "explorer.views.common.selection",
        "explorer.analysis.expressions", "explorer.analysis.curves", "explorer.analysis.render_spec",
    ]
):  # fmt: skip
    import numpy as np

    from explorer.analysis import expressions, render_spec
    from explorer.core import grid
    from explorer.core.errors import ChipError, ExplorerError
    from explorer.core.products import PF_SR
    from explorer.corpus.imagery import geotiff, tiff_fast
    from explorer.views.common.selection import decode, encode
    from tests import corpora
    from tests.faults.test_fuzz import KEYS, brief

CELL = grid.parse(corpora.FULL)
GOOD = corpora.good(PF_SR, CELL, 0)
MOST = 1000
"""Characters of a refusal."""


def chip(data: bytes) -> None:
    """Another header before the same pixels: what the fast reader takes is what GDAL reads, pixel for pixel."""
    data += GOOD[len(data) :]
    fast = tiff_fast.read(data, PF_SR, CELL)
    if fast is None:
        return
    try:
        found = geotiff.read(data, PF_SR, CELL).data
    except ChipError as error:
        brief(error, MOST)
        return
    np.testing.assert_array_equal(fast, found)


def link(data: bytes) -> None:
    """Any value of any key makes a link, or a sentence about it, and the link that is made of it means the same."""
    given = atheris.FuzzedDataProvider(data)
    made = decode({given.PickValueInList(list(KEYS)): [given.ConsumeBytes(len(data))]})
    assert encode(decode(encode(made))) == encode(made)


def formula(data: bytes) -> None:
    """A formula and a picture are understood or refused."""
    text = atheris.FuzzedDataProvider(data).ConsumeUnicodeNoSurrogates(len(data))
    for parse in (
        lambda: expressions.parse(text, {name: name for name in PF_SR.band_names}),
        lambda: render_spec.parse(text, PF_SR.id),
    ):
        try:
            parse()
        except ExplorerError as error:
            brief(error, MOST)


TARGETS = {
    "chip": (chip, [GOOD[:700]]),
    "link": (link, [b"\x00" * 8 + b"2018-07-02", b"\x02" + b"1,2;3,4;5,6"]),
    "formula": (formula, [b"(nir-red)/(nir+red+0.5)*1.5", b"ndvi", b"expr:nir/red"]),
}


def main() -> None:
    """`NAME [libFuzzer's options]`."""
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(f"usage: python -m tests.coverage_guided {'|'.join(TARGETS)} [-max_total_time=SECONDS ...]")
    target, seeds = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, f"-artifact_prefix={tempfile.gettempdir()}/", folder], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
