"""Every setting of On the Dot, in one place.

A setting is read, in this order, from a command-line option, the environment (`ONTHEDOT_…`), the
file `.env` in the working directory, and its default. docs/reference/settings.md lists the same
settings; a test holds the two together. Where Temporal is comes from Temporal's own `TEMPORAL_*`
variables and profiles, not from here.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import NoDecode, SettingsConfigDict

from onthedot.access.identity import Identity, Via
from onthedot.access.roles import Role
from onthedot.access.settings import AccessSettings, Duration, split

PREFIX = "ONTHEDOT_"

#: Variables that start with this hold secrets for tasks, and are not settings.
SECRET_PREFIX = "ONTHEDOT_SECRET_"

#: What commands read that talk to a server: where it is, and the caller's token.
CLIENT_VARIABLES = frozenset({"ONTHEDOT_URL", "ONTHEDOT_TOKEN"})

Port = Annotated[int, Field(ge=1, le=65535)]

#: Beyond any machine, and within what the SDK counts with.
_MOST_AT_ONCE = 1_000_000


class SettingsError(Exception):
    """A setting is wrong or missing. The message is one line and says what to change."""


class ApiToken(BaseModel):
    """One caller: a name for the record, what it may do, and the SHA-256 of the token (never the
    token itself)."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str = Field(repr=False)
    role: Role = Role.ADMIN

    @property
    def identity(self) -> Identity:
        """Who calls with it."""
        return Identity(self.name, self.role, Via.TOKEN)


_TOKEN = re.compile(
    r"(?P<name>[A-Za-z0-9._-]{1,64})(:(?P<role>[^:]*))?:sha256:(?P<sha256>[0-9a-fA-F]{64})"
)


def _parse_tokens(value: object) -> object:
    """Reads `name:role:sha256:<hex>,…`; without a role, an admin. Never repeats it: a token may
    stand there."""
    if not isinstance(value, str):
        return value
    tokens: dict[str, ApiToken] = {}
    for number, entry in enumerate(_split_text(value), start=1):
        match = _TOKEN.fullmatch(entry)
        if match is None:
            raise ValueError(
                f"entry {number} is not of the form name:role:sha256:<64 hex digits>. "
                f"`onthedot token new NAME` prints one"
            )
        if match["name"] in tokens:
            raise ValueError(f"the name {match['name']!r} is there twice. Give each its own")
        role = match["role"] if match["role"] is not None else Role.ADMIN
        if role not in set(Role):
            # The role itself is not repeated: it may be anything.
            raise ValueError(f"entry {number} has no such role. Use one of {', '.join(Role)}")
        tokens[match["name"]] = ApiToken(
            name=match["name"], sha256=match["sha256"].lower(), role=Role(role)
        )
    return tuple(tokens.values())


def _split_text(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _parse_json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('it is no JSON. Write {"NAME": ["host.example.com"]}') from None


SecretHosts = Annotated[
    dict[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")], tuple[str, ...]],
    NoDecode,
    BeforeValidator(_parse_json),
]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
Tokens = Annotated[tuple[ApiToken, ...], NoDecode, BeforeValidator(_parse_tokens)]


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone; use an IANA name such as Europe/Rome") from None


class Settings(AccessSettings):
    """What an operator may choose. Frozen: a process reads it once, at its start."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: str = Field(
        default="127.0.0.1",
        description="Address on which REST and the page listen. "
        "Anything but loopback is refused unless a token is configured.",
    )
    port: Port = Field(default=8080, description="Port of REST and the page.")
    api_tokens: Tokens = Field(
        default=(),
        repr=False,
        description="Who may call: `name:role:sha256:<hex>`, separated by commas; without a role, "
        "an admin. `onthedot token new NAME --role operator` prints both halves. "
        "Empty: only loopback may call.",
    )
    encryption_keys: str = Field(
        default="",
        repr=False,
        description="Keys that seal every payload in Temporal: `id:base64,…`, 32 bytes each. The "
        "first one seals, all open; `plain` in its place seals nothing. `onthedot key new ID` "
        "prints one.",
    )
    encryption_keys_file: Path | None = Field(
        default=None, description="A file with these keys, in place of `encryption_keys`."
    )
    max_body_bytes: int = Field(
        default=4 * 1024 * 1024,
        ge=1024,
        description="The largest request body in bytes; a larger one is answered 413.",
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC",
        description="The time zone (IANA name) of recurring triggers that name none. Files that "
        "are applied name it always: without a zone they mean UTC.",
    )
    calendar: str = Field(
        default="",
        pattern=r"^([a-z0-9][a-z0-9._-]{0,63})?$",
        description="The calendar of triggers that move runs off excluded days and exclude none.",
    )
    capacity_per_second: float = Field(
        default=100,
        gt=0,
        le=1_000_000,
        description="How many runs your installation begins in a second, as you measured it. The "
        "forecast says by it how late the last start of a storm would be.",
    )
    task_queue: str = Field(
        default="onthedot",
        min_length=1,
        max_length=200,
        description="Temporal task queue on which this project's tasks run.",
    )
    retention: Duration = Field(
        default=timedelta(days=30),
        ge=timedelta(days=1),
        description="How long finished tasks and runs stay readable: ISO 8601 (`P30D`) or seconds. "
        "Set on the Temporal namespace by `onthedot dev` and `onthedot setup-namespace`.",
    )
    temporal_ui_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Where Temporal's Web UI is, for links. "
        "Empty: `http://127.0.0.1:` and `temporal_ui_port`.",
    )
    modules: Names = Field(
        default=(),
        description="Python modules with your own activities and workflows, separated by commas. "
        "The worker imports them at its start.",
    )
    allow_commands: bool = Field(
        default=False,
        description="Whether the worker runs `command` actions. "
        "Everyone who may register a task can then run programs on the worker's machine.",
    )
    allow_hosts: Names = Field(
        default=(),
        description="What `http` actions may reach although the rules refuse it: host names, "
        "addresses or networks, separated by commas. `onthedot dev` adds loopback.",
    )
    deny_hosts: Names = Field(
        default=(),
        description="What `http` actions may not reach: host names, addresses or networks, "
        "separated by commas. Goes before `allow_hosts`.",
    )
    secrets_dir: Path | None = Field(
        default=None,
        description='Directory with one file a secret, named as in `{"secret": "NAME"}`. '
        "The variable `ONTHEDOT_SECRET_NAME` goes before the file.",
    )
    secret_hosts: SecretHosts = Field(
        default={},
        description="To which hosts each secret may be sent: JSON, "
        '`{"BILLING_KEY": ["billing.example.com"]}`. A file `NAME.hosts` next to the secret\'s own '
        "says the same. `command` among the hosts lets commands have it.",
    )
    secrets_anywhere: bool = Field(
        default=False,
        description="Whether a secret for which no hosts are named may be sent to any. "
        "`onthedot dev` turns it on unless it is set.",
    )
    max_concurrent_activities: int = Field(
        default=500,
        ge=1,
        le=_MOST_AT_ONCE,
        description="How many actions one worker takes up at once. Those that wait for a busy host "
        "count too: with few, one slow host holds up the others.",
    )
    max_concurrent_workflow_tasks: int = Field(
        default=500,
        ge=2,
        le=_MOST_AT_ONCE,
        description="How many workflow tasks one worker handles at once, and with them the first "
        "attempts of `http` and `log`. More begin sooner in a burst; what a worker holds for five "
        "seconds is handed out again, and its calls are made twice.",
    )
    max_cached_workflows: int = Field(
        default=1000,
        ge=10,
        le=_MOST_AT_ONCE,
        description="How many workflows one worker keeps in memory, at about 110 KB each; "
        "at least 10.",
    )
    worker_grace: Duration = Field(
        default=timedelta(seconds=30),
        ge=timedelta(0),
        description="How long a worker that is told to stop lets running actions finish: "
        "ISO 8601 (`PT30S`) or seconds. `onthedot dev` uses 2 seconds.",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        description="Address of a worker's `/healthz` and `/metrics`. They ask for no token.",
    )
    metrics_port: Port = Field(
        default=9464, description="Port of a worker's `/healthz` and `/metrics`."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least serious log line that is written."
    )
    data_dir: Path = Field(
        default=Path("onthedot-data"),
        description="Where `onthedot dev` keeps Temporal's database and logs.",
    )
    temporal_port: Port = Field(
        default=7233, description="Port of the Temporal server that `onthedot dev` starts."
    )
    temporal_ui_port: Port = Field(
        default=8233, description="Port of the Temporal Web UI that `onthedot dev` starts."
    )

    @property
    def guarded(self) -> bool:
        """Whether whoever calls has to say who they are."""
        return bool(self.api_tokens) or self.single_sign_on

    @property
    def temporal_ui(self) -> str:
        """Where Temporal's Web UI is, without a slash at the end."""
        return (self.temporal_ui_url or f"http://127.0.0.1:{self.temporal_ui_port}").rstrip("/")


def load(options: Mapping[str, Any] | None = None) -> Settings:
    """All settings; `options` are those of the command line and go before everything else.

    Raises SettingsError, in one line that never holds a value.
    """
    given = {name: value for name, value in (options or {}).items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(_explain(error, given)) from None


def require_tokens_beyond_loopback(settings: Settings) -> None:
    """Raises SettingsError where the server would be open to a network without any token."""
    if settings.guarded or is_loopback(settings.host):
        return
    raise SettingsError(
        f"Refusing to listen on {settings.host} without a token: anyone who reaches it could run "
        f"tasks. Set ONTHEDOT_API_TOKENS (`onthedot token new NAME` prints one), or leave --host "
        f"at 127.0.0.1."
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`. A name other than `localhost` counts as wide."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Variables that look like settings but are none: most likely misspelt."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | CLIENT_VARIABLES
    return sorted(
        name
        for name in environ
        if name.startswith(PREFIX) and not name.startswith(SECRET_PREFIX) and name not in known
    )


def _explain(error: ValidationError, options: Mapping[str, Any]) -> str:
    problems = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        if not item["loc"]:
            problems.append(f"{item['msg'].removeprefix('Value error, ')}.")
            continue
        name = str(item["loc"][0])
        shown = f"--{name.replace('_', '-')}" if name in options else PREFIX + name.upper()
        message = item["msg"].removeprefix("Value error, ")
        problems.append(f"{shown}: {message}.")
    return " ".join(problems)
