"""Who is signed in: a cookie that cannot be made up, that ends, and that stops open pages too."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from onthedot.access.api_tokens import ApiToken
from onthedot.access.identity import LOCAL, Identity, Via
from onthedot.access.oidc.errors import NoRole, ProviderAway, TokenRefused
from onthedot.access.oidc.sign_in import SignIn
from onthedot.access.roles import Role
from onthedot.settings import Settings
from onthedot.ui.access.session_cookies import COOKIE
from onthedot.ui.access.sessions import Sessions, SignedOut


@pytest.fixture
def sessions() -> Sessions:
    tokens = [
        ApiToken(name=name, sha256=hashlib.sha256(token).hexdigest())
        for name, token in (("ada", b"one"), ("bob", b"two"))
    ]
    return Sessions(Settings(api_tokens=tuple(tokens)))


def test_a_token_opens_a_session_in_its_name(sessions: Sessions) -> None:
    cookie = sessions.begin("two")
    assert cookie is not None
    assert "two" not in cookie
    found = sessions.of({COOKIE: cookie})
    assert found is not None
    assert found.identity.name == "bob"
    assert sessions.begin("three") is None
    assert sessions.begin("") is None


def test_a_cookie_cannot_be_made_up(sessions: Sessions) -> None:
    cookie = sessions.begin("one") or ""
    assert sessions.of({}) is None
    assert sessions.of({COOKIE: "made-up"}) is None
    changed = ("a" if cookie[0] != "a" else "b") + cookie[1:]
    assert sessions.of({COOKIE: changed}) is None
    other = Sessions(sessions.settings).begin("one") or ""
    assert sessions.of({COOKIE: other}) is None, "signed by another process"


def test_a_session_that_ends_stops_open_pages(sessions: Sessions) -> None:
    cookie = sessions.begin("one") or ""
    held = sessions.of({COOKIE: cookie})
    assert held is not None
    held.check()
    sessions.end({COOKIE: cookie})
    assert sessions.of({COOKIE: cookie}) is None
    with pytest.raises(SignedOut):
        held.check()


def test_a_session_ends_by_itself(sessions: Sessions) -> None:
    cookie = sessions.begin("one") or ""
    held = sessions.of({COOKIE: cookie})
    assert held is not None
    held.ends = 0
    with pytest.raises(SignedOut):
        held.check()


def _with(sessions: Sessions, **changes: object) -> Sessions:
    """Another server's, with settings of its own."""
    return Sessions(sessions.settings.model_copy(update=changes))


def test_any_server_with_the_key_takes_a_session_until_the_key_is_gone(sessions: Sessions) -> None:
    old, new = "o" * 32, "n" * 32
    cookies = {COOKIE: _with(sessions, session_key=(old,)).begin("two") or ""}
    for keys in ((old,), (new, old)):
        found = _with(sessions, session_key=keys).of(cookies)
        assert found is not None
        assert found.identity.name == "bob"
    assert _with(sessions, session_key=(new,)).of(cookies) is None


def test_what_is_configured_now_counts(sessions: Sessions) -> None:
    mine = _with(sessions, session_key=("k" * 32,))
    cookies = {COOKIE: mine.begin("two") or ""}
    ada, bob = mine.settings.api_tokens
    viewer = bob.model_copy(update={"role": Role.VIEWER})
    found = _with(mine, api_tokens=(ada, viewer)).of(cookies)
    assert found is not None
    assert found.identity.role is Role.VIEWER
    assert _with(mine, api_tokens=(ada,)).of(cookies) is None
    feed = bob.model_copy(update={"role": Role.FEED})
    assert _with(mine, api_tokens=(ada, feed)).of(cookies) is None
    another = bob.model_copy(update={"sha256": "0" * 64})
    assert _with(mine, api_tokens=(ada, another)).of(cookies) is None


def test_a_session_is_short_and_says_nothing(sessions: Sessions) -> None:
    cookie = sessions.begin("two") or ""
    assert len(cookie) < 400
    assert b"bob" not in base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))


def test_without_tokens_there_is_nothing_to_sign_in_to() -> None:
    found = Sessions(Settings()).of({})
    assert found is not None
    assert found.identity == LOCAL


_SINGLE: dict[str, Any] = {
    "oidc_issuer": "https://id.example.com",
    "oidc_client_id": "onthedot",
    "oidc_roles": {"*": Role.VIEWER},
    "session_key": ("k" * 32,),
}
_BOB = Identity("bob@example.com", Role.OPERATOR, Via.OIDC)


class Flow:
    """The provider, as far as it is asked to renew."""

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
    """Sessions of a provider, and a clock to set forward."""
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


@pytest.mark.anyio
async def test_what_a_provider_said_counts_for_five_minutes(
    signed: Signed,
) -> None:
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


@pytest.mark.anyio
async def test_several_tabs_ask_the_provider_once(
    signed: Signed,
) -> None:
    sessions, flow, forward = signed
    cookies = _cookies(sessions.begin_signed(SignIn(_BOB, "first", "word")))
    assert await sessions.renewed(cookies) is not None
    assert flow.asked == []
    forward(90)
    assert all(await asyncio.gather(*(sessions.renewed(cookies) for _ in range(5))))
    assert flow.asked == ["first"]


@pytest.mark.anyio
async def test_a_provider_that_is_away_signs_out_nobody_and_one_that_refuses_does(
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


@pytest.mark.anyio
async def test_a_page_learns_that_a_role_has_changed(
    signed: Signed,
) -> None:
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


def test_a_session_of_another_provider_is_none_of_ours(
    signed: Signed,
) -> None:
    cookies = _cookies(signed[0].begin_signed(SignIn(_BOB, "first", "word")))
    other = Sessions(Settings(**_SINGLE | {"oidc_issuer": "https://other.example.com"}))
    assert other.of(cookies) is None
    assert not other.may_be_renewed(cookies)
