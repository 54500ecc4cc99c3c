"""The search in the page's head: what a text may mean while somebody types it, and what it does: open a sample, or filter the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.core.grid import transformer
from explorer.corpus.corpus import Corpus
from explorer.corpus.query import phrases, suggestions
from explorer.corpus.query.filters import Filters
from explorer.corpus.query.phrases import Phrase, Spot
from explorer.corpus.query.suggestions import Suggestion
from explorer.corpus.tables import towns
from explorer.views.common.components import LatestOnly, SessionScheduler, bounded_int
from explorer.views.common.selection import Selection
from explorer.views.map.raster import SampleRaster
from explorer.views.page.messages import ToHead

_REACHES = (20_000.0, 80_000.0, 300_000.0)
"""Metres of web mercator within which a sample is looked for; beyond the last, none is near a place."""
_ROOM = 0.05
"""Degrees around samples that the map shows at least."""
_MOST_TICKETS = 1 << 53
_HIDDEN = "labels are hidden in this review: search for a sample or a place"
_Box = tuple[float, float, float, float]


class SearchView:
    """Suggests and finds; `tell` says what went wrong."""

    def __init__(
        self,
        corpus: Corpus,
        selection: Selection,
        raster: SampleRaster,
        loop: SessionScheduler,
        script: ToHead,
        tell: Callable[[str], None],
    ) -> None:
        self._corpus, self._selection, self._raster = corpus, selection, raster
        self._session, self._script, self._tell = selection.session, script, tell
        self._typed, self._facts, self._fits = LatestOnly(loop), LatestOnly(loop), LatestOnly(loop)
        self._offered: tuple[int, list[Suggestion]] = (0, [])
        self._session.param.watch(lambda _e: self._forget(), "labels_hidden")
        self._searched: Filters | None = None
        """The filters that the text in the field has set."""
        selection.map.param.watch(lambda _e: self._compare(), "filters")

    def suggest(self, data: dict[str, Any]) -> None:
        """What a text may mean: at once what it is, and then how many samples there are and how near."""
        text, ticket = data.get("text"), bounded_int(data, "ticket", _MOST_TICKETS)
        if not isinstance(text, str) or ticket is None:
            return
        labels = not self._session.labels_hidden
        self._facts.cancel()

        def done(found: list[Suggestion]) -> None:
            if labels == self._session.labels_hidden:
                return
            self._offered = ticket, found
            self._script.suggestions(
                ticket=ticket,
                options=[
                    {"group": one.group, "title": one.title, "detail": one.detail, "colour": one.colour}
                    for one in found
                ],
            )
            if found:
                self._facts.submit(
                    lambda: self._facts_of(found, labels),
                    lambda facts: self._script.counted(ticket=ticket, counts=facts[0], details=facts[1]),
                )

        self._typed.submit(lambda: suggestions.suggest(self._corpus.filter_table, text, labels=labels), done)

    def go(self, data: dict[str, Any]) -> None:
        """Do what a text means."""
        text = data.get("text")
        if not isinstance(text, str):
            return
        try:
            phrase = phrases.read(text)
        except InvalidQueryError as error:
            self._tell(str(error))
            return
        self._do(phrase)

    def choose(self, data: dict[str, Any]) -> None:
        """Do what one of the suggestions means."""
        ticket, offered = self._offered
        index = bounded_int(data, "index", len(offered))
        if index is not None and data.get("ticket") == ticket:
            self._do(offered[index].phrase)

    def nearest(self, spot: Spot) -> str:
        """The id of the sample nearest to a place. Raises `InvalidQueryError` where none is within some 200 km."""
        x, y = transformer(4326, 3857).transform(spot.lon, spot.lat)
        for reach in _REACHES:
            row = self._raster.nearest(x, y, reach)
            if row is not None:
                return str(self._corpus.samples.index[row])
        raise InvalidQueryError(f"no sample of this corpus is near {spot.name}")

    def _compare(self) -> None:
        """Where a condition that was searched for is gone, the text in the field says what is no longer so."""
        now, searched = self._selection.map.filters, self._searched
        if searched is None or all(
            getattr(now, name) == getattr(searched, name) for name in searched.names()
        ):
            return
        self._searched = None
        self._script.forgotten()

    def _forget(self) -> None:
        """Labels are hidden, or shown again: what was suggested before is not offered any more."""
        self._typed.cancel()
        self._facts.cancel()
        self._offered = (0, [])
        self._script.suggestions(ticket=0, options=[])

    def _facts_of(self, found: list[Suggestion], labels: bool) -> tuple[list[int | None], list[str]]:
        unknown: list[int | None] = [None] * len(found)
        counts = suggestions.counts(self._corpus.filter_table, found) if labels else unknown
        return counts, [self._detail(one) for one in found]

    def _detail(self, one: Suggestion) -> str:
        if one.phrase.place is None:
            return one.detail
        try:
            return f"{one.detail}, sample {self._distance(self.nearest(one.phrase.place), one.phrase.place)} away"
        except InvalidQueryError:
            return f"{one.detail}, no sample near"

    def _distance(self, sample_id: str, spot: Spot) -> str:
        row = self._corpus.samples.iloc[int(self._corpus.index.rows([sample_id])[0])]
        (metres,) = towns.metres_from(spot.lat, spot.lon, np.array([row["lat"]]), np.array([row["lon"]]))
        return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.{int(metres < 100_000)}f} km"

    def _do(self, phrase: Phrase) -> None:
        self._fits.cancel()
        try:
            if phrase.sample or phrase.id_start:
                told = self._open_id(phrase)
            elif phrase.place is not None:
                sample_id = self.nearest(phrase.place)
                self._open(sample_id)
                told = f"{self._distance(sample_id, phrase.place)} from {phrase.place.name}"
            elif phrase.filters:
                self._filter(phrase)
                return
            else:
                raise InvalidQueryError(
                    f"nothing of {phrase.text!r} was understood; search for a sample's id, a place, a class, "
                    "or several words as in: vineyards Italy >= 80 %"
                )
            self._say(told, phrase.problem)
        except ExplorerError as error:
            self._tell(str(error))

    def _say(self, *parts: str) -> None:
        self._tell("")
        self._script.searched(text="; ".join(filter(None, parts)))

    def _open_id(self, phrase: Phrase) -> str:
        """Open the sample of an id, or the first whose id begins so. Raises an `ExplorerError`."""
        if phrase.sample:
            self._corpus.cell(phrase.sample)
            self._open(phrase.sample)
            return ""
        begin = suggestions.ids_from(self._corpus.samples.index, phrase.id_start, 2)
        if not begin:
            if phrase.id_start.count("_") > 2:
                self._corpus.cell(phrase.text)
            raise InvalidQueryError(f"no id in this corpus begins with {phrase.id_start!r}")
        self._open(begin[0])
        return "" if len(begin) == 1 else f"the first id that begins with {phrase.id_start}"

    def _open(self, sample_id: str) -> None:
        self._selection.sample_id = sample_id
        self._session.sample_to_show = sample_id  # it may be the one that is selected, and out of sight

    def _filter(self, phrase: Phrase) -> None:
        """Filter the map by what was understood, and have it show what is left. Raises `InvalidQueryError`."""
        if self._session.labels_hidden and suggestions.asks_labels(phrase.filters):
            raise InvalidQueryError(_HIDDEN)
        table, state = self._corpus.filter_table, self._selection.map
        absent = phrase.filters.lacking(table)
        filters = phrase.filters.without(*absent)
        problem = f"this corpus knows nothing of {', '.join(absent.values())}" if absent else ""
        if not filters:
            raise InvalidQueryError(problem)
        self._searched = filters
        state.param.update(filters=filters, area=None)

        def done(found: tuple[int, _Box | None]) -> None:
            count, box = found
            if state.filters != filters:
                return
            if box is not None:
                self._session.box_to_fit = box
            number = f"{count:,} sample{'' if count == 1 else 's'}" if count else "No sample"
            self._say(f"{number}: {phrase.title}", problem, phrase.problem)

        self._fits.submit(lambda: self._found(filters), done)

    def _found(self, filters: Filters) -> tuple[int, _Box | None]:
        """How many samples pass, and the box (west, south, east, north in degrees) that holds them."""
        rows = np.flatnonzero(filters.mask(self._corpus.filter_table))
        if not rows.size:
            return 0, phrases.bounds(filters)
        samples = self._corpus.samples
        lon, lat = samples["lon"].to_numpy()[rows], samples["lat"].to_numpy()[rows]
        box = lon.min() - _ROOM, lat.min() - _ROOM, lon.max() + _ROOM, lat.max() + _ROOM
        return len(rows), tuple(float(edge) for edge in box)  # type: ignore[return-value]
