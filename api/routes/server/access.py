"""`/me`: who the caller is; `/codec/decode`: opens sealed payloads for those who may read them."""

from __future__ import annotations

from fastapi import APIRouter

from onthedot.api.deps import TemporalDep, Who
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.messages.access import EncodedPayloads, Me
from onthedot.service.temporal.remote_codec import opened

router = APIRouter(route_class=JsonRoute, tags=["access"])


@router.get("/me", summary="Who am I?", responses=refusals())
async def me(who: Who) -> Me:
    """The caller's name and role, and by what it is known."""
    return Me(name=who.name, role=who.role, via=who.via)


@router.post(
    "/codec/decode",
    summary="Open sealed payloads",
    responses=refusals(503, body=True),
)
async def decode_payloads(body: EncodedPayloads, temporal: TemporalDep) -> EncodedPayloads:
    """Temporal's remote-codec protocol: give `/codec` of this server to the Web UI or the CLI as
    codec endpoint. What is not sealed comes back as it is. What cannot be opened is refused with
    422, which names the payload and its key. Other origins than that of the configured Web UI get
    no answer in a browser."""
    return await opened(temporal, body)
