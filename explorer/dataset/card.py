"""The data card: what is in a corpus as one HTML file that needs no server and no network.

After Gebru, T. et al. (2021) Datasheets for datasets. Communications of the ACM 64, 86-92: what it holds, how it came about, what is wrong with
it, on which terms it is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import numpy as np
from markupsafe import Markup

from explorer.core import corine
from explorer.core.errors import StoreError
from explorer.core.products import CITATION, PF_QA, PF_SR, PRODUCTS, S2_SR
from explorer.core.version import __version__
from explorer.corpus import doctor
from explorer.dataset import facts, figures, imagery
from explorer.dataset.facts import Rows
from explorer.export import credit

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

_LOOKED_AT = 4
"""Samples of which files are read for what is known to be wrong."""


def html(
    corpus: Corpus,
    rows: Rows = None,
    *,
    chosen: str = "",
    level: int = 3,
    seed: int = 0,
    read: int = imagery.READ,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """The data card of samples (`facts.rows_of`; None: all). `chosen` says in words which they are.

    Of the imagery some samples are looked at, drawn at random by the seed: `read` of them are read. What cannot be read is told in the card.
    """
    found = imagery.measure(corpus, rows, seed=seed, read=read, progress=progress)
    samples = "" if rows is None else "samples"
    drawn = [*figures.of_samples(corpus, rows, level, samples), *figures.of_imagery(found, samples)]
    checks, trouble = [], found.trouble
    try:
        checks = [check for check in doctor.examine(corpus, _LOOKED_AT).checks if check.state != "ok"]
    except StoreError as error:
        trouble = trouble or f"files cannot be read: {error}"
    table = corpus.samples if rows is None else corpus.samples.iloc[rows]
    count = len(table)
    return _template().render(
        title="RapidAI4EO: data card" if not corpus.synthetic else "Synthetic demo corpus: data card",
        where=corpus.where.rstrip("/").rpartition("/")[2]
        or corpus.where,  # folders of a machine are nobody's business
        synthetic=corpus.synthetic,
        chosen=chosen,
        made=dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=__version__,
        numbers=_numbers(corpus, rows, count),
        products=[PRODUCTS[name] for name in (PF_SR.id, PF_QA.id, S2_SR.id)],
        levels={n: facts.class_shares(corpus, rows, n) for n in (1, 2, 3)},
        colour={code: corine.land_cover(code).hex for n in (1, 2, 3) for code in corine.codes(n)},
        drawings=[(one, Markup(one.svg)) for one in drawn],  # noqa: S704 - our own drawing, texts escaped
        imagery=found,
        trouble=trouble,
        checks=checks,
        warnings=corpus.index.warnings,
        findings=[f"{one.about}: {one.text} ({one.count:,} files)" for one in corpus.findings.all()],
        credit=credit.of(corpus, [*PRODUCTS, "labels"]),
        terms=[(name, corpus.attribution(name), corpus.license(name)) for name in (*PRODUCTS, "labels")],
        citation=CITATION,
        level=level,
    )


def _numbers(corpus: Corpus, rows: Rows, count: int) -> list[tuple[str, str]]:
    table = corpus.samples if rows is None else corpus.samples.iloc[rows]
    labelled = int((table["clc"] > 0).sum())
    reviewed = facts.reviews(corpus, rows)["samples"].drop("none", errors="ignore").sum()
    mixture = corpus.filter_table.mixture
    mixture = mixture if rows is None else mixture[rows]
    box = [
        table[name].agg(kind)
        for name, kind in (("lon", "min"), ("lat", "min"), ("lon", "max"), ("lat", "max"))
    ]
    return [
        ("Samples", f"{count:,}" + (f" of {len(corpus.samples):,}" if rows is not None else "")),
        ("With a label", f"{labelled:,}"),
        ("Area of a sample", "600 x 600 m (36 ha)"),
        ("Area in all", f"{count * 0.36:,.0f} km²"),
        ("Classes a sample", f"{float(np.mean(mixture)):.2f} on average, {int(mixture.max(initial=0))} at most" if count else "-"),
        ("Extent", f"{box[0]:.2f} to {box[2]:.2f} °E, {box[1]:.2f} to {box[3]:.2f} °N" if count else "-"),
        ("Labels reviewed", f"{int(reviewed):,}"),
    ]  # fmt: skip


def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": lambda share: f"{100 * share:.2f}", "number": lambda n: f"{int(n):,}"}
    return environment.from_string(Path(__file__).with_name("card.html").read_text(encoding="utf-8"))
