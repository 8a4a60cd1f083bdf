"""Decrypts payloads for Temporal's Web UI and CLI, which have no keys."""

from __future__ import annotations

from base64 import b64decode, b64encode

from temporalio.api.common.v1 import Payload

from onthedot.messages.access import EncodedPayload, EncodedPayloads
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.outages import KeyMissing, NotOurSeal
from onthedot.service.temporal.calls import Temporal


async def opened(temporal: Temporal, sealed: EncodedPayloads) -> EncodedPayloads:
    """The payloads in the same order; unencrypted ones stay as they are.

    Raises:
        InvalidDefinition: one was altered, not encrypted here, or with a key that is missing here.
    """
    codec = temporal.client.data_converter.payload_codec
    if codec is None:
        return sealed
    found = []
    for index, payload in enumerate(sealed.payloads):
        try:
            found += await codec.decode([_read(payload)])
        except (KeyMissing, NotOurSeal) as error:
            raise InvalidDefinition(FieldProblem(f"payloads.{index}", str(error))) from None
    return EncodedPayloads(payloads=[_written(payload) for payload in found])


def _read(payload: EncodedPayload) -> Payload:
    metadata = {name: b64decode(value) for name, value in payload.metadata.items()}
    return Payload(metadata=metadata, data=b64decode(payload.data))


def _written(payload: Payload) -> EncodedPayload:
    metadata = {name: b64encode(value).decode() for name, value in payload.metadata.items()}
    return EncodedPayload(metadata=metadata, data=b64encode(payload.data).decode())
