"""What jupyter-server-proxy is told, so that JupyterLab's launcher starts the explorer (entry point `jupyter_serverproxy_servers`)."""

from __future__ import annotations

import secrets
import sys
from typing import Any

from explorer.core import proxy_secret
from explorer.core.assets import asset

TIMEOUT_S = 120.0
"""How long a start may take: on a busy hub, libraries alone take half a minute; a corpus without an index has to be read."""


def launcher() -> dict[str, Any]:
    """How the server is started, at the port that jupyter-server-proxy chooses, on the corpus of `EXPLORER_CORPUS`.

    The proxy takes its path away, so that no prefix is needed. Only who comes through it is answered, by whatever name the hub
    is called: it sends a secret along, which nobody else on the machine knows.
    """
    secret = secrets.token_urlsafe(32)
    python = sys.executable.replace("{", "{{").replace("}", "}}")  # the command is a template
    return {
        "command": [python, "-m", "explorer", "serve", "--port", "{port}", "--no-open", "--prefix", ""],
        "environment": {f"EXPLORER_{proxy_secret.SETTING.upper()}": secret},
        "request_headers_override": {proxy_secret.HEADER: secret},
        "timeout": TIMEOUT_S,
        "launcher_entry": {"title": "RapidAI4EO explorer", "icon_path": str(asset("icon.svg"))},
    }
