"""AES-256-GCM with the keys of a keyring: 12 bytes of nonce, then the ciphertext with its tag."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from onthedot.encryption.keys import Keyring
from onthedot.scheduling.outages import KeyMissing, NotOurSeal

_NONCE = 12


class Ciphers:
    """Encrypts with the first key of a keyring, decrypts with any."""

    def __init__(self, keyring: Keyring) -> None:
        self._ciphers = {key.id: AESGCM(key.secret) for key in keyring.keys}
        self.seals_with = keyring.keys[0].id if keyring.seals else None
        """The id of the key that encrypts; None if nothing is encrypted."""

    def sealed(self, key_id: str, data: bytes) -> bytes:
        """The encrypted data."""
        nonce = os.urandom(_NONCE)
        return nonce + self._ciphers[key_id].encrypt(nonce, data, None)

    def opened(self, key_id: str, data: bytes) -> bytes:
        """The decrypted data.

        Raises:
            KeyMissing: this process lacks the key.
            NotOurSeal: it was altered, or encrypted with another key of the same id.
        """
        if key_id not in self._ciphers:
            raise KeyMissing(key_id, any_key=bool(self._ciphers))
        try:
            return self._ciphers[key_id].decrypt(data[:_NONCE], data[_NONCE:], None)
        except (InvalidTag, ValueError):
            raise NotOurSeal(key_id) from None
