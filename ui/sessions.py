"""Who is signed in: a sealed cookie that holds all there is to know, so that any server reads it.

Nothing is stored: a session survives a restart, and every server with the same
`ONTHEDOT_SESSION_KEY` takes it. What it says is checked against the settings each time: a token
that is no longer configured signs out whoever used it, and a new role counts at once. Signing out
takes the cookie from the browser; this process also refuses copies of it from then on.

Without configured tokens there is nothing to sign in to: only this machine may call then.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from onthedot.access.identity import LOCAL, Identity
from onthedot.access.sealing import Sealer
from onthedot.settings import ApiToken, Settings

COOKIE = "onthedot_session"
#: Half a day, in seconds.
MAX_AGE = 12 * 3600
#: How many sign-outs are remembered.
_MOST_ENDED = 10_000


class SignedOut(Exception):
    """The session has ended: signed out elsewhere, or too old."""


@dataclass
class Session:
    """One sign-in, as one page holds it. `ends` is in seconds since 1970."""

    identity: Identity
    ends: float = float("inf")
    number: str = ""
    ended: set[str] = field(default_factory=set)

    @property
    def stands(self) -> bool:
        """Whether it may still be used."""
        return self.number not in self.ended and time.time() < self.ends

    def check(self) -> None:
        """Raises SignedOut where the session no longer stands."""
        if not self.stands:
            raise SignedOut


class Sessions:
    """All sign-ins."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._sealer = Sealer(settings.session_key, "session")
        self._ended: set[str] = set()

    @property
    def needed(self) -> bool:
        """Whether one must sign in at all."""
        return self.settings.guarded

    def begin(self, token: str) -> str | None:
        """A cookie for who holds this token, or None where nobody does."""
        digest = hashlib.sha256(token.strip().encode()).hexdigest()
        found = None
        for known in self.settings.api_tokens:
            if hmac.compare_digest(known.sha256, digest):
                found = known
        if found is None:
            return None
        return self._sealer.seal(
            {
                "number": secrets.token_urlsafe(12),
                "ends": int(time.time()) + MAX_AGE,
                "token": found.name,
                "proof": _proof(found),
            }
        )

    def of(self, cookies: Mapping[str, str]) -> Session | None:
        """The session that a request's cookies stand for."""
        if not self.needed:
            return Session(LOCAL)
        said = self._sealer.open(cookies.get(COOKIE, ""), most_seconds=MAX_AGE)
        if said is None:
            return None
        for known in self.settings.api_tokens:
            if known.name == said["token"] and hmac.compare_digest(_proof(known), said["proof"]):
                session = Session(known.identity, said["ends"], said["number"], self._ended)
                return session if session.stands else None
        return None

    def identity_of(self, cookies: Mapping[str, str]) -> Identity | None:
        """In whose name a request's cookies speak."""
        session = self.of(cookies)
        return session.identity if session else None

    def end(self, cookies: Mapping[str, str]) -> None:
        """Sign out: pages of this process that are still open stop working too."""
        session = self.of(cookies)
        if session is not None and session.number:
            if len(self._ended) >= _MOST_ENDED:
                self._ended.clear()
            self._ended.add(session.number)


def _proof(token: ApiToken) -> str:
    """Says which token it was, and gives nothing of it away."""
    return hashlib.sha256(f"session:{token.sha256}".encode()).hexdigest()[:32]
