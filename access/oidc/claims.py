"""Turns a provider's claims into an identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onthedot.access.identity import Identity, Via
from onthedot.access.oidc.provider import NoRole, TokenRefused
from onthedot.access.roles import Role

#: Everyone else whom the provider knows.
ANYONE = "*"
_LONGEST_NAME = 200


@dataclass(frozen=True)
class ClaimRules:
    """The names of the claims. A dotted path reaches inside a claim."""

    role_claim: str = "groups"
    roles: Mapping[str, Role] | None = None
    name_claim: str = "email"

    def identity(self, claims: Mapping[str, Any]) -> Identity:
        """Who this is, with the highest role that the claims give.

        Raises NoRole, or TokenRefused if the claims name nobody.
        """
        name = self._name(claims)
        role = self.role(claims)
        if role is None:
            raise NoRole(name)
        return Identity(name, role, Via.OIDC)

    def role(self, claims: Mapping[str, Any]) -> Role | None:
        """The highest role that the claims give, or None."""
        said = None if self._unverified(self.role_claim, claims) else self.said_roles(claims)
        values = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        table = self.roles or {}
        given = [table[value] for value in (*values, ANYONE) if value in table]
        return max(given, key=tuple(Role).index, default=None)

    def said_roles(self, claims: Mapping[str, Any]) -> Any:
        """The value of the role claim; None if it is missing."""
        return _at(claims, self.role_claim)

    @staticmethod
    def _unverified(claim: str, claims: Mapping[str, Any]) -> bool:
        """Some providers let people write any address until it is verified."""
        return claim == "email" and claims.get("email_verified") is False

    def _name(self, claims: Mapping[str, Any]) -> str:
        name = _at(claims, self.name_claim)
        if self._unverified(self.name_claim, claims):
            name = None
        name = name or claims.get("sub")
        if not isinstance(name, str) or not name.isprintable():
            raise TokenRefused("It does not name anyone.")
        return name[:_LONGEST_NAME]


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """The value at a path. A claim whose own name has dots (usually a URL) takes precedence."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found
