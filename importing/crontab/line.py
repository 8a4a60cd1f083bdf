"""One job of a crontab: expression, user, command and input."""

from __future__ import annotations

import re

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
