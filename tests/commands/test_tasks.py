"""`onthedot task`, `run`, `preview` and `backfill` as processes against a real server."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest
import yaml
from anyio import to_thread

from tests.api.definitions import SLEEP, fresh_id, recurring
from tests.command_line import COMMAND, environment
from tests.commands.conftest import Shell
from tests.ports import free_port

pytestmark = pytest.mark.anyio


async def test_a_day_with_a_task(shell: Shell, api: httpx.AsyncClient) -> None:
    task_id = fresh_id()
    made = await shell(
        "task", "create", task_id, "--cron", "0 9 1 1 *", "--tz", "Europe/Rome",
        "--log", "hello", "--tag", task_id, "--name", "Hello",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith(f"{task_id} created, runs first at 20")
    assert made.stdout.endswith("-01-01 09:00:00+01:00\n")

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
    one, two, three = fresh_id(), fresh_id(), fresh_id()
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
    task_id = fresh_id()
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


async def test_preview_and_backfill(shell: Shell) -> None:
    preview = await shell(
        "preview", "30 2 * * *", "--tz", "Europe/Rome", "--after", "2026-10-23T12:00:00+02:00",
        "-n", "3",
    )  # fmt: skip
    assert preview.stdout.splitlines()[1:] == [
        "  2026-10-24 02:30:00+02:00", "  2026-10-25 02:30:00+02:00", "  2026-10-26 02:30:00+01:00",
    ]  # fmt: skip
    task_id = fresh_id()
    await shell("task", "create", task_id, "--cron", "0 0 1 1 *", "--log", "hello")
    through = await shell(
        "backfill", task_id, "--from", "2024-06-01", "--to", "2026-06-01",
        "--overlap", "allow_all", "--wait",
    )  # fmt: skip
    assert through.returncode == 0, through.stderr
    assert "2 of 2" in through.stdout
    assert "2 of 2" in (await shell("backfill", task_id)).stdout


async def test_a_run_is_cancelled_and_watching_says_so(
    shell: Shell, api: httpx.AsyncClient
) -> None:
    task_id = fresh_id()
    await api.post("/tasks", json=recurring(id=task_id, action=SLEEP))
    run = (await api.post(f"/tasks/{task_id}/run")).json()["id"]
    assert (await shell("run", "cancel", run)).stdout == f"{run} was asked to stop\n"
    watched = await shell("run", "watch", run)
    assert watched.returncode == 1
    assert "cancelled" in watched.stdout


async def test_a_run_with_variables_of_its_own_and_once_more(
    shell: Shell, api: httpx.AsyncClient
) -> None:
    task_id = fresh_id()
    action = {"kind": "command", "argv": ["sh", "-c", "echo $WHO $ONTHEDOT_SCHEDULED_FOR"]}
    await api.post("/tasks", json=recurring(id=task_id, action=action, tags=[task_id]))
    ran = await shell(
        "task", "run", task_id, "--env", "WHO=me", "--scheduled-for", "2026-11-01T02:00", "--wait",
        "-o", "json",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    run = json.loads(ran.stdout)
    assert run["scheduled_for"] == "2026-11-01T01:00:00Z"
    assert "me 2026-11-01T01:00:00" in json.dumps(run["output"])
    again = await shell("run", "retry", run["id"], "--wait")
    assert again.returncode == 0, again.stderr
    listed = await shell.data("run", "list", "--tag", task_id, "--cause", "retry")
    assert [one["scheduled_for"] for one in listed] == [run["scheduled_for"]]
    assert (await shell("task", "run", task_id, "--env", "WHO")).returncode == 2
    assert (await shell("task", "run", task_id, "--body", "{")).returncode == 2
    assert (await shell("run", "list", "--task", task_id, "--tag", "x")).returncode == 2


async def test_no_server_and_wrong_addresses(shell: Shell) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    away = await shell("task", "list", ONTHEDOT_URL=url)
    assert away.returncode == 1
    assert away.stderr.startswith(f"onthedot: No server answers at {url}")
    assert away.stderr.count("\n") == 1
    wrong = await shell("task", "list", ONTHEDOT_URL="localhost:8080")
    assert wrong.returncode == 2
    assert "ONTHEDOT_URL" in wrong.stderr


async def test_a_dotenv_of_someone_else_does_not_say_where_the_token_goes(shell: Shell) -> None:
    (shell.directory / ".env").write_text(f"ONTHEDOT_URL=http://127.0.0.1:{free_port()}\n")
    assert (await shell("task", "list", "--limit", "1")).returncode == 0


async def test_a_reader_that_has_enough_is_no_failure(shell: Shell, tmp_path: Path) -> None:
    command = " ".join(COMMAND)
    piped = tmp_path / "piped.sh"
    piped.write_text(f"set -o pipefail\n{command} preview '* * * * *' -n 1000 | head -1\n")

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", str(piped)],
            env=environment({"ONTHEDOT_URL": shell.url}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    ended = await to_thread.run_sync(run)
    assert ended.stdout == "Every minute\n"
    assert ended.stderr == ""


async def test_ids_are_completed(shell: Shell) -> None:
    task_id = fresh_id("completed")
    await shell("task", "create", task_id, "--cron", "0 0 1 1 *", "--log", "hello")
    words = {"COMP_WORDS": f"onthedot task show {task_id[:12]}", "COMP_CWORD": "3"}
    found = await shell(**words, _ONTHEDOT_COMPLETE="bash_complete")
    assert found.stdout == f"plain,{task_id}\n"
    away = {"ONTHEDOT_URL": f"http://127.0.0.1:{free_port()}"}
    none = await shell(**words, **away, _ONTHEDOT_COMPLETE="bash_complete")
    assert none.stdout.strip() == ""
    for name in ("bash", "zsh", "fish"):
        script = await shell("completion", name)
        assert script.returncode == 0
        assert f"_ONTHEDOT_COMPLETE={name}_complete" in script.stdout


def _taken(file: Path) -> str:
    text = file.read_text()
    file.unlink()
    return text


async def test_the_history_of_a_task(shell: Shell) -> None:
    task_id = fresh_id()
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
