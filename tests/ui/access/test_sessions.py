"""Sessions: cookies that cannot be forged, that end, and that end open pages too."""

from __future__ import annotations

import base64

import pytest

from onthedot.access.identity import LOCAL
from onthedot.access.roles import Role
from onthedot.settings import Settings
from onthedot.ui.access.session_cookies import COOKIE
from onthedot.ui.access.sessions import Sessions, SignedOut
from tests.api.serving import token


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(Settings(api_tokens=(token("ada", "one"), token("bob", "two"))))


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
    """Those of another server, with its own settings."""
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
