"""What anyone gets: the way in where tokens are configured, and the files it is drawn with.

Plain HTML and an app of its own: nothing of the page, whose every view costs memory, is built
for somebody who is not signed in.
"""

from __future__ import annotations

import html
import logging
import math
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qs, quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from onthedot.ui.gate import same_origin
from onthedot.ui.sessions import COOKIE, MAX_AGE, Sessions
from onthedot.ui.template import NONCE
from onthedot.ui.throttle import WrongTokens

_LOG = logging.getLogger("onthedot.access")
_DAY_SECONDS = 24 * 3600
#: A form with a token is far smaller.
_MOST_BYTES = 4096
#: Pages that stand beside `/ui` and ask for the same sign-in.
_BESIDE = {"/docs"}
_WRONG = "This is not a token that is configured here."
_OFTEN = "Too many wrong tokens came. Try again in {seconds} s; the right one works at any time."

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Sign in · On the Dot</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{base}/static/favicon.svg">
<link rel="stylesheet" href="{base}/static/base.css">
<link rel="stylesheet" href="{base}/static/frame.css">
<link rel="stylesheet" href="{base}/static/parts.css">
<link rel="stylesheet" href="{base}/static/fields.css">
<script nonce="{nonce}" src="{base}/static/time.js"></script>
<script nonce="{nonce}" src="{base}/static/keys.js"></script>
</head>
<body>
<main class="login">
<form class="card" method="post" action="{base}/login?next={next}">
<div class="brand"><svg aria-hidden="true"><use href="{base}/static/icons.svg#brand"></use></svg>
On the Dot</div>
<h1>Sign in</h1>
<div class="field{bad}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus
 aria-describedby="hint"{invalid}>
{error}
<div class="hint" id="hint">The half that starts with <code>otd_</code>.
<code>onthedot token new</code> prints one.</div>
</div>
<button class="btn primary">Sign in</button>
</form>
</main>
</body>
</html>"""


def entrance(sessions: Sessions, static: Path) -> Starlette:
    """The app that answers anyone: `/login`, `/logout`, and the files in `static`."""
    wrong_tokens = WrongTokens()

    async def show(request: Request) -> Response:
        if sessions.of(request.cookies) is not None:
            return _redirect(request, _target(request))
        return HTMLResponse(_page(request), headers={"Cache-Control": "no-store"})

    async def enter(request: Request) -> Response:
        # The right token is let in however many wrong ones came before it: whoever sends those
        # must not be able to lock out the others, from the same address or elsewhere.
        cookie = sessions.begin(await _token(request)) if same_origin(request) else None
        if cookie is None:
            return _refused(request, wrong_tokens)
        response = _redirect(request, _target(request))
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=MAX_AGE,
            path=_root(request),
            httponly=True,
            samesite="lax",
            secure=_secure(request),
        )
        return response

    async def leave(request: Request) -> Response:
        if same_origin(request):
            sessions.end(request.cookies)
        response = _redirect(request, "/login?left")
        response.delete_cookie(COOKIE, path=_root(request))
        return response

    return Starlette(
        routes=[
            Route("/login", _by_method(show, enter), methods=["GET", "POST"]),
            Route("/logout", leave, methods=["POST"]),
            Route("/favicon.ico", lambda _: FileResponse(static / "favicon.svg")),
            Mount("/static", _Files(directory=static)),
        ]
    )


_Answer = Callable[[Request], Awaitable[Response]]


def _by_method(get: _Answer, post: _Answer) -> _Answer:
    async def either(request: Request) -> Response:
        return await (post if request.method == "POST" else get)(request)

    return either


class _Files(StaticFiles):
    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on
        response.headers["Cache-Control"] = f"public, max-age={_DAY_SECONDS}"
        return response


async def _token(request: Request) -> str:
    """The token of a form; empty where there is none."""
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


def _refused(request: Request, wrong_tokens: WrongTokens) -> Response:
    address = request.client.host if request.client else ""
    wait_seconds = math.ceil(wrong_tokens.count(address, time.monotonic()))
    if wait_seconds:
        page = _page(request, error=_OFTEN.format(seconds=wait_seconds))
        return HTMLResponse(page, 429, {"Retry-After": str(wait_seconds)})
    _LOG.warning("a wrong token at the page, from %s", address)
    return HTMLResponse(_page(request, error=_WRONG), 401)


def _page(request: Request, *, error: str = "") -> str:
    return _PAGE.format(
        base=html.escape(_base(request)),
        next=quote(_target(request), safe=""),
        nonce=request.scope[NONCE],
        bad=" bad" if error else "",
        invalid=' aria-invalid="true"' if error else "",
        error=f'<div class="error" role="alert">{error}</div>' if error else "",
    )


def _redirect(request: Request, path: str) -> Response:
    """To a path of the page, or to one beside it. NiceGUI puts the prefix of a proxy before it."""
    base = "" if path in _BESIDE else request.scope.get("root_path", "")
    return RedirectResponse(base + path, 303)


def _prefix(request: Request) -> str:
    return quote(request.headers.get("x-forwarded-prefix", ""), safe="/")


def _root(request: Request) -> str:
    """The cookie is for REST's own pages too, which stand beside `/ui`."""
    return _prefix(request) or "/"


def _base(request: Request) -> str:
    return f"{_prefix(request)}{request.scope.get('root_path', '')}"


def _target(request: Request) -> str:
    """Only a place of ours: nobody is sent elsewhere by a link to the way in."""
    target = request.query_params.get("next", "/")
    fits = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if fits else "/"


def _secure(request: Request) -> bool:
    return request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
