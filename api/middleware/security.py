"""Who may call.

Without a token or a provider, only this machine may, and no web page in a browser on it: the Host
must be loopback, the Origin our own, and `Sec-Fetch-Site` not `cross-site`. Otherwise every call
except `/healthz` and `/readyz` needs a bearer token: a configured one, or one that the provider
(OpenID Connect) signed. The page under `/ui` has its own sign-in.

Users who are signed in at the page may also call with its cookie, so that `/docs` and its "Try it
out" work. Browsers send cookies with requests that other sites cause, so a call that may change
something must come from a page of this origin. Reads need no such proof: other origins cannot see
the response.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from onthedot.access.identity import LOCAL, Identity
from onthedot.access.oidc.provider import Provider
from onthedot.access.page_path import belongs_to_page
from onthedot.access.roles import Role
from onthedot.api import problems
from onthedot.api.bearers import Bearers, challenge
from onthedot.api.middleware.trusted_proxies import UNNAMED, address_of
from onthedot.api.middleware.web_ui_origin import FROM_WEB_UI
from onthedot.messages.problems import Problem
from onthedot.settings import Settings, is_loopback

#: Who is signed in with these cookies, or None.
SignedIn = Callable[[Mapping[str, str]], Identity | None]

#: Of several, a proxy may have judged another one than we would.
_ONCE = {
    b"authorization": "Authorization",
    b"content-type": "Content-Type",
    b"idempotency-key": "Idempotency-Key",
    b"origin": "Origin",
    b"sec-fetch-site": "Sec-Fetch-Site",
}

_OPEN = {"/healthz", "/readyz"}
_FEED = "/tasks.ics"
_NOT_IN_ADDRESS = (
    "Only a token of the role `feed` may be part of an address, which programs store and log. "
    "`onthedot token new NAME --role feed` makes one."
)
_READS = {"GET", "HEAD", "OPTIONS"}
_DOCS = "/docs"
#: From `/docs`, under whatever prefix a proxy serves it.
_SIGN_IN = "ui/login?next=/docs"


class WhoMayCall:
    """Refuses anyone who may not call. `scope["state"]["identity"]` is the caller."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        signed_in: SignedIn,
        provider: Provider | None = None,
    ) -> None:
        self._app = app
        self._guarded = settings.guarded
        self._bearers = Bearers.of(settings, provider)
        self._signed_in = signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = _repeated(scope)
        if refused is None and self._guarded:
            refused = await self._authenticate(scope, headers)
        elif refused is None:
            refused = _not_from_here(scope, headers)
            scope.setdefault("state", {})["identity"] = LOCAL
        if refused is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refused.title})
        elif refused.status == 401 and _is_reader_of_docs(scope, headers):
            await RedirectResponse(_SIGN_IN, 303)(scope, receive, send)
        else:
            more = {"WWW-Authenticate": challenge(refused)} if refused.status == 401 else None
            await problems.answer(refused, more)(scope, receive, send)

    async def _authenticate(self, scope: Scope, headers: Headers) -> Problem | None:
        path = scope["path"]
        if path in _OPEN or belongs_to_page(path) or path == "/":
            return None
        who: Identity | Problem | None
        if given := headers.get("authorization", ""):
            who = await self._bearers.owner(given)
        elif path == _FEED and (token := _in_address(scope)):
            who = await self._bearers.owner(f"Bearer {token}")
            if isinstance(who, Identity) and who.role is not Role.FEED:
                who = problems.problem(problems.WRONG_TOKEN, _NOT_IN_ADDRESS)
        else:
            who = self._session(scope, headers) or self._bearers.missing()
        if isinstance(who, Problem):
            return who
        scope.setdefault("state", {})["identity"] = who
        return None

    def _session(self, scope: Scope, headers: Headers) -> Identity | None:
        if scope["type"] != "http":
            return None
        known_page = FROM_WEB_UI in scope.get("state", {})
        if not known_page and not _may_use_cookie(scope["method"], headers):
            return None
        return self._signed_in(cookie_parser(headers.get("cookie", "")))


def _repeated(scope: Scope) -> Problem | None:
    names = [name for name, _ in scope["headers"] if name in _ONCE]
    for name in set(names):
        if names.count(name) > 1:
            return problems.problem(problems.HTTP, f"Send one `{_ONCE[name]}` header, not several.")
    return None


def _in_address(scope: Scope) -> str:
    """The token in the address, for calendar programs, which cannot send a header."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return str(query.get("token", [""])[0])


def nobody(_: Mapping[str, str]) -> Identity | None:
    """For a server without a page."""
    return None


def _may_use_cookie(method: str, headers: Headers) -> bool:
    if method in _READS:
        return True
    origin, host = headers.get("origin", ""), headers.get("host", "")
    return headers.get("sec-fetch-site", "same-origin") == "same-origin" and _own(origin, host)


def _is_reader_of_docs(scope: Scope, headers: Headers) -> bool:
    """Whether someone opens the documentation in a browser without a token."""
    return (
        scope["path"] == _DOCS
        and scope["method"] == "GET"
        and "authorization" not in headers
        and "text/html" in headers.get("accept", "")
    )


def _not_from_here(scope: Scope, headers: Headers) -> Problem | None:
    reason = _why_not_local(scope, headers)
    fix = "Without configured tokens, only this machine may call. See ONTHEDOT_API_TOKENS."
    return problems.problem(problems.FORBIDDEN, f"{reason} {fix}") if reason else None


def _why_not_local(scope: Scope, headers: Headers) -> str:
    """Where a call comes from, in a sentence, if it is not from this machine; else empty."""
    if not _is_local(scope):
        return "The call comes from another machine."
    if UNNAMED in scope:
        return "A proxy that ONTHEDOT_TRUSTED_PROXIES does not name forwarded the call."
    host = headers.get("host", "")
    if len(headers.getlist("host")) != 1 or not is_loopback(_host_name(host)):
        return "The Host is not a loopback address."
    if FROM_WEB_UI in scope.get("state", {}):
        return ""
    origin = headers.get("origin")
    if origin is not None and not _own(origin, host):
        return "The call comes from a page of another origin."
    if headers.get("sec-fetch-site") == "cross-site":
        return "The call comes from a page of another site."
    return ""


def _is_local(scope: Scope) -> bool:
    if not (client := scope.get("client")):
        return True
    address = address_of(client[0])
    return address is not None and address.is_loopback


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _own(origin: str, host: str) -> bool:
    scheme, _, rest = origin.partition("://")
    return scheme in ("http", "https") and rest.lower() == host.lower()
