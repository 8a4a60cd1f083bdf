"""Which release of the zone database a process goes by.

Python reads the files of the system where there are any, and else those of the package `tzdata`.
What was read of a zone is kept, so an update of the database counts from the next start on.
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

#: As its first line has it: `# version 2026f`.
_SAID_IN = "tzdata.zi"
_MARK = "# version "

#: The zone that has no rules, and what stands for the release of a schedule in it.
NO_RULES = "UTC"


def installed_release() -> str:
    """The release that a process which starts now goes by, such as `2026f`."""
    for directory in map(Path, zoneinfo.TZPATH):
        if not (directory / "Europe" / "Rome").exists():
            continue
        with suppress(OSError):
            with (directory / _SAID_IN).open(encoding="ascii", errors="replace") as file:
                said = file.readline().strip()
            if said.startswith(_MARK):
                return said.removeprefix(_MARK)
        # Some systems leave that file out.
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
    """The release that a schedule of this trigger goes by: in UTC they are anyway."""
    if isinstance(trigger, OnceTrigger):
        return ""
    return NO_RULES if trigger.timezone == NO_RULES else release_in_use()


@lru_cache(maxsize=1)
def release_in_use() -> str:
    """The release that this process goes by, as it was installed when this was first asked."""
    return installed_release()
