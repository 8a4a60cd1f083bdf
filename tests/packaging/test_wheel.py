"""The built wheel, next to a user's own `activities.py`, `workflows.py` and `settings.py`."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_line import Running, environment, free_ports
from tests.packaging.rest import post, wait_for_end
from tests.packaging.wheels import ROOT, build_sdist, build_wheel, install

_THEIRS = {
    "settings.py": 'GREETING = "hello from the user\'s settings"\n',
    "cli.py": 'raise RuntimeError("the user\'s cli.py is not to be imported")\n',
    "activities.py": (
        "from temporalio import activity\n\n"
        "from settings import GREETING\n\n\n"
        "@activity.defn\n"
        "async def greet() -> str:\n"
        "    return GREETING\n"
    ),
    "workflows.py": (
        "from temporalio import workflow\n\n\n"
        "@workflow.defn\n"
        "class Close:\n"
        "    @workflow.run\n"
        "    async def run(self) -> str:\n"
        '        return "closed"\n'
    ),
    "their_worker.py": (
        "import asyncio, sys\n\n"
        "from temporalio.client import Client\n"
        "from temporalio.worker import Worker\n\n"
        "from activities import greet\n"
        "from workflows import Close\n"
        "from onthedot.activities.assembly import Permissions\n"
        "from onthedot.plugin import OnTheDotPlugin\n\n\n"
        "async def main() -> None:\n"
        "    plugin = OnTheDotPlugin(Permissions())\n"
        "    client = await Client.connect(sys.argv[1], plugins=[plugin])\n"
        '    options = {"task_queue": "theirs", "workflows": [Close], "activities": [greet]}\n'
        "    async with Worker(client, **options):\n"
        '        print("their worker runs tasks too", flush=True)\n'
        "        await asyncio.Event().wait()\n\n\n"
        "asyncio.run(main())\n"
    ),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    with tarfile.open(build_sdist(ROOT, folder)) as archive:
        archive.extractall(folder / "source", filter="data")
    return build_wheel(next((folder / "source").iterdir()), folder)


@pytest.fixture(scope="module")
def python(built: Path) -> Path:
    """The interpreter of an environment that holds the wheel and what it depends on."""
    return install(built, built.parent / "environment") / "python"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's project."""
    for name, text in _THEIRS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_wheel_holds_one_package(built: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith("METADATA"))
        assert "Private" not in archive.read(metadata).decode()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"onthedot"}
    parts = {f"onthedot/{link.name}" for link in (ROOT / "onthedot").iterdir()}
    parts.discard("onthedot/__pycache__")
    assert parts == {"/".join(name.split("/")[:2]) for name in names if "dist-info" not in name}


def test_nothing_of_ours_has_a_name_of_theirs(python: Path, folder: Path) -> None:
    code = (
        "import importlib.util as u\n"
        "names = ['api', 'embedded', 'naming', 'plugin', 'scheduling', 'service', 'worker']\n"
        "assert not [n for n in names if u.find_spec(n)]\n"
        "import activities, onthedot.activities.assembly, onthedot.settings, settings\n"
        "assert activities.greet and settings.GREETING\n"
    )
    subprocess.run([python, "-c", code], cwd=folder, env=environment({}), check=True)


@pytest.mark.timeout(180)
def test_dev_runs_a_users_modules_from_their_folder(python: Path, folder: Path) -> None:
    ports = free_ports()
    options = [f"--{name}={port}" for name, port in ports.items()]
    running = Running(
        "dev",
        *options,
        f"--data-dir={folder}/data",
        cwd=folder,
        program=[str(python.with_name("onthedot"))],
        ONTHEDOT_MODULES="activities,workflows",
    )
    with closing(running):
        running.wait_for("On the Dot is running")
        for action in (
            {"kind": "activity", "name": "greet"},
            {"kind": "workflow", "workflow_type": "Close"},
        ):
            task = {"trigger": {"kind": "once", "delay": 0}, "action": action}
            registered = post(ports["port"], "/tasks", task)
            assert wait_for_end(ports["port"], registered["id"]) == "completed"
        address = f"127.0.0.1:{ports['temporal-port']}"
        program = [str(python)]
        with closing(Running("their_worker.py", address, cwd=folder, program=program)) as theirs:
            theirs.wait_for("their worker runs tasks too")
