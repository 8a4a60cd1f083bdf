"""What this project's own workers can run besides their own actions: the user's code, by name."""

from __future__ import annotations

from onthedot.scheduling.values import Passed


class Registered(Passed):
    """Names of a user's activities and workflows, in the order of their modules."""

    activities: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    commands: bool | None = None
    """Whether it runs commands; None if a worker of an earlier release was asked, or none."""
