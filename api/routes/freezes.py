"""`/freezes`: windows in which nothing begins by schedule."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from onthedot.api.deps import Caller, TemporalDep
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.messages.freezes import FreezePage
from onthedot.scheduling.checking.freeze import is_freeze_name
from onthedot.scheduling.errors import FreezeNotFound
from onthedot.scheduling.freezes.freeze import Freeze, FreezeDefinition
from onthedot.service.freezes.freezes import Freezes

router = APIRouter(route_class=JsonRoute, tags=["freezes"])

Name = Annotated[str, Path(description="The freeze's name.", examples=["year-end"])]


async def _freezes(temporal: TemporalDep) -> Freezes:
    return Freezes(temporal)


FreezesDep = Annotated[Freezes, Depends(_freezes)]


@router.get("/freezes", summary="List freezes", responses=refusals(503))
async def list_freezes(freezes: FreezesDep) -> FreezePage:
    """Those that are in force or have a window to come, by name."""
    return FreezePage(items=await freezes.all())


@router.get("/freezes/{name}", summary="Read a freeze", responses=refusals(404, 503))
async def get_freeze(name: Name, freezes: FreezesDep) -> Freeze:
    """Its windows, and whether one lasts at present."""
    return await freezes.get(_known(name))


@router.put(
    "/freezes/{name}",
    summary="Freeze tasks",
    responses={
        201: {"model": Freeze, "description": "It is new."},
        **refusals(503, body=True),
    },
)
async def put_freeze(
    name: Name, body: FreezeDefinition, freezes: FreezesDep, caller: Caller, response: Response
) -> Freeze:
    """Registers a freeze, or replaces it. Every worker knows of it within five seconds; a run that
    has begun goes on. What was due does not run (`then: skip`), or the last occurrence of each task
    runs at the end (`then: hold`). A one-time task is held in either case."""
    freeze, new = await freezes.put(name, body, by=caller)
    response.status_code = 201 if new else 200
    return freeze


@router.delete(
    "/freezes/{name}", status_code=204, summary="Lift a freeze", responses=refusals(404, 503)
)
async def delete_freeze(name: Name, freezes: FreezesDep, caller: Caller) -> None:
    """Tasks begin again within five seconds, and what was held a little later."""
    await freezes.delete(_known(name), by=caller)


def _known(name: str) -> str:
    if not is_freeze_name(name):
        raise FreezeNotFound(name)
    return name
