"""Who is signed in: a signed cookie that names a session, kept for as long as the process runs.

Without configured tokens there is nothing to sign in to: only this machine may call then.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from itsdangerous import BadSignature, TimestampSigner

from onthedot.access.identity import LOCAL, Identity
from onthedot.settings import Settings

COOKIE = "onthedot_session"
#: Half a day, in seconds.
MAX_AGE = 12 * 3600


class SignedOut(Exception):
    """The session has ended: signed out elsewhere, or too old."""


@dataclass
class Session:
    """One sign-in."""

    identity: Identity
    ends: float = float("inf")
    number: str = ""
    ended: bool = False

    @property
    def stands(self) -> bool:
        """Whether it may still be used."""
        return not self.ended and time.monotonic() < self.ends

    def check(self) -> None:
        """Raises SignedOut where the session no longer stands."""
        if not self.stands:
            raise SignedOut


@dataclass
class Sessions:
    """All sign-ins of this process."""

    settings: Settings
    _signer: TimestampSigner = field(
        default_factory=lambda: TimestampSigner(secrets.token_bytes(32), salt="onthedot.session")
    )
    _open: dict[str, Session] = field(default_factory=dict)

    @property
    def needed(self) -> bool:
        """Whether one must sign in at all."""
        return bool(self.settings.api_tokens)

    def begin(self, token: str) -> str | None:
        """A cookie for who holds this token, or None where nobody does."""
        digest = hashlib.sha256(token.strip().encode()).hexdigest()
        found = None
        for known in self.settings.api_tokens:
            if hmac.compare_digest(known.sha256, digest):
                found = known
        if found is None:
            return None
        self._forget_old()
        number = secrets.token_urlsafe(18)
        self._open[number] = Session(found.identity, time.monotonic() + MAX_AGE, number)
        return self._signer.sign(number).decode()

    def of(self, cookies: Mapping[str, str]) -> Session | None:
        """The session that a request's cookies stand for."""
        if not self.needed:
            return Session(LOCAL)
        try:
            number = self._signer.unsign(cookies.get(COOKIE, ""), max_age=MAX_AGE).decode()
        except BadSignature:
            return None
        session = self._open.get(number)
        return session if session and session.stands else None

    def identity_of(self, cookies: Mapping[str, str]) -> Identity | None:
        """In whose name a request's cookies speak."""
        session = self.of(cookies)
        return session.identity if session else None

    def end(self, cookies: Mapping[str, str]) -> None:
        """Sign out: pages that are still open stop working too."""
        session = self.of(cookies)
        if session is not None and session.number in self._open:
            del self._open[session.number]
            session.ended = True

    def _forget_old(self) -> None:
        self._open = {number: each for number, each in self._open.items() if each.stands}
