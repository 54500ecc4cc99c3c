"""The page: one session's selection and the views of it, for a server or a notebook cell."""

from __future__ import annotations

import os
import sys
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import holoviews as hv
import panel as pn
from bokeh.util.browser import view

from explorer.analysis.curves import Curves
from explorer.analysis.stretch import StretchSpec
from explorer.core import scratch_folders
from explorer.core.errors import ExplorerError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Reading
from explorer.opening import open_corpus
from explorer.server import compat, ports, serving, shutdown
from explorer.server.sessions import MakePage, PreparedPage, WarmUp
from explorer.server.workers import Inherited
from explorer.views.animation.animation import AnimationView
from explorer.views.common import redaction
from explorer.views.common.cell import Cell
from explorer.views.common.components import Allowance, Debounced, SessionScheduler
from explorer.views.common.map_state import MapState
from explorer.views.common.selection import DEFAULT_DATE, DEFAULT_PIXELS, Link, Selection, decode
from explorer.views.dataset.dataset import DatasetView
from explorer.views.embedding.embedding import EmbeddingView
from explorer.views.gallery.gallery import GalleryView
from explorer.views.judge.judge import JudgeView
from explorer.views.labels.labels import LabelsView
from explorer.views.map.map import MapView
from explorer.views.map.raster import shared_raster
from explorer.views.page import layout, marks
from explorer.views.page.about import AboutView
from explorer.views.page.click_timing import ClickTiming
from explorer.views.page.head import HeadView
from explorer.views.page.help import HelpView
from explorer.views.page.layout import Views
from explorer.views.page.recovery import Recovery
from explorer.views.page.region_places import RegionPlaces
from explorer.views.page.undo import UndoView
from explorer.views.present.present import PresentView
from explorer.views.profile.profile import ProfileView
from explorer.views.profile.profile_data import Packed
from explorer.views.review.review import ReviewView
from explorer.views.review.review_service import review_service
from explorer.views.sentinel2.bands import BandsView
from explorer.views.sentinel2.spectrum import SpectrumView
from explorer.views.share.share import ShareView

if TYPE_CHECKING:
    import geopandas as gpd
    import xarray as xr

_WRITTEN = (
    "pixels", "names", "regions", "keep_marks", "composite", "stretch", "curves", "sentinel", "view", "playback", "charts", "table", "gallery", "similar", "judge", "dataset", "embedding", "panel", "opinion", "overlay", "ground_marks",
    "review", "blind", "story", "settled",
)  # fmt: skip
"""What of the selection changes the link, beside the sample."""
_OTHERS, _URL = 0.2, 0.15
"""Seconds until the other panels turn to a sample whose picture is long in coming; until the link is written."""
_SAMPLES, _NEXT = (8, 2), 0.4
"""Samples that one session opens at once, and then a second; the newest of more is opened within so many seconds. What is
read first of a sample goes before all that others still read: who turned the pages without end would let nobody read on."""
_SWITCH = 0.001


def _extension() -> None:
    # Inline: a notebook gets its scripts from the kernel, not from a network that may not be there.
    pn.extension(notifications=False, browser_info=False, inline=True)
    pn.config.theme = "default"  # type: ignore[misc]  # else Panel would take a link's `theme`, which is ours, for its own
    hv.extension("bokeh", logo=False, inline=True)
    hv.renderer("bokeh").webgl = False  # slower than canvas where there is no GPU


class Explorer(pn.viewable.Viewer):
    """The explorer of one corpus, as a page or in a notebook cell.

    `corpus` is an open `Corpus` or what `open_corpus` takes; `link` a URL's query to begin with
    (`?sample=...&date=...&pixels=row,col;row,col`). `selection` holds what is shown and may be changed from Python.
    With no link at all (None) the page stays empty until `begin`.
    """

    def __init__(
        self,
        corpus: Corpus | str | os.PathLike[str] = "demo",
        link: str | Link | None = "",
        *,
        height: str = "880px",
    ) -> None:
        # A notebook, or a script under somebody else's `panel serve`: a server of our own has done it, once.
        if pn.state.curdoc is None or "bokeh" not in hv.Store.loaded_backends():
            _extension()
        super().__init__()
        self.corpus = corpus if isinstance(corpus, Corpus) else open_corpus(corpus)
        if link is not None and pn.state.curdoc is not None and pn.state.curdoc.session_context is not None:
            self._end_with_session(owned=not isinstance(corpus, Corpus))
        self.selection = Selection()
        self._loop = SessionScheduler(waits=link is None)
        self._others, self._url = Debounced(self._loop, _OTHERS), Debounced(self._loop, _URL)
        self._samples, self._next = Allowance(*_SAMPLES), Debounced(self._loop, _NEXT)
        bus = uuid.uuid4().hex[:12]
        raster = shared_raster(self.corpus)
        # First: whether labels are hidden has to be known before any other panel hears of a sample.
        self._review = ReviewView(self.corpus, self.selection, self._loop, bus)
        self._head = HeadView(self.corpus, self.selection, raster, self._loop, bus)
        self._loop.tell = self._head.notice
        self._map = MapView(self.corpus, self.selection, self._loop, raster, self.corpus.config.tiles, bus)
        self._animation = AnimationView(self.corpus, self.selection, self._loop, bus)
        self._bands = BandsView(self.corpus, self.selection, self._loop, bus)
        self._profile = ProfileView(
            self.corpus, self.selection, self._loop, bus, partial(_usual_season, self.corpus)
        )
        self._spectrum = SpectrumView(self.corpus, self.selection, self._loop, bus)
        self._recovery = Recovery(
            self.corpus, self.selection, self._loop, self._animation, self._bands, self._map, self._spectrum
        )
        self._labels = LabelsView(self.corpus, self.selection, self._loop, bus)
        self._present = PresentView(self.corpus, self.selection, self._loop, bus)
        self._share = ShareView(self.corpus, self.selection, self._loop, bus)
        self._about = AboutView(self.corpus, self.selection, self._loop, bus)
        self._help = HelpView(self.corpus, self._loop, bus)
        self._undo = UndoView(
            self.selection, self._loop, bus, lambda link: self.apply(link, travelling=False)
        )
        self._gallery = GalleryView(self.corpus, self.selection, self._loop, bus)
        self._judge = JudgeView(self.corpus, self.selection, self._loop, bus)
        self._dataset = DatasetView(self.corpus, self.selection, self._loop, bus)
        self._embedding = EmbeddingView(self.corpus, self.selection, self._loop, bus)
        laid = layout.lay_out(
            Views(
                self.corpus, self._head, self._map, self._animation, self._bands, self._profile, self._spectrum,
                self._labels, self._review, self._present, self._share, self._about, self._gallery, self._judge, self._dataset,
                self._embedding, self._help, self._undo,
            ),
            height,
        )  # fmt: skip
        self._page = laid.page
        self._cell = Cell(laid.page, height)
        self._places = RegionPlaces(laid, self.selection)
        session = self.selection.session
        session.listen("first_picture", self._others.now)
        session.listen("story_link", self._show_state)
        session.listen("history_link", lambda: self.apply(decode(session.history_link or "")))
        self._stay = self._travelling = self._follow_url = self._hold_map = False
        if link is not None:
            self.begin(link)

    def begin(self, link: str | Link = "") -> None:
        """Show what a link asks for, to the visitor who has come with it; once, on a page that was made without a link."""
        self._loop.waits = False
        wanted = link if isinstance(link, Link) else decode(link)
        self._review.meet()
        self._head.meet()
        self.apply(wanted)
        if self._review.veiled and not self._review.active:
            self._review.ask()
        self._map.set_exact_view()
        # Watched only now, so that the first sample is opened once; what the page itself costs is measured elsewhere.
        self._click_timing = ClickTiming(self.selection, self._loop.session_id)
        self.selection.param.watch(lambda _e: self._sample_changed(), "sample_id")
        self.selection.param.watch(
            lambda *_e: self._url.ask(lambda: self._write_url(push=False)), list(_WRITTEN)
        )
        self.selection.map.param.watch(
            lambda *_e: self._url.ask(lambda: self._write_url(push=False)), list(MapState.FIELDS)
        )
        self._open(stay=wanted.date is not None, at_once=True)
        self._undo.begin()
        self._animation.show_view()
        self._animation.show_playback()
        if wanted.story:
            self._tell_story(wanted.story)

    @property
    def pins(self) -> gpd.GeoDataFrame:
        """The pinned pixels, as points (EPSG:4326) with `sample_id`, `name`, `row` and `col`."""
        return marks.pins(self.selection)

    @property
    def regions(self) -> gpd.GeoDataFrame:
        """The drawn regions, as outlines (EPSG:4326) with `sample_id`, `name`, `kind` and `area_m2`."""
        return marks.regions(self.selection)

    def _end_with_session(self, *, owned: bool) -> None:
        """Close the page, and the corpus that was opened for it, when its visitor is gone from somebody else's server."""

        def gone(_context: Any) -> None:
            self.close()
            if owned:
                self.corpus.close()

        pn.state.on_session_destroyed(gone)

    @property
    def cube(self) -> xr.DataArray:
        """Planet Fusion's DN `(time, band, y, x)` of the sample that is shown, with its CRS; see `Corpus.planet_fusion`.

        Raises `ExplorerError` where no sample is.
        """
        if self.selection.sample_id is None:
            raise ExplorerError("no sample is shown: set selection.sample_id first")
        return self.corpus.planet_fusion(self.selection.sample_id)

    def __panel__(self) -> Any:
        if self._loop.served:
            return self._page
        if (document := pn.state.curdoc) is not None:  # perhaps a part of somebody else's layout
            self._cell.name_regions_in(document)
        return self._cell

    def apply(self, link: Link, *, travelling: bool = True) -> None:
        """Show what a link asks for; what it does not say is as on a fresh page.

        `travelling`: another sample is no new page of the browser's history.
        """
        with self._undo.one_step():
            self._apply(link, travelling)

    def _apply(self, link: Link, travelling: bool) -> None:
        problems = list(link.problems)
        sample = link.sample
        if sample is not None:
            try:
                self.corpus.cell(sample)
            except ExplorerError as error:
                problems.append(f"This link's sample cannot be shown: {error}.")
                sample = None
        if link.blind:
            self._review.veil()  # before anything of the sample is drawn
        self._stay, self._travelling = link.date is not None, travelling
        self._hold_map = link.map.place is not None  # else the map goes where the sample is
        sample = sample or self.corpus.default_sample
        marks: dict[str, Any] = {
            "pixels": link.pixels or DEFAULT_PIXELS,
            "names": {p: n for p, n in zip(link.pixels or (), link.names, strict=False) if n},
            "regions": link.regions,
        }
        if sample is not None:
            self.selection.remember_marks(sample, **marks)
        try:
            self.selection.opinion = link.opinion  # which the map may draw
            self.selection.map.apply(link.map)
            self.selection.param.update(
                sample_id=sample,
                date=link.date or DEFAULT_DATE,
                **marks,
                keep_marks=link.keep_marks,
                composite=link.composite or "true",
                stretch=link.stretch or str(StretchSpec()),
                curves=link.curves,
                sentinel=link.sentinel,
                view=link.view,
                playback=link.playback,
                charts=link.charts,
                table=link.table,
                gallery=link.gallery,
                similar=link.similar,
                judge=link.judge,
                dataset=link.dataset,
                embedding=link.embedding,
                panel=link.panel,
                overlay=link.overlay,
                ground_marks=link.ground_marks,
            )
        finally:
            self._stay = self._travelling = False
        self._animation.seek(self.selection.date_index)
        self._animation.show_view()
        self._animation.show_playback()
        self._profile.show_zoom()
        if link.review:
            self._review.ask(link.review, blind=link.blind)
        self._head.notice(" ".join(problems))

    def follow_url(self) -> None:
        """Write the selection into the browser's address as it changes (a server's page, not a notebook)."""
        self._follow_url = self._share.served = self._loop.served = True
        self._loop.private |= redaction.words(self.corpus)

    def close(self) -> None:
        """Let go of all that this session holds; nothing can be shown any more."""
        if self._loop.closed:
            return
        with self._loop.lock():  # what is under way would open again what is closed here
            self._loop.close()
            self._animation.close()
            self._bands.close()
            self._head.let_go()
            self._review.let_go()
            self._share.close()
            self._gallery.close()
        for one in (self.selection, self.selection.map, self.selection.session):
            one.param.watchers = {}  # who still holds the selection holds no panel
        del self._head, self._map, self._animation, self._bands, self._profile, self._spectrum
        del (
            self._recovery,
            self._labels,
            self._review,
            self._present,
            self._share,
            self._about,
            self._gallery,
            self._judge,
            self._dataset,
            self._embedding,
        )
        del self._help, self._undo

    def _sample_changed(self) -> None:
        """Another sample is selected: open it, unless one turns the pages faster than anybody looks."""
        stay, travelling, hold_map = self._stay, self._travelling, self._hold_map
        if not self._next.waits and not self._samples.take(1):
            self._open(stay=stay)
            return

        def late() -> None:
            self._travelling, self._hold_map = travelling, hold_map
            try:
                self._open(stay=stay)
                if travelling:  # what opens a sample shows all of its picture, and holds
                    self._animation.show_view()
                    self._animation.show_playback()
            finally:
                self._travelling = False

        if not self._next.waits:
            self._animation.open(None)  # no picture stands under another sample's name
        self._next.ask(late)

    def _open(self, *, stay: bool = False, at_once: bool = False) -> None:
        """Another sample: its picture first; the other panels follow when that is on its way (or is long in coming).

        All at once, the first picture waited 0.4 s behind what the browser had to paint for the others.
        """
        sample_id = self.selection.sample_id
        travelling, hold_map, self._hold_map = self._travelling, self._hold_map, False
        self._profile.forget(keep_zoom=self._travelling or at_once)
        self._spectrum.forget()
        self._animation.open(sample_id, stay=stay)
        self._others.ask(lambda: self._open_others(sample_id, travelling, hold_map))
        if at_once:
            self._others.now()

    def _open_others(self, sample_id: str | None, travelling: bool, hold_map: bool) -> None:
        if sample_id != self.selection.sample_id:
            return
        self._head.open(sample_id)
        self._bands.open(sample_id)
        self._labels.open(sample_id)
        self._profile.reset()
        self._spectrum.draw()
        self._map.open(sample_id)
        if sample_id is not None and not hold_map:
            self._map.show(sample_id)
        # Who goes back in the history must not be given a new entry, or there would be no way back.
        self._write_url(push=not travelling)

    def _show_state(self) -> None:
        wanted = decode(self.selection.session.story_link or "")
        # In the theme that the room was darkened for.
        self.apply(replace(wanted, map=replace(wanted.map, theme=self.selection.map.theme)))

    def _tell_story(self, name: str) -> None:
        try:
            self._present.play(name)
        except ExplorerError as error:
            self._head.notice(f"This link's story cannot be played: {error}.")

    def _write_url(self, push: bool) -> None:
        if not push and (self._others.waits or self._next.waits):
            return  # a sample's own pins come with it: both are written together, as a new page of the history
        if self._follow_url:
            self._head.head.script.url(search=self.selection.to_query(), push=push)


def _usual_season(corpus: Corpus, sample_id: str, curves: Curves, theme: str) -> Packed:
    return review_service(corpus).usual_season(sample_id, curves, theme)


_OPEN: WeakSet[Explorer] = WeakSet()
_OPEN_LOCK = threading.Lock()


def _close_pages() -> None:
    """What is made for visitors ends with the server, without a word: it would fail once the corpus is closed."""
    with _OPEN_LOCK:
        pages = list(_OPEN)
    for page in pages:
        page.close()


def create_page(corpus: Corpus) -> MakePage:
    """A factory of pages: one session's page a call, so that visitors never share a selection."""
    make = create_prepared_page(corpus)

    def page(link: Link) -> pn.viewable.Viewable:
        made = make()
        made.begin(link)
        return made.page

    return page


def create_prepared_page(corpus: Corpus) -> Callable[[], PreparedPage]:
    """The same of pages that are made before it is known what their visitors want to see."""
    _extension()
    compat.install(plain=corpus.config.plain)

    def page() -> PreparedPage:
        explorer = Explorer(corpus, None, height="100vh")
        with _OPEN_LOCK:
            _OPEN.add(explorer)
        explorer.follow_url()
        pn.state.on_session_destroyed(lambda _context: explorer.close())
        return PreparedPage(explorer.__panel__(), explorer.begin)

    return page


def serve(
    where: Corpus | str | os.PathLike[str] = "demo",
    *,
    port: int = 5006,
    address: str = "127.0.0.1",
    open_browser: bool = True,
    allow_origins: Sequence[str] = (),
    given: Inherited | None = None,
    **options: Any,
) -> None:
    """Serve the page until interrupted. Raises `ExplorerError` where the port is taken.

    `given` is what a process has that serves together with others (`workers.run`).
    """
    corpus = where if isinstance(where, Corpus) else open_corpus(where)
    port = given.port if given is not None else ports.usable(address, port)
    scratch_folders.clear()
    make = create_page(corpus)
    readings, warm = _read_ahead(corpus), WarmUp(make)
    server = serving.make_server(
        corpus, make, port=port, address=address, allow_origins=allow_origins, given=given,
        prepare=create_prepared_page(corpus), warm=warm, **options,
    )  # fmt: skip
    # Threads that decode and paint keep the interpreter for 5 ms at a time: the loop, which answers visitors, waited for each.
    sys.setswitchinterval(_SWITCH)
    server.start()
    if open_browser and given is None:
        view(ports.url(address, port) + ports.path_prefix(corpus.config.prefix) + "/")
    with (
        shutdown.on_signal(partial(server.io_loop.add_callback, server.io_loop.stop)),
        suppress(KeyboardInterrupt),
    ):
        server.io_loop.start()
    server.stop()
    warm.end()
    _close_pages()
    for reading in readings:
        reading.release()


def _read_ahead(corpus: Corpus) -> list[Reading]:
    """What the page's HTML and its first picture need comes before the first visitor, not during. Readings of what they will see first."""
    sample_id = corpus.default_sample
    first = PF_SR.dates.index(DEFAULT_DATE)
    ahead = [corpus.prefetch(sample_id, product, first) for product in (PF_SR, S2_SR)] if sample_id else []
    shared_raster(corpus)
    _ = corpus.synthetic
    review_service(corpus).load_existing()
    serving.script_bundle()
    return ahead
