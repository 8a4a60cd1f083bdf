"""What a command gets, gives back, and how its end is judged."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from onthedot.activities.command.activity import CommandActivities
from onthedot.activities.secrets.store import Secrets
from onthedot.scheduling.stored.attempt import MAX_OUTPUT, CommandAttempt
from tests.activities.attempts import command_attempt, fail, succeed

pytestmark = pytest.mark.anyio

GRACE = timedelta(milliseconds=300)


def commands(allowed: bool = True) -> CommandActivities:
    secrets = Secrets(environ={"ONTHEDOT_SECRET_KEY": "s3cr3t-v4lue"})
    return CommandActivities(secrets, allowed=allowed, grace=GRACE)


def python(code: str) -> CommandAttempt:
    return command_attempt(sys.executable, "-c", code)


async def test_output_and_exit_code() -> None:
    attempt = command_attempt("sh", "-c", "echo out; echo err >&2")
    output = await succeed(commands().command, attempt)
    assert output == {"exit_code": 0, "stdout": "out\n", "stderr": "err\n", "truncated": False}


async def test_arguments_reach_it_as_they_are() -> None:
    attempt = command_attempt("printf", "%s|", "$HOME", "a b", "*", "", "ü")
    assert (await succeed(commands().command, attempt))["stdout"] == "$HOME|a b|*||ü|"


async def test_besides_its_run_it_gets_path_home_and_lang_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ONTHEDOT_SECRET_OTHER", "not for you")
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.delenv("LANG", raising=False)
    attempt = command_attempt(
        "env", env={"OWN": "1", "KEY": {"secret": "KEY"}, "PATH": "/usr/bin:/bin"}
    )
    output = await succeed(commands().command, attempt)
    assert sorted(output["stdout"].split("\n")[:-1]) == [
        "HOME=/home/someone",
        "KEY=[secret KEY]",
        "ONTHEDOT_ATTEMPT=1",
        "ONTHEDOT_IDEMPOTENCY_KEY=key-1",
        "ONTHEDOT_RUN_ID=nightly~x",
        "ONTHEDOT_SCHEDULED_FOR=2026-03-04T05:06:07Z",
        "ONTHEDOT_TASK_ID=nightly",
        "OWN=1",
        "PATH=/usr/bin:/bin",
    ]


async def test_a_secret_reaches_it_and_stays_out_of_what_is_kept() -> None:
    script = 'test "$KEY" = s3cr3t-v4lue && echo "$KEY" && echo "no: $KEY" >&2 && exit 4'
    failure = await fail(
        commands().command, command_attempt("sh", "-c", script, env={"KEY": {"secret": "KEY"}})
    )
    assert failure.output["exit_code"] == 4
    assert "v4lue" not in failure.everything
    assert failure.message.endswith("no: [secret KEY]")


async def test_stdin_and_directory(tmp_path: Path) -> None:
    attempt = command_attempt("sh", "-c", "pwd; cat", stdin="été\n", cwd=str(tmp_path))
    assert (await succeed(commands().command, attempt))["stdout"] == f"{tmp_path}\nété\n"


async def test_without_stdin_there_is_nothing_to_read() -> None:
    assert (await succeed(commands().command, command_attempt("cat")))["stdout"] == ""


async def test_stdin_that_nobody_reads_is_no_fault() -> None:
    attempt = command_attempt("true", stdin="x" * 200_000)
    assert (await succeed(commands().command, attempt))["exit_code"] == 0


async def test_full_pipes_do_not_block_it() -> None:
    code = "import sys\nfor s in (sys.stdout, sys.stderr): s.write('x' * 5_000_000)"
    output = await succeed(commands().command, python(code))
    assert output["truncated"] is True
    assert output["stdout"] == output["stderr"] == "x" * MAX_OUTPUT


async def test_any_bytes_become_text() -> None:
    code = r"import sys; sys.stdout.buffer.write(b'caf\xe9\x00')"
    assert (await succeed(commands().command, python(code)))["stdout"] == "caf\ufffd\x00"


async def test_another_exit_code_is_tried_again_and_says_why() -> None:
    failure = await fail(
        commands().command,
        command_attempt("sh", "-c", "echo one; echo first >&2; echo last >&2; exit 3"),
    )
    assert (failure.type, failure.final) == ("ExitCode", False)
    assert failure.message == "sh ended with exit code 3: last"
    assert failure.output["stdout"] == "one\n"


async def test_a_signal_is_named() -> None:
    failure = await fail(commands().command, command_attempt("sh", "-c", "kill -9 $$"))
    assert (failure.type, failure.final) == ("ExitCode", False)
    assert failure.message == "sh was ended by SIGKILL."
    assert failure.output["exit_code"] == -9


async def test_ordinary_signals_work_in_it() -> None:
    """Python ignores SIGPIPE; a command must not inherit that."""
    attempt = command_attempt("sh", "-c", "yes | head -n 1")
    output = await succeed(commands().command, attempt)
    assert (output["stdout"], output["stderr"]) == ("y\n", "")


async def test_what_cannot_be_started_is_final(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("no program")
    missing = await fail(commands().command, command_attempt("no-such-program"))
    nowhere = await fail(commands().command, command_attempt("true", cwd="/no/such/directory"))
    denied = await fail(commands().command, command_attempt(str(script)))
    script.chmod(0o755)
    no_format = await fail(commands().command, command_attempt(str(script)))
    assert [f.type for f in (missing, nowhere)] == ["CommandNotFound"] * 2
    assert [f.type for f in (denied, no_format)] == ["CommandNotPermitted"] * 2
    assert all(f.final for f in (missing, nowhere, denied, no_format))
    assert "/no/such/directory" in nowhere.message


async def test_off_unless_the_operator_wants_it(tmp_path: Path) -> None:
    attempt = command_attempt("touch", str(tmp_path / "made"))
    failure = await fail(commands(allowed=False).command, attempt)
    assert (failure.type, failure.final) == ("CommandsOff", True)
    assert "ONTHEDOT_ALLOW_COMMANDS" in failure.message
    assert not (tmp_path / "made").exists()
