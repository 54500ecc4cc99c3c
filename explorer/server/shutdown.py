"""SIGTERM and SIGINT end a server, whatever it is at: verdicts are on the disk before they are acknowledged."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOG = logging.getLogger("explorer")
END_S = 8.0
"""How long a server may take to end by itself. Docker kills after ten."""
_TELL_S = 0.5
_STDERR = 2


@contextmanager
def on_signal(stop: Callable[[], None], seconds: float = END_S) -> Iterator[None]:
    """Within this a signal to end calls `stop`, from a thread; `seconds` later the process is ended where it is still there.

    In the main thread only. Three ways lead to the end, since what is stuck can be stuck in three ways. A thread hears of the signal
    while the main thread computes, or waits for a file. Code of C that looks for signals but keeps the interpreter (a
    regular expression that never ends) runs Python's handler: it sets a timer that needs no interpreter. And what is left
    when Python itself ends (threads that it waits for) meets the same deadline.
    """
    hearing, telling = socket.socketpair()
    telling.setblocking(False)
    wakeup = signal.set_wakeup_fd(telling.fileno(), warn_on_full_buffer=False)
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: _set_timer(seconds))
    threading.Thread(target=_hear, args=(hearing, stop, seconds), name="explorer-ending", daemon=True).start()
    try:
        yield
    finally:
        # What comes after is part of the ending, too: a thread that was told goes on counting; one that was not, ends.
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)
        telling.close()


def _set_timer(seconds: float) -> None:
    faulthandler.dump_traceback_later(seconds + 1, exit=True, file=_STDERR)


def _hear(hearing: socket.socket, stop: Callable[[], None], seconds: float) -> None:
    wanted = {int(signal.SIGTERM), int(signal.SIGINT)}
    with hearing:
        while (told := hearing.recv(1)) and told[0] not in wanted:
            pass
    if not told:
        return
    _set_timer(seconds)
    # In a thread of its own: what is stuck may hold the log's lock, or be stuck in writing to it. Started now: Python that ends starts none.
    late = threading.Event()
    teller = threading.Thread(target=_tell, args=(late, seconds), daemon=True)
    teller.start()
    stop()
    time.sleep(seconds)
    late.set()
    teller.join(_TELL_S)
    os._exit(1)


def _tell(late: threading.Event, seconds: float) -> None:
    late.wait()
    _LOG.warning(
        "the server did not end by itself within %.0f s: it is ended", seconds, extra={"event": "end"}
    )
