"""How long a visitor waits after a click, for the operator's numbers and log."""

from __future__ import annotations

import logging
import time
from typing import Any

from explorer.core import logs, metrics
from explorer.views.common.selection import Selection


class ClickTiming:
    """Measures from a sample's selection until its pictures have left for the browser."""

    def __init__(self, selection: Selection, session_id: str) -> None:
        self._name, self._session = logs.session_name(session_id), selection.session
        self._since: float | None = None
        self._first = 0.0
        selection.param.watch(self._clicked, "sample_id")
        self._session.listen("planet_sent", self._came)

    def _clicked(self, _event: Any) -> None:
        self._since, self._first = time.monotonic(), 0.0

    def _came(self) -> None:
        reading = self._session.planet
        if self._since is None or reading is None:
            return
        waited = time.monotonic() - self._since
        if not self._first:
            self._first = waited
            metrics.PICTURE_SECONDS.observe(waited)
        if self._session.planet_settled:
            self._since = None
            metrics.CUBE_SECONDS.observe(waited)
            more = {"event": "sample", "sample": reading.cube.cell.sample_id, "session": self._name}
            logging.getLogger("explorer").info("sample shown", extra={**more, "ms": round(1000 * waited)})
