"""Wheels of this checkout and of earlier commits, each installed into its own environment."""

from __future__ import annotations

import io
import shutil
import site
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]

_BUILD = "import hatchling.build, sys; hatchling.build.build_{kind}(sys.argv[1])"


def build_sdist(source: Path, into: Path) -> Path:
    """The source archive of the checkout at `source`."""
    _build("sdist", source, into)
    return next(into.glob("*.tar.gz"))


def build_wheel(source: Path, into: Path) -> Path:
    """The wheel of the source tree at `source`."""
    _build("wheel", source, into)
    return next(into.glob("*.whl"))


def export(revision: str, into: Path) -> Path | None:
    """Writes the tree of an earlier commit to `into`; None if this checkout lacks it."""
    archive = subprocess.run(
        ["git", "archive", "--format=tar", revision], cwd=ROOT, capture_output=True, check=False
    )
    if archive.returncode:
        return None
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as opened:
        opened.extractall(into, filter="data")
    return into


def install(wheel: Path, home: Path) -> Path:
    """Install `wheel` into a new environment at `home`; returns its folder of programs.

    Dependencies come from the environment of the tests.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    programs = home / "bin"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    install = ["--python", str(programs / "python"), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*pip, *install, wheel], check=True)
    libraries = next(path for path in site.getsitepackages() if path.endswith("site-packages"))
    # A line of such a file adds a folder, but not what that folder's own files would add: the
    # libraries are there, this checkout is not.
    own = next(home.glob("lib/python3*/site-packages"))
    (own / "libraries.pth").write_text(f"{libraries}\n")
    temporal = Path(sys.executable).with_name("temporal")
    if temporal.exists():
        shutil.copy(temporal, programs)
    return programs


def _build(kind: str, source: Path, into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    code = _BUILD.format(kind=kind)
    subprocess.run([sys.executable, "-c", code, into], cwd=source, check=True)
