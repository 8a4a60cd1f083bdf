"""REST calls of benchmarks."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

from benchmarks.instruments import Void

_TRIES = 300


async def sent(
    rest: aiohttp.ClientSession,
    path: str,
    body: object = None,
    method: str = "POST",
    tries: int = _TRIES,
) -> Any:
    """The response to a call, repeated every second while Temporal is too busy. Once, if measured.

    A run whose response came too late may have started: then there is another one.
    Raises Void if the call is refused.
    """
    said = ""
    for n in range(tries):
        async with rest.request(method, path, json=body) as answer:
            text = await answer.text()
            # Registered already by an earlier attempt.
            if answer.status < 400 or (n and answer.status == 409):
                return json.loads(text)
            said = f"{method} {path}: {answer.status} {text[:300]}"
            if answer.status != 503:
                break
        await asyncio.sleep(1)
    raise Void(said)
