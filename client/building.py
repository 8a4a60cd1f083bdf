"""Builds calls (paths, queries, bodies), and reads their results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from functools import cache, partial
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel, TypeAdapter

from onthedot.client.call import Call
from onthedot.scheduling.values import format_instant

T = TypeVar("T")

#: A value in a query; None is left out, each of several values is sent.
QueryValue = str | int | bool | datetime | timedelta | Enum | Iterable[str] | None


def call(
    method: str,
    template: str,
    result: type[T],
    *,
    path: Mapping[str, str | int] | None = None,
    query: Mapping[str, QueryValue] | None = None,
    body: BaseModel | Mapping[str, Any] | None = None,
    if_match: int | str | None = None,
    idempotency_key: str | None = None,
    repeatable: bool | None = None,
) -> Call[T]:
    """One call whose response is read as `result`: a model, `str` for text, `NoneType`, or dict.

    By default, every call except a POST without an Idempotency-Key is `repeatable`.
    """
    headers: dict[str, str] = {}
    if if_match is not None:
        headers["If-Match"] = f'"{if_match}"'
    if idempotency_key is not None:
        headers["Idempotency-Key"] = idempotency_key
    if body is not None:
        headers["Content-Type"] = "application/json"
    filled = {name: quote(str(value), safe="") for name, value in (path or {}).items()}
    if repeatable is None:
        repeatable = method != "POST" or idempotency_key is not None
    return Call(
        method=method,
        template=template,
        path=template.format(**filled),
        read=partial(_read, result),
        query=tuple(_pairs(query or {})),
        headers=headers,
        body=None if body is None else _bytes(body),
        repeatable=repeatable,
    )


def fresh_key() -> str:
    """A new Idempotency-Key, which makes a registration safe to repeat."""
    return uuid4().hex


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are not None, as JSON values."""
    return {name: _plain(value) for name, value in fields.items() if value is not None}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return format_instant(value)
        case timedelta():
            return value.total_seconds()
        case Enum():
            return value.value
        case BaseModel():
            return value.model_dump(mode="json")
        case _:
            return value


def _pairs(query: Mapping[str, QueryValue]) -> Iterable[tuple[str, str]]:
    for name, value in query.items():
        match value:
            case None:
                continue
            case bool():
                yield name, "true" if value else "false"
            case str() | int() | datetime() | timedelta() | Enum():
                yield name, str(_plain(value))
            case _:
                yield from ((name, one) for one in value)


def _bytes(body: BaseModel | Mapping[str, Any]) -> bytes:
    if isinstance(body, BaseModel):
        return body.model_dump_json(by_alias=True).encode()
    return json.dumps(dict(body), ensure_ascii=False, allow_nan=False).encode()


@cache
def _adapter(result: Any) -> TypeAdapter[Any]:
    return TypeAdapter(result)


def _read(result: type[T], content: bytes) -> T:
    found: Any
    declared: Any = result
    if result is type(None):
        found = None
    elif result is str:
        found = content.decode("utf-8", "replace")
    else:
        # A later release may have added fields.
        found = _adapter(declared).validate_json(content, extra="ignore")
    return found  # type: ignore[no-any-return]  # each branch is a `result`
