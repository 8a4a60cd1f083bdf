"""Encrypts and signs data that leaves the server and comes back: sessions, in cookies.

A key is any unguessable text. Each purpose derives its own key from it, so data sealed for one
purpose cannot be opened for another.
"""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: The minimum length of a key, in characters.
LEAST = 32


class Sealer:
    """Encrypts and signs small JSON objects. The first key seals, all open."""

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        used = keys or (new_key(),)
        self._fernet = MultiFernet([Fernet(_derived(key, purpose)) for key in used])

    def seal(self, value: Mapping[str, Any]) -> str:
        """Text that only a holder of the key can read or create."""
        plain = json.dumps(value, separators=(",", ":")).encode()
        return self._fernet.encrypt(zlib.compress(plain)).decode()

    def open(self, sealed: str, *, most_seconds: int) -> dict[str, Any] | None:
        """The sealed object; None if it was not sealed with one of these keys, or too long ago."""
        try:
            plain = zlib.decompress(self._fernet.decrypt(sealed.encode(), ttl=most_seconds))
            found: dict[str, Any] = json.loads(plain)
        except (InvalidToken, ValueError, zlib.error):
            return None
        return found


def new_key() -> str:
    """A random key."""
    return secrets.token_urlsafe(32)


def _derived(key: str, purpose: str) -> bytes:
    derived = HKDF(SHA256(), 32, salt=None, info=f"onthedot.{purpose}".encode())
    return base64.urlsafe_b64encode(derived.derive(key.encode()))
