"""What may be gone from Temporal: a workflow that has ended, a schedule that was deleted."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType

from temporalio.service import RPCError, RPCStatusCode


class _MissingOk(AbstractContextManager[None, bool]):
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        return isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND


#: Ends its block quietly if Temporal does not have what a call is about.
missing_ok = _MissingOk()
