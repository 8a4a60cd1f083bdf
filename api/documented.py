"""What the OpenAPI document says in addition to the models: errors, headers, who may call."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from onthedot.api import problems
from onthedot.messages.problems import Problem

_REF = {"$ref": "#/components/schemas/Problem"}
_SAID = {
    401: "A token is needed, or the one sent is not known.",
    403: "The caller's role is too small (`needed_role` would do); or no token is configured, and "
    "the call is not from this machine, or from a foreign web page.",
    404: "There is none.",
    405: "This address does not take this method.",
    408: "The body did not come in time.",
    409: "It does not fit what is there: the id is in use, or the state does not allow it.",
    412: "`If-Match` named another revision than the current one.",
    413: "The body is larger than ONTHEDOT_MAX_BODY_BYTES.",
    415: "The body is not `application/json`.",
    422: "Fields have to be corrected; `errors` names each.",
    500: "A fault of the server.",
    503: "Temporal does not answer, or no worker takes it up. `detail` says what is certain.",
}

ETAG = {"ETag": {"description": "The revision, for If-Match.", "schema": {"type": "string"}}}
AGE = {"Age": {"description": "How old this is, in seconds.", "schema": {"type": "integer"}}}
LOCATION = {"Location": {"description": "Its address.", "schema": {"type": "string"}}}

Responses = dict[int | str, dict[str, Any]]


def refusals(*statuses: int, body: bool = False) -> Responses:
    """The errors of a call; those that every call has come by themselves.

    Args:
        body: the call takes a body, which can be too slow, too large or of another type.
    """
    wanted = {401, 403, 405, 422, 500, *statuses, *({408, 413, 415} if body else set())}
    return {status: _refusal(status) for status in sorted(wanted)}


def links(parameter: str, *operations: str) -> dict[str, Any]:
    """Where the `id` of an answer leads: to the operations that take it as `parameter`."""
    return {
        name: {"operationId": name, "parameters": {parameter: "$response.body#/id"}}
        for name in operations
    }


def operation_id(route: APIRoute) -> str:
    """What a call is named in the document, and in clients that are made from it."""
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
    """Have the app build its OpenAPI document with all of this."""

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
