"""A secret between a server and the proxy in front of it, which says that a request came through that proxy."""

from __future__ import annotations

HEADER = "X-Explorer-Proxy-Secret"
SETTING = "proxy_secret"
"""Its name in the settings."""
