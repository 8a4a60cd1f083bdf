"""Renews a session once if several tabs ask at the same time.

Many providers accept a refresh token only once, and treat its second use as theft.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from onthedot.access.oidc.sign_in import SignIn

#: How long the result is reused for the same token, in seconds.
_SERVES = 30.0


@dataclass
class Renewals:
    """Recent renewals, by the token that they used."""

    _asked: dict[str, tuple[float, asyncio.Future[SignIn]]] = field(default_factory=dict)

    async def once(self, token: str, ask: Callable[[], Awaitable[SignIn]]) -> SignIn:
        """The result of `ask`, or of a recent call with this token. Raises what `ask` raises."""
        now = time.monotonic()
        self._asked = {t: each for t, each in self._asked.items() if now - each[0] < _SERVES}
        if token not in self._asked:
            self._asked[token] = (now, asyncio.ensure_future(ask()))
        asked = self._asked[token][1]
        try:
            return await asyncio.shield(asked)
        except Exception:
            # The next call may succeed.
            self._asked.pop(token, None)
            raise
