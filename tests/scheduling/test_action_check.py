"""Which actions may be registered, and the messages for others."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from onthedot.scheduling.action import MAX_BODY, Action
from onthedot.scheduling.checking.action import check_action

ADAPTER: TypeAdapter[Action] = TypeAdapter(Action)
URL = "https://example.com/hook"


def problems(**action: Any) -> dict[str, str]:
    found = check_action(ADAPTER.validate_python(action))
    return {problem.field: problem.message for problem in found}


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "HTTP://EXAMPLE.com:8080/a%20b?q=ü#part",
        "http://10.0.0.1/",
        "http://[::1]:80/",
        "https://bücher.example/",
        "http://localhost",
        "http://a_b.example/",
        "http://example.com./",
        "http://example.com/@user",
    ],
)
def test_urls_that_can_be_called(url: str) -> None:
    assert problems(kind="http", url=url) == {}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("example.com", "http://"),
        ("ftp://example.com", "http://"),
        ("javascript:alert(1)", "http://"),
        ("http://", "no host"),
        ("https:///path", "no host"),
        ("http://:80/", "no host"),
        ("http://user@example.com/", "secret"),
        ("http://user:pass@example.com/", "secret"),
        ("http://example.com:0/", "port 0"),
        ("http://example.com:99999/", "not a URL"),
        ("http://example.com:x/", "not a URL"),
        ("http://[::1", "not a URL"),
        ("http://[::zz]/", "not a URL"),
        ("http://exa mple.com/", "percent"),
        ("http://example.com/\r\nX: y", "percent"),
        ("http://example.com\\@evil.example/", "percent"),
        ("http://a..b/", "neither a name"),
        (f"http://{'a' * 64}.example/", "neither a name"),
    ],
)
def test_urls_that_cannot(url: str, said: str) -> None:
    found = problems(kind="http", url=url)
    assert found.keys() == {"action.url"}
    assert said in found["action.url"]


@pytest.mark.parametrize("name", ["Authorization", "COOKIE", "x-api-key", "Proxy-Authorization"])
def test_credentials_are_secrets_not_literals(name: str) -> None:
    found = problems(kind="http", url=URL, headers={name: "Bearer hunter2"})
    assert found.keys() == {f"action.headers.{name}"}
    message = found[f"action.headers.{name}"]
    assert '{"secret": "NAME"}' in message
    assert "history" in message
    assert "hunter2" not in message
    assert problems(kind="http", url=URL, headers={name: {"secret": "TOKEN"}}) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Idempotency-Key", "k"),
        ("host", "other.example"),
        ("Content-Length", "3"),
        ("Transfer-Encoding", "chunked"),
        ("X-OnTheDot-Task", "t"),
        ("Connection", "close"),
        ("Two Words", "v"),
        ("Colon:", "v"),
        ("Ünicode", "v"),
        ("X-Line", "a\r\nB: c"),
        ("X-Null", "a\0b"),
    ],
)
def test_headers_that_are_refused(name: str, value: str) -> None:
    assert problems(kind="http", url=URL, headers={name: value}).keys() == {
        f"action.headers.{name}"
    }


def test_headers_that_are_fine() -> None:
    headers = {"X-Any": "tab\tand ü", "Accept": "text/plain", "User-Agent": "me", "Empty": ""}
    assert problems(kind="http", url=URL, headers=headers) == {}


def test_a_header_comes_once() -> None:
    found = problems(kind="http", url=URL, headers={"X-A": "1", "x-a": "2"})
    assert found.keys() == {"action.headers.x-a"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_body_needs_a_method_that_takes_one(method: str) -> None:
    assert problems(kind="http", url=URL, method=method) == {}
    assert problems(kind="http", url=URL, method=method, body={}).keys() == {"action.body"}


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ("ü" * (MAX_BODY // 2), True),
        ("ü" * (MAX_BODY // 2) + "x", False),
        (["x" * (MAX_BODY - 4)], True),
        (["x" * (MAX_BODY - 3)], False),
        ({"n": float("inf")}, False),
        (["\ud800"], False),
        (0, True),
    ],
)
def test_bodies_are_measured_as_they_are_sent(body: Any, fits: bool) -> None:
    assert (problems(kind="http", url=URL, body=body) == {}) == fits


@pytest.mark.parametrize(
    ("action", "field"),
    [
        ({"argv": [""]}, "argv.0"),
        ({"argv": [" "]}, "argv.0"),
        ({"argv": ["a", "b\0"]}, "argv.1"),
        ({"argv": ["a"], "cwd": "relative"}, "cwd"),
        ({"argv": ["a"], "cwd": "/a\0"}, "cwd"),
        ({"argv": ["a"], "env": {"A=B": "c"}}, "env.A=B"),
        ({"argv": ["a"], "env": {"A": "\0"}}, "env.A"),
        ({"argv": ["a"], "env": {"ONTHEDOT_RUN_ID": "mine"}}, "env.ONTHEDOT_RUN_ID"),
        ({"argv": ["a"], "stdin": "ü" * MAX_BODY}, "stdin"),
        ({"argv": ["a", *["x" * 8192] * 40]}, "argv"),
    ],
)
def test_commands_that_cannot_run(action: dict[str, Any], field: str) -> None:
    assert problems(kind="command", **action).keys() == {f"action.{field}"}


def test_commands_that_can() -> None:
    env = {"A": "1", "KEY": {"secret": "KEY"}, "ONTHEDOT_URL": "http://127.0.0.1:8080"}
    assert problems(kind="command", argv=["sh", "-c", ""], env=env, cwd="/", stdin="\0") == {}


@pytest.mark.parametrize("kind", ["activity", "workflow"])
def test_activities_and_workflows(kind: str) -> None:
    field = "name" if kind == "activity" else "workflow_type"
    assert problems(kind=kind, **{field: "mine"}, arguments=[1, {"a": None}]) == {}
    for name in ("onthedot.http", "onthedot.Task", "__temporal_x", " "):
        assert problems(kind=kind, **{field: name}).keys() == {f"action.{field}"}
    for arguments in (["x" * MAX_BODY], [float("nan")]):
        found = problems(kind=kind, **{field: "mine"}, arguments=arguments)
        assert found.keys() == {"action.arguments"}


def test_log_is_always_fine() -> None:
    assert problems(kind="log", message="hello") == {}


@pytest.mark.parametrize("kind", ["activity", "workflow"])
def test_queues_that_are_temporals_own(kind: str) -> None:
    own = {"name" if kind == "activity" else "workflow_type": "mine"}
    assert problems(kind=kind, **own, task_queue="billing") == {}
    for queue in (
        "temporal-sys-per-ns-tq",
        "temporal-sys-processor-parent-close-policy",
        "default-worker-tq",
        "__temporal_x",
        "/_sys/billing/1",
        "a/_sys/b",
        " ",
    ):
        found = problems(kind=kind, **own, task_queue=queue)
        assert found.keys() == {"action.task_queue"}, queue


@pytest.mark.parametrize(
    ("arguments", "field", "said"),
    [
        ([{"$run": "when"}], "arguments.0", "scheduled_for"),
        ([{"$run": 1}], "arguments.0", "scheduled_for"),
        ([{"$run": "attempt"}], "arguments.0", "current_run()"),
        ([1, {"a": [{"$run": "run_id", "b": 1}]}], "arguments.1.a.0", "only that"),
        ([[{"$run": "run_id"}] * 65], "arguments", "64"),
    ],
)
def test_references_that_no_run_fills_in(arguments: list[Any], field: str, said: str) -> None:
    found = problems(kind="activity", name="mine", arguments=arguments)
    assert found.keys() == {f"action.{field}"}
    assert said in found[f"action.{field}"]


def test_references_that_runs_fill_in() -> None:
    arguments = [{"$run": "scheduled_for"}, [{"deep": {"$run": "idempotency_key"}}] * 63, "$run"]
    assert problems(kind="activity", name="mine", arguments=arguments) == {}
