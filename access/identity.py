"""Who calls."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from onthedot.access.roles import Role, needed


class Via(StrEnum):
    """How it is known who calls."""

    TOKEN = "token"
    OIDC = "oidc"
    #: No token is configured, and the call comes from this machine.
    LOOPBACK = "loopback"


@dataclass(frozen=True)
class Identity:
    """Someone who may call, by the name that changes are put down to."""

    name: str
    role: Role
    via: Via

    def may(self, call: str) -> bool:
        """Whether this role has the right to a call, named as in `ROLES`."""
        return self.role.covers(needed(call))


#: Where no token is configured.
LOCAL = Identity("local", Role.ADMIN, Via.LOOPBACK)
