"""Limits how many wrong tokens are processed, for each address and in total."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

#: How many one address may send in a row, and the seconds until it may send one more.
_BURST, _SECONDS_EACH = 10, 6.0
#: The same for all addresses together.
_BURST_OF_ALL, _SECONDS_EACH_OF_ALL = 100, 0.6
#: How many addresses are remembered. Beyond that, only the total limit applies.
_MOST_ADDRESSES = 10_000


@dataclass
class _Allowance:
    """A burst, then one every `seconds_each`."""

    burst: int
    seconds_each: float
    used_up_until: float = 0.0

    def wait(self, at: float) -> float:
        """Seconds until the next one is allowed; 0 if it is allowed now."""
        wait = self.used_up_until - at - (self.burst - 1) * self.seconds_each
        return max(0.0, round(wait, 6))

    def spend(self, at: float) -> None:
        self.used_up_until = max(self.used_up_until, at) + self.seconds_each


@dataclass
class WrongTokens:
    """Counts wrong tokens at the sign-in. Keeps nothing for idle addresses."""

    _all: _Allowance = field(
        default_factory=lambda: _Allowance(_BURST_OF_ALL, _SECONDS_EACH_OF_ALL)
    )
    _by_address: dict[str, _Allowance] = field(default_factory=dict)

    def count(self, address: str, at: float) -> float:
        """Note a wrong token.

        Args:
            at: Seconds on a clock that never goes back.

        Returns:
            Seconds that the sender has to wait; 0 if it is within the limits.
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
    """An IPv6 caller has 2**64 addresses: its network counts as one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or int(found) >> 64)
    return str(found)
