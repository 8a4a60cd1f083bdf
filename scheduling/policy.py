"""How a task's runs are retried, limited and kept apart."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from onthedot.scheduling.values import Duration, Model


class OverlapPolicy(StrEnum):
    """What happens when an occurrence is due while an earlier run is still going."""

    #: The new occurrence does not run.
    SKIP = "skip"
    #: The new occurrence runs when the earlier one ends; one at most waits.
    BUFFER_ONE = "buffer_one"
    #: Every occurrence runs, one after the other.
    BUFFER_ALL = "buffer_all"
    #: The earlier run is cancelled, and the new one starts when it has ended.
    CANCEL_OTHER = "cancel_other"
    #: The earlier run is terminated at once, and the new one starts.
    TERMINATE_OTHER = "terminate_other"
    #: All run side by side.
    ALLOW_ALL = "allow_all"


class RetryPolicy(Model):
    """How often and how soon a failed attempt is tried again."""

    max_attempts: int = Field(default=3, ge=1, le=1000)
    initial_interval: Duration = timedelta(seconds=1)
    backoff: float = Field(default=2.0, ge=1.0, le=100.0)
    max_interval: Duration = timedelta(minutes=1)
