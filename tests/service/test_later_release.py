"""Data of a later release is refused with a reason or left alone, never ignored."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from onthedot import naming
from onthedot.naming.attributes import task_attributes
from onthedot.scheduling.outages import LaterRelease, WorkerBehind
from onthedot.scheduling.stored.backfill import BackfillStop
from onthedot.scheduling.stored.task_change import Change, ChangeKind
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.task import Health, HealthReport
from onthedot.service.tasks import changes
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.serving import serving
from tests.definitions import every, new_task, once, unique
from tests.temporal_elsewhere import connected
from tests.waiting import eventually, patient

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("where", "later"),
    [
        (("trigger",), {"weather": "fair"}),
        (("action",), {"kind": "carrier-pigeon"}),
        ((), {"overlap": "ask_the_oracle"}),
    ],
)
async def test_a_task_of_a_later_release_is_not_half_shown_and_hides_no_other(
    temporal: Temporal, settings: Settings, where: tuple[str, ...], later: dict[str, str]
) -> None:
    # In a namespace of its own, where lists hold nothing else.
    temporal = patient(await connected(temporal.address, None), settings)
    tasks, task_id, tag = Tasks(temporal), unique("later"), unique("tag")
    model = await tasks.create(new_task(unique("model"), every(86_400), tags=(tag,)), by="t")
    state = (await tasks.state(model.id)).model_copy(update={"id": task_id})
    row = TaskRow.of(state).model_dump(mode="json")
    place = row["definition"]
    for name in where:
        place = place[name]
    place.update(later)
    await temporal.client.start_workflow(
        naming.TASK,
        state,
        id=naming.task_workflow(task_id),
        task_queue=unique("nobody"),
        memo={naming.TASK_MEMO: row},
        search_attributes=task_attributes(state),
    )
    with pytest.raises(LaterRelease, match=r"weather|action|overlap"):
        await tasks.get(task_id)
    async with serving(settings, temporal) as rest:
        answered: httpx.Response = await rest.get(f"/tasks/{task_id}")
        assert (answered.status_code, answered.json()["type"]) == (503, "/errors/later-release")

        async def lists_both() -> bool:
            return bool((await rest.get("/tags")).json()["items"][0]["tasks"] == 2)

        await eventually(lists_both)
        for sort in ("", "&sort=name", "&sort=created", "&sort=next_run", "&sort=last_run"):
            page = (await rest.get(f"/tasks?tag={tag}{sort}")).json()
            assert [task["id"] for task in page["items"]] == [model.id], sort
            (unread,) = page["unread"]
            assert unread["id"] == task_id
            assert "upgrade" in unread["detail"]
        forecast = (await rest.get(f"/forecast?tag={tag}")).json()
        assert (forecast["tasks"], forecast["complete"]) == (1, False)
        for path in ("/runs", "/tasks.ics", "/incidents"):
            assert (await rest.get(path)).status_code == 200, path


class _LaterChange(Change):
    weather: str = "fair"


async def test_a_change_that_a_worker_cannot_read_is_not_made(
    temporal: Temporal, worker: object
) -> None:
    tasks, task_id = Tasks(temporal), unique("later")
    await tasks.create(new_task(task_id, every(86_400)), by="t")
    change = _LaterChange(kind=ChangeKind.PAUSE, by="t", not_after=temporal.expiry())
    with pytest.raises(WorkerBehind):
        await changes.execute(temporal, task_id, change)
    assert not (await tasks.get(task_id)).paused
    await tasks.delete(task_id, by="t")


def test_a_signal_with_more_in_it_counts() -> None:
    """The SDK would drop one that it cannot read."""
    now = datetime.now(UTC)
    for signal in (BackfillStop(registered_at=now), HealthReport(health=Health.HEALTHY, at=now)):
        more = signal.model_dump(mode="json") | {"weather": "fair"}
        assert type(signal).model_validate(more) == signal


async def test_a_one_time_task_of_an_unknown_kind_waits_for_a_later_release(
    temporal: Temporal, worker: object
) -> None:
    tasks, task_id = Tasks(temporal), unique("later")
    model = await tasks.create(new_task(unique("model"), once(3600)), by="t")
    now = temporal.now()
    state = (await tasks.state(model.id)).model_copy(update={"id": task_id})
    stored = state.model_dump(mode="json")
    stored["definition"]["action"] = {"kind": "carrier-pigeon", "to": "Rome"}
    stored["definition"]["trigger"]["at"] = now.isoformat()
    row = TaskRow.of(state).model_dump(mode="json") | {"definition": stored["definition"]}
    handle = await temporal.client.start_workflow(
        naming.TASK,
        stored,
        id=naming.task_workflow(task_id),
        task_queue=temporal.task_queue,
        memo={naming.TASK_MEMO: row},
        search_attributes=task_attributes(state),
    )

    async def worker_says_why() -> bool:
        return any(
            "carrier-pigeon" in str(event) or "later release" in str(event)
            for event in (await handle.fetch_history()).events
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        )

    await eventually(worker_says_why)
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    with pytest.raises(LaterRelease, match="action"):
        await tasks.get(task_id)
    await handle.terminate()
    await tasks.delete(model.id, by="t")
