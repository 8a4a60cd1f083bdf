"""Asks the provider once where several tabs ask at the same time.

Many providers take a token for renewal only once, and take its second use for a theft.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from onthedot.access.oidc.sign_in import SignIn

#: How long the result serves others who ask with the same token, in seconds.
_SERVES = 30.0


@dataclass
class Renewals:
    """Those of the last moments, by the token that was used up."""

    _asked: dict[str, tuple[float, asyncio.Future[SignIn]]] = field(default_factory=dict)

    async def once(self, token: str, ask: Callable[[], Awaitable[SignIn]]) -> SignIn:
        """The result of `ask`, or of whoever asked with this token just before. Raises what it
        raises."""
        now = time.monotonic()
        self._asked = {t: each for t, each in self._asked.items() if now - each[0] < _SERVES}
        if token not in self._asked:
            self._asked[token] = (now, asyncio.ensure_future(ask()))
        asked = self._asked[token][1]
        try:
            return await asyncio.shield(asked)
        except Exception:
            # The next one may have better luck.
            self._asked.pop(token, None)
            raise
