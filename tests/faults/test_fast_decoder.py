"""Thousands of chips with something changed in them: what the fast decoder takes, GDAL takes too, with the same pixels.

More of them: EXPLORER_MUTATIONS=100000 python -m pytest tests/faults/test_fast_decoder.py
"""

from __future__ import annotations

import os
import random
import struct
from collections.abc import Iterator

import numpy as np
import pytest

from explorer.core import grid
from explorer.core.errors import ChipError
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.imagery import geotiff, tiff_fast
from tests import corpora

CELL = grid.parse(corpora.FULL)
COUNT = int(os.environ.get("EXPLORER_MUTATIONS", "4000"))
NUMBERS = (0, 1, 2, 3, 4, 5, 8, 16, 199, 200, 201, 255, 256, 257, 65_535, 65_536, 2**31 - 1, 2**31, 2**32 - 1)
DOUBLES = (float("nan"), float("inf"), 0.0, -0.0, 3.0, -3.0, 1e308)
TAGS = (
    254, 255, 262, 266, 270, 274, 278, 282, 297, 305, 306, 330, 332, 338, 339, 347, 33_550, 34_264, 34_736, 34_737, 42_112, 42_113, 50_844,
    65_000,
)  # fmt: skip


def changed(good: bytes, dice: random.Random) -> bytes:
    """A chip with one to three changes of one kind: bits, the directory's entries, its numbers, the tile, the end."""
    data = bytearray(good)
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    entries = [start + 2 + 12 * number for number in range(count)]
    kind = dice.randrange(9)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        entry = dice.choice(entries)
        if kind == 0:
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        elif kind == 1:
            field, number = dice.choice((0, 2, 4, 8)), dice.choice(NUMBERS)
            width = "<H" if field < 4 else "<I"
            struct.pack_into(width, data, entry + field, number & (0xFFFF if field < 4 else 0xFFFFFFFF))
        elif kind == 2:
            size = dice.choice((1, 2, 3, 10, 100))
            data = data[:-size] if dice.random() < 0.7 else data + bytes(size)
        elif kind == 3:
            data[dice.randrange(min(len(data), 900))] = dice.randrange(256)
        elif kind == 4:
            at = dice.randrange(len(data) // 2, len(data))
            data[at : at + 4] = dice.randbytes(4)
        elif kind == 5:
            other = dice.choice(entries)
            data[entry : entry + 12], data[other : other + 12] = (
                data[other : other + 12],
                data[entry : entry + 12],
            )
        elif kind == 6:
            for one in entries:
                if struct.unpack_from("<H", data, one)[0] in (324, 325):
                    (number,) = struct.unpack_from("<I", data, one + 8)
                    struct.pack_into(
                        "<I", data, one + 8, max(0, number + dice.choice((-1000, -100, -1, 0, 0, 1, 100)))
                    )
        elif kind == 7:
            struct.pack_into("<H", data, entry, dice.choice(TAGS))
        else:
            struct.pack_into("<d", data, dice.randrange(start, start + 240), dice.choice(DOUBLES))
    return bytes(data)


def mutations(count: int) -> Iterator[tuple[Product, bytes]]:
    dice = random.Random(17)
    good = [
        (product, corpora.geotiff(product, CELL, corpora.pixels(product, 0), predictor=predictor))
        for product in (PF_SR, S2_SR)
        for predictor in (1, 2)
    ]
    for _ in range(count):
        product, data = dice.choice(good)
        yield product, changed(data, dice)


@pytest.mark.timeout(600 + COUNT // 20)
def test_what_the_fast_decoder_takes_gdal_takes_with_the_same_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0
    for number, (product, data) in enumerate(mutations(COUNT)):
        if tiff_fast.read(data, product, CELL) is None:
            continue
        taken += 1
        fast = geotiff.read(data, product, CELL)
        with monkeypatch.context() as patch:
            patch.setattr(tiff_fast, "read", lambda *_args, **_named: None)
            try:
                slow = geotiff.read(data, product, CELL)
            except ChipError as error:
                pytest.fail(f"mutation {number} of {product.id}: GDAL refuses what was taken: {error}")
        assert np.array_equal(fast.data, slow.data), number
        assert (fast.data.dtype, fast.bands, fast.nodata, fast.notes) == (
            slow.data.dtype,
            slow.bands,
            slow.nodata,
            slow.notes,
        )
    assert taken > COUNT // 5, "most of what was changed must not be left to GDAL, or nothing is compared"
