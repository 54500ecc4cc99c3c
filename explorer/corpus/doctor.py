"""What the explorer assumes about a corpus, held against what a few of its files say: the first thing to run on a real one.

Some files of each kind are read through the same code that shows them, from the corpus itself. Each check says what is
assumed, what was found, what follows, and what to do.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from explorer.core.errors import ChipError, CorpusFormatError, NotThereError, UnreadableError
from explorer.core.grid import Cell
from explorer.core.products import PF_QA, PF_SR, PRODUCTS, REFLECTANCE_SCALE, S2_SR, Product
from explorer.corpus.checking import compare_label
from explorer.corpus.files import FileKey, origin
from explorer.corpus.imagery.cube import band_named, gap_band
from explorer.corpus.imagery.geotiff import Chip
from explorer.corpus.parallel import each
from explorer.corpus.profile import CorpusProfile

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

SAMPLES = 20
"""Read by default: on a mirror by HTTP under a minute."""
MAX_WHOLE = 300
"""Chips of a product whose pixels are measured: enough to tell a mix-up. Of others it is told how they are written."""
_LOOKED_AT = {
    PF_SR.id: (dt.date(2018, 1, 3), dt.date(2018, 7, 2), dt.date(2019, 12, 29)),
    PF_QA.id: (dt.date(2018, 7, 2),),
    S2_SR.id: (dt.date(2018, 1, 1), dt.date(2018, 7, 1)),
}
"""Dates looked at of each sample: winter and summer, first and last."""
_PLAUSIBLE = {
    PF_SR.id: {"blue": 528, "green": 744, "red": 849, "nir": 2693},
    S2_SR.id: {"B02": 558, "B03": 828, "B04": 901, "B08": 2652},
}
"""Means (DN) over Europe that users of the corpus have published."""
_ENOUGH = 3
"""Of fewer chips nothing is suspected: one can be of a lake, or of snow."""
_BLUER = 1.1
_DARK = 800
"""DN below which the darkest band of Europe has pixels: shadows, water, woods."""
_FAR = 3.0
"""A mean this many times higher or lower than those is no surface of Europe, over several samples."""
_NAMES = 6

State = Literal["ok", "told", "wrong", "missing"]


@dataclass(frozen=True, slots=True)
class Check:
    """One assumption held against the files.

    `state`: `ok` as assumed; `told` otherwise, and read as it should be; `wrong` or `missing`: something would be
    shown wrongly, or not at all. `todo` is empty where nothing is to be done.
    """

    subject: str
    state: State
    assumed: str
    found: str
    follows: str
    todo: str = ""


@dataclass
class Diagnosis:
    """What was found of a corpus: its checks, how many files were read, and in how many seconds."""

    where: str
    checks: list[Check] = field(default_factory=list)
    files: int = 0
    seconds: float = 0.0

    @property
    def healthy(self) -> bool:
        """Whether nothing would be wrong or missing."""
        return all(check.state in ("ok", "told") for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "where": self.where, "healthy": self.healthy, "files": self.files, "seconds": round(self.seconds, 2),
            "checks": [asdict(check) for check in self.checks],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Read:
    """One file as it was read: a chip, or a label and in what it differs from the table, or why there is neither."""

    file: FileKey
    date: dt.date | None
    chip: Chip | None = None
    differs: str = ""
    problem: str = ""
    absent: bool = False


def examine(
    corpus: Corpus, samples: int = SAMPLES, progress: Callable[[int, int], None] | None = None
) -> Diagnosis:
    """Look at some files of each kind of up to `samples` samples, always the same ones.

    `progress` is called with (files done, files in all). Raises `StoreError` where the corpus fails as a whole.
    """
    begun = time.monotonic()
    found = Diagnosis(corpus.where)
    ids = _chosen(corpus, samples)
    wanted = [item for sample_id in ids for item in _files_of(corpus.cell(sample_id))]
    threads = getattr(corpus.store, "concurrency", None) or os.cpu_count() or 2
    read: list[_Read] = []
    whole: Counter[Product | None] = Counter()
    for one in each(wanted, lambda item: _read(corpus, *item), threads):
        if one.chip is not None:
            whole[one.file.product] += 1
            if whole[one.file.product] > MAX_WHOLE:  # a hundred thousand would not fit into memory
                one = replace(one, chip=replace(one.chip, data=one.chip.data[:, :0].copy()))
        read.append(one)
        if progress is not None:
            progress(len(read), len(wanted))
    found.files = sum(not one.absent for one in read)
    found.checks += [_table(corpus), *_profile(corpus.profile)]
    found.checks += _labels(corpus, [one for one in read if one.file.product is None], len(ids))
    for product in PRODUCTS.values():
        found.checks += _product(corpus, product, [one for one in read if one.file.product is product])
    found.checks += [_warning(text) for text in corpus.index.warnings]
    found.seconds = time.monotonic() - begun
    return found


def _chosen(corpus: Corpus, count: int) -> list[str]:
    """The featured samples first, then some at random, always the same ones; those with imagery at hand before others."""
    ids = corpus.samples.index
    first = [i for i in dict.fromkeys([*corpus.featured, corpus.default_sample]) if i in ids]
    order = np.random.default_rng(0).permutation(len(ids))[: max(count, 0) * 4]
    others = [str(ids[i]) for i in order]
    wanted = list(dict.fromkeys([*map(str, first), *others]))
    if "imagery" in corpus.filter_table.offers:  # a folder can hold all labels and the imagery of a few
        table = corpus.filter_table
        there = table.at_hand(PF_SR.id) | table.at_hand(S2_SR.id)
        some = [str(i) for i in ids[np.flatnonzero(there)[: max(count, 0)]]]
        held = dict.fromkeys(i for i in [*wanted, *some] if there[ids.get_loc(i)])
        wanted = list(held) or wanted
    return wanted[: max(count, 1)]


def _files_of(cell: Cell) -> Iterable[tuple[FileKey, dt.date | None]]:
    yield FileKey.of(cell.label_key), None
    for product in PRODUCTS.values():
        for date in _LOOKED_AT[product.id]:
            yield FileKey.of(product.key(cell.folder, date)), date


def _read(corpus: Corpus, file: FileKey, date: dt.date | None) -> _Read:
    try:
        data = origin(corpus.store).get(file.key)
        if file.product is None:
            return _Read(file, date, differs=compare_label(corpus, data, file))
        return _Read(file, date, corpus.decoder.read(data, file.product, file.cell, file.key))
    except NotThereError:
        return _Read(file, date, absent=True)
    except (ChipError, UnreadableError) as error:
        return _Read(file, date, problem=error.reason)
    except CorpusFormatError as error:
        return _Read(file, date, problem=error.why)


_GRAVE = re.compile(
    r"without (?:a )?label|left out|not applied|none of it|lie elsewhere|cannot (?:be )?read|not readable|damaged|ignored"
    r"|skipped|not there|missing|refuse|not among|no label",
)
"""Words of warnings about what is lost; other warnings say how something was understood."""


def _warning(text: str) -> Check:
    grave = _GRAVE.search(text) is not None
    return Check(
        "Sample table", "missing" if grave else "told", "its sources are whole", text,
        "a part of it is not shown, or not as it should be" if grave else "read as it says",
        "mend the file that it names, or settle it in rapidai4eo.toml" if grave else "",
    )  # fmt: skip


def _table(corpus: Corpus) -> Check:
    count = len(corpus.samples)
    return Check(
        "Samples", "ok" if count else "missing", "resources/, else stac-v1.0/, else the folders",
        f"{count:,} from {corpus.index.source}", "places are computed from the ids",
    )  # fmt: skip


def _profile(profile: CorpusProfile) -> list[Check]:
    lines = profile.lines()
    if not lines:
        return []
    return [
        Check(
            "rapidai4eo.toml", "told", "nothing is settled by hand", "; ".join(lines),
            "it counts before what files and catalogs say",
        )
    ]  # fmt: skip


def _labels(corpus: Corpus, read: Sequence[_Read], count: int) -> list[Check]:
    found = corpus.index.labels_found
    clc = corpus.samples["clc"].to_numpy()
    without = int((clc == 0).sum())
    checks = []
    if without == len(clc):
        checks.append(
            Check(
                "Labels", "missing", "fractions of 44 classes", "not one sample has a label",
                "the map has no colours, and no label can be reviewed",
                "see the warnings; put resources/rapidai4eo_labels.csv.gz or labels/ beside the imagery",
            )
        )  # fmt: skip
    else:
        lost = found.lost if found is not None else 0
        strange = found is not None and (found.presence or found.scale != 1 or bool(found.unclassified))
        none = f"{without:,} samples without a label" if without else "every sample has a label"
        todo = ""
        if lost:
            todo = "mend the cells that the warnings name, or settle labels.scale and labels.class_codes in rapidai4eo.toml"
        elif strange:
            todo = "nothing, if that is what is meant; else settle labels.scale and labels.class_codes in rapidai4eo.toml"
        checks.append(
            Check(
                "Labels", "missing" if lost else "told" if strange or without else "ok",
                "fractions of 44 classes that run to 1", f"{found}" if found is not None else "fractions to 1",
                none, todo,
            )
        )  # fmt: skip
    broken = [one for one in read if one.problem]
    there = [one for one in read if not one.absent and not one.problem]
    differ = [one.file.key for one in there if one.differs]
    if there or broken:
        state: State = "wrong" if differ else "missing" if broken else "ok"
        problem = (
            f"; {len(broken)} cannot be read ({broken[0].file.key}: {broken[0].problem})" if broken else ""
        )
        other = f"; {len(differ)} say something else (first: {differ[0]})" if differ else ""
        checks.append(
            Check(
                "Label files", state, "the same fractions as the table",
                f"{len(there)} of {count} looked at{problem}{other}", "the table's fractions are shown",
                "build the index anew with `explorer index`" if differ else "",
            )
        )  # fmt: skip
    return checks


def _product(corpus: Corpus, product: Product, read: Sequence[_Read]) -> list[Check]:
    there = [one for one in read if one.chip is not None]
    broken = [one for one in read if one.problem]
    absent = len(read) - len(there) - len(broken)
    checks = [_files(product, len(read), len(there), absent)]
    for reason, count in Counter(one.problem for one in broken).most_common(4):
        first = next(one.file.key for one in broken if one.problem == reason)
        checks.append(
            Check(
                f"{product.id} files", "wrong", "a GeoTIFF of the sample's cell", f"{count} refused: {reason} (first: {first})",
                "these dates are shown as broken", "download them again, or settle it in rapidai4eo.toml",
            )
        )  # fmt: skip
    for text, files in _notes(there).items():
        checks.append(
            Check(
                f"{product.id} files", "told", "as the corpus's own chips", f"{len(files)} of {len(there)}: {text}",
                "read as it says", "settle it in rapidai4eo.toml where that is not what is meant",
            )
        )  # fmt: skip
    if there:
        checks += _quality(corpus, there) if product is PF_QA else _bands(corpus, product, there)
    return checks


def _files(product: Product, asked: int, there: int, absent: int) -> Check:
    state: State = "ok" if there == asked else "told" if 2 * there >= asked else "missing"
    every = product.key("{zone}/{tile}/{id}", product.dates[0])
    todo = "nothing, if no more of it was copied" if state != "ok" else ""
    if not there:
        todo = "check the address; names of files are settled by date_pattern in rapidai4eo.toml"
        if product is PF_QA:  # many copies are without: nothing else depends on it
            state, todo = "told", "nothing, if these were not downloaded"
    follows = "shown" if there else "no picture, no profile of it"
    return Check(
        product.id,
        state,
        every,
        f"{there} of {asked} looked at are read, {absent} are not there",
        follows,
        todo,
    )


def _notes(read: Sequence[_Read]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in read:
        for note in one.chip.notes if one.chip is not None else ():
            found.setdefault(note, []).append(one.file.key)
    return dict(list(found.items())[:12])


def _measured(read: Sequence[_Read], band: int) -> np.ndarray:
    parts = []
    for one in read:
        assert one.chip is not None
        values = one.chip.data[band].ravel()
        parts.append(values if one.chip.nodata is None else values[values != one.chip.nodata])
    return np.concatenate(parts)


def _bands(corpus: Corpus, product: Product, there: Sequence[_Read]) -> list[Check]:
    means, gone = {}, {}
    total = sum(one.chip.data[0].size for one in there if one.chip is not None)
    for i, name in enumerate(product.band_names):
        values = _measured(there, i)
        means[name] = float(values.mean()) if values.size else float("nan")
        gone[name] = 1 - values.size / total
    told = any(
        "the file names them" in n or "another order" in n
        for one in there
        if one.chip
        for n in one.chip.notes
    )
    settled = bool(corpus.profile.settings(product).bands)
    usual = _PLAUSIBLE[product.id]
    suspected = "" if corpus.synthetic or len(there) < _ENOUGH else _suspected(product, there, means)
    shown = ", ".join(f"{name} {means[name]:,.0f}" for name in usual)
    state: State = "wrong" if suspected else "ok"
    by = "rapidai4eo.toml" if settled else "the files' names" if told else "assumed, no file names its bands"
    checks = [
        Check(
            f"{product.id} bands", state, f"{', '.join(product.band_names)}; means near "
            + ", ".join(f"{name} {mean}" for name, mean in usual.items()),
            f"{by}; means {shown}",
            suspected or f"reflectance = DN x {REFLECTANCE_SCALE:g}",
            "look at a sample in true colour, then set bands, scale and offset in rapidai4eo.toml" if suspected else "",
        )
    ]  # fmt: skip
    empty = [name for name, share in gone.items() if share > 0.999]
    lost = any(name in usual for name in empty)
    most = max(gone.values())
    checks.append(
        Check(
            f"{product.id} missing pixels", "missing" if lost else "told" if empty else "ok",
            "0 means not measured" if product.nodata == 0 else "none, or as a tag says",
            f"{most:.1%} at most" if not empty else f"{', '.join(empty)} are empty in all files looked at",
            "shown as holes, left out of all numbers", "",
        )
    )  # fmt: skip
    return checks


def _suspected(product: Product, there: Sequence[_Read], means: dict[str, float]) -> str:
    """What looks wrong with the bands of several chips, as no surface of Europe is; empty where nothing does."""
    blue, red, nir = (
        means[name] for name in (("blue", "red", "nir") if product is PF_SR else ("B02", "B04", "B08"))
    )
    far = any(not mean / _FAR <= means[name] <= mean * _FAR for name, mean in _PLAUSIBLE[product.id].items())
    if nir < red or far:
        return "bands seem to be mixed up, or the scale is wrong"
    if blue > _BLUER * red:
        return "blue is brighter than red, as if the two were mixed up"
    bands = (_measured(there, i) for i in range(len(product.bands)))
    darkest = min(float(np.percentile(values, 2)) for values in bands if values.size)
    if darkest > _DARK:
        return f"no band has a pixel darker than {darkest:,.0f} DN, as if 1000 had been added (offset -0.1)"
    return ""


def _quality(corpus: Corpus, there: Sequence[_Read]) -> list[Check]:
    names = Counter(one.chip.bands for one in there if one.chip is not None)
    bands = names.most_common(1)[0][0]
    same = [one for one in there if one.chip is not None and one.chip.bands == bands]
    layers = []
    for i, name in enumerate(bands[: _NAMES + 6]):
        values = _measured(same, i)
        distinct = np.unique(values)
        span = f"{distinct[0]:g} to {distinct[-1]:g}" if len(distinct) else "nothing measured"
        layers.append(f"{i + 1} {name}: {span}" + (f" ({len(distinct)} values)" if len(distinct) else ""))
    meaning = corpus.decoder.meaning
    gap = gap_band(bands, meaning)
    checks = [
        Check(
            "PF-QA bands", "told" if gap is None else "ok", "9 bands, whose meaning is not published",
            "; ".join(layers),
            f"{gap!r} means gap-filled" if gap is not None else "shown by their names; no date is called gap-filled",
            "" if gap is not None else "once you know which band means gap-filled, set PF-QA.gap_filled in rapidai4eo.toml",
        )
    ]  # fmt: skip
    named = (
        {"gap_filled": meaning.gap_band, "days_to_source": meaning.days_band} if meaning is not None else {}
    )
    for setting, wanted in named.items():
        if wanted is not None and band_named(wanted, bands) is None:
            checks.append(
                Check(
                    f"PF-QA.{setting}", "wrong", f"band {wanted}", f"the files have {', '.join(bands)}",
                    "the setting has no effect", "name a band that is there in rapidai4eo.toml",
                )
            )  # fmt: skip
    return checks
