"""`/me`: the caller; `/codec/decode`: decrypts payloads for callers who may read them."""

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
    """The caller's name and role, and how the server identified it."""
    return Me(name=who.name, role=who.role, via=who.via)


@router.post(
    "/codec/decode",
    summary="Decrypt payloads",
    responses=refusals(503, body=True),
)
async def decode_payloads(body: EncodedPayloads, temporal: TemporalDep) -> EncodedPayloads:
    """Temporal's remote-codec protocol: set this server's `/codec` as the codec endpoint of the Web
    UI or the CLI.

    Payloads that are not encrypted come back unchanged. If one cannot be decrypted, the response is
    a 422 that names the payload and its key. In a browser, only the configured Web UI can read the
    response."""
    return await opened(temporal, body)
