"""`onthedot diff`, `apply` and `export` as processes against a real server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema_rs import validator_for

from onthedot.applying.files import read_paths
from tests.commands.conftest import Shell
from tests.definitions import recurring, unique
from tests.ports import free_port

pytestmark = pytest.mark.anyio


def write(directory: Path, *tasks: dict[str, Any]) -> None:
    directory.mkdir(exist_ok=True)
    for task in tasks:
        (directory / f"{task['id']}.yaml").write_text(yaml.safe_dump(task, sort_keys=False))


async def test_from_nothing_to_pruned(shell: Shell, api: httpx.AsyncClient, tmp_path: Path) -> None:
    name = unique("set")
    a, b, c = (f"{name}-{letter}" for letter in "abc")
    files = tmp_path / "tasks"
    write(files, recurring(id=a), recurring(id=b), recurring(id=c, tags=["mine"]))
    use = ("-f", str(files), "--set", name)

    before = await shell("diff", *use)
    assert before.returncode == 1
    assert before.stdout.count("is new") == 3
    assert before.stderr == "3 to create\n"
    dry = await shell("apply", *use, "--dry-run")
    assert (dry.returncode, dry.stdout) == (0, before.stdout)
    assert (await api.get(f"/tasks/{a}")).status_code == 404

    applied = await shell("apply", *use)
    assert applied.returncode == 0, applied.stderr
    assert applied.stdout == f"{a} created\n{b} created\n{c} created\n"
    assert (await api.get(f"/tasks/{c}")).json()["tags"] == ["mine", f"set:{name}"]
    again = await shell("apply", *use)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "3 unchanged\n")
    same = await shell("diff", *use)
    assert (same.returncode, same.stdout) == (0, "")

    changed = recurring(id=a, trigger={"kind": "cron", "expression": "0 6 * * *"})
    write(files, changed)
    (files / f"{b}.yaml").unlink()
    shown = await shell("diff", *use, "--prune")
    assert shown.returncode == 1
    assert '- trigger.expression: "0 0 1 1 *"' in shown.stdout
    assert "gains 30 runs, the next 30 days: " in shown.stdout
    assert f"- {b} is in no file, and will be deleted" in shown.stdout
    unasked = await shell("apply", *use, "--prune")
    assert unasked.returncode == 2
    assert "--yes" in unasked.stderr
    pruned = await shell("apply", *use, "--prune", "--yes")
    assert pruned.stdout == f"{a} changed\n{b} deleted\n"
    assert (await api.get(f"/tasks/{b}")).status_code == 404

    exported = await shell("export", "--tag", f"set:{name}")
    assert exported.stdout.startswith(f"# yaml-language-server: $schema={shell.url}/task.schema")
    assert (await shell("diff", "-f", "-", stdin=exported.stdout)).returncode == 0
    nothing = await shell("apply", "-f", "-", stdin=exported.stdout)
    assert (nothing.stdout, nothing.stderr) == ("", "2 unchanged\n")
    written = await shell("export", "--tag", f"set:{name}", "-d", str(tmp_path / "out"))
    assert written.returncode == 0
    assert {t.task.id for t in read_paths([str(tmp_path / "out")])} == {a, c}


async def test_nothing_is_sent_while_one_file_is_wrong(
    shell: Shell, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    good, bad, worse = unique(), unique(), unique()
    files = tmp_path / "tasks"
    write(
        files,
        recurring(id=good),
        recurring(id=bad, trigger={"kind": "cron", "expression": "61 * * * *"}),
        recurring(id=worse, timeout="PT0S"),
    )
    for command, code in (("apply", 1), ("diff", 3)):
        refused = await shell(command, "-f", str(files))
        assert refused.returncode == code
        assert f"{bad}.yaml:" in refused.stderr
        assert f"{worse}.yaml:" in refused.stderr
        assert refused.stdout == ""
    assert (await api.get(f"/tasks/{good}")).status_code == 404
    away = await shell("diff", "-f", str(files), ONTHEDOT_URL=f"http://127.0.0.1:{free_port()}")
    assert away.returncode == 3
    assert (await shell("diff")).returncode == 2
    assert (await shell("apply", "-f", str(files), "--prune")).returncode == 2


async def test_what_was_changed_by_hand_is_told_and_left(
    shell: Shell, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    task_id = unique()
    files = tmp_path / "tasks"
    write(files, recurring(id=task_id))
    assert (await shell("apply", "-f", str(files))).returncode == 0

    await api.post(f"/tasks/{task_id}/pause", json={"note": "holiday"})
    write(files, recurring(id=task_id, description="new"))
    applied = await shell("apply", "-f", str(files))
    assert applied.stdout == f"{task_id} changed\n", applied.stderr
    task = (await api.get(f"/tasks/{task_id}")).json()
    assert (task["description"], task["paused"]) == ("new", True)

    task["description"] = "by hand"
    assert (await api.put(f"/tasks/{task_id}", json=task)).status_code == 200
    shown = await shell("diff", "-f", str(files))
    assert shown.returncode == 1
    assert f"! {task_id} would change" in shown.stdout
    assert "local changed it by hand at 20" in shown.stdout
    left = await shell("apply", "-f", str(files))
    assert left.returncode == 1
    assert "by hand" in left.stderr
    assert (await api.get(f"/tasks/{task_id}")).json()["description"] == "by hand"
    forced = await shell("apply", "-f", str(files), "--force")
    assert forced.stdout == f"{task_id} changed\n"
    assert (await api.get(f"/tasks/{task_id}")).json()["description"] == "new"
    as_data = json.loads((await shell("diff", "-f", str(files), "-o", "json")).stdout)
    assert as_data == []


async def test_a_long_definition_and_a_local_time_are_unchanged_too(
    shell: Shell, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    long, once = unique("long"), unique("once")
    files = tmp_path / "tasks"
    write(
        files,
        recurring(id=long, action={"kind": "http", "url": "http://127.0.0.1/", "body": "x" * 4000}),
        recurring(
            id=once, trigger={"kind": "once", "at": "2099-07-01T09:00", "timezone": "Europe/Rome"}
        ),
    )
    assert (await shell("apply", "-f", str(files))).returncode == 0
    again = await shell("apply", "-f", str(files))
    assert (again.stdout, again.stderr) == ("", "2 unchanged\n")
    row = (await api.get("/tasks", params={"q": long})).json()["items"][0]
    assert row["abridged"]
    refused = await api.put(f"/tasks/{long}", json=row)
    assert refused.status_code == 422
    assert "row of a list" in refused.json()["detail"]
    exported = await shell("export", "-d", str(tmp_path / "out"))
    assert exported.returncode == 0
    assert "x" * 4000 in (tmp_path / "out" / f"{long}.yaml").read_text()


async def test_the_schema_for_editors(api: httpx.AsyncClient) -> None:
    checks = validator_for((await api.get("/task.schema.json")).json())
    assert checks.is_valid({"id": "a", **recurring()})
    assert checks.is_valid({"x-base": {}, "tasks": [recurring()]})
    assert not checks.is_valid({"id": "a", **recurring(), "colour": "red"})


async def test_a_thousand_tasks_the_second_time(shell: Shell, tmp_path: Path) -> None:
    name = unique("many")
    file = tmp_path / "many.yaml"
    file.write_text(
        yaml.safe_dump_all([recurring(id=f"{name}-{n}", tags=[name]) for n in range(60)])
    )
    first = await shell("apply", "-f", str(file))
    assert first.returncode == 0, first.stderr
    again = await shell("apply", "-f", str(file))
    assert (again.stdout, again.stderr) == ("", "60 unchanged\n")
