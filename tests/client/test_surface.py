"""The client has every call that the server has, and weighs little."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from onthedot.api.app import create_app
from onthedot.client import AsyncOnTheDot, OnTheDot
from onthedot.client.call import Call, Described, Paged, Walk
from onthedot.client.surface import Calls
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings

#: Not for programs that use the client: a page to look at, and a protocol of Temporal's Web UI.
_NOT_FOR_IT = {("GET", "/docs"), ("POST", "/codec/decode"), ("OPTIONS", "/codec/decode")}


def _described() -> dict[str, Call[Any]]:
    """One call of each method, with some value for each parameter that has no default."""
    found = {}
    for name, method in vars(Calls).items():
        if isinstance(method, Described | Paged):
            parameters = inspect.signature(method.describe).parameters.values()
            values = {
                p.name: _value(p.name) for p in parameters if p.default is inspect.Parameter.empty
            }
            made = method.describe(**values)
            found[name] = made.page(None) if isinstance(made, Walk) else made
    return found


def _value(name: str) -> object:
    if name in ("start", "end", "since", "until"):
        return datetime(2026, 1, 1, tzinfo=UTC)
    if name == "tasks":
        return []
    if name in ("task", "definition", "trigger", "action", "calendar", "freeze"):
        return {}
    return 1 if name == "revision" else "some"


def _plain(template: str) -> str:
    return re.sub(r"\{\w+\}", "{}", template)


def test_the_client_has_every_call_of_the_server(settings: Settings, temporal: Temporal) -> None:
    document = create_app(settings, temporal).openapi()
    served = {
        (method.upper(), _plain(path))
        for path, methods in document["paths"].items()
        for method in methods
    } - _NOT_FOR_IT
    has = {(call.method, _plain(call.template)) for call in _described().values()}
    missing = served - has
    assert not missing, f"describe them in client/, and list them in client/surface.py: {missing}"


def test_calls_are_named_as_in_the_openapi_document(settings: Settings, temporal: Temporal) -> None:
    document = create_app(settings, temporal).openapi()
    served = {
        (method.upper(), _plain(path)): operation["operationId"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    for name, call in _described().items():
        there = served.get((call.method, _plain(call.template)))
        assert there in (None, name)


def test_results_are_the_models_of_the_server(settings: Settings, temporal: Temporal) -> None:
    document = create_app(settings, temporal).openapi()
    for call in _described().values():
        path = {_plain(p): p for p in document["paths"]}.get(_plain(call.template), "")
        operation = document["paths"].get(path, {}).get(call.method.lower())
        if operation is None:
            continue
        content = [
            answer.get("content", {}).get("application/json", {}).get("schema", {})
            for status, answer in operation["responses"].items()
            if status.startswith("2")
        ]
        named = {schema["$ref"].rpartition("/")[2] for schema in content if "$ref" in schema}
        assert isinstance(call.read, partial)
        read = call.read.args[0]
        assert not named or named == {read.__name__}, f"{call.template} is to be read as {named}"


def test_both_clients_have_the_same_methods() -> None:
    blocking = {n for n in dir(OnTheDot) if not n.startswith("_")}
    awaited = {n for n in dir(AsyncOnTheDot) if not n.startswith("_")}
    assert blocking == awaited
    for name in _described():
        assert getattr(OnTheDot, name).__doc__


def test_importing_it_loads_nothing_of_the_server() -> None:
    program = (
        "import sys, onthedot.client\n"
        "heavy = {'temporalio', 'fastapi', 'starlette', 'nicegui', 'uvicorn', 'aiohttp', "
        "'croniter'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    root = Path(__file__).parent.parent.parent
    subprocess.run([sys.executable, "-c", program], cwd=root, check=True)
