"""How commands behave at a terminal, with a pipe, and where there is no server."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from anyio import to_thread

from tests.command_line import COMMAND, environment
from tests.commands.conftest import Shell
from tests.definitions import unique
from tests.ports import free_port

pytestmark = pytest.mark.anyio


async def test_no_server_and_wrong_addresses(shell: Shell) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    away = await shell("task", "list", ONTHEDOT_URL=url)
    assert away.returncode == 1
    assert away.stderr.startswith(f"onthedot: No server responds at {url}")
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
    task_id = unique("completed")
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
