"""Reads request bodies strictly; nothing is guessed.

1. Duplicate keys, `NaN`, `Infinity`, and more values than any field accepts are rejected.
2. Pydantic's own parser validates the bytes in one step, in strict mode: `"yes"` is not a boolean,
a number is not an instant, half a surrogate pair is not text.
3. Errors carry the path of each field.

A large body is read in a thread, so that other requests are not delayed meanwhile.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from anyio import to_thread
from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from onthedot.api.json_shape import has_too_many_brackets, is_too_long, too_many
from onthedot.messages.field_errors import field_problems
from onthedot.scheduling.errors import FieldProblem

#: Above this many bytes a thread is worth its cost.
_LARGE = 32 * 1024


class InvalidBody(HTTPException):
    """The body is invalid for this address."""

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__(422)
        self.problems = problems


class JsonRoute(APIRoute):
    """A route that reads its body with this module."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle
        told = self.body_field.field_info
        declared: Any = told.annotation
        if told.discriminator is not None:
            declared = Annotated[declared, Field(discriminator=told.discriminator)]
        adapter: TypeAdapter[Any] = TypeAdapter(declared)

        async def strictly(request: Request) -> Response:
            return await handle(_JsonRequest(request, adapter))

        return strictly


class _JsonRequest(Request):
    """Returns the model itself from `json()`; FastAPI then uses it unchanged."""

    def __init__(self, request: Request, adapter: TypeAdapter[Any]) -> None:
        super().__init__(request.scope, request.receive)
        self._adapter = adapter

    async def json(self) -> Any:
        body = await self.body()
        if len(body) <= _LARGE:
            return parse(body, self._adapter)
        return await to_thread.run_sync(parse, body, self._adapter)


def parse(body: bytes, adapter: TypeAdapter[Any]) -> Any:
    """The body as the adapter's type. Raises InvalidBody with every invalid field."""
    if problem := has_too_many_brackets(body) or is_too_long(body):
        raise InvalidBody(problem)
    read = _without_twins(body)
    if isinstance(read, dict | list) and (problem := too_many(read)):
        raise InvalidBody(problem)
    try:
        return adapter.validate_json(body, strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        if found[0]["type"] == "json_invalid":
            raise InvalidBody(FieldProblem("", found[0]["msg"])) from None
        raise InvalidBody(*field_problems(found, read)) from None


def _without_twins(body: bytes) -> Any:
    try:
        return json.loads(body, object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise InvalidBody(FieldProblem("", _not_json(body))) from None


def _not_json(body: bytes) -> str:
    """The position of a JSON syntax error."""
    try:
        from_json(body, allow_inf_nan=False)
    except ValueError as error:
        return f"Invalid JSON: {error}"
    return "is not JSON in UTF-8"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twin = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise InvalidBody(FieldProblem(twin, "comes twice in one object; send it once"))
    return found


def _constant(name: str) -> Any:
    raise InvalidBody(FieldProblem("", f"{name} is not JSON"))
