"""Single sign-on for the page: sign-in at the provider, renewal, sign-out.

What a provider said counts for five minutes. Then it is asked again: by the open page
(`static/session.js`) before they are over, or when a page is opened later. So a revoked role is
gone within five minutes, and an outage of the provider signs nobody out.
"""

from __future__ import annotations

import html
import logging
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from onthedot.access.oidc.provider import NoRole, ProviderAway, TokenRefused
from onthedot.access.oidc.sign_in import Departure
from onthedot.access.sealing import Sealer
from onthedot.ui.access.gate import same_origin
from onthedot.ui.access.login_page import login_page
from onthedot.ui.access.session_cookies import forget, keep, put, root
from onthedot.ui.access.sessions import Sessions
from onthedot.ui.addresses import base, inside, origin, target

_LOG = logging.getLogger("onthedot.access")
#: How long someone may take at the provider, in seconds.
_AWAY_SECONDS = 900
_COOKIE = "onthedot_sign_in_"
_AGAIN = "The sign-in was not finished in time, or was started in another browser. Try again."
_PROVIDER_AWAY = "The sign-in provider does not respond. Try again in a moment."
#: Browsers refuse a redirect to another host after a form.
_LEAVE = """<!doctype html><meta charset="utf-8"><title>Signing out</title>
<meta http-equiv="refresh" content="0;url={url}"><a href="{url}">Sign out</a>"""


@dataclass
class SingleSignOn:
    """Does nothing if no provider is configured."""

    sessions: Sessions

    def __post_init__(self) -> None:
        self._sealer = Sealer(self.sessions.settings.session_key, "sign-in")

    def routes(self) -> list[Route]:
        """The routes of single sign-on."""
        return [
            Route("/sign-in", self._start),
            Route("/signed-in", self._finish),
            Route("/signed-out", self._ended),
            Route("/renew", self._renew, methods=["GET", "POST"]),
        ]

    async def _start(self, request: Request) -> Response:
        flow = self.sessions.flow
        if flow is None:
            return RedirectResponse(inside(request, "/login"), 303)
        try:
            url, departure = await flow.begin(f"{origin(request)}{base(request)}/signed-in")
        except ProviderAway:
            return self._page(request, _PROVIDER_AWAY, 503)
        response = RedirectResponse(url, 303)
        kept = self._sealer.seal({"next": target(request), **departure.as_dict()})
        put(response, request, _name(departure.state), kept, _AWAY_SECONDS)
        return response

    async def _finish(self, request: Request) -> Response:
        flow, query = self.sessions.flow, request.query_params
        name = _name(query.get("state", ""))
        kept = self._sealer.open(request.cookies.get(name, ""), most_seconds=_AWAY_SECONDS)
        if flow is None or kept is None or not _same(kept["state"], query.get("state", "")):
            return self._page(request, _AGAIN, 400)
        then = kept.pop("next")
        try:
            if "code" not in query:
                raise TokenRefused(f"The provider refused it ({query.get('error', '')[:80]}).")
            signed = await flow.finish(Departure(**kept), query["code"])
        except (TokenRefused, NoRole) as error:
            _LOG.warning("a sign-in was refused: %s", error)
            response: Response = self._page(request, str(error), 403)
        except ProviderAway:
            response = self._page(request, _PROVIDER_AWAY, 503)
        else:
            response = RedirectResponse(inside(request, then), 303)
            keep(response, request, self.sessions.begin_signed(signed))
        response.delete_cookie(name, path=root(request))
        return response

    async def _ended(self, request: Request) -> Response:
        """The return from the provider's sign-out."""
        return RedirectResponse(inside(request, "/login?left"), 303)

    async def _renew(self, request: Request) -> Response:
        """POST: an open page asks whether its session is still valid. GET: a page is opened whose
        session has to be checked first."""
        asks = request.method == "POST"
        if asks and not same_origin(request):
            return PlainTextResponse("Refused.", 403)
        renewed = await self.sessions.renewed(request.cookies)
        response: Response
        if renewed is not None:
            response = (
                PlainTextResponse(renewed.ticket)
                if asks
                else RedirectResponse(inside(request, target(request)), 303)
            )
            if renewed.cookie:
                keep(response, request, renewed.cookie)
        else:
            response = (
                PlainTextResponse("Signed out.", 401)
                if asks
                else RedirectResponse(self._way_in(request), 303)
            )
            forget(response, request)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _way_in(self, request: Request) -> str:
        """Without a refresh token, the browser signs in at the provider again."""
        again = "/sign-in" if self.sessions.may_come_back(request.cookies) else "/login"
        return inside(request, f"{again}?next={quote(target(request), safe='')}")

    async def way_out(self, request: Request) -> Response | None:
        """The response that ends the session at the provider too, if the provider supports it."""
        id_token = self.sessions.id_token(request.cookies)
        if self.sessions.flow is None or not id_token:
            return None
        back = f"{origin(request)}{base(request)}/signed-out"
        url = await self.sessions.flow.way_out(id_token, back)
        return HTMLResponse(_LEAVE.format(url=html.escape(url))) if url else None

    def _page(self, request: Request, error: str, status: int) -> HTMLResponse:
        tokens = bool(self.sessions.settings.api_tokens)
        page = login_page(request, tokens=tokens, provider=True, error=error, of_provider=True)
        return HTMLResponse(page, status, {"Cache-Control": "no-store"})


def _name(state: str) -> str:
    """A cookie for each sign-in in progress: several tabs may have one each."""
    plain = "".join(c for c in state if c.isalnum())
    return f"{_COOKIE}{plain[:12]}"


def _same(kept: Any, came: str) -> bool:
    return isinstance(kept, str) and secrets.compare_digest(kept.encode(), came.encode())
