"""Crontabs: the user's form and the system's, by the rules of Debian's cron and of cronie.

1. A line is a comment, a job, or a setting for the lines below it.
2. A job runs `SHELL -c command`; its first unescaped `%` ends the command and starts its input.
3. Clock changes have the same effect here, because our rule is that of Debian's cron.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from onthedot.importing.clocks.rules import crowded
from onthedot.importing.collector import NO_CATCHUP, NO_LIMIT, Collector, Entry
from onthedot.importing.cron_dialects import from_vixie
from onthedot.importing.crontab.settings import Settings, is_setting
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.trigger import CronTrigger
from onthedot.scheduling.wording.phrases import joined

_USER = re.compile(r"[a-z_][a-z0-9_-]*\$?", re.ASCII)
_PERCENT = re.compile(r"(?<!\\)%")
#: Commands that only prepare the main one, after which a job is named.
_PREPARES = frozenset({"cd", "test", "[", "sleep", "export", "source", ".", "umask", "ulimit"})
#: Words that run the command after them.
_RUNS = frozenset({"env", "exec", "flock", "nice", "ionice", "nohup", "sudo", "time", "chronic"})


def split_job(line: str, *, system: bool) -> tuple[str, str, str] | None:
    """A job's expression, user (empty in a user's crontab) and command."""
    fields = 1 if line.startswith("@") else 5
    words = line.split(maxsplit=fields + system)
    if len(words) <= fields + system:
        return None
    user = words[fields] if system else ""
    if system and not _USER.fullmatch(user):
        return None
    return " ".join(words[:fields]), user, words[-1]


def split_input(written: str) -> tuple[str, str | None]:
    """A command and its input: `%` is a line break, and the first one separates the two."""
    command, *rest = _PERCENT.split(written)
    given = "\n".join(rest).replace("\\%", "%") + "\n" if rest else None
    return command.replace("\\%", "%").strip(), given


def title(command: str) -> str:
    """The main program of a job, as its name."""
    for part in re.split(r"&&|\|\||;", command):
        words = [word for word in part.strip(" (){}!").split() if "=" not in word.partition("/")[0]]
        while words and (words[0] in _RUNS or words[0].startswith("-") or words[0].isdigit()):
            words.pop(0)
        if words and words[0] not in _PREPARES:
            program = words[0].rpartition("/")[2]
            return re.sub(r"\.(sh|py|pl|rb|php|js)$", "", program)
    return "job"


_SYSTEM_FILE = re.compile(r"(^|/)etc/(crontab$|cron\.d/)")


def read_crontab(text: str, found: Collector, *, system: bool | None) -> None:
    """Adds the jobs of a crontab. Never raises, whatever the lines contain."""
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1)]
    lines = [(n, line) for n, line in lines if line and not line.startswith("#")]
    jobs = [(n, line) for n, line in lines if not is_setting(line)]
    if system is None:
        system = _is_system(found, jobs)
    if jobs:
        found.check(
            jobs[0][0],
            "Jobs run as the worker's user and with its PATH; without HOME in the crontab they "
            "start in the worker's directory. cron neither limits nor retries a run, and drops "
            "what it misses: each task has a timeout of one day, one attempt, and a catch-up "
            "window of one minute.",
        )
    settings = Settings()
    for number, line in lines:
        if not settings.read(number, line, found):
            _job(number, line, settings, found, system=system)


def _is_system(found: Collector, jobs: list[tuple[int, str]]) -> bool:
    if _SYSTEM_FILE.search(found.name):
        return True
    for number, line in jobs:
        parts = split_job(line, system=True)
        if parts is not None and parts[1] == "root":
            found.check(number, "Read as a system crontab: the word before the command is a user.")
            return True
    return False


def _job(number: int, line: str, settings: Settings, found: Collector, *, system: bool) -> None:
    parts = split_job(line.removeprefix("-"), system=system)
    if parts is None:
        found.lost(number, f"Neither cron nor this import understands: {line!r}.")
        return
    expression, user, written = parts
    if expression.lower() == "@reboot":
        found.lost(
            number,
            f"@reboot has no counterpart: a task runs at a time, not when a machine starts: "
            f"{written!r}. Use a systemd service.",
        )
        return
    try:
        translated = from_vixie(expression)
    except CronError as error:
        found.lost(number, f"Not imported: {error}")
        return
    command, given = split_input(written)
    entry = found.entry(title(command))
    zone = settings.zone or found.zone(number, "the machine's zone")
    if user and user != "root":
        entry.changed(number, f"Ran as {user}; here it runs as the worker's user.")
    elif user:
        entry.changed(number, "Ran as root; here it runs as the worker's user.")
    if "~" in expression:
        entry.changed(number, "~ becomes H: picked once, from the task's id.")
    home = settings.environment.get("HOME", "")
    added = found.add(
        number,
        entry.id,
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
        _note_crowds(number, entry)


def _note_crowds(number: int, entry: Entry) -> None:
    found = entry.found
    trigger = found.task(entry.id).trigger
    if isinstance(trigger, CronTrigger) and (at := crowded(trigger, entry.id, found.at)):
        days = joined([f"{each.astimezone(ZoneInfo(trigger.timezone)).date()}" for each in at])
        entry.changed(
            number,
            f"Clocks skip more than one of its times on {days}. cron then runs it as many times "
            f"at once; here it runs once.",
        )
