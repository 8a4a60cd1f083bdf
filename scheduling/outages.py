"""Errors that no change to a call can prevent: Temporal, the workers or the keys are to blame."""

from __future__ import annotations

from collections.abc import Sequence

from onthedot.scheduling.errors import OnTheDotError


class TemporalUnavailable(OnTheDotError):
    """Temporal does not answer; nothing was changed."""

    code = "temporal-unavailable"
    retryable = True

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Temporal at {address} does not answer. Nothing was changed; try again shortly."
        )


class TemporalRefuses(TemporalUnavailable):
    """Temporal does not know who this process is, or gives it no rights; nothing was changed."""

    def __init__(self, address: str) -> None:
        OnTheDotError.__init__(
            self,
            f"Temporal at {address} refuses this process. Nothing was changed; check "
            f"TEMPORAL_API_KEY, the certificates in TEMPORAL_TLS_… or the profile, and start "
            f"again.",
        )


class Unconfirmed(TemporalUnavailable):
    """Temporal stopped answering halfway: whether it did what was asked cannot be told."""

    def __init__(self, address: str, detail: str) -> None:
        OnTheDotError.__init__(self, f"Temporal at {address} does not answer. {detail}")


class NamespaceUnprepared(TemporalUnavailable):
    """The namespace lacks our search attributes, or part of Temporal has not heard of them."""

    def __init__(self, address: str) -> None:
        OnTheDotError.__init__(
            self,
            f"Temporal at {address} is not set up for tasks yet. Nothing was changed; run "
            f"`onthedot setup-namespace` once, which takes up to a minute, then try again.",
        )


class NotInForce(OnTheDotError):
    """A task took a change, but the change is not in force yet."""

    code = "not-in-force"
    retryable = True

    def __init__(self, task_id: str, problem: str = "") -> None:
        why = problem or "the worker is still at it."
        super().__init__(
            f"Task {task_id!r} took the change, but it is not in force yet: {why} It is tried "
            f"again until it is. Do not repeat it; GET /tasks/{task_id} shows how it stands."
        )


class KeyMissing(OnTheDotError):
    """Something in Temporal is sealed with a key that this process does not have."""

    code = "key-missing"
    retryable = True

    def __init__(self, key_id: str, *, any_key: bool = True) -> None:
        super().__init__(
            f"What Temporal holds is sealed with the key {key_id!r}, which is not among "
            f"ONTHEDOT_ENCRYPTION_KEYS here. Add it behind the first one, and start again."
            if any_key
            else f"What Temporal holds is sealed with the key {key_id!r}, and this process has no "
            f"keys. Give it the ONTHEDOT_ENCRYPTION_KEYS of the others, and start it again."
        )


class LaterRelease(OnTheDotError):
    """A later release stored something that this one cannot read in full."""

    code = "later-release"
    retryable = True

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(
            f"A later release of On the Dot stored it, with what this one does not know "
            f"({', '.join(fields[:5])}). Nothing was changed; finish the upgrade of this process."
        )


class WorkerBehind(OnTheDotError):
    """A worker of an earlier release took the change up, and could not read it."""

    code = "no-worker"
    retryable = True

    def __init__(self) -> None:
        super().__init__(
            "A worker of an earlier release took it up and could not read it. Nothing was changed; "
            "finish the upgrade of the workers, then try again."
        )


class NotOurSeal(OnTheDotError):
    """Something in Temporal was altered, or sealed with another key of the same id."""

    code = "not-our-seal"

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"What Temporal holds says that it is sealed with the key {key_id!r}, but that key "
            f"does not open it: it was altered, or another key has this id."
        )


class Busy(OnTheDotError):
    """The server has too much to work out at present; nothing was changed."""

    code = "busy"
    retryable = True

    def __init__(self, mend: str = "Try again shortly.") -> None:
        super().__init__(
            f"The server is busy working out when other triggers fire. Nothing was changed. {mend}"
        )


class TooManyWatch(OnTheDotError):
    """The server keeps up with as many running runs as it can."""

    code = "busy"
    retryable = True

    def __init__(self) -> None:
        super().__init__(
            "Too many watch running runs at present. Read the output without `follow`, or try "
            "again shortly."
        )


class NoWorker(OnTheDotError):
    """Temporal is there, but no worker took the change up in time.

    Args:
        idle: nobody polls, so that it is certain that nothing was changed.
    """

    code = "no-worker"
    retryable = True

    def __init__(self, task_queue: str, *, idle: bool = True) -> None:
        outcome = (
            "Nothing was changed."
            if idle
            else "It no longer counts, unless a worker was at it at this very moment: read the "
            "task before you repeat the change."
        )
        super().__init__(
            f"No worker of the task queue {task_queue!r} took it up in time: none polls, or all "
            f"are busy. {outcome} Start one with `onthedot worker`, then try again."
        )
