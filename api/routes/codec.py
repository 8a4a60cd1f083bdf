"""`/codec/decode`: how Temporal's Web UI and CLI show payloads that are sealed."""

from __future__ import annotations

from fastapi import APIRouter

from onthedot.api.deps import TemporalDep
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.messages.codec import EncodedPayloads
from onthedot.service.temporal.remote_codec import opened

router = APIRouter(route_class=JsonRoute, tags=["access"])


@router.post(
    "/codec/decode",
    summary="Open sealed payloads",
    responses=refusals(503, body=True),
)
async def decode_payloads(body: EncodedPayloads, temporal: TemporalDep) -> EncodedPayloads:
    """Temporal's remote-codec protocol: give `/codec` of this server to the Web UI or the CLI as
    codec endpoint. What is not sealed comes back as it is. Other origins than that of the
    configured Web UI get no answer in a browser."""
    return await opened(temporal, body)
