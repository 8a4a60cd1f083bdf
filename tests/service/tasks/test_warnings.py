"""What is said with a task that was taken, and yet will not run as things stand."""

from __future__ import annotations

import pytest

from onthedot.activities.user_code import RegisteredActivities
from onthedot.service.tasks import warnings
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import new_task, unique

pytestmark = pytest.mark.anyio

YEARLY = {"kind": "cron", "expression": "0 0 1 1 *"}


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_command_where_none_runs_is_warned_of(
    temporal: Temporal, tasks: Tasks, monkeypatch: pytest.MonkeyPatch, *, allowed: bool
) -> None:
    worker = RegisteredActivities((), (), commands=allowed)
    monkeypatch.setattr(warnings, "registered", lambda _: worker.registered())
    command = {"kind": "command", "argv": ["true"]}
    task = await tasks.create(new_task(unique("warned"), YEARLY, action=command), by="t")
    said = (await warnings.with_warnings(temporal, task)).warnings
    assert [("do not run commands" in each) for each in said] == ([] if allowed else [True])
    plain = await tasks.create(new_task(unique("warned"), YEARLY), by="t")
    assert (await warnings.with_warnings(temporal, plain)).warnings == ()
