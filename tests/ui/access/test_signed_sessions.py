"""Sessions from a provider: renewed by it, and ended by it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from onthedot.access.identity import Identity, Via
from onthedot.access.oidc.provider import NoRole, ProviderAway, TokenRefused
from onthedot.access.oidc.sign_in import SignIn
from onthedot.access.roles import Role
from onthedot.settings import Settings
from onthedot.ui.access.session_cookies import COOKIE
from onthedot.ui.access.sessions import Sessions, SignedOut

pytestmark = pytest.mark.anyio

_SINGLE: dict[str, Any] = {
    "oidc_issuer": "https://id.example.com",
    "oidc_client_id": "onthedot",
    "oidc_roles": {"*": Role.VIEWER},
    "session_key": ("k" * 32,),
}
_BOB = Identity("bob@example.com", Role.OPERATOR, Via.OIDC)


class Flow:
    """Replaces the provider for renewals."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.result: SignIn | Exception = SignIn(_BOB, "second", "word")

    async def renew(self, refresh_token: str, id_token: str) -> SignIn:
        self.asked.append(refresh_token)
        await asyncio.sleep(0)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


Signed = tuple[Sessions, Flow, Callable[[float], None]]


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> Signed:
    """Sessions from a provider, and a clock that can be set forward."""
    sessions, flow, clock = Sessions(Settings(**_SINGLE)), Flow(), time.time()
    sessions.flow = flow  # type: ignore[assignment]  # as much of it as is used

    # A session ends after hours.
    def forward(seconds: float) -> None:
        nonlocal clock
        clock += seconds
        monkeypatch.setattr(time, "time", lambda: clock)

    forward(0)
    return sessions, flow, forward


def _cookies(value: str) -> dict[str, str]:
    return {COOKIE: value[:3600], f"{COOKIE}_1": value[3600:7200], f"{COOKIE}_2": value[7200:]}


async def test_what_a_provider_said_counts_for_five_minutes(signed: Signed) -> None:
    sessions, flow, forward = signed
    long_word = secrets.token_urlsafe(4000)
    cookies = _cookies(sessions.begin_signed(SignIn(_BOB, "first", long_word)))
    held = sessions.of(cookies)
    assert held is not None
    assert held.identity == _BOB
    assert sessions.id_token(cookies) == long_word
    forward(299)
    held.check()
    forward(2)
    assert sessions.of(cookies) is None
    with pytest.raises(SignedOut):
        held.check()
    assert sessions.may_be_renewed(cookies)

    renewed = await sessions.renewed(cookies)
    assert renewed is not None
    assert flow.asked == ["first"]
    assert sessions.take(held, renewed.ticket)
    held.check()
    assert sessions.of(_cookies(renewed.cookie)) is not None
    forward(12 * 3600)
    assert await sessions.renewed(_cookies(renewed.cookie)) is None


async def test_several_tabs_ask_the_provider_once(signed: Signed) -> None:
    sessions, flow, forward = signed
    cookies = _cookies(sessions.begin_signed(SignIn(_BOB, "first", "word")))
    assert await sessions.renewed(cookies) is not None
    assert flow.asked == []
    forward(90)
    assert all(await asyncio.gather(*(sessions.renewed(cookies) for _ in range(5))))
    assert flow.asked == ["first"]


async def test_a_provider_that_is_away_signs_out_nobody_but_one_that_refuses(
    signed: Signed,
) -> None:
    sessions, flow, forward = signed
    cookies = _cookies(sessions.begin_signed(SignIn(_BOB, "first", "word")))
    flow.result = ProviderAway()
    for _ in range(5):
        forward(200)
        renewed = await sessions.renewed(cookies)
        assert renewed is not None
        cookies = _cookies(renewed.cookie)
        assert sessions.of(cookies) is not None
    for refusal in (TokenRefused(), NoRole("bob")):
        flow.result = refusal
        forward(200)
        assert await sessions.renewed(cookies) is None


async def test_a_page_learns_that_a_role_has_changed(signed: Signed) -> None:
    sessions, flow, forward = signed
    cookies = _cookies(sessions.begin_signed(SignIn(_BOB, "first", "word")))
    held = sessions.of(cookies)
    assert held is not None
    flow.result = SignIn(replace(_BOB, role=Role.VIEWER), "second", "word")
    forward(90)
    renewed = await sessions.renewed(cookies)
    assert renewed is not None
    ends = held.ends
    assert not sessions.take(held, renewed.ticket)
    assert held.ends == ends, "what it began goes on for no longer than before"
    other = sessions.of(_cookies(sessions.begin_signed(SignIn(_BOB, "", ""))))
    assert other is not None
    ends = other.ends
    assert sessions.take(other, renewed.ticket), "somebody else's ticket"
    assert (other.ends, other.identity) == (ends, _BOB)


def test_a_session_of_another_provider_is_none_of_ours(signed: Signed) -> None:
    cookies = _cookies(signed[0].begin_signed(SignIn(_BOB, "first", "word")))
    other = Sessions(Settings(**_SINGLE | {"oidc_issuer": "https://other.example.com"}))
    assert other.of(cookies) is None
    assert not other.may_be_renewed(cookies)
