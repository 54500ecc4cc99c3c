"""Chips whose files are not named as the corpus's layout has it: found by the date that their names hold.

The layout says `2018-01-03.tif`, and `2018-07.tif` for a month. A copy that went through other hands can have
`2018-01-03.TIF`, `20180103.tif`, `2018-01-03T10-30-00Z.tif`, or an id before the date. `date_of` reads such a name,
`DatedStore` gives such files under the keys of the layout, so that all that reads, checks, copies or lists chips has them.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from cachetools import TTLCache

from explorer.core import forking
from explorer.core.errors import (
    InvalidQueryError,
    NotThereError,
    StoreError,
    UnknownDateError,
    UnreadableError,
)
from explorer.core.products import OVERPASS_UTC, PRODUCTS, Product
from explorer.corpus.findings import Findings
from explorer.corpus.stores.leftovers import is_leftover
from explorer.corpus.stores.store import Store, check

LISTED_S, LISTED_COUNT = 60.0, 2_000
"""How long a folder that was listed is remembered, and how many of them."""
MAX_FILES = 10_000
"""Names of one folder that are looked at: a product has 146 dates."""
PROBED_DATES, PROBED_SAMPLES = 2, 5
"""Where folders cannot be listed (HTTP): of so many absent dates of so many samples, the other names are asked for."""
VARIANTS = {
    False: (
        "%Y-%m-%d.TIF", "%Y-%m-%d.tiff", "%Y%m%d.tif", "%Y_%m_%d.tif", "%Y-%m-%dT%H-%M-%SZ.tif",
        "%Y-%m-%dT%H:%M:%SZ.tif", "{sample_id}_%Y-%m-%d.tif", "{product}_%Y-%m-%d.tif", "%Y-%m-%d.TIFF", "%Y%m%d.TIF",
    ),
    True: (
        "%Y-%m.TIF", "%Y-%m.tiff", "%Y%m.tif", "%Y_%m.tif", "%Y-%m-%d.tif", "%Y%m%d.tif", "{sample_id}_%Y-%m.tif",
        "{product}_%Y-%m.tif", "%Y-%m.TIFF", "%Y%m.TIF",
    ),
}  # fmt: skip
"""The names that are asked for there, of daily and of monthly products: at most 100 requests a product and process."""

_DAY = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12][0-9]|3[01])(?:[0-9]{4}(?:[0-9]{2})?)?(?![0-9])"
)
_MONTH = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})[-_.]?(0[1-9]|1[0-2])(?![0-9])(?![-_.][0-9]{1,2}(?![0-9A-Za-z]))"
)
_ENDING = re.compile(r"\.tiff?\Z", re.IGNORECASE | re.ASCII)
_DIRECTIVE = re.compile(r"%(?![YmdHMSj%])")


def date_of(product: Product, name: str) -> dt.date | None:
    """The date of a product's calendar that a file's name holds; None where it holds none, or several.

    The ending is `.tif` or `.tiff`, in any case. A day is `2018-01-03`, `2018_01_03`, `2018.01.03` or `20180103`, with
    whatever stands before and after it; a monthly product has months (`2018-07`, `201807`) or any day of them as well.
    >>> from explorer.core.products import PF_SR, S2_SR
    >>> [str(date_of(PF_SR, name)) for name in ("20180103.TIF", "2018-01-03T10:30:00Z.tiff", "2018-01-04.tif")]
    ['2018-01-03', '2018-01-03', 'None']
    >>> str(date_of(S2_SR, "33N_15E-200N_01_09_2018-07.tif"))
    '2018-07-01'
    """
    ending = _ENDING.search(name)
    if ending is None or len(name) > 255 or is_leftover(name):
        return None
    stem = name[: ending.start()]
    found = [f"{year}-{month}-{day}" for year, _, month, day in _DAY.findall(stem)]
    if product.monthly:
        found += [f"{year}-{month}" for year, month in _MONTH.findall(stem)]
    dates = set()
    for text in found:
        with suppress(UnknownDateError):
            dates.add(product.parse_date(text))
    return dates.pop() if len(dates) == 1 else None


def is_chip(product: Product, name: str, patterns: Mapping[str, str]) -> bool:
    """Whether a file of a product's folder looks like one of its chips, by its name alone."""
    if product.id in patterns:
        return bool(_ENDING.search(name)) and not is_leftover(name)
    return date_of(product, name) is not None


def check_pattern(product: Product, pattern: str) -> str:
    """The pattern itself, if it names the files of a product: as of `strftime`, with `{sample_id}` and `{product}`.

    Raises `InvalidQueryError` for one that leads to another folder, or names two dates alike.
    >>> from explorer.core.products import PF_SR
    >>> check_pattern(PF_SR, "%Y%m%d.tif")
    '%Y%m%d.tif'
    """
    plain = 0 < len(pattern) <= 100 and pattern.isprintable() and not _DIRECTIVE.search(pattern)
    if not plain or "/" in pattern or "\\" in pattern or is_leftover(pattern):
        raise InvalidQueryError(
            f"{product.id}: {pattern[:60]!r} is no pattern of a file name; write for example '%Y%m%d.tif'"
        )
    names = {file_name(product, pattern, date, "33N_15E-200N_01_09") for date in product.dates}
    if len(names) != len(product.dates):
        raise InvalidQueryError(
            f"{product.id}: {pattern[:60]!r} names several dates alike; write for example '%Y%m%d.tif'"
        )
    return pattern


def file_name(product: Product, pattern: str, date: dt.date, sample_id: str) -> str:
    """The name that a pattern gives to a date's file."""
    name = dt.datetime.combine(date, OVERPASS_UTC).strftime(pattern)
    return name.replace("{sample_id}", sample_id).replace("{product}", product.id)


@dataclass(frozen=True, slots=True)
class _Chip:
    """A key of the layout, taken apart."""

    folder: str
    name: str
    sample_id: str
    product: Product
    date: dt.date


@dataclass(frozen=True, slots=True)
class _Folder:
    """A product's folder as it was listed.

    `real` is name in the layout -> name of the file; `why` what to say of a date that has none.
    """

    real: dict[str, str]
    why: str = ""


_BY_NAME = {
    product.id: {f"{stem}.tif": date for stem, date in zip(product.date_keys, product.dates, strict=True)}
    for product in PRODUCTS.values()
}


def _chip_of(key: str) -> _Chip | None:
    parts = key.split("/")
    if len(parts) != 6 or parts[0] != "imagery":
        return None
    date = _BY_NAME.get(parts[4], {}).get(parts[5])
    if date is None:
        return None
    return _Chip(key[: -len(parts[5]) - 1], parts[5], parts[3], PRODUCTS[parts[4]], date)


def _product_of(folder: str) -> Product | None:
    parts = folder.rstrip("/").split("/")
    return PRODUCTS.get(parts[4]) if len(parts) == 5 and parts[0] == "imagery" else None


class _Known:
    """What was found out about the names of one corpus; shared by the stores that look at it."""

    def __init__(self, findings: Findings, patterns: Mapping[str, str]) -> None:
        self.findings = findings
        self.patterns = {name: check_pattern(PRODUCTS[name], text) for name, text in patterns.items()}
        """Product id -> the pattern of its files: set by the operator, or learned where folders cannot be listed."""
        self.regular: set[str] = set()
        """Products of which a file was found where the layout has it."""
        self.probed: dict[str, dict[str, int]] = {name: {} for name in PRODUCTS}
        """Product id -> folder -> how many of its absent dates were asked for by other names."""
        self.no_listing_until = 0.0
        self.odd = bool(self.patterns)
        """Whether any file has another name than the layout gives it."""
        self.after_fork()
        forking.remake(self)

    def after_fork(self) -> None:
        self.lock = threading.Lock()
        self.folders: TTLCache[str, _Folder] = TTLCache(LISTED_COUNT, LISTED_S)
        self.probing = {name: threading.Lock() for name in PRODUCTS}

    def folder(self, name: str) -> _Folder | None:
        with self.lock:
            return self.folders.get(name)

    def keep(self, name: str, folder: _Folder) -> _Folder:
        with self.lock:
            self.folders[name] = folder
        return folder

    def drop(self, name: str) -> None:
        with self.lock:
            self.folders.pop(name, None)

    def read(self, folder: str, product: Product, names: list[str]) -> _Folder:
        """Take the names in a folder for dates, and say what is strange about them."""
        by_name = _BY_NAME[product.id]
        files = [name for name in names if not name.endswith("/")]
        real = {name: name for name in files if name in by_name}
        twice, strange, other = [], [], []
        for name in files:
            if name in real:
                continue
            date = self.date_of(product, folder, name)
            if date is None:
                strange.append(name)
            elif (in_layout := f"{product.stem(date)}.tif") in real:
                twice.append(name)
            else:
                real[in_layout] = name
                other.append(name)
        for kind, text in (
            (other, f"files are named otherwise than {product.date_keys[0]}.tif; they are read by the date in their names"),
            (twice, "there are several files of one date; the one named as the layout has it is read, else the first by name"),
            ([name for name in strange if real and _ENDING.search(name)], "files hold no date of the calendar in their names; they are not read"),
        ):  # fmt: skip
            if kind and self.folder(folder) is None:
                self.findings.note(product.id, text, f"{folder}/{kind[0]}")
        self.odd = self.odd or bool(other)
        why = ""
        if strange and not real:
            count = f"{len(strange):,} files" if len(strange) > 1 else "1 file"
            why = f"{count} with other names, first: {strange[0][:80]}"
        return self.keep(folder, _Folder(real, why))

    def date_of(self, product: Product, folder: str, name: str) -> dt.date | None:
        pattern = self.patterns.get(product.id)
        if pattern:
            sample_id = folder.split("/")[3]
            for date in product.dates:
                if name == file_name(product, pattern, date, sample_id):
                    return date
        return date_of(product, name)


class DatedStore:
    """A store that gives chips under the keys of the layout, whatever their files are called.

    A file that has the layout's name costs nothing more. One that is not there is looked for in its folder, which is
    listed once; where folders cannot be listed, a few other names are asked for until one of them is right, which is then
    tried first. Of two files of one date the one with the layout's name counts, else the first by name.
    `patterns` (product id -> pattern, see `check_pattern`) says how files are named. Everything else is the base's.
    """

    def __init__(
        self, base: Store, findings: Findings | None = None, patterns: Mapping[str, str] | None = None
    ) -> None:
        self.base = base
        self._known = _Known(findings or Findings(base.where), patterns or {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "base" not in self.__dict__:
            raise AttributeError(name)
        found = getattr(self.base, name)
        return partial(self._forget, found) if name == "forget" else found

    def __getstate__(self) -> dict[str, Any]:
        return {"base": self.base, "findings": self._known.findings, "patterns": self._known.patterns}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.base = state["base"]
        self._known = _Known(state["findings"], state["patterns"])

    def __repr__(self) -> str:
        return f"<DatedStore of {self.base!r}>"

    @property
    def where(self) -> str:
        return self.base.where

    @property
    def patterns(self) -> dict[str, str]:
        """Product id -> the pattern of its files, where it is known."""
        return dict(self._known.patterns)

    @property
    def store(self) -> Store:
        """The same, but past a cache; itself where the base is none."""
        below = getattr(self.base, "store", None)
        if below is None:
            return self
        made = DatedStore(below)
        made._known = self._known
        return made

    def get(self, key: str) -> bytes:
        other = self._other(key) if self._known.odd else None
        if other is not None:
            with suppress(NotThereError):
                return self.base.get(other)
        try:
            data = self.base.get(key)
        except NotThereError:
            found = self._elsewhere(key, other)
            if found is None:
                raise  # from here: an error that is handed on and raised there would hold itself in its own traceback
            return found
        if key.startswith("imagery/") and (product := key.split("/")[-2]) in PRODUCTS:
            self._known.regular.add(product)
        return data

    def list(self, folder: str) -> Iterator[str]:
        """As the base, chips under their names in the layout, without what downloaders and desktops leave behind."""
        product = _product_of(folder)
        names = [name for name in self.base.list(folder) if not is_leftover(name)]
        if product is None:
            return iter(names)
        real = self._known.read(folder.rstrip("/"), product, names).real
        in_layout = {file: name for name, file in real.items()}
        return iter(sorted(in_layout.get(name, name) for name in names))

    def href(self, key: str) -> str:
        other = self._other(key)
        if (
            other is None
            and (chip := _chip_of(key)) is not None
            and getattr(self.base, "root", None) is not None
        ):
            name = self._listed(chip.folder, chip.product)
            other = f"{chip.folder}/{name.real[chip.name]}" if name and chip.name in name.real else None
        return self.base.href(other or key)

    def check(self) -> None:
        """Raises `StoreError` where the store does not answer."""
        check(self.base)

    def _forget(self, forget: Any, key: str) -> None:
        """Fetch a key anew the next time."""
        other = self._other(key)
        self._known.drop(key.rpartition("/")[0])
        forget(key)
        if other is not None:
            forget(other)

    def _other(self, key: str) -> str | None:
        """The key of the file that is known to stand for one of the layout; None where none is known to."""
        known, chip = self._known, _chip_of(key)
        if chip is None or not known.odd:
            return None
        folder = known.folder(chip.folder)
        if folder is not None and chip.name in folder.real:
            return f"{chip.folder}/{folder.real[chip.name]}"
        pattern = known.patterns.get(chip.product.id)
        return (
            f"{chip.folder}/{file_name(chip.product, pattern, chip.date, chip.sample_id)}"
            if pattern
            else None
        )

    def _elsewhere(self, key: str, tried: str | None) -> bytes | None:
        """The chip of a key that is not there, by another name than was tried; None where there is none.

        Raises `NotThereError` where its folder says why.
        """
        chip = _chip_of(key)
        if chip is None:
            return None
        folder = self._listed(chip.folder, chip.product)
        if folder is None:
            return self._probe(chip, tried)
        if chip.name in folder.real:
            return self.base.get(f"{chip.folder}/{folder.real[chip.name]}")
        if folder.why:
            raise NotThereError(key, folder.why)
        return None

    def _listed(self, folder: str, product: Product) -> _Folder | None:
        """What a folder holds; None where it cannot be listed."""
        known = self._known
        found = known.folder(folder)
        if found is not None or time.monotonic() < known.no_listing_until:
            return found
        try:
            names = list(islice(self.base.list(folder), MAX_FILES))
        except NotThereError:
            names = []
        except StoreError:
            known.no_listing_until = time.monotonic() + LISTED_S
            return None
        return known.read(folder, product, [name for name in names if not is_leftover(name)])

    def _probe(self, chip: _Chip, tried: str | None) -> bytes | None:
        """Ask for a date by the other names that it could have, within bounds; the name that is right is remembered."""
        known, product = self._known, chip.product
        with known.probing[product.id]:
            if product.id in known.patterns:  # another thread has just learned it
                other = f"{chip.folder}/{file_name(product, known.patterns[product.id], chip.date, chip.sample_id)}"
                if other != tried:
                    with suppress(NotThereError):
                        return self.base.get(other)
                return None
            asked = known.probed[product.id]
            count = asked.get(chip.folder, 0)
            if product.id in known.regular or count >= PROBED_DATES:
                return None
            if not count and len(asked) >= PROBED_SAMPLES:
                return None
            asked[chip.folder] = count + 1
            for pattern in VARIANTS[product.monthly]:
                key = f"{chip.folder}/{file_name(product, pattern, chip.date, chip.sample_id)}"
                try:
                    data = self.base.get(key)
                except (NotThereError, UnreadableError):
                    continue
                except StoreError:  # refused for its name; the file itself was answered with "not there"
                    return None
                known.patterns[product.id], known.odd = pattern, True
                known.findings.note(
                    product.id,
                    f"files are named otherwise than {product.date_keys[0]}.tif; they are asked for as {pattern}",
                    key,
                )
                return data
        return None
