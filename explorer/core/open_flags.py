"""Flags of `os.open` that not every system has: 0, which changes nothing, where there is no such flag."""

from __future__ import annotations

import os

NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)
"""Not to wait for somebody who writes to a named pipe."""
NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
CLOEXEC: int = getattr(os, "O_CLOEXEC", 0)
DIRECTORY: int = getattr(os, "O_DIRECTORY", 0)
BINARY: int = getattr(os, "O_BINARY", 0)
"""On Windows, bytes as they are; elsewhere they always are."""
