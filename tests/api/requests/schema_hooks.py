"""What the schema fuzzer calls before each request; loaded by its own process, not by ours."""

from __future__ import annotations

from typing import Any

import schemathesis
from pydantic import ValidationError

from onthedot.messages.runs import ActionTest

_LOG = {"kind": "log", "message": "hello"}


@schemathesis.hook
def before_call(
    _: schemathesis.HookContext, case: schemathesis.Case[Any], __: dict[str, Any]
) -> None:
    """A trial of an activity that nobody has takes its whole timeout to say so: make that short.

    A timeout that is to be refused stays as it is.
    """
    if case.path == "/actions/test" and isinstance(case.body, dict):
        try:
            ActionTest.model_validate({"action": _LOG, "timeout": case.body.get("timeout", 1)})
        except ValidationError:
            return
        case.body["timeout"] = 0.2
