"""`/runs/{id}/output`: the output of a run, complete or live."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel

from onthedot.api.deps import RunIdPath, TemporalDep, from_app
from onthedot.api.documented import refusals
from onthedot.messages.run_output import END_EVENT, OUTPUT_EVENT, RUN_EVENT, RunOutput, RunState
from onthedot.scheduling.run import RunStatus
from onthedot.service.output.following import Following, Update
from onthedot.service.output.reading import read_output

router = APIRouter(tags=["runs"])

#: A stream ends after this long and its reader reconnects, so that the caller's rights are checked
#: again.
_LONGEST = timedelta(hours=1)

_STREAM = "text/event-stream"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

_Offset = Annotated[int, Query(ge=0, le=2**53, description="Only what follows this many bytes.")]


@router.get(
    "/runs/{run_id}/output",
    summary="Read the output of a run",
    response_model=RunOutput,
    responses={
        200: {
            "content": {
                _STREAM: {
                    "schema": {
                        "type": "object",
                        "description": "With `follow`: one server-sent event. `output` is a "
                        "piece, as in `items`, and its id is the offset of its end; "
                        "`run` is the state of the run, whenever it changes; `end` is "
                        "the last event.",
                        "properties": {
                            "event": {"enum": ["output", "run", "end"]},
                            "id": {"type": "string"},
                            "data": {"type": "string"},
                        },
                    }
                }
            }
        },
        **refusals(404, 503),
    },
)
async def get_output(
    run_id: RunIdPath,
    temporal: TemporalDep,
    following: Annotated[Following, from_app("following")],
    follow: Annotated[
        bool, Query(description="Stream it as server-sent events until the run has ended.")
    ] = False,
    after: _Offset = 0,
    last_event_id: Annotated[
        str | None,
        Header(pattern=r"^\d{1,15}$", description="Where a stream broke off; the same as `after`."),
    ] = None,
) -> Response:
    """The output of a command while it is written, and the texts in an activity's heartbeats.

    Also what a run wrote before it was cancelled, timed out or lost its worker."""
    after = int(last_event_id) if last_event_id else after
    if not follow:
        read = await read_output(temporal, run_id)
        found = RunOutput.of(read.run, list(read.pieces), after=after)
        return JSONResponse(found.model_dump(mode="json"))
    updates = following.follow(run_id, after=after)
    # Before the stream begins, so that an error is an error.
    first = await anext(updates, None)
    return StreamingResponse(_events(updates, first), media_type=_STREAM, headers=_HEADERS)


async def _events(
    updates: AsyncGenerator[Update, None], first: Update | None
) -> AsyncIterator[bytes]:
    until = time.monotonic() + _LONGEST.total_seconds()
    now: RunState | None = None
    async with aclosing(updates):
        update = first
        while update is not None:
            if update.run is not None and (changed := RunState.of(update.run)) != now:
                now = changed
                if now.status is RunStatus.RUNNING:
                    yield _event(RUN_EVENT, now)
            for piece in update.pieces:
                yield _event(OUTPUT_EVENT, piece, str(piece.end))
            if not update.pieces and update.run is None:
                yield b": still here\n\n"
            if time.monotonic() > until:
                return
            update = await anext(updates, None)
    if now is not None:
        yield _event(END_EVENT, now)


def _event(name: str, data: BaseModel, event_id: str = "") -> bytes:
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: {data.model_dump_json()}\n\n".encode()
