"""A Temporal that requires TLS and a client certificate, reached with its own variables alone."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.certificates import Certified, certify
from tests.faults.part import Part, up
from tests.faults.stack import Stack
from tests.ports import free_port
from tests.waiting import wait_until


def test_temporal_over_mutual_tls(stack: Stack, tmp_path: Path) -> None:
    theirs, ours, strange = (
        certify(tmp_path, name) for name in ("localhost", "onthedot", "stranger")
    )
    with _demanding_tls(theirs, ours.authority, stack.temporal_port) as port:
        shared = {
            "TEMPORAL_ADDRESS": f"localhost:{port}",
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(theirs.authority),
        }
        mutual = {
            "TEMPORAL_TLS_CLIENT_CERT_PATH": str(ours.certificate),
            "TEMPORAL_TLS_CLIENT_KEY_PATH": str(ours.key),
        }
        foreign = {
            "TEMPORAL_TLS_CLIENT_CERT_PATH": str(strange.certificate),
            "TEMPORAL_TLS_CLIENT_KEY_PATH": str(strange.key),
        }
        _answers(stack.another_server(free_port(), **shared, **mutual), 200)
        for wrong in (shared, shared | foreign):
            _answers(stack.another_server(free_port(), **wrong), 503)


def _answers(server: Part, wanted: int) -> None:
    """Wait until the server reports that it is ready."""
    ready = f"http://127.0.0.1:{server.name.removeprefix('server-')}/readyz"

    def said() -> bool:
        return httpx.get(ready, timeout=20, trust_env=False, verify=False).status_code == wanted

    with up(server):
        wait_until(said, f"/readyz answers {wanted}")


@contextmanager
def _demanding_tls(theirs: Certified, trusted: Path, port: int) -> Iterator[int]:
    """The port of a proxy for the Temporal on `port`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(trusted))
    context.load_cert_chain(theirs.certificate, theirs.key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    at, started = free_port(), Future[Callable[[], object]]()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.wait(
                {asyncio.ensure_future(_copy(a, b)) for a, b in ((reader, outer), (inner, writer))},
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for each in (writer, outer):
                each.close()

    async def serve() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(forward, "127.0.0.1", at, ssl=context):
            started.set_result(lambda: loop.call_soon_threadsafe(over.set))
            await over.wait()

    # In a thread of its own from beginning to end: in this one a browser may have its loop.
    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    end = started.result(10)
    try:
        yield at
    finally:
        end()
        thread.join()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
