"""How long one has to wait after wrong passwords, and who has not."""

from __future__ import annotations

import pytest

from explorer.server import login_backoff
from explorer.server.login_backoff import Guesses


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def wrong(kept: Guesses, name: str, address: str, times: int) -> None:
    for _ in range(times):
        kept.begin(name, address)


def test_pauses_double_and_end(clock: Clock) -> None:
    kept = Guesses(clock)
    wrong(kept, "ada", "a", login_backoff.BOTH.free)
    pauses = []
    for _ in range(12):
        pauses.append(kept.pause("ada", "a"))
        clock.now += pauses[-1]
        kept.begin("ada", "a")
    assert pauses == [0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert kept.pause("bob", "a") == 0
    clock.now += login_backoff.FORGOTTEN_S + 1
    kept.begin("ada", "a")
    assert kept.pause("ada", "a") == 0


def test_a_name_that_many_addresses_guess_is_slowed_for_strangers_alone(clock: Clock) -> None:
    kept = Guesses(clock)
    kept.begin("ada", "home")
    kept.right("ada", "home")
    for number in range(60):
        kept.begin("ada", f"robot {number}")
    assert 0 < kept.pause("ada", "another robot") <= login_backoff.NAME.longest
    assert kept.pause("ada", "home") == 0
    assert kept.pause("bob", "another robot") == 0


def test_an_address_that_guesses_many_names_is_slowed(clock: Clock) -> None:
    kept = Guesses(clock)
    kept.begin("ada", "school")
    kept.right("ada", "school")
    for number in range(login_backoff.ADDRESS.free + 3):
        kept.begin(f"name {number}", "school")
    assert 0 < kept.pause_of("bob", "school") <= login_backoff.ADDRESS.longest
    assert kept.pause_of("ada", "school") == 0
    assert kept.pause_of("bob", "home") == 0


def test_right_ones_count_for_nothing(clock: Clock) -> None:
    kept = Guesses(clock)
    for number in range(1000):
        kept.begin(f"pupil {number % 30}", "school")
        kept.right(f"pupil {number % 30}", "school")
    assert kept.pause("pupil 1", "school") == kept.pause_of("new", "school") == 0


def test_what_is_remembered_is_bounded(clock: Clock) -> None:
    kept = Guesses(clock)
    for number in range(2 * login_backoff.MOST_KEPT):
        kept.begin(f"{number}", f"{number}")
        if number % 2:
            kept.right(f"{number}", f"{number}")
    assert len(kept) <= 2 * login_backoff.MOST_KEPT
