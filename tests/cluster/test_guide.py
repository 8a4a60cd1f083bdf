"""The scripts of the production guide, by its own commands: for a first installation and for a
team."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cluster.deployment import Deployment
from tests.cluster.guide import blocks
from tests.cluster.programs import TemporalRelease
from tests.command_line import COMMAND, environment

_ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(600)


def test_its_scripts_set_up_what_is_there_already_and_a_team_of_its_own(
    deployment: Deployment, release: TemporalRelease
) -> None:
    cluster = deployment.cluster
    lines = [line for block in blocks() for line in block.splitlines() if "deploy/" in line]
    scripts = [line for line in lines if re.match("(POSTGRES_HOST|TEMPORAL_ADDRESS)=", line)]
    assert len(scripts) == 3, scripts
    programs = f"{release.sql_tool.parent}:{cluster.programs.cli.parent}:{os.environ['PATH']}"
    variables = {
        **cluster.environment,
        "PATH": programs,
        # Where the image has it by itself.
        "TEMPORAL_SCHEMA": str(release.schema),
    }
    here = {
        "postgres.example.com": cluster.network.database,
        "SQL_PASSWORD=…": f"SQL_PASSWORD={cluster.database.password}",
        "temporal-frontend.temporal.svc:7233": cluster.address,
    }
    for line in scripts:
        for theirs, ours in here.items():
            line = line.replace(theirs, ours)
        _run(["/bin/sh", "-eu", "-c", line], variables)
    team = {"TEMPORAL_ADDRESS": cluster.address, "TEMPORAL_NAMESPACE": "billing"}
    _run([*COMMAND, "setup-namespace"], environment(team))


def _run(command: list[str], variables: dict[str, str]) -> None:
    ended = subprocess.run(
        command, env=variables, cwd=_ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, (command, ended.stdout, ended.stderr)
