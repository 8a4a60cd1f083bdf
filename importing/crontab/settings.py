"""The settings of a crontab, each of which applies to the lines below it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from onthedot.importing.collector import Collector

_SETTING = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z_]\w*))\s*=\s*(.*?)\s*$""", re.ASCII)
_SECRET = re.compile(r"PASS(WORD|WD)?$|SECRET|TOKEN|API_?KEY|CREDENTIAL", re.IGNORECASE)
_MINUTES = re.compile(r"\d{1,6}", re.ASCII)
#: Settings that concern mail, which is not sent here.
_MAIL = frozenset({"MAILFROM", "CONTENT_TYPE", "CONTENT_TRANSFER_ENCODING"})


@dataclass
class Settings:
    """The settings of the lines so far."""

    environment: dict[str, str] = field(default_factory=dict)
    shell: str = "/bin/sh"
    zone: str | None = None
    random_delay: int = 0

    def read(self, number: int, line: str, found: Collector) -> bool:
        """Reads a line if it is a setting, and notes what does not fit; returns whether it is."""
        match = _SETTING.match(line)
        if match is None:
            return False
        self._set(number, match[1] or match[2] or match[3], _unquoted(match[4]), found)
        return True

    def _set(self, number: int, name: str, value: str, found: Collector) -> None:
        match name:
            case "SHELL":
                self.shell = value
            case "CRON_TZ":
                self.zone = value
                found.check(number, "Only cronie honours CRON_TZ; Debian's cron ignores it.")
            case "MAILTO":
                if value:
                    found.lost(
                        number,
                        f"Output is not mailed to {value}. It is kept with the run; `notify` "
                        "calls a URL when runs fail.",
                    )
            case "RANDOM_DELAY":
                if _MINUTES.fullmatch(value):
                    self.random_delay = int(value)
                    found.changed(
                        number,
                        "RANDOM_DELAY becomes jitter: cronie picks one delay when it starts; "
                        "here it differs from run to run, and ends before the next run.",
                    )
                else:
                    found.lost(number, f"RANDOM_DELAY is a number of minutes, not {value!r}.")
            case _ if name in _MAIL:
                found.lost(number, f"{name} concerns mail, which is not sent here.")
            case _:
                self.environment[name] = value
                if _SECRET.search(name):
                    found.check(
                        number,
                        f"{name} looks like a secret and would be stored in Temporal's history. "
                        f'Replace its value by {{"secret": "NAME"}}.',
                    )


def is_setting(line: str) -> bool:
    """Whether a line is an assignment, not a job."""
    return _SETTING.match(line) is not None


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value
