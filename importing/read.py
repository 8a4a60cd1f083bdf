"""The way in: the text of one file, and what kind of file it is."""

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
    """The tasks that a file stands for, and what of it could not be carried over.

    Args:
        name: what the file is called, as in `/etc/crontab`; ids and messages are made from it.
        at: now. What would never fire again is not carried over, and to search for differences
            in the two years that follow.
        timezone: the zone that the original's machine runs in, where a definition names none.
            Without it UTC is taken, and a note says so.
        system: for a crontab, whether its lines name a user. Without it the name and the lines
            are examined.

    Raises:
        UnreadableSource: it is not of this kind, as with YAML that does not parse.
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
