"""Crontabs: the user's form and the system's, by the rules of Debian's cron and of cronie.

1. A line is a comment, a setting, which holds for the lines below it, or a job.
2. A job runs `SHELL -c command`; its first unescaped `%` ends the command and starts its input.
3. Clock changes mean the same here, as our rule is that of Debian's cron.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from onthedot.importing.clocks.rules import crowded
from onthedot.importing.collector import NO_CATCHUP, NO_LIMIT, Collector
from onthedot.importing.cron_dialects import from_vixie
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.phrases import joined
from onthedot.scheduling.trigger import CronTrigger

_SETTING = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z_]\w*))\s*=\s*(.*?)\s*$""", re.ASCII)
_SYSTEM_FILE = re.compile(r"(^|/)etc/(crontab$|cron\.d/)")
_USER = re.compile(r"[a-z_][a-z0-9_-]*\$?", re.ASCII)
_SECRET = re.compile(r"PASS(WORD|WD)?$|SECRET|TOKEN|API_?KEY|CREDENTIAL", re.IGNORECASE)
_PERCENT = re.compile(r"(?<!\\)%")
_MINUTES = re.compile(r"\d{1,6}", re.ASCII)
#: Commands that only prepare the one that a job is named for.
_PREPARES = frozenset({"cd", "test", "[", "sleep", "export", "source", ".", "umask", "ulimit"})
#: Words that run the command after them.
_RUNS = frozenset({"env", "exec", "flock", "nice", "ionice", "nohup", "sudo", "time", "chronic"})
#: Settings that concern mail, which is not sent here.
_MAIL = frozenset({"MAILFROM", "CONTENT_TYPE", "CONTENT_TRANSFER_ENCODING"})


@dataclass
class _Settings:
    """What the lines so far have set."""

    environment: dict[str, str] = field(default_factory=dict)
    shell: str = "/bin/sh"
    zone: str | None = None
    random_delay: int = 0


def read_crontab(text: str, found: Collector, *, system: bool | None) -> None:
    """Adds the jobs of a crontab. Never raises for what a line holds."""
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1)]
    lines = [(n, line) for n, line in lines if line and not line.startswith("#")]
    jobs = [(n, line) for n, line in lines if not _SETTING.match(line)]
    if system is None:
        system = _is_system(found, jobs)
    if jobs:
        found.check(
            jobs[0][0],
            "Jobs run as the worker's user and with its PATH; without HOME in the crontab they "
            "start in the worker's directory. cron sets no limit to a run, tries none again and "
            "drops what it misses: each task has a timeout of a day, one attempt, and a minute "
            "to catch up.",
        )
    settings = _Settings()
    for number, line in lines:
        setting = _SETTING.match(line)
        if setting is None:
            _job(number, line, settings, found, system=system)
        else:
            _set(number, setting[1] or setting[2] or setting[3], _unquoted(setting[4]),
                 settings, found)  # fmt: skip


def _is_system(found: Collector, jobs: list[tuple[int, str]]) -> bool:
    if _SYSTEM_FILE.search(found.name):
        return True
    for number, line in jobs:
        parts = _split(line, system=True)
        if parts is not None and parts[1] == "root":
            found.check(number, "Read as a system crontab: the word before the command is a user.")
            return True
    return False


def _set(number: int, name: str, value: str, settings: _Settings, found: Collector) -> None:
    match name:
        case "SHELL":
            settings.shell = value
        case "CRON_TZ":
            settings.zone = value
            found.check(number, "CRON_TZ counts for cronie alone; Debian's cron ignores it.")
        case "MAILTO":
            if value:
                found.lost(
                    number,
                    f"Output is not mailed to {value}. It is kept with the run; `notify` calls a "
                    f"URL when runs go wrong.",
                )
        case "RANDOM_DELAY":
            if _MINUTES.fullmatch(value):
                settings.random_delay = int(value)
                found.changed(
                    number,
                    "RANDOM_DELAY becomes jitter: cronie draws one delay when it starts, here it "
                    "differs from run to run and ends before the next one.",
                )
            else:
                found.lost(number, f"RANDOM_DELAY is a number of minutes, not {value!r}.")
        case _ if name in _MAIL:
            found.lost(number, f"{name} is about mail, which is not sent here.")
        case _:
            settings.environment[name] = value
            if _SECRET.search(name):
                found.check(
                    number,
                    f"{name} looks like a secret and would be stored in Temporal's history. "
                    f'Replace its value by {{"secret": "NAME"}}.',
                )


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _job(number: int, line: str, settings: _Settings, found: Collector, *, system: bool) -> None:
    parts = _split(line.removeprefix("-"), system=system)
    if parts is None:
        found.lost(number, f"Not understood, by cron neither: {line!r}.")
        return
    expression, user, written = parts
    if expression.lower() == "@reboot":
        found.lost(
            number,
            f"@reboot is impossible: a task is due at a time, not when a machine starts: "
            f"{written!r}. A systemd service can do that.",
        )
        return
    try:
        translated = from_vixie(expression)
    except CronError as error:
        found.lost(number, f"Not carried over: {error}")
        return
    command, given = _input(written)
    task_id = found.free_id(_title(command))
    zone = settings.zone or found.zone(number, "the machine's zone")
    if user and user != "root":
        found.changed(number, f"Ran as {user}; here it runs as the worker's user.", task_id)
    elif user:
        found.changed(number, "Ran as root; here it runs as the worker's user.", task_id)
    if "~" in expression:
        found.changed(number, "~ becomes H: drawn from the task's id, once and for all.", task_id)
    home = settings.environment.get("HOME", "")
    added = found.add(
        number,
        task_id,
        {
            "name": " ".join(command.split())[:200],
            "trigger": {
                "kind": "cron",
                "expression": translated,
                "timezone": zone,
                "jitter": settings.random_delay * 60,
            },
            "action": {
                "kind": "command",
                "argv": [settings.shell, "-c", command],
                "env": dict(settings.environment),
                "cwd": home if home.startswith("/") else None,
                "stdin": given,
            },
            "timeout": NO_LIMIT,
            "deadline": NO_LIMIT,
            "retry": {"max_attempts": 1},
            "overlap": "allow_all",
            "catchup_window": NO_CATCHUP,
        },
    )
    if added:
        _note_crowds(number, task_id, found)


def _note_crowds(number: int, task_id: str, found: Collector) -> None:
    trigger = found.task(task_id).trigger
    if isinstance(trigger, CronTrigger) and (at := crowded(trigger, task_id, found.at)):
        days = joined([f"{each.astimezone(ZoneInfo(trigger.timezone)).date()}" for each in at])
        found.changed(
            number,
            f"Clocks skip more than one of its times on {days}. cron then runs it as many times "
            f"at once; here it runs once.",
            task_id,
        )


def _split(line: str, *, system: bool) -> tuple[str, str, str] | None:
    """A job's expression, user (empty in the user's form) and command."""
    fields = 1 if line.startswith("@") else 5
    words = line.split(maxsplit=fields + system)
    if len(words) <= fields + system:
        return None
    user = words[fields] if system else ""
    if system and not _USER.fullmatch(user):
        return None
    return " ".join(words[:fields]), user, words[-1]


def _input(written: str) -> tuple[str, str | None]:
    """A command and what it reads: `%` is a line break, and the first one divides the two."""
    command, *rest = _PERCENT.split(written)
    given = "\n".join(rest).replace("\\%", "%") + "\n" if rest else None
    return command.replace("\\%", "%").strip(), given


def _title(command: str) -> str:
    """The program that a job is about, as a name for it."""
    for part in re.split(r"&&|\|\||;", command):
        words = [word for word in part.strip(" (){}!").split() if "=" not in word.partition("/")[0]]
        while words and (words[0] in _RUNS or words[0].startswith("-") or words[0].isdigit()):
            words.pop(0)
        if words and words[0] not in _PREPARES:
            program = words[0].rpartition("/")[2]
            return re.sub(r"\.(sh|py|pl|rb|php|js)$", "", program)
    return "job"
