"""haproxy in front of Temporal: TLS, and a gRPC refusal for callers without the API key."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.certificates import Certified
from tests.faults.part import Part, up
from tests.ports import free_port, is_taken

_CONFIG = """\
defaults
  mode http
  timeout connect 2s
  timeout client 10m
  timeout server 10m

listen temporal
  bind 127.0.0.1:{port} ssl crt {certificate} alpn h2
  http-request return status 200 content-type application/grpc hdr grpc-status 16 \
hdr grpc-message "Request unauthorized." unless {{ req.hdr(authorization) "Bearer {key}" }}
  server temporal 127.0.0.1:{temporal} proto h2
"""
#: Where Debian has servers that it keeps off PATH.
_DEBIAN_SBIN = "/usr/sbin"


@contextmanager
def demanding_a_key(certified: Certified, key: str, temporal: int, logs: Path) -> Iterator[int]:
    """The port of a proxy for the Temporal on the port `temporal`."""
    haproxy = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:{_DEBIAN_SBIN}")
    if haproxy is None:
        pytest.skip("NO PROXY: install haproxy to try API keys")
    port, both = free_port(), logs / "both.pem"
    both.write_bytes(certified.certificate.read_bytes() + certified.key.read_bytes())
    config = logs / "haproxy.cfg"
    config.write_text(_CONFIG.format(port=port, certificate=both, key=key, temporal=temporal))
    door = Part(
        "haproxy",
        [haproxy, "-db", "-f", str(config)],
        os.environ,
        logs / "haproxy.log",
        lambda: is_taken(port),
    )
    with up(door):
        yield port
