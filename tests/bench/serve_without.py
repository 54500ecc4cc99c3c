"""Serve a folder without some of the tricks of `explorer.server.compat`: python -m tests.bench.serve_without FOLDER

`EXPLORER_WITHOUT` names them, with commas between; it is for benches alone.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Serve until it is ended."""
    from explorer import open_corpus
    from explorer.app import serve
    from explorer.server import compat

    without = [name for name in os.environ.get("EXPLORER_WITHOUT", "").split(",") if name]
    compat.install(without=without)
    off = [name for name, trick in compat.TRICKS.items() if not trick.on]
    assert sorted(off) == sorted(without), f"off are {off}, to be off were {without}"
    serve(open_corpus(sys.argv[1]), port=0, open_browser=False)


if __name__ == "__main__":
    main()
