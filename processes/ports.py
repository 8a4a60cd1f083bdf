"""Binds ports of this machine, or reports in one line why that is impossible."""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address

from onthedot.processes import StartError


def listen(host: str, port: int, option: str) -> socket.socket:
    """A socket bound to `host` and `port`. Raises StartError that names `option` as the fix."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise StartError(f"There is no address {host!r} to listen on. Give another host.") from None
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        # Otherwise a second process could bind the same port until the first one listens.
        bound.listen(2048)
    except OSError as error:
        bound.close()
        raise StartError(_explain(error, host, port, option)) from None
    return bound


def is_loopback(bound: socket.socket) -> bool:
    """Whether only this machine can reach `bound`."""
    return ip_address(bound.getsockname()[0]).is_loopback


def require_free(host: str, port: int, option: str) -> None:
    """Raise StartError if a process already listens on `port`."""
    listen(host, port, option).close()


def free_port(host: str = "127.0.0.1") -> int:
    """A port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _explain(error: OSError, host: str, port: int, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use by another program. Stop that one, or choose another "
            f"port with {option}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has. Choose one with {option}."
    return f"Cannot listen on {host} port {port} ({error.strerror}). Choose others with {option}."
