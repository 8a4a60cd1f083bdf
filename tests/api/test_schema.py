"""A schema fuzzer over the whole running system: whatever the document allows or forbids."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.anyio

#: A document cannot say which definitions mean something; and runs outlive their task on purpose.
_UNFIT = "positive_data_acceptance,use_after_free"


async def fuzz(api: httpx.AsyncClient, directory: Path, *options: str) -> int:
    """Run the fuzzer; the number of cases. Any failure fails the test."""
    command = (
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        str(api.base_url.join("/openapi.json")),
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


@pytest.mark.timeout(300)
async def test_the_system_does_what_its_document_says(
    api: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Fixed cases, so that a failure comes again. Left to the long run: two calls that take the
    body of `POST /tasks`, and trials, since an activity that nobody has takes its whole timeout to
    say so."""
    cases = await fuzz(
        api,
        tmp_path,
        "--phases=examples,coverage,fuzzing",
        "--max-examples=8",
        "--generation-deterministic",
        "--request-timeout=60",
        "--exclude-operation-id=try_action",
        "--exclude-operation-id=preview_edit",
        "--exclude-operation-id=replace_task",
    )
    assert cases > 1000


@pytest.mark.full
@pytest.mark.timeout(1800)
async def test_the_system_does_so_for_long(api: httpx.AsyncClient, tmp_path: Path) -> None:
    """Without trials, and without backfills: thousands of runs of activities that nobody has keep
    the one worker so busy that changes expire, which is answered 503."""
    cases = await fuzz(
        api,
        tmp_path,
        "--max-examples=200",
        "--request-timeout=120",
        "--exclude-operation-id=try_action",
        "--exclude-operation-id=start_backfill",
    )
    assert cases > 5000
