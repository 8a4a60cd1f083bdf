"""Turns every error into a problem document, without a traceback or a secret."""

from __future__ import annotations

import logging
import traceback
from typing import cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onthedot.api import problems
from onthedot.api.json_body import InvalidBody
from onthedot.api.middleware.access_log import printable_path
from onthedot.messages.field_errors import parameter_problems
from onthedot.messages.problems import Problem
from onthedot.scheduling.errors import FieldProblem, OnTheDotError

_LOG = logging.getLogger("onthedot.api")


def install(app: FastAPI) -> None:
    """Make the app respond to every error with a problem document."""
    app.add_exception_handler(OnTheDotError, _ours)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(InvalidBody, _body)
    app.add_exception_handler(HTTPException, _http)


async def _ours(_: Request, error: Exception) -> Response:
    return problems.answer(problems.problem_of(cast(OnTheDotError, error)))


async def _parameters(_: Request, error: Exception) -> Response:
    return _invalid(parameter_problems(cast(RequestValidationError, error).errors()))


async def _body(_: Request, error: Exception) -> Response:
    return _invalid(cast(InvalidBody, error).problems)


def _invalid(fields: tuple[FieldProblem, ...]) -> Response:
    return problems.answer(invalid_request(fields))


def invalid_request(fields: tuple[FieldProblem, ...]) -> Problem:
    """The document for malformed fields."""
    detail = "; ".join(f"{f.field or 'body'}: {f.message.rstrip('.')}" for f in fields) + "."
    return problems.problem(problems.INVALID_REQUEST, detail, fields)


async def _http(request: Request, error: Exception) -> Response:
    refused = cast(HTTPException, error)
    match refused.status_code:
        case 404:
            kind = problems.NOT_FOUND
            detail = "There is nothing at this address. /docs lists what there is."
        case 405:
            kind = problems.METHOD_NOT_ALLOWED
            detail = f"This address does not support {request.method}. See the header Allow."
        case 408:
            kind, detail = problems.TOO_SLOW, str(refused.detail)
        case 413:
            kind, detail = problems.TOO_LARGE, str(refused.detail)
        case status:
            kind = problems.Kind("http", status, problems.HTTP.title)
            detail = str(refused.detail)
    return problems.answer(problems.problem(kind, detail), refused.headers)


#: Starlette's error for a client that disconnected before the response.
_NOBODY_LISTENS = "No response returned."


class LastResort:
    """Responds with 500 to any other exception, and logs it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = gone = False

        async def heard() -> Message:
            nonlocal gone
            message = await receive()
            gone = gone or message["type"] == "http.disconnect"
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, heard, watched)
        except Exception as error:
            if gone and str(error) == _NOBODY_LISTENS:
                return
            _LOG.error("%s %s: %s", scope["method"], printable_path(scope), _told(error))
            if started:
                raise
            detail = "This is an internal error; see the server's log. You may repeat the call."
            await problems.answer(problems.problem(problems.INTERNAL, detail))(scope, receive, send)


def _told(error: Exception) -> str:
    """The error and where it happened, without the input that pydantic quotes."""
    if isinstance(error, ValidationError):
        fields = error.errors(include_input=False, include_context=False, include_url=False)
        said = f"{error.title}: {[(f['loc'], f['type']) for f in fields[:10]]}"
    else:
        said = f"{type(error).__name__}: {error}"
    return said + "\n" + "".join(traceback.format_tb(error.__traceback__)).rstrip()
