"""A load balancer that sends each request to the next server: no sticky sessions."""

from __future__ import annotations

import itertools
import re
import selectors
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

_SOCKET = "_nicegui_ws"
_PAGE = re.compile(r"GET /ui(?!/static|/_nicegui)")
_CONNECTION = re.compile(rb"\r\nConnection:[^\r]*", re.I)


class Balancer(ThreadingTCPServer):
    """Forwards to the servers on these ports in turn, skipping any that does not listen."""

    daemon_threads = True

    def __init__(self, ports: Sequence[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarding)
        self.servers = itertools.cycle(ports)
        self.count = len(ports)
        self.sent: list[tuple[int, str]] = []
        """The port and the request line of each request."""
        self.page_from = 0
        """The port of the server that built the last page."""
        self.away = False
        """Whether nothing is forwarded."""
        self.sockets = threading.Event()
        """Set while pages may open their sockets; they wait otherwise."""
        self.sockets.set()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def connect(self, line: str) -> socket.socket | None:
        """A connection to the next server that accepts one. A page's socket goes to another server
        than the one that built the page, if any other is running."""
        ports = list(itertools.islice(self.servers, self.count))
        if _SOCKET in line:
            ports.sort(key=lambda port: port == self.page_from)
        for port in ports:
            with suppress(OSError):
                connection = socket.create_connection(("127.0.0.1", port), 5)
                next(self.servers)
                self.sent.append((port, line))
                if _PAGE.match(line):
                    self.page_from = port
                return connection
        return None

    def handle_error(self, *_: object) -> None:
        """Broken connections are normal here."""


class _Forwarding(BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Balancer)
        came = b""
        while b"\r\n\r\n" not in came:
            part = self.request.recv(65536)
            if not part:
                return
            came += part
        head, _, rest = came.partition(b"\r\n\r\n")
        if b"\r\nupgrade: websocket" in head.lower():
            self.server.sockets.wait()
        else:
            # One request a connection, so that each goes to the next server.
            head = _CONNECTION.sub(b"", head) + b"\r\nConnection: close"
        line = head.partition(b"\r\n")[0].decode()
        server = None if self.server.away else self.server.connect(line)
        if server is None:
            self.request.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with server:
            server.sendall(head + b"\r\n\r\n" + rest)
            _pump(self.request, server)


def _pump(one: socket.socket, other: socket.socket) -> None:
    """Forwards data in both directions until one side ends."""
    with selectors.DefaultSelector() as ready:
        ready.register(one, selectors.EVENT_READ, other)
        ready.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in ready.select():
                assert isinstance(key.fileobj, socket.socket)
                part = key.fileobj.recv(65536)
                if not part:
                    return
                key.data.sendall(part)


@contextmanager
def balanced(ports: Sequence[int]) -> Iterator[Balancer]:
    """A balancer for these ports, while the block runs."""
    with Balancer(ports) as balancer:
        thread = threading.Thread(target=balancer.serve_forever, daemon=True)
        thread.start()
        try:
            yield balancer
        finally:
            balancer.shutdown()
            thread.join()
