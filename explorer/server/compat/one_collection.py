"""Panel looks through all objects five seconds after a visitor has left, whoever waits then; `gc_policy` does when nobody waits."""

from __future__ import annotations

import panel.io.document

from explorer.server.compat.trick import Trick, lacking, takes, uses


def _put() -> None:
    panel.io.document._garbage_collect = lambda: None


def _differs() -> str:
    document = panel.io.document
    return (
        lacking(document, "_garbage_collect", "_destroy_document")
        or takes(document._garbage_collect)
        or uses(document._destroy_document, "_garbage_collect")
    )


TRICK = Trick(
    name="one_collection",
    buys="a stop of all threads after each visitor who leaves: with 15 pages open others waited for 0.2 to 4 s, with it for 0.03 to 0.2 s",
    known=("panel>=1.9.4,<1.10",),
    upstream="Panel: garbage collection after each session",
    differs=_differs,
    put=_put,
)
