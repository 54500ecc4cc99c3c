"""Visitors without a browser: sessions over the real websocket, with the messages that the page's own scripts send."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

PATIENCE_S = 120.0
"""How long a visitor waits for one thing."""
PATIENCE_ALL_S = 240.0
"""How much longer than was meant a stay may take; below pytest's own limit, which ends the run without a word of why."""


@dataclass
class Seen:
    """What all visitors saw together: seconds by kind of wait, and what went wrong."""

    opened: list[float] = field(default_factory=list)
    first_frame: list[float] = field(default_factory=list)
    all_frames: list[float] = field(default_factory=list)
    profile: list[float] = field(default_factory=list)
    verdict: list[float] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Ids of the verdicts that were acknowledged."""
    problems: list[str] = field(default_factory=list)


def plain(value: Any) -> Any:
    """Bokeh's encoded values as JSON has them; binary parts stay references."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "map":
        return {key: plain(one) for key, one in value.get("entries", [])}
    return value


def encoded(value: Any) -> Any:
    """JSON as Bokeh's protocol wants it."""
    if isinstance(value, dict):
        return {"type": "map", "entries": [[key, encoded(one)] for key, one in value.items()]}
    if isinstance(value, list):
        return [encoded(one) for one in value]
    return value


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") == "object" and "id" in value:
            yield value
        for one in value.values():
            yield from _objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)


def elsewhere(number: int) -> dict[str, str]:
    """Headers of a visitor with an address of their own, for a server that trusts 127.0.0.1 as its proxy."""
    return {"X-Forwarded-For": f"198.18.{number // 250 % 250}.{number % 250 + 1}"}


def _shows(kind: str, data: dict[str, Any]) -> bool:
    return kind == "frames" or (kind == "status" and bool(data.get("settled")))


class Visitor:
    """One session. `said` has what each component was told, newest last, with the time it came."""

    def __init__(self, url: str, seen: Seen, headers: Mapping[str, str] | None = None) -> None:
        self.url, self.seen = url.rstrip("/"), seen
        self._headers = dict(headers or {})
        self.said: list[tuple[float, str, dict[str, Any]]] = []
        self._ids: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._socket: WebSocketClientConnection | None = None
        self._came = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None
        self._ended = False
        self.waits_for = "nothing"

    @asynccontextmanager
    async def _waiting(self, what: str) -> AsyncIterator[None]:
        """A wait that ends, with an error that says for what it was and what came instead."""
        self.waits_for = what
        try:
            async with asyncio.timeout(PATIENCE_S):
                yield
        except TimeoutError:
            raise TimeoutError(f"waited {PATIENCE_S:.0f} s for {what}; {self.heard}") from None
        self.waits_for = "nothing"

    @property
    def heard(self) -> str:
        """What came last, in a few words."""
        last = [f"{name} {data.get('type')}" for _, name, data in self.said[-4:]]
        return f"heard last: {', '.join(last) or 'nothing'}"

    async def open(self, query: str = "") -> None:
        """The page, until all of its first sample's frames are here."""
        began = time.monotonic()
        await self.join(query)
        ready = {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}}
        self._send(
            "PATCH-DOC", {"events": [{"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": ready}]}
        )
        for name in self._ids:
            self.tell(name, "ready")
        await self.hear(
            "Player", lambda kind, data: kind == "status" and bool(data.get("settled")), what="all frames"
        )
        self.seen.opened.append(time.monotonic() - began)

    async def join(self, query: str = "") -> None:
        """The HTML, the first picture, the session and its document, as a browser asks for them."""
        client = AsyncHTTPClient(force_instance=True)
        try:
            asked = {"headers": self._headers, "request_timeout": PATIENCE_S}
            page = (await client.fetch(f"{self.url}/{query}", **asked)).body.decode()
            found = re.search(r'id="first">(.*?)</script>', page)
            assert found, "the page names no session"
            first = json.loads(found[1])
            await client.fetch(f"{self.url}/{first['picture']}", **asked)
        finally:
            client.close()
        request = HTTPRequest(
            f"ws{self.url.removeprefix('http')}/ws",
            headers={"Origin": self.url} | self._headers, connect_timeout=PATIENCE_S, request_timeout=PATIENCE_S,
        )  # fmt: skip
        self._socket = await websocket_connect(
            request, subprotocols=["bokeh", first["token"]], max_message_size=1 << 28
        )
        async with self._waiting("the session"):
            assert await self._message() is not None, "the server closed the connection"  # ACK
        self._send("PULL-DOC-REQ", {})
        async with self._waiting("the document"):
            while (message := await self._message()) is not None and message[0] != "PULL-DOC-REPLY":
                pass
        assert message, "no document came"
        for model in _objects(message[1]["doc"]):
            name = plain(model.get("attributes", {})).get("class_name")
            if isinstance(name, str):
                self._ids[name], self._names[model["id"]] = model["id"], name
        self._reader = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Leave, as a closed tab does."""
        if self._socket is not None:
            self._socket.close()
        if self._reader is not None:
            await asyncio.wait([self._reader], timeout=5)
            self._reader.cancel()
            await asyncio.wait([self._reader], timeout=5)

    def tell(self, component: str, kind: str, /, **content: Any) -> None:
        """A message of one of the page's components."""
        values = {"model": None, "data": {"type": kind, **content}}
        entries = [[key, encoded(value)] for key, value in values.items()]
        entries[0][1] = {"id": self._ids[component]}
        event = {"type": "event", "name": "data_event", "values": {"type": "map", "entries": entries}}
        self._send(
            "PATCH-DOC", {"events": [{"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}]}
        )

    async def hear(
        self,
        component: str,
        wanted: Callable[[str, dict[str, Any]], bool],
        after: float = 0.0,
        what: str = "an answer",
    ) -> tuple[float, dict[str, Any]]:
        """Wait until a component is told something; when that was, and what. Ends with the connection."""
        async with self._waiting(f"{what} ({component})"), self._came:
            while True:
                for when, name, data in reversed(self.said):
                    if when <= after:
                        break
                    if name == component and wanted(str(data.get("type")), data):
                        return when, data
                if self._ended:
                    raise ConnectionError(f"the connection ended before {what} ({component}) came")
                await self._came.wait()

    async def select(self, sample_id: str) -> float:
        """Choose a sample; seconds until all its frames are here."""
        began = time.monotonic()
        self.tell("Head", "go", text=sample_id)
        opened, data = await self.hear(
            "Player",
            lambda kind, data: kind == "open" and data.get("sample") == sample_id,
            began,
            f"{sample_id} to open",
        )
        ticket = data["ticket"]
        # A sample that has no picture on any date is settled without one.
        when, first = await self.hear(
            "Player",
            lambda kind, data: data.get("ticket") == ticket and _shows(kind, data),
            opened - 1e-6,
            "the first frame",
        )
        if first["type"] == "frames":
            self.seen.first_frame.append(when - began)
        when, _ = await self.hear(
            "Player",
            lambda kind, data: (
                kind == "status" and data.get("ticket") == ticket and bool(data.get("settled"))
            ),
            began,
            "all frames",
        )
        self.seen.all_frames.append(when - began)
        return when - began

    async def play(self, seconds: float) -> None:
        """The browser plays by itself; the server hears of the date ten times a second."""
        ticket = next(
            data["ticket"] for _, name, data in reversed(self.said) if name == "Player" and "ticket" in data
        )
        for index in range(int(10 * seconds)):
            self.tell("Player", "date", ticket=ticket, index=index % 146, settled=False)
            await asyncio.sleep(0.1)

    async def pin(self, row: int, col: int) -> None:
        """Click on a pixel and wait for its curves."""
        began = time.monotonic()
        self.tell("Player", "pixel_clicked", row=row, col=col, add=False)
        when, _ = await self.hear("ProfileCharts", lambda kind, data: True, began, "a profile")
        self.seen.profile.append(when - began)

    async def filter(self, **values: Any) -> None:
        """Set a filter of the map and wait until it shows."""
        began = time.monotonic()
        self.tell("MapTools", "filter", values=values)
        await self.hear("Legend", lambda kind, data: True, began, "the map's counts")

    async def review(self, reviewer: str, sample_id: str) -> None:
        """Begin a review of one sample and give a verdict."""
        self.tell("Head", "review")
        began = time.monotonic()
        self.tell(
            "ReviewPanel", "begin", kind="ids", ids=sample_id, reviewer=reviewer, blind=False, resume=""
        )
        await self.hear(
            "ReviewPanel",
            lambda kind, data: (data.get("id") or data.get("sample")) == sample_id or kind == "trouble",
            began,
            f"{sample_id} to review",
        )
        began, verdict_id = time.monotonic(), str(uuid.uuid4())
        self.tell(
            "ReviewPanel",
            "verdict",
            id=verdict_id,
            sample=sample_id,
            judgement="correct",
            confidence=4,
            comment="",
            adjustments=[],
        )
        when, data = await self.hear(
            "ReviewPanel", lambda kind, data: kind in ("saved", "trouble"), began, "the verdict to be kept"
        )
        if data["type"] == "saved":
            self.seen.verdict.append(when - began)
            self.seen.kept.append(data["id"])
        else:
            self.seen.problems.append(f"verdict: {data['text']}")
        self.tell("ReviewPanel", "close")

    def _send(self, kind: str, content: Any) -> None:
        assert self._socket is not None
        for part in ({"msgid": uuid.uuid4().hex, "msgtype": kind}, {}, content):
            self._socket.write_message(json.dumps(part))

    async def _message(self) -> tuple[str, Any] | None:
        """The next message's kind and content, its binary parts read and dropped; None at the end."""
        assert self._socket is not None
        texts: list[Any] = []
        while len(texts) < 3:
            text = await self._socket.read_message()
            if text is None:  # the end is said once: who asks again waits for ever
                return None
            texts.append(text)
        header = json.loads(texts[0])
        for _ in range(2 * int(header.get("num_buffers", 0))):
            if await self._socket.read_message() is None:
                return None
        return str(header["msgtype"]), json.loads(texts[2])

    async def _listen(self) -> None:
        """Note what comes until the connection ends; who waits is told of both."""
        try:
            await self._note()
        except Exception as error:  # noqa: BLE001  nobody would hear of it
            self.seen.problems.append(f"what came was not understood: {type(error).__name__}: {error}")
        self._ended = True
        await self._wake()

    async def _note(self) -> None:
        while (message := await self._message()) is not None:
            kind, content = message
            if kind == "ERROR":
                self.seen.problems.append("the server answered with an error")
            now = time.monotonic()
            for event in content.get("events", []) if isinstance(content, dict) else []:
                if event.get("kind") != "MessageSent":
                    continue
                values = plain(event["msg_data"].get("values", {}))
                name = self._names.get((values.get("model") or {}).get("id", ""))
                if name is not None and isinstance(values.get("data"), dict):
                    self.said.append((now, name, values["data"]))
            del self.said[:-400]
            await self._wake()

    async def _wake(self) -> None:
        async with self._came:
            self._came.notify_all()


async def stay(
    url: str,
    seen: Seen,
    samples: list[str],
    over: Callable[[], bool],
    seed: int,
    *,
    pace: float = 1.0,
    reviews: bool = True,
    rounds: int = 0,
    wait: float | None = None,
    now: Callable[[], Seen] | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """One visitor's stay: select, play, click, filter, review, with pauses, so often at least and until it is `over`.

    They come after `wait` seconds. `now` is asked before each turn where what they see is to be written down. `headers` are of all
    their requests, as a login's cookie; without, an address of their own.
    """
    draw = random.Random(seed)
    visitor = Visitor(url, seen, elsewhere(seed) if headers is None else headers)
    try:
        await asyncio.sleep(draw.random() * 3 * pace if wait is None else wait)
        last = draw.choice(samples)  # chosen again, it would change nothing, and nothing would be said
        await visitor.open(f"?sample={last}")
        done = 0
        while done < rounds or not over():
            done += 1
            visitor.seen = visitor.seen if now is None else now()
            last = draw.choice([one for one in samples if one != last])
            await visitor.select(last)
            await visitor.play(1.5 * pace)
            for _ in range(2):
                await visitor.pin(draw.randrange(200), draw.randrange(200))
                await asyncio.sleep(draw.random() * 2 * pace)
            turn = draw.random()
            if turn < 0.3:
                await visitor.filter(purity=[draw.random() / 2, 1.0])
                await visitor.filter(purity=None)
            elif turn < 0.5 and reviews:
                await visitor.review(f"Reviewer {seed}", last)
            await asyncio.sleep(draw.random() * 3 * pace)
    except Exception as error:  # noqa: BLE001  whatever ends a visit is what is looked for
        visitor.seen.problems.append(f"visitor {seed}: {type(error).__name__}: {error}")
    except asyncio.CancelledError:
        visitor.seen.problems.append(
            f"visitor {seed}: was told to go, waiting for {visitor.waits_for}; {visitor.heard}"
        )
        raise
    finally:
        await visitor.close()


def many(
    url: str,
    samples: list[str],
    count: int,
    seconds: float,
    *,
    pace: float = 1.0,
    reviews: bool = True,
    first: int = 0,
    rounds: int = 0,
) -> Seen:
    """That many visitors at once, for so long, or that many rounds if those take longer; what they saw."""
    seen = Seen()
    until = time.monotonic() + seconds
    stays = (
        stay(
            url, seen, samples, lambda: time.monotonic() >= until, first + i,
            pace=pace, reviews=reviews, rounds=rounds,
        )
        for i in range(count)
    )  # fmt: skip
    asyncio.run(_all(stays, seconds + PATIENCE_ALL_S))
    return seen


async def _all(stays: Iterable[Coroutine[Any, Any, None]], seconds: float) -> None:
    """All stays at once; who is still there after so long has to go, and what it waited for is a problem."""
    tasks = [asyncio.create_task(one) for one in stays]
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def arriving(
    url: str, samples: list[str], count: int, within: float, seconds: float, all_in: Callable[[], None],
    pace: float = 1.0,
) -> tuple[Seen, Seen]:  # fmt: skip
    """That many visitors who come within so many seconds; once all are in, they stay for `seconds`.

    What they saw until the last one's page was open, and after that; `all_in` is called between (in a thread).
    """
    coming, staying = Seen(), Seen()
    end: list[float] = []

    def now() -> Seen:
        return staying if end else coming

    async def wait_for_all() -> None:
        while len(coming.opened) + len(coming.problems) < count:
            await asyncio.sleep(0.1)
        await asyncio.to_thread(all_in)
        end.append(time.monotonic() + seconds)

    async def run() -> None:
        def over() -> bool:
            return bool(end) and time.monotonic() >= end[0]

        stays = (
            stay(url, coming, samples, over, i, pace=pace, wait=within * i / count, now=now)
            for i in range(count)
        )
        await asyncio.gather(wait_for_all(), *stays)

    asyncio.run(run())
    return coming, staying


def reviewing(url: str, samples: list[str], count: int) -> Seen:
    """That many visitors at once, each of whom reviews each sample; what they saw."""
    seen = Seen()

    async def one(number: int) -> None:
        visitor = Visitor(url, seen)
        try:
            await visitor.open(f"?sample={samples[0]}")
            for sample_id in samples:
                await visitor.review(f"Reviewer {number}", sample_id)
        except Exception as error:  # noqa: BLE001  whatever ends a visit is what is looked for
            seen.problems.append(f"visitor {number}: {type(error).__name__}: {error}")
        except asyncio.CancelledError:
            seen.problems.append(f"visitor {number}: was told to go, waiting for {visitor.waits_for}")
            raise
        finally:
            await visitor.close()

    asyncio.run(_all((one(number) for number in range(count)), PATIENCE_ALL_S))
    return seen
