"""Requests and responses of REST that are not models of the domain, shared by server and client.

No behaviour. One file per subject, like `api/routes/`; begin with `tasks.py`. `Task`, `Run` and the
like are in `onthedot.scheduling`.
"""

from typing import Any

from pydantic import Field

IGNORED: Any = Field(
    default=None, description="Read-only: ignored.", json_schema_extra={"readOnly": True}
)
