"""`/freezes`: windows in which schedules start nothing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from onthedot.api.deps import Caller, with_temporal
from onthedot.api.documented import ETAG, LOCATION, refusals
from onthedot.api.etags import IfMatch, etag, named_tags
from onthedot.api.json_body import JsonRoute
from onthedot.messages.freezes import FreezeBody, FreezePage
from onthedot.scheduling.checking.freeze import is_freeze_name
from onthedot.scheduling.errors import FreezeNotFound
from onthedot.scheduling.freezes.freeze import Freeze
from onthedot.service.freezes.freezes import Freezes

router = APIRouter(route_class=JsonRoute, tags=["freezes"])

Name = Annotated[str, Path(description="The freeze's name.", examples=["year-end"])]


FreezesDep = Annotated[Freezes, with_temporal(Freezes)]


@router.get("/freezes", summary="List freezes", responses=refusals(503))
async def list_freezes(freezes: FreezesDep) -> FreezePage:
    """Those that are in force or have an upcoming window, by name."""
    return FreezePage(items=await freezes.all())


@router.get(
    "/freezes/{name}",
    summary="Read a freeze",
    responses={200: {"headers": ETAG}, **refusals(404, 503)},
)
async def get_freeze(name: Name, freezes: FreezesDep, response: Response) -> Freeze:
    """Its windows, and whether it is in force now."""
    freeze = await freezes.get(_known(name))
    response.headers["ETag"] = etag(freeze.version)
    return freeze


@router.put(
    "/freezes/{name}",
    summary="Freeze tasks",
    responses={
        200: {"headers": ETAG},
        201: {"model": Freeze, "description": "It is new.", "headers": ETAG | LOCATION},
        **refusals(404, 412, 503, body=True),
    },
)
async def put_freeze(
    name: Name,
    body: FreezeBody,
    freezes: FreezesDep,
    caller: Caller,
    response: Response,
    if_match: IfMatch = None,
) -> Freeze:
    """Creates or replaces a freeze. Every worker applies it within five seconds; runs in progress
    continue.

    Occurrences that come due meanwhile do not run (`then: skip`), or the last one of each task runs
    at the end (`then: hold`). One-time tasks are held in either case. You can send back the
    response of `GET`."""
    freeze, new = await freezes.put(name, body.definition, by=caller, if_match=named_tags(if_match))
    if new:
        response.status_code = 201
        response.headers["Location"] = f"/freezes/{name}"
    response.headers["ETag"] = etag(freeze.version)
    return freeze


@router.delete(
    "/freezes/{name}", status_code=204, summary="Lift a freeze", responses=refusals(404, 412, 503)
)
async def delete_freeze(
    name: Name, freezes: FreezesDep, caller: Caller, if_match: IfMatch = None
) -> None:
    """Tasks start again within five seconds; held occurrences follow a little later."""
    await freezes.delete(_known(name), by=caller, if_match=named_tags(if_match))


def _known(name: str) -> str:
    if not is_freeze_name(name):
        raise FreezeNotFound(name)
    return name
