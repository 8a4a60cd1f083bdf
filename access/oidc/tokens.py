"""Checks signed tokens: their issuer, audience, age and signature."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import KeySet

from onthedot.access.identity import Identity
from onthedot.access.oidc.claims import ClaimRules
from onthedot.access.oidc.provider import Provider, TokenRefused

#: Signatures with a private key only: no `none`, and no shared secrets.
_ALGORITHMS = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
]  # fmt: skip
#: Not every signed token says who someone is: one that signs out, for instance, does not.
_TYPES = {"", "jwt", "at+jwt", "application/at+jwt"}
_LONGEST = 16 * 1024
#: How far clocks may differ, in seconds.
LEEWAY = 60


@dataclass(frozen=True)
class Tokens:
    """Checks the tokens of one provider."""

    provider: Provider
    audience: str
    rules: ClaimRules
    most_seconds: float | None = None
    """The maximum age; None for as long as the token itself says."""

    async def identity(self, token: str) -> Identity:
        """The token's owner. Raises TokenRefused, NoRole, ProviderAway."""
        return self.rules.identity(await self.claims(token))

    async def claims(self, token: str, **more: str) -> Mapping[str, Any]:
        """The token's claims, verified; `more` are claims that it must have.

        Raises TokenRefused, ProviderAway.
        """
        key_id = _key_id(token)
        keys = await self.provider.keys()
        if not _has(keys, key_id):
            keys = await self.provider.keys(unlike=keys)
        if not _has(keys, key_id):
            raise TokenRefused("The issuer does not have its key.")
        try:
            claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
            _registry(self.provider.issuer, self.audience, more).validate(claims)
        except ExpiredTokenError:
            raise TokenRefused("It has expired.") from None
        except (InvalidClaimError, MissingClaimError) as error:
            raise TokenRefused(_SAID.get(error.claim, "One of its claims is wrong.")) from None
        except BadSignatureError:
            raise TokenRefused("Its signature is wrong.") from None
        except (JoseError, ValueError, TypeError, RecursionError):
            raise TokenRefused("It is not a readable token.") from None
        self._check_age(claims)
        return claims

    def _check_age(self, claims: Mapping[str, Any]) -> None:
        if self.most_seconds is None:
            return
        made = claims.get("iat")
        if not isinstance(made, int | float):
            raise TokenRefused("It does not say when it was issued.")
        if time.time() - made > self.most_seconds:
            raise TokenRefused(
                f"It was issued more than {self.most_seconds:g} seconds ago. Get a new one."
            )


_SAID = {
    "iss": "Another issuer issued it.",
    "aud": "It was issued for another audience.",
    "nbf": "It is not valid yet.",
    "iat": "It is not valid yet.",
    "nonce": "It belongs to another sign-in.",
}


def looks_like_one(token: str) -> bool:
    """Whether it looks like a signed token rather than one of ours."""
    return token.count(".") == 2


def _key_id(token: str) -> str | None:
    if len(token) > _LONGEST:
        raise TokenRefused("It is too long.")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        raise TokenRefused("It is not a readable token.") from None
    if header.get("alg") not in _ALGORITHMS:
        raise TokenRefused("It is not signed with a private key.")
    if str(header.get("typ", "")).lower() not in _TYPES:
        raise TokenRefused("It is a token for another purpose.")
    key_id = header.get("kid")
    return key_id if isinstance(key_id, str) else None


def _has(keys: KeySet, key_id: str | None) -> bool:
    return key_id is None or any(key.kid == key_id for key in keys)


def _registry(issuer: str, audience: str, more: Mapping[str, str]) -> jwt.JWTClaimsRegistry:
    must: dict[str, Any] = {name: {"essential": True, "value": more[name]} for name in more}
    return jwt.JWTClaimsRegistry(
        lambda: int(time.time()),
        LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        sub={"essential": True},
        **must,
    )
