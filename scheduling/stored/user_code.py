"""The users' activities and workflows that this project's workers have, by name."""

from __future__ import annotations

from onthedot.scheduling.values import Passed


class Registered(Passed):
    """Names of users' activities and workflows, in the order of their modules."""

    activities: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    commands: bool | None = None
    """Whether the worker runs commands; None if it is of an earlier release, or there is none."""
