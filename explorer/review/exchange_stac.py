"""Verdicts as a STAC item collection: a label item a sample (label extension 1.0.1)."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pystac
from pystac.extensions.label import (
    LabelClasses,
    LabelCount,
    LabelExtension,
    LabelOverview,
    LabelTask,
    LabelType,
)
from shapely import Polygon
from shapely.geometry import mapping

from explorer.core import grid
from explorer.corpus.tables.tables import terms
from explorer.review.verdict_table import plain
from explorer.review.verdicts import JUDGEMENTS, Verdict

if TYPE_CHECKING:
    from explorer.review.records import Records


def write(records: Records, rows: Sequence[Verdict], rows_key: str) -> bytes:
    """All rows as an item collection (JSON), by sample, each item with its rows in the property `rows_key`; whom to name is in `attribution`, `license`, `citation`."""
    of: dict[str, list[Verdict]] = defaultdict(list)
    for row in rows:
        of[row.sample_id].append(row)
    current = records.current()
    standing = dict(zip(current["id"], current["judgement"], strict=True))
    ids = sorted(of)
    items = [
        item(sample_id, of[sample_id], standing, shape, rows_key)
        for sample_id, shape in zip(ids, grid.written_footprints(ids), strict=True)
    ]
    collection = pystac.ItemCollection(items, extra_fields=terms(records.corpus))
    return json.dumps(collection.to_dict(), ensure_ascii=False, indent=1).encode()


def item(
    sample_id: str, rows: Sequence[Verdict], standing: dict[str, str], footprint: Polygon, rows_key: str
) -> pystac.Item:
    """The label item of a sample. `standing`: id -> judgement of the verdicts that count now, for the overview."""
    times = [row.time for row in rows if row.time is not None]
    made = pystac.Item(
        id=f"{sample_id}_review",
        geometry=mapping(footprint),
        bbox=[round(v, 9) for v in footprint.bounds],
        datetime=max(times),
        properties={"sample_id": sample_id, rows_key: [plain(row) for row in rows]},
    )
    counts = Counter(standing[row.id] for row in rows if row.id in standing)
    LabelExtension.ext(made, add_if_missing=True).apply(
        label_description="Reviewers' verdicts on the CORINE label of the 600 m cell",
        label_type=LabelType.VECTOR,
        label_properties=["judgement"],
        label_classes=[LabelClasses.create(classes=list(JUDGEMENTS), name="judgement")],
        label_tasks=[LabelTask.CLASSIFICATION],
        label_methods=["manual"],
        label_overviews=[
            LabelOverview.create(
                "judgement", counts=[LabelCount.create(name, counts[name]) for name in JUDGEMENTS]
            )
        ],
    )
    return made
