"""`onthedot import` as a process: tasks on standard output, notes on standard error."""

from __future__ import annotations

import pytest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleSpec,
    ScheduleState,
)

from onthedot.applying.files import read_text
from tests.commands.conftest import Shell
from tests.definitions import unique
from tests.ports import free_port
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

CRONTAB = """\
MAILTO=ops@example.com
@reboot bin/once
30 2 * * * bin/backup.sh
"""


async def test_a_crontab_becomes_tasks_that_apply_takes(shell: Shell) -> None:
    found = await shell("import", "crontab", "-", "--tz", "Europe/Rome", stdin=CRONTAB)
    assert found.returncode == 0, found.stderr
    (task,) = read_text(found.stdout, "x")
    assert task.task.trigger.kind == "cron"
    assert "<stdin>:2: lost: " in found.stderr
    assert found.stderr.splitlines()[-1].startswith("1 tasks, ")
    diff = await shell("diff", "-f", "-", stdin=found.stdout)
    assert (diff.returncode, diff.stderr) == (1, "1 to create\n")


async def test_what_cannot_be_imported(shell: Shell) -> None:
    gone = await shell("import", "crontab", "no-such-file")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "no-such-file cannot be read" in gone.stderr
    assert (await shell("import", "crontab")).returncode == 2
    assert (await shell("import", "quartz", "-")).returncode == 2
    zone = await shell("import", "crontab", "-", "--tz", "Mars/Base", stdin=CRONTAB)
    assert (zone.returncode, zone.stdout) == (2, "")
    unreadable = await shell("import", "kubernetes", "-", stdin="a: [")
    assert unreadable.returncode == 1
    assert unreadable.stderr.startswith("onthedot: <stdin>:")


async def test_schedules_are_read_from_a_server(shell: Shell, client: Client) -> None:
    address = client.service_client.config.target_host
    namespace = client.namespace
    name = unique("theirs")
    theirs = await client.create_schedule(
        name,
        Schedule(
            action=ScheduleActionStartWorkflow("Close", id=name, task_queue="theirs"),
            spec=ScheduleSpec(cron_expressions=["30 4 * * *"]),
            state=ScheduleState(paused=True),
        ),
    )

    async def listed() -> bool:
        return name in [one.id async for one in await client.list_schedules()]

    await eventually(listed)
    found = await shell(
        "import", "temporal", TEMPORAL_ADDRESS=address, TEMPORAL_NAMESPACE=namespace
    )
    await theirs.delete()
    assert found.returncode == 0, found.stderr
    assert name in [task.task.id for task in read_text(found.stdout, "x")]
    empty = await shell(
        "import", "temporal", TEMPORAL_ADDRESS=address, TEMPORAL_NAMESPACE="temporal-system"
    )
    assert empty.returncode == 1
    assert "no schedules to import in namespace temporal-system" in empty.stderr
    away = f"127.0.0.1:{free_port()}"
    refused = await shell("import", "temporal", TEMPORAL_ADDRESS=away)
    assert refused.returncode == 1
    assert f"Temporal at {away} cannot be read" in refused.stderr
