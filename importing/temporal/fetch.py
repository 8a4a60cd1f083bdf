"""Connects to a Temporal server and reads its schedules, in the text form that `schedule.py` reads.

It changes nothing on the server. The text includes the instants around clock changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    ListScheduleMatchingTimesRequest,
)
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from onthedot.importing.clocks.nights import nights
from onthedot.importing.imported import ImportFailed
from onthedot.scheduling.firing.jitter import jitter_seed
from onthedot.scheduling.firing.zones import ZoneError, zone_named
from onthedot.scheduling.values import format_instant

_DEFAULT_ADDRESS = "127.0.0.1:7233"


class NothingToImport(ImportFailed):
    """The namespace has no schedules other than those of tasks."""

    def __init__(self, address: str, namespace: str) -> None:
        super().__init__(
            f"There are no schedules to import in namespace {namespace} at {address}. "
            f"TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE select the server and the namespace."
        )


class SourceAway(ImportFailed):
    """The Temporal server does not respond, or refuses."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"Temporal at {address} cannot be read: {reason}. TEMPORAL_ADDRESS and "
            f"TEMPORAL_NAMESPACE select the server."
        )


async def fetch_from_environment(at: datetime) -> str:
    """Every schedule of the namespace, in the form for `read`.

    Raises:
        NothingToImport: there is none.
        SourceAway: the server does not respond, or its settings are invalid.
    """
    address = _DEFAULT_ADDRESS
    try:
        config = ClientConfig.load_client_connect_config()
        address = config.setdefault("target_host", _DEFAULT_ADDRESS)
        client = await Client.connect(**config)
        text = await fetch(client, at=at)
    except RPCError as error:
        raise SourceAway(address, error.message) from None
    except (RuntimeError, ValueError, OSError) as error:
        # Later lines of the message may repeat settings, which may include a key.
        raise SourceAway(address, str(error).partition("\n")[0]) from None
    if not json.loads(text):
        raise NothingToImport(address, client.namespace)
    return text


#: The most instants of one response.
_PAGE = 1000
#: The most pages of one night; a schedule that fires more often is not compared.
_MOST_PAGES = 10
#: Schedules of this project, which are tasks already.
_OURS = ("schedule:", "onthedot-")


async def fetch(client: Client, *, at: datetime, ids: Iterable[str] | None = None) -> str:
    """Descriptions of schedules as JSON, by default of all in the namespace.

    Args:
        at: now; nights of clock changes are those of the two years that follow.

    Raises:
        temporalio.service.RPCError: there is no such schedule, or the server is unreachable.
    """
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    namespace_id = described.namespace_info.id
    if ids is None:
        found = [
            schedule
            for each in await _listed(client)
            if (schedule := await _if_there(client, namespace_id, each, at)) is not None
        ]
    else:
        found = [await _fetched(client, namespace_id, each, at) for each in ids]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


async def _listed(client: Client) -> list[str]:
    listed = [entry.id async for entry in await client.list_schedules()]
    return sorted(each for each in listed if not each.startswith(_OURS))


async def _if_there(
    client: Client, namespace_id: str, schedule_id: str, at: datetime
) -> dict[str, Any] | None:
    """None for a schedule that was just deleted, which lists still show for a while."""
    try:
        return await _fetched(client, namespace_id, schedule_id, at)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def _fetched(
    client: Client, namespace_id: str, schedule_id: str, at: datetime
) -> dict[str, Any]:
    description = await client.get_schedule_handle(schedule_id).describe()
    raw = MessageToDict(description.raw_description)
    spec = raw.get("schedule", {}).get("spec", {})
    return {
        "scheduleId": schedule_id,
        "jitterSeed": jitter_seed(namespace_id, schedule_id),
        "schedule": raw.get("schedule", {}),
        "nights": await _nights(client, schedule_id, spec.get("timezoneName") or "UTC", at),
    }


async def _nights(
    client: Client, schedule_id: str, zone: str, at: datetime
) -> list[dict[str, Any]]:
    try:
        windows = list(nights(zone_named(zone), at))
    except ZoneError:
        return []
    found = []
    for opens, closes in windows:
        times = await _times(client, schedule_id, opens, closes)
        if times is not None:
            found.append(
                {
                    "from": format_instant(opens),
                    "to": format_instant(closes),
                    "times": [format_instant(due) for due in times],
                }
            )
    return found


async def _times(
    client: Client, schedule_id: str, after: datetime, until: datetime
) -> list[datetime] | None:
    """When it fires in (`after`, `until`]; None if that is too often."""
    found: list[datetime] = []
    for _ in range(_MOST_PAGES):
        start, end = Timestamp(), Timestamp()
        start.FromDatetime(found[-1] if found else after)
        end.FromDatetime(until)
        response = await client.workflow_service.list_schedule_matching_times(
            ListScheduleMatchingTimesRequest(
                namespace=client.namespace, schedule_id=schedule_id, start_time=start, end_time=end
            ),
            retry=True,
        )
        found += [due.ToDatetime(tzinfo=UTC) for due in response.start_time]
        if len(response.start_time) < _PAGE:
            return found
    return None
