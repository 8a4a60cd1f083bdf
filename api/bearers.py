"""Bearer tokens: configured here, or signed by the identity provider."""

from __future__ import annotations

from dataclasses import dataclass

from onthedot.access.api_tokens import ApiToken, token_of
from onthedot.access.identity import Identity
from onthedot.access.oidc.provider import NoRole, Provider, ProviderAway, TokenRefused
from onthedot.access.oidc.sign_in import bearer_tokens
from onthedot.access.oidc.tokens import Tokens, looks_like_one
from onthedot.api import problems
from onthedot.messages.problems import Problem
from onthedot.settings import Settings


@dataclass(frozen=True)
class Bearers:
    """All tokens that are accepted."""

    configured: tuple[ApiToken, ...]
    signed: Tokens | None

    @classmethod
    def of(cls, settings: Settings, provider: Provider | None) -> Bearers:
        """From the settings."""
        signed = bearer_tokens(settings, provider) if provider is not None else None
        return cls(settings.api_tokens, signed)

    async def owner(self, authorization: str) -> Identity | Problem:
        """The caller that this header identifies. Raises an error that says why if it identifies
        none."""
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        known = token_of(token, self.configured) if scheme.lower() == "bearer" else None
        if known is not None:
            return known.identity
        if self.signed is None or not looks_like_one(token):
            detail = "This token is not configured here. Check ONTHEDOT_API_TOKENS."
            return problems.problem(problems.WRONG_TOKEN, detail)
        try:
            return await self.signed.identity(token)
        except TokenRefused as error:
            return problems.problem(problems.WRONG_TOKEN, f"The token was rejected. {error}")
        except NoRole as error:
            return problems.problem(problems.FORBIDDEN, str(error))
        except ProviderAway as error:
            return problems.problem(problems.PROVIDER_AWAY, f"{error} Try again.")

    def missing(self) -> Problem:
        """The error for a missing token."""
        made_here = "one from `onthedot token new`" if self.configured else ""
        of_provider = "one from the sign-in provider" if self.signed else ""
        which = " or ".join(filter(None, (made_here, of_provider)))
        detail = f"Send `Authorization: Bearer <token>`: {which}."
        return problems.problem(problems.MISSING_TOKEN, detail)


def challenge(refused: Problem) -> str:
    """The header `WWW-Authenticate` (RFC 6750)."""
    wrong = ', error="invalid_token"' if refused.type.endswith(problems.WRONG_TOKEN.code) else ""
    return f'Bearer realm="onthedot"{wrong}'
