"""The gallery: samples as thumbnails, page by page, in an order; opened one by one, or marked for a table, a file or a review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from explorer.analysis.thumbnails import ThumbnailSpec
from explorer.core import corine
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.alike import Alike
from explorer.corpus.query.filter_table import UNREVIEWED
from explorer.corpus.tables import formats, tables
from explorer.export.code import Gallery as GalleryState
from explorer.review import sample_order
from explorer.review.queue import QueueSpec
from explorer.review.sample_order import Ordered
from explorer.similar import search
from explorer.similar.search import Search
from explorer.views.common import palettes
from explorer.views.common.components import (
    Component,
    Debounced,
    LatestOnly,
    SessionScheduler,
    bounded_int,
    source,
)
from explorer.views.common.file_making import FileMaker
from explorer.views.common.gallery_look import (
    MAX_PAGE,
    NEAREST,
    QUEUE,
    SIMILAR,
    SIZES,
    SORTS,
    GalleryLook,
    product_of,
)
from explorer.views.common.selection import Selection
from explorer.views.gallery import gallery_choices, similar
from explorer.views.gallery.gallery_feed import Batch, ThumbnailFeed
from explorer.views.gallery.messages import MAX_MARKED, FromGallery, SimilarShown, Tile, ToGallery
from explorer.views.gallery.similar import SimilarSearch
from explorer.views.review.review_service import review_service

_FOLLOWS_S = 0.3
"""Seconds until the gallery follows the page to another date or picture: who looks for one passes others."""
_UNSEEN = "Not while the review hides labels: it would tell them."


class Gallery(Component):
    """The browser's side of the gallery."""

    _stylesheets: ClassVar[list[Any]] = [source("gallery.css")]
    script = ToGallery()
    from_script = FromGallery


class GalleryView:
    """Shows what `Selection.gallery` says; nothing is read before somebody opens it."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self._session = selection.session
        self._ticket = 0
        self._feed: ThumbnailFeed | None = None
        self._pages = LatestOnly(loop)
        self._tiles = LatestOnly(loop)
        self._follow = Debounced(loop, _FOLLOWS_S)
        self._is_open = False
        self._set = 0
        """Counts the sets of samples that were there."""
        self._like: str | None = None
        """The sample that others are compared to: the one that was open when they were sorted."""
        self._order: tuple[tuple[object, ...], Ordered] | None = None
        self._shown = np.zeros(0, np.int64)
        """Positions in the sample table of what is on the page."""
        self.gallery = Gallery(loop, bus=bus, margin=0, sizing_mode="fixed", width=0, height=0)
        self._files = FileMaker(loop, self.gallery.script)
        self.gallery.on = {
            "page": self._page, "sort": self._sort, "size": self._size, "date": self._date, "composite": self._composite,
            "shuffle": lambda _data: self._shuffle(), "open": self._open_sample, "closed": lambda _data: self._close_gallery(),
            "list": self._list_marked, "review": self._review_marked, "save": self._save, "again": lambda _data: self._draw(),
        }  # fmt: skip
        self.gallery.on |= {
            "alike": self._alike,
            "map": lambda _data: self._show_on_map(),
            "only": self._only,
        }
        self._similar = SimilarSearch(corpus, selection, loop)
        watch, of_session = selection.param.watch, self._session.param.watch
        watch(lambda _e: self._draw(), "gallery")
        watch(lambda _e: self._sample_changed(), "sample_id")
        watch(lambda _e: self._opinion_changed(), "opinion")
        watch(lambda *_e: self._page_changed(), ["settled", "composite", "stretch"])
        selection.map.param.watch(lambda *_e: self._send_tiles(), ["level", "palette"])
        selection.map.param.watch(lambda _e: self._choices_changed(), "filters")
        of_session(lambda _e: self._set_changed("map"), "filtered_rows")
        of_session(lambda _e: self._set_changed(QUEUE), "review_queue")
        of_session(lambda _e: self._set_changed(SIMILAR), "similar_found")
        watch(lambda *_e: self._choices_changed(), ["pixels", "names", "regions"])
        self._session.listen("similar_failed", self._draw)
        of_session(lambda _e: self._draw(), "blind")
        self._session.listen("verdicts_changed", self._send_tiles)
        self._session.listen("gallery_of", self._asked)
        self._session.listen("alike_wanted", lambda: self._look_for(self._session.alike_wanted))

    def close(self) -> None:
        """Give up what is being read."""
        self._stop()

    # -- what is shown ------------------------------------------------------------------------------------------

    def _asked(self) -> None:
        """Somebody wants the gallery of the map's set, of the queue, or of what is alike; a blind review has that of its queue alone."""
        if self._session.gallery_of == SIMILAR and not self._session.blind:
            self._look_for(None)
            return
        queue = self._session.gallery_of == QUEUE or self._session.blind
        before = self._selection.gallery
        if queue and not self._session.review_queue:
            return
        if before is not None and before.source == (QUEUE if queue else "map"):
            self._draw()
            return
        usual = "suspicion" if "suspicion" in self._corpus.filter_table.offers else "random"
        size = SIZES[1] if before is None else before.size
        self._selection.gallery = GalleryLook(QUEUE if queue else usual, size, queue=queue)

    def _look_for(self, wanted: Search | None) -> None:
        """Show what looks like something, or like the selected sample, in the gallery and on the map."""
        before, sample_id = self._selection.gallery, self._selection.sample_id
        if self._session.blind or (wanted is None and sample_id is None):
            return
        size = SIZES[1] if before is None else before.size
        look = GalleryLook(NEAREST, size, similar=True)
        if before is not None:
            look = replace(look, date=before.date, composite=before.composite)
        self._selection.param.update(similar=wanted or Search((str(sample_id),)), gallery=look)

    def _alike(self, data: dict[str, Any]) -> None:
        if self._session.blind:
            self.gallery.script.trouble(text=_UNSEEN)
            return
        try:
            wanted = similar.from_form(data, self._selection, self._marked(data))
        except ExplorerError as error:
            self.gallery.script.trouble(text=f"{error}.")
            return
        if wanted != self._selection.similar:
            self.gallery.script.trouble(text="Looking for what is alike …")
        self._look_for(wanted)

    def _show_on_map(self) -> None:
        self._selection.gallery = None

    def _only(self, data: dict[str, Any]) -> None:
        """Filter the map, and all that follows it, by what was found; or no more."""
        wanted, state = self._selection.similar, self._selection.map
        if self._session.blind:
            self.gallery.script.trouble(text=_UNSEEN)
        elif data.get("on") is not True:
            state.filters = state.filters.without("alike")
        elif wanted is not None:
            try:
                state.filters = replace(state.filters, alike=Alike(str(wanted)))
            except ExplorerError as error:
                self.gallery.script.trouble(text=f"{error}.")

    def _is_only(self) -> bool:
        """Whether the map shows only what is searched for."""
        wanted, kept = self._selection.similar, self._selection.map.filters.alike
        return wanted is not None and kept is not None and kept.text == str(wanted)

    def _choices_changed(self) -> None:
        look = self._selection.gallery
        if self._is_open and look is not None and look.similar:
            self.gallery.script.likes(choices=similar.choices_of(self._selection), only=self._is_only())

    def _set_changed(self, source: str) -> None:
        self._set += 1
        look = self._selection.gallery
        if look is None or look.source != source:
            return
        if source == QUEUE and self._is_open and not self._session.review_queue:
            self._selection.gallery = None  # the review has ended
        elif self._is_open and look.page != 1:
            self._selection.gallery = replace(look, page=1)
        else:  # a link's page counts in the first set that there is
            self._draw()

    def _sample_changed(self) -> None:
        if self._is_open:
            self.gallery.script.sample(id=self._selection.sample_id)
            self._choices_changed()

    def _opinion_changed(self) -> None:
        """The order by disagreement is another one, or can be had by now."""
        if self._is_open:
            self._draw()

    def _page_changed(self) -> None:
        look = self._selection.gallery
        if self._is_open and look is not None and not (look.date and look.composite):
            self._follow.ask(self._draw)

    def _draw(self) -> None:
        """Show what the selection says: tiles once they are in order, pictures as they come."""
        look = self._selection.gallery
        self._stop()
        if look is not None and self._session.blind and not look.queue:
            self._selection.gallery = None  # what the map shows is chosen by its labels
            return
        known = self._known(look)
        if look is None or known is None or (look.queue and not len(known)):
            if self._is_open:
                self.gallery.script.hide()
            self._is_open = False
            self._session.gallery_shown = None
            return
        if look.sort != "similarity":
            self._like = None
        elif self._like is None:
            self._like = self._selection.sample_id
        self._is_open = True
        self._ticket += 1
        ticket, spec = self._ticket, self._spec(look)
        by_opinion = self._selection.opinion if look.sort == "disagreement" else ""
        wanted = self._selection.similar if look.similar else None
        nothing, choices = self._similar.told if look.similar else "", similar.choices_of(self._selection)
        key = (
            look.source,
            self._set,
            look.sort,
            look.reverse,
            look.seed,
            self._like,
            self._session.blind,
            by_opinion,
        )
        kept = self._order[1] if self._order is not None and self._order[0] == key else None
        state = (
            self._selection.map.level, self._selection.map.palette, self._session.reviewer, self._session.blind
        )  # fmt: skip
        like, set_text, opinion = self._like, self._source_text(look), self._selection.opinion
        only = self._is_only()

        def job() -> tuple[Ordered, np.ndarray, list[Tile], int, SimilarShown | None]:
            form = None if wanted is None else similar.shown(self._corpus, wanted, choices, only=only)
            order = kept or self._in_order(look, known, like, opinion, hidden=state[3])
            last = max(-(-len(order.rows) // look.size), 1)
            page = min(look.page, last)
            rows = order.rows[(page - 1) * look.size : page * look.size]
            return order, rows, tiles(self._corpus, rows, *state), page, form

        def done(found: tuple[Ordered, np.ndarray, list[Tile], int, SimilarShown | None]) -> None:
            if ticket != self._ticket:
                return
            order, self._shown, shown, page, form = found
            self._order = (key, order)
            told = self._told(look, spec, order, like)
            self.gallery.script.page(
                ticket=ticket, tiles=shown, page=page, source=set_text, similar=form, nothing=nothing, **told
            )
            ids = [tile["id"] for tile in shown]
            self._session.gallery_shown = (
                GalleryState(tuple(ids), spec.date_text, spec.recipe.text, str(spec.choice)) if ids else None
            )
            self._read(ticket, ids, spec)

        self._pages.submit(job, done)

    def _known(self, look: GalleryLook | None) -> Any:
        """The samples that a look is of: ids of a queue, else positions in the sample table; None while they are not known."""
        if look is not None and look.queue:
            return self._session.review_queue
        if look is not None and look.similar:
            found = self._similar.found
            if found is not None:
                return found.rows
            return np.zeros(0, np.int64) if self._selection.similar is not None else None
        return self._session.filtered_rows

    def _spec(self, look: GalleryLook) -> ThumbnailSpec:
        """What all pictures show; true colour where the sensor has not the bands for the page's picture."""
        date = look.date or self._selection.date.isoformat()
        for composite in (look.composite, self._selection.composite):
            try:
                if composite:
                    return ThumbnailSpec.parse(date, composite, self._selection.stretch)
            except InvalidQueryError:
                continue
        return ThumbnailSpec.parse(date, "true", self._selection.stretch)

    def _in_order(
        self, look: GalleryLook, known: Any, like: str | None, opinion: str, *, hidden: bool
    ) -> Ordered:
        rows = known
        if look.queue:
            found = self._corpus.index.rows(known)
            rows = found[found >= 0]
        alike = self._similar.found
        if look.similar and look.sort == NEAREST:
            how = "features" if alike is None else f"{alike.how}, of {alike.among:,}"
            return Ordered(rows[::-1] if look.reverse else rows, f"likeness in {how}")
        sort, lacks = look.sort, ""
        why = {one["value"]: one["off"] for one in self._sorts(look, like, opinion, hidden=hidden)}
        unknown = "nothing is searched for" if sort == NEAREST else "no review is running"
        if why.setdefault(sort, unknown):
            lacks = f", not {SORTS[sort].lower()}: {why[sort]}"
            sort = QUEUE if look.queue else "random"
        if sort == QUEUE:
            return Ordered(rows[::-1] if look.reverse else rows, f"the queue’s order{lacks}")
        order = sample_order.ordered(
            self._corpus, rows, sort, reverse=look.reverse, seed=look.seed, like=like, opinion=opinion
        )
        return replace(order, how=order.how + lacks)

    def _sorts(self, look: GalleryLook, like: str | None, opinion: str, *, hidden: bool) -> list[Any]:
        like = like or self._selection.sample_id
        return gallery_choices.sorts(
            self._corpus, source=look.source, hidden=hidden, like=like, opinion=opinion
        )

    def _source_text(self, look: GalleryLook) -> str:
        state, wanted = self._selection.map, self._selection.similar
        if look.similar and wanted is not None:
            conditions = search.conditions(wanted)
            return f"Most like {wanted.what}{f', {conditions}' if conditions else ''}"
        return gallery_choices.source_text(state.filters, state.area is not None, queue=look.queue)

    def _told(self, look: GalleryLook, spec: ThumbnailSpec, order: Ordered, like: str | None) -> Any:
        hidden = self._session.blind
        sorts = self._sorts(look, like, self._selection.opinion, hidden=hidden)
        offered = any(one["value"] == look.sort for one in sorts)  # else it is by chance, and `how` says why
        told: dict[str, Any] = {
            "size": look.size, "count": len(order.rows), "sort": look.sort if offered else "random",
            "reverse": look.reverse, "how": order.how, "sorts": sorts, "dates": gallery_choices.dates(),
            "composites": gallery_choices.composites(spec.product.id), "date": look.date, "composite": look.composite,
            "date_shown": spec.date_text, "composite_shown": spec.recipe.title, "sample": self._selection.sample_id,
            "hidden": hidden,
        }  # fmt: skip
        return told

    def _read(self, ticket: int, ids: list[str], spec: ThumbnailSpec) -> None:
        def emit(batch: Batch) -> None:
            self._loop.call(lambda: self._send(ticket, batch))

        self._feed = ThumbnailFeed(self._corpus, ids, spec, emit)

    def _send(self, ticket: int, batch: Batch) -> None:
        if ticket != self._ticket:
            return
        there = [(place, made) for place, made in batch.pictures if made.jpeg]
        lacks = [(place, made) for place, made in batch.pictures if not made.jpeg]
        if batch.pictures:
            self.gallery.script.pictures(
                ticket=ticket,
                places=[place for place, _ in there],
                sizes=[len(made.jpeg) for _, made in there],
                bytes=b"".join(made.jpeg for _, made in there),
                lacks=[{"place": place, "state": made.state, "why": made.why} for place, made in lacks],
            )
        if batch.filled:
            self.gallery.script.filled(
                ticket=ticket,
                places=[place for place, _ in batch.filled],
                shares=[round(share, 4) for _, share in batch.filled],
            )
        if batch.error:
            self.gallery.script.trouble(text=batch.error)
        if batch.ended:
            self.gallery.script.ended(ticket=ticket)

    def _send_tiles(self) -> None:
        """Another level or palette, or a verdict: the pictures stay."""
        if not self._is_open:
            return
        ticket, rows, state = self._ticket, self._shown, self._selection.map
        level, palette, reviewer, hidden = (
            state.level, state.palette, self._session.reviewer, self._session.blind
        )  # fmt: skip

        def done(found: list[Tile]) -> None:
            if ticket == self._ticket and rows is self._shown:
                self.gallery.script.tiles(ticket=ticket, tiles=found)

        self._tiles.submit(lambda: tiles(self._corpus, rows, level, palette, reviewer, hidden), done)

    def _stop(self) -> None:
        self._ticket += 1
        feed, self._feed = self._feed, None
        if feed is not None:
            feed.close()

    # -- what people do -----------------------------------------------------------------------------------------

    def _change(self, **changes: Any) -> None:
        if (look := self._selection.gallery) is not None:
            self._selection.gallery = replace(look, **changes)

    def _close_gallery(self) -> None:
        look = self._selection.gallery
        if look is not None and look.similar:
            self._selection.param.update(gallery=None, similar=None)
        else:
            self._selection.gallery = None

    def _page(self, data: dict[str, Any]) -> None:
        if (page := bounded_int(data, "page", MAX_PAGE)) is not None and page:
            self._change(page=page)

    def _sort(self, data: dict[str, Any]) -> None:
        if data.get("sort") in SORTS:
            self._like = self._selection.sample_id
            self._change(sort=str(data["sort"]), reverse=data.get("reverse") is True, page=1)

    def _shuffle(self) -> None:
        """By chance anew, or compared to the sample that is open by now."""
        look = self._selection.gallery
        if look is not None and look.sort == "similarity":
            self._like = self._selection.sample_id
            if look.page == 1:
                self._draw()
            self._change(page=1)
        elif look is not None:
            self._change(seed=(look.seed + 1) % 1_000_000, page=1)

    def _size(self, data: dict[str, Any]) -> None:
        look, size = self._selection.gallery, data.get("size")
        if look is not None and size in SIZES:
            first = (look.page - 1) * look.size
            self._change(size=int(size), page=first // int(size) + 1)

    def _date(self, data: dict[str, Any]) -> None:
        text = str(data.get("value") or "")
        try:
            if text:
                ThumbnailSpec.parse(text)
        except ExplorerError as error:
            self.gallery.script.trouble(text=f"{error}.")
            return
        self._change(date=text)

    def _composite(self, data: dict[str, Any]) -> None:
        text, look = str(data.get("value") or ""), self._selection.gallery
        if look is None:
            return
        date = look.date or self._selection.date.isoformat()
        try:
            found = ThumbnailSpec.parse(date, text).recipe.text if text else ""
        except ExplorerError as error:
            self.gallery.script.trouble(text=f"{product_of(date).title} cannot show that: {error}.")
            return
        self._change(composite=found)

    def _open_sample(self, data: dict[str, Any]) -> None:
        sample_id = data.get("id")
        if sample_id in self._corpus:
            self._selection.sample_id = str(sample_id)

    def _marked(self, data: dict[str, Any]) -> list[str]:
        told = data.get("ids")
        known = self._corpus.samples.index
        given = told if isinstance(told, list) else []
        return list(dict.fromkeys(one for one in given if isinstance(one, str) and one in known))[:MAX_MARKED]

    def _list_marked(self, data: dict[str, Any]) -> None:
        if self._session.blind:
            self.gallery.script.trouble(text=_UNSEEN)
        elif ids := self._marked(data):
            self._session.rows_to_list = self._corpus.index.rows(ids)

    def _review_marked(self, data: dict[str, Any]) -> None:
        if self._session.blind:
            self.gallery.script.trouble(text="A blind review is running: end it before another one begins.")
        elif ids := self._marked(data) or self._found_alike():
            self._selection.gallery = None
            self._session.queue_to_review = QueueSpec("ids", ids=tuple(ids)).format()

    def _found_alike(self) -> list[str]:
        """The samples that the gallery shows as alike, the nearest first, as many as a queue in a link can hold."""
        look, found = self._selection.gallery, self._similar.found
        if look is None or not look.similar or found is None:
            return []
        return [str(one) for one in self._corpus.samples.index[found.rows[:MAX_MARKED]]]

    def _save(self, data: dict[str, Any]) -> None:
        ending, ids, order = str(data.get("format")), self._marked(data), self._order
        if self._session.blind:
            self.gallery.script.trouble(text=_UNSEEN)
            return
        if order is None or ending not in formats.FORMATS:
            return
        rows = self._corpus.index.rows(ids) if ids else order[1].rows
        self._files.make(
            lambda: tables.write(self._corpus, rows, ending), f"rapidai4eo-samples.{ending}", formats.FORMATS[ending]
        )  # fmt: skip


def tiles(
    corpus: Corpus, rows: np.ndarray, level: int, palette: str, reviewer: str = "", hidden: bool = False
) -> list[Tile]:
    """What is said of samples (positions in the sample table) beside their pictures; blocks. `hidden`: nothing that labels tell.

    The verdict is the reviewer's own, where there is a `reviewer`, else what most say.
    """
    ids = [str(one) for one in corpus.samples.index[rows]]
    if hidden:
        return [{"id": one, "title": "", "colour": "", "share": None, "verdict": "", "by": ""} for one in ids]
    table = corpus.filter_table
    codes, shares = table.largest(level)[rows], table.largest_fraction(level)[rows]
    colours = palettes.hexes(palettes.class_table(level, palette)[table.position(level)[rows]])
    most = table.review[rows].tolist() if "review" in table.offers else [UNREVIEWED] * len(ids)
    own = _own_verdicts(corpus, reviewer, ids)
    found: list[Tile] = []
    for one, code, share, colour, state in zip(ids, codes, shares, colours, most, strict=True):
        verdict = own.get(one) or ("" if state == UNREVIEWED else state)
        found.append(
            {
                "id": one, "title": corine.land_cover(int(code)).title, "colour": colour,
                "share": round(float(share), 3) if code else None, "verdict": verdict,
                "by": reviewer if one in own else "all reviewers" if verdict else "",
            }
        )  # fmt: skip
    return found


def _own_verdicts(corpus: Corpus, reviewer: str, ids: list[str]) -> Mapping[str, str]:
    """What a reviewer has said of samples; nothing where there is none, or the records cannot be read, which the review says."""
    if not reviewer:
        return {}
    try:
        rows = review_service(corpus).records.current(reviewer=reviewer)
    except ExplorerError:
        return {}
    here = rows[rows["sample_id"].isin(ids)]
    return dict(zip(here["sample_id"].astype(str), here["judgement"].astype(str), strict=True))
