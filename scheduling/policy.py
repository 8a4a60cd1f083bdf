"""The policies of a task: retries, and overlapping runs."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from onthedot.scheduling.values import Duration, Model


class OverlapPolicy(StrEnum):
    """What happens when an occurrence is due while an earlier run is still in progress."""

    SKIP = "skip"
    BUFFER_ONE = "buffer_one"
    BUFFER_ALL = "buffer_all"
    CANCEL_OTHER = "cancel_other"
    TERMINATE_OTHER = "terminate_other"
    ALLOW_ALL = "allow_all"

    @property
    def runs_one(self) -> bool:
        """Whether at most one of several occurrences runs that are due together."""
        one = OverlapPolicy.SKIP, OverlapPolicy.CANCEL_OTHER, OverlapPolicy.TERMINATE_OTHER
        return self in one

    @property
    def meaning(self) -> str:
        """A sentence that explains it."""
        match self:
            case OverlapPolicy.SKIP:
                return "The new occurrence does not run."
            case OverlapPolicy.BUFFER_ONE:
                return "The new occurrence runs when the earlier one ends; at most one waits."
            case OverlapPolicy.BUFFER_ALL:
                return "Every occurrence runs, one after the other."
            case OverlapPolicy.CANCEL_OTHER:
                return "The earlier run is cancelled, and the new one starts when it has ended."
            case OverlapPolicy.TERMINATE_OTHER:
                return "The earlier run is terminated immediately, and the new one starts."
            case OverlapPolicy.ALLOW_ALL:
                return "All run in parallel."


class RetryPolicy(Model):
    """How often and how soon a failed attempt is tried again."""

    max_attempts: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="The total number of attempts, including the first; 1 means no retry.",
    )
    initial_interval: Duration = Field(
        default=timedelta(seconds=1), description="The pause after the first failed attempt."
    )
    backoff: float = Field(
        default=2.0, ge=1.0, le=100.0, description="The factor by which each pause grows."
    )
    max_interval: Duration = Field(
        default=timedelta(minutes=1), description="The longest pause between two attempts."
    )
