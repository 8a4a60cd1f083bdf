"""Sign-in at the provider: authorization code with PKCE, state and nonce; renewal; sign-out.

What must be remembered until the browser returns is given to the caller, who stores it in the
browser. The last functions build these parts from the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from onthedot.access.identity import Identity
from onthedot.access.oidc.claims import ClaimRules
from onthedot.access.oidc.provider import Provider, ProviderAway, TokenRefused
from onthedot.access.oidc.tokens import Tokens
from onthedot.access.settings import AccessSettings

_TIMEOUT_SECONDS = 5.0
#: Google issues refresh tokens only if asked in its own way.
_GOOGLE = "https://accounts.google.com"


@dataclass(frozen=True)
class Departure:
    """What must match when the browser returns."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str

    def as_dict(self) -> dict[str, str]:
        """To be stored in the browser, encrypted."""
        return asdict(self)


@dataclass(frozen=True)
class SignIn:
    """A sign-in, with the tokens that renew and end it."""

    identity: Identity
    refresh_token: str
    id_token: str


@dataclass(frozen=True)
class CodeFlow:
    """A client of a provider."""

    provider: Provider
    client_id: str
    client_secret: str
    scopes: str
    rules: ClaimRules

    async def begin(self, redirect_uri: str) -> tuple[str, Departure]:
        """Where to send the browser, and what to remember. Raises ProviderAway."""
        endpoints = await self.provider.endpoints()
        state, nonce, verifier = (generate_token(48) for _ in range(3))
        more = {"access_type": "offline"} if self.provider.issuer == _GOOGLE else {}
        async with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                endpoints.authorization, state=state, nonce=nonce, code_verifier=verifier, **more
            )
        return str(url), Departure(state, nonce, verifier, redirect_uri)

    async def finish(self, departure: Departure, code: str) -> SignIn:
        """The sign-in for this code. Raises TokenRefused, NoRole, ProviderAway."""
        said = await self._asked(
            departure.redirect_uri, "fetch_token", code=code, code_verifier=departure.verifier
        )
        return await self._signed(said, nonce=departure.nonce)

    async def renew(self, refresh_token: str, id_token: str) -> SignIn:
        """Ask the provider for the current identity. Raises TokenRefused, NoRole, ProviderAway."""
        said = await self._asked("", "refresh_token", refresh_token=refresh_token)
        # A provider may keep the old refresh token, and may leave out the ID token.
        return await self._signed({"refresh_token": refresh_token, **said}, before=id_token)

    async def way_out(self, id_token: str, back: str) -> str:
        """Where to send the browser to sign out there too; empty if the provider does not support
        it, or does not respond."""
        try:
            endpoints = await self.provider.endpoints()
        except ProviderAway:
            return ""
        if not endpoints.end_session:
            return ""
        said = {
            "client_id": self.client_id,
            "id_token_hint": id_token,
            "post_logout_redirect_uri": back,
        }
        return f"{endpoints.end_session}?{urlencode(said)}"

    async def _signed(
        self, said: Mapping[str, Any], *, nonce: str | None = None, before: str = ""
    ) -> SignIn:
        id_token, access_token = said.get("id_token", ""), said.get("access_token", "")
        if id_token:
            must = {"nonce": nonce} if nonce else {}
            tokens = Tokens(self.provider, self.client_id, self.rules)
            claims = dict(await tokens.claims(id_token, **must))
        elif nonce is None:
            claims = await self._userinfo(access_token)
        else:
            raise TokenRefused("The provider sent no ID token. Add openid to ONTHEDOT_OIDC_SCOPES.")
        if self.rules.said_roles(claims) is None and (await self.provider.endpoints()).userinfo:
            more = await self._userinfo(access_token)
            if more.get("sub") == claims.get("sub"):
                claims = more | claims
        identity = self.rules.identity(claims)
        return SignIn(identity, str(said.get("refresh_token") or ""), id_token or before)

    async def _userinfo(self, access_token: str) -> dict[str, Any]:
        endpoints = await self.provider.endpoints()
        async with httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
            try:
                headers = {"Authorization": f"Bearer {access_token}"}
                response = await client.get(endpoints.userinfo, headers=headers)
                said = response.json() if response.status_code == 200 else None
            except (httpx2.HTTPError, ValueError) as error:
                raise ProviderAway(f"{self.provider.issuer} does not respond.") from error
        if not isinstance(said, dict):
            raise TokenRefused("The provider did not say who signed in.")
        return said

    async def _asked(self, redirect_uri: str, what: str, **more: str) -> Mapping[str, Any]:
        endpoints = await self.provider.endpoints()
        async with self._client(redirect_uri) as client:
            try:
                said: Mapping[str, Any] = await getattr(client, what)(endpoints.token, **more)
            except OAuthError as error:
                raise TokenRefused(f"The provider refused the sign-in ({error.error}).") from None
            except (httpx2.HTTPError, ValueError, KeyError):
                raise ProviderAway(f"{self.provider.issuer} does not respond.") from None
        return said

    def _client(self, redirect_uri: str) -> Any:
        return AsyncOAuth2Client(
            self.client_id,
            self.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",
            scope=self.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT_SECONDS,
        )


def bearer_tokens(settings: AccessSettings, provider: Provider) -> Tokens:
    """Checks the tokens that REST receives."""
    audience = settings.oidc_audience or settings.oidc_client_id
    age = settings.oidc_max_token_age
    return Tokens(provider, audience, claim_rules(settings), age.total_seconds() if age else None)


def claim_rules(settings: AccessSettings) -> ClaimRules:
    """The meaning of a token's claims."""
    return ClaimRules(settings.oidc_role_claim, settings.oidc_roles, settings.oidc_name_claim)


def code_flow(settings: AccessSettings, provider: Provider) -> CodeFlow:
    """The sign-in for people. Raises OSError if the client's secret cannot be read."""
    return CodeFlow(
        provider,
        settings.oidc_client_id,
        settings.client_secret(),
        settings.oidc_scopes,
        claim_rules(settings),
    )
