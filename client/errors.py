"""The errors of calls: one root, and a class per status, with the server's problem document."""

from __future__ import annotations

from onthedot.messages.problems import Problem


class CallFailed(Exception):
    """The root of all errors that calls raise."""

    retryable = False
    """Whether the same call may succeed later without a change."""


class Unreachable(CallFailed):
    """There was no response, or not in time. Whether the call took effect is unknown."""

    retryable = True


class UnexpectedResponse(CallFailed):
    """The response is not one of this release of On the Dot."""


class ProblemResponse(CallFailed):
    """The server refused the call. The message contains the reason and the fix.

    `code` is stable, such as `task-not-found`: docs/reference/errors.md lists them all.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.code = problem.type.rpartition("/")[2]
        super().__init__(problem.detail)


class Unauthorized(ProblemResponse):
    """401: a token is needed, or the one sent is not known."""


class Forbidden(ProblemResponse):
    """403: the caller's role does not allow the call."""


class NotFound(ProblemResponse):
    """404: there is no such task, run or address."""


class Conflict(ProblemResponse):
    """409: the id is in use, or the state does not allow it."""


class RevisionMismatch(ProblemResponse):
    """412: the task is not at the revision that the call named."""

    @property
    def current_revision(self) -> int | None:
        """The current revision."""
        return self.problem.current_revision


class Invalid(ProblemResponse):
    """422: some fields are invalid; `problem.errors` names each."""


class Unavailable(ProblemResponse):
    """503: Temporal does not respond, or no worker applied the change. Nothing was changed."""

    retryable = True


_CLASSES: dict[int, type[ProblemResponse]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: RevisionMismatch,
    422: Invalid,
    503: Unavailable,
}


def of_problem(problem: Problem) -> ProblemResponse:
    """The exception for a problem document."""
    return _CLASSES.get(problem.status, ProblemResponse)(problem)
