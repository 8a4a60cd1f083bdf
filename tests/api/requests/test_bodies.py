"""Bodies are read strictly; errors have the path of each field, and no body causes a 500."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.api.problem import fields, problem
from tests.definitions import YEARLY, one_time, recurring

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


def http(**more: Any) -> dict[str, Any]:
    return recurring(action={"kind": "http", "url": "https://example.com/", **more})


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({}, "trigger", "required"),
        ({**recurring(), "colour": "red"}, "colour", "unknown"),
        (recurring(trigger={}), "trigger.kind", "required"),
        (recurring(trigger={"kind": "weekly"}), "trigger.kind", "'once', 'cron', 'interval'"),
        (recurring(trigger={"kind": "cron"}), "trigger.expression", "required"),
        (recurring(trigger={**YEARLY, "expression": ""}), "trigger.expression", "at least 1"),
        (recurring(trigger={**YEARLY, "cron": 1}), "trigger.cron", "unknown"),
        (recurring(trigger={**YEARLY, "max_runs": 0}), "trigger.max_runs", "at least 1"),
        (
            recurring(trigger={**YEARLY, "start_at": "2030-01-01T00:00:00"}),
            "trigger.start_at",
            "offset",
        ),
        (recurring(trigger={**YEARLY, "start_at": 1893456000}), "trigger.start_at", "datetime"),
        (recurring(trigger={**YEARLY, "start_at": "1893456000"}), "trigger.start_at", "instant"),
        (
            recurring(trigger={**YEARLY, "end_at": "9999-12-31T23:59:59-01:00"}),
            "trigger.end_at",
            "outside",
        ),
        (recurring(trigger={**YEARLY, "exclude": ["a", 5]}), "trigger.exclude.1", "string"),
        (http(headers={"Accept": 5}), "action.headers.Accept", "string"),
        (http(headers={"A": {"secret": "low"}}), "action.headers.A.secret", "match"),
        (http(expect_status=[200, 700]), "action.expect_status.1", "at most 599"),
        (recurring(action={"kind": "http"}), "action.url", "required"),
        (recurring(retry={"max_attempts": True}), "retry.max_attempts", "integer"),
        (recurring(paused="yes"), "paused", "boolean"),
        (recurring(timeout="soon"), "timeout", "ISO 8601"),
        (recurring(timeout="P1M"), "timeout", "ISO 8601"),
        (recurring(timeout=-1), "timeout", "at least PT0S"),
        (recurring(deadline="P99999D"), "deadline", "at most P36525D"),
        (recurring(tags=["a b"]), "tags.0", "match"),
        (recurring(id="Upper"), "id", "match"),
        (recurring(id="line\n"), "id", "match"),
    ],
)
async def test_a_field_is_named_by_its_path(
    api: httpx.AsyncClient, body: dict[str, Any], field: str, said: str
) -> None:
    found = fields(await api.post("/tasks", json=body))
    assert said in found[field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (recurring(trigger={**YEARLY, "expression": "61 * * * *"}), "trigger.expression"),
        (recurring(trigger={**YEARLY, "timezone": "Mars/Base"}), "trigger.timezone"),
        (recurring(trigger={**YEARLY, "timezone": "a\0b"}), "trigger.timezone"),
        (
            recurring(trigger={"kind": "once", "at": "2000-01-01T00:00:00Z"}),
            "trigger.at",
        ),
        (recurring(trigger={"kind": "once", "at": "2030-01-01T00:00:00"}), "trigger.at"),
        (http(headers={"Authorization": "Bearer abc"}), "action.headers.Authorization"),
        (http(body="x" * (256 * 1024 + 1)), "action.body"),
        (http(body=json.loads("[" * 150 + "]" * 150)), "action.body"),
        (recurring(name="a\0b"), "name"),
        (recurring(tags=["a\x07b"]), "tags.0"),
        (recurring(tags=[chr(0x1F600) * 60 + str(n) for n in range(20)]), "tags"),
        (recurring(timeout=0), "timeout"),
        (recurring(action={"kind": "activity", "name": "onthedot.http"}), "action.name"),
    ],
)
async def test_what_means_nothing_is_refused_at_its_field(
    api: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    answer = await api.post("/tasks", json=body)
    assert list(fields(answer, "invalid-definition")) == [field]
    assert "Bearer abc" not in answer.text


async def test_all_that_is_wrong_is_told_at_once(api: httpx.AsyncClient) -> None:
    body = {"trigger": {"kind": "no"}, "action": {"kind": "http"}, "timeout": True, "more": 1}
    found = fields(await api.post("/tasks", json=body))
    assert set(found) == {"trigger.kind", "action.url", "timeout", "more"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"a":"\xff"}',
        json.dumps(one_time()).encode("utf-16"),
        b'{"name":"\\ud800"}',
        b'{"\\ud800":1}',
        b'{"a":' + b"[" * 100_000,
        b'{"a":' + b'{"a":' * 100_000,
        b'{"timeout":' + b"9" * 5000 + b"}",
        b'{"timeout":1e999}',
        b'{"timeout":NaN}',
        b'{"trigger":1,"trigger":2}',
        json.dumps(one_time()).replace('"hello"', '"a","message":"b"').encode(),
        json.dumps(one_time()).replace('"hello"', "NaN").encode(),
    ],
)
@pytest.mark.parametrize("path", ["/tasks", "/tasks:batch", "/actions/test", "/triggers/preview"])
async def test_nothing_that_is_sent_is_a_fault_of_the_server(
    api: httpx.AsyncClient, path: str, raw: bytes
) -> None:
    problem(await api.post(path, content=raw, headers=JSON), 422, "invalid-request")


async def test_the_strangest_text_comes_back_as_it_was(api: httpx.AsyncClient) -> None:
    text = "\0\x1f\u202e\ufeff\U0001f600 <img onerror=alert(1)> ' \" \\ \u2028"
    body = one_time(description=text, action={"kind": "log", "message": text})
    answer = await api.post("/tasks", json=body)
    assert answer.status_code == 201
    task = (await api.get(answer.headers["location"])).json()
    assert task["description"] == text
    assert task["action"]["message"] == text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/merge-patch+json"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
async def test_only_plain_json_is_read(api: httpx.AsyncClient, headers: dict[str, str]) -> None:
    body = json.dumps(one_time()).encode()
    answer = await api.post("/tasks", content=body, headers=headers)
    problem(answer, 415, "unsupported-media-type")


async def test_json_in_utf8_may_say_so(api: httpx.AsyncClient) -> None:
    body = json.dumps(one_time()).encode()
    headers = {"content-type": "Application/JSON; charset=UTF-8"}
    assert (await api.post("/tasks", content=body, headers=headers)).status_code == 201
