"""How many wrong tokens are looked at in detail: so many for an address, and so many for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

#: How many in a row one address may send, and after how many seconds it may send one more.
_BURST, _SECONDS_EACH = 10, 6.0
#: The same for all addresses together.
_BURST_OF_ALL, _SECONDS_EACH_OF_ALL = 100, 0.6
#: How many addresses are remembered; beyond that only the limit for all holds.
_MOST_ADDRESSES = 10_000


@dataclass
class _Allowance:
    """So many at once, then one every `seconds_each`."""

    burst: int
    seconds_each: float
    used_up_until: float = 0.0

    def wait(self, at: float) -> float:
        """Seconds until the next one is allowed; 0 where it is allowed now."""
        wait = self.used_up_until - at - (self.burst - 1) * self.seconds_each
        return max(0.0, round(wait, 6))

    def spend(self, at: float) -> None:
        self.used_up_until = max(self.used_up_until, at) + self.seconds_each


@dataclass
class WrongTokens:
    """Counts the wrong tokens that came to the page. Holds nothing for an address that is idle."""

    _all: _Allowance = field(
        default_factory=lambda: _Allowance(_BURST_OF_ALL, _SECONDS_EACH_OF_ALL)
    )
    _by_address: dict[str, _Allowance] = field(default_factory=dict)

    def count(self, address: str, at: float) -> float:
        """Note a wrong token.

        Args:
            at: Seconds on a clock that never goes back.

        Returns:
            Seconds that the sender has to wait; 0 where it is within the limits.
        """
        key = _network(address)
        own = self._by_address.get(key)
        if own is None:
            if len(self._by_address) >= _MOST_ADDRESSES:
                self._forget_idle(at)
            own = _Allowance(_BURST, _SECONDS_EACH)
            if len(self._by_address) < _MOST_ADDRESSES:
                self._by_address[key] = own
        wait = max(own.wait(at), self._all.wait(at))
        if not wait:
            own.spend(at)
            self._all.spend(at)
        return wait

    def _forget_idle(self, at: float) -> None:
        self._by_address = {k: v for k, v in self._by_address.items() if v.used_up_until > at}


def _network(address: str) -> str:
    """An IPv6 caller has 2**64 addresses at hand: its network counts as one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or int(found) >> 64)
    return str(found)
