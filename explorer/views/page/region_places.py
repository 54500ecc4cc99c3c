"""Which of the page's regions have their place as the session goes on, and which style classes the page has."""

from __future__ import annotations

from explorer.views.common.selection import Selection
from explorer.views.page.layout import Layout, stand, stand_alone


class RegionPlaces:
    """Gives regions their places and the page its theme: all panels or one, a review, a presentation."""

    def __init__(self, laid: Layout, selection: Selection) -> None:
        self._laid, self._selection, self._session = laid, selection, selection.session
        selection.map.param.watch(lambda _e: self._set_css_classes(), "theme")
        selection.param.watch(
            lambda *_e: self._place(), ["panel", "gallery", "judge", "dataset", "embedding"]
        )
        self._session.param.watch(lambda *_e: self._place(), ["reviewing", "judging", "blind", "table_open"])
        self._session.param.watch(lambda *_e: self._set_css_classes(), ["presenting", "note_shown"])

    def _place(self) -> None:
        """The review stands where the labels are; the map beside it, but not while samples are judged, unless it is asked for."""
        session = self._session
        stand(self._laid.review_region, session.reviewing)
        stand(self._laid.label_region, not session.reviewing)
        # A blind review has no map at all: it would tell the labels.
        map_wanted = not session.blind and (not session.judging or self._selection.panel == "map")
        stand(self._laid.map_region, map_wanted)
        stand_alone(self._laid.review_region, not map_wanted)
        # The gallery lies over the map and what is under it: a table is then opened out of the gallery.
        over = self._selection.gallery is not None
        above = ["over"] if over else ["over-narrow"] if self._selection.is_beside_the_map else []
        classes = ["open", *above]
        self._laid.sample_table.css_classes = classes if session.table_open and (over or map_wanted) else []
        self._set_css_classes()

    def _set_css_classes(self) -> None:
        theme, panel = self._selection.map.theme, self._selection.panel
        table = self._laid.sample_table.css_classes
        over = self._selection.gallery is not None or self._selection.is_beside_the_map
        self._laid.page.css_classes = [
            *(["dark"] if theme == "dark" else []),
            *([f"only-{panel}"] if panel else []),
            *(["reviewing"] if self._session.reviewing else []),
            *(["table-open"] if "open" in table and "over" not in table else []),
            *(["presenting"] if self._session.presenting else []),
            *(["with-note"] if self._session.presenting and self._session.note_shown else []),
            *(["with-gallery"] if over else []),
        ]
