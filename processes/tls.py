"""TLS of a server: checks the certificate at startup, and rereads it when it changes."""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path

from onthedot.processes import StartError

_LOG = logging.getLogger("onthedot")
#: How often the files are checked, in seconds.
_EVERY_SECONDS = 20.0


class Certificate:
    """A certificate and its key, in files; servers use `context`.

    Raises StartError if the files are unusable.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self.certificate, self.key = certificate, key
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._seen = self._stamp()
        try:
            self._load(self.context)
        except (OSError, ValueError) as error:
            raise StartError(
                f"Cannot serve with the certificate {certificate} and the key {key} "
                f"({getattr(error, 'reason', None) or error}). Both must be PEM files that belong "
                f"together, the key without a password."
            ) from None

    @classmethod
    def of(cls, certificate: Path | None, key: Path | None) -> Certificate | None:
        """None if none is configured."""
        return cls(certificate, key) if certificate is not None and key is not None else None

    async def keep_fresh(self) -> None:
        """Reread the files when they change, for new connections. Does not return."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            self.refresh()

    def refresh(self) -> None:
        """Reread the files if they have changed. If they are unusable, log that, and keep using the
        old certificate."""
        stamp = self._stamp()
        if stamp == self._seen:
            return
        try:
            self._load(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH))
            self._load(self.context)
        except (OSError, ValueError) as error:
            _LOG.warning(
                "%s cannot be used, so the old one stays in use: %s", self.certificate, error
            )
            return
        self._seen = stamp
        _LOG.info("%s is now in use", self.certificate)

    def _load(self, context: ssl.SSLContext) -> None:
        context.load_cert_chain(self.certificate, self.key, password=_no_password)

    def _stamp(self) -> tuple[int, ...]:
        try:
            return tuple(file.stat().st_mtime_ns for file in (self.certificate, self.key))
        except OSError:
            return ()


def _no_password() -> str:
    """Prevents a prompt for the key's password."""
    return ""
