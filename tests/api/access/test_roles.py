"""What each role may do: every call, tried with every role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from onthedot.access.roles import OF_PEOPLE, OPEN, ROLES, Role
from onthedot.api.app import calls, create_app
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.problem import problem
from tests.api.serving import a_token_for_each_role, as_role, serving
from tests.definitions import one_time, recurring, unique

pytestmark = pytest.mark.anyio

_DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "roles.md"
CALLS = sorted((c for c in calls() if c.name not in OPEN), key=lambda c: (c.path, c.name))
#: No route of REST: what a body asks for, and what the page alone shows.
_BESIDE = {"run_task_with_changes": "`POST /tasks/{task_id}/run` with changes to its action"}
_PAGE_ALONE = {"read_settings": "Settings, on the page"}


@pytest.fixture(scope="module")
async def guarded(temporal: Temporal, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """REST with a token for each role."""
    async with serving(a_token_for_each_role(settings), temporal) as client:
        yield client


def _filled(route: APIRoute) -> str:
    return route.path.replace("{task_id}", "nobody").replace("{", "").replace("}", "")


def test_every_route_names_a_role() -> None:
    """The roles are in one place: `ROLES` in access/roles.py."""
    served = {call.name for call in calls()}
    assert served - OPEN - set(ROLES) == set()
    assert set(ROLES) - served - set(_BESIDE) - set(_PAGE_ALONE) == set()


def test_no_route_is_served_beside_them(temporal: Temporal, settings: Settings) -> None:
    """A route that `calls` does not list would need no role."""
    listed = {call.path for call in calls()}
    beside = {"/openapi.json", "/docs/static"}
    served = {getattr(route, "path", "") for route in create_app(settings, temporal).routes}
    assert served - listed - beside - {""} == set()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
async def test_a_role_may_do_what_it_may(
    guarded: httpx.AsyncClient, call: APIRoute, role: Role
) -> None:
    (method,) = call.methods or set()
    response = await guarded.request(method, _filled(call), headers=as_role(role))
    if role.covers(ROLES[call.name]):
        assert response.status_code not in (401, 403, 500), response.text
        return
    said = problem(response, 403, "forbidden")
    assert said["needed_role"] == ROLES[call.name]
    assert f"role {ROLES[call.name]} " in said["detail"]
    assert f"an-{role} " in said["detail"]


async def test_a_viewer_changes_nothing(guarded: httpx.AsyncClient) -> None:
    task_id = unique()
    for role, status in ((Role.VIEWER, 403), (Role.OPERATOR, 403), (Role.EDITOR, 201)):
        made = await guarded.post("/tasks", json=one_time(id=task_id), headers=as_role(role))
        assert made.status_code == status
    removed = await guarded.delete(f"/tasks/{task_id}", headers=as_role(Role.OPERATOR))
    problem(removed, 403, "forbidden")
    assert (await guarded.get(f"/tasks/{task_id}", headers=as_role(Role.VIEWER))).status_code == 200


async def test_the_role_counts_before_the_body(guarded: httpx.AsyncClient) -> None:
    for body in (b"", b"{", b'{"id": "UPPER"}'):
        sent = await guarded.post("/tasks", content=body, headers=as_role(Role.VIEWER))
        problem(sent, 403, "forbidden")


async def test_a_run_with_changes_is_a_test_of_an_action(
    guarded: httpx.AsyncClient, worker: object
) -> None:
    """An operator may run what is registered, but only an editor decides what a command gets."""
    task_id = unique()
    action = {"kind": "command", "argv": ["true"]}
    await guarded.post(
        "/tasks", json=recurring(id=task_id, action=action), headers=as_role(Role.EDITOR)
    )
    run, env = f"/tasks/{task_id}/run", {"env": {"BASH_ENV": "/tmp/x"}}
    assert (await guarded.post(run, headers=as_role(Role.OPERATOR))).status_code == 202
    refused = problem(
        await guarded.post(run, json=env, headers=as_role(Role.OPERATOR)), 403, "forbidden"
    )
    assert refused["needed_role"] == "editor"
    assert (await guarded.post(run, json=env, headers=as_role(Role.EDITOR))).status_code == 202


async def test_one_is_told_who_one_is(guarded: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    for role in OF_PEOPLE:
        told = (await guarded.get("/me", headers=as_role(role))).json()
        assert told == {"name": f"an-{role}", "role": role, "via": "token"}
    assert (await api.get("/me")).json() == {"name": "local", "role": "admin", "via": "loopback"}


def table() -> str:
    """Call × role, as the document shows it."""
    rows = [(f"`{min(c.methods or set())} {c.path}`", ROLES[c.name]) for c in CALLS]
    rows += [(said, ROLES[name]) for name, said in (_BESIDE | _PAGE_ALONE).items()]
    lines = [f"| call | {' | '.join(Role)} |", f"| --- |{' :-: |' * len(Role)}"]
    for said, least in rows:
        cells = " | ".join("yes" if role.covers(least) else "–" for role in Role)
        lines.append(f"| {said} | {cells} |")
    return "\n".join(lines) + "\n"


def test_the_document_has_the_table() -> None:
    assert table() in _DOCUMENT.read_text(), f"docs/reference/roles.md should have:\n{table()}"
