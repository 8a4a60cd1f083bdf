"""The settings of authentication and TLS."""

from __future__ import annotations

import json
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode

from onthedot.access.roles import OF_PEOPLE, Role
from onthedot.access.sealing import LEAST


def split(value: object) -> object:
    """`a, b` as the environment gives it -> `("a", "b")`."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _seconds(value: object) -> object:
    """A bare number is seconds; pydantic reads anything else as ISO 8601."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]


def _long_enough(keys: tuple[str, ...]) -> tuple[str, ...]:
    if any(len(key) < LEAST for key in keys):
        raise ValueError(
            f"a key has at least {LEAST} characters. `openssl rand -base64 32` makes one"
        )
    return keys


SessionKeys = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(split), AfterValidator(_long_enough)
]


def _roles(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        read = json.loads(value)
    except ValueError:
        read = None
    if not isinstance(read, dict) or not all(role in set(OF_PEOPLE) for role in read.values()):
        raise ValueError(
            'must be JSON, {"ops-team": "operator", "*": "viewer"}, with the roles '
            f"{', '.join(OF_PEOPLE)}"
        )
    return read


def _issuer(value: str) -> str:
    """An identity provider is trusted only over TLS."""
    parts = urlsplit(value)
    plain = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if value and (not parts.hostname or not (parts.scheme == "https" or plain)):
        raise ValueError("must be an https:// address, exactly as the provider writes it")
    return value


Issuer = Annotated[str, AfterValidator(_issuer)]
Roles = Annotated[dict[str, Role], NoDecode, BeforeValidator(_roles)]


def _networks(named: tuple[str, ...]) -> tuple[str, ...]:
    for each in named:
        try:
            ip_network(each)
        except ValueError:
            raise ValueError(f"{each!r} is not an address or a network") from None
    return named


Networks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split), AfterValidator(_networks)]


class AccessSettings(BaseSettings):
    """How people and programs authenticate, and the transport that they use."""

    tls_cert: Path | None = Field(
        default=None,
        description="The server's certificate with its chain (PEM): serves REST and the page "
        "over TLS. A changed file is reread within a minute.",
    )
    tls_key: Path | None = Field(
        default=None, description="The certificate's private key (PEM), without a password."
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="Addresses or networks of the proxies in front, separated by commas: their "
        "`X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` count. Those of anyone else are "
        "dropped.",
    )

    session_key: SessionKeys = Field(
        default=(),
        repr=False,
        description="Encrypts and signs the page's session cookie: at least 32 unguessable "
        "characters, the same for all servers. Separate several with commas: the first "
        "encrypts, the others still decrypt. Empty: a new key at each start; `onthedot "
        "dev` creates one and keeps it in its data directory.",
    )
    oidc_issuer: Issuer = Field(
        default="",
        description="The provider of single sign-on (OpenID Connect): its issuer, exactly as in "
        "its discovery document. Empty: tokens alone.",
    )
    oidc_client_id: str = Field(
        default="", description="The client that the provider knows this server as."
    )
    oidc_client_secret: str = Field(
        default="",
        repr=False,
        description="The client's secret. Empty for a public client.",
    )
    oidc_client_secret_file: Path | None = Field(
        default=None, description="A file with the client's secret, instead of the variable."
    )
    oidc_audience: str = Field(
        default="",
        description="The audience that a bearer token must name. Empty: the client id.",
    )
    oidc_max_token_age: Annotated[timedelta | None, BeforeValidator(_seconds)] = Field(
        default=None,
        ge=timedelta(minutes=1),
        description="The maximum age of a bearer token, regardless of its expiry. A revoked role "
        "is gone after that. Empty: until the token expires.",
    )
    oidc_scopes: str = Field(
        default="openid profile email",
        description="The scopes to request when someone signs in, separated by spaces.",
    )
    oidc_role_claim: str = Field(
        default="groups",
        min_length=1,
        description="The claim that says which groups someone is in; a dotted path "
        "(`realm_access.roles`) reaches inside.",
    )
    oidc_roles: Roles = Field(
        default={},
        description='The role for each value of that claim: JSON, `{"ops-team": "operator", "*": '
        '"viewer"}`. The highest role counts; `*` is anyone whom the provider knows. Nobody '
        "gets in without a role.",
    )
    oidc_name_claim: str = Field(
        default="email",
        min_length=1,
        description="The claim with the name that changes are recorded under; `sub` if it is "
        "missing, or is an unverified email address.",
    )

    @property
    def single_sign_on(self) -> bool:
        """Whether a provider is configured."""
        return bool(self.oidc_issuer)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("ONTHEDOT_TLS_CERT and ONTHEDOT_TLS_KEY go together")
        if not self.oidc_issuer:
            return self
        if not self.oidc_client_id:
            raise ValueError("ONTHEDOT_OIDC_ISSUER needs ONTHEDOT_OIDC_CLIENT_ID too")
        if not self.oidc_roles:
            raise ValueError(
                "ONTHEDOT_OIDC_ISSUER needs ONTHEDOT_OIDC_ROLES too: without a role nobody gets in"
            )
        return self

    def client_secret(self) -> str:
        """The client's secret, from the variable or the file. Raises OSError if the file cannot be
        read.
        """
        if self.oidc_client_secret_file is not None:
            return self.oidc_client_secret_file.read_text().strip()
        return self.oidc_client_secret
