"""Lists the users' activities and workflows that this worker has, to choose from in forms."""

from __future__ import annotations

from collections.abc import Sequence

from temporalio import activity

from onthedot import naming
from onthedot.scheduling.stored.live import Registered


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
