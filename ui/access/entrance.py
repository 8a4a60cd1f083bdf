"""What everyone may see: signing in and out, and the static files for it.

Plain HTML in a separate app: each view of the page costs memory, so none is built for someone who
is not signed in.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from onthedot.ui.access.gate import same_origin
from onthedot.ui.access.login_page import login_page
from onthedot.ui.access.session_cookies import forget, keep
from onthedot.ui.access.sessions import Sessions
from onthedot.ui.access.single_sign_on import SingleSignOn
from onthedot.ui.access.throttle import WrongTokens
from onthedot.ui.addresses import inside, target
from onthedot.ui.loading.static_files import STATIC, OwnFiles

_LOG = logging.getLogger("onthedot.access")
#: A form with a token is far smaller.
_MOST_BYTES = 4096
_WRONG = "This token is not configured here."
_OFTEN = "Too many wrong tokens. Try again in {seconds} s; a correct token works at any time."


def entrance(sessions: Sessions) -> Starlette:
    """The app for everyone: `/login`, `/logout`, static files, and single sign-on."""
    wrong_tokens = WrongTokens()
    single_sign_on = SingleSignOn(sessions)

    async def show(request: Request) -> Response:
        if sessions.of(request.cookies) is not None:
            return RedirectResponse(inside(request, target(request)), 303)
        return _page(request, sessions)

    async def enter(request: Request) -> Response:
        # A correct token is accepted however many wrong ones came before it: their sender must not
        # be able to lock out others, from the same address or elsewhere.
        cookie = sessions.begin(await _token(request)) if same_origin(request) else None
        if cookie is None:
            return _refused(request, sessions, wrong_tokens)
        response = RedirectResponse(inside(request, target(request)), 303)
        keep(response, request, cookie)
        return response

    async def leave(request: Request) -> Response:
        response: Response = RedirectResponse(inside(request, "/login?left"), 303)
        if same_origin(request):
            there = await single_sign_on.way_out(request)
            sessions.end(request.cookies)
            response = there or response
            forget(response, request)
        return response

    return Starlette(
        routes=[
            Route("/login", _by_method(show, enter), methods=["GET", "POST"]),
            Route("/logout", leave, methods=["POST"]),
            *single_sign_on.routes(),
            Route("/favicon.ico", lambda _: FileResponse(STATIC / "favicon.svg")),
            Mount("/static", OwnFiles()),
        ]
    )


_Answer = Callable[[Request], Awaitable[Response]]


def _by_method(get: _Answer, post: _Answer) -> _Answer:
    async def either(request: Request) -> Response:
        return await (post if request.method == "POST" else get)(request)

    return either


async def _token(request: Request) -> str:
    """The token in a form; empty if there is none."""
    came = b""
    async for part in request.stream():
        came += part
        if len(came) > _MOST_BYTES:
            return ""
    try:
        fields = parse_qs(came.decode(), max_num_fields=10)
    except ValueError:
        return ""
    return fields.get("token", [""])[0]


def _refused(request: Request, sessions: Sessions, wrong_tokens: WrongTokens) -> Response:
    address = request.client.host if request.client else ""
    wait_seconds = math.ceil(wrong_tokens.count(address, time.monotonic()))
    if wait_seconds:
        page = _page(request, sessions, _OFTEN.format(seconds=wait_seconds), 429)
        page.headers["Retry-After"] = str(wait_seconds)
        return page
    _LOG.warning("a wrong token at the page, from %s", address)
    return _page(request, sessions, _WRONG, 401)


def _page(request: Request, sessions: Sessions, error: str = "", status: int = 200) -> HTMLResponse:
    settings = sessions.settings
    page = login_page(
        request,
        tokens=bool(settings.api_tokens),
        provider=settings.single_sign_on,
        error=error,
    )
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})
