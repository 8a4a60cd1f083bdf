"""The settings that say who gets in."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from onthedot.access.sealing import LEAST


def split(value: object) -> object:
    """`a, b` as the environment gives it -> `("a", "b")`."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _long_enough(keys: tuple[str, ...]) -> tuple[str, ...]:
    if any(len(key) < LEAST for key in keys):
        raise ValueError(
            f"a key has {LEAST} characters at least. `openssl rand -base64 32` makes one"
        )
    return keys


SessionKeys = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(split), AfterValidator(_long_enough)
]


class AccessSettings(BaseSettings):
    """How people and programs prove who they are."""

    session_key: SessionKeys = Field(
        default=(),
        repr=False,
        description="Encrypts and signs the cookie of who is signed in at the page: at least "
        "32 characters that nobody can guess. All servers need the same. Several are separated by "
        "commas: the first is used, the others still count. Empty: a key that a restart forgets; "
        "`onthedot dev` makes one and keeps it in its data directory.",
    )
