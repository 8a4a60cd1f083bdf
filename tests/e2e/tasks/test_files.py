"""Tasks as text: copied and run in a shell, exported to a file, and imported from one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.site import DAILY, HELLO, Site

#: What a revision or a registration makes anew.
_OWN = {"created_at", "updated_at", "updated_by", "changed_at", "changed_by", "revision"}
_OWN |= {"applied", "links", "last_run"}


def _said(site: Site, task_id: str) -> dict[str, object]:
    return {name: part for name, part in site.task(task_id).items() if name not in _OWN}


@pytest.fixture
def task(site: Site, name: str) -> str:
    action = {"kind": "http", "url": "https://example.com/it's", "body": {"a": "$HOME `x` 'y'"}}
    site.register(id=name, name=f"The “{name}”", tags=[name], trigger=DAILY, action=action)
    site.wait_until_listed(name)
    return name


@pytest.mark.parametrize("form", ["curl", "Shell"])
def test_what_is_copied_brings_the_task_back(site: Site, task: str, form: str) -> None:
    if form == "curl" and shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    before = _said(site, task)
    site.go(f"/tasks/{task}")
    site.button("Copy as text").click()
    site.choose(form)
    command = site.dialog().locator("pre").filter(has_text=task)
    expect(command).to_contain_text("curl -X" if form == "curl" else "onthedot apply")
    text = command.inner_text()
    site.rest.delete(f"/tasks/{task}").raise_for_status()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    plain = {"PATH": path, "HOME": "/nonexistent", "NO_PROXY": "*"}
    done = subprocess.run(["sh", "-c", text], env=plain, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert _said(site, task) == before


def test_an_export_is_imported_after_a_look_at_it(
    site: Site, task: str, name: str, tmp_path: Path
) -> None:
    others = [f"{name}-{n}" for n in (1, 2)]
    for each in others:
        site.register(id=each, tags=[name], trigger=DAILY, action=HELLO)
    site.wait_until_listed(name, 3)
    before = [_said(site, each) for each in (task, *others)]
    site.go(f"/tasks?tag={name}")
    expect(site.row(task)).to_be_visible()
    with site.page.expect_download() as saved:
        site.button("Export as YAML").click()
    file = tmp_path / "tasks.yaml"
    saved.value.save_as(file)

    site.rest.delete(f"/tasks/{others[0]}").raise_for_status()
    changed = {"name": "Another name", "tags": [name], "trigger": DAILY, "action": HELLO}
    site.rest.put(f"/tasks/{others[1]}", json=changed).raise_for_status()
    site.button("Import").click()
    site.page.get_by_label("File with tasks").set_input_files(file)
    expect(site.dialog()).to_contain_text("3 tasks: 1 new, 1 changed, 1 as it is")
    expect(site.dialog()).to_contain_text("Another name")
    site.dialog().get_by_role("button", name="Import 2 tasks").click()
    expect(site.toast("2 tasks imported.")).to_be_visible()
    assert [_said(site, each) for each in (task, *others)] == before


def test_a_file_that_is_wrong_says_where(site: Site, name: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        f"id: {name}\n"
        "trigger: {kind: cron, expression: '0 9 * * *', timezone: Europe/Room}\n"
        "action: {kind: log, message: hi}\n"
        "---\n"
        "id: UPPER\n"
        "trigger: {kind: interval, every: PT1M}\n"
        "action: {kind: log, message: hi}\n"
    )
    site.go("/tasks")
    site.button("Import").click()
    site.page.get_by_label("File with tasks").set_input_files(file)
    expect(site.dialog()).to_contain_text("Line 5, id")
    expect(site.dialog().get_by_role("button", name="Import")).to_have_count(0)
    file.write_text(file.read_text().replace("UPPER", f"{name}-2"))
    site.page.get_by_label("File with tasks").set_input_files(file)
    expect(site.dialog()).to_contain_text("Did you mean Europe/Rome?")
    assert site.rest.get(f"/tasks/{name}").status_code == 404
