"""Redirects: which request follows, and what it may carry."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from yarl import URL

from onthedot.activities.http.activity import HttpActivities
from onthedot.activities.http.redirect import Hop, follow
from tests.activities.attempts import fail, http_attempt, succeed
from tests.activities.receiver import Receiver

pytestmark = pytest.mark.anyio


def to(target: str, status: int = 302) -> str:
    return f"/redirect?status={status}&to={quote(target, safe='')}"


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (303, "PUT", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (302, "PUT", "PUT"),
        (303, "HEAD", "HEAD"),
        (302, "GET", "GET"),
    ],
)
async def test_method_and_body(
    http: HttpActivities, receiver: Receiver, status: int, method: str, then: str
) -> None:
    body = None if method in ("GET", "HEAD") else {"n": 1}
    url = receiver.url(to("/echo?x=1", status))
    await succeed(http.http, http_attempt(url, method=method, body=body))
    last = receiver.requests[1]
    assert (last.method, last.path) == (then, "/echo?x=1")
    assert last.headers["Idempotency-Key"] == "key-1"
    kept = body is not None and then == method
    assert last.body == (b'{"n":1}' if kept else b"")
    assert ("Content-Type" in last.headers) == kept


async def test_secrets_stay_on_one_origin(
    http: HttpActivities, receiver: Receiver, other_receiver: Receiver
) -> None:
    back = receiver.url("/echo")
    away = other_receiver.url(to(back, 307))
    url = receiver.url(to(receiver.url(to(away, 307)), 307))
    headers = {
        "Authorization": {"secret": "TOKEN"},
        "X-Mine": {"secret": "TOKEN"},
        "X-Plain": "stays",
    }
    await succeed(http.http, http_attempt(url, headers=headers))
    first, second, last = receiver.requests
    foreign = other_receiver.requests[0]
    for request in (first, second):
        assert request.headers["Authorization"] == "Bearer s3cr3t-v4lue"
        assert request.headers["X-Mine"] == "Bearer s3cr3t-v4lue"
    for request in (foreign, last):
        assert "Authorization" not in request.headers
        assert "X-Mine" not in request.headers
        assert request.headers["X-Plain"] == "stays"


async def test_address_rules_hold_at_each_hop(http: HttpActivities, receiver: Receiver) -> None:
    url = receiver.url(to("http://169.254.169.254/latest/meta-data"))
    failure = await fail(http.http, http_attempt(url))
    assert (failure.type, failure.final) == ("AddressRefused", True)
    assert "169.254.169.254" in failure.message


async def test_five_redirects_are_followed_and_a_sixth_is_not(
    http: HttpActivities, receiver: Receiver
) -> None:
    url = "/echo"
    for _ in range(5):
        url = to(url)
    await succeed(http.http, http_attempt(receiver.url(url), method="GET"))
    failure = await fail(http.http, http_attempt(receiver.url(to(url)), method="GET"))
    assert (failure.type, failure.final) == ("BadRedirect", True)


async def test_a_redirect_that_is_expected_is_the_answer(
    http: HttpActivities, receiver: Receiver
) -> None:
    attempt = http_attempt(receiver.url(to("/echo")), expect_status=[302])
    output = await succeed(http.http, attempt)
    assert output["status"] == 302
    assert output["headers"]["location"] == "/echo"
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("location", ["ftp://example.com/", "javascript:alert(1)", "http://"])
async def test_nowhere_to_go(http: HttpActivities, receiver: Receiver, location: str) -> None:
    failure = await fail(http.http, http_attempt(receiver.url(to(location))))
    assert (failure.type, failure.final) == ("BadRedirect", True)


@pytest.mark.parametrize(
    "location",
    ["https://a.example/x", "http://a.example:81/x", "http://b.example/x", "//a.example:8080/"],
)
def test_scheme_host_and_port_make_an_origin(location: str) -> None:
    headers = {"Cookie": "c", "X-Key": "k", "X-Plain": "p"}
    hop = Hop("GET", URL("http://a.example/"), headers, b"", frozenset({"x-key"}))
    assert follow(hop, 302, location).headers == {"X-Plain": "p"}
    assert follow(hop, 302, "http://a.example:80/y").headers == headers


def test_user_of_a_location_is_dropped() -> None:
    hop = Hop("GET", URL("http://a.example/"), {}, b"")
    assert str(follow(hop, 302, "http://u:p@b.example/x").url) == "http://b.example/x"
    with pytest.raises(ValueError, match="Invalid"):
        follow(hop, 302, "http://[bad/")
