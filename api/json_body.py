"""How a body is read: strictly, so that nothing is guessed.

1. The bytes are parsed and judged in one step by pydantic's own parser, in strict mode: `"yes"` is
   no boolean, a number no instant, half a surrogate pair no text.
2. A key that comes twice, `NaN` and `Infinity` are refused.
3. What is wrong is told with the path of each field.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from onthedot.messages.field_errors import field_problems
from onthedot.scheduling.errors import FieldProblem


class InvalidBody(HTTPException):
    """The body is not what this address takes."""

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__(422)
        self.problems = problems


class JsonRoute(APIRoute):
    """A route whose body is read as this module says."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle
        declared: Any = self.body_field.field_info.annotation
        adapter: TypeAdapter[Any] = TypeAdapter(declared)

        async def strictly(request: Request) -> Response:
            return await handle(_JsonRequest(request, adapter))

        return strictly


class _JsonRequest(Request):
    """Answers `json()` with the model itself, which FastAPI then takes as it is."""

    def __init__(self, request: Request, adapter: TypeAdapter[Any]) -> None:
        super().__init__(request.scope, request.receive)
        self._adapter = adapter

    async def json(self) -> Any:
        return parse(await self.body(), self._adapter)


def parse(body: bytes, adapter: TypeAdapter[Any]) -> Any:
    """The body as what the adapter stands for.

    Raises:
        InvalidBody: with every field that has to be mended.
    """
    try:
        value = adapter.validate_json(body, strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        if found[0]["type"] == "json_invalid":
            raise InvalidBody(FieldProblem("", found[0]["msg"])) from None
        raise InvalidBody(*field_problems(found, _without_twins(body))) from None
    _without_twins(body)
    return value


def _without_twins(body: bytes) -> Any:
    try:
        return json.loads(body, object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise InvalidBody(FieldProblem("", "is not JSON in UTF-8")) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twin = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise InvalidBody(FieldProblem(twin, "comes twice in one object; send it once"))
    return found


def _constant(name: str) -> Any:
    raise InvalidBody(FieldProblem("", f"{name} is not JSON"))
