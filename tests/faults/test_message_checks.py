"""A visitor who sends what no page sends: their connection is closed, with one line in the log, and others notice nothing."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from explorer.app import create_page
from explorer.corpus.corpus import Corpus
from explorer.review import draws
from explorer.views.animation.animation import AnimationView
from tests import corpora
from tests.running import Running, processor_seconds
from tests.talk import until
from tests.visitors import Seen, Visitor, encoded

KEPT_MB = 64
"""What one visitor may make the server keep, and need for a moment."""
HELD_S = 1.5
"""How long the server may work on other things before it answers what costs nothing, in seconds of its processor time."""
LONGEST_S = 15.0
"""How long others may wait for that by the clock, on a machine however crowded."""
FUZZ_SEED, FUZZ_ROUNDS = (
    int(os.environ.get("EXPLORER_FUZZ_SEED", "0")),
    int(os.environ.get("EXPLORER_FUZZ_ROUNDS", "8")),
)


class Serving:
    """`explorer serve` in a process of its own, with its log and its memory."""

    def __init__(self, folder: Path, data: Path) -> None:
        command = [sys.executable, "-m", "explorer", "serve", str(folder), "--port", "0", "--no-open"]
        environment = os.environ | {"EXPLORER_CACHE_DIR": str(data / "cache"), "EXPLORER_DATA_DIR": str(data)}
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        found = until(lambda: re.search(r"http://127\.0\.0\.1:\d+", "\n".join(self.lines)), 120)
        self.url = found[0]

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip())

    def memory(self, kind: str = "VmRSS") -> float:
        """MB; `VmHWM` is the most since `forget_peak`."""
        text = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(rf"{kind}:\s+(\d+) kB", text)
        assert found
        return int(found[1]) / 1024

    def worked(self) -> float:
        """Seconds of processor time that it has taken."""
        return processor_seconds(self._process.pid)

    def forget_peak(self) -> None:
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def said(self, start: int) -> list[str]:
        """Lines of the log from one on that are no everyday news."""
        return [line for line in self.lines[start:] if " INFO " not in line]

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


@pytest.fixture(scope="module")
def serving(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    found = Serving(tiny_folder, tmp_path_factory.mktemp("messages"))
    yield found
    found.stop()


class Others:
    """Somebody else, who asks the server for an answer that costs nothing, again and again, from another thread."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self.waits: list[float] = []
        """By the clock."""
        self.held: list[float] = []
        """In the server's processor time: what other processes and this one's own work add is not its fault."""
        self._ended = threading.Event()
        self._life = ThreadPoolExecutor(1).submit(lambda: asyncio.run(self._ask()))

    async def _ask(self) -> None:
        visitor = Visitor(self._serving.url, Seen())
        await visitor.join()
        visitor.tell("ReviewPanel", "ready")
        while not self._ended.is_set():
            began, had_worked = time.monotonic(), self._serving.worked()
            visitor.tell("ReviewPanel", "ping")
            await visitor.hear("ReviewPanel", lambda kind, _data: kind == "pong", began, "a pong")
            self.waits.append(time.monotonic() - began)
            self.held.append(self._serving.worked() - had_worked)
            await asyncio.sleep(0.02)
        await visitor.close()
        assert visitor.seen.problems == []

    def hear(self) -> None:
        """Wait for two answers more, the second of which was asked for from now on."""
        wanted = len(self.waits) + 2
        until(lambda: len(self.waits) >= wanted or self._life.done())
        if self._life.done():
            self._life.result()  # raises what ended it
            raise AssertionError("they have left")

    def stop(self) -> None:
        self._ended.set()
        self._life.result()


@pytest.fixture(scope="module")
def others(serving: Serving) -> Iterator[Others]:
    found = Others(serving)
    yield found
    found.stop()


@contextmanager
def nobody_kept_waiting(others: Others) -> Iterator[None]:
    others.hear()
    start = len(others.waits)
    yield
    others.hear()
    assert max(others.held[start:]) < HELD_S
    assert max(others.waits[start:]) < LONGEST_S


async def write(visitor: Visitor, *parts: Any) -> None:
    assert visitor._socket is not None
    for part in parts:
        binary = isinstance(part, bytes)
        await visitor._socket.write_message(
            part if isinstance(part, (str, bytes)) else json.dumps(part), binary
        )


def patch(*events: Any) -> list[Any]:
    return [{"msgid": "1", "msgtype": "PATCH-DOC"}, {}, {"events": list(events)}]


def said(visitor: Visitor, component: str, data: Any) -> dict[str, Any]:
    entries = [["model", {"id": visitor._ids[component]}], ["data", data]]
    event = {"type": "event", "name": "data_event", "values": {"type": "map", "entries": entries}}
    return {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}


def told(visitor: Visitor, component: str, what: str, /, **data: Any) -> dict[str, Any]:
    return said(visitor, component, encoded({"type": what, **data}))


def changed(visitor: Visitor, attr: str, new: Any, component: str = "Head") -> dict[str, Any]:
    return {"kind": "ModelChanged", "model": {"id": visitor._ids[component]}, "attr": attr, "new": new}


@cache
def bomb() -> dict[str, Any]:
    """300 MB in 400 kB."""
    return {"type": "bytes", "data": base64.b64encode(gzip.compress(bytes(300 << 20), 1)).decode()}


def with_arrays(count: int) -> str:
    return '{"events": [' + "[]," * count + "0]}"


ATTACKS: dict[str, Callable[[Visitor], list[Any]]] = {
    "a bomb in a property": lambda v: patch(changed(v, "name", bomb())),
    "a bomb in a message": lambda v: patch(said(v, "Head", {"type": "map", "entries": [["type", "go"], ["text", bomb()]]})),
    "270 kB in a property": lambda v: patch(changed(v, "name", "x" * 270_000)),
    "a new model": lambda v: patch(changed(v, "children", {"type": "object", "name": "Div", "id": "new", "attributes": {"text": "x" * 100_000}})),
    "a script": lambda v: patch(changed(v, "esm", "export function render() {}")),
    "buffers without end": lambda v: [{"msgid": "1", "msgtype": "PATCH-DOC", "num_buffers": 10**9}],
    "a binary part": lambda v: [b"\0" * 1_000_000],
    "a document pushed": lambda v: [{"msgid": "1", "msgtype": "PUSH-DOC"}, {}, {"doc": {"roots": []}}],
    "lists without end": lambda v: [*patch()[:2], with_arrays(1_000_000)],
    "a wide message": lambda v: [*patch()[:2], '{"events": [' + '{"":0},' * 400_000 + "0]}"],
    "numbers without end": lambda v: [*patch()[:2], '{"events": [' + "1.5," * 600_000 + "0]}"],
    "a deep message": lambda v: [*patch()[:2], '{"events": ' + "[" * 15_000 + "]" * 15_000 + "}"],
    "a deep value": lambda v: patch(changed(v, "name", json.loads("[" * 800 + "]" * 800))),
    "a number of 5,000 digits": lambda v: [*patch()[:2], '{"events": [' + "9" * 5000 + "]}"],
    "3 MB of nothing": lambda v: [" " * 3_000_000],
    "300,000 times France": lambda v: patch(told(v, "MapTools", "filter", values={"countries": ["France"] * 18_000})),
    "a story of 1 MB": lambda v: patch(told(v, "Presenter", "load", text="a: [1, 2]\n" * 100_000, name="x")),
    "a line of a million points": lambda v: patch(told(v, "MapTools", "area", kind="poly", x=list(range(100_000)), y=[0] * 100_000)),
    "an unknown kind": lambda v: patch(told(v, "Head", "evil")),
    "an unknown field": lambda v: patch(told(v, "Head", "go", evil="x")),
    "the page, again and again": lambda v: [{"msgid": "1", "msgtype": "PULL-DOC-REQ"}, {}, {}] * 200,
    "a thousand bad messages": lambda v: patch(told(v, "Head", "evil")) * 1000,
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_what_no_page_sends_ends_its_connection_and_costs_the_others_nothing(
    serving: Serving, others: Others, name: str
) -> None:
    async def attack() -> float:
        with nobody_kept_waiting(others):
            visitor = Visitor(serving.url, Seen())
            await visitor.join()
            parts = ATTACKS[name](visitor)
            serving.forget_peak()
            before = serving.memory()
            with suppress(Exception):  # it may be closed while we still send
                await write(visitor, *parts)
            async with asyncio.timeout(20):
                while not visitor._ended:
                    await asyncio.sleep(0.01)
            assert visitor._socket is not None
            assert visitor._socket.close_code == 1008
            await visitor.close()
            return serving.memory("VmHWM") - before

    start = len(serving.lines)
    grown = asyncio.run(attack())
    assert grown < KEPT_MB
    until(lambda: serving.said(start))
    (line,) = serving.said(start)
    assert "WARNING explorer: a page's connection is closed: it sent " in line
    assert len(line) < 500


def test_pings_without_end_are_no_way_to_fill_the_memory(serving: Serving, others: Others) -> None:
    async def attack() -> None:
        with nobody_kept_waiting(others):
            visitor = Visitor(serving.url, Seen())
            await visitor.join()
            assert visitor._socket is not None
            with suppress(Exception):
                for _ in range(200):
                    for _ in range(1000):
                        visitor._socket.ping(b"x" * 100)
                    await asyncio.sleep(0)
            async with asyncio.timeout(20):
                while not visitor._ended:
                    await asyncio.sleep(0.01)
            await visitor.close()

    start = len(serving.lines)
    asyncio.run(attack())
    until(lambda: serving.said(start))
    assert len(serving.said(start)) == 1


def test_what_a_visitor_can_make_the_server_keep_is_bounded(serving: Serving, others: Others) -> None:
    """All that may be said, as large as it may be, by one whose browser never becomes ready for the answers."""
    story = "title: x\nstates:\n" + "".join(
        f"- link: '?sample={corpora.FULL}'\n  title: t\n  note: {'n' * 1200}\n" for _ in range(180)
    )

    async def fill() -> float:
        with nobody_kept_waiting(others):
            visitor = Visitor(serving.url, Seen())
            await visitor.open(f"?sample={corpora.FULL}")
            await visitor.select(corpora.BARE)
            await asyncio.sleep(1)
            before = serving.memory()
            for _ in range(6):
                visitor.tell("Presenter", "load", text=story, name="x")
                visitor.tell(
                    "ReviewPanel", "begin", kind="ids", ids=f"{corpora.FULL} " * 90_000, reviewer="x"
                )
                visitor.tell("PinList", "curves", text="ndvi;" * 700)
                visitor.tell("Head", "link", search="?names=" + "x" * 60_000)
                visitor.tell("MapTools", "filter", values={"countries": ["France"] * 300})
                visitor.tell(
                    "MapTools",
                    "area",
                    kind="poly",
                    x=[1.0 * i for i in range(5000)],
                    y=[1.0 * i % 7 for i in range(5000)],
                )
                for i in range(60):
                    visitor.tell("Head", "go", text=(corpora.FULL, corpora.BARE)[i % 2])
                    visitor.tell("ReviewPanel", "save", format="csv")
                    visitor.tell("ReviewPanel", "closing")
                await asyncio.sleep(0.5)
            # Answered after all else that it sent.
            began = time.monotonic()
            visitor.tell("ReviewPanel", "ping")
            await visitor.hear("ReviewPanel", lambda kind, _data: kind == "pong", began, "a pong")
            await asyncio.sleep(1)
            grown = serving.memory() - before
            await visitor.close()
            return grown

    assert asyncio.run(fill()) < KEPT_MB


def test_forty_reviews_begun_at_once_do_not_keep_others_waiting(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, began = draws.queue, []

    def slow(*given: Any) -> Any:
        began.append(time.monotonic())
        time.sleep(1)
        return real(*given)

    monkeypatch.setattr(draws, "queue", slow)
    running = Running(tiny_corpus, create_page(tiny_corpus))

    async def visit() -> float:
        hostile, other = Visitor(running.url, Seen()), Visitor(running.url, Seen())
        await hostile.open(f"?sample={corpora.BARE}")
        await other.open(f"?sample={corpora.BARE}")
        for i in range(40):
            hostile.tell(
                "ReviewPanel", "begin", kind="ids", ids=f"{corpora.FULL} {'x' * (i % 3)}", reviewer=f"r{i}"
            )
        waited = max([await other.select(one) for one in (corpora.FULL, corpora.BROKEN)])
        await hostile.close()
        await other.close()
        return waited

    try:
        assert asyncio.run(visit()) < 6
        assert len(began) < 10  # those that a newer one overtook never ran
    finally:
        running.stop()


def test_who_turns_the_pages_without_end_opens_few_samples_and_the_last_one(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, opened = AnimationView.open, []

    def counted(self: AnimationView, sample_id: str | None, **options: Any) -> None:
        opened.append(sample_id)
        real(self, sample_id, **options)

    monkeypatch.setattr(AnimationView, "open", counted)
    running = Running(tiny_corpus, create_page(tiny_corpus))

    async def turn() -> None:
        visitor = Visitor(running.url, Seen())
        await visitor.open(f"?sample={corpora.BARE}")
        for i in range(201):
            visitor.tell("Head", "go", text=(corpora.BROKEN, corpora.BARE)[i % 2])
        await visitor.select(corpora.FULL)
        await visitor.close()

    began = time.monotonic()
    try:
        asyncio.run(turn())
    finally:
        running.stop()
    assert opened[-1] == corpora.FULL
    assert sum(one is not None for one in opened) < 12 + 3 * (time.monotonic() - began)


# --- any message ----------------------------------------------------------------------------------------------------

_ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, 2**53, 2**64, "", "x" * 300, "\ud800", "\0", "'; --", "../..", "33N_15E-200N_01_09", [], [[]], [None] * 50, {},
    {"type": "map"}, {"type": "map", "entries": [["a"]]}, {"type": "number", "value": "nan"}, {"type": "bytes", "data": "H4sI"}, {"id": "p1"},
    {"type": "ndarray", "array": [1], "dtype": "float64", "shape": [10**9], "order": "little"}, {"type": "object", "name": "Div", "id": "q"},
    {"type": "set", "entries": [1]}, {"type": "slice", "start": 0, "stop": 9, "step": 0}, {"type": "symbol", "name": "x"}, {"type": "value"},
)  # fmt: skip


def _valid(visitor: Visitor, draw: random.Random) -> list[Any]:
    """A message that a page might send, its values at random."""
    from explorer.views.common.components import COMPONENTS

    name = draw.choice(sorted(set(visitor._ids) & set(COMPONENTS)))
    kind = draw.choice(sorted(COMPONENTS[name].incoming_checks))
    fields = COMPONENTS[name].incoming_checks[kind]
    data = {}
    for field, check in fields.items():
        able = [
            one
            for one in (
                0,
                1,
                3.5,
                -7,
                145,
                "true",
                "map",
                "csv",
                "x",
                True,
                [1, 2],
                [[1, 2], [9, 9]],
                corpora.FULL,
                "211",
                [],
                {},
            )
            if check(one)
        ]
        if able and draw.random() < 0.8:
            data[field] = draw.choice(able)
    return patch(told(visitor, name, kind, **data))


def _mutated(value: Any, draw: random.Random) -> Any:
    """The same with one part of it changed."""
    if isinstance(value, dict) and value and draw.random() < 0.8:
        key = draw.choice(list(value))
        turn = draw.random()
        if turn < 0.1:
            return {k: v for k, v in value.items() if k != key}
        if turn < 0.2:
            return value | {draw.choice(("type", "evil", "id", "events", "num_buffers")): draw.choice(_ODD)}
        return value | {key: _mutated(value[key], draw)}
    if isinstance(value, list) and value and draw.random() < 0.8:
        place = draw.randrange(len(value))
        turn = draw.random()
        if turn < 0.1:
            return value[:place] + value[place + 1 :]
        if turn < 0.2:
            return [*value, *value]
        return [*value[:place], _mutated(value[place], draw), *value[place + 1 :]]
    return draw.choice(_ODD)


def test_any_message_leaves_the_others_in_peace(serving: Serving, others: Others) -> None:
    """Valid messages at random, and such with a part changed; `EXPLORER_FUZZ_ROUNDS` and `EXPLORER_FUZZ_SEED` for more."""

    async def visit(draw: random.Random) -> int:
        visitor = Visitor(serving.url, Seen())
        await visitor.open(f"?sample={draw.choice((corpora.FULL, corpora.BARE, corpora.BROKEN))}")
        sent = 0
        with suppress(Exception):
            while not visitor._ended and sent < 150:
                parts = _valid(visitor, draw)
                if draw.random() < 0.03:
                    parts = _mutated(parts, draw)
                await write(visitor, *parts)
                sent += 1
                await asyncio.sleep(0.002)
        await visitor.close()
        return sent

    async def fuzz() -> int:
        with nobody_kept_waiting(others):
            return sum([await visit(random.Random(f"{FUZZ_SEED} {i}")) for i in range(FUZZ_ROUNDS)])

    start, before = len(serving.lines), serving.memory()
    sent = asyncio.run(fuzz())
    assert sent > 10 * FUZZ_ROUNDS
    bad = [
        line
        for line in serving.said(start)
        if "a page's connection is closed" not in line and "slowed down" not in line
    ]
    assert bad == []
    # Closed pages go a little later.
    assert serving.memory() - before < 2 * KEPT_MB + 3 * FUZZ_ROUNDS
