"""`/me`: who one is here."""

from __future__ import annotations

from fastapi import APIRouter

from onthedot.api.deps import Who
from onthedot.api.documented import refusals
from onthedot.messages.me import Me

router = APIRouter(tags=["access"])


@router.get("/me", summary="Who am I?", responses=refusals())
async def me(who: Who) -> Me:
    """The caller's name and role, and by what it is known."""
    return Me(name=who.name, role=who.role, via=who.via)
