"""Sharing: the link, files to take away, and the lines of Python that give what is shown."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from explorer.analysis import render_spec
from explorer.core import metrics, scratch_folders
from explorer.core.errors import CancelledError, ExplorerError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.export import code, credit, export_jobs, registry, view_titles
from explorer.export.export_jobs import Order, Shown
from explorer.views.common.components import FAILED, Component, SessionScheduler, source
from explorer.views.common.map_state import MapState
from explorer.views.common.selection import Selection
from explorer.views.share.messages import FromShare, ToShare

_WATCHED = (
    "sample_id", "pixels", "names", "regions", "composite", "stretch", "curves", "sentinel", "view", "playback", "charts", "table", "gallery", "similar", "panel",
    "story", "settled", "review", "blind",
)  # fmt: skip
_PIECE = 1 << 20
"""Bytes of a message: other messages have their turn between two."""
_TOLD_S = 0.12
"""Progress is told no more often than this."""
_MAKERS = ThreadPoolExecutor(2, thread_name_prefix="explorer-file")
"""Files that are made at a time, of all sessions; others wait. Apart from the views' threads, which must not."""


class Share(Component):
    """The browser's side: the panel."""

    _stylesheets: ClassVar[list[Any]] = [source("share.css")]
    script = ToShare()
    from_script = FromShare


class _Work:
    """One file: made in a thread, handed over piece by piece, and then gone."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.cancel = threading.Event()
        self.folder = tempfile.TemporaryDirectory(
            prefix="file-", dir=scratch_folders.root(), ignore_cleanup_errors=True
        )
        self.told, self.done, self.reading = 0.0, 0, True
        self.path: Path | None = None
        self.size = self.sent = 0

    def drop(self) -> None:
        """Give it up, wherever it is."""
        self.cancel.set()
        self.folder.cleanup()


class ShareView:
    """Says how to share what is shown."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self._session = selection.session
        self._work: _Work | None = None
        self._open = False
        self.served = False
        """Whether the link is the page's address; else it is for `Explorer(corpus, link)`."""
        self.share = Share(
            loop, bus=bus, margin=0, sizing_mode="stretch_width", styles={"grid-area": "note"}, css_classes=["area-note"]
        )  # fmt: skip
        self.share.on = {
            "ready": self._ready, "again": self._ready, "open": self._opened, "make": self._make, "next": self._next,
            "cancel": lambda _data: self._cancel(),
        }  # fmt: skip
        selection.param.watch(lambda *_events: self.tell(), list(_WATCHED))
        selection.map.param.watch(lambda *_events: self.tell(), list(MapState.FIELDS))
        self._session.param.watch(lambda *_events: self.tell(), ["labels_hidden", "gallery_shown"])
        self._session.listen("toggle_share", self.share.script.toggle)

    def close(self) -> None:
        """Give up what is being made."""
        if self._work is not None:
            self._work.drop()
            self._work = None

    def tell(self) -> None:
        """Say anew what is shown, where somebody looks at it."""
        if not self._open:
            return
        hidden = self._session.labels_hidden
        found = self._selection
        self.share.script.state(
            link=found.to_query(),
            served=self.served,
            hidden=hidden,
            sample=found.sample_id,
            date=found.date.isoformat(),
            what=self._what(),
            values=render_spec.parse(found.composite, PF_SR.id).kind != "rgb",
            pins=len(found.pixels),
            story=self._session.own_story is not None,
            code=[] if hidden else self._code(),
        )

    def _what(self) -> str:
        found = self._selection
        title = render_spec.parse(found.composite, PF_SR.id).title
        return f"{title}, stretch {found.stretch}"

    def _code(self) -> list[dict[str, str]]:
        state = replace(code.State.of(self._corpus, self._selection), gallery=self._session.gallery_shown)
        if (
            self.served and Path(state.where).is_absolute()
        ):  # where a server keeps its corpus is nobody's business
            state = replace(state, where=f"path/to/{Path(state.where).name}")
        return [
            {"view": view, "title": title, "text": code.snippet(view, state)}
            for view, title in code.available(state).items()
        ]

    def _ready(self, _data: dict[str, Any]) -> None:
        self._open = False
        self.close()
        named = credit.of(self._corpus, (PF_SR.id, S2_SR.id, "labels"))
        self.share.script.offer(
            dates=[day.isoformat() for day in PF_SR.dates],
            terms=named.notice(),
            lacking=registry.lacking(),
            counts=list(export_jobs.COUNTS),
        )

    def _opened(self, data: dict[str, Any]) -> None:
        self._open = data.get("open") is True
        self.tell()

    # -- files ------------------------------------------------------------------------------------------------------

    def _make(self, data: dict[str, Any]) -> None:
        if self._work is not None:
            self._trouble("A file is being made already: wait for it, or cancel it.")
            return
        found = self._selection
        if self._session.labels_hidden or found.sample_id is None:
            self._trouble("There is nothing to make a file of: labels are hidden, or no sample is selected.")
            return
        shown = Shown(
            found.sample_id,
            found.date,
            found.composite,
            found.stretch,
            found.sentinel.composite,
            tuple((row, col, found.names.get((row, col), "")) for row, col in found.pixels),
            found.curves.indices,
            found.to_query(review=False),
            view_titles.of_view(self._corpus, found.sample_id, found.date, found.view.other),
            str(found.overlay) if found.overlay.name in self._corpus.overlays else "",
            found.ground_marks,
            self._session.own_story if data.get("story") is True else None,
        )
        try:
            order = export_jobs.parse(shown, data)
        except ExplorerError as error:
            self._trouble(f"This file cannot be made: {error}.")
            return
        self._work = work = _Work(order)
        self.share.script.begun(name=order.name)
        _MAKERS.submit(self._run, work)

    def _run(self, work: _Work) -> None:
        """In a thread. Whatever happens, the session hears of it."""

        def progress(done: int, total: int) -> None:
            now = time.monotonic()
            if done < work.done:
                work.reading = False
            work.done, reading = done, work.reading
            if now - work.told >= _TOLD_S or done >= total:
                work.told = now
                self._loop.call(lambda: self._progress(work, done, total, reading))

        told = ""
        try:
            path = export_jobs.make(self._corpus, work.order, Path(work.folder.name), progress, work.cancel)
            work.path, work.size = path, path.stat().st_size
        except CancelledError:
            told = "Cancelled."
        except ExplorerError as error:
            told = f"{work.order.name} was not made: {error}."
        except Exception:  # whatever it was, the next file has to have its turn
            if not work.cancel.is_set():  # else its folder was taken away under it
                logging.getLogger("explorer").exception("a file could not be made")
            told = FAILED
        metrics.FILES.labels(("failed" if told != "Cancelled." else "cancelled") if told else "made").inc()
        if told or work.cancel.is_set():
            work.drop()
        self._loop.call(lambda: self._made(work, told))

    def _progress(self, work: _Work, done: int, total: int, reading: bool) -> None:
        if work is self._work:
            self.share.script.progress(done=done, total=total, reading=reading)

    def _made(self, work: _Work, told: str) -> None:
        if work is not self._work:
            return
        if told:
            self._work = None
            self._trouble(told)
            return
        self.share.script.file(name=work.order.name, media=registry.MEDIA[work.order.ending], size=work.size)
        self._piece(work)

    def _next(self, _data: dict[str, Any]) -> None:
        """The browser has a piece, and wants the next: a slow line never queues a whole file."""
        if self._work is not None and self._work.path is not None:
            self._piece(self._work)

    def _piece(self, work: _Work) -> None:
        start, path = work.sent, work.path
        assert path is not None

        def read() -> bytes:
            try:
                with path.open("rb") as file:
                    file.seek(start)
                    return file.read(_PIECE)
            except OSError:  # cancelled meanwhile
                return b""

        def send(piece: bytes) -> None:
            if work is not self._work or work.sent != start:
                return
            work.sent += len(piece)
            last = work.sent >= work.size or not piece
            self.share.script.piece(data=piece, last=last)
            if last:
                self.close()

        self._loop.work(read, send)

    def _cancel(self) -> None:
        if self._work is not None:
            self.close()
            self._trouble("Cancelled.")

    def _trouble(self, text: str) -> None:
        self.share.script.trouble(text=text)
