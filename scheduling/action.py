"""What a task does when it is due. These models check the form; `checking` checks the meaning."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Never

from pydantic import ConfigDict, Discriminator, Field, JsonValue, StringConstraints, Tag

from onthedot.scheduling.values import Duration, Model

#: Largest body, stdin or list of arguments of an action, in bytes of UTF-8.
MAX_BODY = 256 * 1024

#: How many levels of arrays and objects a body or an argument may have. Parsers of stored data
#: support 200, and storing adds a few levels.
MAX_DEPTH = 100

#: The prefix of this project's own activities and workflows, which tasks may not call.
RESERVED_PREFIX = "onthedot."


#: Variables that describe the run to a command; a task may not set them.
RESERVED_VARIABLES = frozenset(
    f"ONTHEDOT_{fact}"
    for fact in ("TASK_ID", "RUN_ID", "SCHEDULED_FOR", "ATTEMPT", "CAUSE", "IDEMPOTENCY_KEY")
)


class SecretRef(Model):
    """A reference to a value that the worker looks up at each attempt and never stores."""

    secret: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,127}$")]


Text = Annotated[str, StringConstraints(max_length=8192)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]


Arguments = Annotated[
    tuple[JsonValue, ...],
    Field(
        max_length=64,
        description='`{"$run": "scheduled_for"}`, anywhere in it, is replaced by a value of the '
        "run; likewise `task_id`, `run_id`, `cause` and `idempotency_key`.",
    ),
]


class HttpAction(Model):
    """Calls a URL. A status in `expect_status` (200 to 399 by default) is success."""

    kind: Literal["http"] = "http"
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "POST"
    url: str = Field(min_length=1, max_length=8192, examples=["https://example.com/hook"])
    headers: dict[Name, Text | SecretRef] = Field(default_factory=dict, max_length=64)
    body: JsonValue = None
    expect_status: tuple[Annotated[int, Field(ge=100, le=599)], ...] | None = Field(
        default=None,
        max_length=100,
        description="Statuses that mean success; 200 to 399 if left out.",
    )


class CommandAction(Model):
    """Runs a program on the worker's machine, without a shell."""

    kind: Literal["command"] = "command"
    argv: tuple[Text, ...] = Field(min_length=1, max_length=256)
    env: dict[Name, Text | SecretRef] = Field(default_factory=dict, max_length=64)
    cwd: Text | None = None
    stdin: Annotated[str, StringConstraints(max_length=MAX_BODY)] | None = None


class ActivityAction(Model):
    """Runs a Temporal activity, on this project's workers or on those that poll `task_queue`."""

    kind: Literal["activity"] = "activity"
    name: Name
    arguments: Arguments = ()
    task_queue: Name | None = None
    heartbeat_timeout: Duration | None = Field(
        default=None,
        description="How long it may go without a heartbeat before its worker counts as dead and "
        "the next attempt starts. Only for activities that send heartbeats. Without it, "
        "a dead worker is noticed after `timeout`.",
    )


class WorkflowAction(Model):
    """Runs a Temporal workflow as a child, on this project's workers or on those that poll
    `task_queue`."""

    kind: Literal["workflow"] = "workflow"
    workflow_type: Name
    arguments: Arguments = ()
    task_queue: Name | None = None


class LogAction(Model):
    """Writes a message to the worker's log. Harmless, so good for trying things out."""

    kind: Literal["log"] = "log"
    message: Annotated[str, StringConstraints(min_length=1, max_length=8192)]


Action = Annotated[
    HttpAction | CommandAction | ActivityAction | WorkflowAction | LogAction,
    Field(discriminator="kind"),
]

#: Every kind of action, by its name. Add a new kind here and to `Action`; the type checker then
#: reports each `match` that lacks it.
KINDS: dict[str, type[Model]] = {
    "http": HttpAction,
    "command": CommandAction,
    "activity": ActivityAction,
    "workflow": WorkflowAction,
    "log": LogAction,
}


class UnknownAction(Model):
    """An action stored by a later release: kept unchanged, and not run."""

    model_config = ConfigDict(extra="allow")

    kind: str


def _tag(stored: Any) -> str:
    kind = stored.get("kind") if isinstance(stored, dict) else getattr(stored, "kind", None)
    return kind if kind in KINDS else "unknown"


#: An action in a run's order: an unknown kind is read too, so that the run can end with a reason.
StoredAction = Annotated[
    Annotated[HttpAction, Tag("http")]
    | Annotated[CommandAction, Tag("command")]
    | Annotated[ActivityAction, Tag("activity")]
    | Annotated[WorkflowAction, Tag("workflow")]
    | Annotated[LogAction, Tag("log")]
    | Annotated[UnknownAction, Tag("unknown")],
    Discriminator(_tag),
]


class UnknownKindError(Exception):
    """An action of a kind that this release cannot run."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"This release does not know actions of the kind {kind!r}.")


def unknown_kind(action: Never) -> UnknownKindError:
    """The error at the end of a `match` over every kind: `assert_never` would not end the run."""
    return UnknownKindError(str(getattr(action, "kind", action)))
