"""Tasks of which Temporal can read only ids, times and search attributes."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import aclosing

import httpx
import pytest
from temporalio.client import Client

from onthedot import naming
from onthedot.activities.permissions import Permissions
from onthedot.embedded import find_binary
from onthedot.encryption.codec import ENCODING, KEY_ID
from onthedot.scheduling.outages import KeyMissing
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.task import NewTask
from onthedot.service.output.following import Following
from onthedot.service.output.reading import read_output
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.serving import serving
from tests.definitions import command, every, new_task, once, unique
from tests.encryption.systems import Systems
from tests.encryption.test_keys import ONE, TWO
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

NEEDLE = "the-salary-of-jane"
WEB_UI = "http://127.0.0.1:8233"


async def _stored(client: Client, task_id: str) -> bytes:
    """Everything that Temporal stores about a task and its runs."""
    found = b""
    async for row in client.list_workflows(f"{naming.TASK_ID.name} = '{task_id}'"):
        handle = client.get_workflow_handle(row.id, run_id=row.run_id)
        found += (await handle.describe()).raw_description.SerializeToString()
        for event in (await handle.fetch_history()).events:
            found += event.SerializeToString()
    async for schedule in await client.list_schedules(f"ScheduleId = 'schedule:{task_id}'"):
        described = await client.get_schedule_handle(schedule.id).describe()
        found += described.raw_description.SerializeToString()
    return found


def _secretive(task_id: str, trigger: dict[str, object]) -> NewTask:
    return new_task(
        task_id,
        trigger,
        action={"kind": "http", "url": "http://127.0.0.1:9/", "body": {"who": NEEDLE}},
        retry={"max_attempts": 2, "initial_interval": "PT0.1S"},
    )


async def test_temporal_sees_nothing_of_what_a_task_does(systems: Systems, client: Client) -> None:
    sealed = await systems.start(ONE)
    tasks = Tasks(sealed.temporal)
    often, single = unique("sealed"), unique("sealed")
    await tasks.create(_secretive(often, every(1)), by="t")
    await tasks.create(_secretive(single, once(1)), by="t")
    for task_id in (often, single):
        run = await sealed.ended(task_id)
        assert run.status is RunStatus.FAILED
        # It calls loopback, which is refused, and the error says so in the clear.
        assert run.error is not None
        assert "127.0.0.1" in run.error.message
        assert run.error.message != "Encoded failure"
    await tasks.pause(often, by="t", note=NEEDLE)
    assert (await tasks.get(often)).note == NEEDLE
    for task_id in (often, single):
        stored = await _stored(client, task_id)
        assert len(stored) > 3_000
        for told in (NEEDLE, '"who"', "refused"):
            at = stored.find(told.encode())
            assert at < 0, (told, stored[max(0, at - 160) : at + 60])
    await tasks.delete(often, by="t")


async def test_temporal_sees_nothing_of_what_a_command_writes(
    systems: Systems, client: Client
) -> None:
    sealed = await systems.start(ONE, Permissions(allow_commands=True))
    name, seen = unique("sealed"), ""
    action = command("sh", "-c", f"echo {NEEDLE}; sleep 3")
    await Tasks(sealed.temporal).create(new_task(name, every(86_400), action=action), by="t")
    run_id = (await Tasks(sealed.temporal).run_now(name)).id
    async with aclosing(Following(sealed.temporal).follow(run_id)) as updates:
        async for update in updates:
            seen += "".join(piece.text for piece in update.pieces)
            stored = await _stored(client, name)
            # Neither in the clear, nor as it is packed.
            for told in (NEEDLE.encode(), b"\x1f\x8b\x08", b"H4sI"):
                assert told not in stored
    assert seen == f"{NEEDLE}\n"
    assert [piece.text for piece in (await read_output(sealed.temporal, run_id)).pieces] == [seen]
    stranger = await systems.asking(TWO)
    with pytest.raises(KeyMissing):
        await read_output(stranger.temporal, run_id)


async def test_what_was_registered_before_fires_after_and_a_rotation_needs_no_stop(
    systems: Systems,
) -> None:
    plain = await systems.start("")
    before, waiting = unique("before"), unique("waiting")
    await Tasks(plain.temporal).create(new_task(before, every(1)), by="t")
    await Tasks(plain.temporal).create(new_task(waiting, once(4)), by="t")
    await plain.ended(before)
    between = await systems.start(f"plain,{ONE}")
    first = await systems.start(ONE)
    sealed_by_one = unique("one")
    await Tasks(first.temporal).create(new_task(sealed_by_one, once(3)), by="t")
    # Who has not got the key as the one that seals reads all the same.
    assert (await Tasks((await systems.asking(f"plain,{ONE}")).temporal).get(sealed_by_one)).id
    assert (await Tasks(between.temporal).get(before)).id == before
    rotated = await systems.start(f"{TWO},{ONE}")
    for task_id in (waiting, sealed_by_one):
        assert (await rotated.ended(task_id)).status is RunStatus.SUCCEEDED
    runs = RunList(rotated.temporal)

    async def ran_under_the_new_key() -> bool:
        page = await runs.page(RunFilter(task_id=before), limit=1)
        return page.items[0].status is RunStatus.SUCCEEDED

    await eventually(ran_under_the_new_key)
    await Tasks(rotated.temporal).delete(before, by="t")


async def test_the_cli_and_the_web_ui_have_payloads_opened(
    systems: Systems, settings: Settings
) -> None:
    sealed = await systems.start(ONE)
    task_id = unique("cli")
    definition = new_task(task_id, once(3600), action={"kind": "log", "message": NEEDLE})
    await Tasks(sealed.temporal).create(definition, by="t")
    async with serving(
        settings.model_copy(update={"temporal_ui_url": WEB_UI}), sealed.temporal
    ) as api:
        shown = await _cli(sealed.temporal, task_id, "--codec-endpoint", f"{api.base_url}/codec")
        assert NEEDLE in shown
        assert NEEDLE not in await _cli(sealed.temporal, task_id)
        await _browser(api)
    await Tasks(sealed.temporal).delete(task_id, by="t")


async def _cli(temporal: Temporal, task_id: str, *options: str) -> str:
    program = await asyncio.create_subprocess_exec(
        str(find_binary()),
        *("workflow", "show", "--output", "json"),
        *("--address", temporal.address, "--namespace", temporal.client.namespace),
        *("--workflow-id", naming.task_workflow(task_id)),
        *options,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await program.communicate()
    assert program.returncode == 0
    return str(list(_data(json.loads(output))))


def _data(shown: object) -> Iterator[str]:
    """The data of payloads in a history as the CLI prints it."""
    if isinstance(shown, list):
        for item in shown:
            yield from _data(item)
    elif isinstance(shown, dict):
        if isinstance(shown.get("data"), str) and "metadata" in shown:
            yield base64.b64decode(shown["data"]).decode("latin-1")
        for value in shown.values():
            yield from _data(value)


async def _browser(api: httpx.AsyncClient) -> None:
    """What a browser requests for a page of the Web UI, or of another origin."""
    ours = {"Origin": WEB_UI, "Sec-Fetch-Site": "same-site"}
    asked = await api.options("/codec/decode", headers=ours)
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == WEB_UI
    body = {"payloads": [{"metadata": {}, "data": base64.b64encode(b"x").decode()}]}
    answered = await api.post("/codec/decode", json=body, headers=ours)
    assert (answered.status_code, answered.json()) == (200, body)
    assert answered.headers["access-control-allow-origin"] == WEB_UI
    for origin in ("http://127.0.0.1:9999", "https://evil.example"):
        refused = await api.post("/codec/decode", json=body, headers={"Origin": origin})
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers
    for key_id in ("a", "nobody's"):
        garbage = _garbage(key_id)
        wrong = await api.post("/codec/decode", json={"payloads": [*body["payloads"], garbage]})
        assert wrong.status_code == 422
        assert wrong.json()["errors"][0]["field"] == "payloads.1"
        assert key_id in wrong.json()["detail"]
    wrong = await api.post("/codec/decode", json={"payloads": [{"data": "?"}]})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "payloads.0.data"


def _garbage(key_id: str) -> dict[str, object]:
    """A payload that only claims to be encrypted."""
    claimed = {"encoding": ENCODING, KEY_ID: key_id.encode()}
    metadata = {name: base64.b64encode(value).decode() for name, value in claimed.items()}
    return {"metadata": metadata, "data": base64.b64encode(b"garbage" * 9).decode()}
