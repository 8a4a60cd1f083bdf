"""Tells which of a user's activities and workflows this worker has, for others to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from temporalio import activity

from onthedot import naming
from onthedot.scheduling.stored.user_code import Registered


class RegisteredActivities:
    """Knows the names that the worker was started with."""

    def __init__(
        self, activities: Sequence[str], workflows: Sequence[str], *, commands: bool
    ) -> None:
        self._names = Registered(
            activities=tuple(activities), workflows=tuple(workflows), commands=commands
        )

    @activity.defn(name=naming.REGISTERED)
    async def registered(self) -> Registered:
        """The names."""
        return self._names
