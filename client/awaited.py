"""The asynchronous client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Self, TypeVar

import anyio
import httpx

from onthedot.client import exchange
from onthedot.client.call import AsyncSender, Call, Stream, Walk
from onthedot.client.events import EventLines
from onthedot.client.retrying import Retries
from onthedot.client.surface import Calls

T = TypeVar("T")


class AsyncOnTheDot(Calls, AsyncSender):
    """An asynchronous client of an On the Dot server; lists are iterated with `async for`.

    Same arguments and errors as `OnTheDot`. Works with asyncio and trio. With an httpx `transport`
    it can call an app in the same process.
    """

    def __init__(
        self,
        url: str = exchange.DEFAULT_URL,
        token: str | None = None,
        *,
        timeout: timedelta = timedelta(seconds=60),
        patience: timedelta = timedelta(seconds=30),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url
        self._patience = patience
        options = exchange.options(url, token, timeout)
        self._http = httpx.AsyncClient(**options, transport=transport)

    async def send(self, call: Call[T]) -> T:
        retries = Retries(call, self._patience)
        while True:
            try:
                response = await self._http.request(**exchange.arguments(call))
            except (httpx.TransportError, httpx.InvalidURL) as error:
                raise exchange.unreachable(self.url, error) from error
            pause = retries.pause(response.status_code, response.headers.get("Retry-After"))
            if pause is not None:
                await anyio.sleep(pause.total_seconds())
            elif retries.done_already(response.status_code):
                return call.read(b"")
            else:
                return exchange.result(call, response)

    async def walk(self, walk: Walk[T]) -> AsyncIterator[T]:
        cursor: str | None = None
        while True:
            page = await self.send(walk.page(cursor))
            for item in page.items:
                yield item
            cursor = page.next_cursor
            if cursor is None:
                return

    async def follow(self, stream: Stream[T]) -> AsyncIterator[T]:
        at, again = "", exchange.Again(self._patience)
        while True:
            call = stream.call(at)
            try:
                async with self._http.stream(**exchange.streaming(call)) as response:
                    if response.is_success:
                        lines = EventLines()
                        async for line in response.aiter_lines():
                            if (event := lines.feed(line)) is None:
                                continue
                            at, again = event.id or at, exchange.Again(self._patience)
                            if (found := exchange.meaning(stream, event)) is not None:
                                yield found
                            if event.name == stream.last:
                                return
                    elif not again.worth_it(response.status_code):
                        await response.aread()
                        raise exchange.refused(call, response)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                if not again.worth_it(None):
                    raise exchange.unreachable(self.url, error) from error
            await anyio.sleep(again.pause)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
