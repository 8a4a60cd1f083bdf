"""What the schema fuzzer calls before each request; loaded by its own process, not by ours."""

from __future__ import annotations

from typing import Any

import requests
import schemathesis
from pydantic import ValidationError
from schemathesis.core.transport import Response

from onthedot.messages.runs import ActionTest

_LOG = {"kind": "log", "message": "hello"}


@schemathesis.hook
def before_call(
    _: schemathesis.HookContext, case: schemathesis.Case[Any], options: dict[str, Any]
) -> None:
    """A trial of an activity that nobody has takes its whole timeout to say so: make that short.

    A timeout that is to be refused stays as it is.
    """
    if session := options.get("session"):
        # Before each call it would look for proxies, certificates and .netrc of this machine.
        session.trust_env = False
    if case.path == "/actions/test" and isinstance(case.body, dict):
        try:
            ActionTest.model_validate({"action": _LOG, "timeout": case.body.get("timeout", 1)})
        except ValidationError:
            return
        case.body["timeout"] = 0.2


@schemathesis.hook
def after_call(_: schemathesis.HookContext, __: schemathesis.Case[Any], response: Response) -> None:
    """What a busy machine has no time for is answered 503, and may be sent again: once."""
    if response.status_code != 503:
        return
    with requests.Session() as session:
        answered = session.send(response.request, timeout=60)
    again = Response.from_requests(answered, verify=True)
    for name in Response.__slots__:
        setattr(response, name, getattr(again, name))
