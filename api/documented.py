"""What the OpenAPI document has in addition to the models: errors, headers, security."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from onthedot.api import problems
from onthedot.messages.problems import Problem

_REF = {"$ref": "#/components/schemas/Problem"}
_SAID = {
    401: "The token is missing or unknown.",
    403: "The caller's role is not sufficient (`needed_role` is); or no token is configured and "
    "the call comes from another machine or from another web page.",
    404: "Not found.",
    405: "The address does not support this method.",
    408: "The body did not arrive in time.",
    409: "A conflict with the current state: the id is in use, or the state does not allow the "
    "call.",
    412: "`If-Match` does not name the current revision.",
    413: "The body is larger than ONTHEDOT_MAX_BODY_BYTES.",
    415: "The body is not `application/json`.",
    422: "Some fields are invalid; `errors` lists them.",
    500: "An internal error of the server.",
    503: "Temporal does not respond, or no worker does. `detail` says what is certain.",
}

ETAG = {"ETag": {"description": "The revision, for If-Match.", "schema": {"type": "string"}}}
AGE = {"Age": {"description": "How old this is, in seconds.", "schema": {"type": "integer"}}}
LOCATION = {"Location": {"description": "Its address.", "schema": {"type": "string"}}}

Responses = dict[int | str, dict[str, Any]]


def refusals(*statuses: int, body: bool = False) -> Responses:
    """The errors of a call, besides those of every call.

    Args: body: whether the call takes a body, which can be slow, too large or of the wrong type.
    """
    wanted = {401, 403, 405, 422, 500, *statuses, *({408, 413, 415} if body else set())}
    return {status: _refusal(status) for status in sorted(wanted)}


def links(parameter: str, *operations: str) -> dict[str, Any]:
    """Where the `id` of a response leads: to the operations that take it as `parameter`."""
    return {
        name: {"operationId": name, "parameters": {parameter: "$response.body#/id"}}
        for name in operations
    }


def operation_id(route: APIRoute) -> str:
    """The name of a call in the document, and in clients generated from it."""
    return route.name


def _refusal(status: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": _SAID[status],
        "content": {problems.MEDIA_TYPE: {"schema": _REF}},
    }
    if status == 503:
        found["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
        }
    return found


def describe(app: FastAPI, *, with_tokens: bool) -> None:
    """Make the app add all of this to its OpenAPI document."""

    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _built(app, with_tokens)
        return app.openapi_schema

    app.openapi = build  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _built(app: FastAPI, with_tokens: bool) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schemas["Problem"].pop("$defs"))
    if with_tokens:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        found["security"] = [{"token": []}]
        for path in ("/healthz", "/readyz"):
            found["paths"][path]["get"]["security"] = []
    return found
