"""Sessions: an encrypted cookie that holds everything, so that any server can read it.

No server stores anything: a session survives a restart, and every server with the same
`ONTHEDOT_SESSION_KEY` accepts it. It is checked at each use: its user is signed out once the token
is no longer configured, and a new role counts immediately. A provider is asked again every few
minutes. Signing out removes the cookie from the browser; this process then also refuses copies.

Without tokens and a provider nobody signs in: only this machine may call.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onthedot.access.api_tokens import ApiToken, token_of
from onthedot.access.identity import LOCAL, Identity, Via
from onthedot.access.oidc.provider import NoRole, Provider, ProviderAway, TokenRefused
from onthedot.access.oidc.sign_in import SignIn, code_flow
from onthedot.access.roles import Role
from onthedot.access.sealing import Sealer
from onthedot.settings import Settings
from onthedot.ui.access.renewals import Renewals
from onthedot.ui.access.session_cookies import MAX_AGE, kept

#: How long a provider's answer is valid, in seconds.
COUNTS = 300
#: The age at which the provider is asked again, and the age that the answer gets if the provider
#: does not respond.
_FRESH, _UNSURE = 60, 120
#: How long a ticket is valid between a browser and its page.
_TICKET_SECONDS = 60
#: How many sign-outs are remembered.
_MOST_ENDED = 10_000


class SignedOut(Exception):
    """The session has ended: signed out elsewhere, or too old."""


@dataclass
class Session:
    """A sign-in, as held by one page. `ends` is in seconds since 1970."""

    identity: Identity
    ends: float = float("inf")
    number: str = ""
    ended: set[str] = field(default_factory=set)

    @property
    def stands(self) -> bool:
        """Whether it is still valid."""
        return self.number not in self.ended and time.time() < self.ends

    def check(self) -> None:
        """Raises SignedOut if the session is no longer valid."""
        if not self.stands:
            raise SignedOut


@dataclass(frozen=True)
class Renewed:
    """A valid session: what the page gets, and the new cookie if there is one."""

    ticket: str
    cookie: str = ""


class Sessions:
    """All sign-ins."""

    def __init__(self, settings: Settings, provider: Provider | None = None) -> None:
        self.settings = settings
        self.flow = code_flow(settings, provider) if provider is not None else None
        self._sealer = Sealer(settings.session_key, "session")
        self._tickets = Sealer(settings.session_key, "ticket")
        self._renewals = Renewals()
        self._ended: set[str] = set()

    def begin(self, token: str) -> str | None:
        """A cookie for the owner of this token, or None if it is unknown."""
        found = token_of(token.strip(), self.settings.api_tokens)
        if found is None or found.role is Role.FEED:
            return None
        return self._sealer.seal({**_begun(), "token": found.name, "proof": _proof(found)})

    def begin_signed(self, signed: SignIn) -> str:
        """A cookie for someone whom the provider has signed in."""
        return self._sealer.seal({**_begun(), **self._said(signed)})

    def of(self, cookies: Mapping[str, str]) -> Session | None:
        """The session in a request's cookies; None if there is none."""
        if not self.settings.guarded:
            return Session(LOCAL)
        said = self._open(cookies)
        session = self._session(said) if said is not None else None
        return session if session is not None and session.stands else None

    def identity_of(self, cookies: Mapping[str, str]) -> Identity | None:
        """The identity in a request's cookies."""
        session = self.of(cookies)
        return session.identity if session else None

    def end(self, cookies: Mapping[str, str]) -> None:
        """Sign out. Open pages of this process stop working too."""
        said = self._open(cookies)
        if said is not None:
            if len(self._ended) >= _MOST_ENDED:
                self._ended.clear()
            self._ended.add(said["number"])

    def may_be_renewed(self, cookies: Mapping[str, str]) -> bool:
        """Whether the provider has to be asked whether the session is still valid."""
        said = self._open(cookies)
        return said is not None and "checked" in said

    def may_come_back(self, cookies: Mapping[str, str]) -> bool:
        """Whether the provider signed someone in without a refresh token."""
        said = self._open(cookies)
        return said is not None and "checked" in said and not said["refresh"]

    def id_token(self, cookies: Mapping[str, str]) -> str:
        """The provider's ID token; empty for a session with an API token."""
        said = self._open(cookies) or {}
        return str(said.get("id_token", ""))

    async def renewed(self, cookies: Mapping[str, str]) -> Renewed | None:
        """The session, after asking the provider if that is due; None if it is no longer valid."""
        session, said = self.of(cookies), self._open(cookies)
        if said is None or "checked" not in said:
            return Renewed("") if session is not None else None
        if session is not None and time.time() - said["checked"] < _FRESH:
            return Renewed(self._ticket(said))
        if not said["refresh"]:
            # Until it expires. Then the browser signs in at the provider again.
            return Renewed(self._ticket(said)) if session is not None else None
        flow = self.flow
        if flow is None:
            return None
        try:
            signed = await self._renewals.once(
                said["refresh"], lambda: flow.renew(said["refresh"], said["id_token"])
            )
            said |= self._said(signed)
        except ProviderAway:
            said["checked"] = int(time.time()) - _UNSURE
        except (TokenRefused, NoRole):
            return None
        return Renewed(self._ticket(said), self._sealer.seal(said))

    def take(self, session: Session, ticket: str) -> bool:
        """Continue a page's session with the browser's new cookie; False if it changed so much that
        the page has to be rebuilt. What the old session began continues until that session ends."""
        said = self._tickets.open(ticket, most_seconds=_TICKET_SECONDS)
        if said is None or said["number"] != session.number:
            return True
        fresh = self._signed_session(said)
        if fresh.identity != session.identity:
            return False
        session.ends = fresh.ends
        return True

    def _open(self, cookies: Mapping[str, str]) -> dict[str, Any] | None:
        sealed = kept(cookies)
        said = self._sealer.open(sealed, most_seconds=MAX_AGE) if sealed else None
        if said is None or said["number"] in self._ended or said["ends"] < time.time():
            return None
        return said if "token" in said or said.get("issuer") == self._issuer() else None

    def _session(self, said: Mapping[str, Any]) -> Session | None:
        if "token" not in said:
            return self._signed_session(said)
        for known in self.settings.api_tokens:
            if known.role is Role.FEED or known.name != said["token"]:
                continue
            if hmac.compare_digest(_proof(known), said["proof"]):
                return Session(known.identity, said["ends"], said["number"], self._ended)
        return None

    def _signed_session(self, said: Mapping[str, Any]) -> Session:
        identity = Identity(said["name"], Role(said["role"]), Via.OIDC)
        ends = min(said["ends"], said["checked"] + COUNTS)
        return Session(identity, ends, said["number"], self._ended)

    def _said(self, signed: SignIn) -> dict[str, Any]:
        return {
            "issuer": self._issuer(),
            "name": signed.identity.name,
            "role": signed.identity.role,
            "refresh": signed.refresh_token,
            "id_token": signed.id_token,
            "checked": int(time.time()),
        }

    def _issuer(self) -> str:
        """A session of another provider or client is not valid here."""
        return f"{self.settings.oidc_issuer} {self.settings.oidc_client_id}"

    def _ticket(self, said: Mapping[str, Any]) -> str:
        names = ("number", "name", "role", "checked", "ends")
        return self._tickets.seal({name: said[name] for name in names})


def _begun() -> dict[str, Any]:
    return {"number": secrets.token_urlsafe(12), "ends": int(time.time()) + MAX_AGE}


def _proof(token: ApiToken) -> str:
    """Identifies the token without revealing it."""
    return hashlib.sha256(f"session:{token.sha256}".encode()).hexdigest()[:32]
