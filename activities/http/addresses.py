"""Which hosts an `http` action may reach.

A target is judged by its name and by the address of the connection:
1. anything on the deny list, by name or address, is refused;
2. loopback, link-local, unspecified, multicast and metadata addresses are refused, unless the allow
   list has that exact name, the address, or a network within the refused one;
3. the Temporal service that the worker polls is refused, unless the allow list has its name or
   address;
4. with `*` on the deny list, anything that is not on the allow list is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from onthedot.activities.http.address_rule import AddressRule
from onthedot.activities.http.control_plane import ControlPlane

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CONTROL = "the Temporal that runs these tasks"
_METADATA = "a cloud's metadata service"

#: Refused by default: why, and which networks.
_REFUSED: tuple[tuple[str, Network], ...] = tuple(
    (why, ip_network(text))
    for why, networks in (
        (
            _METADATA,
            "169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192 "
            "fd00:ec2::254 fd20:ce::254",
        ),
        ("a loopback address", "127.0.0.0/8 ::1"),
        ("an unspecified address", "0.0.0.0/8 ::"),
        ("a link-local address", "169.254.0.0/16 fe80::/10"),
        ("a multicast address", "224.0.0.0/4 255.255.255.255 ff00::/8"),
    )
    for text in networks.split()
)
_METADATA_NAMES = frozenset({"metadata.google.internal", "metadata.goog", "instance-data"})
_NAT64 = ip_network("64:ff9b::/96")
_V4_COMPATIBLE = ip_network("::/96")


class AddressRules:
    """The rules of one worker."""

    def __init__(
        self,
        allow: Iterable[str] = (),
        deny: Iterable[str] = (),
        control: ControlPlane | None = None,
    ) -> None:
        """Parse the two lists of `AddressRule` entries.

        Args:
            control: the Temporal service that the worker polls.

        Raises:
            ValueError: an entry is malformed; the message names it.
        """
        self.control = control or ControlPlane()
        self._allow = tuple(AddressRule(entry) for entry in allow)
        rules = tuple(AddressRule(entry) for entry in deny)
        self._deny = tuple(rule for rule in rules if not rule.is_everything)
        self._only_allowed = len(self._deny) < len(rules)

    def name_refused(self, host: str, port: int) -> str:
        """Why `host` is refused before any look-up; empty if it is not."""
        if host in _METADATA_NAMES:
            return f"{host} is a cloud's metadata service"
        if any(rule.names(host, port) for rule in self._deny):
            return f"{host} is on this worker's deny list"
        if self.control.is_named(host, port) and not any(
            rule.is_exact and rule.names(host, port) for rule in self._allow
        ):
            return f"{host} is {_CONTROL}"
        return ""

    def address_refused(self, host: str, port: int, address: Address) -> str:
        """Why a connection to `address`, resolved from `host`, is refused; empty if it is not."""
        faces = tuple(_faces(address))
        shown = host if host == str(address) else f"{host} ({address})"
        if any(rule.covers(face, port) for rule in self._deny for face in faces):
            return f"{shown} is on this worker's deny list"
        for face in faces:
            for why, network in _REFUSED:
                if face in network and not self._lifted(host, port, face, why, network):
                    return f"{shown} is {why}"
            if self.control.is_at(face, port) and not self._allowed_alone(host, port, face):
                return f"{shown} is {_CONTROL}"
        if self._only_allowed and not any(
            rule.names(host, port) or rule.covers(faces[-1], port) for rule in self._allow
        ):
            return f"{shown} is not on this worker's allow list"
        return ""

    def _allowed_alone(self, host: str, port: int, address: Address) -> bool:
        """Whether an entry of the allow list names exactly this host or address."""
        return any(
            (rule.is_exact and rule.names(host, port))
            or (rule.is_one_address and rule.covers(address, port))
            for rule in self._allow
        )

    def _lifted(self, host: str, port: int, address: Address, why: str, network: Network) -> bool:
        return any(
            rule.covers_within(network, address, port)
            or (rule.is_exact and why != _METADATA and rule.names(host, port))
            for rule in self._allow
        )


def parse_address(text: str) -> Address:
    """Parse an address as a socket reports it; an IPv6 address may carry a zone.

    Raises:
        ValueError: `text` is not an address.
    """
    return ip_address(text.partition("%")[0])


def _faces(address: Address) -> Iterator[Address]:
    """The address, and the IPv4 address that it embeds, if any."""
    yield address
    if not isinstance(address, IPv6Address):
        return
    inner = address.ipv4_mapped or address.sixtofour
    if inner is not None:
        yield inner
    elif address in _NAT64 or (address in _V4_COMPATIBLE and int(address) > 0xFFFF):
        yield IPv4Address(int(address) & 0xFFFFFFFF)
