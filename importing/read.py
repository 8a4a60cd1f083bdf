"""Converts the text of one file to tasks. The entry point of this package."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from onthedot.importing.airflow.dag import read_airflow
from onthedot.importing.bullmq.queue import read_bullmq
from onthedot.importing.collector import Collector
from onthedot.importing.crontab.table import read_crontab
from onthedot.importing.imported import Imported, Source
from onthedot.importing.kubernetes.cronjob import read_kubernetes
from onthedot.importing.systemd.timer import read_systemd
from onthedot.importing.temporal.schedule import read_temporal


def read(
    source: Source,
    text: str,
    *,
    name: str,
    at: datetime,
    timezone: str | None = None,
    system: bool | None = None,
) -> Imported:
    """The tasks of a file, and notes on what could not be imported.

    Args:
        name: the name of the file, such as `/etc/crontab`, for ids and messages.
        at: now. What would never fire again is not imported, and differences are searched for
            in the two years that follow.
        timezone: the zone of the original's machine, for definitions that name none. By default
            UTC, with a note.
        system: for a crontab, whether its lines name a user. By default this is decided from the
            name and the lines.

    Raises:
        UnreadableSource: it is not of this kind, for example YAML that does not parse.
        ZoneError: there is no such `timezone`.
    """
    found = Collector(name=name, at=at, timezone=timezone)
    match source:
        case Source.CRONTAB:
            read_crontab(text, found, system=system)
        case Source.KUBERNETES:
            read_kubernetes(text, found)
        case Source.TEMPORAL:
            read_temporal(text, found)
        case Source.AIRFLOW:
            read_airflow(text, found)
        case Source.BULLMQ:
            read_bullmq(text, found)
        case Source.SYSTEMD:
            read_systemd(text, found)
        case _:
            assert_never(source)
    return found.imported()
