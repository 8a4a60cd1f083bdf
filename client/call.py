"""One description of a call, for both clients.

A function that gives a `Call` says all there is to say: where, what is sent, what comes back. As a
class attribute, `Described(function)` is a method with the function's own parameters: on a
blocking client it returns the result, on an asynchronous one it is awaited. Type checkers know.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from onthedot.client.events import ServerEvent

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Call(Generic[T]):
    """What is asked of the server."""

    method: str
    template: str
    """The address with its parameters' names, as in `/tasks/{task_id}`."""
    path: str
    """The same, filled in."""
    read: Callable[[bytes], T]
    """What a successful response means. Raises ValueError if it means nothing."""
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    repeatable: bool = True
    """Whether it may be sent again after a 503: it does nothing twice."""


class PageOf(Protocol[T_co]):
    """Some items, and where the list goes on."""

    @property
    def items(self) -> Sequence[T_co]: ...

    @property
    def next_cursor(self) -> str | None: ...


@dataclass(frozen=True)
class Walk(Generic[T]):
    """A list in pages: the call for the page at a cursor, None for the first."""

    page: Callable[[str | None], Call[PageOf[T]]]


@dataclass(frozen=True)
class Stream(Generic[T]):
    """Events that come as they happen: the call for those after the event with this id."""

    call: Callable[[str], Call[Any]]
    read: Callable[[ServerEvent], T | None]
    """What an event means; None if it means nothing to this release. Raises ValueError."""
    last: str
    """The name of the event that is the last one; a stream that breaks off before is taken up."""


class Sender(ABC):
    """A client that blocks."""

    @abstractmethod
    def send(self, call: Call[T]) -> T:
        """Carries one call out."""

    @abstractmethod
    def walk(self, walk: Walk[T]) -> Iterator[T]:
        """The items of every page, in order; a page is asked for when the one before is used up."""

    @abstractmethod
    def follow(self, stream: Stream[T]) -> Iterator[T]:
        """What each event means, as it comes, up to the last one."""


class AsyncSender(ABC):
    """A client that is awaited."""

    @abstractmethod
    async def send(self, call: Call[T]) -> T:
        """Carries one call out."""

    @abstractmethod
    def walk(self, walk: Walk[T]) -> AsyncIterator[T]:
        """The items of every page, in order; a page is asked for when the one before is used up."""

    @abstractmethod
    def follow(self, stream: Stream[T]) -> AsyncIterator[T]:
        """What each event means, as it comes, up to the last one."""


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
        return self if client is None else _method(client, self.describe, _send)


class Paged(Generic[P, T]):
    """A method of both clients that gives an iterator over all items of a list."""

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
        return self if client is None else _method(client, self.describe, _walk)


class Followed(Generic[P, T]):
    """A method of both clients that gives an iterator over what happens."""

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
        return self if client is None else _method(client, self.describe, _follow)


def _send(client: Sender | AsyncSender, call: Call[Any]) -> Any:
    return client.send(call)


def _walk(client: Sender | AsyncSender, walk: Walk[Any]) -> Any:
    return client.walk(walk)


def _follow(client: Sender | AsyncSender, stream: Stream[Any]) -> Any:
    return client.follow(stream)


def _method(
    client: Sender | AsyncSender,
    describe: Callable[P, T],
    carry_out: Callable[Concatenate[Sender | AsyncSender, ...], Any],
) -> Callable[P, Any]:
    @functools.wraps(describe)
    def method(*args: P.args, **kwargs: P.kwargs) -> Any:
        return carry_out(client, describe(*args, **kwargs))

    return method
