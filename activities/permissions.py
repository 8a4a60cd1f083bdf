"""What a worker's operator permits tasks to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from onthedot.activities.http.addresses import AddressRules
from onthedot.activities.secrets.hosts import SecretHosts


@dataclass(frozen=True)
class Permissions:
    """What tasks may do on this worker. The defaults are safe.

    Raises:
        ValueError: an entry is malformed; the message names the field and the entry.
    """

    allow_commands: bool = False
    allow_hosts: tuple[str, ...] = ()
    deny_hosts: tuple[str, ...] = ()
    secrets_dir: Path | None = None
    secret_hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secrets_anywhere: bool = False

    def __post_init__(self) -> None:
        for name in ("allow_hosts", "deny_hosts"):
            try:
                AddressRules(getattr(self, name))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        try:
            self.where_secrets_go()
        except ValueError as error:
            raise ValueError(f"secret_hosts: {error}") from None

    def where_secrets_go(self) -> SecretHosts:
        """Which hosts each secret may be sent to."""
        return SecretHosts(self.secret_hosts, self.secrets_dir, anywhere=self.secrets_anywhere)
