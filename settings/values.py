"""Parses the values of settings: ports, lists, JSON, time zones."""

from __future__ import annotations

import json
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from onthedot.access.settings import split


def _parse_json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('it is not JSON. Write {"NAME": ["host.example.com"]}') from None


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not a time zone; use an IANA name such as Europe/Rome") from None


Port = Annotated[int, Field(ge=1, le=65535)]
SecretHosts = Annotated[
    dict[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")], tuple[str, ...]],
    NoDecode,
    BeforeValidator(_parse_json),
]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
Zone = Annotated[str, AfterValidator(_known_zone)]
