"""The built wheel, beside a user's own `activities.py`, `workflows.py` and `settings.py`."""

from __future__ import annotations

import json
import shutil
import site
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from tests.command_line import Running, environment, free_ports, get
from tests.process_tree import wait_until

ROOT = Path(__file__).parent.parent

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
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    source = folder / "source"
    code = "import hatchling.build, sys; hatchling.build.build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, check=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(source, filter="data")
    code = code.replace("build_sdist", "build_wheel")
    subprocess.run([sys.executable, "-c", code, folder], cwd=next(source.iterdir()), check=True)
    return folder


@pytest.fixture(scope="module")
def python(built: Path) -> Path:
    """The interpreter of an environment that holds the wheel and what it depends on."""
    home = built / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    interpreter = home / "bin" / "python"
    install = ["-m", "pip", "--disable-pip-version-check", "--python", str(interpreter), "install"]
    wheel = next(built.glob("*.whl"))
    subprocess.run([sys.executable, *install, "-q", "--no-deps", "--no-index", wheel], check=True)
    libraries = next(path for path in site.getsitepackages() if path.endswith("site-packages"))
    # A line of such a file adds a folder, but not what that folder's own files would add: the
    # libraries are there, this checkout is not.
    own = next(home.glob("lib/python3*/site-packages"))
    (own / "libraries.pth").write_text(f"{libraries}\n")
    program = next(Path(sys.executable).parent.glob("temporal"), None)
    if program:
        shutil.copy(program, home / "bin")
    return interpreter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's project."""
    for name, text in _THEIRS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_wheel_holds_one_package(built: Path) -> None:
    wheel = next(built.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
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
    try:
        running.wait_for("On the Dot is running")
        for action in (
            {"kind": "activity", "name": "greet"},
            {"kind": "workflow", "workflow_type": "Close"},
        ):
            task = {"trigger": {"kind": "once", "delay": 0}, "action": action}
            registered = post(ports["port"], "/tasks", task)
            assert wait_for_end(ports["port"], registered["id"]) == "completed"
        address = f"127.0.0.1:{ports['temporal-port']}"
        theirs = Running("their_worker.py", address, cwd=folder, program=[str(python)])
        try:
            theirs.wait_for("their worker runs tasks too")
        finally:
            theirs.close()
    finally:
        running.close()


def post(port: int, path: str, body: object) -> dict[str, str]:
    """What REST answers to `body`."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        answered: dict[str, str] = json.load(response)
        return answered


def wait_for_end(port: int, task_id: str) -> str:
    """The status of a one-time task once it is over."""
    seen = ""

    def over() -> bool:
        nonlocal seen
        seen = json.loads(get(port, f"/tasks/{task_id}")[1])["status"]
        return seen not in ("scheduled", "running")

    wait_until(over, timedelta(seconds=40), f"{task_id} is over")
    return seen
