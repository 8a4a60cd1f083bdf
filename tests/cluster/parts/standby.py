"""A synchronous standby of a cluster's PostgreSQL: both have every committed transaction."""

from __future__ import annotations

from pathlib import Path

from tests.cluster.parts.database import USER, Database
from tests.cluster.parts.network import POSTGRES_PORT


class Standby(Database):
    """A copy of `primary` on an address of its own. Nobody may write to it until it is promoted."""

    def __init__(self, primary: Database, directory: Path, address: str) -> None:
        super().__init__(
            primary.programs, directory, address, name="standby", password=primary.password
        )
        self._primary = primary

    def follow(self) -> None:
        """Copies the primary, follows it, and has it wait for this one from then on."""
        self.own_directory()
        self.as_owner(
            str(self.programs / "pg_basebackup"),
            f"--host={self._primary.address}",
            f"--port={POSTGRES_PORT}",
            f"--username={USER}",
            f"--pgdata={self.data}",
            "--write-recovery-conf",
            "--checkpoint=fast",
        )
        with (self.data / "postgresql.auto.conf").open("a") as settings:
            secret = f"password={self.password} application_name=standby"
            where = f"host={self._primary.address} port={POSTGRES_PORT} user={USER} {secret}"
            settings.write(f"primary_conninfo = '{where}'\n")
        self.start()
        self.wait_until_up()
        for change in (
            "ALTER SYSTEM SET synchronous_standby_names = 'standby'",
            "SELECT pg_reload_conf()",
        ):
            self._primary.query(change, database="postgres")

    def promote(self) -> None:
        """Makes it the primary. The old one must be gone for good."""
        self.query("SELECT pg_promote()", database="postgres")
