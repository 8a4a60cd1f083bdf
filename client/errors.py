"""What a call may fail with: one root, a class for each status that a program may want to tell
apart, and on each the problem document as the server sent it."""

from __future__ import annotations

from onthedot.messages.problems import Problem


class CallFailed(Exception):
    """Root of everything that a call of the client raises."""

    retryable = False
    """Whether the same call may succeed later without a change."""


class Unreachable(CallFailed):
    """Nothing answers at the address, or not in time. Whether the call was carried out is open."""

    retryable = True


class UnexpectedResponse(CallFailed):
    """What came back is not what this release of On the Dot answers."""


class ProblemResponse(CallFailed):
    """The server refused the call. The message says why, and what to do about it.

    `code` is stable, such as `task-not-found`: docs/reference/errors.md lists them all.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.code = problem.type.rpartition("/")[2]
        super().__init__(problem.detail)


class Unauthorized(ProblemResponse):
    """401: a token is needed, or the one sent is not known."""


class Forbidden(ProblemResponse):
    """403: this caller may not do this."""


class NotFound(ProblemResponse):
    """404: there is no such task, run or address."""


class Conflict(ProblemResponse):
    """409: the id is in use, or the state does not allow it."""


class RevisionMismatch(ProblemResponse):
    """412: the task is not at the revision that the call named."""

    @property
    def current_revision(self) -> int | None:
        """The revision by now."""
        return self.problem.current_revision


class Invalid(ProblemResponse):
    """422: fields have to be fixed; `problem.errors` names each."""


class Unavailable(ProblemResponse):
    """503: Temporal does not respond, or no worker took the change up. Nothing was changed."""

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
