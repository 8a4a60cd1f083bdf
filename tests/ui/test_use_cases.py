"""The page changes something only if the role allows it, whatever it shows."""

from __future__ import annotations

import ast
import inspect
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from onthedot.access.identity import Identity, Via
from onthedot.access.roles import ROLES, Role
from onthedot.messages.bulk import Outcome
from onthedot.scheduling.errors import Forbidden
from onthedot.service.tasks.bulk import BulkProgress
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from onthedot.ui.access.sessions import Session, SignedOut
from onthedot.ui.use_cases import UseCases

pytestmark = pytest.mark.anyio

_UI = Path(__file__).parents[2] / "ui"
#: What can change something, and where the page may reach for it.
_CHANGING = {
    "Tasks",
    "Runs",
    "Backfills",
    "BulkChanges",
    "BulkRuns",
    "Freezes",
    "Calendars",
    "retry",
}
_ALLOWED = {"use_cases.py", "reads.py", "list_reads.py"}
_NAMES = [name for name, _ in inspect.getmembers(UseCases, inspect.isfunction) if name[0] != "_"]


class Reached(Exception):
    """A use case got as far as Temporal."""


class NoTemporal:
    def __getattr__(self, name: str) -> Any:
        raise Reached


def _arguments(method: Any) -> dict[str, Any]:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    some: dict[str, Any] = {
        "until": now,
        "changed": (),
        "progress": BulkProgress(),
        "start": now,
        "end": now,
        "attempt_timeout": timedelta(seconds=1),
    }
    parameters = list(inspect.signature(method).parameters)
    return {name: some.get(name, "some") for name in parameters}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", _NAMES)
async def test_a_use_case_needs_its_role(name: str, role: Role) -> None:
    call = "resume_tasks" if name == "undo" else name
    session = Session(Identity("ada", role, Via.TOKEN))
    use = getattr(UseCases(NoTemporal(), session), name)  # type: ignore[arg-type]  # never reached
    if role.covers(ROLES[call]):
        try:
            await use(**_arguments(use))
        except Forbidden:
            pytest.fail("the role would do")
        except Exception:
            return
    else:
        with pytest.raises(Forbidden):
            await use(**_arguments(use))
    session.ends = 0
    with pytest.raises(SignedOut):
        await use(**_arguments(use))


@pytest.mark.parametrize("file", sorted(_UI.rglob("*.py")), ids=lambda file: file.stem)
def test_no_page_goes_round_them(file: Path) -> None:
    if file.name in _ALLOWED:
        return
    imported = {
        alias.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("onthedot.service")
        for alias in node.names
    }
    assert not imported & _CHANGING


async def test_a_change_to_many_stops_when_the_session_has_ended(
    temporal: Temporal, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(Identity("ada", Role.EDITOR, Via.OIDC), number="one")
    deleted: list[str] = []

    # The session has to end at exactly the third, and the tasks need not be there.
    async def delete(tasks: Tasks, task_id: str, **_: str) -> None:
        deleted.append(task_id)
        if len(deleted) == 3:
            session.ended.add("one")

    monkeypatch.setattr(Tasks, "delete", delete)
    wanted = [f"task-{number}" for number in range(100)]
    changed = await UseCases(temporal, session).delete_tasks(wanted, BulkProgress())
    assert deleted == wanted[:3]
    refused = [each for each in changed if each.outcome is Outcome.REFUSED]
    assert [each.id for each in refused] == wanted[3:]
    assert "before its turn came" in str(refused[0].error)
