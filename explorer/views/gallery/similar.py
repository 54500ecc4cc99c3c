"""More like this: the search that the selection says, run beside the event loop, and what it can be changed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.analysis.shapes import Shape
from explorer.core import corine
from explorer.core.errors import ExplorerError
from explorer.corpus.corpus import Corpus
from explorer.similar import fast, search
from explorer.similar.feature_table import ALL
from explorer.similar.search import USUAL_COUNT, Found, Search
from explorer.views.common.components import LatestOnly, SessionScheduler, bounded_int
from explorer.views.common.selection import REGION_LETTERS, Selection
from explorer.views.gallery.messages import GalleryChoice, SimilarShown

COUNTS = (50, 100, 200, 500)
NOW, SAMPLE, MARKED = "now", "sample", "marked"
MEAN, MEDOID = "mean", "medoid"
_SPACES = {
    ALL: "All features", fast.SEASON: "Season (NDVI over time)", fast.SPECTRUM: "Spectrum (bands over time)",
    fast.SPREAD: "Spread within the cell",
}  # fmt: skip
_MIX = f"{fast.SEASON}+{fast.SPECTRUM}"
LOOKING = "Looking for what is alike. The first search by a table of features works its places out, which takes some seconds …"


class SimilarSearch:
    """Runs `Selection.similar` and tells what was found as `session.similar_found`; nothing while a review hides labels."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler) -> None:
        self._corpus, self._selection, self._session = corpus, selection, selection.session
        self._searches = LatestOnly(loop)
        self.told = ""
        """Why nothing is found, in words; empty where something is."""
        selection.param.watch(lambda _e: self._run(), "similar")
        self._session.param.watch(lambda _e: self._run(), "blind")

    @property
    def found(self) -> Found | None:
        """What was found, once it is what is searched for by now."""
        found = self._session.similar_found
        return found if found is not None and found.search == self._selection.similar else None

    def _run(self) -> None:
        wanted = self._selection.similar
        self._searches.cancel()
        if wanted is None or self._session.blind:
            self.told = ""
            self._session.similar_found = None
            return
        self.told = LOOKING  # what was found before stays until then

        def job() -> Found | str:
            try:
                return search.find(self._corpus, wanted)
            except ExplorerError as error:
                return f"Nothing alike: {error}."

        def done(found: Found | str) -> None:
            if wanted != self._selection.similar or self._session.blind:
                return
            self.told = found if isinstance(found, str) else ""
            self._session.similar_found = None if isinstance(found, str) else found
            if isinstance(found, str):
                self._session.similar_failed = True

        self._searches.submit(job, done)


def from_form(data: dict[str, Any], selection: Selection, ids: Sequence[str]) -> Search:
    """The search that the gallery's form says; `ids` are the marked samples. Raises `InvalidQueryError` and its kin."""
    of, by = str(data.get("of") or NOW), str(data.get("by") or ALL)
    label, count = str(data.get("label") or ""), bounded_int(data, "count", search.MAX_FOUND)
    head = _head(of, selection, ids)
    pixel = "@" in head and ":" not in head.partition("@")[2]
    if pixel and any(one.partition("@")[0] not in (fast.SEASON, fast.SPECTRUM) for one in by.split("+")):
        by = fast.SEASON
    words = [
        head,
        f"by:{by}",
        "other" if label == "other" else f"label:{label}" if label else "",
        "medoid" if data.get("middle") == MEDOID and "." in head else "",
        f"n:{count or USUAL_COUNT}",
    ]
    return search.parse(";".join(filter(None, words)))


def _head(of: str, selection: Selection, ids: Sequence[str]) -> str:
    """What is searched for, as the text of a search has it."""
    now, sample_id = selection.similar, selection.sample_id or ""
    kind, _, number = of.partition(":")
    place = int(number) if number.isdecimal() and len(number) < 4 else -1
    if of == MARKED:
        return ".".join(ids)
    if kind == "pin" and 0 <= place < len(selection.pixels):
        return f"{sample_id}@{selection.pixels[place][0]},{selection.pixels[place][1]}"
    if kind == "region" and 0 <= place < len(selection.regions):
        return f"{sample_id}@{selection.regions[place].named('').format()}"
    return str(now).partition(";")[0] if of == NOW and now is not None else sample_id


def shown(
    corpus: Corpus, wanted: Search, choices: list[GalleryChoice], *, only: bool = False
) -> SimilarShown:
    """How the form stands; reads which tables there are."""
    usual = corpus.features.usual
    bys: list[GalleryChoice] = []
    for name in sorted(corpus.features, key=lambda one: one != usual):
        try:
            table = corpus.features[name]
        except ExplorerError:  # damaged
            continue
        suffix = "" if name == usual else f"@{name}"
        spaces = [
            space for space in table.spaces if wanted.pixel is None or space in (fast.SEASON, fast.SPECTRUM)
        ]
        bys += [_choice(f"{space}{suffix}", _SPACES.get(space, space), name) for space in spaces]
        if not suffix and fast.SEASON in spaces:
            bys.append(_choice(_MIX, "Season and spectrum", name))
    by = "+".join(map(str, wanted.by))
    if all(one["value"] != by for one in bys):
        bys.append(_choice(by, by.replace("+", " and "), ""))
    labels = [_choice("", "any label", ""), _choice("other", "another label", "")]
    labels += [_choice(str(one.code), f"labelled {one.title}", "") for one in corine.classes(3)]
    label = "other" if wanted.other else ",".join(map(str, wanted.labels))
    if all(one["value"] != label for one in labels):
        labels.append(_choice(label, search.conditions(wanted), ""))
    counts = sorted({*COUNTS, wanted.n})
    return {
        "ofs": [_choice(NOW, f"Like {wanted.what}", ""), *choices], "by": by, "bys": bys, "label": label, "labels": labels,
        "count": wanted.n, "counts": counts, "middle": "" if len(wanted.ids) < 2 else MEDOID if wanted.medoid else MEAN, "only": only,
    }  # fmt: skip


def choices_of(selection: Selection) -> list[GalleryChoice]:
    """What else could be searched for: the open sample, its pins and its regions."""
    wanted, sample_id = selection.similar, selection.sample_id
    if sample_id is None:
        return []
    found = []
    if wanted is None or (wanted.ids, wanted.pixel, wanted.region) != ((sample_id,), None, None):
        found.append(_choice(SAMPLE, f"The open sample, {sample_id}", "Instead"))
    for i, pixel in enumerate(selection.pixels):
        name = selection.names.get(pixel, "")
        found.append(
            _choice(
                f"pin:{i}", f"Pin {i + 1}{f', {name}' if name else ''} ({pixel[0]}, {pixel[1]})", "Instead"
            )
        )
    for i, region in enumerate(selection.regions):
        found.append(_choice(f"region:{i}", _region_title(i, region), "Instead"))
    return found


def _region_title(i: int, region: Shape) -> str:
    return f"Region {REGION_LETTERS[i % len(REGION_LETTERS)]}{f', {region.name}' if region.name else ''}"


def _choice(value: str, text: str, group: str) -> GalleryChoice:
    return {"value": value, "text": text, "group": group, "off": ""}
