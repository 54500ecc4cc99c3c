"""One hostile visitor, in a process of its own: does one attack at a time for so long, and tells how often and what it was answered.

It is asked on its standard input, a line of JSON each: attack, url, seconds, headers, samples. Its processor time is what
others leave (`nice`): in earnest it would be another machine's.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from bokeh.util.token import generate_jwt_token, generate_session_id
from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from tests import joining
from tests.faults.test_message_checks import ATTACKS as MESSAGES
from tests.faults.test_message_checks import write
from tests.faults.test_tokens import bomb, forged
from tests.visitors import Seen, Visitor

OWN_ADDRESS = "127.0.0.2"
"""Where connections come from that are not a visitor's."""
HALF_SENT = 1_100
LONGEST_S = 15.0
"""How long it waits for one answer."""


class Hostile:
    """Who attacks: whom, until when, and what came of it."""

    def __init__(self, url: str, seconds: float, headers: dict[str, str], samples: list[str]) -> None:
        self.url, self.headers, self.samples = url, headers, samples
        self._until = time.monotonic() + seconds
        self.answers: Counter[str] = Counter()

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self._until

    async def at_once(self, count: int, attempt: Callable[[], Awaitable[str]]) -> None:
        """So many at a time, again and again."""

        async def again() -> None:
            while self.goes_on:
                try:
                    async with asyncio.timeout(LONGEST_S):
                        self.answers[await attempt()] += 1
                except Exception as error:  # noqa: BLE001  told with the others
                    self.answers[type(error).__name__] += 1
                    await asyncio.sleep(0.1)

        await asyncio.gather(*(again() for _ in range(count)))

    async def shake(self, token: str, **headers: str) -> str:
        """The answer to a handshake."""
        named = {name.replace("-", "_"): value for name, value in self.headers.items()} | headers
        return str(await joining.shaken(self.url, token, **named))

    async def get(self, path: str = "/", **options: Any) -> str:
        """The answer to a request."""
        headers = self.headers | options.pop("headers", {})
        client = AsyncHTTPClient(force_instance=True)
        try:
            answer = await client.fetch(
                self.url + path, headers=headers, raise_error=False, follow_redirects=False,
                request_timeout=LONGEST_S, **options,
            )  # fmt: skip
            return str(answer.code)
        finally:
            client.close()

    @asynccontextmanager
    async def page(self, *, joined: bool = False) -> AsyncIterator[Visitor]:
        """A page of its own, with all that it shows, or only just joined."""
        visitor = Visitor(self.url, Seen(), self.headers)
        try:
            await (visitor.join() if joined else visitor.open(f"?sample={self.samples[0]}"))
            yield visitor
        except HTTPClientError as error:
            self.answers[str(error.code)] += 1
            await asyncio.sleep(0.5)
        except Exception as error:  # noqa: BLE001  told with the others
            self.answers[type(error).__name__] += 1
            await asyncio.sleep(0.1)
        finally:
            await visitor.close()

    async def pages(self, attack: Callable[[Visitor], Awaitable[None]]) -> None:
        """One page after the other, as soon as its connection is ended."""
        while self.goes_on:
            async with self.page() as visitor:
                await attack(visitor)
                while self.goes_on and not visitor._ended:
                    await attack(visitor)
                self.answers["closed"] += visitor._ended


async def bad_tokens(hostile: Hostile) -> None:
    """Tokens that nobody was given, among them 30 MB in few kB."""
    tokens = itertools.cycle([*(one for one in forged() if one.isprintable()), bomb(30)])
    await hostile.at_once(8, lambda: hostile.shake(next(tokens)))


async def invented_sessions(hostile: Hostile) -> None:
    """Sessions that no request for a page began."""

    async def attempt() -> str:
        key = os.urandom(16)
        session_id = generate_session_id(secret_key=key, signed=True)
        return await hostile.shake(generate_jwt_token(session_id, secret_key=key, signed=True))

    await hostile.at_once(30, attempt)


async def foreign_host(hostile: Hostile) -> None:
    """Another site's name for this server, with the right token."""
    token = joining.ordered(
        hostile.url, **{name.replace("-", "_"): value for name, value in hostile.headers.items()}
    )
    names = itertools.cycle([False, True])

    async def attempt() -> str:
        if next(names):
            return await hostile.get(headers={"Host": "evil.example"})
        return await hostile.shake(token, Host="evil.example", Origin="http://evil.example")

    await hostile.at_once(8, attempt)


async def bad_messages(hostile: Hostile) -> None:
    """What no page sends."""
    for name in itertools.cycle(MESSAGES):
        if not hostile.goes_on:
            return
        async with hostile.page(joined=True) as visitor:
            parts = MESSAGES[name](visitor)
            with suppress(Exception):  # it may be closed while we still send
                await write(visitor, *parts)
            async with asyncio.timeout(LONGEST_S):
                while not visitor._ended:
                    await asyncio.sleep(0.01)
            hostile.answers["closed"] += 1


async def legal_maxima(hostile: Hostile) -> None:
    """All that may be said, as large as it may be."""
    story = "title: x\nstates:\n" + "".join(
        f"- link: '?sample={hostile.samples[0]}'\n  title: t\n  note: {'n' * 1200}\n" for _ in range(180)
    )
    numbers = itertools.count()

    async def attack(visitor: Visitor) -> None:
        visitor.tell("Presenter", "load", text=story, name="x")
        visitor.tell(
            "ReviewPanel", "begin", kind="ids", ids=f"{hostile.samples[0]} " * 90_000, reviewer="x",
            blind=False, resume="",
        )  # fmt: skip
        visitor.tell("PinList", "curves", text="ndvi;" * 700)
        visitor.tell("Head", "link", search="?names=" + "x" * 60_000)
        line = [1.0 * i for i in range(5000)]
        visitor.tell("MapTools", "area", kind="poly", x=line, y=[value % 7 for value in line])
        for _ in range(20):
            visitor.tell("Head", "go", text=hostile.samples[next(numbers) % len(hostile.samples)])
            visitor.tell("ReviewPanel", "save", format="csv")
            visitor.tell("ReviewPanel", "closing")
        hostile.answers["sent"] += 66
        await asyncio.sleep(0.5)

    await hostile.pages(attack)


async def turning_pages(hostile: Hostile) -> None:
    """Another sample 200 times a second."""
    numbers = itertools.count()

    async def attack(visitor: Visitor) -> None:
        visitor.tell("Head", "go", text=hostile.samples[next(numbers) % len(hostile.samples)])
        hostile.answers["sent"] += 1
        await asyncio.sleep(0.005)

    await hostile.pages(attack)


async def france(hostile: Hostile) -> None:
    """300,000 times the same country as a filter, then as often as may be."""
    while hostile.goes_on:
        async with hostile.page(joined=True) as visitor:
            for _ in range(20):
                visitor.tell("MapTools", "filter", values={"countries": ["France"] * 300})
                visitor.tell("MapTools", "filter", values={"countries": None})
                hostile.answers["sent"] += 2
                await asyncio.sleep(0.05)
            visitor.tell("MapTools", "filter", values={"countries": ["France"] * 300_000})
            async with asyncio.timeout(LONGEST_S):
                while not visitor._ended:
                    await asyncio.sleep(0.01)
            hostile.answers["closed"] += 1


async def begins(hostile: Hostile) -> None:
    """Forty reviews at once, each second."""
    numbers = itertools.count()

    async def attack(visitor: Visitor) -> None:
        for _ in range(40):
            visitor.tell(
                "ReviewPanel", "begin", kind="ids", ids=f"{hostile.samples[0]} x{next(numbers)}", reviewer="r",
                blind=False, resume="",
            )  # fmt: skip
            hostile.answers["sent"] += 1
        await asyncio.sleep(1)

    await hostile.pages(attack)


async def half_sent(hostile: Hostile) -> None:
    """1,100 connections with half a request each; who is sent away comes again a second later."""
    host, port = hostile.url.removeprefix("http://").split(":")

    async def attempt() -> str:
        made = socket.socket()
        made.setblocking(False)
        with made:
            made.bind((OWN_ADDRESS, 0))
            loop = asyncio.get_running_loop()
            await loop.sock_connect(made, (host, int(port)))
            await loop.sock_sendall(made, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            try:
                async with asyncio.timeout(5):
                    await loop.sock_recv(made, 100)
            except TimeoutError:
                return "held for 5 s"
            except ConnectionError:
                pass
        await asyncio.sleep(1)
        return "sent away"

    await hostile.at_once(HALF_SENT, attempt)


async def guesses(hostile: Hostile) -> None:
    """Twelve that guess a password."""
    numbers = itertools.count()

    async def attempt() -> str:
        body = f"name=Reviewer+{next(numbers) % 20}&password=guess{next(numbers)}&next="
        return await hostile.get("/login", method="POST", body=body, headers={"Cookie": ""})

    await hostile.at_once(12, attempt)


async def flood(hostile: Hostile) -> None:
    """Pages that nobody opens, forty requests at once."""
    await hostile.at_once(40, hostile.get)


async def aborted(hostile: Hostile) -> None:
    """Pages that are joined and left at once, twenty at a time."""
    named = {name.replace("-", "_"): value for name, value in hostile.headers.items()}

    async def attempt() -> str:
        client = AsyncHTTPClient(force_instance=True)
        try:
            answer = await client.fetch(f"{hostile.url}/", headers=hostile.headers, raise_error=False)
        finally:
            client.close()
        if answer.code != 200:
            await asyncio.sleep(0.1)
            return str(answer.code)
        return str(await joining.shaken(hostile.url, joining.token(answer.body.decode()), **named))

    await hostile.at_once(20, attempt)


async def pings(hostile: Hostile) -> None:
    """Pings as fast as they go."""
    while hostile.goes_on:
        async with hostile.page(joined=True) as visitor:
            assert visitor._socket is not None
            while hostile.goes_on and not visitor._ended:
                for _ in range(1000):
                    visitor._socket.ping(b"x" * 100)
                hostile.answers["sent"] += 1000
                await asyncio.sleep(0.01)
            hostile.answers["closed"] += 1


ATTACKS: dict[str, Callable[[Hostile], Awaitable[None]]] = {
    "bad tokens": bad_tokens,
    "invented sessions": invented_sessions,
    "foreign Host and Origin": foreign_host,
    "bad messages": bad_messages,
    "legal maxima": legal_maxima,
    "turning pages without end": turning_pages,
    "300,000 times France": france,
    "40 reviews begun, each second": begins,
    "1,100 half-sent requests": half_sent,
    "guessing passwords": guesses,
    "flood of GET /": flood,
    "pages joined and left at once": aborted,
    "pings without end": pings,
}


def main() -> None:
    """Answer the lines on standard input until they end."""
    os.nice(19)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # of what is sent to connections that are closed
    print("{}", flush=True)  # noqa: T201  it is ready
    for line in sys.stdin:
        asked = json.loads(line)
        attack = ATTACKS[asked.pop("attack")]
        hostile = Hostile(**asked)
        began = time.monotonic()
        try:
            asyncio.run(asyncio.wait_for(attack(hostile), asked["seconds"] + LONGEST_S))
        except Exception as error:  # noqa: BLE001  told with the others
            hostile.answers[f"{type(error).__name__}: {error}"] += 1
        told = {"answers": hostile.answers, "seconds": time.monotonic() - began}
        print(json.dumps(told), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
