"""Which release of the zone database a process uses.

Python reads the system's files if there are any, otherwise those of the package `tzdata`. It caches
zones, so an update of the database takes effect at the next start.
"""

from __future__ import annotations

import zoneinfo
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from onthedot.scheduling.trigger import OnceTrigger, Trigger

#: The file whose first line names the release: `# version 2026f`.
_SAID_IN = "tzdata.zi"
_MARK = "# version "

#: The zone without rules, and the `release` of a schedule in it.
NO_RULES = "UTC"


def installed_release() -> str:
    """The release that a process would use if it started now, such as `2026f`."""
    for directory in map(Path, zoneinfo.TZPATH):
        if not (directory / "Europe" / "Rome").exists():
            continue
        with suppress(OSError):
            with (directory / _SAID_IN).open(encoding="ascii", errors="replace") as file:
                said = file.readline().strip()
            if said.startswith(_MARK):
                return said.removeprefix(_MARK)
        # Some systems omit that file.
        at = datetime.fromtimestamp((directory / "Europe" / "Rome").stat().st_mtime, UTC)
        return f"files of {at:%Y-%m-%d}"
    with suppress(OSError, ModuleNotFoundError):
        with (files("tzdata") / "zoneinfo" / _SAID_IN).open(encoding="ascii") as file:
            said = file.readline().strip()
        if said.startswith(_MARK):
            return said.removeprefix(_MARK)
    with suppress(PackageNotFoundError):
        return f"package {version('tzdata')}"
    return ""


def release_for(trigger: Trigger) -> str:
    """The release that this trigger's schedule depends on; `NO_RULES` in UTC."""
    if isinstance(trigger, OnceTrigger):
        return ""
    return NO_RULES if trigger.timezone == NO_RULES else release_in_use()


@lru_cache(maxsize=1)
def release_in_use() -> str:
    """The release that this process uses: the one installed at the first call."""
    return installed_release()
