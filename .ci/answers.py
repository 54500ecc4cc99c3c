"""Does a command serve the page? `python3 answers.py COMMAND...` starts it, asks for the page and what it needs, waits until
the server has made the page's models, ends it. A traceback on the way fails.

Only the standard library: it runs where nothing is installed yet.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from urllib.parse import urljoin
from urllib.request import ProxyHandler, build_opener

STARTS_WITHIN = 1800
"""Seconds until the address must be told; `make demo` downloads all that it needs before."""
MADE_WITHIN = 120
ENDS_WITHIN = 60

_get = build_opener(ProxyHandler({})).open  # what listens here is asked without a proxy


def main(command: list[str]) -> int:
    """0 where the page and all it needs came, and the command ended when it was told to."""
    server = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    told = threading.Event()
    address: list[str] = []
    tracebacks: list[str] = []
    threading.Thread(target=_follow, args=(server, address, tracebacks, told), daemon=True).start()
    try:
        told.wait(STARTS_WITHIN)
        if not address:
            raise SystemExit(f"{' '.join(command)} told no address (it ended with {server.poll()})")
        # One process makes the models once the page was asked for; several, once the browser has come back to one of them.
        _look(address[0], models="--num-procs" not in command)
        if tracebacks:
            raise SystemExit("it told of a failure, see above")
    finally:
        _end(server)
    return 0


def _follow(
    server: subprocess.Popen[str], address: list[str], tracebacks: list[str], told: threading.Event
) -> None:
    """Pass on what the command says; keep the first address in it, and whatever it says of failures."""
    for line in server.stdout or ():
        print(f"  | {line}", end="", flush=True)
        if "Traceback" in line:
            tracebacks.append(line)
        found = re.search(r"http://(?:127\.0\.0\.1|localhost|0\.0\.0\.0):\d+", line)
        if found and not address:
            address.append(found[0].replace("0.0.0.0", "127.0.0.1") + "/")
            told.set()
    told.set()


def _look(base: str, *, models: bool) -> None:
    health = json.loads(_body(base, "health"))
    if health["status"] != "ok":
        raise SystemExit(f"/health says {health}")
    made = _made(base)
    page = _body(base, "").decode()
    needed = sorted(set(re.findall(r'<link[^>]* href="([^"]+)"', page)))
    if len(needed) < 3:
        raise SystemExit(f"the page names its icon, first picture and scripts; found {needed}")
    sizes = {name.split("?")[0]: len(_body(base, name.replace("&amp;", "&"))) for name in needed}
    if min(sizes.values()) == 0:
        raise SystemExit(f"empty answers: {sizes}")
    deadline = time.monotonic() + MADE_WITHIN
    while models and _made(base) == made:
        if time.monotonic() > deadline:
            raise SystemExit(f"the page's models were not made within {MADE_WITHIN} s")
        time.sleep(0.2)
    print(f"{base} answers: {health}, the page {len(page)} bytes, {sizes}")


def _made(base: str) -> float:
    """How many pages' models were made so far."""
    found = re.search(r"^explorer_page_seconds_count (\S+)$", _body(base, "metrics").decode(), re.MULTILINE)
    return float(found[1]) if found else 0


def _body(base: str, name: str) -> bytes:
    deadline = time.monotonic() + 60
    while True:
        try:
            with _get(urljoin(base, name), timeout=60) as answer:
                return bytes(answer.read())
        except ConnectionError:  # it says where it listens just before it does
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _end(server: subprocess.Popen[str]) -> None:
    """As a person ends it, with Ctrl-C: make and what it started hear of it together."""
    if server.poll() is not None:
        return
    os.killpg(server.pid, signal.SIGINT)
    try:
        server.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        raise SystemExit(f"it did not end within {ENDS_WITHIN} s of Ctrl-C") from None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
