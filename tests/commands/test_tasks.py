"""`onthedot task`, `run`, `preview` and `backfill` as processes against a real server."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
import yaml
from temporalio.client import Client

from tests.commands.conftest import Shell
from tests.definitions import recurring, unique
from tests.run_log import lists_caught_up

pytestmark = pytest.mark.anyio


async def test_a_day_with_a_task(shell: Shell, api: httpx.AsyncClient, client: Client) -> None:
    task_id = unique()
    made = await shell(
        "task", "create", task_id, "--cron", "0 9 1 1 *", "--tz", "Europe/Rome",
        "--log", "hello", "--tag", task_id, "--name", "Hello",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith(f"{task_id} created, runs first at 20")
    assert made.stdout.endswith("-01-01 09:00:00+01:00\n")
    await lists_caught_up(client)

    listed = await shell("task", "list", "--tag", task_id)
    assert listed.stdout.splitlines()[0].split() == [
        "ID", "STATUS", "WHEN", "NEXT", "RUN", "WHAT", "TAGS",
    ]  # fmt: skip
    assert "0 9 1 1 * (Europe/Rome)" in listed.stdout
    assert "\x1b" not in listed.stdout
    assert (await shell("task", "list", "--tag", task_id, "-o", "name")).stdout == f"{task_id}\n"
    assert [task["id"] for task in await shell.data("task", "list", "--tag", task_id)] == [task_id]

    shown = await shell("task", "show", task_id)
    assert "Name         Hello\n" in shown.stdout
    as_yaml = await shell("task", "show", task_id, "-o", "yaml")
    assert yaml.safe_load(as_yaml.stdout)["trigger"]["expression"] == "0 9 1 1 *"

    paused = await shell("task", "pause", task_id, "--note", "holiday", "--until", "+2d")
    assert paused.stdout == f"{task_id} paused\n"
    assert (await shell.data("task", "show", task_id))["status"] == "paused"
    assert "holiday" in (await shell("task", "why", task_id)).stdout
    assert (await shell("task", "resume", task_id)).returncode == 0

    ran = await shell("task", "run", task_id, "--wait", "-o", "json")
    assert ran.returncode == 0, ran.stderr
    run = json.loads(ran.stdout)
    assert run["status"] == "succeeded"
    assert run["id"] in (await shell("run", "list", "--task", task_id)).stdout
    assert (await shell.data("run", "show", run["id"]))["cause"] == "manual"
    assert (await shell("run", "watch", run["id"])).returncode == 0

    ledger = await shell("task", "ledger", task_id, "--until", "2100-01-02", "--since", "now")
    assert ledger.returncode == 0
    assert "pending" in ledger.stdout
    assert ledger.stderr.startswith("From ")

    refused = await shell("task", "delete", task_id)
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert (await shell("task", "delete", task_id, "--yes")).stdout == f"{task_id} deleted\n"
    gone = await shell("task", "show", task_id)
    assert gone.returncode == 1
    assert gone.stderr.startswith(f"onthedot: There is no task '{task_id}'")
    assert gone.stderr.count("\n") == 1
    assert gone.stdout == ""


async def test_create_from_a_file_and_from_standard_input(shell: Shell) -> None:
    one, two, three = unique(), unique(), unique()
    file = shell.directory / "tasks.yaml"
    file.write_text(yaml.safe_dump_all([recurring(id=one), recurring(id=two)]))
    made = await shell("task", "create", "-f", str(file), "-o", "name")
    assert made.stdout.split() == [one, two]
    again = await shell("task", "create", "-f", str(file))
    assert again.returncode == 1
    assert again.stderr.count("is in use") == 2
    piped = await shell("task", "create", "-f", "-", stdin=json.dumps(recurring(id=three)))
    assert piped.returncode == 0, piped.stderr
    broken = await shell("task", "create", "-f", "-", stdin="id: x\ntrigger:\n  kind: cron\n")
    assert broken.returncode == 1
    assert "<stdin>:2: trigger.expression: is required" in broken.stderr
    assert "<stdin>:1: action: is required" in broken.stderr


async def test_a_definition_that_is_refused_names_the_fields(shell: Shell) -> None:
    refused = await shell("task", "create", "--cron", "61 * * * *", "--log", "x")
    assert refused.returncode == 1
    assert "trigger.expression: " in refused.stderr
    for arguments in (
        ["task", "create", "--log", "x"],
        ["task", "create", "--cron", "* * * * *", "--every", "5", "--log", "x"],
        ["task", "create", "--every", "5", "--tz", "Europe/Rome", "--log", "x"],
        ["task", "create", "--every", "5", "--command", "echo 'x"],
        ["task", "pause", "x", "--until", "soon"],
        ["preview"],
        ["backfill", "x", "--from", "now"],
        ["task", "list", "-o", "xml"],
    ):
        assert (await shell(*arguments)).returncode == 2, arguments


async def test_edit_shows_the_difference_and_sends_it(shell: Shell, tmp_path: Path) -> None:
    task_id = unique()
    await shell("task", "create", task_id, "--cron", "0 0 1 1 *", "--log", "hello")
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import sys, pathlib\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "file.write_text(file.read_text().replace('0 0 1 1 *', '0 0 2 1 *'))\n"
    )
    changed = await shell("task", "edit", task_id, "--yes", EDITOR=f"python3 {editor}")
    assert changed.returncode == 0, changed.stderr
    assert '- trigger.expression: "0 0 1 1 *"' in changed.stderr
    assert '+ trigger.expression: "0 0 2 1 *"' in changed.stderr
    assert "gains 9 runs" in changed.stderr
    assert "name" not in changed.stderr
    assert (await shell.data("task", "show", task_id))["trigger"]["expression"] == "0 0 2 1 *"

    nothing = await shell("task", "edit", task_id, EDITOR="true")
    assert nothing.returncode == 0
    assert nothing.stderr == "Nothing changed.\n"

    unasked = await shell("task", "edit", task_id, EDITOR="sed -i s/hello/bye/")
    assert unasked.returncode == 2
    kept = re.search(r"Your text is in (\S+\.yaml)\.", unasked.stderr)
    assert kept
    assert "bye" in _taken(Path(kept[1]))
    assert (await shell.data("task", "show", task_id))["action"]["message"] == "hello"


async def test_the_history_of_a_task(shell: Shell) -> None:
    task_id = unique()
    file = shell.directory / "history.yaml"
    file.write_text(yaml.safe_dump(recurring(id=task_id, name="First")))
    await shell("task", "create", "-f", str(file))
    await shell("task", "pause", task_id, "--note", "moving house")
    edit = "sed -i s/First/Second/"
    assert (await shell("task", "edit", task_id, "--yes", EDITOR=edit)).returncode == 0
    listed = (await shell("task", "revisions", task_id)).stdout.splitlines()
    assert listed[0].split() == ["REVISION", "AT", "CHANGE", "BY", "WHAT"]
    assert [line.split()[0] for line in listed[1:]] == ["3", "2", "1"]
    assert listed[1].endswith("replaced  local  name")
    assert listed[2].endswith("paused    local  moving house")
    then = yaml.safe_load((await shell("task", "revisions", task_id, "1")).stdout)
    assert (then["id"], then["name"]) == (task_id, "First")

    unanswered = await shell("task", "restore", task_id, "--revision", "1")
    assert unanswered.returncode == 2
    restored = await shell("task", "restore", task_id, "--revision", "1", "--yes")
    assert '- name: "Second"' in restored.stderr
    assert '+ name: "First"' in restored.stderr
    assert restored.stdout == f"{task_id} restored, revision 4\n"
    again = await shell("task", "restore", task_id, "--revision", "1", "--yes")
    assert (again.returncode, again.stdout) == (0, "")

    await shell("task", "delete", task_id, "--yes")
    assert task_id in (await shell("task", "list", "--status", "deleted", "-o", "name")).stdout
    assert (await shell("task", "restore", task_id)).stdout == f"{task_id} restored\n"
    assert (await shell.data("task", "show", task_id))["name"] == "First"
    assert (await shell("task", "restore", task_id)).returncode == 1


def _taken(file: Path) -> str:
    text = file.read_text()
    file.unlink()
    return text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--url", "https://example.com/a.ics", "--ics", __file__], "one of"),
        (["--day", "sat", "--subdivision", "BY"], "--country"),
        (["-f", __file__, "--category", "bank"], "--country"),
        ([], "one of"),
    ],
)
async def test_a_calendar_defined_in_two_ways_is_refused(
    shell: Shell, given: list[str], told: str
) -> None:
    refused = await shell("calendar", "set", "ambiguous", *given)
    assert refused.returncode == 2
    assert told in refused.stderr
