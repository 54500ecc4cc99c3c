"""Twenty people at work while one hostile visitor does one attack after the other: what the people notice of it.

Run by `make bench`, or alone: python -m tests.bench.bench_hostile
People are sessions over the real websocket (`tests/visitors.py`), each logged in; the hostile visitor (`tests/hostile.py`) has a
login, an address and a process of its own, which yields to all others. The baseline of the same run is the same people
while nobody attacks, before the first attack and after the last. `EXPLORER_BENCH_ATTACK=seconds` for longer attacks;
`EXPLORER_BENCH_ATTACKS=word,word` for those whose names hold a word.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import open_corpus
from tests import hostile, visitors
from tests.bench import forms
from tests.bench.bench_session import Table, _process, _rss
from tests.browser.conftest import Server
from tests.conftest import REPOSITORY
from tests.unit.test_auth import Browser
from tests.visitors import Seen

PEOPLE, SAMPLES = forms.sized((20, 12), (3, 2))
PACE = forms.sized(1.0, 0.2)
ARRIVAL_S, QUIET_S, ATTACK_S, REST_S = forms.sized((30.0, 40.0, 20.0, 8.0), (1.0, 2.0, 2.0, 0.5))
ATTACK_S = float(os.environ.get("EXPLORER_BENCH_ATTACK", ATTACK_S))
LIMIT_MS = 1200.0
WORD = "a long enough password"
ADDRESS = "203.0.113.9"
"""The hostile visitor's, as the trusted proxy tells it."""
SHORT_FORM = ("bad tokens", "flood of GET /")


@dataclass
class Phase:
    """What happened while one attack lasted."""

    seen: Seen = field(default_factory=Seen)
    answers: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    alive: bool = True
    memory: float = 0.0
    """Of the server at its end, MB."""

    @property
    def held(self) -> bool:
        """Whether the server lives, no other page was lost, and nothing went wrong in it."""
        return self.alive and not self.seen.problems and not self.errors

    def first_frames(self) -> np.ndarray:
        """Milliseconds from click to first frame."""
        return 1000 * np.array(self.seen.first_frame)


class Attacker:
    """The hostile visitor's process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile"],
            cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ready(self) -> None:
        """Wait until it can begin."""
        self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the hostile visitor's own process has ended"
        return dict(json.loads(line))

    def attack(self, **asked: Any) -> dict[str, Any]:
        """Do one attack; takes as long as that lasts."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)


@contextmanager
def _attacker() -> Iterator[Attacker]:
    found = Attacker()
    try:
        yield found
    finally:
        found.stop()


def _logged_in(url: str, name: str, **headers: str) -> dict[str, str]:
    browser = Browser(url)
    browser.login(name, WORD, **headers)
    assert browser.cookie, f"{name} could not log in"
    return {"Cookie": browser.cookie} | headers


def _attacks() -> list[str]:
    words = [word for word in os.environ.get("EXPLORER_BENCH_ATTACKS", "").split(",") if word]
    chosen = [name for name in hostile.ATTACKS if any(word in name for word in words)]
    return chosen or list(forms.sized(tuple(hostile.ATTACKS), SHORT_FORM))


class Siege:
    """The people's stay, and the attacks during it."""

    def __init__(self, server: Server, samples: list[str], attacker: Attacker) -> None:
        self.server, self._samples, self._attacker = server, samples, attacker
        self.coming, self.quiet, self.between = Phase(), Phase(), Phase()
        self.attacks: dict[str, Phase] = {}
        self._now = self.coming
        self._over = False

    async def run(self) -> None:
        """All of it."""
        names = [f"Reviewer {number}" for number in range(PEOPLE)]
        people = [await asyncio.to_thread(_logged_in, self.server.url, name) for name in names]
        foe = await asyncio.to_thread(_logged_in, self.server.url, "Foe", **{"X-Forwarded-For": ADDRESS})
        stays = (
            visitors.stay(
                self.server.url, self.coming.seen, self._samples, lambda: self._over, number, pace=PACE,
                wait=ARRIVAL_S * number / PEOPLE, now=lambda: self._now.seen, headers=headers,
            )
            for number, headers in enumerate(people)
        )  # fmt: skip
        await asyncio.gather(self._besiege(foe), *stays)

    async def _besiege(self, foe: dict[str, str]) -> None:
        try:
            while len(self.coming.seen.opened) + len(self.coming.seen.problems) < PEOPLE:
                await asyncio.sleep(0.1)
            await self._rest()
            await self._stay_in(self.quiet, QUIET_S)
            for name in _attacks():
                phase = self.attacks[name] = Phase()
                await self._stay_in(phase, 0.0)
                start = len(self.server.lines)
                told = await asyncio.to_thread(
                    self._attacker.attack, attack=name, url=self.server.url, seconds=ATTACK_S, headers=foe,
                    samples=self._samples,
                )  # fmt: skip
                phase.answers = told["answers"]
                await self._rest()
                phase.errors = [line for line in self.server.lines[start:] if " ERROR " in line]
                phase.alive = await asyncio.to_thread(self._is_alive)
                phase.memory = _rss(_process(self.server))
            await self._stay_in(self.quiet, QUIET_S)
        finally:
            self._over = True

    async def _stay_in(self, phase: Phase, seconds: float) -> None:
        self._now = phase
        await asyncio.sleep(seconds)

    async def _rest(self) -> None:
        """Turns that were begun end, and what an attack has left is of no later one."""
        await self._stay_in(self.between, REST_S)

    def _is_alive(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.server.url}/health", timeout=20) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _report(siege: Siege) -> None:
    table = Table()
    plain = siege.quiet.first_frames()
    baseline = float(np.percentile(plain, 95))
    table.add(f"nobody attacks: click to first frame: median of {len(plain)}", float(np.median(plain)), "ms")
    table.add("nobody attacks: 95th percentile", baseline, "ms", most=LIMIT_MS)
    lines = [
        "| Attack | How often | Answered | Held | Clicks | Median, ms | 95th percentile, ms | Memory, MB |",
        "| --- | ---: | --- | --- | ---: | ---: | ---: | ---: |",
        f"| none | | | | {len(plain)} | {np.median(plain):.0f} | {baseline:.0f} | |",
    ]
    for name, phase in siege.attacks.items():
        times = phase.first_frames()
        assert times.size, f"{name}: nobody saw a frame; {phase.seen.problems[:3]}"
        high = float(np.percentile(times, 95))
        table.add(f"{name}: 95th percentile", high, "ms", most=LIMIT_MS, baseline=baseline)
        forms.limit(f"{name}: 95th percentile of click to first frame, ms", high, most=LIMIT_MS)
        told = ", ".join(f"{what} {count:,}" for what, count in sorted(phase.answers.items()) if count)
        lines.append(
            f"| {name} | {sum(phase.answers.values()):,} | {told} | {'yes' if phase.held else 'no'} | {times.size} "
            f"| {np.median(times):.0f} | {high:.0f} | {phase.memory:.0f} |"
        )
    table.show()
    print("\n" + "\n".join(lines))  # noqa: T201  a benchmark prints


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_twenty_people_and_a_hostile_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.demo import write

    root = tmp_path / "corpus"
    write(root, samples=SAMPLES, seed=0)
    corpus = open_corpus(root)
    samples = list(corpus.samples.index)
    corpus.close()
    monkeypatch.setenv("EXPLORER_LOGIN_PASSWORD", WORD)
    monkeypatch.setenv("EXPLORER_TRUSTED_PROXIES", "127.0.0.1")
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "data"))
    with _attacker() as attacker:
        server = Server(root, tmp_path / "cache")
        try:
            attacker.ready()
            siege = Siege(server, samples, attacker)
            began = time.monotonic()
            asyncio.run(siege.run())
            print(f"\n{len(siege.attacks)} attacks in {time.monotonic() - began:.0f} s")  # noqa: T201
            _report(siege)
        finally:
            server.stop()
    phases = {"coming": siege.coming, "quiet": siege.quiet, "between": siege.between, **siege.attacks}
    lost = [f"{name}: {what}" for name, phase in phases.items() for what in phase.seen.problems]
    errors = [f"{name}: {line}" for name, phase in phases.items() for line in phase.errors]
    unwell = [name for name, phase in siege.attacks.items() if not phase.alive]
    for line in [*lost, *errors, *unwell][:60]:
        print(line)  # noqa: T201
    lags = [
        line for line in server.lines if "event=lag" in line or "is held" in line or "stands still" in line
    ]
    print("\n".join(lags[:30]))  # noqa: T201
    assert not lost, "a page of others was lost"
    assert not errors, "something went wrong in the server"
    assert not unwell, "the server was not well after an attack"


def main() -> None:
    """The one table."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
