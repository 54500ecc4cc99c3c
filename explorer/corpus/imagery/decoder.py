"""The one way from a file's bytes to a chip of a corpus: with what its operator settled and its catalog states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from explorer.core.grid import Cell
from explorer.core.products import Product
from explorer.corpus.findings import Findings
from explorer.corpus.imagery import geotiff
from explorer.corpus.imagery.cube import QualityMeaning
from explorer.corpus.imagery.geotiff import NO_RULES, Chip, Rules
from explorer.corpus.imagery.stated import Stated


class Decoder:
    """Reads chips of one corpus; what is strange about them goes to its `findings`. Used from many threads.

    `rules` are the operator's, by product id; `stated` is what metadata says of the numbers of one chip (by its key
    in the corpus's layout) or of all of a product (by its id).
    """

    def __init__(
        self,
        findings: Findings | None = None,
        rules: Mapping[str, Rules] | None = None,
        stated: Mapping[str, Stated] | None = None,
        meaning: QualityMeaning | None = None,
        classes: Mapping[str, int] | None = None,
    ) -> None:
        self.classes = dict(classes or {})
        """Other names of the classes in label files, as the operator says: lower case -> code."""
        self.meaning = meaning
        """What PF-QA's bands mean, where the operator says so."""
        self.findings = findings or Findings()
        self._rules = dict(rules or {})
        self._stated = stated or {}

    def rules(self, product: Product, key: str) -> Rules:
        """What holds for one chip."""
        rules = self._rules.get(product.id, NO_RULES)
        stated = self._stated.get(key) or self._stated.get(product.id)
        return rules if stated is None else replace(rules, stated=stated)

    def read(self, data: bytes, product: Product, cell: Cell, key: str) -> Chip:
        """One chip out of its bytes; `key` is its key in the corpus's layout. Raises `ChipError`."""
        chip = geotiff.read(data, product, cell, self.rules(product, key))
        for note in chip.notes:
            self.findings.note(product.id, note, key)
        return chip
