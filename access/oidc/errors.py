"""What can be wrong with a token, and with the provider."""

from __future__ import annotations


class TokenRefused(Exception):
    """The token is none of ours. The message says why, and holds nothing of it."""


class NoRole(Exception):
    """The provider knows who calls; here no role is meant for them."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has no role here. An administrator gives one with ONTHEDOT_OIDC_ROLES."
        )


class ProviderAway(Exception):
    """The provider does not answer, so that nothing can be judged that needs it."""
