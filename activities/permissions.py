"""What a worker's operator lets tasks do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from onthedot.activities.http.addresses import AddressRules


@dataclass(frozen=True)
class Permissions:
    """What tasks may do on this worker's behalf. The defaults are the safe ones.

    Raises:
        ValueError: an entry is malformed; the message names the field and the entry.
    """

    allow_commands: bool = False
    allow_hosts: tuple[str, ...] = ()
    deny_hosts: tuple[str, ...] = ()
    secrets_dir: Path | None = None

    def __post_init__(self) -> None:
        for name in ("allow_hosts", "deny_hosts"):
            try:
                AddressRules(getattr(self, name))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
