"""Crontabs, line by line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.importing.imported import NoteKind, Source
from onthedot.importing.read import read
from onthedot.scheduling.firing.zones import ZoneError
from onthedot.scheduling.trigger import CronTrigger
from tests.importing.comparison import AT, imported
from tests.importing.reading.samples import CRONTAB, command, said


def test_a_users_crontab() -> None:
    found = imported(Source.CRONTAB, CRONTAB, name="crontab")
    backup, mail, report = found.tasks
    assert [task.id for task in found.tasks] == ["backup", "mail", "python3"]
    assert command(backup).argv == (
        "/bin/bash", "-c", "/srv/shop/bin/backup.sh --day $(date +%F)",
    )  # fmt: skip
    assert command(backup).env == {"HOME": "/srv/shop", "GREETING": "Good morning"}
    assert command(backup).cwd == "/srv/shop"
    assert command(mail).stdin == "Dear all,\n\ngood morning.\n"
    assert isinstance(backup.trigger, CronTrigger)
    assert isinstance(mail.trigger, CronTrigger)
    assert (backup.trigger.timezone, backup.trigger.jitter) == ("UTC", timedelta(0))
    assert (mail.trigger.timezone, mail.trigger.jitter) == ("Europe/Rome", timedelta(minutes=15))
    assert isinstance(report.trigger, CronTrigger)
    assert report.trigger.expression == "H(10-20) 4 * * *"
    assert "ops@example.com" in said(found, NoteKind.LOST, 2)
    assert "No time zone" in said(found, NoteKind.CHECK, 6)
    assert "Debian's cron ignores it" in said(found, NoteKind.CHECK, 7)
    assert "jitter" in said(found, NoteKind.CHANGED, 8)
    assert "@reboot has no counterpart" in said(found, NoteKind.LOST, 10)
    assert "'5/20'" in said(found, NoteKind.LOST, 11)
    assert "H" in said(found, NoteKind.CHANGED, 12)
    assert "not a job" in said(found, NoteKind.LOST, 13)


@pytest.mark.parametrize("name", ["/etc/crontab", "/etc/cron.d/shop", "copied"])
def test_a_system_crontab_names_users(name: str) -> None:
    text = "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n*/5 * * * * shop x\n"
    found = imported(Source.CRONTAB, text, name=name)
    first, second = found.tasks
    assert (first.id, second.id) == ("run-parts", "x")
    assert command(first).argv[-1] == "cd / && run-parts --report /etc/cron.hourly"
    assert "root" in said(found, NoteKind.CHANGED, 1)
    assert "shop" in said(found, NoteKind.CHANGED, 2)


def test_a_zone_for_lines_without_one() -> None:
    found = read(
        Source.CRONTAB, "0 2 * * * x\n", name="crontab", at=AT, timezone="America/New_York"
    )
    assert found.tasks[0].trigger.timezone == "America/New_York"
    assert "No time zone" not in found.report()
    with pytest.raises(ZoneError):
        read(Source.CRONTAB, "", name="crontab", at=AT, timezone="Europe/Rom")


def test_what_cron_runs_twice_at_once_after_a_gap() -> None:
    found = imported(Source.CRONTAB, "CRON_TZ=Europe/Rome\n0,30 2 * * * x\n", name="crontab")
    assert "2027-03-28" in said(found, NoteKind.CHANGED, 2)


def test_a_secret_in_a_crontab_is_pointed_out() -> None:
    found = imported(Source.CRONTAB, "DB_PASSWORD=x\n@daily y\n", name="crontab")
    assert "secret" in said(found, NoteKind.CHECK, 1)
