"""A schema fuzzer over the whole running system: whatever the document allows or forbids."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client

from onthedot.service.runs import runs
from onthedot.settings import Settings
from tests.api.serving import serving
from tests.temporal_elsewhere import own_namespace as own_namespace
from tests.waiting import patient
from tests.workers import EVERYTHING, polling

pytestmark = pytest.mark.anyio

#: A document cannot say which definitions mean something; and runs outlive their task on purpose.
_UNFIT = "positive_data_acceptance,use_after_free"


#: Of the hooks, and of the package that they import.
_PATH = os.pathsep.join(map(str, (Path(__file__).parent, Path(__file__).parents[3])))


@pytest.fixture
async def own_api(own_namespace: Client, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """REST in a separate namespace: changes to what other tests left may find no worker."""
    temporal = patient(own_namespace, settings)
    async with (
        polling(own_namespace, settings.task_queue, EVERYTHING),
        serving(settings, temporal) as client,
    ):
        yield client


async def fuzz(api: httpx.AsyncClient, directory: Path, *options: str) -> int:
    """Run the fuzzer; the number of cases. Any failure fails the test."""
    # Itself it would wait for the document ten seconds, which a busy machine may take.
    document = directory / "openapi.json"
    document.write_bytes((await api.get("/openapi.json")).raise_for_status().content)
    command = (
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        str(document),
        f"--url={api.base_url}",
        "--checks=all",
        f"--exclude-checks={_UNFIT}",
        "--continue-on-failure",
        "--warnings=off",
        # A thousand tasks in one call may take longer than its default of 10 s on a busy machine.
        "--max-response-time=60",
        *options,
    )
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=directory,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "schema_hooks", "PYTHONPATH": _PATH},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    text = output.decode()
    assert process.returncode == 0, text
    found = re.search(r"([\d,]+) generated", text)
    assert found is not None, text
    return int(found[1].replace(",", ""))


#: Trials wait for how they end.
_TRIALS = "try_action"
_FIXED = ("--phases=examples,coverage,fuzzing", "--generation-deterministic")


@pytest.mark.timeout(900)
async def test_the_system_does_what_its_document_says(
    own_api: httpx.AsyncClient, tmp_path: Path
) -> None:
    """The cases are fixed, so that a failure can be repeated. The next test has the other calls."""
    cases = await fuzz(
        own_api,
        tmp_path,
        *_FIXED,
        "--max-examples=8",
        "--request-timeout=60",
        f"--exclude-operation-id={_TRIALS}",
    )
    assert cases > 1000


@pytest.mark.timeout(900)
async def test_trials_do_what_the_document_says(
    own_api: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Separate, because a test of an activity that no worker has takes its whole timeout."""
    # Shorter, since most cases wait for all of it.
    monkeypatch.setattr(runs, "_GRACE", timedelta(seconds=2))
    cases = await fuzz(
        own_api,
        tmp_path,
        *_FIXED,
        "--max-examples=8",
        "--request-timeout=60",
        f"--include-operation-id={_TRIALS}",
    )
    assert cases > 50


@pytest.mark.full
@pytest.mark.timeout(3600)
async def test_the_system_does_so_for_long(own_api: httpx.AsyncClient, tmp_path: Path) -> None:
    """Backfills and tests of actions come last: thousands of runs of activities that no worker has
    keep the one worker so busy that changes expire with a 503."""
    alone = ("start_backfill", _TRIALS)
    cases = await fuzz(
        own_api,
        tmp_path,
        "--max-examples=200",
        "--request-timeout=120",
        *(f"--exclude-operation-id={name}" for name in alone),
    )
    assert cases > 5000
    for name in alone:
        await fuzz(
            own_api,
            tmp_path,
            "--max-examples=50",
            "--request-timeout=120",
            f"--include-operation-id={name}",
        )
