"""Assembles a worker's activities from what its operator permits, and lists the users' own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity
from temporalio.client import Client

from onthedot import naming
from onthedot.activities.attempts.starts_first import StartsFirst
from onthedot.activities.calendars.refresh import HttpFeeds, RefreshActivities
from onthedot.activities.calendars.users import CalendarUsers
from onthedot.activities.command.activity import CommandActivities
from onthedot.activities.freezes.release import ReleaseActivities
from onthedot.activities.freezes.watch import FreezeWatch
from onthedot.activities.http.activity import HttpActivities
from onthedot.activities.http.addresses import AddressRules
from onthedot.activities.http.control_plane import ControlPlane
from onthedot.activities.http.host_gate import HostGate
from onthedot.activities.log import log
from onthedot.activities.notify import NotifyActivities, notified
from onthedot.activities.permissions import Permissions
from onthedot.activities.record import RecordActivities
from onthedot.activities.schedule.activity import ScheduleActivities
from onthedot.activities.schedule.occurrence_list import OccurrenceActivities
from onthedot.activities.schedule.removal import RemovalActivities
from onthedot.activities.secrets.store import Secrets
from onthedot.scheduling.stored.live import Registered


class Activities:
    """The activities of one worker."""

    def __init__(self, client: Client, permissions: Permissions) -> None:
        temporal = ControlPlane(client.service_client.config.target_host)
        rules = AddressRules(permissions.allow_hosts, permissions.deny_hosts, temporal)
        secrets = Secrets(permissions.secrets_dir, hosts=permissions.where_secrets_go())
        starts = StartsFirst()
        self._http = HttpActivities(rules, secrets, HostGate(), starts)
        self._record = RecordActivities(starts, client)
        self._command = CommandActivities(secrets, allowed=permissions.allow_commands)
        self._schedule = ScheduleActivities(client)
        self._removal = RemovalActivities(client)
        self._notify = NotifyActivities(client)
        self._occurrences = OccurrenceActivities(client)
        self._refresh = RefreshActivities(client, HttpFeeds(self._http))
        self._calendar_users = CalendarUsers(client)
        self._freezes = FreezeWatch(client)
        self._releases = ReleaseActivities(client)

    def all(self) -> Sequence[Callable[..., Any]]:
        """Every activity, to be registered with a worker."""
        return [
            self._http.http,
            self._command.command,
            log,
            self._record.record,
            self._occurrences.check_occurrence,
            self._occurrences.list_occurrences,
            self._refresh.refresh,
            self._calendar_users.tell,
            notified,
            self._notify.notify,
            self._schedule.apply,
            self._removal.remove,
            self._freezes.check,
            self._freezes.window,
            self._releases.release,
        ]

    async def close(self) -> None:
        """Release the connections. Await this after the worker has stopped."""
        await self._http.close()


class RegisteredActivities:
    """The names with which the worker was started."""

    def __init__(
        self, activities: Sequence[str], workflows: Sequence[str], *, commands: bool
    ) -> None:
        self._names = Registered(
            activities=tuple(activities), workflows=tuple(workflows), commands=commands
        )

    @activity.defn(name=naming.REGISTERED)
    async def registered(self) -> Registered:
        """The registered names."""
        return self._names
