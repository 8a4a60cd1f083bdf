"""A certificate is checked at startup, and a new one is served without a restart."""

from __future__ import annotations

import asyncio
import os
import ssl
from pathlib import Path

import pytest
from cryptography import x509

from onthedot.processes import StartError
from onthedot.processes.tls import Certificate
from tests.certificates import certify

pytestmark = pytest.mark.anyio


async def _number_served(certificate: Certificate) -> int:
    """The serial number of the certificate on a new connection."""
    server = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=certificate.context
    )
    async with server:
        context = ssl._create_unverified_context()
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
    return x509.load_der_x509_certificate(shown).serial_number


async def test_a_new_certificate_is_served_and_a_broken_one_is_not(tmp_path: Path) -> None:
    made = certify(tmp_path)
    served = Certificate(made.certificate, made.key)
    first = made.number
    assert await _number_served(served) == first
    made.certificate.write_text("half of a certificate")
    served.refresh()
    assert await _number_served(served) == first
    second = certify(tmp_path).number
    os.utime(made.certificate, (1, 1))
    served.refresh()
    assert await _number_served(served) == second != first


def test_what_does_not_serve_is_said_at_the_start(tmp_path: Path) -> None:
    one, other = certify(tmp_path, "one"), certify(tmp_path, "other")
    for certificate, key in (
        (one.certificate, other.key),
        (one.key, one.key),
        (tmp_path / "none", one.key),
    ):
        with pytest.raises(StartError, match="Cannot serve with the certificate"):
            Certificate(certificate, key)
