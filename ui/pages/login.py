"""The way in, where tokens are configured. Plain HTML: nothing of the page runs before it."""

from __future__ import annotations

import html
from urllib.parse import quote

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from onthedot.ui.gate import same_origin
from onthedot.ui.sessions import COOKIE, MAX_AGE, Sessions

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
<script src="{base}/static/time.js"></script>
<script src="{base}/static/keys.js"></script>
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


def add_login(app: FastAPI, sessions: Sessions) -> None:
    """Adds `/login` and `/logout`."""

    @app.get("/login", include_in_schema=False)
    def show(request: Request, next: str = "/") -> Response:
        if sessions.of(request.cookies) is not None:
            return RedirectResponse(_base(request) + _own(next), 303)
        return HTMLResponse(_page(request, next), headers={"Cache-Control": "no-store"})

    @app.post("/login", include_in_schema=False)
    def enter(request: Request, token: str = Form(""), next: str = "/") -> Response:
        cookie = sessions.begin(token) if same_origin(request) else None
        if cookie is None:
            return HTMLResponse(_page(request, next, wrong=True), 401)
        answer = RedirectResponse(_base(request) + _own(next), 303)
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=MAX_AGE,
            path=_base(request) or "/",
            httponly=True,
            samesite="lax",
            secure=_secure(request),
        )
        return answer

    @app.post("/logout", include_in_schema=False)
    def leave(request: Request) -> Response:
        if same_origin(request):
            sessions.end(request.cookies)
        answer = RedirectResponse(f"{_base(request)}/login", 303)
        answer.delete_cookie(COOKIE, path=_base(request) or "/")
        return answer


def _page(request: Request, target: str, *, wrong: bool = False) -> str:
    error = '<div class="error" role="alert">This is not a token that is configured here.</div>'
    return _PAGE.format(
        base=html.escape(_base(request)),
        next=quote(_own(target), safe=""),
        bad=" bad" if wrong else "",
        invalid=' aria-invalid="true"' if wrong else "",
        error=error if wrong else "",
    )


def _base(request: Request) -> str:
    prefix = quote(request.headers.get("x-forwarded-prefix", ""), safe="/")
    return f"{prefix}{request.scope.get('root_path', '')}"


def _own(target: str) -> str:
    """Only a place of ours: nobody is sent elsewhere by a link to the way in."""
    fits = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if fits else "/"


def _secure(request: Request) -> bool:
    return request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
