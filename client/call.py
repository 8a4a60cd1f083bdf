"""One description of each call, for both clients.

A function that returns a `Call` describes the path, the request and the result. As a class
attribute, `Described(function)` is a typed method with the function's own parameters: it returns
the result on the synchronous client, and an awaitable on the asynchronous one.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from onthedot.client.events import ServerEvent

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Call(Generic[T]):
    """A call to the server."""

    method: str
    template: str
    """The path with the names of parameters, such as `/tasks/{task_id}`."""
    path: str
    """The path with their values."""
    read: Callable[[bytes], T]
    """Reads a successful response. Raises ValueError if it is invalid."""
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    repeatable: bool = True
    """Whether it may be sent again after a 503, because it never takes effect twice."""


class PageOf(Protocol[T_co]):
    """Some items, and the cursor of the next page."""

    @property
    def items(self) -> Sequence[T_co]: ...

    @property
    def next_cursor(self) -> str | None: ...


@dataclass(frozen=True)
class Walk(Generic[T]):
    """A list in pages: makes the call for the page at a cursor, None for the first."""

    page: Callable[[str | None], Call[PageOf[T]]]


@dataclass(frozen=True)
class Stream(Generic[T]):
    """A stream of events: makes the call for those after the event with an id."""

    call: Callable[[str], Call[Any]]
    read: Callable[[ServerEvent], T | None]
    """Reads an event; None if this release does not know it. Raises ValueError."""
    last: str
    """The name of the last event; a stream that ends before it is resumed."""


class Sender(ABC):
    """A synchronous client."""

    @abstractmethod
    def send(self, call: Call[T]) -> T:
        """Carries out one call."""

    @abstractmethod
    def walk(self, walk: Walk[T]) -> Iterator[T]:
        """The items of every page, in order; a page is requested when the one before is used up."""

    @abstractmethod
    def follow(self, stream: Stream[T]) -> Iterator[T]:
        """What each event means, as it arrives, up to the last one."""


class AsyncSender(ABC):
    """An asynchronous client."""

    @abstractmethod
    async def send(self, call: Call[T]) -> T:
        """Carries out one call."""

    @abstractmethod
    def walk(self, walk: Walk[T]) -> AsyncIterator[T]:
        """The items of every page, in order; a page is requested when the one before is used up."""

    @abstractmethod
    def follow(self, stream: Stream[T]) -> AsyncIterator[T]:
        """What each event means, as it arrives, up to the last one."""


class Described(Generic[P, T]):
    """A method of both clients, made from the description of a call."""

    def __init__(self, describe: Callable[P, Call[T]]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Sender, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: AsyncSender, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, client: Sender | AsyncSender | None, owner: type) -> Any:
        return self if client is None else _method(self.describe, client.send)


class Paged(Generic[P, T]):
    """A method of both clients that returns an iterator over all items of a list."""

    def __init__(self, describe: Callable[P, Walk[T]]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Sender, owner: type) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, client: AsyncSender, owner: type) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, client: Sender | AsyncSender | None, owner: type) -> Any:
        return self if client is None else _method(self.describe, client.walk)


class Followed(Generic[P, T]):
    """A method of both clients that returns an iterator over events."""

    def __init__(self, describe: Callable[P, Stream[T]]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Sender, owner: type) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, client: AsyncSender, owner: type) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, client: Sender | AsyncSender | None, owner: type) -> Any:
        return self if client is None else _method(self.describe, client.follow)


def _method(describe: Callable[P, T], carry_out: Callable[[T], Any]) -> Callable[P, Any]:
    @functools.wraps(describe)
    def method(*args: P.args, **kwargs: P.kwargs) -> Any:
        return carry_out(describe(*args, **kwargs))

    return method
