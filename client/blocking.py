"""The synchronous client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Self, TypeVar

import httpx

from onthedot.client import exchange
from onthedot.client.call import Call, Sender, Stream, Walk
from onthedot.client.events import EventLines
from onthedot.client.retrying import Retries
from onthedot.client.surface import Calls

T = TypeVar("T")


class OnTheDot(Calls, Sender):
    """A synchronous client of an On the Dot server.

    Args:
        url: of the server, including its path prefix, if any.
        token: of the caller; None if the server needs none.
        timeout: the time limit of one request.
        patience: how long to retry a call after a 503, in all.

    Raises:
        ValueError: `url` or `token` is invalid.
    """

    def __init__(
        self,
        url: str = exchange.DEFAULT_URL,
        token: str | None = None,
        *,
        timeout: timedelta = timedelta(seconds=60),
        patience: timedelta = timedelta(seconds=30),
    ) -> None:
        self.url = url
        self._patience = patience
        self._http = httpx.Client(**exchange.options(url, token, timeout))

    def send(self, call: Call[T]) -> T:
        retries = Retries(call, self._patience)
        while True:
            try:
                response = self._http.request(**exchange.arguments(call))
            except (httpx.TransportError, httpx.InvalidURL) as error:
                raise exchange.unreachable(self.url, error) from error
            pause = retries.pause(response.status_code, response.headers.get("Retry-After"))
            if pause is not None:
                time.sleep(pause.total_seconds())
            elif retries.done_already(response.status_code):
                return call.read(b"")
            else:
                return exchange.result(call, response)

    def walk(self, walk: Walk[T]) -> Iterator[T]:
        cursor: str | None = None
        while True:
            page = self.send(walk.page(cursor))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def follow(self, stream: Stream[T]) -> Iterator[T]:
        at, again = "", exchange.Again(self._patience)
        while True:
            call = stream.call(at)
            try:
                with self._http.stream(**exchange.streaming(call)) as response:
                    if response.is_success:
                        lines = EventLines()
                        for line in response.iter_lines():
                            if (event := lines.feed(line)) is None:
                                continue
                            at, again = event.id or at, exchange.Again(self._patience)
                            if (found := exchange.meaning(stream, event)) is not None:
                                yield found
                            if event.name == stream.last:
                                return
                    elif not again.worth_it(response.status_code):
                        response.read()
                        raise exchange.refused(call, response)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                if not again.worth_it(None):
                    raise exchange.unreachable(self.url, error) from error
            time.sleep(again.pause)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
