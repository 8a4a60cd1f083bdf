"""In whose name a tool asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from onthedot.client import AsyncOnTheDot

#: Gives a client that acts on request.
Asked = Callable[[], AbstractAsyncContextManager[AsyncOnTheDot]]
