"""One line of the archive: a run, encrypted if the keyring encrypts."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass

from pydantic import ConfigDict

from onthedot.encryption.ciphers import Ciphers
from onthedot.encryption.keys import NO_KEYS, Keyring
from onthedot.scheduling.run import Run


class ArchivedRun(Run):
    """A run with attributes of its task, which may be gone when someone searches for the run.

    Fields are only ever added: these lines outlive releases.
    """

    model_config = ConfigDict(extra="ignore")

    task_kind: str = ""
    task_tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Position:
    """The position of a line in its file, and its sort key."""

    finished_at: str
    """In a fixed format, so that texts sort like instants."""
    id: str
    offset: int
    length: int


class Lines:
    """Writes and reads lines. An encrypted line has the id and the end of the run in plain text, as
    in Temporal."""

    def __init__(self, keyring: Keyring = NO_KEYS) -> None:
        self._ciphers = Ciphers(keyring)

    def written(self, run: Run) -> bytes:
        """The line of a run that has ended."""
        text, key_id = run.model_dump_json().encode(), self._ciphers.seals_with
        if key_id is None:
            return text + b"\n"
        plain = json.loads(text)
        sealed = {
            "id": plain["id"],
            "finished_at": plain["finished_at"],
            "key": key_id,
            "sealed": b64encode(self._ciphers.sealed(key_id, text)).decode(),
        }
        return json.dumps(sealed, separators=(",", ":")).encode() + b"\n"

    def read(self, line: bytes) -> ArchivedRun:
        """The run of a line.

        Raises:
            KeyMissing, NotOurSeal: it cannot be decrypted.
        """
        # Cheaper than parsing, and valid for every line that is written here.
        if b'"sealed":"' in line[:1000]:
            fields = json.loads(line)
            if "sealed" in fields:
                line = self._ciphers.opened(fields["key"], b64decode(fields["sealed"]))
        return ArchivedRun.model_validate_json(line)

    def position(self, line: bytes, offset: int) -> Position:
        """The position of a line that begins at `offset`."""
        fields = json.loads(line)
        return Position(_sortable(fields["finished_at"]), fields["id"], offset, len(line))


def searched(run_id: str) -> bytes:
    """The beginning of a run's line."""
    return b"{" + f'"id":{json.dumps(run_id)},'.encode()


def _sortable(instant: str) -> str:
    """An instant with a fixed number of digits: `…:05Z` would sort after `…:05.5Z`."""
    whole, _, fraction = instant.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<6}"
