"""`python -m tests.packaging.image DIRECTORY`: the image's layers, without a container engine.

1. debootstrap makes a Debian with Python 3.13, in the place of `python:3.13-slim-bookworm`.
2. The instructions of the Dockerfile are carried out in it, in a chroot for each stage. What stands
   in the Dockerfile is what runs; an instruction that this does not know is an error.
3. The last stage's root is in DIRECTORY/image, to be run with `chroot --userspec`.

Needs root, debootstrap and the package registries. It proves the steps, not the base image.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
_PACKAGES = "python3,python3-venv,python3-pip,python-is-python3,ca-certificates"
_SUITE = "trixie"
#: What says how to reach the registries from here, for pip in the chroot too.
_REACHING = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy")


@dataclass
class Stage:
    """One `FROM`: where its root is, and what its instructions said so far."""

    root: Path
    workdir: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    user: str = ""
    entrypoint: str = ""
    command: str = ""

    def run(self, script: str, environment: dict[str, str]) -> None:
        """`RUN`: raises CalledProcessError where it fails."""
        where = f"cd {shlex.quote(self.workdir)} && {script}"
        command = ["chroot", str(self.root), "/bin/sh", "-eu", "-c", where]
        subprocess.run(command, env={**environment, **self.environment}, check=True)

    def inside(self, path: str) -> Path:
        """A path of the stage, as it is seen from outside."""
        return self.root / str(PurePosixPath(self.workdir) / path).lstrip("/")


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, each with its argument on one line."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ").splitlines()
    pairs = (line.strip().partition(" ") for line in whole if line.strip())
    return [(name.upper(), rest.strip()) for name, _, rest in pairs]


def base(directory: Path) -> Path:
    """A fresh Debian with Python, kept in `directory` for the next time."""
    made = directory / "base"
    if not (made / "usr" / "bin" / "python").exists():
        options = ["--variant=minbase", f"--include={_PACKAGES}"]
        subprocess.run(["debootstrap", *options, _SUITE, str(made)], check=True)
    return made


def build(directory: Path, source: Path) -> Stage:
    """The last stage of the Dockerfile over the files of `source`."""
    environment = _environment()
    stages: list[Stage] = []
    names: dict[str, Stage] = {}
    for name, rest in instructions((source / "Dockerfile").read_text()):
        if name == "FROM":
            stage = Stage(directory / f"stage-{len(stages)}")
            shutil.rmtree(stage.root, ignore_errors=True)
            subprocess.run(["cp", "-a", str(base(directory)), str(stage.root)], check=True)
            _let_in(stage)
            stages.append(stage)
            names[rest.partition(" AS ")[2]] = stage
            continue
        _carry_out(stages[-1], name, rest, source, names, environment)
    return stages[-1]


def _carry_out(
    stage: Stage,
    name: str,
    rest: str,
    source: Path,
    names: dict[str, Stage],
    environment: dict[str, str],
) -> None:
    match name:
        case "WORKDIR":
            stage.workdir = rest
            stage.inside(rest).mkdir(parents=True, exist_ok=True)
        case "RUN":
            stage.run(rest, environment)
        case "ENV":
            pairs = (pair.partition("=") for pair in shlex.split(rest))
            known = {"PATH": environment["PATH"], **stage.environment}
            stage.environment |= {key: _filled(value, known) for key, _, value in pairs}
        case "COPY":
            *from_, to = shlex.split(rest)
            other = names[from_.pop(0).partition("=")[2]] if from_[0].startswith("--from") else None
            for each in from_:
                found = other.root / each.lstrip("/") if other else source / each
                _copy(found, stage.inside(to), into=len(from_) > 1 or to.endswith("/"))
        case "USER":
            stage.user = rest
        case "ENTRYPOINT":
            stage.entrypoint = rest
        case "CMD":
            stage.command = rest
        case "EXPOSE" | "HEALTHCHECK":
            pass
        case _:
            raise ValueError(f"the Dockerfile says {name}, which is not known here")


def _copy(found: Path, to: Path, *, into: bool) -> None:
    to.mkdir(parents=True, exist_ok=True)
    if into or found.is_file():
        subprocess.run(["cp", "-a", str(found), f"{to}/"], check=True)
    else:
        subprocess.run(["cp", "-a", f"{found}/.", f"{to}/"], check=True)


def _filled(value: str, known: dict[str, str]) -> str:
    return value.replace("$PATH", known["PATH"])


def _environment() -> dict[str, str]:
    kept = {key: text for key, text in os.environ.items() if key.startswith(_REACHING)}
    kept.pop("PIP_FIND_LINKS", None)
    # The image's Python has no packages of Debian's, which only apt may replace.
    return kept | {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "PIP_BREAK_SYSTEM_PACKAGES": "1",
        "PIP_IGNORE_INSTALLED": "1",
    }


def _let_in(stage: Stage) -> None:
    """What a container engine would give: names of hosts, here with their certificates, devices
    and shared memory."""
    for each in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
        there = stage.root / each
        there.unlink(missing_ok=True)
        shutil.copy(f"/{each}", there)
    pip = Path("/etc/pip.conf")
    if pip.exists():
        shutil.copy(pip, stage.root / "etc" / "pip.conf")
    memory = stage.root / "dev" / "shm"
    memory.mkdir(exist_ok=True)
    memory.chmod(0o1777)
    null = stage.root / "dev" / "null"
    if not null.is_char_device():
        null.unlink(missing_ok=True)
        subprocess.run(["mknod", "-m", "666", str(null), "c", "1", "3"], check=True)


def main() -> int:
    """Returns the exit code."""
    directory = Path(sys.argv[1]).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    source = directory / "source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir()
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    subprocess.run(
        ["tar", "--null", "-T", "-", "-cf", str(directory / "source.tar")],
        cwd=ROOT,
        input=tracked,
        check=True,
    )
    subprocess.run(["tar", "-xf", str(directory / "source.tar"), "-C", str(source)], check=True)
    stage = build(directory, source)
    image = directory / "image"
    shutil.rmtree(image, ignore_errors=True)
    stage.root.rename(image)
    version = ["chroot", f"--userspec={stage.user}", str(image), "onthedot", "--version"]
    path = stage.environment | {"HOME": f"/home/{stage.user}"}
    return subprocess.run(version, env={**_environment(), **path}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
