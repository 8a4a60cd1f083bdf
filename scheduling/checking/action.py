"""Validates the meaning of an action at registration. The models validate the form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from ipaddress import IPv6Address
from itertools import chain
from urllib.parse import urlsplit

from pydantic import JsonValue

from onthedot.scheduling.action import (
    MAX_BODY,
    MAX_DEPTH,
    RESERVED_PREFIX,
    RESERVED_VARIABLES,
    Action,
    ActivityAction,
    CommandAction,
    HttpAction,
    LogAction,
    WorkflowAction,
    unknown_kind,
)
from onthedot.scheduling.checking.header import header_problems
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.payload import encode_body, encode_json, is_deeper_than
from onthedot.scheduling.run_facts import reference_problems

#: Temporal's reserved prefix.
_TEMPORAL_PREFIX = "__temporal"
_TEMPORAL_QUEUES = ("temporal-sys-", _TEMPORAL_PREFIX)
_TEMPORAL_QUEUE = "default-worker-tq"
_TEMPORAL_PART = "/_sys/"

_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def check_action(action: Action, *, where: str = "action") -> list[FieldProblem]:
    """All problems of `action`; an empty list if it may be registered.

    Args:
        where: the field of the definition that contains it.

    Raises:
        InvalidDefinition: its kind is unknown.
    """
    match action:
        case HttpAction():
            found = _http(action)
        case CommandAction():
            found = _command(action)
        case ActivityAction():
            found = chain(
                _own_code("name", action.name, action.arguments, action.task_queue),
                _heartbeats(action.heartbeat_timeout),
            )
        case WorkflowAction():
            name = action.workflow_type
            found = _own_code("workflow_type", name, action.arguments, action.task_queue)
        case LogAction():
            found = iter(())
        case _:
            raise InvalidDefinition(FieldProblem(f"{where}.kind", str(unknown_kind(action))))
    return [FieldProblem(f"{where}.{field}", message) for field, message in found]


def queue_problem(name: str | None) -> str:
    """Why actions may not use the task queue `name`; empty if they may."""
    if name is None:
        return ""
    if not name.strip():
        return "cannot be blank; leave it out for this project's own workers."
    theirs = name.startswith(_TEMPORAL_QUEUES) or name == _TEMPORAL_QUEUE
    if theirs or _TEMPORAL_PART in name:
        return "is one of Temporal's own; name the queue that your worker polls."
    return ""


def _http(action: HttpAction) -> Iterator[tuple[str, str]]:
    if problem := url_problem(action.url):
        yield "url", problem
    for name, problem in header_problems(action.headers):
        yield f"headers.{name}", problem
    if action.body is None:
        return
    if action.method in ("GET", "HEAD"):
        yield (
            "body",
            f"{action.method} takes no body: receivers and proxies drop it. Use POST, or put it "
            f"into the URL's query.",
        )
    yield from _too_deep("body", action.body)
    try:
        size = len(encode_body(action.body))
    except ValueError:
        yield "body", "cannot be written as JSON in UTF-8: no NaN, Infinity or lone surrogates."
    else:
        yield from _too_large("body", size)


def _command(action: CommandAction) -> Iterator[tuple[str, str]]:
    if not action.argv[0].strip():
        yield "argv.0", "must name the program to run."
    texts = [(f"argv.{i}", text) for i, text in enumerate(action.argv)]
    for name, value in action.env.items():
        if "=" in name or "\0" in name or name != name.strip():
            yield f"env.{name}", "a variable's name has no '=', NUL or blanks around it."
        if name in RESERVED_VARIABLES:
            yield f"env.{name}", "is set by the worker; leave it out."
        if isinstance(value, str):
            texts.append((f"env.{name}", value))
    if action.cwd is not None:
        texts.append(("cwd", action.cwd))
        if not action.cwd.startswith("/"):
            yield "cwd", "must be absolute: workers may run in any directory."
    total = 0
    for field, text in texts:
        if "\0" in text:
            yield field, "cannot hold a NUL character."
        total += len(text.encode())
    yield from _too_large("argv", total)
    if action.stdin is not None:
        yield from _too_large("stdin", len(action.stdin.encode()))


def _own_code(
    field: str, name: str, arguments: Sequence[JsonValue], task_queue: str | None
) -> Iterator[tuple[str, str]]:
    if problem := queue_problem(task_queue):
        yield "task_queue", problem
    if not name.strip():
        yield field, "cannot be blank."
    if name.startswith(RESERVED_PREFIX):
        yield field, f"names that start with {RESERVED_PREFIX!r} are this project's own."
    if name.startswith(_TEMPORAL_PREFIX):
        yield field, f"names that start with {_TEMPORAL_PREFIX!r} are Temporal's own."
    yield from _too_deep("arguments", list(arguments))
    for where, problem in reference_problems(arguments):
        yield f"arguments.{where}".rstrip("."), problem
    try:
        size = len(encode_json(list(arguments)))
    except ValueError:
        yield "arguments", "cannot be written as JSON in UTF-8: no NaN or lone surrogates."
    else:
        yield from _too_large("arguments", size)


def _heartbeats(timeout: timedelta | None) -> Iterator[tuple[str, str]]:
    if timeout is not None and timeout <= timedelta(0):
        yield "heartbeat_timeout", "must be longer than 0; leave it out for an activity without."


def _too_deep(field: str, value: JsonValue) -> Iterator[tuple[str, str]]:
    if is_deeper_than(value, MAX_DEPTH):
        yield field, f"is nested in more than {MAX_DEPTH} levels, which not every reader accepts."


def _too_large(field: str, size: int) -> Iterator[tuple[str, str]]:
    if size > MAX_BODY:
        yield field, f"is {size} bytes; at most {MAX_BODY} are allowed. Send a reference instead."


def url_problem(url: str) -> str:
    """What is wrong with `url`; empty if nothing is."""
    if _UNSAFE.search(url):
        return "contains a space, a backslash or a control character; percent-encode it."
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        return "is not a URL: its host or port is invalid."
    if parts.scheme.lower() not in ("http", "https"):
        return "must start with http:// or https://."
    if not host:
        return "has no host; write https://host/path."
    if "@" in parts.netloc:
        return (
            "cannot hold a user or password: definitions are stored in Temporal's history. Send "
            'an Authorization header with {"secret": "NAME"}.'
        )
    if port == 0:
        return "has port 0, which no server can listen on."
    return "" if _host_ok(host) else f"has a host that is neither a name nor an address: {host!r}."


def _host_ok(host: str) -> bool:
    try:
        if ":" in host:
            IPv6Address(host)
            return True
        host.removesuffix(".").encode("idna")
    except ValueError:
        return False
    return True
