"""What the panels of one session tell each other: what has been read, what a review hides, and what one asks of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import param

from explorer.corpus.imagery.cube_cache import Cube, Reading
from explorer.export.code import Gallery
from explorer.export.stories import Story
from explorer.opinions.ground_marks import GroundOfSample
from explorer.similar.search import Found, Search


class SessionState(param.Parameterized):
    """The state that panels share beside the selection; nothing of it is in a link. `Selection.session` is it.

    A panel sets what is its own and listens to what it needs (`listen`), so that none has to know another. Events are
    sent by setting them to True. All of it belongs to the session's thread, as the selection does.
    """

    # What is read of the selected sample.
    planet: Reading | None = param.ClassSelector(
        default=None, class_=Reading, doc="Planet Fusion's reading, from when the animation opens the sample."
    )  # type: ignore[assignment]
    planet_settled: bool = param.Boolean(default=False, doc="Whether all of `planet` has come.")  # type: ignore[assignment]
    planet_sent = param.Event(doc="Pictures of `planet` have left for the browser.")
    planet_drawable = param.Event(
        doc="Charts may draw `planet`: once it is settled, and before with a quarter of its dates where it comes slowly."
    )
    first_picture = param.Event(doc="The browser has the sample's first picture on the screen.")
    at_rest = param.Event(
        doc="All of the sample's pictures have come a while ago: what may come next may be read."
    )
    sentinel: Reading | None = param.ClassSelector(
        default=None, class_=Reading, doc="Sentinel-2's reading, from when its panel opens the sample."
    )  # type: ignore[assignment]
    sentinel_read = param.Event(doc="All of `sentinel` has come, without an error.")
    quality: Cube | None = param.ClassSelector(
        default=None, class_=Cube, doc="The cube of Planet Fusion's quality layers, once it is read."
    )  # type: ignore[assignment]

    ground: GroundOfSample | None = param.ClassSelector(
        default=None, class_=GroundOfSample, doc="What was seen on the ground of a sample, once it is read."
    )  # type: ignore[assignment]

    # The review.
    reviewing: bool = param.Boolean(default=False, doc="Whether the review has its place on the page.")  # type: ignore[assignment]
    judging: bool = param.Boolean(default=False, doc="Whether the samples of a queue are judged.")  # type: ignore[assignment]
    blind: bool = param.Boolean(
        default=False, doc="Whether the review is one that hides labels until a verdict is in."
    )  # type: ignore[assignment]
    labels_hidden: bool = param.Boolean(
        default=False, doc="Whether the selected sample's label must not be seen, anywhere on the page."
    )  # type: ignore[assignment]

    # The table of samples.
    table_open: bool = param.Boolean(
        default=False, doc="Whether the table of samples has its place under the map."
    )  # type: ignore[assignment]

    # The animation.
    date_chosen: bool = param.Boolean(
        default=True,
        doc="Whether somebody chose the date that is set; not while it plays, or goes to a date that a sample has.",
    )  # type: ignore[assignment]

    # The gallery.
    gallery_shown: Gallery | None = param.ClassSelector(
        default=None, class_=Gallery, doc="What the gallery's page shows; None while it is closed."
    )  # type: ignore[assignment]

    # Presenting.
    presenting: bool = param.Boolean(default=False, doc="Whether the page is without its controls.")  # type: ignore[assignment]
    note_shown: bool = param.Boolean(
        default=False, doc="Whether the view that is presented has a note, which needs a place."
    )  # type: ignore[assignment]
    own_story: Story | None = param.ClassSelector(
        default=None, class_=Story, doc="The story that is being put together, once it has a state."
    )  # type: ignore[assignment]

    # Sets of samples.
    filtered_rows: np.ndarray | None = param.Parameter(
        default=None,
        doc="Positions in the sample table of what the map's filters and area leave, once that is known.",
    )  # type: ignore[assignment]
    review_queue: tuple[str, ...] = param.Parameter(
        default=(), doc="Ids of the samples under review, in their order; empty where none is."
    )  # type: ignore[assignment]
    similar_found: Found | None = param.ClassSelector(
        default=None,
        class_=Found,
        doc="The samples that look like what `Selection.similar` says, once they are found.",
    )  # type: ignore[assignment]
    similar_failed = param.Event(doc="Nothing was found to look like it.")
    reviewer: str = param.String(default="", doc="Who reviews; empty where nobody does.")  # type: ignore[assignment]
    verdicts_changed = param.Event(doc="A verdict was kept, or taken back, and filters know of it.")

    # What one panel asks of another, or of the page; asked for again, it is done again.
    box_to_fit: tuple[float, float, float, float] | None = param.Tuple(
        default=None, length=4, doc="West, south, east, north in degrees: the map shows this box."
    )  # type: ignore[assignment]
    sample_to_show: str | None = param.String(
        default=None, allow_None=True, doc="The map moves until this sample is in view."
    )  # type: ignore[assignment]
    rows_to_list: np.ndarray | None = param.Parameter(
        default=None, doc="The table of samples shows these, by their positions in the sample table."
    )  # type: ignore[assignment]
    queue_to_review: str | None = param.String(
        default=None,
        allow_None=True,
        doc="The review opens with this queue, as `explorer.review.queue` writes it.",
    )  # type: ignore[assignment]
    gallery_of: str | None = param.Selector(
        default=None,
        objects=[None, "map", "queue", "similar"],
        doc="The gallery opens: of what the map shows, of the queue under review, or of what looks like the selected sample.",
    )  # type: ignore[assignment]
    alike_wanted: Search | None = param.ClassSelector(
        class_=Search, default=None, allow_None=True, doc="The gallery opens with what looks like this."
    )  # type: ignore[assignment]
    story_link: str | None = param.String(
        default=None, allow_None=True, doc="The page shows this state of a story, in the theme that it has."
    )  # type: ignore[assignment]
    history_link: str | None = param.String(
        default=None, allow_None=True, doc="The page shows this query: somebody goes back in the history."
    )  # type: ignore[assignment]
    opinion_to_judge: str | None = param.String(
        default=None, allow_None=True, doc="The panel that judges models opens, with this opinion."
    )  # type: ignore[assignment]
    add_opinion = param.Event(doc="The form to add an opinion opens.")
    toggle_review = param.Event(doc="The review opens, or closes.")
    toggle_about = param.Event(doc="The drawer about the corpus opens, or closes.")
    toggle_share = param.Event(doc="The panel of links and files opens, or closes.")
    toggle_stories = param.Event(doc="The drawer of stories opens, or closes.")

    def listen(self, name: str, listener: Callable[[], Any]) -> None:
        """Have `listener` called each time that an event or a request (a parameter's name) comes, even with the value it had.

        For what is a state rather than an event, `param.watch` calls only where the value changes. Raises `ValueError`
        where there is no parameter of that name.
        """
        # Not only on changes: an event whose listener failed has not gone back to False.
        self.param.watch(lambda _event: listener(), name, onlychanged=False)

    def ask_for_gallery(self, of: str) -> None:
        """Open the gallery: of what the `map` shows, of the `queue` under review, or of what is `similar` to the selected sample."""
        self.gallery_of = of

    @property
    def whole_planet(self) -> Cube | None:
        """Planet Fusion's cube of the selected sample, once all of it was read."""
        return _whole(self.planet)

    @property
    def whole_sentinel(self) -> Cube | None:
        """Sentinel-2's cube of the selected sample, once all of it was read."""
        return _whole(self.sentinel)


def _whole(reading: Reading | None) -> Cube | None:
    return reading.cube if reading is not None and reading.complete else None
