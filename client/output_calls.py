"""The calls on what runs write."""

from __future__ import annotations

from onthedot.client.building import call
from onthedot.client.call import Call, Stream
from onthedot.client.events import ServerEvent
from onthedot.messages.run_output import END_EVENT, OUTPUT_EVENT, RUN_EVENT, RunNow, RunOutput
from onthedot.scheduling.stored.written import WrittenPiece


def get_output(run_id: str, *, after: int = 0) -> Call[RunOutput]:
    """What a run has written so far, past the first `after` bytes."""
    path = {"run_id": run_id}
    return call("GET", "/runs/{run_id}/output", RunOutput, path=path, query={"after": after})


def follow_output(run_id: str, *, after: int = 0) -> Stream[WrittenPiece | RunNow]:
    """What a run writes, as it writes it, and how the run stands whenever that changes; ends when
    the run does. A connection that breaks off is made anew, and nothing comes twice."""

    def since(last_event_id: str) -> Call[str]:
        query = {"follow": True, "after": int(last_event_id or after)}
        return call("GET", "/runs/{run_id}/output", str, path={"run_id": run_id}, query=query)

    return Stream(since, _read, END_EVENT)


def _read(event: ServerEvent) -> WrittenPiece | RunNow | None:
    match event.name:
        case name if name == OUTPUT_EVENT:
            return WrittenPiece.model_validate_json(event.data)
        case name if name in (RUN_EVENT, END_EVENT):
            return RunNow.model_validate_json(event.data)
    return None
