"""Where each secret may go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from onthedot.activities.http.address_rule import AddressRule
from onthedot.activities.http.addresses import parse_address

#: An entry that lets commands have the secret.
COMMAND = "command"

#: A file of hosts normally has a few lines.
_LONGEST_FILE = 64 * 1024


class SecretHosts:
    """The hosts to which an operator lets secrets be sent.

    An entry names hosts in the form of `AddressRule`; if a URL has an address instead of a name,
    the address counts. A secret without an entry goes to no host, unless `anywhere`.
    """

    def __init__(
        self,
        entries: Mapping[str, Iterable[str]] | None = None,
        directory: Path | None = None,
        *,
        anywhere: bool = False,
    ) -> None:
        """`directory` may hold a file `NAME.hosts`, read at each use; `entries` take precedence.

        Raises:
            ValueError: an entry is malformed; the message names it.
        """
        self._entries = {name: _Places(texts) for name, texts in (entries or {}).items()}
        self._directory = directory
        self._anywhere = anywhere

    def refused_to(self, name: str, host: str, port: int) -> str:
        """Why the secret may not be sent to `host` (lower case, no trailing dot); empty if it may.

        Raises:
            ValueError: its file is malformed or cannot be read.
        """
        places = self._of(name)
        if places is None:
            if self._anywhere:
                return ""
            return f"The secret {name} has no permitted hosts."
        if places.hold(host, port):
            return ""
        return f"The secret {name} may not be sent to {host}."

    def refused_to_commands(self, name: str) -> str:
        """Why commands may not have the secret; empty if they may, as without an entry.

        Raises:
            ValueError: its file is malformed or cannot be read.
        """
        places = self._of(name)
        if places is None or places.commands:
            return ""
        return f"The secret {name} may be sent to its permitted hosts only, not given to commands."

    def _of(self, name: str) -> _Places | None:
        if name in self._entries or self._directory is None:
            return self._entries.get(name)
        try:
            with (self._directory / f"{name}.hosts").open(encoding="utf-8") as file:
                text = file.read(_LONGEST_FILE)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise ValueError(f"The file {name}.hosts cannot be read.") from None
        return _Places(entry for entry in re.split(r"[\s,]+", text) if entry)


class _Places:
    def __init__(self, texts: Iterable[str]) -> None:
        entries = [text.strip() for text in texts]
        self.commands = COMMAND in entries
        self._rules = tuple(AddressRule(entry) for entry in entries if entry != COMMAND)

    def hold(self, host: str, port: int) -> bool:
        if any(rule.names(host, port) for rule in self._rules):
            return True
        try:
            address = parse_address(host)
        except ValueError:
            return False
        return any(rule.covers(address, port) for rule in self._rules)
