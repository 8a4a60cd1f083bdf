"""Each command of the production guide is run by a test, or the guide says that it is not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from anyio import to_thread
from pydantic import TypeAdapter
from temporalio.worker import Worker

from onthedot.access.api_tokens import Tokens
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.serving import serving
from tests.cluster.guide import GUIDE, blocks
from tests.command_line import environment

pytestmark = pytest.mark.anyio

_ROOT = Path(__file__).parents[2]
_HERE = Path(__file__).name
_BACKUP = "cluster/test_backup.py"
_ARCHIVE = "archive/test_object_storage.py"
_KUBERNETES = "chart/kubernetes/test_release.py"
#: How commands begin, and the test that runs them. Without one, the guide says that nobody does.
_RUN_BY = {
    "POSTGRES_HOST=": "cluster/test_guide.py",
    "TEMPORAL_ADDRESS=": "cluster/test_guide.py",
    "onthedot ": f"docs/{_HERE}",
    "export ONTHEDOT_URL=": f"docs/{_HERE}",
    "kubectl create namespace onthedot": _KUBERNETES,
    "kubectl --namespace onthedot create ": _KUBERNETES,
    "kubectl --namespace onthedot apply ": _KUBERNETES,
    "kubectl label ": _KUBERNETES,
    "kubectl create namespace billing": _KUBERNETES,
    "kubectl --namespace billing ": _KUBERNETES,
    "helm install onthedot ": _KUBERNETES,
    "helm install billing ": _KUBERNETES,
    "helm upgrade ": _KUBERNETES,
    "pg_basebackup ": _BACKUP,
    "pg_dump ": _BACKUP,
    "createdb ": _BACKUP,
    "pg_restore ": _BACKUP,
    "mkdir -m 700 restored": _BACKUP,
    "tar ": _BACKUP,
    "cat >> restored": _BACKUP,
    "touch restored": _BACKUP,
    "export RCLONE_CONFIG_S3_": _ARCHIVE,
    "rclone ": _ARCHIVE,
    "docker build ": None,
    "docker push ": None,
    "kubectl create namespace temporal": _KUBERNETES,
    "kubectl --namespace temporal ": _KUBERNETES,
    "kubectl --namespace onthedot port-forward ": None,
    "helm install temporal ": None,
}


def _lines(block: str) -> list[str]:
    """The commands, one per line."""
    without_documents = re.sub(r"(<<END)\n.*?^END$", r"\1", block, flags=re.DOTALL | re.MULTILINE)
    return without_documents.replace("\\\n", " ").splitlines()


def test_nobody_is_told_to_run_what_no_test_runs() -> None:
    not_tested = GUIDE.read_text().partition("**Not tested")[2]
    for line in [line for block in blocks() for line in _lines(block)]:
        found = [test for beginning, test in _RUN_BY.items() if line.startswith(beginning)]
        assert len(found) == 1, line
        if found[0] is None:
            assert f"`{line.split()[0]}" in not_tested, line
        else:
            assert (_ROOT / "tests" / found[0]).exists(), line


async def _said(command: str, directory: Path, **variables: str) -> str:
    """What one of the guide's own commands prints in a shell."""
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-eu", "-c", command],
            cwd=directory,
            env=environment({"PATH": programs, **variables}),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    # The server runs in this thread.
    ended = await to_thread.run_sync(run)
    assert ended.returncode == 0, f"{command}: {ended.stderr}"
    return ended.stdout


async def test_its_own_commands_work_with_a_token_that_it_made(
    temporal: Temporal, settings: Settings, worker: Worker, tmp_path: Path
) -> None:
    lines = [line for block in blocks() for line in _lines(block)]
    ours = [line for line in lines if line.startswith("onthedot ")]
    (connect,) = [line for line in lines if line.startswith("export ONTHEDOT_URL=")]
    making = [line for line in ours if line.startswith("onthedot token ")]
    made = [await _said(line, tmp_path) for line in making]
    entries = [re.findall(r"ONTHEDOT_API_TOKENS=(\S+)", said)[0] for said in made]
    assert [entry.split(":")[:2] for entry in entries] == [
        ["me", "admin"],
        ["prometheus", "viewer"],
    ]
    tokens = re.findall(r"Bearer (otd_\S+)", made[0])
    known = TypeAdapter(Tokens).validate_python(",".join(entries))
    async with serving(settings.model_copy(update={"api_tokens": known}), temporal) as client:
        for line in (line for line in ours if line not in making):
            here = re.sub(r"http://[\d.:]+", str(client.base_url).rstrip("/"), connect)
            await _said(f"{here.replace('otd_…', tokens[0])}\n{line}", tmp_path)
