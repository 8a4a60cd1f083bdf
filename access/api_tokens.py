"""API tokens: the setting that lists them, and the caller that a token belongs to."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode

from onthedot.access.identity import Identity, Via
from onthedot.access.roles import Role


class ApiToken(BaseModel):
    """One caller: a name for the record, what it may do, and the SHA-256 of the token (never the
    token itself)."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str = Field(repr=False)
    role: Role = Role.ADMIN

    @property
    def identity(self) -> Identity:
        """The caller."""
        return Identity(self.name, self.role, Via.TOKEN)


_TOKEN = re.compile(
    r"(?P<name>[A-Za-z0-9._-]{1,64})(:(?P<role>[^:]*))?:sha256:(?P<sha256>[0-9a-fA-F]{64})"
)


def _parse_tokens(value: object) -> object:
    """Parses `name:role:sha256:<hex>,…`; without a role, an admin. Errors never quote it: it may
    contain a token."""
    if not isinstance(value, str):
        return value
    tokens: dict[str, ApiToken] = {}
    for number, entry in enumerate(_entries(value), start=1):
        match = _TOKEN.fullmatch(entry)
        if match is None:
            raise ValueError(
                f"entry {number} is not of the form name:role:sha256:<64 hex digits>. "
                f"`onthedot token new NAME` prints one"
            )
        if match["name"] in tokens:
            raise ValueError(
                f"the name {match['name']!r} occurs twice. Give each token its own name"
            )
        role = match["role"] if match["role"] is not None else Role.ADMIN
        if role not in set(Role):
            # The role is not quoted: it could be anything.
            raise ValueError(f"entry {number} has an unknown role. Use one of {', '.join(Role)}")
        tokens[match["name"]] = ApiToken(
            name=match["name"], sha256=match["sha256"].lower(), role=Role(role)
        )
    return tuple(tokens.values())


def _entries(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


Tokens = Annotated[tuple[ApiToken, ...], NoDecode, BeforeValidator(_parse_tokens)]


def token_of(secret: str, known: Iterable[ApiToken]) -> ApiToken | None:
    """The configured token with this secret. Compares with every one, so that the time taken
    reveals nothing."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    found = None
    for candidate in known:
        if hmac.compare_digest(digest, candidate.sha256):
            found = candidate
    return found
