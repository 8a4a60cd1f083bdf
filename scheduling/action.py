"""What a task does when it is due. Form only; `checks` judges the meaning."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Never

from pydantic import ConfigDict, Discriminator, Field, JsonValue, StringConstraints, Tag

from onthedot.scheduling.values import Duration, Model

#: Largest body, stdin or list of arguments of an action, in bytes of UTF-8.
MAX_BODY = 256 * 1024

#: How many levels of arrays and objects a body or an argument may have. What is stored is read by
#: parsers that stop at 200, and wraps it in a few more.
MAX_DEPTH = 100

#: Activities and workflows of this project itself; not to be called by a task.
RESERVED_PREFIX = "onthedot."


#: What a command is told of its run; not to be set by a task.
RESERVED_VARIABLES = frozenset(
    f"ONTHEDOT_{fact}"
    for fact in ("TASK_ID", "RUN_ID", "SCHEDULED_FOR", "ATTEMPT", "CAUSE", "IDEMPOTENCY_KEY")
)


class SecretRef(Model):
    """Stands for a value that the worker looks up at each attempt and that is stored nowhere."""

    secret: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,127}$")]


Text = Annotated[str, StringConstraints(max_length=8192)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]


Arguments = Annotated[
    tuple[JsonValue, ...],
    Field(
        max_length=64,
        description='`{"$run": "scheduled_for"}`, anywhere in it, stands for what the run is told; '
        "so do `task_id`, `run_id`, `cause` and `idempotency_key`.",
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
    """Runs a Temporal activity, of this worker or of whoever polls `task_queue`."""

    kind: Literal["activity"] = "activity"
    name: Name
    arguments: Arguments = ()
    task_queue: Name | None = None
    heartbeat_timeout: Duration | None = Field(
        default=None,
        description="How long it may go without a heartbeat until its worker counts as dead and "
        "the next attempt is made. Only for an activity that sends heartbeats; left out, a dead "
        "worker is noticed when `timeout` is over.",
    )


class WorkflowAction(Model):
    """Runs a Temporal workflow as a child, of this worker or of whoever polls `task_queue`."""

    kind: Literal["workflow"] = "workflow"
    workflow_type: Name
    arguments: Arguments = ()
    task_queue: Name | None = None


class LogAction(Model):
    """Writes a message to the worker's log: the harmless one to try things with."""

    kind: Literal["log"] = "log"
    message: Annotated[str, StringConstraints(min_length=1, max_length=8192)]


Action = Annotated[
    HttpAction | CommandAction | ActivityAction | WorkflowAction | LogAction,
    Field(discriminator="kind"),
]

#: Every kind of action, by its name. A new kind goes here and into `Action`; the type checker then
#: names each `match` that lacks it.
KINDS: dict[str, type[Model]] = {
    "http": HttpAction,
    "command": CommandAction,
    "activity": ActivityAction,
    "workflow": WorkflowAction,
    "log": LogAction,
}


class UnknownAction(Model):
    """An action that was stored by a later release: kept as it is, and not carried out."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str


def _tag(stored: Any) -> str:
    kind = stored.get("kind") if isinstance(stored, dict) else getattr(stored, "kind", None)
    return kind if kind in KINDS else "unknown"


#: An action as a run's order holds it: one of an unknown kind is read all the same, so that the run
#: can end with a reason.
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
    """An action of a kind that this release does not carry out."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"This release does not know actions of the kind {kind!r}.")


def unknown_kind(action: Never) -> UnknownKindError:
    """What the end of a `match` over every kind raises: `assert_never` would not end the run."""
    return UnknownKindError(str(getattr(action, "kind", action)))
