"""Errors of tokens and of the provider."""

from __future__ import annotations


class TokenRefused(Exception):
    """The token is not valid. The message says why, and contains nothing of it."""


class NoRole(Exception):
    """The provider knows the caller, but no role is assigned to them here."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has no role here. An administrator gives one with ONTHEDOT_OIDC_ROLES."
        )


class ProviderAway(Exception):
    """The provider does not respond, and what needs it cannot be checked."""
