"""Errors that the caller cannot prevent: their cause is Temporal, the workers or the keys."""

from __future__ import annotations

from collections.abc import Sequence

from onthedot.scheduling.errors import OnTheDotError


class TemporalUnavailable(OnTheDotError):
    """Temporal does not respond; nothing was changed."""

    code = "temporal-unavailable"
    retryable = True

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Temporal at {address} does not respond. Nothing was changed; try again shortly."
        )


class TemporalRefuses(TemporalUnavailable):
    """Temporal does not accept this process's credentials; nothing was changed."""

    def __init__(self, address: str) -> None:
        OnTheDotError.__init__(
            self,
            f"Temporal at {address} refuses this process. Nothing was changed; check "
            f"TEMPORAL_API_KEY, the certificates in TEMPORAL_TLS_… or the profile, and start "
            f"again.",
        )


class Unconfirmed(TemporalUnavailable):
    """Temporal stopped responding halfway: whether it made the change is uncertain."""

    def __init__(self, address: str, detail: str) -> None:
        OnTheDotError.__init__(self, f"Temporal at {address} does not respond. {detail}")


class NamespaceUnprepared(TemporalUnavailable):
    """The namespace lacks our search attributes, or part of Temporal does not know them yet."""

    def __init__(self, address: str) -> None:
        OnTheDotError.__init__(
            self,
            f"Temporal at {address} is not set up for tasks yet. Nothing was changed; run "
            f"`onthedot setup-namespace` once, which takes up to a minute, then try again.",
        )


class NotInForce(OnTheDotError):
    """A task has accepted a change that is not in effect yet."""

    code = "not-in-force"
    retryable = True

    def __init__(self, task_id: str, problem: str = "") -> None:
        why = problem or "the worker is still applying it."
        super().__init__(
            f"Task {task_id!r} accepted the change, but it is not in effect yet: {why} It is "
            f"retried until it is. Do not repeat it; GET /tasks/{task_id} shows its state."
        )


class KeyMissing(OnTheDotError):
    """Data in Temporal is encrypted with a key that this process does not have."""

    code = "key-missing"
    retryable = True

    def __init__(self, key_id: str, *, any_key: bool = True) -> None:
        super().__init__(
            f"Data in Temporal is encrypted with the key {key_id!r}, which is not among "
            "ONTHEDOT_ENCRYPTION_KEYS here. Add it after the first one, and start again."
            if any_key
            else f"Data in Temporal is encrypted with the key {key_id!r}, and this process has no "
            "keys. Give it the ONTHEDOT_ENCRYPTION_KEYS of the others, and start it again."
        )


class LaterRelease(OnTheDotError):
    """A later release stored data that this one cannot fully read."""

    code = "later-release"
    retryable = True

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(
            "A later release of On the Dot stored it, with fields that this one does not know "
            f"({', '.join(fields[:5])}). Nothing was changed; finish the upgrade of this process."
        )


class WorkerBehind(OnTheDotError):
    """A worker of an earlier release received the change, and could not read it."""

    code = "no-worker"
    retryable = True

    def __init__(self) -> None:
        super().__init__(
            "A worker of an earlier release received it and could not read it. Nothing was "
            "changed; finish the upgrade of the workers, then try again."
        )


class NotOurSeal(OnTheDotError):
    """Data in Temporal was altered, or encrypted with another key of the same id."""

    code = "not-our-seal"

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"Data in Temporal names the encryption key {key_id!r}, but that key does not decrypt "
            "it: it was altered, or another key has this id."
        )


class Busy(OnTheDotError):
    """The server has too much to compute at present; nothing was changed."""

    code = "busy"
    retryable = True

    def __init__(self, fix: str = "Try again shortly.") -> None:
        super().__init__(
            f"The server is busy computing when other triggers fire. Nothing was changed. {fix}"
        )


class TooManyWatch(OnTheDotError):
    """The server follows as many runs as it can."""

    code = "busy"
    retryable = True

    def __init__(self) -> None:
        super().__init__(
            "Too many clients are following runs. Read the output without `follow`, or try "
            "again shortly."
        )


class NoWorker(OnTheDotError):
    """Temporal is available, but no worker applied the change in time.

    Args: idle: no worker polls, so nothing was changed for certain.
    """

    code = "no-worker"
    retryable = True

    def __init__(self, task_queue: str, *, idle: bool = True) -> None:
        outcome = (
            "Nothing was changed."
            if idle
            else "It has expired, unless a worker was applying it at this moment: read the task "
            "before you repeat the change."
        )
        super().__init__(
            f"No worker of the task queue {task_queue!r} responded in time: none polls, or all "
            f"are busy. {outcome} Start one with `onthedot worker`, then try again."
        )
