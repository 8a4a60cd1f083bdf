"""One entry of an allow or deny list."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

_ENTRY = re.compile(
    r"""(?: \[(?P<v6>[0-9A-Fa-f:.]+)\]          # [::1]
          | (?P<plain_v6>[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:/\d+)?)   # fd00::/8
          | (?P<host>[^:\[\]]+)                 # a name, an IPv4 address or network
        ) (?: :(?P<port>\d{1,5}) )?""",
    re.VERBOSE,
)
_NAME = re.compile(r"\*|(?:\*\.)?[^\s*/]+")


class AddressRule:
    """Matches hosts by name or by address.

    `example.com` (that name only), `*.example.com` (every name below it), `*` (every name),
    `10.1.2.3` or `fd00::1` (an address), `10.0.0.0/8` or `fd00::/8` (a network); each may end in
    `:port`, with IPv6 in brackets then. `localhost` also stands for the loopback networks.
    """

    def __init__(self, entry: str) -> None:
        """Parse an entry.

        Raises:
            ValueError: the entry is malformed.
        """
        text = entry.strip()
        match = _ENTRY.fullmatch(text)
        if match is None or (match["port"] and not 0 < int(match["port"]) < 65536):
            raise _malformed(entry)
        self._port = int(match["port"]) if match["port"] else None
        host = match["v6"] or match["plain_v6"] or match["host"]
        self._networks = _networks(host)
        self._name = "" if self._networks and host != "localhost" else _name(host, entry)

    @property
    def is_everything(self) -> bool:
        """Whether it is `*`."""
        return self._name == "*" and self._port is None

    @property
    def is_exact(self) -> bool:
        """Whether it is one name, without a wildcard."""
        return bool(self._name) and not self._name.startswith("*")

    @property
    def is_one_address(self) -> bool:
        """Whether it is a single address, not a network."""
        return len(self._networks) == 1 and self._networks[0].num_addresses == 1

    def names(self, host: str, port: int) -> bool:
        """Whether it matches by name; `host` is in lower case, without a trailing dot."""
        if not self._name or self._port not in (None, port):
            return False
        if self._name == "*":
            return True
        if self._name.startswith("*."):
            return host.endswith(self._name[1:])
        return host == self._name

    def covers(self, address: IPv4Address | IPv6Address, port: int) -> bool:
        """Whether it matches by address."""
        return self._port in (None, port) and any(address in net for net in self._networks)

    def covers_within(
        self, network: IPv4Network | IPv6Network, address: IPv4Address | IPv6Address, port: int
    ) -> bool:
        """Whether it matches by address, and names nothing outside `network`."""
        return self._port in (None, port) and any(
            address in net and net.prefixlen >= network.prefixlen for net in self._networks
        )


def _networks(host: str) -> tuple[IPv4Network | IPv6Network, ...]:
    if host == "localhost":
        return ip_network("127.0.0.0/8"), ip_network("::1/128")
    try:
        return (ip_network(host, strict=False),)
    except ValueError:
        return ()


def _name(host: str, entry: str) -> str:
    if not _NAME.fullmatch(host) or re.fullmatch(r"[\d.]+", host):
        raise _malformed(entry)
    try:
        return f"*.{_ascii(host[2:])}" if host.startswith("*.") else _ascii(host)
    except UnicodeError:
        raise _malformed(entry) from None


def _ascii(name: str) -> str:
    return name if name == "*" else name.removesuffix(".").encode("idna").decode().lower()


def _malformed(entry: str) -> ValueError:
    return ValueError(
        f"{entry!r} is not a host: write a name, *.example.com, an address or a network such as "
        f"10.0.0.0/8, each optionally followed by :port."
    )
