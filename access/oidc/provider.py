"""The provider: its endpoints, and the keys that sign its tokens.

Both are cached. A token with an unknown key causes the keys to be fetched again, at most once in
ten seconds, so that forged tokens do not turn into requests. During an outage of the provider, what
was fetched before stays valid.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import KeySet


class TokenRefused(Exception):
    """The token is not valid. The message says why, and contains no part of it."""


class NoRole(Exception):
    """The provider knows the caller, but no role is assigned to them here."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has no role here. An administrator gives one with ONTHEDOT_OIDC_ROLES."
        )


class ProviderAway(Exception):
    """The provider does not respond, and what needs it cannot be checked."""


_LOG = logging.getLogger("onthedot.access")

#: In seconds.
_TIMEOUT = 5.0
_KEEP_METADATA = 3600.0
_KEEP_KEYS = 300.0
_BETWEEN_FETCHES = 10.0
_BETWEEN_FAILURES = 2.0
#: The same if an earlier result is still usable.
_BETWEEN_RENEWALS = 30.0


@dataclass(frozen=True)
class Endpoints:
    """The content of the discovery document."""

    authorization: str
    token: str
    keys: str
    userinfo: str = ""
    end_session: str = ""


@dataclass
class _Kept:
    value: Any = None
    fetched: float = float("-inf")
    failed: bool = False
    failed_at: float = 0.0


@dataclass
class Provider:
    """One issuer. Safe to share within an event loop."""

    issuer: str
    _endpoints: _Kept = field(default_factory=_Kept)
    _keys: _Kept = field(default_factory=_Kept)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def endpoints(self) -> Endpoints:
        """The provider's endpoints. Raises ProviderAway."""
        found: Endpoints = await self._kept(self._endpoints, self._discover, _KEEP_METADATA)
        return found

    async def keys(self, *, unlike: KeySet | None = None) -> KeySet:
        """The current keys, or newer ones than `unlike` if there are any. Raises ProviderAway."""
        oldest = _KEEP_KEYS
        if unlike is not None and self._keys.value is unlike:
            oldest = _BETWEEN_FETCHES
        found: KeySet = await self._kept(self._keys, self._fetch_keys, oldest)
        return found

    async def _kept(
        self, kept: _Kept, fetch: Callable[[], Awaitable[Any]], most_seconds: float
    ) -> Any:
        if time.monotonic() - kept.fetched < most_seconds:
            return kept.value
        async with self._lock:
            now = time.monotonic()
            if now - kept.fetched < most_seconds:
                return kept.value
            serves = kept.value is not None and most_seconds > _BETWEEN_FETCHES
            pause = _BETWEEN_RENEWALS if serves else _BETWEEN_FAILURES
            if not kept.failed or now - kept.failed_at >= pause:
                kept.failed = False
                try:
                    kept.value, kept.fetched = await fetch(), time.monotonic()
                except (httpx2.HTTPError, ValueError, KeyError, JoseError) as error:
                    kept.failed, kept.failed_at = True, time.monotonic()
                    _LOG.warning("%s: %s: %s", self.issuer, type(error).__name__, error)
        if kept.failed and (kept.value is None or most_seconds <= _BETWEEN_FETCHES):
            raise ProviderAway(f"{self.issuer} does not respond.")
        return kept.value

    async def _discover(self) -> Endpoints:
        said = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if said["issuer"] != self.issuer:
            raise ValueError("the discovery document is another issuer's")
        return Endpoints(
            authorization=said["authorization_endpoint"],
            token=said["token_endpoint"],
            keys=said["jwks_uri"],
            userinfo=said.get("userinfo_endpoint") or "",
            end_session=said.get("end_session_endpoint") or "",
        )

    async def _fetch_keys(self) -> KeySet:
        endpoints = self._endpoints.value or await self._discover()
        self._endpoints.value = endpoints
        said = await self._get(endpoints.keys)
        signing = [key for key in said["keys"] if key.get("use", "sig") == "sig"]
        return KeySet.import_key_set({"keys": [key for key in signing if _is_known(key)]})

    async def _get(self, url: str) -> dict[str, Any]:
        async with httpx2.AsyncClient(timeout=_TIMEOUT) as client:
            response = await client.get(url)
            response.raise_for_status()
            said = response.json()
        if not isinstance(said, dict):
            raise ValueError("no JSON object")
        return said


def _is_known(key: dict[str, Any]) -> bool:
    """Whether the library can read it: providers may offer later kinds of keys."""
    try:
        KeySet.import_key_set({"keys": [key]})
    except (JoseError, ValueError, KeyError):
        return False
    return key["kty"] in ("RSA", "EC", "OKP")
