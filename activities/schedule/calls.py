"""The calls to Temporal's schedule service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import Memo
from temporalio.api.schedule.v1 import Schedule as ScheduleMessage
from temporalio.api.schedule.v1 import SchedulePatch
from temporalio.api.workflowservice.v1 import (
    CreateScheduleRequest,
    DescribeScheduleRequest,
    DescribeScheduleResponse,
    ListScheduleMatchingTimesRequest,
    UpdateScheduleRequest,
)
from temporalio.client import Client, Schedule, ScheduleBackfill, ScheduleDescription
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.activities.missing import missing_ok

_OWNER = "onthedot.owner"
_REACHES = "onthedot.reaches"


class ScheduleExists(ApplicationError):
    """Another attempt, or an earlier task, created it; retryable from the start."""


class ScheduleCalls:
    """The schedules of tasks."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def find(self, task_id: str) -> ScheduleDescription | None:
        """The task's schedule; None if there is none. Only the raw description has the spec."""
        schedule_id = naming.schedule(task_id)
        answer: DescribeScheduleResponse | None = None
        with missing_ok:
            answer = await self.client.workflow_service.describe_schedule(
                DescribeScheduleRequest(namespace=self.client.namespace, schedule_id=schedule_id),
                retry=True,
            )
        if answer is None:
            return None
        bare = DescribeScheduleResponse()
        bare.CopyFrom(answer)
        # The SDK would make an object of each of its hundreds of ranges.
        bare.schedule.ClearField("spec")
        found = ScheduleDescription._from_proto(schedule_id, bare, self.client.data_converter)
        found.raw_description = answer
        return found

    async def read_back(self, task_id: str) -> ScheduleDescription:
        """The schedule that was just written.

        Raises:
            ApplicationError: it is gone; retryable from the start.
        """
        found = await self.find(task_id)
        if found is None:
            raise ApplicationError(f"The schedule of task {task_id} vanished while it was written.")
        return found

    async def create(
        self,
        task_id: str,
        schedule: Schedule,
        *,
        owner: str,
        patch: Sequence[ScheduleBackfill],
        reaches: datetime,
    ) -> None:
        """Create the task's schedule, whose patch covers everything up to the instant `reaches`.

        Raises:
            ScheduleExists: it exists already.
        """
        payloads = await self.client.data_converter.encode([owner, reaches])
        try:
            await self.client.workflow_service.create_schedule(
                CreateScheduleRequest(
                    namespace=self.client.namespace,
                    schedule_id=naming.schedule(task_id),
                    # The SDK's own call refuses a schedule whose runs are all used up.
                    schedule=await schedule._to_proto(self.client),
                    initial_patch=SchedulePatch(
                        backfill_request=[backfill._to_proto() for backfill in patch]
                    ),
                    memo=Memo(fields={_OWNER: payloads[0], _REACHES: payloads[1]}),
                    identity=self.client.identity,
                    request_id=str(uuid4()),
                )
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise
            raise ScheduleExists(f"The schedule of task {task_id} exists already.") from error

    async def write(
        self, found: ScheduleDescription, schedule: Schedule | ScheduleMessage
    ) -> ScheduleDescription:
        """Replace a schedule unless it changed since it was found; returns it as it is then."""
        if isinstance(schedule, Schedule):
            schedule = await schedule._to_proto(self.client)
        await self.client.workflow_service.update_schedule(
            UpdateScheduleRequest(
                namespace=self.client.namespace,
                schedule_id=found.id,
                # The SDK's own update cannot carry the token that makes it conditional.
                schedule=schedule,
                conflict_token=found.raw_description.conflict_token,
                identity=self.client.identity,
                request_id=str(uuid4()),
            )
        )
        return await self.read_back(naming.id_in(found.id))

    async def deduct(
        self, found: ScheduleDescription, runs: int
    ) -> tuple[ScheduleDescription, int]:
        """Deduct at most `runs` from those left to a schedule with a limit; returns the schedule as
        it is then, and how many were deducted."""
        while taken := min(runs, found.schedule.state.remaining_actions):
            message, before = ScheduleMessage(), found
            message.CopyFrom(found.raw_description.schedule)
            message.state.remaining_actions -= taken
            found = await self.write(found, message)
            if found.info.last_updated_at != before.info.last_updated_at:
                return found, taken
        return found, 0

    async def give_back(self, found: ScheduleDescription, runs: int) -> ScheduleDescription:
        """Add to the runs left to a schedule with a limit; returns the schedule as it is then."""
        return (await self.deduct(found, -runs))[0]

    async def remove(self, task_id: str) -> None:
        """Delete the task's schedule; fine if there is none."""
        with missing_ok:
            await self.client.get_schedule_handle(naming.schedule(task_id)).delete()

    async def jittered(
        self, task_id: str, nominal: datetime, *, jitter: timedelta
    ) -> datetime | None:
        """When the schedule starts the occurrence of a nominal instant; None if it has none."""
        message = ListScheduleMatchingTimesRequest(
            namespace=self.client.namespace,
            schedule_id=naming.schedule(task_id),
            # The start is exclusive.
            start_time=_stamp(nominal - timedelta(milliseconds=1)),
            end_time=_stamp(nominal + jitter),
        )
        listed = await self.client.workflow_service.list_schedule_matching_times(
            message, retry=True
        )
        return listed.start_time[0].ToDatetime(tzinfo=UTC) if listed.start_time else None


async def owner_of(found: ScheduleDescription) -> str:
    """Whose schedule it is; empty if unknown."""
    owner: str = await found.memo_value(_OWNER, "", type_hint=str)
    return owner


async def reach_of(found: ScheduleDescription) -> datetime | None:
    """The instant up to which the schedule's first patch reaches; None if unknown."""
    reaches: datetime | None = await found.memo_value(_REACHES, None, type_hint=datetime)
    return reaches


def _stamp(instant: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp
