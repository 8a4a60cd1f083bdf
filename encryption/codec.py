"""Encrypts payloads with AES-256-GCM on the way to Temporal, and decrypts them on the way back.

An encrypted payload names its key in its metadata, so a rotation needs no downtime. Unencrypted
payloads pass unchanged, so older data stays readable. The format is that of Temporal's own samples:
12 bytes of nonce, then the ciphertext with its tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

from onthedot.encryption.ciphers import Ciphers
from onthedot.encryption.keys import Keyring
from onthedot.scheduling.outages import NotOurSeal

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"


class SealingCodec(PayloadCodec):
    """Encrypts with the first key of a keyring, decrypts with any."""

    def __init__(self, keyring: Keyring) -> None:
        self._ciphers = Ciphers(keyring)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The encrypted payloads."""
        return [self._sealed(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The decrypted payloads; unencrypted ones stay unchanged.

        Raises:
            KeyMissing: this process lacks the key of one.
            NotOurSeal: one was altered, or encrypted with another key of the same id.
        """
        return [self._opened(payload) for payload in payloads]

    def _sealed(self, payload: Payload) -> Payload:
        key_id = self._ciphers.seals_with
        if key_id is None:
            return payload
        data = self._ciphers.sealed(key_id, payload.SerializeToString())
        return Payload(metadata={"encoding": ENCODING, KEY_ID: key_id.encode()}, data=data)

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata.get(KEY_ID, b"").decode(errors="replace")
        try:
            return Payload.FromString(self._ciphers.opened(key_id, payload.data))
        except DecodeError:
            raise NotOurSeal(key_id) from None


def sealing(converter: DataConverter, keyring: Keyring) -> DataConverter:
    """`converter` with encryption, including messages and stack traces of failures.

    Without keys it encrypts nothing, and reports the key of encrypted data. A workflow then waits
    for a worker that has the key; the SDK alone would drop a signal that it cannot read.
    """
    return replace(
        converter,
        payload_codec=SealingCodec(keyring),
        failure_converter_class=(
            DefaultFailureConverterWithEncodedAttributes
            if keyring.seals
            else converter.failure_converter_class
        ),
    )
