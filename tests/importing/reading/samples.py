"""A sample file of each source, and how to find what was made of it."""

from __future__ import annotations

from onthedot.importing.imported import Imported, NoteKind, Source
from onthedot.scheduling.action import CommandAction
from onthedot.scheduling.task import NewTask
from tests.importing.guides import Guide


def said(found: Imported, kind: NoteKind, line: int) -> str:
    return " ".join(n.text for n in found.notes if (n.kind, n.line) == (kind, line))


def command(task: NewTask) -> CommandAction:
    assert isinstance(task.action, CommandAction)
    return task.action


CRONTAB = r"""# jobs of the shop
MAILTO=ops@example.com
SHELL=/bin/bash
HOME=/srv/shop
GREETING="Good morning"
30 2 * * * /srv/shop/bin/backup.sh --day $(date +\%F)
CRON_TZ=Europe/Rome
RANDOM_DELAY=15
0 9 * * 1-5 mail -s "$GREETING" all%Dear all,%%good morning.
@reboot /srv/shop/bin/warm
5/20 * * * * /bin/true
10~20 4 * * * cd /srv && nice -n 5 python3 report.py
not a job
"""


CRONJOB = """apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
  namespace: billing
spec:
  schedule: "30 2 * * *"
  timeZone: Europe/Rome
  concurrencyPolicy: Replace
  startingDeadlineSeconds: 300
  suspend: true
  successfulJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: 600
      template:
        spec:
          serviceAccountName: reporter
          containers:
          - name: report
            image: registry.example.com/report:7
            command: [report]
            args: ["--to=$(TARGET)", "$$(KEPT)"]
            env:
            - name: TARGET
              value: archive
            - name: PASSWORD
              valueFrom:
                secretKeyRef: {name: db, key: password}
            - name: NODE
              valueFrom:
                fieldRef: {fieldPath: spec.nodeName}
"""


DAGS = '''"""Some DAGs."""
import pendulum
from datetime import datetime, timedelta
from airflow import DAG
from airflow.decorators import dag

START = pendulum.datetime(2024, 1, 1, tz="Europe/Rome")

with DAG(
    dag_id="etl",
    schedule="30 2 * * *",
    start_date=START,
    catchup=True,
    max_active_runs=1,
    tags=["night shift", "etl"],
    dagrun_timeout=timedelta(hours=2),
    default_args={"retries": 3},
):
    pass


@dag(schedule_interval=timedelta(hours=6), start_date=datetime(2024, 1, 1, 3))
def six_hourly():
    """Called every six hours."""


@dag(schedule=None)
def by_hand():
    pass


for name in ("a", "b"):
    DAG(f"made_{name}", schedule="@daily")

DAG("fed", schedule=[Asset("table")])
DAG("soon", schedule="@once", start_date=datetime(2027, 5, 1))
DAG("many", schedule=MultipleCronTriggerTimetable("0 9 * * *", "0 17 * * *", timezone="Asia/Tokyo"))
'''


TIMER = """# /etc/systemd/system/backup.timer
[Unit]
Description=Nightly backup

[Timer]
OnCalendar=Mon..Fri *-*-1..7 02:30 Europe/Rome
OnCalendar=*:0/15
OnBootSec=5min
Persistent=true
RandomizedDelaySec=1min 30s
AccuracySec=1h

# /etc/systemd/system/cleanup.timer
[Timer]
OnUnitActiveSec=1d
Unit=tidy.service
"""


SAMPLES = {
    Source.CRONTAB: CRONTAB,
    Source.KUBERNETES: CRONJOB,
    Source.AIRFLOW: DAGS,
    Source.BULLMQ: Guide.of(Source.BULLMQ).text,
    Source.SYSTEMD: TIMER,
    Source.TEMPORAL: Guide.of(Source.TEMPORAL).text,
}
