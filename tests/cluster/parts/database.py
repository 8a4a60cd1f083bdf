"""PostgreSQL for a cluster: a fresh server in its own directory."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.cluster.parts.bound_process import bound_to_parent, is_root
from tests.cluster.parts.network import POSTGRES_PORT
from tests.cluster.programs import Missing
from tests.faults.part import Part
from tests.faults.small_disk import SmallDisk
from tests.process_tree import descendants, kill_quietly

USER = "temporal"
#: PostgreSQL refuses to run as root.
_UNPRIVILEGED = ("postgres", "nobody")
#: Eight processes of Temporal hold up to 240 connections together.
_CONNECTIONS = 300


class Database(Part):
    """A PostgreSQL on `address`. `password` is its only user's; `disk` is what its data lie on."""

    def __init__(
        self,
        programs: Path,
        directory: Path,
        address: str,
        *,
        name: str = "postgresql",
        password: str | None = None,
        settings: tuple[str, ...] = (),
        disk: SmallDisk | None = None,
    ) -> None:
        self.programs = programs
        self.address = address
        self.data = (disk.path if disk else directory) / name
        self._inside = disk.entry if disk else ()
        self._secret = directory / f"{name}.password"
        self.password = password or secrets.token_hex(16)
        self.environment = {**os.environ, "PGPASSWORD": self.password, "LC_ALL": "C.UTF-8"}
        self._user = _unprivileged() if is_root() else None
        options = {
            "listen_addresses": address,
            "port": str(POSTGRES_PORT),
            "unix_socket_directories": "",
            "max_connections": str(_CONNECTIONS),
            "shared_buffers": "256MB",
        }
        chosen = (*(f"{key}={value}" for key, value in options.items()), *settings)
        command = [str(programs / "postgres"), "-D", str(self.data)]
        command += [word for setting in chosen for word in ("-c", setting)]
        super().__init__(
            name,
            [*self._inside, *bound_to_parent(command, self._user)],
            self.environment,
            directory / f"{name}.log",
            self.answers,
        )

    def create(self) -> None:
        """Makes the empty database; before the first start."""
        if not self._inside:
            self.own_directory()
        secret = self._secret
        secret.write_text(self.password)
        secret.chmod(0o600)
        if self._user:
            shutil.chown(secret, self._user, self._user)
        self.as_owner(
            str(self.programs / "initdb"),
            f"--pgdata={self.data}",
            f"--username={USER}",
            "--encoding=UTF8",
            "--auth=scram-sha-256",
            # Nobody takes this machine's power away.
            "--no-sync",
            f"--pwfile={secret}",
        )
        secret.unlink()

    def own_directory(self) -> None:
        """Makes the directory, which only the owner of the process may read."""
        self.data.mkdir(mode=0o700)
        if self._user:
            shutil.chown(self.data, self._user, self._user)

    def give_to_owner(self) -> None:
        """Makes all of the directory the owner's, whoever wrote it."""
        if self._user:
            chosen = [f"{self._user}:{self._user}", str(self.data)]
            subprocess.run(["chown", "--recursive", *chosen], check=True)

    def as_owner(self, *command: str) -> None:
        """Runs one command as the user that PostgreSQL runs as."""
        subprocess.run(
            [*self._inside, *bound_to_parent(command, self._user)],
            env=self.environment,
            cwd="/",
            check=True,
            capture_output=True,
            timeout=300,
        )

    def answers(self) -> bool:
        """Whether it takes queries."""
        try:
            return self.query("SELECT 1", database="postgres") == "1"
        except subprocess.CalledProcessError:
            return False

    def query(self, sql: str, *, database: str = "temporal") -> str:
        """What `psql` prints, without decoration."""
        where = [f"--host={self.address}", f"--username={USER}", f"--dbname={database}"]
        options = ["--no-psqlrc", "--tuples-only", "--no-align"]
        asked = subprocess.run(
            [str(self.programs / "psql"), *where, *options, "--command", sql],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return asked.stdout.strip()

    def kill(self) -> None:
        """All its processes at once: no time to write anything."""
        if self.running:
            for victim in (self.process_id, *descendants(self.process_id)):
                kill_quietly(victim, signal.SIGKILL)
        super().kill()

    def start(self) -> None:
        """Starts it; a lock that a killed one left is its own to judge."""
        super().start()
        # It goes at once where the shared memory of the killed one is still in use.
        for _ in range(20):
            time.sleep(0.1)
            if self.running:
                return
            super().start()


def _unprivileged() -> str:
    for name in _UNPRIVILEGED:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise Missing(f"PostgreSQL refuses to run as root, and there is no user {_UNPRIVILEGED[0]}.")
