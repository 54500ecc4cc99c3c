"""What a review comes to, for the browser: verdicts as files, the accuracy report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.review import exchange
from explorer.review import report as reports
from explorer.views.common.components import SessionScheduler, bounded_int
from explorer.views.common.file_making import FileMaker
from explorer.views.review import review_words
from explorer.views.review.messages import ToReviewPanel
from explorer.views.review.review_service import review_service


class ReviewFiles:
    """Makes files of a review in threads, and sends them through the review's component."""

    def __init__(
        self, corpus: Corpus, loop: SessionScheduler, script: ToReviewPanel, whose: Callable[[], str | None]
    ) -> None:
        """`whose` tells whose verdicts may be taken away; None: everybody's."""
        self._corpus, self._script, self._files, self._whose = corpus, script, FileMaker(loop, script), whose

    def save(self, data: dict[str, Any]) -> None:
        """All verdicts as a file of the format that is asked for; in a blind review one's own."""
        ending, whose = str(data.get("format"))[:20], self._whose()

        def job() -> bytes:
            if whose == "":
                raise InvalidQueryError("a blind review hides what others said, and yours has not begun")
            return exchange.write(review_service(self._corpus).records, ending, reviewer=whose)

        self._files.make(job, f"rapidai4eo-verdicts.{ending}", exchange.FORMATS.get(ending, ""))

    def report(self, data: dict[str, Any]) -> None:
        """The accuracy report, on the page or as a file."""

        def job() -> bytes:
            level, grouping = review_words.read_strata(
                data.get("classes", bounded_int(data, "level", 4) or 1)
            )
            records = review_service(self._corpus).records
            return reports.html(
                self._corpus, records, level or 1, drawn_only=data.get("all") is not True, grouping=grouping or None,
                blind_only=data.get("blind") is True,
            ).encode()  # fmt: skip

        self._files.make(job, "rapidai4eo-accuracy.html", "text/html", self._script.report)
