"""The caller's identity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from onthedot.access.roles import Role, needed


class Via(StrEnum):
    """How the caller was identified."""

    TOKEN = "token"
    OIDC = "oidc"
    #: No tokens are configured, and the call comes from this machine.
    LOOPBACK = "loopback"


@dataclass(frozen=True)
class Identity:
    """Someone who may call. Changes are recorded under `name`."""

    name: str
    role: Role
    via: Via

    def may(self, call: str) -> bool:
        """Whether this role has the right to a call, named as in `ROLES`."""
        return self.role.covers(needed(call))


#: The caller if no tokens are configured.
LOCAL = Identity("local", Role.ADMIN, Via.LOOPBACK)
