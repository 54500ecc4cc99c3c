"""What the labels panel tells its script."""

from __future__ import annotations

from explorer.views.common.messages import ToBrowser


class ToBars(ToBrowser):
    """HTML is the server's own: what a corpus says in it is escaped."""

    def label(self, *, html: str) -> None: ...
