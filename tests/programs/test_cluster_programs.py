"""`make cluster` says in one line what it lacks; nothing that `make cluster-test` starts stays
behind."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.cluster import programs
from tests.cluster.programs import Missing, Programs, TemporalRelease, find, temporal_release
from tests.cluster.suite.results import Results
from tests.process_tree import is_running
from tests.waiting import wait_until

_ROOT = Path(__file__).parents[2]
_REPORT = """\
<testsuites><testsuite name="pytest">
  <testcase classname="tests.api.runs.test_runs" name="test_one"/>
  <testcase classname="tests.api.test_feed" name="test_two[a]">
    <failure message="assert 0"/></testcase>
  <testcase classname="tests.api.test_feed" name="test_three"><error message="setup"/></testcase>
  <testcase classname="tests.apiary.test_bees" name="test_four">
    <skipped message="no bees"/></testcase>
</testsuite></testsuites>
"""


def test_all_that_is_missing_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    # Debian's own places too, which no variable names.
    for place in ("_DEBIAN_POSTGRES", "_DEBIAN_SBIN"):
        monkeypatch.setattr(programs, place, tmp_path)
    with pytest.raises(Missing) as reason:
        find()
    assert "\n" not in str(reason.value)
    for wanted in ("PostgreSQL", "haproxy", "Go 1.26", "setpriv"):
        assert wanted in str(reason.value)


def test_a_release_that_cannot_be_built_is_told_with_the_reason(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho 'requires go >= 9.9' >&2\nexit 1\n")
    go.chmod(0o755)
    have = Programs(tmp_path, tmp_path, tmp_path, go)
    with pytest.raises(Missing, match=r"cmd/server@v0\.0\.1 could not be built: requires go >= 9"):
        temporal_release(have, tmp_path, "0.0.1", lambda line: None)


def test_a_release_that_is_built_is_not_built_again(tmp_path: Path) -> None:
    (tmp_path / "temporal-0.0.1" / "schema").mkdir(parents=True)
    have = Programs(tmp_path, tmp_path, tmp_path, tmp_path / "no-go")
    found = temporal_release(have, tmp_path, "0.0.1", lambda line: None)
    assert found == TemporalRelease("0.0.1", tmp_path / "temporal-0.0.1")


def _python(program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=_ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_what_became_of_tests_is_told_by_folder(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(_REPORT)
    results = Results()
    results.read(report, ["tests/api", "tests/apiary"])
    results.read(tmp_path / "of-a-crash.xml", ["tests/cluster"])
    told = [line.split() for line in results.lines()]
    assert told == [
        ["passed", "failed", "skipped"],
        ["tests/api", "1", "2", "0"],
        ["tests/apiary", "0", "0", "1"],
        ["FAILED", "tests/api/test_feed.py::test_two[a]"],
        ["FAILED", "tests/api/test_feed.py::test_three"],
        ["LEFT", "OUT", "1:", "no", "bees"],
    ]


def test_what_a_command_leaves_running_is_named_and_ended() -> None:
    told = _python(
        """
        import os
        from tests.cluster.suite import left_behind
        left_behind._ENDS_WITHIN_SECONDS = 0.5
        left_behind.adopt_orphans()
        script = "sleep 0.01 & setsid sleep 300 >&- 2>&- & echo $!; exit 3"
        print(left_behind.run(["sh", "-c", script], os.environ))
        print(left_behind.end_what_is_left())
        """
    )
    process, code, left = told.stdout.splitlines()
    assert (code, left) == ("3", "['sleep 300']"), told.stderr
    wait_until(lambda: not is_running(int(process)), "the process has ended")


@pytest.mark.skipif(sys.platform != "linux", reason="says there that it needs Linux")
@pytest.mark.parametrize(("option", "code"), [([], 2), (["--short"], 0)])
def test_a_machine_that_lacks_something_is_told_so_at_once(
    tmp_path: Path, option: list[str], code: int
) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.cluster.suite", "tests/stores", *option],
        cwd=_ROOT,
        env={**os.environ, "PATH": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == code
    (line,) = told.stderr.splitlines()
    assert line.startswith("NOTHING WAS TESTED ON A CLUSTER. A cluster on one machine needs: ")
    assert not told.stdout
    assert not list(tmp_path.iterdir())


def test_an_interrupt_ends_the_command_too() -> None:
    """Even a background command of a shell, which ignores that signal by default."""
    told = _python(
        """
        import os, signal, threading
        from tests.cluster.suite import left_behind
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
        try:
            left_behind.run(["sleep", "100"], os.environ)
        except KeyboardInterrupt:
            print("interrupted", left_behind.end_what_is_left())
        """
    )
    assert told.stdout == "interrupted []\n", told.stderr
