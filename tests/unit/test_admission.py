"""Who finds room for a page, whose address counts, and that places are freed."""

from __future__ import annotations

import random

import pytest

from explorer.core.errors import NoRoomError, ServeError
from explorer.server.admission import Admission, Proxies, whose


def test_a_page_is_counted_once_from_its_order_to_its_end() -> None:
    admission = Admission(10, 2)
    admission.order("a", "10.0.0.1")
    admission.made("a")
    assert admission.of("10.0.0.1") == 1
    admission.join("a", "10.0.0.1")
    assert admission.of("10.0.0.1") == 1
    admission.leave("a", "10.0.0.1")
    assert (admission.of("10.0.0.1"), len(admission)) == (0, 1)  # in memory for a while
    admission.gone("a")
    assert len(admission) == 0


def test_an_ordered_page_that_nobody_joins_holds_its_place_until_it_is_thrown_away() -> None:
    admission = Admission(10, 1)
    admission.order("a", "10.0.0.1")
    with pytest.raises(NoRoomError, match="1 pages are open from your network"):
        admission.order("b", "10.0.0.1")
    admission.order("c", "10.0.0.2")
    admission.gone("a")
    admission.order("b", "10.0.0.1")


def test_a_page_of_another_process_is_counted_where_it_is_joined() -> None:
    admission = Admission(1, 1)
    admission.join("a", "10.0.0.1")
    for ask in (admission.ask, lambda address: admission.join("b", address)):
        with pytest.raises(NoRoomError):
            ask("10.0.0.2")
    admission.leave("a", "10.0.0.1")  # before it was made
    assert len(admission) == 0
    admission.join("b", "10.0.0.2")
    admission.made("b")
    admission.leave("b", "10.0.0.2")
    with pytest.raises(NoRoomError, match="as many as this server can keep"):
        admission.ask("10.0.0.2")


def test_who_joins_a_page_of_another_address_has_his_own_limit() -> None:
    admission = Admission(10, 1)
    admission.order("a", "10.0.0.1")
    admission.join("x", "10.0.0.2")
    with pytest.raises(NoRoomError):
        admission.join("a", "10.0.0.2")


def test_nothing_is_left_whatever_comes_in_whatever_order() -> None:
    draw = random.Random(3)
    admission = Admission(20, 6)
    connections: list[tuple[str, str]] = []
    ids: set[str] = set()
    for turn in range(5000):
        name, address = f"s{draw.randrange(40)}", f"10.0.0.{draw.randrange(6)}"
        match draw.randrange(5):
            case 0:
                try:
                    admission.order(f"n{turn}", address)
                    ids.add(f"n{turn}")
                except NoRoomError:
                    pass
            case 1:
                try:
                    admission.join(name, address)
                    connections.append((name, address))
                    ids.add(name)
                except NoRoomError:
                    pass
            case 2 if connections:
                admission.leave(*connections.pop(draw.randrange(len(connections))))
            case 3:
                admission.made(draw.choice(sorted(ids)) if ids else "x")
            case 4 if ids:
                admission.gone(draw.choice(sorted(ids)))
        assert all(0 <= admission.of(f"10.0.0.{n}") <= 6 for n in range(6))
    for one in connections:
        admission.leave(*one)
    for one in [*ids, "x"]:
        admission.gone(one)
    assert len(admission) == 0
    assert sum(admission.of(f"10.0.0.{n}") for n in range(6)) == 0
    assert admission._of == {}


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_addresses_of_one_network_of_ipv6_are_one_visitor(address: str, same: str) -> None:
    assert whose(address) == whose(same)
    assert whose(address) != whose("2001:db8:9::1")
    assert whose("10.0.0.1") != whose("10.0.0.2")
    assert len(whose("x" * 1000)) <= 60


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "visitor"),
    [
        ("", "127.0.0.1", ["10.0.0.1"], "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", ["10.0.0.1"], "10.0.0.1"),
        ("127.0.0.1", "127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", "10.0.0.9", ["10.0.0.1"], "10.0.0.9"),
        ("127.0.0.1, 10.0.0.0/24", "127.0.0.1", ["6.6.6.6, 7.7.7.7, 10.0.0.3"], "7.7.7.7"),
        ("127.0.0.1", "127.0.0.1", ["6.6.6.6", "7.7.7.7"], "7.7.7.7"),
        ("127.0.0.1", "127.0.0.1", ["6.6.6.6, nonsense"], "127.0.0.1"),
        ("::1", "::1", ["2001:db8::5"], "2001:db8::5"),
        ("10.0.0.0/8", "::ffff:10.0.0.1", ["8.8.8.8"], "8.8.8.8"),
        ("127.0.0.1", None, ["8.8.8.8"], ""),
    ],
)
def test_only_a_trusted_proxy_says_who_asks(
    trusted: str, peer: str | None, forwarded: list[str], visitor: str
) -> None:
    assert Proxies(trusted).visitor(peer, forwarded) == visitor


def test_what_is_no_address_of_a_proxy_is_named() -> None:
    with pytest.raises(ServeError, match="EXPLORER_TRUSTED_PROXIES has 'nginx'"):
        Proxies("127.0.0.1, nginx")
