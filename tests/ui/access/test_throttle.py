"""How many wrong tokens one address may send, and all addresses together."""

from __future__ import annotations

from onthedot.ui.access.throttle import WrongTokens


def test_an_address_has_ten_and_then_one_every_six_seconds() -> None:
    wrong = WrongTokens()
    assert [wrong.count("192.0.2.1", 100.0) for _ in range(12)] == [0] * 10 + [6.0, 6.0]
    assert wrong.count("192.0.2.1", 103.0) == 3.0
    assert wrong.count("192.0.2.1", 106.0) == 0
    assert wrong.count("192.0.2.1", 106.0) == 6.0
    assert wrong.count("192.0.2.2", 106.0) == 0, "another address has its own"


def test_all_addresses_together_have_a_hundred() -> None:
    wrong = WrongTokens()
    waits = [wrong.count(f"192.0.2.{n}", 1.0) for n in range(101)]
    assert waits[:100] == [0] * 100
    assert round(waits[100], 3) == 0.6


def test_the_addresses_of_one_network_are_one() -> None:
    wrong = WrongTokens()
    waits = [wrong.count(f"2001:db8::{n:x}", 1.0) for n in range(11)]
    assert waits[:10] == [0] * 10
    assert waits[10]
    assert wrong.count("2001:db8:0:1::", 1.0) == 0


def test_many_addresses_take_no_memory_without_end() -> None:
    wrong = WrongTokens()
    for n in range(20_000):
        wrong.count(f"10.{n // 65536}.{n // 256 % 256}.{n % 256}", float(n))
    assert len(wrong._by_address) <= 10_000
