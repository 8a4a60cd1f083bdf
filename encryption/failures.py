"""Decrypts failures in a history, which the SDK does only for callers that await a result."""

from __future__ import annotations

from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter
from temporalio.exceptions import FailureError


async def opened(converter: DataConverter, failure: Failure) -> Failure:
    """The failure with its message decrypted; its causes stay unchanged.

    Raises:
        KeyMissing, NotOurSeal: see `SealingCodec.decode`.
    """
    if not failure.HasField("encoded_attributes"):
        return failure
    readable = Failure()
    readable.CopyFrom(failure)
    error = await converter.decode_failure(readable)
    if isinstance(error, FailureError):
        readable.message = error.message
    return readable
