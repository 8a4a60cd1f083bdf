"""Every setting, one field each, with its default."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from onthedot.access.api_tokens import Tokens
from onthedot.access.settings import AccessSettings, Duration
from onthedot.settings.values import Names, Port, SecretHosts, Zone

PREFIX = "ONTHEDOT_"

#: More than any machine needs, and within the range of the SDK.
_MOST_AT_ONCE = 1_000_000


class Settings(AccessSettings):
    """All settings. Frozen: a process reads them once, at its start."""

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
        description="Keys that encrypt every payload in Temporal: `id:base64,…`, 32 bytes each. "
        "The first one encrypts, all decrypt; `plain` in first place encrypts nothing. "
        "`onthedot key new ID` prints one.",
    )
    encryption_keys_file: Path | None = Field(
        default=None, description="A file with these keys, instead of `encryption_keys`."
    )
    max_body_bytes: int = Field(
        default=4 * 1024 * 1024,
        ge=1024,
        description="The largest request body in bytes; a larger one gets a 413.",
    )
    timezone: Zone = Field(
        default="UTC",
        description="The time zone (IANA name) of recurring triggers that name none. Applied files "
        "do not use it: without a zone they mean UTC.",
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
        description="How many runs your installation can start in a second. The forecast uses it "
        "to compute how late the last start of a peak would be.",
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
    archive: Path | None = Field(
        default=None,
        description="Directory in which servers keep ended runs beyond the retention: one JSON "
        "Lines file per day, listed by `GET /runs?archived=true`. All servers need the same one.",
    )
    temporal_ui_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Address of Temporal's Web UI, for links. "
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
        description="What `http` actions may reach despite the default rules: host names, "
        "addresses or networks, separated by commas. `onthedot dev` adds loopback.",
    )
    deny_hosts: Names = Field(
        default=(),
        description="What `http` actions may not reach: host names, addresses or networks, "
        "separated by commas. Takes precedence over `allow_hosts`.",
    )
    secrets_dir: Path | None = Field(
        default=None,
        description='Directory with one file per secret, named as in `{"secret": "NAME"}`. '
        "The variable `ONTHEDOT_SECRET_NAME` takes precedence over the file.",
    )
    secret_hosts: SecretHosts = Field(
        default={},
        description="The hosts to which each secret may be sent: JSON, "
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
        description="How many actions one worker handles at once. Those that wait for a busy host "
        "also count: if the number is low, one slow host delays the others.",
    )
    max_concurrent_workflow_tasks: int = Field(
        default=500,
        ge=2,
        le=_MOST_AT_ONCE,
        description="How many workflow tasks one worker handles at once, and with them the first "
        "attempts of `http` and `log`. A higher number starts more runs sooner in a burst; but "
        "what a worker holds for five seconds is dispatched again, and its calls are made twice.",
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
        description="How long a stopping worker waits for running actions to finish: "
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
        default="info", description="The lowest log level that is written."
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
        """Whether callers have to authenticate."""
        return bool(self.api_tokens) or self.single_sign_on

    @property
    def temporal_ui(self) -> str:
        """The address of Temporal's Web UI, without a trailing slash."""
        return (self.temporal_ui_url or f"http://127.0.0.1:{self.temporal_ui_port}").rstrip("/")
