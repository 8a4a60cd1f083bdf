"""Failures as they lie in a history, which the SDK opens only for anyone who awaits a result."""

from __future__ import annotations

from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter
from temporalio.exceptions import FailureError


async def opened(converter: DataConverter, failure: Failure) -> Failure:
    """The failure with its message in the clear; its causes stay as they are.

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
