"""On whose behalf a tool calls the server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from onthedot.client import AsyncOnTheDot

#: Returns a client that acts on the caller's behalf.
Asked = Callable[[], AbstractAsyncContextManager[AsyncOnTheDot]]
