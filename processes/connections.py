"""An HTTP connection that limits the time of an incomplete request, and the size of its head.

Uvicorn limits only idle connections: a client that sends its head byte by byte, or nothing, could
keep a connection indefinitely, and each costs a file descriptor and memory.
"""

from __future__ import annotations

import asyncio
import json

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: The time from the first byte, or from the start of the connection, until the head is complete.
HEAD_SECONDS = 10.0
#: The size of method, path and headers: many times a cookie or a long query.
HEAD_BYTES = 64 * 1024

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)
_NOT_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n"
    b"content-type: application/problem+json\r\ncontent-length: %d\r\n\r\n"
)


class BoundedHttp(HttpToolsProtocol):
    """Uvicorn's `http` protocol class. The application limits the time of bodies."""

    _timer: asyncio.TimerHandle | None = None
    _in_head = False
    _upgraded = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        was_in_head = self._in_head
        super().data_received(data)
        if self.transport.is_closing() or self._is_answering():
            return
        # The start of a head, empty lines between requests, or the rest of a body after an early
        # response: uvicorn has stopped its own timer for all of these.
        if self._timer is None:
            self._start_timer()
        if was_in_head and self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._close(_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        detail = "These bytes are not an HTTP request. Check the method, the headers and the port."
        problem = {"type": "/errors/http", "title": msg, "status": 400, "detail": detail}
        body = json.dumps(problem).encode()
        self._close(_NOT_HTTP % len(body) + body)

    def handle_websocket_upgrade(self) -> None:
        self._stop_timer()
        super().handle_websocket_upgrade()
        # The connection now belongs to another protocol.
        self._upgraded = True

    def _is_answering(self) -> bool:
        return self._upgraded or (self.cycle is not None and not self.cycle.response_complete)

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._time_is_up)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_is_up(self) -> None:
        # On an idle connection, clients would take this for the response to their next request.
        self._close(_TOO_SLOW if self._in_head else b"")

    def _close(self, response: bytes) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(response)
            self.transport.close()
