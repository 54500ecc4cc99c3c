"""The figures of a dataset, drawn: what the page's panel and the data card show, each with its table and its line of Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explorer.core import corine
from explorer.corpus.query.filter_table import UNREVIEWED
from explorer.dataset import drawings, facts
from explorer.dataset.drawings import MOST_BARS, MOST_CLASSES, Drawing
from explorer.dataset.facts import Rows
from explorer.dataset.imagery import Imagery

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

STATES = {"correct": "Correct", "wrong": "Wrong", "unsure": "Unsure", "disputed": "Disputed", UNREVIEWED: "Not reviewed"}  # fmt: skip
_MOST_COUNTRIES = 20


def of_samples(corpus: Corpus, rows: Rows = None, level: int = 3, samples: str = "") -> list[Drawing]:
    """Figures of what tables say: nothing of the imagery is read.

    `samples` is the expression that gives the same samples in Python (`corpus.query(...)`), empty for all.
    """
    return [
        shares(corpus, rows, level, samples),
        countries(corpus, rows, samples),
        together(corpus, rows, level, samples),
        latitudes(corpus, rows, samples),
        purity(corpus, rows, samples),
        entropy(corpus, rows, samples),
        reviews(corpus, rows, samples),
    ]


def shares(corpus: Corpus, rows: Rows, level: int, samples: str = "") -> Drawing:
    """The share of each class of a level; the largest as bars, the rest together."""
    table = facts.class_shares(corpus, rows, level)
    bars = [
        (f"{code} {row['title']}", row["share"], _percent(row["share"]), corine.land_cover(code).hex, f"largest:{code}")
        for code, row in zip(table.index.tolist(), table.to_dict("records"), strict=True)
    ]  # fmt: skip
    if len(bars) > MOST_BARS:
        rest = table["share"].iloc[MOST_BARS:]
        bars = [*bars[:MOST_BARS], (f"{len(rest)} other classes", float(rest.sum()), _percent(float(rest.sum())), "#9aa7b0", "")]  # fmt: skip
    about = f"Share of the area by class, level {level}, of what has a label"
    return Drawing(
        "classes",
        "Classes",
        about,
        drawings.bars(bars, about),
        table,
        _line("class_shares", samples, f"level={level}"),
    )


def together(corpus: Corpus, rows: Rows, level: int, samples: str = "") -> Drawing:
    """Which classes lie in one sample; of many those with most samples."""
    table = facts.co_occurrence(corpus, rows, level)
    most = facts.class_shares(corpus, rows, level).sort_values("present", ascending=False)
    kept = sorted(most.index[:MOST_CLASSES].tolist())
    shown = table.loc[kept, kept]
    about = f"Of the samples with the class of a row, how many have that of a column, level {level}"
    if len(table) > len(kept):
        about += f"; the {len(kept)} most frequent of {len(table)} classes"
    titles = [f"{code} {corine.land_cover(code).title}" for code in kept]
    svg = drawings.matrix(shown, titles, [str(code) for code in kept], about, "of the samples")
    return Drawing(
        "co-occurrence",
        "Classes that lie together",
        about,
        svg,
        table,
        _line("co_occurrence", samples, f"level={level}"),
    )


def countries(corpus: Corpus, rows: Rows, samples: str = "") -> Drawing:
    """Classes of level 1 by country; of many countries those with most samples."""
    table = facts.countries(corpus, rows)
    bars = [
        (name, f"{int(row['samples']):,}", [(code, row[code]) for code in corine.codes(1)], f"country:{name}" if name != facts.ELSEWHERE else "")
        for name, row in table.head(_MOST_COUNTRIES).iterrows()
    ]  # fmt: skip
    about = "Classes of level 1 by country, and how many samples it has"
    if len(table) > _MOST_COUNTRIES:
        about += f"; the {_MOST_COUNTRIES} of {len(table)} with most samples"
    return Drawing(
        "countries",
        "Countries",
        about,
        drawings.stacked(_texts(bars), about, 1),
        table,
        _line("countries", samples),
    )


def latitudes(corpus: Corpus, rows: Rows, samples: str = "") -> Drawing:
    """Classes of level 1 from north to south."""
    table = facts.latitudes(corpus, rows)
    bars = [
        (f"{south} to {int(str(south)) + facts.LATITUDE_STEP} °N", f"{int(row['samples']):,}", [(code, row[code]) for code in corine.codes(1)], "")
        for south, row in table.iterrows()
    ]  # fmt: skip
    about = "Classes of level 1 by latitude, and how many samples there are"
    return Drawing(
        "latitudes",
        "Latitude",
        about,
        drawings.stacked(_texts(bars), about, 1),
        table,
        _line("latitudes", samples),
    )


def purity(corpus: Corpus, rows: Rows, samples: str = "") -> Drawing:
    """Samples by the fraction of their largest class."""
    table = facts.purity(corpus, rows)
    about = "Samples by purity, the fraction of their largest class of level 3"
    svg = drawings.columns(table, about, "purity (%)", percent=True)
    return Drawing("purity", "Purity", about, svg, table, _line("purity", samples))


def entropy(corpus: Corpus, rows: Rows, samples: str = "") -> Drawing:
    """Samples by how mixed their label is."""
    table = facts.entropy(corpus, rows)
    about = "Samples by the entropy of their fractions of level 3; 0: one class alone, 1: as two halves"
    svg = drawings.columns(table, about, "entropy (bits)", percent=False)
    return Drawing("entropy", "Entropy", about, svg, table, _line("entropy", samples))


def reviews(corpus: Corpus, rows: Rows, samples: str = "") -> Drawing:
    """What is held true of the labels that were reviewed."""
    table = facts.reviews(corpus, rows)
    total = max(int(table["samples"].sum()), 1)
    bars = [
        (STATES.get(str(state), str(state)), number / total, f"{number:,}", "", f"review:{state}" if "review" in corpus.filter_table.offers else "")
        for state, number in zip(table.index, table["samples"].tolist(), strict=True)
    ]  # fmt: skip
    about = "Samples by the state of their review"
    return Drawing("reviews", "Reviews", about, drawings.bars(bars, about), table, _line("reviews", samples))


def of_imagery(found: Imagery, samples: str = "") -> list[Drawing]:
    """Figures of what was looked at in the imagery."""
    made = []
    for product, about in (("PF-SR", "Planet Fusion"), ("S2-SR", "Sentinel-2")):
        table = found.dates[found.dates["product"] == product]
        if not len(table):
            continue
        wide = table.assign(share=table["missing"] / (table["there"] + table["missing"])).pivot_table(
            index="zone", columns="month", values="share"
        )
        told = f"{about}: share of the dates that are missing by UTM zone and month, of {found.listed:,} samples drawn at random"
        gone = int(table["missing"].sum()), int((table["there"] + table["missing"]).sum())
        told += f"; {gone[0]:,} of {gone[1]:,} dates are missing"
        svg = drawings.matrix(
            wide,
            [f"zone {zone}" for zone in wide.index],
            [str(month) for month in wide.columns],
            told,
            "missing",
        )
        made.append(
            Drawing(
                f"dates-{product.lower()}",
                f"{about}: dates missing",
                told,
                svg,
                table,
                _line("dates_missing", samples, f"product={product!r}"),
            )
        )
    if len(found.gaps):
        mean = float(np.average(found.gaps["share"], weights=found.gaps["dates"]))
        about = f"Share of Planet Fusion's pixels that are gap-filled, of a date a month of {found.read:,} samples drawn at random; {_percent(mean)} of all"
        bars = [
            (str(month), share, _percent(share), "", "")
            for month, share in zip(found.gaps["month"], found.gaps["share"].tolist(), strict=True)
        ]
        made.append(
            Drawing(
                "gap-filled",
                "Gap-filled pixels",
                about,
                drawings.bars(bars, about),
                found.gaps,
                _line("gap_filled", samples),
            )
        )
    return made  # fmt: skip


def _line(name: str, samples: str, *arguments: str) -> str:
    given = ", ".join(filter(None, ("corpus", samples, *arguments)))
    return f"plots.{name}({given})"


def _texts(
    bars: Sequence[tuple[object, str, Sequence[tuple[int, float]], str]],
) -> list[tuple[str, str, Sequence[tuple[int, float]], str]]:
    return [(str(label), words, parts, filters) for label, words, parts, filters in bars]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 or share == 0 else "< 0.1 %"


def table_text(table: pd.DataFrame) -> str:
    """The table of a drawing as CSV, cells that a spreadsheet would run made text."""
    from explorer.corpus.tables.csv_safety import neutral

    return neutral(table).to_csv(
        lineterminator="\r\n", index=not isinstance(table.index, pd.RangeIndex), float_format="%.6g"
    )
