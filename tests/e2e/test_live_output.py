"""A run's page while it runs: its output, searched, folded and downloaded; what it waits for."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.site import DAILY, Site
from tests.waiting import at_load

_SCRIPT = r"""
printf '\033[32mready\033[0m <b>not bold</b>\n'
echo '{"event": "started", "items": [1, 2, 3], "note": "a line of JSON that is long enough"}'
echo careful >&2
while [ ! -e "$1" ]; do sleep 0.05; done
printf '10 %%\r'; printf '100 %%\n'
echo the end
while [ ! -e "$2" ]; do sleep 0.05; done
"""


def _begin(site: Site, name: str, script: str, *arguments: str, **more: object) -> None:
    action = {"kind": "command", "argv": ["sh", "-c", script, "sh", *arguments]}
    site.register(id=name, trigger=DAILY, action=action, timeout="PT2M", **more)
    run = site.rest.post(f"/tasks/{name}/run").json()
    site.go(f"/runs/{run['id']}")


def test_output_is_live_and_can_be_searched(site: Site, name: str, tmp_path: Path) -> None:
    gates = [tmp_path / "one", tmp_path / "two"]
    _begin(site, name, _SCRIPT, *map(str, gates))
    output = site.page.get_by_role("region", name="Output as it was written")
    expect(output).to_contain_text("ready <b>not bold</b>")
    expect(output.locator(".a-green")).to_have_text("ready")
    expect(output.locator(".err")).to_have_text("careful")
    expect(site.page.get_by_role("timer")).to_be_visible()
    expect(output).not_to_contain_text("the end")
    gates[0].touch()
    expect(output).to_contain_text("the end", timeout=at_load(3) * 1000)
    expect(output).to_contain_text("100 %")
    expect(output).not_to_contain_text("10 %1")

    output.locator("summary").click()
    expect(output.locator(".pretty")).to_contain_text('"note": "a line of JSON')
    find = site.page.get_by_label("Find in the output")
    find.fill("E")
    expect(site.page.get_by_text("1 of 4")).to_be_visible()
    find.press("Enter")
    expect(site.page.get_by_text("2 of 4")).to_be_visible()
    with site.page.expect_download() as download:
        site.button("Download the output").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("ready <b>not bold</b>\n")
    assert text.endswith("\nthe end\n")

    site.button("Cancel").click()
    expect(site.page.locator(".head .pill")).to_have_text("Cancelled")
    expect(output).to_contain_text("the end")
    site.page.reload()
    expect(output).to_contain_text("the end")
    expect(site.page.get_by_role("heading", name="Result")).to_be_visible()
    site.rest.delete(f"/tasks/{name}")


def test_the_errors_of_earlier_attempts_show_while_it_waits(site: Site, name: str) -> None:
    retry = {"max_attempts": 2, "initial_interval": 30, "max_interval": 30}
    _begin(site, name, "echo trying; echo no disk >&2; exit 4", retry=retry)
    expect(site.page.get_by_text("Waits for attempt 2")).to_be_visible()
    expect(site.page.get_by_text("ExitCode: sh ended with exit code 4: no disk")).to_be_visible()
    output = site.page.get_by_role("region", name="Output as it was written")
    expect(output).to_contain_text("trying")
    site.button("Cancel").click()
    expect(site.page.locator(".head .pill")).to_have_text("Cancelled")
    expect(output).to_contain_text("no disk")
    site.rest.delete(f"/tasks/{name}")
