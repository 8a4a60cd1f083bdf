"""What the schema fuzzer calls before each request; loaded by its own process, not by ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import schemathesis
from pydantic import TypeAdapter, ValidationError

from onthedot.api.routes.actions import LONGEST
from onthedot.scheduling.values import Duration

_DURATION: TypeAdapter[Any] = TypeAdapter(Duration)


@schemathesis.hook
def before_call(_: schemathesis.HookContext, case: schemathesis.Case, __: dict[str, Any]) -> None:
    """A trial of an activity that nobody has takes its whole timeout to say so: make that short.

    A timeout that is to be refused stays as it is.
    """
    if case.path == "/actions/test" and isinstance(case.body, dict):
        try:
            given = _DURATION.validate_python(case.body.get("timeout", 1))
        except ValidationError:
            return
        if timedelta(0) < given <= LONGEST:
            case.body["timeout"] = 0.2
