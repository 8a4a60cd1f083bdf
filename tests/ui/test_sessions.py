"""Who is signed in: a cookie that cannot be made up, that ends, and that stops open pages too."""

from __future__ import annotations

import hashlib

import pytest

from onthedot.access.identity import LOCAL
from onthedot.settings import ApiToken, Settings
from onthedot.ui.sessions import COOKIE, Sessions, SignedOut


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
    assert sessions.of({COOKIE: cookie}) is None
    with pytest.raises(SignedOut):
        held.check()


def test_without_tokens_there_is_nothing_to_sign_in_to() -> None:
    found = Sessions(Settings()).of({})
    assert found is not None
    assert found.identity == LOCAL
