"""What an http action sends, and what it keeps of the answer."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from onthedot.activities.http.activity import HttpActivities
from onthedot.scheduling.stored.attempt import MAX_OUTPUT
from tests.activities.attempts import fail, http_attempt, succeed
from tests.activities.receiver import Receiver

pytestmark = pytest.mark.anyio


async def test_every_request_says_what_it_is_for(http: HttpActivities, receiver: Receiver) -> None:
    attempt = http_attempt(receiver.url("/echo"), headers={"X-Own": "yes"})
    await succeed(http.http, attempt, number=2)
    headers = receiver.requests[0].headers
    assert headers["Idempotency-Key"] == "key-1"
    assert headers["X-OnTheDot-Scheduled-Time"] == "2026-03-04T05:06:07Z"
    assert headers["X-OnTheDot-Task"] == "nightly"
    assert headers["X-OnTheDot-Run"] == "nightly~x"
    assert headers["X-OnTheDot-Attempt"] == "2"
    assert headers["User-Agent"] == "OnTheDot"
    assert headers["X-Own"] == "yes"


async def test_attempts_of_earlier_activities_count(
    http: HttpActivities, receiver: Receiver
) -> None:
    attempt = http_attempt(receiver.url("/echo")).model_copy(update={"attempts_before": 3})
    await succeed(http.http, attempt)
    assert receiver.requests[0].headers["X-OnTheDot-Attempt"] == "4"


@pytest.mark.parametrize(
    ("body", "sent", "content_type"),
    [
        ({"a": ["ü", 1, None]}, '{"a":["ü",1,null]}', "application/json"),
        ("plain ü", "plain ü", "text/plain; charset=utf-8"),
        (False, "false", "application/json"),
        (None, "", None),
    ],
)
async def test_bodies(
    http: HttpActivities,
    receiver: Receiver,
    body: object,
    sent: str,
    content_type: str | None,
) -> None:
    await succeed(http.http, http_attempt(receiver.url("/echo"), body=body))
    assert receiver.requests[0].body.decode() == sent
    assert receiver.requests[0].headers.get("Content-Type") == content_type


async def test_own_content_type_and_user_agent_stay(
    http: HttpActivities, receiver: Receiver
) -> None:
    own = {"content-type": "application/x-www-form-urlencoded", "user-agent": "mine"}
    await succeed(http.http, http_attempt(receiver.url("/echo"), body="a=1", headers=own))
    headers = receiver.requests[0].headers
    assert headers.getall("Content-Type") == ["application/x-www-form-urlencoded"]
    assert headers.getall("User-Agent") == ["mine"]


async def test_url_goes_out_as_registered(http: HttpActivities, receiver: Receiver) -> None:
    signed = "/echo?sig=a%2Fb%7E%3D&x=%2B#part"
    await succeed(http.http, http_attempt(receiver.url(signed), method="GET"))
    assert receiver.requests[0].path == "/echo?sig=a%2Fb%7E%3D&x=%2B"


async def test_json_answer_is_parsed_and_few_headers_kept(
    http: HttpActivities, receiver: Receiver
) -> None:
    headers = {"X-Request-Id": "r1", "Set-Cookie": "session=1", "X-Other": "no", "ETag": '"e"'}
    receiver.plan = [web.json_response({"done": [1, 2]}, status=201, headers=headers)]
    output = await succeed(http.http, http_attempt(receiver.url("/planned")))
    assert output["status"] == 201
    assert output["body"] == {"done": [1, 2]}
    assert output["truncated"] is False
    assert output["size"] == len('{"done": [1, 2]}')
    assert output["headers"].keys() == {
        *("content-type", "content-length", "date", "etag", "x-request-id")
    }


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[" * 30_000,
        "[" * 70 + "]" * 70,
        "1e999",
        "NaN",
        '"\\ud800"',
        "9" * 5000,
    ],
)
async def test_what_cannot_be_kept_as_json_is_kept_as_text(
    http: HttpActivities, receiver: Receiver, text: str
) -> None:
    receiver.plan = [web.Response(text=text, content_type="application/json")]
    output = await succeed(http.http, http_attempt(receiver.url("/planned")))
    assert output["body"] == text


async def test_long_body_is_cut_at_a_character(http: HttpActivities, receiver: Receiver) -> None:
    receiver.plan = [web.json_response(text=json.dumps("€" * 40_000, ensure_ascii=False))]
    output = await succeed(http.http, http_attempt(receiver.url("/planned")))
    assert output["truncated"] is True
    assert MAX_OUTPUT - 3 < len(output["body"].encode()) <= MAX_OUTPUT
    assert output["size"] == 120_002


@pytest.mark.parametrize("charset", ["latin-1", "no-such-charset"])
async def test_any_bytes_become_text(
    http: HttpActivities, receiver: Receiver, charset: str
) -> None:
    kind = {"Content-Type": f"text/plain; charset={charset}"}
    receiver.plan = [web.Response(body=b"caf\xe9 \xff\x00", headers=kind)]
    output = await succeed(http.http, http_attempt(receiver.url("/planned")))
    assert output["body"].startswith("caf")


async def test_cookies_are_not_shared_between_tasks(
    http: HttpActivities, receiver: Receiver
) -> None:
    receiver.plan = [web.Response(headers={"Set-Cookie": "session=1; Path=/"})]
    await succeed(http.http, http_attempt(receiver.url("/planned")))
    await succeed(http.http, http_attempt(receiver.url("/echo")))
    assert "Cookie" not in receiver.requests[1].headers


async def test_connections_are_shared(http: HttpActivities, receiver: Receiver) -> None:
    for _ in range(3):
        await succeed(http.http, http_attempt(receiver.url("/echo")))
    assert len({request.peer for request in receiver.requests}) == 1


async def test_head_has_no_body(http: HttpActivities, receiver: Receiver) -> None:
    output = await succeed(http.http, http_attempt(receiver.url("/echo"), method="HEAD"))
    assert output["body"] is None
    assert output["truncated"] is False


async def test_expected_statuses_replace_the_default(
    http: HttpActivities, receiver: Receiver
) -> None:
    receiver.plan = [web.Response(status=404), web.Response(status=200)]
    attempt = http_attempt(receiver.url("/planned"), expect_status=[404])
    assert (await succeed(http.http, attempt))["status"] == 404
    failure = await fail(http.http, attempt)
    assert failure.type == "HttpStatus"
    assert failure.final
