"""Builds the provider from the settings."""

from __future__ import annotations

from onthedot.access.oidc.claims import ClaimRules
from onthedot.access.oidc.provider import Provider
from onthedot.access.oidc.sign_in import CodeFlow
from onthedot.access.oidc.tokens import Tokens
from onthedot.access.settings import AccessSettings


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
