"""Address rules: which names and addresses are refused, in whatever disguise."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from onthedot.activities.http.activity import HttpActivities
from onthedot.activities.http.addresses import AddressRules
from onthedot.activities.http.host_gate import HostGate
from onthedot.activities.secrets.store import Secrets
from tests.activities.attempts import Failure, fail, http_attempt, succeed
from tests.activities.receiver import Receiver

pytestmark = pytest.mark.anyio


def refused(rules: AddressRules, host: str, address: str = "", port: int = 443) -> str:
    return rules.name_refused(host, port) or rules.address_refused(
        host, port, ip_address(address or host)
    )


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("127.8.9.1", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:7f00:1", "loopback"),
        ("64:ff9b::7f00:1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("::127.0.0.1", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("169.254.7.7", "link-local"),
        ("fe80::1", "link-local"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "multicast"),
        ("ff02::1", "multicast"),
        ("169.254.169.254", "metadata"),
        ("::ffff:169.254.169.254", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("100.100.100.200", "metadata"),
        ("168.63.129.16", "metadata"),
    ],
)
def test_refused_by_default(address: str, why: str) -> None:
    assert why in refused(AddressRules(), address)
    assert why in refused(AddressRules(allow=["*"]), "harmless.example", address)


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.1", "172.16.0.9", "fd12::1", "8.8.8.8"])
def test_private_and_public_are_allowed(address: str) -> None:
    assert refused(AddressRules(), address) == ""
    assert refused(AddressRules(), "a.example", address) == ""


def test_metadata_names() -> None:
    assert "metadata" in AddressRules().name_refused("metadata.google.internal", 80)


@pytest.mark.parametrize(
    ("deny", "host", "address", "port", "is_refused"),
    [
        ("evil.example", "evil.example", "8.8.8.8", 443, True),
        ("evil.example", "a.evil.example", "8.8.8.8", 443, False),
        ("*.evil.example", "a.b.evil.example", "8.8.8.8", 443, True),
        ("*.evil.example", "evil.example", "8.8.8.8", 443, False),
        ("*.evil.example", "notevil.example", "8.8.8.8", 443, False),
        ("Évil.example", "xn--vil-9la.example", "8.8.8.8", 443, True),
        ("evil.example.", "evil.example", "8.8.8.8", 443, True),
        ("evil.example:80", "evil.example", "8.8.8.8", 443, False),
        ("evil.example:80", "evil.example", "8.8.8.8", 80, True),
        ("10.0.0.0/8", "a.example", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "a.example", "::ffff:10.1.2.3", 443, True),
        ("10.1.2.3", "a.example", "10.1.2.3", 443, True),
        ("10.1.2.3:25", "a.example", "10.1.2.3", 443, False),
        ("[fd12::1]:25", "a.example", "fd12::1", 25, True),
        ("fd00::/8", "a.example", "fd12::1", 25, True),
        ("*:25", "a.example", "8.8.8.8", 25, True),
        ("*:25", "a.example", "8.8.8.8", 443, False),
    ],
)
def test_deny_list(deny: str, host: str, address: str, port: int, is_refused: bool) -> None:
    assert bool(refused(AddressRules(deny=[deny]), host, address, port)) == is_refused
    assert bool(refused(AddressRules([host], [deny]), host, address, port)) == is_refused


@pytest.mark.parametrize(
    ("allow", "host", "address", "is_allowed"),
    [
        ("127.0.0.0/8", "127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "a.example", "127.0.0.1", True),
        ("127.0.0.1", "a.example", "127.0.0.2", False),
        ("127.0.0.1", "a.example", "::ffff:127.0.0.1", True),
        ("127.0.0.1:8080", "127.0.0.1", "127.0.0.1", False),
        ("127.0.0.1:443", "127.0.0.1", "127.0.0.1", True),
        ("localhost", "127.0.0.1", "127.0.0.1", True),
        ("localhost", "localhost", "::1", True),
        ("::1", "localhost", "::1", True),
        ("receiver.example", "receiver.example", "127.0.0.1", True),
        ("*.example", "receiver.example", "127.0.0.1", False),
        ("0.0.0.0/0", "127.0.0.1", "127.0.0.1", False),
        ("169.254.0.0/16", "169.254.1.1", "169.254.1.1", True),
        ("169.254.0.0/16", "169.254.169.254", "169.254.169.254", False),
        ("169.254.169.254", "169.254.169.254", "169.254.169.254", True),
        ("receiver.example", "receiver.example", "169.254.169.254", False),
    ],
)
def test_allow_list_lifts_what_it_names(
    allow: str, host: str, address: str, is_allowed: bool
) -> None:
    assert (refused(AddressRules([allow]), host, address) == "") == is_allowed


def test_with_everything_denied_only_the_allow_list_is_left() -> None:
    rules = AddressRules(allow=["*.ours.example", "10.0.0.0/8"], deny=["*"])
    assert refused(rules, "a.ours.example", "8.8.8.8") == ""
    assert refused(rules, "10.1.1.1") == ""
    assert "allow list" in refused(rules, "8.8.8.8")
    assert "loopback" in refused(rules, "a.ours.example", "127.0.0.1")


@pytest.mark.parametrize(
    "entry", ["", "a b", "300.1.1.1", "10.0.0.0/40", "x:0", "x:70000", "http://x", "[::1", "a..b"]
)
def test_malformed_entries_are_named(entry: str) -> None:
    with pytest.raises(ValueError, match="is not a host"):
        AddressRules(allow=[entry])


async def call(url: str, *, allow: list[str], deny: list[str]) -> Failure:
    http = HttpActivities(AddressRules(allow, deny), Secrets(environ={}), HostGate())
    try:
        return await fail(http.http, http_attempt(url))
    finally:
        await http.close()


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]"),
        *("2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "0.0.0.0", "[::]"),
    ],
)
async def test_no_way_of_writing_it_reaches_loopback(host: str, receiver: Receiver) -> None:
    port = receiver.base.rpartition(":")[2]
    failure = await call(f"http://{host}:{port}/echo", allow=[], deny=[])
    assert failure.final
    assert failure.type in ("AddressRefused", "InvalidUrl")
    assert receiver.requests == []


async def test_the_address_counts_not_the_name(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that resolves to loopback between the check and the connection gains nothing."""
    # No test may add names to a machine, nor make one turn.
    real = socket.getaddrinfo

    def rebound(host: str, *rest: object, **more: object) -> object:
        return real("127.0.0.1" if host == "rebound.example" else host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    port = receiver.base.rpartition(":")[2]
    failure = await call(f"http://rebound.example:{port}/echo", allow=["*"], deny=[])
    assert (failure.type, failure.final) == ("AddressRefused", True)
    assert "rebound.example (127.0.0.1) is a loopback address" in failure.message
    assert receiver.requests == []


async def test_deny_beats_allow(receiver: Receiver) -> None:
    failure = await call(receiver.url("/echo"), allow=["127.0.0.0/8"], deny=["127.0.0.1"])
    assert failure.type == "AddressRefused"


async def test_a_name_with_one_allowed_address_is_reached(
    receiver: Receiver, http: HttpActivities
) -> None:
    url = receiver.url("/echo").replace("127.0.0.1", "localhost")
    assert (await succeed(http.http, http_attempt(url)))["status"] == 200
